"""The reference store: every backend alike, and safe under faults."""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.engine.run import run as run_checks
from dispatch_lint.report import Outcome, format_named
from dispatch_lint.rule import Example, Finding, Reference, Rule, stored
from dispatch_lint.store.entity_store import Filter, Scope, WritableStore
from dispatch_lint.store.importing import MixedOrganizations, import_sources
from dispatch_lint.store.ledger_file import LedgerFile, write_ledger
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.opening import open_for_writing
from dispatch_lint.store.rows import StoreRows
from dispatch_lint.store.tables import content_digest, entry_checksum, row_digest
from tests import postgres
from tests.conftest import Lint
from tests.test_cli import check, run, write

BACKENDS = ["memory", "sqlite", "postgresql"]
CLASSIFIER = Classifier(Settings(), load_catalogue(Settings()))


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    found = postgres.binaries()
    if found is None:
        pytest.skip("needs the binaries of a PostgreSQL server")
    with postgres.running(found) as running:
        yield running


def query(url: str, *statements: str) -> list[tuple[Any, ...]]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def database(server: postgres.Server) -> str:
    """The URL of an empty database."""
    name = f"d{random.Random().getrandbits(48):x}"
    query(server.url("postgres"), f"CREATE DATABASE {name}")
    return server.url(name)


@pytest.fixture
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], WritableStore]:
    def make(backend: str) -> WritableStore:
        if backend == "memory":
            return MemoryStore()
        if backend == "sqlite":
            return open_for_writing(str(tmp_path / "refs.db"))
        url: str = request.getfixturevalue("database")
        return open_for_writing(url)

    return make


def put(store: WritableStore, text: str, **options: Any) -> tuple[Any, int]:
    """Import lines of JSONL."""
    source = Source("store.jsonl", "jsonl", opener=lambda: io.BytesIO(text.encode()))
    return import_sources(store, [source], CLASSIFIER, **options)


def report(folder: Path, store: WritableStore | None, text: str, **said: Any) -> dict[str, Any]:
    """What the JSON report says of a text that is checked against a store."""
    name = said.pop("file", "example.yaml")
    (folder / name).write_text(text)
    settings = parse(said)
    facts = StoreRows(store, [store]) if store is not None else None
    before = Path.cwd()
    os.chdir(folder)
    try:
        found = run_checks(make_checker(settings), sources_of([name], settings), store=facts)
    finally:
        os.chdir(before)
    assert not found.summary.problems
    lines = format_named("json")(Outcome(found.violations, [], found.summary, False, lambda *_: ""))
    result: dict[str, Any] = json.loads("".join(lines))
    return result


CORPUS_EXAMPLES = [
    pytest.param(name, example, backend, id=f"{name}-{number}-{backend}")
    for name, rule in load_rules().items()
    if "corpus" in rule.scopes()
    for number, example in enumerate((*rule.valid, *rule.invalid))
    if example.store
    for backend in BACKENDS
]

ESTATE = "".join(
    [
        stored("Image", id="i1", name="nodejs", baseImageName="base"),
        stored("Image", id="i2", name="python", status="ERROR", reason=["no space"]),
        stored("Image", id="i3", name="java", organizationId="globex"),
        stored("Secret", id="s1", name="password", status=""),
        stored("Secret", id="s2", name="token", status="DELETING"),
        stored("Function", id="f1", name="hello", image="nodejs", secrets=["password"]),
        stored("ServiceClass", id="c1", name="db", organizationId="___global___",
               plans=[{"name": "small"}, {"name": "large"}]),
        stored("Application", id="a1", name="shop"),
        stored("Application", id="a2", name="gone", status="DELETED"),
    ]
)  # fmt: skip
DOCUMENTS = """\
kind: Function
name: one
image: nodjs
secrets: [password, tokn]
tags: [{key: Application, value: shop}]
---
kind: Function
name: two
image: java
secrets: [token]
tags: [{key: Application, value: gone}]
---
kind: Function
name: three
image: python
services: [mine]
---
kind: Function
name: four
image: i1
---
kind: ServiceInstance
name: mine
serviceClass: db
servicePlan: medium
---
kind: Secret
name: token
---
kind: Secret
name: nobody
"""
EVERY_CORPUS_RULE = "".join(
    [
        stored("Function", id="f1", name="hullo", image="nodejs"),
        stored("Function", id="f9", name="hello", image="nodejs"),
        stored("Secret", id="s9", name="token", status="CREATING"),
        stored("Image", id="i1", name="nodejs", status="UPDATING", revision=-1),
        stored("Application", id="a1", name="shop", status="DELETING"),
        stored("Application", id="a2", name="gone"),
        stored("Application", id="a7", name="new", status="UPDATING"),
        stored("Application", id="a8", name="new"),
    ]
)


