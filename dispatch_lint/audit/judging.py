"""On executors: groups of facts → what the corpus rules say, by the rules' own judges."""

from __future__ import annotations

import marshal
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dispatch_lint.audit.plan import Plan, run_of, tables_of
from dispatch_lint.index.facts import Readings
from dispatch_lint.old.judging import is_external
from dispatch_lint.rule import Fact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import pyarrow as pa

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.rule import Judgement, Rule

    Hints = Mapping[tuple[str, str], Sequence[tuple[str, Sequence[Fact]]]]

PIECE = 100_000
"""Facts of a group that are judged together."""
CONTEXT = 10_000
"""Different facts of a larger group that are judged beside each piece."""
SUSPECTS = "name string, grp binary, reps binary, asks array<binary>"
JUDGED = "name string, grp binary, reps binary, brought binary, wanted array<string>"
JUDGEMENTS = "source int, document bigint, rule string, judgement binary"


class AuditWorld(Readings):
    """The `World` of a judge on an executor: closed, and without a store.

    Args:
        brought: other groups that rules asked for.
        hints: for a kind and a missing name, the names near it, each with its facts.
    """

    closed, stored = True, False

    def __init__(
        self, settings: Settings, kinds: Collection[str],
        brought: Mapping[str, Sequence[Fact]] | None = None, hints: Hints | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.kinds = kinds
        self.not_judged = 0
        self._settings = settings
        self._brought, self._hints = brought or {}, hints
        self.wanted: dict[tuple[str, str], None] = {}
        """Kinds and missing names that a near one is wanted for."""

    def external(self, kind: str, name: str) -> bool:
        return is_external(self._settings, kind, name)

    def group(self, name: str) -> Sequence[Fact]:
        return self._brought.get(name, ())

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        self.wanted[kind, name] = None
        near = (self._hints or {}).get((kind, name), ())
        return [one for one, facts in near if any(map(fits, facts))][:3]


def pack(facts: Iterable[tuple[int, bytes]]) -> bytes:
    """Places and what is said there, as bytes."""
    return marshal.dumps(list(facts))


def facts_of(packed: Iterable[tuple[int, bytes]]) -> list[Fact]:
    """Facts in the order of the documents."""
    return [
        Fact(place >> 32, place & 0xFFFFFFFF, *marshal.loads(data))
        for place, data in sorted(packed)
    ]


def name_of(group: bytes) -> str:
    """A group as the rules name it."""
    return group.decode("utf-8", "surrogatepass")


def _said(
    rules: Sequence[Rule], group: str, facts: list[Fact], world: AuditWorld
) -> Iterator[tuple[Rule, Judgement]]:
    for rule in rules:
        for judgement in rule.judge(group, facts, world):
            yield rule, judgement


def rows_of(batches: Iterator[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """The rows of batches, as Python values."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _batches(rows: Iterator[tuple[Any, ...]], fields: dict[str, Any]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    held: list[tuple[Any, ...]] = []

    def batch() -> pa.RecordBatch:
        columns: list[Any] = list(zip(*held, strict=True)) or [[] for _ in fields]
        arrays = [pa.array(one, type_) for one, type_ in zip(columns, fields.values(), strict=True)]
        return pa.RecordBatch.from_arrays(arrays, list(fields))

    for row in rows:
        held.append(row)
        if len(held) >= 2_000:
            yield batch()
            held = []
    yield batch()


Task = Callable[[Iterator[Any]], Iterator[Any]]


def suspects(plan: Plan, kinds: Sequence[str]) -> Task:
    """`name, grp, reps array<struct<place, data>>` → the groups that somebody may speak of.

    Of facts that say the same one stands for all: `Rule.judges_alike`.
    """

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        tables = tables_of(run_of(plan))

        def rows() -> Iterator[tuple[Any, ...]]:
            for name, group, reps in rows_of(batches):
                packed = [(one["place"], one["data"]) for one in reps]
                facts, rules = facts_of(packed), tables[name]
                said = name_of(group)
                asks = list(dict.fromkeys(ask for rule in rules for ask in rule.asks(said, facts)))
                world = AuditWorld(plan.settings, kinds)
                if asks or any(True for _ in _said(rules, said, facts, world)):
                    asked = [ask.encode("utf-8", "surrogatepass") for ask in asks]
                    yield name, group, pack(packed), asked

        yield from _batches(rows(), {
            "name": pa.string(), "grp": pa.binary(), "reps": pa.binary(),
            "asks": pa.list_(pa.binary()),
        })  # fmt: skip

    return judge


def judged(plan: Plan, kinds: Sequence[str]) -> Task:
    """`name, grp, reps, brought` → the groups that are spoken of, and the hints that are wanted."""

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        tables = tables_of(run_of(plan))

        def rows() -> Iterator[tuple[Any, ...]]:
            for name, group, reps, brought in rows_of(batches):
                packed = marshal.loads(reps)
                others = [
                    (one["ask"], [(rep["place"], rep["data"]) for rep in one["reps"]])
                    for one in brought or ()
                ]
                world = AuditWorld(plan.settings, kinds, _brought(others))
                # To the end: only then it is known which hints are wanted.
                if list(_said(tables[name], name_of(group), facts_of(packed), world)):
                    wanted = [f"{kind}\0{missing}" for kind, missing in world.wanted]
                    yield name, group, reps, marshal.dumps(others), wanted

        yield from _batches(rows(), {
            "name": pa.string(), "grp": pa.binary(), "reps": pa.binary(), "brought": pa.binary(),
            "wanted": pa.list_(pa.string()),
        })  # fmt: skip

    return judge


def _brought(others: Iterable[tuple[bytes, list[tuple[int, bytes]]]]) -> dict[str, list[Fact]]:
    return {name_of(group): facts_of(packed) for group, packed in others}


_JUDGEMENTS = ("source", "document", "rule", "judgement")


def _judgement_batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    types = (pa.int32(), pa.int64(), pa.string(), pa.binary())
    return _batches(rows, dict(zip(_JUDGEMENTS, types, strict=True)))


def _row(rule: Rule, judgement: Judgement) -> tuple[Any, ...]:
    fact = judgement.fact
    return fact.source, fact.document, rule.name, pickle.dumps(judgement)


def spoken(plan: Plan, kinds: Sequence[str], hints: Hints) -> Task:
    """`name, grp, reps, brought, place, data` of each fact of the groups → `JUDGEMENTS`.

    The facts of a group may come in any order and in any number of tasks: each is judged beside
    those that stand for all others.
    """

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = tables_of(run_of(plan))

        def rows() -> Iterator[tuple[Any, ...]]:
            for (name, group), several in groupby(rows_of(batches), key=lambda row: row[:2]):
                piece: dict[tuple[int, bytes], None] = {}
                reps = brought = b""
                for _, _, reps, brought, place, data in several:
                    piece[place, data] = None
                    if len(piece) >= PIECE:
                        yield from one(name, group, reps, brought, piece)
                        piece = {}
                if piece:
                    yield from one(name, group, reps, brought, piece)

        def one(
            name: str, group: bytes, reps: bytes, brought: bytes,
            piece: dict[tuple[int, bytes], None],
        ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
            world = AuditWorld(plan.settings, kinds, _brought(marshal.loads(brought)), hints)
            together = dict.fromkeys([*marshal.loads(reps), *piece])
            wanted = {
                (place >> 32, place & 0xFFFFFFFF, *marshal.loads(data)) for place, data in piece
            }
            facts = facts_of(together)
            for rule, judgement in _said(tables[name], name_of(group), facts, world):
                if tuple(judgement.fact) in wanted:
                    yield _row(rule, judgement)

        return _judgement_batches(rows())

    return judge


def grouped(plan: Plan, kinds: Sequence[str]) -> Task:
    """`name, grp, place, data`, sorted by all of them → `JUDGEMENTS`, for rules whose facts differ.

    A group is held in memory up to `PIECE` facts; a larger one is judged piece by piece, beside
    the first of its different facts.
    """

    def judge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tables = tables_of(run_of(plan))

        def rows() -> Iterator[tuple[Any, ...]]:
            for (name, group), several in groupby(rows_of(batches), key=lambda row: row[:2]):
                rules, said = tables[name], name_of(group)
                first: dict[tuple[int, bytes], tuple[int, bytes]] = {}
                piece: list[tuple[int, bytes]] = []
                for _, _, place, data in several:
                    piece.append((place, data))
                    if len(piece) == PIECE:
                        yield from one(rules, said, first, piece)
                        piece = []
                if piece:
                    yield from one(rules, said, first, piece)

        def one(
            rules: Sequence[Rule], group: str, first: dict[tuple[int, bytes], tuple[int, bytes]],
            piece: list[tuple[int, bytes]],
        ) -> Iterator[tuple[Any, ...]]:  # fmt: skip
            before = {place for place, _ in first.values()}
            facts = facts_of({*first.values(), *piece})
            world = AuditWorld(plan.settings, kinds)
            for rule, judgement in _said(rules, group, facts, world):
                fact = judgement.fact
                if fact.source << 32 | fact.document not in before:
                    yield _row(rule, judgement)
            for place, data in piece:
                if len(first) < CONTEXT:
                    first.setdefault((place >> 32, data), (place, data))

        return _judgement_batches(rows())

    return judge
