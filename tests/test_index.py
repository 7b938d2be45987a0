"""The index: the same groups however rows come, in memory, packed, and in the temporary file."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_lint.index import index as index_module
from dispatch_lint.index.changing import ChangingIndex
from dispatch_lint.index.groups import (
    STORE,
    Groups,
    Members,
    Row,
    by_fact,
    by_id,
    by_name,
    position_of,
    read_group,
    source_of,
)
from dispatch_lint.index.index import MAX_IN_MEMORY, Index
from dispatch_lint.index.targets import Targets, newest
from dispatch_lint.model.relations import (
    DELETED,
    ENTITY,
    FACT,
    GLOBAL,
    REFERENCE,
    EntityRow,
    ReferenceRow,
)

NAMES = [("Secret", "s"), ("Image", "é"), ("Image", "\ud800"), ("Image", "i")]
GROUPS = [*(by_name(*name) for name in NAMES), by_id("1"), by_fact("rule", "group")]
ROWS: list[Row] = [
    tuple(EntityRow(ENTITY, "acme", "Secret", "s", "1", "READY", "stored", 3, "entity")),
    tuple(EntityRow(ENTITY, None, "Image", "i", "", "", "manifest", row="acme/Image/i")),
    tuple(ReferenceRow(REFERENCE, "acme", "Function", "", "stored", "Secret", "name", None, "",
                       ("secrets", 0))),
    tuple(ReferenceRow(REFERENCE, None, "Function", "", "manifest", "Image", "id", "db", "es://",
                       ("image",))),
    (FACT, ("image",), ("a", None, (1.5, True)), "row", ""),
]  # fmt: skip
Placed = tuple[int, str, int, Row]
"""A source, and what it has: a group, the number of the document, and the row."""
PLACED = st.lists(
    st.tuples(
        st.integers(0, 3), st.sampled_from(GROUPS), st.integers(0, 1), st.sampled_from(ROWS)
    ),
    max_size=60, unique=True,
)  # fmt: skip
LIMITS = st.sampled_from([1, 300, 2_000, MAX_IN_MEMORY])
HELD = st.sampled_from([1, 7, index_module.MAX_ROWS])
"""How many rows are held before they are packed."""


def shown(members: Members) -> Any:
    """All that a group has."""
    references = {row: list(positions) for row, positions in members.references.items()}
    return members.entities, members.facts, members.former, references


def answers_of(groups: Groups) -> list[Any]:
    """All that an index can be asked."""
    every = [(group, shown(members)) for group, members in groups.groups()]
    some = groups.some(["none", *GROUPS])
    return [
        every,
        {group: shown(members) for group, members in some.items()},
        groups.names({"Image", "Secret", "Function"}, 10),
    ]


def filled(index: Index, placed: Iterable[Placed]) -> Index:
    """An index with the rows of each source in one piece, as a source is checked."""
    by_source: dict[int, list[tuple[str, int, Row]]] = {}
    for source, group, document, row in placed:
        by_source.setdefault(source, []).append((group, document, row))
    for source, rows in by_source.items():
        index.add(source, rows)
    return index


@given(PLACED, LIMITS, HELD)
def test_groups_are_the_same_wherever_rows_are(placed: list[Placed], limit: int, rows: int) -> None:
    """As they came, packed, or in the temporary file; also after they were asked for."""
    expected = answers_of(filled(Index(), placed))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "MAX_ROWS", rows)
        index = filled(Index(limit), placed)
        assert answers_of(index) == expected
        assert answers_of(index) == expected
        index.close()
        assert answers_of(index) == [[], {}, {"Image": set(), "Secret": set(), "Function": set()}]


@given(PLACED, st.permutations([0, 1, 2, 3]), LIMITS, HELD, st.data())
def test_indexes_are_merged_in_any_order_and_grouping(
    placed: list[Placed], order: list[int], limit: int, rows: int, data: st.DataObject
) -> None:
    """Which process sends its rows first is chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "MAX_ROWS", rows)
        pieces = [
            filled(Index(limit), [one for one in placed if one[0] == source]) for source in order
        ]
        while len(pieces) > 1:
            taken = pieces.pop(data.draw(st.integers(0, len(pieces) - 1)))
            pieces[data.draw(st.integers(0, len(pieces) - 1))].merge(taken)
        assert answers_of(pieces[0]) == answers_of(filled(Index(), placed))
        pieces[0].close()


@given(PLACED, PLACED, HELD)
def test_rows_in_memory_are_sent_to_other_processes(
    placed: list[Placed], more: list[Placed], rows: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "MAX_ROWS", rows)
        patch.setattr(index_module, "MIN_PACKED", rows)
        index = filled(Index(), placed)
        sent: Index = pickle.loads(pickle.dumps(index))
        assert answers_of(sent) == answers_of(index)
        for each in (sent, index):
            filled(each, more)
        assert answers_of(sent) == answers_of(index)


def test_rows_in_a_file_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "MAX_ROWS", 1)
    index = filled(Index(1), [(0, GROUPS[0], 0, ROWS[0])])
    with pytest.raises(TypeError, match="cannot be sent"):
        pickle.dumps(index)
    index.close()


def test_groups_have_an_order_of_their_own() -> None:
    """Documents come first, in their order; what a store has is last."""
    index = Index()
    for source in (STORE, 2, 0):
        index.add(source, [(GROUPS[0], document, ROWS[0]) for document in (1, 0)])
    [(group, members)] = index.groups()
    positions = [position_of(0, 0), position_of(0, 1), position_of(2, 0), position_of(2, 1)]
    assert group == GROUPS[0]
    assert [position for position, _ in members.entities[:4]] == positions
    assert {source_of(position) for position, _ in members.entities[4:]} == {STORE}