@pytest.mark.parametrize(("rule", "example", "backend"), CORPUS_EXAMPLES)
def test_examples_of_corpus_rules_on_every_backend(
    rule: str, example: Example, backend: str, make_store: Any, tmp_path: Path
) -> None:
    store = make_store(backend)
    put(store, example.store)
    said = {"select": [rule], "file": example.file, **example.settings}
    found = report(tmp_path, store, example.text, **said)["violations"]
    assert [(one["pointer"], one["message"]) for one in found] == list(example.violations)
    store.close()


def test_the_texts_have_every_fault_that_corpus_rules_know(make_store: Any, tmp_path: Path) -> None:
    found = set()
    for text, file in ((DOCUMENTS, "d.yaml"), (EVERY_CORPUS_RULE, "d.jsonl")):
        store = make_store("memory")
        put(store, ESTATE)
        said = {"select": ["all"], "organization": "acme", "file": file}
        found |= {one["rule"] for one in report(tmp_path, store, text, **said)["violations"]}
    assert found >= {name for name, rule in load_rules().items() if rule.has("judge")}


@pytest.mark.parametrize(
    ("text", "file"), [(DOCUMENTS, "d.yaml"), (EVERY_CORPUS_RULE, "d.jsonl"), (ESTATE, "e.jsonl")]
)
def test_all_backends_give_one_report(
    text: str, file: str, make_store: Any, tmp_path: Path
) -> None:
    reports = []
    for backend in BACKENDS:
        store = make_store(backend)
        put(store, ESTATE, now="2026-01-01T00:00:00Z")
        said = {"select": ["all"], "organization": "acme", "file": file}
        reports.append(report(tmp_path, store, text, **said))
        store.close()
    assert reports[0] == reports[1] == reports[2]
    rules = {one["rule"] for one in reports[0]["violations"]}
    if file == "d.yaml":
        assert rules >= {
            "unresolved-reference", "cross-organization-reference", "reference-not-ready",
            "foreign-key-value", "name-reuse",
        }  # fmt: skip
        (plan,) = [one for one in reports[0]["violations"] if one["pointer"] == "/servicePlan"]
        assert plan["message"].startswith('there is no ServicePlan "medium"')
    if file == "d.jsonl":
        assert rules >= {"unique-id", "unique-key", "name-reuse", "status-transition"}
        related = [
            one["related"] for one in reports[0]["violations"] if one["rule"] == "name-reuse"
        ]
        assert [(one[0]["file"], one[0]["line"]) for one in related] == [("store.jsonl", 5)]
    if file == "e.jsonl":
        # What the store has seen is no deviation when it is seen again; but DELETED is the end.
        assert rules & {"unique-id", "unique-key", "name-reuse", "revision-order"} == set()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_store_answers_what_it_is_asked(backend: str, make_store: Any) -> None:
    store = make_store(backend)
    counts, skipped = put(store, ESTATE + '{"name": "package"}\n')
    assert (counts.added, counts.changed, counts.unchanged, skipped) == (9, 0, 0, 1)
    again, _ = put(store, ESTATE.replace("no space", "no room"))
    assert (again.added, again.changed, again.unchanged, again.deleted) == (0, 1, 8, 0)

    def keys(**which: Any) -> list[str]:
        return [one.key for one in store.entities(Filter(**which))]

    assert len(keys()) == store.count() == 9
    assert keys(kind="Secret") == ["acme/Secret/password", "acme/Secret/token"]
    assert keys(organization="globex") == ["globex/Image/java"]
    assert keys(status="DELETED") == ["acme/Application/gone"]
    assert store.get("acme/Image/nodejs").entity["baseImageName"] == "base"
    assert store.get("acme/Image/nodjs") is None
    assert {one.key for one in store.find(["acme/Secret/token", "x", "a\0b", "\ud800"])} == {
        "acme/Secret/token"
    }
    assert [one.key for one in store.with_ids(["i2"])] == ["acme/Image/python"]
    named = store.named([("ServicePlan", "small"), ("Image", "java")])
    assert {one.key for one in named} == {"globex/Image/java", "___global___/ServiceClass/db"}
    assert [one.key for one in store.referring([("Image", "nodejs")])] == ["acme/Function/hello"]
    assert store.names("ServicePlan", 9) == ["large", "small"]
    assert store.names("Image", 2) == ["java", "nodejs"]
    with store.transaction():
        store.begin_prune()
        scope = Scope("globex", "Image", "stored")
        assert store.prune([scope], "2026-02-02T00:00:00Z").deleted == 1
    assert store.get("globex/Image/java").status == "DELETED"
    (entry,) = store.ledger(["i3"])
    assert entry.deleted == "2026-02-02T00:00:00Z"
    assert [one.identity for one in store.ledger_entries()] == [
        "a1", "a2", "c1", "f1", "i1", "i2", "i3", "s1", "s2",
    ]  # fmt: skip
    store.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_tags_of_both_forms_are_found(backend: str, make_store: Any) -> None:
    store = make_store(backend)
    put(store, stored("Secret", name="a", tags={"role": "test", 'od"d': "x"})
        + '{"kind": "Secret", "name": "b", "tags": [{"key": "role", "value": "test"}, {"key": "n", "value": null}]}\n')  # fmt: skip
    for tags, found in (
        ({"role": "test"}, 2),
        ({"role": "x"}, 0),
        ({"nothing": "test"}, 0),
        ({"n": "None"}, 0),
    ):
        assert len(list(store.entities(Filter(tags=tags)))) == found
    store.close()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(3))
