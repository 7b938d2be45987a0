"""Moving a store: what another one of any kind makes of an archive is the same store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.rule import stored
from dispatch_lint.store.archive import archive_lines, restore_archive
from dispatch_lint.store.entity_store import WritableStore
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.opening import open_for_writing
from tests.test_cli import run
from tests.test_store import database, make_store, put, server

__all__ = ["database", "make_store", "server"]


def lines(store: WritableStore) -> list[str]:
    with store.transaction():
        return list(archive_lines(store))


def moved(store: WritableStore, target: WritableStore, folder: Path) -> WritableStore:
    (folder / "archive.jsonl").write_text("".join(lines(store)))
    with target.transaction():
        restore_archive(target, str(folder / "archive.jsonl"))
    return target


IMPORTS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("123"),
                           st.sampled_from(["READY", "DELETED", "ERROR"])), max_size=4),
        st.booleans(),
    ), min_size=1, max_size=5,
)  # fmt: skip


@given(IMPORTS)
@hypothesis_settings(max_examples=40)
def test_a_store_that_is_moved_is_equal(
    tmp_path_factory: pytest.TempPathFactory, imports: list[tuple[list[tuple[str, str, str]], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("moved")
    first = open_for_writing(str(folder / "a.db"))
    for day, (entities, prune) in enumerate(imports, 1):
        text = "".join(
            stored("Secret", name=name, id=identity, status=status)
            for name, identity, status in entities
        )
        put(first, text, prune=prune, now=f"2026-01-{day:02}T00:00:00Z")
    second = moved(first, MemoryStore(), folder)
    third = moved(second, open_for_writing(str(folder / "b.db")), folder)
    assert lines(first) == lines(second) == lines(third)
    moved(third, third, folder)  # once more changes nothing
    assert lines(third) == lines(first)
    first.close()
    third.close()


def test_to_postgresql_and_back_no_id_is_forgotten(
    make_store: Callable[[str], WritableStore], tmp_path: Path
) -> None:
    first = make_store("sqlite")
    odd = "%s a'\"\\ü名\u2028"
    put(
        first,
        stored("Secret", name="a", id="1") + stored("Secret", name="b", id="2")
        + stored("Function", name=odd, id=odd, image=odd, secrets=[odd], tags={odd: odd}),
        now="2026-01-01T00:00:00Z",
    )  # fmt: skip
    put(first, stored("Secret", name="b", id="3"), prune=True, now="2026-01-02T00:00:00Z")
    second = moved(first, make_store("postgresql"), tmp_path)
    third = moved(second, open_for_writing(str(tmp_path / "back.db")), tmp_path)
    assert lines(first) == lines(second) == lines(third)
    assert [(entry.identity, bool(entry.deleted)) for entry in first.ledger(["1", "2", "3"])] == [
        ("1", True), ("2", False), ("3", False)
    ]  # fmt: skip
    for store in (first, second, third):
        store.close()


def test_commands(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        stored("Secret", name="a", id="1") + stored("Secret", name="b", id="2")
    )
    (tmp_path / "b.jsonl").write_text(stored("Secret", name="b", id="2"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    run(tmp_path, "store", "import", "b.jsonl", "--prune", "--yes", "--store", "one.db")
    assert (
        run(tmp_path, "store", "export", "--all", "-o", "all.jsonl", "--store", "one.db").returncode
        == 0
    )
    result = run(tmp_path, "store", "import", "all.jsonl", "--store", "two.db")
    assert (result.returncode, result.stdout) == (
        0,
        b"all.jsonl: 2 added, 0 changed, 0 unchanged in two.db\n",
    )
    both = [
        run(tmp_path, "store", "export", "--all", "--store", name).stdout
        for name in ("one.db", "two.db")
    ]
    assert both[0] == both[1] and both[0].count(b'"ledger"') == 2
    assert (
        b"deleted"
        in run(tmp_path, "store", "history", "1", "-f", "json", "--store", "two.db").stdout
    )
    # entities and ledger by themselves
    run(tmp_path, "store", "export", "-o", "entities.jsonl", "--store", "one.db")
    run(tmp_path, "store", "export", "--ledger", "ids.ledger", "--store", "one.db")
    result = run(
        tmp_path,
        "store",
        "import",
        "entities.jsonl",
        "--ledger",
        "ids.ledger",
        "--store",
        "three.db",
    )
    assert result.returncode == 0 and result.stdout.endswith(b"ids.ledger: 2 IDs in three.db\n")
    known = [
        json.loads(run(tmp_path, "store", "history", "1", "-f", "json", "--store", name).stdout)[0]
        for name in ("one.db", "three.db")
    ]
    assert known[0]["deleted"] == known[1]["deleted"] is not None
    assert run(tmp_path, "store", "import", "--store", "two.db").returncode == 2


def test_a_plain_export_is_imported_without_loss_or_refused(tmp_path: Path) -> None:
    def store(*arguments: str) -> tuple[int, bytes, bytes]:
        done = run(tmp_path, "store", *arguments)
        return done.returncode, done.stdout, done.stderr

    for name, owner in (("s9", "acme"), ("s9", "other"), ("s1", "acme")):
        (tmp_path / "m.yaml").write_text(f"kind: Secret\nname: {name}\nsecrets: {{a: {owner}}}\n")
        assert store("import", "m.yaml", "--organization", owner, "--store", "one.db")[0] == 0
    (tmp_path / "s.jsonl").write_text(stored("Secret", name="named", id="1"))
    assert store("import", "s.jsonl", "--store", "one.db")[0] == 0
    code, _, error = store("export", "-o", "out.jsonl", "--store", "one.db")
    assert code == 2 and b"acme and other" in error and b"--all" in error
    assert not (tmp_path / "out.jsonl").exists()
    for owner in ("acme", "other"):
        chosen = ["--organization", owner]
        assert store("export", "-o", "out.jsonl", *chosen, "--store", "one.db")[0] == 0
        assert store("import", "out.jsonl", *chosen, "--store", "two.db")[0] == 0
    listed = [store("list", "-f", "json", "--store", name)[1] for name in ("one.db", "two.db")]
    assert listed[0] == listed[1] and listed[0].count(b'"key"') == 4
    for option in (["--all"], ["--ledger", "-"]):
        assert store("export", *option, "--organization", "acme", "--store", "one.db")[0] == 2


def test_an_import_says_that_a_key_has_several_entities(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("---\n".join(
        f"kind: Secret\nname: {name}\nsecrets: {{a: {value}}}\n"
        for name, value in (("twice", "x"), ("same", "x"), ("same", "x"), ("twice", "y"), ("twice", "x"))
    ))  # fmt: skip
    for _ in range(2):
        result = run(tmp_path, "store", "import", "m.yaml", "--store", "one.db")
        assert result.returncode == 0
        assert b"1 key has several entities with different contents" in result.stderr
    (tmp_path / "m.yaml").write_text("kind: Secret\nname: same\nsecrets: {a: y}\n")
    result = run(tmp_path, "store", "import", "m.yaml", "--store", "one.db")
    assert b"1 changed" in result.stdout and b"several" not in result.stderr
    (tmp_path / "rows.jsonl").write_text(
        stored("Secret", name="new", id="1", status="DELETED")
        + stored("Secret", name="new", id="2")
    )
    result = run(tmp_path, "store", "import", "rows.jsonl", "--store", "two.db")
    assert result.returncode == 0 and b"several" not in result.stderr


ENTITY = StoredEntity(
    "-/Secret/a", None, "Secret", "a", "1", "stored", "READY", 1, "", "", "{}", "{}"
)._asdict()


ENTRY = {"identity": "a", "key": "k", "first_seen": "2026-01-01T00:00:00Z", "last_seen": "2026-01-01T00:00:00Z"}  # fmt: skip
_NEITHER = 'it is no object with "entity" or "ledger"'
_NOT_ITS_KEY = 'the "key" of "entity" is not that of its organization, kind and name'


@pytest.mark.parametrize(("line", "said"), [
    ("{", "it is not JSON: Expecting property name enclosed in double quotes (column 2)"),
    *((line, _NEITHER) for line in ("[]", "7", "{}")),
    ('{"entity": {}}', '"entity" has no "key"'), ('{"entity": []}', '"entity" is not an object'),
    ('{"ledger": {"identity": 7}}', '"ledger" has no "key"'), ("[" * 100_000, "it is nested too deep"),
    ("9" * 5_000, "a number in it is too long"),
    *((json.dumps({"ledger": ENTRY | part}), said) for part, said in (
        ({"identity": 7}, 'the "identity" of "ledger" is not a text'),
        ({"identity": "a\0"}, 'the "identity" of "ledger" contains a character that a store cannot hold'),
        ({"first_seen": "x"}, 'the "first_seen" of "ledger" cannot be right'),
        ({"last_seen": "2026-13-01T00:00:00Z"}, 'the "last_seen" of "ledger" cannot be right'),
        ({"deleted": "x"}, 'the "deleted" of "ledger" cannot be right'),
        ({"odd": ""}, '"ledger" has the unknown field \'odd\''),
    )),
    *((json.dumps({"entity": ENTITY | part}), said) for part, said in (
        ({"key": "b/Secret/a"}, _NOT_ITS_KEY), ({"kind": "Image"}, _NOT_ITS_KEY),
        ({"deleted": "x"}, 'the "deleted" of "entity" cannot be right'),
        ({"location_text": "x"}, 'the "location_text" of "entity" cannot be right'),
        ({"revision": True}, 'the "revision" of "entity" cannot be right'),
        ({"form": "x"}, 'the "form" of "entity" cannot be right'),
        ({"form": 7}, 'the "form" of "entity" is not a text'),
        ({"uses_text": "{"}, 'the "uses_text" of "entity" cannot be right'),
        ({"value_text": "[]"}, 'the "value_text" of "entity" cannot be right'),
        ({"revision": 2**63}, "the revision is larger than a store can hold"),
    )),
])  # fmt: skip
def test_a_damaged_archive_imports_nothing(line: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(stored("Secret", name="a", id="1"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    run(tmp_path, "store", "export", "--all", "-o", "all.jsonl", "--store", "one.db")
    (*lines, end) = (tmp_path / "all.jsonl").read_text().splitlines()
    lines += [json.dumps({"entity": ENTITY}), line, end]
    (tmp_path / "all.jsonl").write_text("\n".join(lines))
    result = run(tmp_path, "store", "import", "all.jsonl", "--store", "two.db")
    assert (result.returncode, result.stdout) == (2, b"")
    assert (
        result.stderr.decode() == f"dispatch-lint: all.jsonl:5: not a line of an archive: {said}\n"
    )
    assert run(tmp_path, "store", "list", "--store", "two.db").returncode == 2


def test_an_archive_with_other_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(stored("Secret", name="a", id="1"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    archive = run(tmp_path, "store", "export", "--all", "--store", "one.db").stdout
    (tmp_path / "all.jsonl").write_bytes(b"\xef\xbb\xbf" + archive.replace(b"\n", b"\r\n"))
    result = run(tmp_path, "store", "import", "all.jsonl", "--store", "two.db")
    assert result.returncode == 0, result.stderr
    assert run(tmp_path, "store", "export", "--all", "--store", "two.db").stdout == archive


def test_an_archive_that_was_cut_imports_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(stored("Secret", name="a", id="1"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    archive = run(tmp_path, "store", "export", "--all", "--store", "one.db").stdout
    lines = archive.splitlines(keepends=True)
    no_end = "the archive has no end: a part of it is missing"
    for left, said in (
        (lines[:1], f": {no_end}"), (lines[:2], f": {no_end}"), (lines[:-1], f": {no_end}"),
        ([*lines[:2], lines[-1]], ":3: not a line of an archive: 2 lines should precede it, and not 1"),
        ([*lines, lines[1]], ":5: not a line of an archive: it is behind the last line"),
    ):  # fmt: skip
        (tmp_path / "all.jsonl").write_bytes(b"".join(left))
        result = run(tmp_path, "store", "import", "all.jsonl", "--store", "two.db")
        assert (result.returncode, result.stdout) == (2, b"")
        assert result.stderr.decode() == f"dispatch-lint: all.jsonl{said}\n"
        assert not (tmp_path / "two.db").exists()


@pytest.mark.parametrize("bad", [["broken.jsonl"], ["--ledger", "broken.jsonl"]])
@pytest.mark.parametrize("good", ["a.jsonl", "all.jsonl"])
def test_what_is_refused_keeps_all_else_out(good: str, bad: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(stored("Secret", name="a", id="1"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    run(tmp_path, "store", "export", "--all", "-o", "all.jsonl", "--store", "one.db")
    (tmp_path / "broken.jsonl").write_text((tmp_path / "all.jsonl").read_text() + "{")
    result = run(tmp_path, "store", "import", good, *bad, "--store", "two.db")
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.count(b"\n") == 1 and b"broken.jsonl:" in result.stderr
    assert not (tmp_path / "two.db").exists()


def test_an_archive_in_a_pipe_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(stored("Secret", name="a", id="1"))
    run(tmp_path, "store", "import", "a.jsonl", "--store", "one.db")
    archive = run(tmp_path, "store", "export", "--all", "--store", "one.db").stdout
    result = run(tmp_path, "store", "import", "-", "--store", "two.db", stdin=archive)
    assert (result.returncode, result.stdout) == (2, b"")
    assert b"an archive of a store is read from a file, not from a pipe" in result.stderr


def test_a_ledger_with_wrong_lines_names_them(tmp_path: Path) -> None:
    for text, said in (("\ufeff# c\nx\tk\t2026-01-01T00:00:00Z\t-\r\n", b""), ("a\n", b"ids:1: not a line"),
                       ("# c\nx\\x\tk\t2026-01-01T00:00:00Z\t-\n", b"ids:2: an escape"), ("# c\n\udcff\n", b"ids:2: this is not UTF-8"),
                       ("a\\x00\tk\t2026-01-01T00:00:00Z\t-\n", b"ids:1: the ID contains"),
                       ("a\\ud800\tk\t2026-01-01T00:00:00Z\t-\n", b"ids:1: the ID contains")):  # fmt: skip
        (tmp_path / "ids").write_bytes(text.encode("utf-8", "surrogateescape"))
        result = run(tmp_path, "store", "import", "--ledger", "ids", "--store", "a.db")
        assert said in result.stderr and result.returncode == (2 if said else 0)


def test_an_export_says_which_organization_its_lines_do_not_name(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("kind: Secret\nname: a\nsecrets: {}\n")
    (tmp_path / "rows.jsonl").write_text(stored("Secret", name="b", id="1"))
    run(tmp_path, "store", "import", "m.yaml", "--organization", "acme", "--store", "one.db")
    export = ["store", "export", "--store", "one.db"]
    result = run(tmp_path, *export)
    assert result.returncode == 0 and result.stdout.count(b"\n") == 1
    said = b"manifests name no organization, and these are of acme: import them with --organization acme"
    assert said in result.stderr and result.stderr.count(b"\n") == 1
    assert run(tmp_path, *export, "--organization", "acme").stderr == b""  # who says it, knows it
    run(tmp_path, "store", "import", "rows.jsonl", "--store", "two.db")
    assert run(tmp_path, "store", "export", "--store", "two.db").stderr == b""
    (tmp_path / "dispatch-lint.toml").write_text('organization = "acme"\n')
    assert run(tmp_path, *export).stderr == b""
    (tmp_path / "dispatch-lint.toml").write_text('organization = "other"\n')
    assert said in run(tmp_path, *export).stderr