def test_equal_foreign_keys_are_one_row() -> None:
    index = Index()
    for source in (3, 1):
        index.add(source, [(GROUPS[0], document, ROWS[2]) for document in (0, 1)])
    [(_, members)] = index.groups()
    assert shown(members)[-1] == {
        ReferenceRow._make(ROWS[2]): [
            position_of(source, document) for source in (1, 3) for document in (0, 1)
        ]
    }


@pytest.mark.parametrize(("group", "parts"), [
    (by_name("Image", "a\0b"), ("name", ("Image", "a\0b"))),
    (by_id("1\x002"), ("id", ("1\x002",))), (by_fact("a-b", ""), ("fact", ("a-b", ""))),
])  # fmt: skip
def test_what_a_group_is_named_by_is_read_again(group: str, parts: object) -> None:
    assert read_group(group) == parts


# An index that changes


def changing_index() -> ChangingIndex:
    return ChangingIndex(lambda source: source)


def focused(index: ChangingIndex, source: int, dependencies: set[str] | None = None) -> Groups:
    return index.focused_on(source, set() if dependencies is None else dependencies, lambda: None)


@given(PLACED, PLACED, st.integers(0, 3))
def test_rows_of_a_source_are_replaced(
    before: list[Placed], after: list[Placed], source: int
) -> None:
    """What it had before leaves no trace."""
    changing, fresh = changing_index(), changing_index()
    for placed in (before, after):
        for number in range(4):
            changing.replace(number, [one[1:] for one in placed if one[0] == number])
    for number in range(4):
        fresh.replace(number, [one[1:] for one in after if one[0] == number])
    assert answers_of(focused(changing, source)) == answers_of(focused(fresh, source))
    asked = {group for group, _ in focused(changing, source).groups()}
    assert asked == {one[1] for one in after if one[0] == source}
    for number in range(4):
        changing.remove(number)
        changing.remove(number)
    assert answers_of(focused(changing, source)) == answers_of(focused(changing_index(), source))


def test_a_fact_that_is_no_number_is_no_change() -> None:
    """NaN is never equal; an editor would check the files of its group again and again."""
    index = changing_index()
    facts = [
        [(by_fact("r", "g"), 0, (FACT, (), data))]
        for data in (float("nan"), -float("nan"), 1, True)
    ]
    changed = [bool(index.replace(0, rows)) for rows in facts]
    assert changed == [True, False, True, True]


@given(PLACED, st.integers(0, 3))
def test_a_changing_index_has_the_groups_of_any_other(placed: list[Placed], source: int) -> None:
    changing = changing_index()
    for number in range(4):
        changing.replace(number, [one[1:] for one in placed if one[0] == number])
    some = focused(changing, source).some(GROUPS)
    every = dict(filled(Index(), placed).groups())
    assert some.keys() == every.keys()
    for group, members in some.items():
        members.sort()
        assert shown(members) == shown(every[group])


@given(PLACED, PLACED, st.integers(0, 3))
def test_a_changing_index_tells_what_changed(
    before: list[Placed], after: list[Placed], source: int
) -> None:
    """The groups whose rows differ, and what was asked for, so that it can be asked for again."""
    changing = changing_index()
    for number in range(4):
        changing.replace(number, [one[1:] for one in before if one[0] == number])
    asked: set[str] = set()
    old = answers_of(focused(changing, source, asked))
    changed = changing.replace(0, [one[1:] for one in after if one[0] == 0])
    for group in GROUPS:
        rows = [
            {repr(one[2:]) for one in placed if one[0] == 0 and one[1] == group}
            for placed in (before, after)
        ]
        assert (group in changed) == (rows[0] != rows[1]), group
    if asked.isdisjoint(changed):
        assert answers_of(focused(changing, source)) == old


# What a foreign key may mean

ORGANIZATIONS = st.sampled_from([None, "acme", "globex", GLOBAL])
CONTAINERS = st.sampled_from([None, "db", "mail"])
TARGETS = st.lists(
    st.builds(
        lambda organization, kind, status, container: EntityRow(
            ENTITY, organization, kind, "n", "", status, "stored", container=container
        ),
        ORGANIZATIONS, st.sampled_from(["ServicePlan", "Image"]),
        st.sampled_from(["READY", DELETED]), CONTAINERS,
    ),
    max_size=30,
)  # fmt: skip


@given(TARGETS, ORGANIZATIONS, CONTAINERS)
def test_targets_are_those_of_a_search_one_by_one(
    rows: list[EntityRow], organization: str | None, container: str | None
) -> None:
    """However many there are."""
    reference = ReferenceRow(
        REFERENCE, organization, "X", "", "stored", "ServicePlan", "name", container, "", ()
    )
    targets = Targets(enumerate(rows))
    numbered = list(enumerate(rows))
    assert list(targets.visible(reference)) == [one for one in numbered if reference.sees(one[1])]
    assert list(targets.fitting(reference)) == [one for one in numbered if reference.fits(one[1])]


@pytest.mark.parametrize(("form", "organization", "stands_for"), [
    ("stored", "acme", True), ("manifest", "acme", False), ("stored", "globex", False),
])  # fmt: skip
def test_a_stored_document_stands_for_what_the_store_has(
    form: Any, organization: str, stands_for: bool
) -> None:
    document = EntityRow(ENTITY, organization, "Secret", "s", "1", "READY", form)
    known = EntityRow(ENTITY, "acme", "Secret", "s", "1", "ERROR", "stored", row="acme/Secret/s")
    entities = [(position_of(0, 0), document), (position_of(STORE, 0), known)]
    index = Index()
    index.add(0, [(by_name("Secret", "s"), 0, tuple(document))])
    keys = set(index.stored_keys())
    assert newest(entities, keys.__contains__) == entities[: 1 if stands_for else 2]