def test_entities_that_come_again_hold_in_their_order(
    backend: str, seed: int, make_store: Any
) -> None:
    """Whether in one batch, each by itself, or in memory; before and after others."""
    dice = random.Random(seed)

    def some() -> str:
        lines = []
        for _ in range(40):
            name, identity = dice.choice("abc"), dice.choice("12")
            status = dice.choice(["READY", "READY", "DELETED"])
            image = {"image": dice.choice("xy"), "secrets": dice.choice([None, ["s"], ["s", "t"]])}
            lines.append(stored("Function", id=identity, name=name, status=status, **image))
        return "".join(lines)

    texts = [some(), some(), some()]

    def outcome(store: Any, batch: int) -> list[Any]:
        said: list[Any] = []
        for text, prune in zip(texts, (False, False, True), strict=True):
            said.append(put(store, text, now="2026-01-01T00:00:00Z", prune=prune, batch=batch))
            said.append(list(store.entities(Filter())))
            said.append(list(store.ledger_entries()))
            said += [sorted(one.key for one in store.referring([("Image", name)])) for name in "xy"]
            said += [
                sorted(one.key for one in store.referring([("Secret", name)])) for name in "st"
            ]
        return said

    found = [outcome(make_store("memory"), 1)]
    for batch in (1, 7, 1_000):
        store = make_store(backend)
        if batch > 1:
            with store.transaction():
                for table in ("entity", "reference", "contained", "ledger"):
                    store._execute(sa.text(f"DELETE FROM {table}"))
        found.append(outcome(store, batch))
        store.close()
    assert found[0] == found[1] == found[2] == found[3]


@pytest.mark.parametrize("backend", BACKENDS)
def test_prune_is_about_what_the_import_has(backend: str, make_store: Any) -> None:
    store = make_store(backend)
    put(store, ESTATE, now="2026-01-01T00:00:00Z")
    live = {entity.key for entity in store.entities(Filter()) if not entity.deleted}
    offered: list[str] = []
    counts, _ = put(
        store, stored("Image", id="i1", name="nodejs"), prune=True, confirm=offered.extend
    )
    gone = {key for key in live if key.startswith("acme/Image/")} - {"acme/Image/nodejs"}
    assert offered == sorted(gone) and counts.deleted == len(gone) > 0
    assert {entity.key for entity in store.entities(Filter()) if entity.deleted} == gone
    put(store, '{"kind": "Image", "name": "x", "organizationId": "other"}\n', prune=True)
    put(store, '{"kind": "Image", "name": "m"}\n', prune=True)  # a manifest
    assert {entity.key for entity in store.entities(Filter()) if entity.deleted} == gone
    store.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_is_not_confirmed_is_not_imported(backend: str, make_store: Any) -> None:
    def refuse(keys: Iterator[str]) -> None:
        raise KeyboardInterrupt

    store = make_store(backend)
    put(store, ESTATE)
    before = list(store.entities(Filter()))
    with pytest.raises(KeyboardInterrupt):
        put(store, stored("Image", id="i9", name="new"), prune=True, confirm=refuse)
    assert list(store.entities(Filter())) == before
    counts, _ = put(store, stored("Image", id="i9", name="new"), prune=True, dry_run=True)
    assert counts.added == 1 and counts.deleted > 0
    assert list(store.entities(Filter())) == before
    store.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_organizations_are_not_mixed_by_accident(backend: str, make_store: Any) -> None:
    manifest, row = '{"kind": "API", "name": "cart"}\n', stored("API", id="1", name="cart")
    store = make_store(backend)
    put(store, row, mixed=False)
    with pytest.raises(
        MixedOrganizations, match="1 document to import names no organization"
    ) as found:
        put(store, manifest, mixed=False)
    assert (found.value.organizations, found.value.unnamed) == (["acme"], 1)
    with pytest.raises(MixedOrganizations):
        put(store, row + manifest, mixed=False)
    assert store.count() == 1
    put(store, manifest, mixed=True)
    put(store, row, mixed=False)  # it was allowed before
    store.close()


def test_rows_beside_manifests_are_refused_too() -> None:
    store = MemoryStore()
    put(store, '{"kind": "API", "name": "cart"}\n', mixed=False)
    with pytest.raises(MixedOrganizations, match="memory has entities of no organization"):
        put(store, stored("API", id="1", name="cart"), mixed=False)


