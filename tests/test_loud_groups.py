"""Beside a store, several processes find the groups to ask about: the report is that of one process."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.engine.corpus_check import CorpusCheck
from dispatch_lint.engine.loud_groups import SomeGroups
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.engine.run import run
from dispatch_lint.engine.summary import Result
from dispatch_lint.index import index as index_module
from dispatch_lint.model.errors import InputError, StoreError
from dispatch_lint.rule import CatalogueView, Finding, Group, NoOptions, Rule, stored
from dispatch_lint.rule.groups import KeyGroup
from dispatch_lint.store.importing import import_sources
from dispatch_lint.store.opening import open_for_writing, open_store
from dispatch_lint.store.rows import StoreRows
from dispatch_lint.store.sql import SqlStore
from tests.test_store import database, server

__all__ = ["database", "server"]


def entities(seed: int, mistakes: float) -> str:
    """Lines of stored entities; some are not as those of another seed."""
    chance = random.Random(seed)
    lines = []
    for n in range(160):
        kind = ("Secret", "Image", "Function", "Application")[n % 4]
        fields: dict[str, Any] = {"id": f"i{n}", "name": f"n{n // 4}", "revision": 3}
        if kind == "Image":
            fields["baseImageName"] = "base"
        elif kind == "Function":
            fields |= {"image": f"n{n % 40}", "secrets": [f"n{n * 7 % 40}", "n1"]}
        if chance.random() < mistakes:
            fields |= chance.choice([
                {"id": f"i{n + 1}"}, {"id": f"new{n}"}, {"name": f"n{n // 4 + 1}"},
                {"status": "DELETED"}, {"status": "ERROR"}, {"organizationId": "globex"},
                {"revision": 1}, {"image": f"m{n % 40}"}, {"secrets": ["i0", "missing"]},
            ])  # fmt: skip
        lines.append(stored(kind, **fields))
    return "".join(lines)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that has entities."""
    monkeypatch.chdir(tmp_path)
    url: str = "sqlite:///store.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("database")
    (tmp_path / "before.jsonl").write_text(entities(1, 0.05))
    store = open_for_writing(url)
    classifier = make_checker(Settings()).classifier
    import_sources(store, sources_of(["before.jsonl"], Settings()), classifier)
    store.close()
    return url


@pytest.fixture
def confined(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many groups each check was confined to."""
    sizes: list[int] = []
    confine = CorpusCheck.confine

    def noted(check: CorpusCheck, groups: Any) -> None:
        assert isinstance(groups, SomeGroups)
        sizes.append(len(groups._names))
        confine(check, groups)

    monkeypatch.setattr(CorpusCheck, "confine", noted)
    return sizes


def result(url: str, jobs: int, *rules: type[Rule]) -> Result:
    settings = parse({"store": url, "select": [*load_rules()]} if not rules else {"store": url})
    checker = make_checker(settings)
    if rules:
        own = [rule(NoOptions(), settings, CatalogueView(checker.catalogue)) for rule in rules]
        checker = type(checker)(settings, checker.catalogue, [*checker.rules, *own])
    store = open_store(url, checker.classifier)
    rows = StoreRows(store, [store])
    try:
        found = run(checker, sources_of(["now.jsonl"], settings), jobs=jobs, store=rows)
    finally:
        store.close()
    return found._replace(readings={}, rules=frozenset())


@pytest.mark.parametrize("most", [50, 300, 50_000])
def test_the_report_is_the_same(
    most: int, url: str, confined: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if most < 1_000:  # in the temporary file, which all processes read, but for some rows
        monkeypatch.setattr(index_module, "MAX_ROWS", most)
        monkeypatch.setattr(index_module.Index.__init__, "__defaults__", (1_000,))
    for seed, mistakes in ((2, 0.0), (3, 0.2)):
        Path("now.jsonl").write_text(entities(seed, mistakes))
        one = result(url, 1)
        assert bool(one.violations) and not one.summary.problems
        assert not confined
        for jobs in (2, 3):
            assert result(url, jobs) == one
        assert len(confined) == 2 and 0 < confined[0] < 400
        confined.clear()


def test_where_most_has_findings_one_process_asks(url: str, confined: list[int]) -> None:
    Path("now.jsonl").write_text(entities(1, 0.0).replace('"i', '"j'))
    one = result(url, 1)
    assert len(one.violations) > 120
    assert result(url, 3) == one and not confined


def test_a_rule_that_fails_or_collects_is_asked_as_ever(url: str, confined: list[int]) -> None:
    class Failing(Rule):
        name, summary = "failing", "failing"

        def check_key(self, group: KeyGroup) -> Iterator[Finding]:
            if group.name == "n7":
                raise SystemExit(3)
            return iter(())

    class Collecting(Failing):
        name, summary = "collecting", "collecting"

        def judge(self, group: Group) -> Iterator[Finding]:
            return iter(())

    Path("now.jsonl").write_text(entities(1, 0.05))
    one = result(url, 1, Failing)
    assert "SystemExit" in "".join(one.summary.problems)
    assert result(url, 2, Failing) == one and len(confined) == 1
    assert result(url, 2, Collecting).summary.problems and len(confined) == 1


def test_processes_that_cannot_begin_are_not_missed(
    url: str, confined: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("now.jsonl").write_text(entities(1, 0.05))
    one = result(url, 1)

    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    assert result(url, 4) == one and not confined


def change(url: str, statement: str) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        if not url.startswith("sqlite"):
            connection.execute(sa.text("SET search_path = dispatch_lint"))
        connection.execute(sa.text(statement))


def test_a_damaged_row_is_the_same_error(url: str) -> None:
    Path("now.jsonl").write_text(entities(1, 0.05))
    change(url, "UPDATE entity SET value = '{}' WHERE key = 'acme/Secret/n9'")
    messages = []
    for jobs in (1, 3):
        with pytest.raises(InputError, match="the store is damaged") as raised:
            result(url, jobs)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]


def test_all_processes_see_one_state(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written to a server meanwhile is not seen; a file cannot be written meanwhile."""
    if url.startswith("sqlite"):
        pytest.skip("an import waits for the readers")
    Path("now.jsonl").write_text(entities(1, 0.05))
    one = result(url, 1)
    shared = CorpusCheck.share_store

    def changed(check: CorpusCheck) -> Callable[[], Any] | None:
        opened = shared(check)
        change(url, "DELETE FROM entity")
        return opened

    monkeypatch.setattr(CorpusCheck, "share_store", changed)
    assert result(url, 3) == one
    assert result(url, 1) != one


def test_a_store_that_cannot_be_shared_is_read_by_one_process(
    url: str, confined: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("now.jsonl").write_text(entities(1, 0.05))
    one = result(url, 1)
    share = SqlStore.share

    def refuse(store: SqlStore) -> Callable[[], SqlStore]:
        def no_connection() -> SqlStore:
            raise StoreError("too many connections")

        return no_connection

    def fail(store: SqlStore) -> Callable[[], SqlStore] | None:
        assert store._connection is not None
        store._connection.begin_nested()  # PostgreSQL exports nothing from inside one
        return share(store)

    monkeypatch.setattr(SqlStore, "share", refuse)
    assert result(url, 2) == one and not confined
    monkeypatch.setattr(SqlStore, "share", fail)
    assert result(url, 2) == one and len(confined) == url.startswith("sqlite")
