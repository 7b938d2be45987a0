"""On executors: groups of rows → what the corpus rules find, by the functions of the engine.

What a rule asks for beyond its group is not at hand here: the group is put aside with what it
wants, the driver joins the answers to it, and its rules are asked again.
"""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from dispatch_lint.audit.arrow import batches_of, rows_of
from dispatch_lint.audit.plan import Plan, checker_of
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_line
from dispatch_lint.engine.corpus_check import content_wants, nothing
from dispatch_lint.engine.judge import tasks_of, tasks_of_each
from dispatch_lint.engine.members import Wanted
from dispatch_lint.engine.rule_failures import Failures, document_name, reraise_if_not_of_rule
from dispatch_lint.index.groups import Members, source_of
from dispatch_lint.model.relations import REFERENCE
from dispatch_lint.rule import Reference

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.engine.judge import Judged, Task
    from dispatch_lint.engine.members import Place
    from dispatch_lint.model.relations import ReferenceRow
    from dispatch_lint.rule import EntityView
    from dispatch_lint.rule.entity import Content

    Near = Mapping[tuple[str, str], Sequence[str]]
    """For a kind and a missing name, the names near it."""

PIECE = 100_000
"""Entities of a group that are judged together."""
FIRST_ENTITIES = 10_000
"""Different entities of a larger group that are judged beside each piece."""
EACH = 1_000
"""Equal foreign keys that are judged one by one in one piece."""
FOUND = (
    "what string, grp binary, place bigint, data binary, rule string, result binary, "
    "related array<bigint>, groups array<binary>, names array<string>, places array<bigint>, "
    "each boolean"
)
"""What a task has found, by `what`:

- `judged`: `result` a pickled `Judged` about the document at `place`, and the `related` places;
  `data` the row of a foreign key that stands for equal ones;
- `pending`: `result` a packed `Pending`; the rest is what its rules want, see `Wanted`;
- `failed`: `result` the pickled `Failures` of a task.
"""

Stage = Callable[[Iterator[Any]], Iterator[Any]]
"""A function for `mapInArrow`."""


class Pending(NamedTuple):
    """A group whose rules have not been answered yet.

    Attributes:
        each: whether only its foreign keys are judged, each by itself.
        rows: position, row, and how many equal foreign keys it stands for.
        with_references: whether its foreign keys are judged, and not only what holds its keys.
        whole: whether there are no further rows of the group.
    """

    each: bool
    rows: list[tuple[int, Row, int]]
    with_references: bool = True
    whole: bool = True

    def members(self) -> Members:
        """Its rows as the engine has them. One of equal foreign keys is there twice."""
        members = Members()
        for position, row, times in self.rows:
            members.add(position, row)
            if times > 1 and not self.each:
                members.add(position, row)
                members.whole = False
        members.whole = members.whole and self.whole
        members.sort()
        return members


class _Answers:
    """What a task can tell the rules: closed, without a store, and what the driver has joined."""

    def __init__(self, plan: Plan, kinds: Collection[str], near: Near, full: bool) -> None:
        self._checker = checker_of(plan)
        self.settings, self.catalogue = plan.settings, self._checker.catalogue
        self.closed, self.has_store, self.kinds, self.not_judged = True, False, kinds, 0
        self._plan, self._near, self._full = plan, near, full
        self.members_of: dict[str, Members] = {}
        self.texts: dict[int, tuple[int, bytes]] = {}
        """The line and text of documents, by position."""
        self.wanted: Wanted | None = None
        """What the present question wants."""

    def has_unread(self) -> bool:
        """See `Answers.has_unread`: an audit reads texts, and no rows of stores."""
        return False

    def may_be_unread(self, _reference: ReferenceRow, _value: str) -> bool:
        """See `Answers.may_be_unread`."""
        return False

    def members(self, groups: Sequence[str]) -> Sequence[Members]:
        missing = [group for group in groups if group not in self.members_of]
        if missing:
            self.want(Wanted(groups=missing))
        return [self.members_of[group] for group in groups]

    def is_replaced(self, key: str) -> bool:
        return False

    def near(self, kind: str, name: str) -> Sequence[str]:
        found = self._near.get((kind, name))
        if found is None and not self._full:
            self.want(Wanted(names=[(kind, name)]))
        return found or ()

    def content(self, place: Place, siblings: Sequence[EntityView]) -> Content:
        if place.position not in self.texts:
            self.want(Wanted(contents=content_wants(place, siblings, self._has_text)))
        line, text = self.texts[place.position]
        source, number = self._plan.source(place.source), place.document
        read = read_line(source.name, text, line, number, self.settings.limits)
        document = self._checker.classifier.read(read.part, source, number)
        return document if isinstance(document, Document) else nothing()

    def _has_text(self, place: Place) -> bool:
        return place.position in self.texts

    def want(self, wanted: Wanted) -> NoReturn:
        self.wanted = wanted
        raise wanted

    def file(self, source: int) -> str:
        return self._plan.files[source]