def test_import_asks_before_it_deletes(tmp_path: Path) -> None:
    write(tmp_path, a_jsonl=stored("Secret", name="a", id="1") + stored("Secret", name="b", id="2"),
          b_jsonl=stored("Secret", name="b", id="2"), m_yaml="kind: Secret\nname: c\n")  # fmt: skip

    def call(*arguments: str) -> tuple[int, str, str]:
        result = run(tmp_path, "store", "import", *arguments, "--store", "refs.db")
        return result.returncode, result.stdout.decode(), result.stderr.decode()

    assert (
        call("a.jsonl", "--dry-run")[1].startswith("Dry run: 2 added")
        and not (tmp_path / "refs.db").exists()
    )
    assert call("a.jsonl")[0] == 0
    code, out, error = call("b.jsonl", "--prune")
    assert (code, out) == (2, "") and "  acme/Secret/a\n" in error and "use --yes" in error
    assert call("b.jsonl", "--prune", "--dry-run")[1].endswith("1 deleted in refs.db\n")
    assert (
        call("b.jsonl", "--prune", "--yes")[1]
        == "0 added, 0 changed, 1 unchanged, 1 deleted in refs.db\n"
    )
    code, _, error = call("m.yaml")
    assert code == 2 and "use --organization NAME" in error
    assert call("m.yaml", "--mixed")[1].startswith("1 added")
    assert call("a.jsonl", "--dry-run", "--ledger", "b.jsonl")[0] == 2
    # A store has all kinds: what it does not have of any is gone.
    write(tmp_path, i_jsonl=stored("Image", name="i", id="3"))
    run(tmp_path, "store", "import", "i.jsonl", "--store", "other.db")
    assert call("sqlite:///other.db", "--prune", "--yes")[1].endswith("1 deleted in refs.db\n")


@pytest.mark.parametrize("backend", BACKENDS)
def test_prune_marks_what_is_gone(backend: str, make_store: Any) -> None:
    store = make_store(backend)
    put(store, ESTATE, now="2026-01-01T00:00:00Z")
    kept = "".join(line for line in ESTATE.splitlines(keepends=True) if '"s2"' not in line)
    counts, _ = put(store, kept, prune=True, now="2026-01-02T00:00:00Z")
    assert (counts.unchanged, counts.deleted) == (8, 1)
    assert store.get("acme/Secret/token").status == "DELETED"
    (entry,) = store.ledger(["s2"])
    assert (entry.first_seen, entry.deleted) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    again, _ = put(store, kept, prune=True)
    assert (again.unchanged, again.deleted) == (8, 0)
    store.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_story_of_a_name(backend: str, make_store: Any, tmp_path: Path) -> None:
    """Guide, Name and IDs; Status: a name is reused when its owner is gone, an ID never."""
    store = make_store(backend)

    def said(**fields: Any) -> list[str]:
        text = stored("Application", **fields)
        found = report(tmp_path, store, text, file="now.jsonl", ignore=["status-reserved"])
        return [one["rule"] for one in found["violations"]]

    def becomes(**fields: Any) -> None:
        put(store, stored("Application", **fields))

    with store.transaction():
        pass  # an empty store
    assert said(id="1", status="INITIALIZED") == []
    becomes(id="1", status="INITIALIZED")
    assert said(id="1", status="READY", revision=2) == []
    becomes(id="1", status="READY", revision=2)
    assert said(id="1", status="READY", revision=1) == ["revision-order"]
    assert said(id="2", status="INITIALIZED") == ["unique-id"]
    becomes(id="1", status="DELETING", revision=3)
    assert said(id="2", status="INITIALIZED") == ["name-reuse"]
    assert said(id="1", status="READY", revision=4) == ["status-transition"]
    becomes(id="1", status="DELETED", revision=4)
    assert said(id="2", status="INITIALIZED") == []
    assert said(id="1", status="INITIALIZED", revision=5) == ["unique-id"]
    becomes(id="2", status="READY")
    assert said(id="2", status="READY", revision=1) == []
    assert said(id="2", status="READY", revision=1, name="other") == ["unique-id"]
    assert said(id="1", status="READY", name="other") == ["unique-id"]
    (first,) = store.ledger(["1"])
    assert first.deleted and first.key == "acme/Application/shop"
    store.close()


def test_a_deleted_copy_does_not_displace_the_living(tmp_path: Path) -> None:
    for store in (MemoryStore(), open_for_writing(str(tmp_path / "refs.db"))):
        put(store, stored("Application", id="1") + stored("Application", id="0", status="DELETED"))
        found = store.get("acme/Application/shop")
        assert found is not None and found.identity == "1"
        assert [one.deleted != "" for one in store.ledger(["0", "1"])] == [True, False]


