"""On executors: groups of facts → what the corpus rules find, by the rules' own judges."""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dispatch_lint.audit.arrow import batches_of, rows_of
from dispatch_lint.audit.plan import Plan, checker_of
from dispatch_lint.engine.corpus_check import is_external
from dispatch_lint.index.facts import GroupMemo
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pyarrow as pa

    from dispatch_lint.audit.arrow import Row
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.rule import Judgement, Rule

    Hints = Mapping[tuple[str, str], Sequence[tuple[str, Sequence[Fact]]]]

PIECE = 100_000
"""Facts of a group that are judged together."""
FIRST_FACTS = 10_000
"""Different facts of a larger group that are judged beside each piece."""
CANDIDATES = "name string, grp binary, reps binary, asks array<binary>"
FOUND = "name string, grp binary, reps binary, asked binary, missing array<string>"
JUDGEMENTS = (
    "source int, document bigint, rule string, judgement binary, "
    "related array<struct<source int, document bigint>>"
)
"""A judgement, pickled; the document that it is about, and those that it relates to."""

PlacedFact = tuple[int, bytes]
"""The place of a fact, as `documents.RECORDS` has it, and its payload as `marshal` writes it."""
Task = Callable[[Iterator[Any]], Iterator[Any]]


class Context(GroupMemo):
    """The `World` of a judge on an executor: closed, and without a store.

    Args:
        asked: other groups that rules asked for.
        hints: for a kind and a missing name, the names near it, each with its facts.
    """

    closed, stored = True, False

    def __init__(
        self, settings: Settings, kinds: Collection[str],
        asked: Mapping[str, Sequence[Fact]] | None = None, hints: Hints | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kinds = kinds
        self.not_judged = 0
        self._settings = settings
        self._asked, self._hints = asked or {}, hints or {}
        self.missing: dict[tuple[str, str], None] = {}
        """Kinds and missing names that a near one is wanted for."""

    def external(self, kind: str, name: str) -> bool:
        return is_external(self._settings, kind, name)

    def group(self, name: str) -> Sequence[Fact]:
        return self._asked.get(name, ())

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        self.missing[kind, name] = None
        near = self._hints.get((kind, name), ())
        return [candidate for candidate, facts in near if any(map(fits, facts))][:3]


def facts_of(placed: Iterable[PlacedFact]) -> list[Fact]:
    """Facts in the order of the documents."""
    return [
        Fact(place >> 32, place & 0xFFFFFFFF, *marshal.loads(payload))
        for place, payload in sorted(placed)
    ]


def name_of(group: bytes) -> str:
    """A group as the rules name it."""
    return group.decode("utf-8", "surrogatepass")


def packed_name(group: str) -> bytes:
    """A group as records name it."""
    return group.encode("utf-8", "surrogatepass")


def _judge(
    rules: Sequence[Rule], group: str, facts: list[Fact], context: Context
) -> Iterator[tuple[Rule, Judgement]]:
    for rule in rules:
        for judgement in rule.judge(group, facts, context):
            yield rule, judgement


# Facts of which many are equal


def find_candidates(plan: Plan, kinds: Sequence[str]) -> Task:
    """The groups that a rule may find something in: `CANDIDATES`.

    The rows are `name, grp, reps array<struct<place, data>>`. Of equal facts, one represents all:
    see `Rule.judges_alike`.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        tables = checker_of(plan).corpus_rules

        def rows() -> Iterator[Row]:
            for name, packed_group, reps in rows_of(batches):
                placed = [(rep["place"], rep["data"]) for rep in reps]
                facts, rules, group = facts_of(placed), tables[name], name_of(packed_group)
                asks = dict.fromkeys(ask for rule in rules for ask in rule.asks(group, facts))
                context = Context(plan.settings, kinds)
                if asks or any(True for _ in _judge(rules, group, facts, context)):
                    yield name, packed_group, marshal.dumps(placed), list(map(packed_name, asks))

        yield from batches_of(rows(), {
            "name": pa.string(), "grp": pa.binary(), "reps": pa.binary(),
            "asks": pa.list_(pa.binary()),
        })  # fmt: skip

    return check


def check_candidates(plan: Plan, kinds: Sequence[str]) -> Task:
    """Of candidates, the groups that a rule finds something in: `FOUND`.

    The rows are `name, grp, reps, asked array<struct<ask, reps>>`. The `missing` of a group are
    kinds and names, with a NUL between, that near names are wanted for.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        tables = checker_of(plan).corpus_rules

        def rows() -> Iterator[Row]:
            for name, group, reps, asked in rows_of(batches):
                groups = [
                    (other["ask"], [(rep["place"], rep["data"]) for rep in other["reps"]])
                    for other in asked or ()
                ]
                context = Context(plan.settings, kinds, _facts_by_group(groups))
                facts = facts_of(marshal.loads(reps))
                # All of them: only then it is known which names are missing.
                if list(_judge(tables[name], name_of(group), facts, context)):
                    missing = [f"{kind}\0{missing}" for kind, missing in context.missing]
                    yield name, group, reps, marshal.dumps(groups), missing

        yield from batches_of(rows(), {
            "name": pa.string(), "grp": pa.binary(), "reps": pa.binary(), "asked": pa.binary(),
            "missing": pa.list_(pa.string()),
        })  # fmt: skip

    return check


def _facts_by_group(groups: Iterable[tuple[bytes, list[PlacedFact]]]) -> dict[str, list[Fact]]:
    return {name_of(group): facts_of(placed) for group, placed in groups}


def judge_equal_facts(plan: Plan, kinds: Sequence[str], hints: Hints) -> Task:
    """What is found in the groups of `FOUND`: `JUDGEMENTS`.

    The rows are `name, grp, reps, asked, place, data`, one for each fact. The facts of a group may
    come in any order and in any number of tasks: they are judged piece by piece, each piece beside
    the facts that represent all others.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = checker_of(plan).corpus_rules

        def rows() -> Iterator[Row]:
            for (name, group), facts in groupby(rows_of(batches), key=lambda row: row[:2]):
                piece: dict[PlacedFact, None] = {}
                reps = asked = b""
                for _, _, reps, asked, place, payload in facts:
                    piece[place, payload] = None
                    if len(piece) >= PIECE:
                        yield from judge_piece(name, group, reps, asked, piece)
                        piece = {}
                if piece:
                    yield from judge_piece(name, group, reps, asked, piece)

        def judge_piece(
            name: str, group: bytes, reps: bytes, asked: bytes, piece: dict[PlacedFact, None]
        ) -> Iterator[Row]:
            context = Context(plan.settings, kinds, _facts_by_group(marshal.loads(asked)), hints)
            facts = facts_of(dict.fromkeys([*marshal.loads(reps), *piece]))
            own = set(map(tuple, facts_of(piece)))
            for rule, judgement in _judge(tables[name], name_of(group), facts, context):
                if tuple(judgement.fact) in own:
                    yield _row(rule, judgement)

        return _judgement_batches(rows())

    return check


# Facts that differ


def judge_groups(plan: Plan, kinds: Sequence[str]) -> Task:
    """What is found in groups of facts that differ: `JUDGEMENTS`.

    The rows are `name, grp, place, data`, sorted by all of them. A group is held in memory up to
    `PIECE` facts; a larger one is judged piece by piece, each piece beside the first of the
    group's different facts.
    """

    def check(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = checker_of(plan).corpus_rules

        def rows() -> Iterator[Row]:
            for (name, packed_group), facts in groupby(rows_of(batches), key=lambda row: row[:2]):
                rules, group = tables[name], name_of(packed_group)
                first: dict[PlacedFact, PlacedFact] = {}
                piece: list[PlacedFact] = []
                for _, _, place, payload in facts:
                    piece.append((place, payload))
                    if len(piece) == PIECE:
                        yield from judge_piece(rules, group, first, piece)
                        piece = []
                if piece:
                    yield from judge_piece(rules, group, first, piece)

        def judge_piece(
            rules: Sequence[Rule], group: str, first: dict[PlacedFact, PlacedFact],
            piece: list[PlacedFact],
        ) -> Iterator[Row]:  # fmt: skip
            before = {place for place, _ in first.values()}
            facts = facts_of({*first.values(), *piece})
            for rule, judgement in _judge(rules, group, facts, Context(plan.settings, kinds)):
                fact = judgement.fact
                if fact.source << 32 | fact.document not in before:
                    yield _row(rule, judgement)
            for place, payload in piece:
                if len(first) < FIRST_FACTS:
                    first.setdefault((place >> 32, payload), (place, payload))

        return _judgement_batches(rows())

    return check


def _row(rule: Rule, judgement: Judgement) -> Row:
    fact = judgement.fact
    related = [{"source": fact.source, "document": fact.document} for fact, _ in judgement.related]
    return fact.source, fact.document, rule.name, pickle.dumps(judgement), related


def _judgement_batches(rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    document = {"source": pa.int32(), "document": pa.int64()}
    return batches_of(rows, {
        **document, "rule": pa.string(), "judgement": pa.binary(),
        "related": pa.list_(pa.struct(list(document.items()))),
    })  # fmt: skip