class _Judge:
    """Judges groups in one task, and collects the rules that failed."""

    def __init__(
        self, plan: Plan, kinds: Collection[str], near: Near | None = None, *, full: bool = False
    ) -> None:
        self._plan, self._rules = plan, checker_of(plan).corpus_rules
        self._fast = checker_of(plan).accelerator
        self.answers = _Answers(plan, kinds, near or {}, full)
        self.failures = Failures()

    def judge(self, group: bytes, pending: Pending, before: Collection[int] = ()) -> Iterator[Row]:
        """What is found in a group, or what it wants: `FOUND`.

        Args:
            before: positions whose findings another piece of the group has.
        """
        members, name = pending.members(), name_of(group)
        if self._fast and self._fast.is_silent(self._rules, name, members, self.answers):
            return
        tasks = tasks_of_each if pending.each else tasks_of
        found: list[tuple[Task, Judged]] = []
        failed: list[tuple[Task, BaseException]] = []
        wants: list[Wanted] = []
        for task in tasks(self._rules, name, members, self.answers):
            if isinstance(task.subject, Reference) and not pending.with_references:
                continue
            self.answers.wanted = None
            try:
                found += [(task, judged) for judged in task.run()]
            except Wanted:
                pass
            except BaseException as error:
                reraise_if_not_of_rule(error)
                if self.answers.wanted is None:
                    failed.append((task, error))
            if self.answers.wanted is not None:  # also where the rule swallowed it
                wants.append(self.answers.wanted.without_frames())
        if wants:
            yield _pending_row(group, pending, wants, self.answers)
            return
        for task, failure in failed:
            self._fail(task, failure)
        for task, judged in found:
            if judged.place.position not in before:
                yield _judged_row(group, pending, task, judged)

    def _fail(self, task: Task, error: BaseException) -> None:
        for place in task.places():
            where = document_name(self._plan.files[place.source], place.document)
            order = (place.source, place.document)
            self.failures.add(task.rule, error, where, order, task.method)

    def failed(self) -> Iterator[Row]:
        """The rules that failed, as a row of `FOUND`."""
        if self.failures:
            result = pickle.dumps(self.failures)
            yield "failed", None, None, None, None, result, None, None, None, None, None


def _judged_row(group: bytes, pending: Pending, task: Task, judged: Judged) -> Row:
    related = [place.position for place, _ in judged.related if not place.stored]
    shared = len(task.positions) > 1 and not pending.each
    data = marshal.dumps(tuple(task.subject._row), 2) if shared else None
    result = pickle.dumps(judged)
    return ("judged", group, judged.place.position, data, judged.rule, result, related,
            None, None, None, None)  # fmt: skip


def _pending_row(group: bytes, pending: Pending, wants: Iterable[Wanted], answers: _Answers) -> Row:
    """A group that waits, with all that was wanted so far."""
    groups = dict.fromkeys(answers.members_of)
    places = dict.fromkeys(answers.texts)
    names: dict[str, None] = {}
    each = False
    for wanted in wants:
        groups |= dict.fromkeys(wanted.groups)
        places |= dict.fromkeys(place.position for place in wanted.contents)
        names |= dict.fromkeys(f"{kind}\0{name}" for kind, name in wanted.names)
        each |= wanted.each
    packed = marshal.dumps(tuple(pending))
    return ("pending", group, None, None, None, packed, None,
            list(map(packed_name, groups)), list(names), list(places), each)  # fmt: skip


def name_of(group: bytes) -> str:
    """A group as the engine names it."""
    return group.decode("utf-8", "surrogatepass")


def packed_name(group: str) -> bytes:
    """A group as records name it."""
    return group.encode("utf-8", "surrogatepass")