MANIFEST = "kind: Secret\nname: token\nsecrets: {a: new}\n"


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_a_server_has_given_is_not_lost_to_a_manifest(backend: str, make_store: Any) -> None:
    store = make_store(backend)
    row = stored("Secret", id="7", name="token", revision=4)
    manifest = '{"kind": "Secret", "name": "token", "secrets": {"a": "new"}}\n'
    acme = Classifier(parse({"organization": "acme"}), CLASSIFIER.catalogue)

    def take(text: str) -> tuple[Any, ...]:
        source = Source("a.jsonl", "jsonl", opener=lambda: io.BytesIO(text.encode()))
        counts, _ = import_sources(store, [source], acme)
        found = store.get("acme/Secret/token") if backend == "memory" else looked_up(store)
        return counts.added, counts.changed, counts.unchanged, counts.kept, found.identity

    def looked_up(store: Any) -> Any:
        with store.transaction():
            return store.get("acme/Secret/token")

    assert take(manifest) == (1, 0, 0, 0, "")
    assert take(manifest + row) == (0, 1, 1, 0, "7")  # a server has stored it
    assert take(manifest) == (0, 0, 1, 1, "7")
    assert take(row.replace('"revision": 4', '"revision": 5') + manifest) == (0, 1, 1, 1, "7")
    assert take(row.replace("READY", "DELETED")) == (0, 1, 0, 0, "7")
    assert take(manifest) == (0, 1, 0, 0, "")  # it is made anew
    store.close()


def test_import_says_which_documents_it_leaves_out(tmp_path: Path) -> None:
    write(tmp_path, a_jsonl=stored("Secret", id="7", name="token"), m_yaml=MANIFEST)
    run(tmp_path, "store", "import", "a.jsonl", "--store", "refs.db")
    result = run(
        tmp_path, "store", "import", "m.yaml", "--organization", "acme", "--store", "refs.db"
    )
    assert result.stdout == b"0 added, 0 changed, 1 unchanged, 0 deleted in refs.db\n"
    assert result.stderr == (
        b"left out 1 document without an ID: refs.db has the entity, with the ID and the status that a "
        b"server gave it\n"
    )
    assert (
        b'"id": "7"'
        in run(tmp_path, "store", "get", "acme/Secret/token", "--store", "refs.db").stdout
    )


class Targets(Rule):
    """Reads the tags of every target."""

    name = "targets"
    summary = "reads tags"
    guide = None

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if reference.target is not None and reference.target.tags:
            yield Finding((), "tagged")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_entities_of_a_store_are_fetched_together(
    backend: str, make_store: Any, tmp_path: Path
) -> None:
    store = make_store(backend)
    put(store, "".join(
        stored("Image", id=f"i{number}", name=f"i{number}", tags={"a": "b"}) for number in range(500)
    ))  # fmt: skip
    (tmp_path / "many.jsonl").write_text("".join(
        stored("Function", id=f"f{number}", name=f"f{number}", image=f"i{number}")
        for number in range(500)
    ))  # fmt: skip
    queries: list[str] = []

    def note(*given: Any) -> None:
        queries.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    checker = make_checker(Settings(select=("targets",)), known={"targets": Targets})
    with store.transaction():
        found = run_checks(
            checker, sources_of([str(tmp_path / "many.jsonl")], Settings()), store=StoreRows(store, [store])
        )  # fmt: skip
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert (found.summary.problems, found.summary.rules) == ([], {"targets": 500})
    asked = [query for query in queries if query.startswith("SELECT") and "pg_" not in query]
    assert len(asked) < 15  # and what SQLAlchemy asks the server's catalog for


@pytest.fixture
def to_rename(tmp_path: Path) -> Path:
    """Documents that were imported, one of which is elsewhere now."""
    write(
        tmp_path, m_yaml="kind: Image\nname: a\n---\nkind: Function\nname: f\nimage: a\n",
        other_yaml="kind: Function\nname: g\nimage: a\n---\nkind: Image\nname: taken\n",
    )  # fmt: skip
    (tmp_path / "dispatch-lint.toml").write_text("store = 'refs.db'\norganization = 'acme'\n")
    assert run(tmp_path, "store", "import", "m.yaml", "other.yaml").returncode == 0
    return tmp_path


def test_rename_refuses_to_leave_references_in_the_store(to_rename: Path) -> None:
    other = (to_rename / "other.yaml").read_text()
    (to_rename / "other.yaml").unlink()
    before = (to_rename / "m.yaml").read_text()
    for name, why in (
        ("b", "1 entity that is not among the documents refers to Image/a: acme/Function/g"),
        ("taken", "there is already acme/Image/taken"),
    ):
        result = run(to_rename, "rename", "Image/a", name)
        assert (result.returncode, result.stdout) == (2, b"")
        expected = f"dispatch-lint: refs.db: {why}; use --force to rename only the documents\n"
        assert result.stderr.decode() == expected
        assert (to_rename / "m.yaml").read_text() == before
    result = run(to_rename, "rename", "Image/a", "b", "--force")
    assert result.stdout == b"renamed 1 entity and 1 reference in 1 file\n"
    assert result.stderr.decode().endswith("refers to Image/a: acme/Function/g: not changed\n")
    # what is a document is no longer as the store has it
    (to_rename / "m.yaml").write_text(before)
    (to_rename / "other.yaml").write_text(other)
    result = run(to_rename, "rename", "Image/a", "b")
    assert result.stdout == b"renamed 1 entity and 2 references in 2 files\n"


