"""Tables of facts: the same groups however they come, in memory and on disk."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_lint.index.fact_table import MAX_IN_MEMORY, FactTable, Index
from dispatch_lint.index.facts import USE, by_id, by_name

# Group, source, document, and the number of the payload.
FACTS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", by_name("K", "é"), by_id("1"), "\ud800"]),
        st.integers(0, 3), st.integers(0, 5), st.integers(0, 3),
    ),
    max_size=40,
)  # fmt: skip
LIMITS = st.sampled_from([1, 1_500, 5_000, MAX_IN_MEMORY])
PAYLOADS: list[tuple[Any, ...]] = [
    ((), ("plain",), "", ""), (("a", 0), ("x", USE), "", ""), (("a",), (), "row", ""),
    ((), ("y", None, 1, USE), "", "place"),
]  # fmt: skip


def groups_of(table: FactTable) -> list[Any]:
    """All that a table can be asked."""
    names = list(table.names(""))
    return [
        list(table.groups()), list(table.groups(2)), list(table.groups(used=True)),
        list(table.groups(2, used=True)), sorted(names), sorted(table.names("name\0")),
        table.some(["a", "none", *names]),
        [group for batch in table.batches(2, 3) for group in batch],
    ]  # fmt: skip


@given(FACTS, FACTS, LIMITS, LIMITS)
def test_facts_are_the_same_in_memory_and_on_disk(
    first: list[Any], second: list[Any], limit: int, other_limit: int
) -> None:
    """And where they come from two tables, of different documents."""
    whole, table, added = FactTable(), FactTable(limit), FactTable(other_limit)
    for facts, into, sources in ((first, table, 0), (second, added, 10)):
        for group, source, document, payload in facts:
            place = source + sources << 32 | document
            into.add(group, place, PAYLOADS[payload])
            whole.add(group, place, PAYLOADS[payload])
    table.merge(added)
    assert groups_of(table) == groups_of(whole)
    table.close()


@given(FACTS, st.permutations([0, 1, 2, 3]), LIMITS)
def test_sources_may_come_in_any_order(facts: list[Any], order: list[int], limit: int) -> None:
    """Which process sends its facts first is chance."""
    whole, merged = Index(), Index(limit)
    for sources, into in ((range(4), whole), (order, merged)):
        for source in sources:
            piece = Index()
            piece.add(source, {"table": [
                (group, document, PAYLOADS[payload])
                for group, of, document, payload in facts if of == source
            ]})  # fmt: skip
            into.merge(piece)
    assert groups_of(merged.table("table")) == groups_of(whole.table("table"))
    merged.close()


@given(FACTS)
def test_facts_in_memory_are_sent_to_other_processes(facts: list[Any]) -> None:
    table = FactTable()
    for group, source, document, payload in facts:
        table.add(group, source << 32 | document, PAYLOADS[payload])
    sent: FactTable = pickle.loads(pickle.dumps(table))
    assert groups_of(sent) == groups_of(table)
    for each in (sent, table):
        each.add("more", 7, PAYLOADS[1])
        each.add("a", 7, PAYLOADS[0])
    assert groups_of(sent) == groups_of(table)


def test_facts_on_disk_are_not_sent() -> None:
    table = FactTable(1)
    table.add("a", 0, PAYLOADS[0])
    with pytest.raises(TypeError, match="cannot be sent"):
        pickle.dumps(table)
    table.close()