def judge_groups(plan: Plan, kinds: Sequence[str]) -> Stage:
    """What is found in groups: `FOUND`.

    The rows are `grp, place, data, n`, sorted by group, foreign keys behind entities, and place. A
    group is held in memory up to `PIECE` rows; a larger one is judged piece by piece, each piece
    beside the first of the group's different entities.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        judge = _Judge(plan, kinds)

        def rows() -> Iterator[Row]:
            for group, of_group in groupby(rows_of(batches), key=lambda row: row[0]):
                yield from _judge_pieces(judge, group, of_group)
            yield from judge.failed()

        yield from _found_batches(rows())

    return check


def _judge_pieces(judge: _Judge, group: bytes, rows: Iterable[Row]) -> Iterator[Row]:
    first: dict[tuple[int, bytes], tuple[int, Row, int]] = {}
    piece: list[tuple[int, Row, int]] = []
    packed: list[tuple[int, bytes]] = []
    for _, position, data, times in rows:
        piece.append((position, marshal.loads(data), times))
        packed.append((position, data))
        if len(piece) == PIECE:
            yield from _judge_piece(judge, group, first, piece)
            for (position, data), item in zip(packed, piece, strict=True):
                if len(first) < FIRST_ENTITIES and item[1][0] != REFERENCE:
                    first.setdefault((source_of(position), data), item)
            piece, packed = [], []
    if piece:
        yield from _judge_piece(judge, group, first, piece)


def _judge_piece(
    judge: _Judge, group: bytes, first: Mapping[tuple[int, bytes], tuple[int, Row, int]],
    piece: list[tuple[int, Row, int]],
) -> Iterator[Row]:  # fmt: skip
    before = {position for position, _, _ in first.values()}
    whole = not first and len(piece) < PIECE
    return judge.judge(group, Pending(False, [*first.values(), *piece], whole=whole), before)


def judge_pending(plan: Plan, kinds: Sequence[str], near: Near, *, full: bool) -> Stage:
    """What is found in groups that have their answers: `FOUND`.

    The rows are `grp, result, groups, asked array<struct<ask, place, data>>, contents
    array<struct<place, line, text>>`: a `Pending`, and the answers to what it wants.

    Args:
        full: whether no further names are searched.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        judge = _Judge(plan, kinds, near, full=full)

        def rows() -> Iterator[Row]:
            for group, packed, groups, asked, contents in rows_of(batches):
                answers: dict[str, Members] = {name_of(name): Members() for name in groups or ()}
                for row in asked or ():
                    answers[name_of(row["ask"])].add(row["place"], marshal.loads(row["data"]))
                for members in answers.values():
                    members.sort()
                judge.answers.members_of = answers
                judge.answers.texts = {
                    row["place"]: (row["line"], row["text"]) for row in contents or ()
                }
                yield from judge.judge(group, Pending(*marshal.loads(packed)))
            yield from judge.failed()

        yield from _found_batches(rows())

    return check


def split_each(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Groups whose rules want to know who has each of equal foreign keys → pieces: `FOUND`.

    The rows are `grp, result, place, data`: the `Pending`, and every foreign key of the group.
    """

    def rows() -> Iterator[Row]:
        for (group, packed), of_group in groupby(rows_of(batches), key=lambda row: row[:2]):
            pending = Pending(*marshal.loads(packed))
            entities = [item for item in pending.rows if item[1][0] != REFERENCE]
            yield _piece_row(group, pending._replace(with_references=False))
            piece: list[tuple[int, Row, int]] = []
            for _, _, position, data in of_group:
                piece.append((position, marshal.loads(data), 1))
                if len(piece) == EACH:
                    yield _piece_row(group, Pending(True, [*entities, *piece]))
                    piece = []
            yield _piece_row(group, Pending(True, [*entities, *piece]))

    yield from _found_batches(rows())


def _piece_row(group: bytes, pending: Pending) -> Row:
    packed = marshal.dumps(tuple(pending))
    return "pending", group, None, None, None, packed, None, [], [], [], False


def _found_batches(rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    return batches_of(rows, {
        "what": pa.string(), "grp": pa.binary(), "place": pa.int64(), "data": pa.binary(),
        "rule": pa.string(), "result": pa.binary(), "related": pa.list_(pa.int64()),
        "groups": pa.list_(pa.binary()), "names": pa.list_(pa.string()),
        "places": pa.list_(pa.int64()), "each": pa.bool_(),
    })  # fmt: skip