def test_rename_says_that_the_store_cannot_be_read(to_rename: Path) -> None:
    (to_rename / "refs.db").unlink()
    result = run(to_rename, "rename", "Image/a", "b")
    assert result.returncode == 2 and b"refs.db: no such store" in result.stderr


def test_no_letter_of_a_key_is_an_option(tmp_path: Path) -> None:
    """Reports show keys that begin with a dash; `-h` is the help, `-f` the format."""
    (tmp_path / "a.yaml").write_text("kind: Image\nname: shelf\n")
    result = run(tmp_path, "rename", "-/Image/shelf", "half")
    assert result.stdout == b"renamed 1 entity and 0 references in 1 file\n", result.stderr
    assert run(tmp_path, "store", "import", "a.yaml", "--store", "refs.db").returncode == 0
    for command in ("get", "refs"):
        result = run(tmp_path, "store", command, "-/Image/half", "--store", "refs.db")
        assert result.returncode == 0 and b"Usage" not in result.stdout, result.stderr
    (tmp_path / "-").mkdir()
    (tmp_path / "-" / "a.toml").write_text("organization = 'acme'\n")
    result = run(tmp_path, "rename", "-/Image/half", "whole", "a.yaml", "--config", "-/a.toml")
    assert result.stdout == b"renamed 1 entity and 0 references in 1 file\n", result.stderr
    result = run(tmp_path, "rename", "-x", "-/Image/half", "shelf")
    assert result.returncode == 2 and b"No such option" in result.stderr


def test_import_is_all_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "kind: Secret\nname: a\n---\nkind: Secret\nsecrets: {a: b\n---\nkind: Secret\n"
    )
    (tmp_path / "b.jsonl").write_text('{"kind": "Secret", "name": "b"}\n{"kind": "Secret",\n')
    result = run(tmp_path, "store", "import", "a.yaml", "b.jsonl", "--store", "refs.db")
    assert result.returncode == 2
    error = result.stderr.decode()
    assert "a.yaml:7:1: the entity has no name, and therefore no key" in error
    assert "a.yaml:5:15: cannot be parsed" in error
    assert "b.jsonl:2:19: cannot be parsed" in error
    assert b"no such store" in run(tmp_path, "store", "list", "--store", "refs.db").stderr


def test_commands(tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text("store = 'sqlite:///refs.db'\n")
    (tmp_path / "estate.jsonl").write_text(ESTATE)

    def said(*arguments: str, code: int = 0) -> str:
        result = run(tmp_path, "store", *arguments)
        assert result.returncode == code, result
        assert b"Traceback" not in result.stderr
        return (result.stdout or result.stderr).decode()

    assert said("get", "acme/Image/nodejs", code=2).startswith(
        "dispatch-lint: sqlite:///refs.db: no such store; create it with"
    )
    assert said("import", "estate.jsonl") == (
        "9 added, 0 changed, 0 unchanged, 0 deleted in sqlite:///refs.db\n"
    )
    assert json.loads(said("get", "acme/Image/nodejs"))["baseImageName"] == "base"
    assert json.loads(said("get", "Image/acme/nodejs"))["name"] == "nodejs"
    assert 'did you mean "acme/Image/nodejs"?' in said("get", "acme/Image/nodjs", code=1)
    assert "is not a key" in said("get", "nodejs", code=2)
    listed = said("list", "--kind", "SecretEntity")
    assert [line.split()[0] for line in listed.splitlines()] == [
        "KEY", "acme/Secret/password", "acme/Secret/token",
    ]  # fmt: skip
    assert json.loads(said("list", "--status", "ERROR", "-f", "json")) == [
        {"key": "acme/Image/python", "status": "ERROR", "revision": 0, "id": "i2"}
    ]
    assert 'did you mean "Secret"?' in said("list", "--kind", "Secrt", code=2)
    references = json.loads(said("refs", "acme/Function/hello", "-f", "json"))
    assert [(one["direction"], one["key"], one["state"]) for one in references] == [
        ("to", "acme/Image/nodejs", "resolved"), ("to", "acme/Secret/password", "resolved"),
    ]  # fmt: skip
    assert "acme/Function/hello" in said("refs", "acme/Image/nodejs")
    assert "missing" in said("refs", "acme/Image/nodejs")
    assert "acme/Image/nodejs" in said("history", "i1")
    assert "is not in the ledger" in said("history", "i77", code=1)
    lines = said("export").splitlines()
    assert len(lines) == 9 and json.loads(lines[0])["kind"]
    assert len(said("export", "--organization", "acme").splitlines()) == 7
    nothing = 'dispatch-lint: sqlite:///refs.db has no entity of the organization "nobody"\n'
    assert said("export", "--organization", "nobody") == nothing
    assert said("export", "--ledger", "ids.txt") == "9 IDs in ids.txt\n"
    assert (
        (tmp_path / "ids.txt").read_text().splitlines()[1].startswith("a1\tacme/Application/shop\t")
    )
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: nodjs\n")
    code, out, _ = check(tmp_path, "f.yaml", "-f", "concise")
    assert code == 1
    assert out.splitlines() == [
        'f.yaml:3:8: error[unresolved-reference] there is no Image "nodjs"; did you mean "nodejs"?',
        "1 error. 1 document in 1 file checked, 0 skipped, closed world: all references checked.",
    ]


def test_a_store_can_be_checked_itself(tmp_path: Path) -> None:
    (tmp_path / "estate.jsonl").write_text(
        ESTATE + stored("Function", id="f2", name="x", image="no")
    )
    run(tmp_path, "store", "import", "estate.jsonl", "--store", "refs.db")
    code, out, _ = check(tmp_path, "sqlite:///refs.db", "--isolated", "-f", "concise")
    assert code == 1
    assert (
        'sqlite:///refs.db: acme/Function/x: error[unresolved-reference] there is no Image "no"'
    ) in out
    assert "10 documents in 1 store checked" in out
    full = check(tmp_path, "sqlite:///refs.db", "--isolated")[1]
    assert " --> sqlite:///refs.db: acme/Function/x (acme/Function/x)\n  = at: /image\n" in full


def test_a_committed_ledger(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, ESTATE, now="2026-01-01T00:00:00Z")
    file = tmp_path / "ids.txt"
    file.write_text("i1\tacme/Image/old\t2020-01-01T00:00:00Z\t2021-01-01T00:00:00Z\n" * 2)
    assert write_ledger(file, "ids.txt", store.ledger_entries()) == 10
    text = file.read_text()
    assert write_ledger(file, "ids.txt", store.ledger_entries()) == 10
    assert file.read_text() == text and list(text.splitlines()[1:]) == sorted(text.splitlines()[1:])
    (tmp_path / "dispatch-lint.toml").write_text("ledger = 'ids.txt'\n")
    (tmp_path / "e.jsonl").write_text(stored("Image", id="i1", name="new"))
    code, out, _ = check(tmp_path, "e.jsonl", "--select", "unique-id")
    assert code == 1
    line = text.splitlines().index("i1\tacme/Image/nodejs\t2026-01-01T00:00:00Z\t-") + 1
    assert 'the ID "i1" already belongs to acme/Image/nodejs' in out
    assert f"the entity with this ID: ids.txt:{line}:1" in out
    file.write_text(f"{text}<<<<<<< HEAD\n")
    code, out, error = check(tmp_path, "e.jsonl", "--select", "unique-id")
    assert code == 2
    assert "ids.txt:12: not a line of a ledger" in error and "unresolved merge conflict" in error


TIME = "2026-01-01T00:00:00Z"
NO_LINE = "not a line of a ledger: "


@pytest.mark.parametrize(("line", "said"), [
    ("odd line", f"{NO_LINE}it has 1 field and not 4 (ID, key, first seen, deleted; separated by tabs)\n"),
    (f"i\ta/Image/b\t{TIME}", f"{NO_LINE}it has 3 fields and not 4 ("),
    (f"i\ta/Image/b\t{TIME}\t-\t-", f"{NO_LINE}it has 5 fields and not 4 ("),
    ("i\ta/Image/b\tyesterday\t-", f'{NO_LINE}the third field, first seen, is "yesterday", which is no time such as 2026-'),
    (f"i\ta/Image/b\t{'x' * 60}\t-", f'first seen, is "{"x" * 40}…", which is no time'),
    (f"i\ta/Image/b\t{TIME}\t", f'{NO_LINE}the fourth field, deleted, is "", which is neither "-" nor a time such as 2026-'),
    (f"i\\x\ta/Image/b\t{TIME}\t-", "an escape with \\ in the ID is not complete\n"),
    (f"i\ta/Image/b\\u00\t{TIME}\t-", "an escape with \\ in the key is not complete\n"),
    (f"i\\x00\ta/Image/b\t{TIME}\t-", "the ID contains a character that a store cannot hold\n"),
    (f"i\ta/Image/\\ud83d\t{TIME}\t-", "the key contains a character that a store cannot hold\n"),
])  # fmt: skip
def test_what_is_wrong_with_a_line_of_a_ledger(line: str, said: str, tmp_path: Path) -> None:
    """The field is named, by whatever reads the file."""
    (tmp_path / "ids.txt").write_text(f"# a comment\n{line}\n")
    (tmp_path / "dispatch-lint.toml").write_text("ledger = 'ids.txt'\n")
    (tmp_path / "e.jsonl").write_text(stored("Image", id="i", name="new"))
    code, _, error = check(tmp_path, "e.jsonl", "--select", "unique-id")
    imported = run(tmp_path, "store", "import", "--ledger", "ids.txt", "--store", "refs.db")
    assert (code, imported.returncode) == (2, 2)
    for shown in (error, imported.stderr.decode()):
        assert said in shown.partition("ids.txt:2: ")[2]


def test_odd_ids_survive_the_ledger(tmp_path: Path) -> None:
    store = MemoryStore()
    put(store, stored("Image", id="a\tb\\ü", name="x") + stored("Image", id="#c", name="y"))
    file = tmp_path / "ids.txt"
    write_ledger(file, "ids.txt", store.ledger_entries())
    assert {one.identity for one in LedgerFile(file, "ids.txt").entries()} == {"a\tb\\ü", "#c"}


def test_another_organization_is_named_once(lint: Lint) -> None:
    """Two entities of one name there are another matter: one place says where it is."""
    target = stored("Image", name="nodejs", organizationId="globex", baseImageName="b")
    text = (
        target + target.replace('"1"', '"2"') + stored("Function", id="3", name="f", image="nodejs")
    )
    found = [one for one in lint({"e.jsonl": text}) if one.rule == "cross-organization-reference"]
    assert [len(one.related) for one in found] == [1]


TOGETHER = """
from dispatch_lint.rule import Fact, Finding, Rule
class SameImage(Rule):
    "Functions share no image."
    name = "same-image"
    summary = "two functions with one image"
    def collect(self, entity):
        image = entity.get("image")
        if isinstance(image, str):
            yield Fact(image, entity.key, ("image",))
    def judge(self, group):
        keys = sorted({fact.data for fact in group.facts})
        if len(keys) > 1:
            for fact in group.facts:
                yield Finding(fact.path, f"shared by {', '.join(keys)}", entity=fact.entity)
"""


def test_groups_of_a_rule_of_ones_own_are_found_in_a_store(tmp_path: Path) -> None:
    """No look-up leads to them: the store is read as a whole."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "same_image.py").write_text(TOGETHER)
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\nselect = ['same-image']\n")
    functions = [("f", "i"), ("g", "i"), ("h", "j")]
    (tmp_path / "all.jsonl").write_text(
        "".join(stored("Function", id=name, name=name, image=image) for name, image in functions)
    )
    run(tmp_path, "store", "import", "all.jsonl", "--store", "refs.db")
    (tmp_path / "new.yaml").write_text(
        "kind: Function\nname: new\nimage: i\n---\nkind: Function\nname: other\nimage: k\n"
    )
    code, out, _ = check(tmp_path, "new.yaml", "--store", "refs.db", "-f", "concise")
    assert code == 1
    (line, *_) = out.splitlines()
    assert line.startswith("new.yaml:3:8: error[same-image] shared by ")
    assert "Function/f, " in line and "Function/g" in line and "/h" not in line
    assert "1 error. 2 documents" in out


def test_a_rule_that_raises_at_what_a_store_remembers_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "same_image.py").write_text(
        TOGETHER.replace("isinstance(image, str)", "entity.row.key")  # which only documents have
    )
    (tmp_path / "dispatch-lint.toml").write_text("plugins = ['mine']\n")
    (tmp_path / "all.jsonl").write_text(
        stored("Secret", id="1", name="a") + stored("Secret", id="2", name="b")
    )
    run(tmp_path, "store", "import", "all.jsonl", "--store", "refs.db")
    (tmp_path / "new.yaml").write_text("kind: Function\nname: a b\nimage: x\n")
    code, out, error = check(tmp_path, "new.yaml", "--store", "refs.db", "-f", "concise")
    assert code == 2
    assert "error[name-format]" in out and "error[unresolved-reference]" in out
    said = "internal error in the rule same-image (mine/same_image.py:9): AttributeError"
    assert error.count(said) == 1


def test_digests_are_those_of_stores_that_exist() -> None:
    """Else every row of an older store would seem to be damaged."""
    stored = StoredEntity(
        "acme/Image/nodejs", None, "Image", "nodejs", "i1", "stored", "READY", 7, "entity",
        "2026-01-01T00:00:00Z", "{}", '{"name": "n\u00f6"}', "", "a.yaml:1:1:2:3", "[]",
    )  # fmt: skip
    content = content_digest(stored)
    assert content == "3664dfd03a3ea8b990857a5bd750459b"
    assert content_digest(stored._replace(deleted="", location_text="")) == content
    other = stored._replace(organization="acme", revision=None)
    assert content_digest(other) == "bf344e23829b86df9c314249c9f8dde0"
    assert row_digest(content, "", "") == f"{content}{'0' * 16}"
    assert row_digest(content, stored.location_text, stored.deleted) == f"{content}3ebf9dca52caff97"
    assert entry_checksum("i1", stored.key, "a", "b", "") == "0c57980971beeff900000000"
