"""A real PostgreSQL server with Dispatch's own table: read, and never written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.entity_store import ConnectionLost, Filter
from dispatch_lint.store.opening import open_store, row_source
from tests import postgres
from tests.test_cli import check, run
from tests.test_store import database, query, server

__all__ = ["database", "server"]

TABLE = """CREATE TABLE entity (
    key TEXT PRIMARY KEY, id TEXT, name TEXT, type TEXT, organization_id TEXT,
    created_time TIMESTAMP, modified_time TIMESTAMP, revision BIGINT, version BIGINT, status TEXT,
    delete TEXT, spec JSONB, reason JSONB, tags JSONB, value JSONB)"""
JSON_COLUMNS = ("spec", "reason", "tags", "value")


def row(kind: str, name: str, **more: Any) -> dict[str, Any]:
    """A row as Dispatch writes it: the whole entity again inside, its revision one behind."""
    organization = more.pop("organization", "acme")
    entity = {
        "id": f"id-{kind}-{name}", "name": name, "organizationId": organization,
        "createdTime": "2026-01-02T03:04:05.123456Z",
        "modifiedTime": "2026-01-02T03:04:05.123456Z", "revision": 0, "version": 0, "state": None,
        "status": "READY", "reason": None, "tags": None, "delete": False,
    } | more  # fmt: skip
    return {
        "key": f"{kind}/{organization}/{name}", "id": entity["id"], "name": name, "type": kind,
        "organization_id": organization, "created_time": entity["createdTime"],
        "modified_time": entity["modifiedTime"], "revision": 1, "version": 0,
        "status": entity["status"], "delete": "false", "spec": entity["state"],
        "reason": entity["reason"], "tags": entity["tags"], "value": entity,
    }  # fmt: skip


FUNCTION = {"faasId": "f", "sourceURL": "", "handler": "h", "imageURL": "", "functionImageURL": "",
            "schema": {}, "secrets": [], "services": []}  # fmt: skip
ROWS = [
    row("Image", "nodejs", dockerUrl="", language="nodejs", baseImageName="base",
        runtimeDependencies={}, systemDependencies={}),
    row("SecretEntity", "password", status="", secrets={"a": "b"}),
    row("Function", "hello", **FUNCTION | {"image": "nodejs", "secrets": ["password"]}),
    row("Function", "broken", **FUNCTION | {"image": "nodjs", "secrets": ["token"]}),
    row("ServiceClass", "db", organization="___global___", serviceID="", broker="somewhere",
        bindable=True, plans=[{"name": "small"}]),
    row("Application", "wrong", status="RAEDY"),
]  # fmt: skip


def fill(url: str, rows: list[dict[str, Any]]) -> None:
    query(url, TABLE)
    fill_rows(url, rows)


def fill_rows(url: str, rows: list[dict[str, Any]]) -> None:
    import psycopg

    with psycopg.connect(url) as connection:
        for one in rows:
            values = [json.dumps(one[name]) if name in JSON_COLUMNS else one[name] for name in one]
            marks = ", ".join(["%s"] * len(one))
            statement = f"INSERT INTO entity ({', '.join(one)}) VALUES ({marks})"
            connection.execute(statement.encode(), values)


@pytest.fixture
def dispatch(database: str) -> str:
    """The URL of a database that has Dispatch's table."""
    fill(database, ROWS)
    return database


def checksum(url: str) -> Any:
    return query(url, "SELECT md5(string_agg(entity::text, '|' ORDER BY key)) FROM entity")


def essence(text: str) -> list[tuple[Any, ...]]:
    """Violations less their place, which is another in a database."""
    names = ("rule", "severity", "message", "pointer", "entity", "kind", "fingerprint")
    found = [tuple(one[name] for name in names) for one in json.loads(text)["violations"]]
    return sorted(found, key=str)


def test_a_database_gives_the_findings_of_its_dump(dispatch: str, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(sorted(ROWS, key=lambda one: str(one["key"]))))
    (tmp_path / "dispatch-lint.toml").write_text("complete = true\n")
    before = checksum(dispatch)
    for rules in ([], ["--select", "all"]):
        of_file = check(tmp_path, "rows.json", "-f", "json", *rules)
        of_table = check(tmp_path, dispatch, "--isolated", "-f", "json", *rules)
        assert of_table[0] == of_file[0] == 1
        assert essence(of_table[1]) == essence(of_file[1])
        assert {one[0] for one in essence(of_file[1])} >= {
            "key-format", "status-value", "unresolved-reference",
        }  # fmt: skip
    assert checksum(dispatch) == before
    out = check(tmp_path, dispatch, "--isolated", "-f", "concise")[1]
    assert f"{dispatch}: Function/acme/broken: error[unresolved-reference] there is no Image" in out
    assert out.endswith("6 documents in 1 store checked, 0 skipped, closed world: "
                        "all references checked.\n")  # fmt: skip


def test_a_role_that_may_only_select_is_enough(
    dispatch: str, server: postgres.Server, tmp_path: Path
) -> None:
    name = dispatch.rpartition("/")[2]
    query(
        dispatch, "DROP ROLE IF EXISTS guest", "CREATE ROLE guest LOGIN PASSWORD 's3cret/word'",
        "GRANT SELECT ON entity TO guest",
    )  # fmt: skip
    guest = server.url(name, "guest:s3cret%2Fword")
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: nodjs\nsecrets: [passwort]\n")
    code, out, error = check(tmp_path, guest, "f.yaml", "--store", guest, "--isolated")
    assert code == 1 and "6 documents" not in error
    assert 'there is no Secret "passwort"; did you mean "password"?' in out
    result = run(tmp_path, "store", "import", guest, "--store", "refs.db")
    assert result.stdout.startswith(b"6 added")
    # Nobody ever sees the password, whatever goes wrong.
    wrong = server.url(name, "guest:wr0ng-word")
    query(dispatch, "REVOKE SELECT ON entity FROM guest")
    said = [out, error, result.stderr.decode(), result.stdout.decode()]
    for url in (wrong, guest, f"{guest}?sslmode=odd", guest.replace("127.0.0.1", "[::1")):
        for arguments in ((url,), ("f.yaml", "--store", url)):
            code, out, error = check(tmp_path, *arguments, "-f", "json")
            assert code == 2
            assert error.startswith("dispatch-lint: postgresql://guest@")
            said += [out, error]
        said.append(run(tmp_path, "store", "import", "f.yaml", "--store", url).stderr.decode())
    assert "password authentication failed" in "".join(said)
    assert "permission denied for table entity" in "".join(said)
    for text in said:
        assert "s3cret" not in text and "wr0ng" not in text


def test_references_of_manifests_are_resolved_against_a_database(
    dispatch: str, tmp_path: Path
) -> None:
    (tmp_path / "m.yaml").write_text(
        "kind: Function\nname: f\nimage: nodejs\nsecrets: [password, token]\n---\n"
        "kind: ServiceInstance\nname: s\nserviceClass: db\nservicePlan: smal\n---\n"
        "kind: Function\nname: g\nimage: id-Image-nodejs\n"
    )
    before = checksum(dispatch)
    code, out, _ = check(tmp_path, "m.yaml", "--store", dispatch, "--organization", "acme",
                         "-f", "concise", "--select", "unresolved-reference,foreign-key-value,"
                         "cross-organization-reference,unused-entity")  # fmt: skip
    assert code == 1
    assert [line for line in out.splitlines() if line.startswith("m.yaml")] == [
        'm.yaml:4:21: error[unresolved-reference] there is no Secret "token"',
        'm.yaml:9:14: error[unresolved-reference] there is no ServicePlan "smal"; did you mean '
        '"small"?',
        'm.yaml:13:8: error[foreign-key-value] "id-Image-nodejs" is the ID of the Image "nodejs"; '
        "a foreign key holds its name",
    ]
    (tmp_path / "m.yaml").write_text("kind: Secret\nname: password\n---\nkind: Secret\nname: x\n")
    out = check(tmp_path, "m.yaml", "--store", dispatch, "--organization", "acme", "-f", "concise",
                "--select", "unused-entity")[1]  # fmt: skip
    assert out.startswith(
        'm.yaml:5:7: info[unused-entity] nothing refers to the Secret "x"\n1 info'
    )
    assert checksum(dispatch) == before


def test_a_database_answers_as_a_store(dispatch: str) -> None:
    store = open_store(dispatch, Classifier(Settings(), load_catalogue(Settings())))
    assert store.count() == 6
    assert [one.key for one in store.entities(Filter(kind="Secret"))] == ["acme/Secret/password"]
    assert [one.key for one in store.entities(Filter(status="RAEDY"))] == ["acme/Application/wrong"]
    found = store.get("acme/Secret/password")
    assert found is not None and found.revision == 1 and found.revision_of == "columns"
    assert {one.key for one in store.referring([("Secret", "password")])} == {"acme/Function/hello"}
    assert store.names("Function", 1) == ["broken"]
    assert store.names("ServicePlan", 9) == ["small"]
    assert store.ledger(["id-Image-nodejs"]) == []
    store.close()


def test_the_server_refuses_every_write_of_ours(dispatch: str) -> None:
    reader: Any = row_source(dispatch).rows
    connection = reader._connect()
    with pytest.raises(Exception, match="read-only transaction"):
        connection.exec_driver_sql("DELETE FROM entity")
    reader.close()


def test_rows_without_an_entity_are_named(dispatch: str, tmp_path: Path) -> None:
    query(dispatch, "INSERT INTO entity (key, value) VALUES ('a/b/c', '[1]'), ('a/b/d', NULL)")
    code, out, error = check(tmp_path, dispatch, "-q", "-f", "concise")
    assert code == 2
    assert "a/b/c: the value of the row is not a JSON object" in error and "a/b/d" in error
    assert "6 documents in 1 store" in out


def test_a_row_without_a_name_or_a_value_is_known_by_its_key(dispatch: str, tmp_path: Path) -> None:
    query(dispatch, "INSERT INTO entity (key) VALUES ('Image/acme/gone'), ('Image/acme/other')")
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: gone\n")
    command = ["f.yaml", "--store", dispatch, "--organization", "acme", "-f", "concise"]
    code, _, error = check(tmp_path, *command)
    assert code == 2 and "Image/acme/gone: " in error and "other" not in error
    result = run(tmp_path, "store", "list", "--kind", "Secret", "--store", dispatch)
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_database_of_neither_kind_is_an_error(database: str, tmp_path: Path) -> None:
    for arguments in ((database,), (".", "--store", database)):
        code, _, error = check(tmp_path, *arguments)
        assert code == 2
        assert "not a reference store; create one with `dispatch-lint store import`" in error


def test_a_lost_connection_is_taken_up_again(dispatch: str) -> None:
    query(dispatch, "INSERT INTO entity (key, value) SELECT 'Application/acme/a' || n, "
          """('{"name": "a' || n || '", "id": "' || n || '", "organizationId": "acme"}')::jsonb """
          "FROM generate_series(1, 3000) n")  # fmt: skip
    reader: Any = row_source(dispatch).rows
    rows = reader.rows()
    seen = [next(rows)[0] for _ in range(700)]
    others = "FROM pg_stat_activity WHERE application_name = 'dispatch-lint' AND datname = current_database()"
    query(dispatch, f"SELECT pg_terminate_backend(pid) {others}")
    seen += [key for key, _ in rows]
    assert len(seen) == len(set(seen)) == 3006
    reader.close()


def test_a_server_that_is_gone_is_an_error(dispatch: str, server: postgres.Server) -> None:
    store = open_store(dispatch, Classifier(Settings(), load_catalogue(Settings())))
    assert store.get("acme/Image/nodejs") is not None
    server.stop()
    try:
        with pytest.raises(StoreError) as caught:
            store.find(["acme/Image/nodejs"])
        assert isinstance(caught.value, ConnectionLost) or "connection failed" in str(caught.value)
    finally:
        server.start()
    assert [one.key for one in store.find(["acme/Image/nodejs"])] == ["acme/Image/nodejs"]
    store.close()


def nested(depth: int) -> str:
    return "'" + '{"a":' * depth + "1" + "}" * depth + "'"


UNREADABLE = {
    "null": "NULL", "list": "'[1]'", "number": "'{\"revision\": " + "9" * 5_000 + "}'",
    "deep": nested(3_000), "deep but read": nested(900),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_row_that_cannot_be_read_ends_no_run(what: str, dispatch: str, tmp_path: Path) -> None:
    query(dispatch, f"UPDATE entity SET value = {UNREADABLE[what]} WHERE name = 'nodejs'")
    code, out, error = check(tmp_path, dispatch, "-f", "concise", "--ignore", "status-value")
    if what != "deep but read":
        assert code == 2 and "Image/acme/nodejs: " in error
        assert "set_int_max_str_digits" not in error  # no advice for those who write Python
        assert "5 documents in 1 store checked" in out  # the others are
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: nodejs\n")
    command = ["f.yaml", "--store", dispatch, "--organization", "acme"]
    code, out, error = check(tmp_path, *command)
    if what != "deep but read":
        assert (
            code == 2 and "Image/acme/nodejs: " in error and "1 document in 1 file checked" in out
        )
        result = run(tmp_path, "store", "export", "--store", dispatch)
        assert result.returncode == 2 and b"Image/acme/nodejs: " in result.stderr
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: i\nsecrets: [password]\n")
    assert "nodejs" not in check(tmp_path, *command)[2]  # a row that does not matter


@pytest.mark.parametrize("schema", ["theirs", 'we;ird "1%\\'])
def test_a_table_outside_of_the_search_path_is_named(
    schema: str, dispatch: str, tmp_path: Path
) -> None:
    name = '"' + schema.replace('"', '""') + '"'
    query(dispatch, f"CREATE SCHEMA {name}", f"ALTER TABLE entity SET SCHEMA {name}")
    (tmp_path / "f.yaml").write_text("kind: Secret\nname: f\n")
    for arguments in (["f.yaml", "--store", dispatch], [dispatch]):
        code, _, error = check(tmp_path, *arguments)
        assert code == 2 and f"in the schema {schema}" in error and "import" not in error
    advised = error[error.index("?options") : error.index(" to the URL")]
    assert check(tmp_path, f"{dispatch}{advised}&options=-cgeqo%3Doff")[0] == 1


@pytest.mark.parametrize("schema", ["public", "theirs"])
def test_a_table_that_may_not_be_read_is_named(
    schema: str, dispatch: str, server: postgres.Server, tmp_path: Path
) -> None:
    query(
        dispatch, f"CREATE SCHEMA IF NOT EXISTS {schema}", "DROP ROLE IF EXISTS nobody",
        f"ALTER TABLE entity SET SCHEMA {schema}", "CREATE ROLE nobody LOGIN",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    )  # fmt: skip
    (tmp_path / "f.yaml").write_text("kind: Secret\nname: f\n")
    url = server.url(dispatch.rpartition("/")[2], "nobody")
    for arguments in (["f.yaml", "--store", url], [url]):
        code, _, error = check(tmp_path, *arguments)
        assert code == 2 and f"in the schema {schema}, and this account may not read it" in error


def test_nothing_is_imported_into_the_database_of_dispatch(dispatch: str, tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("kind: Secret\nname: f\n")
    result = run(tmp_path, "store", "import", "f.yaml", "--store", dispatch)
    assert result.returncode == 2 and result.stderr.count(b"\n") == 1
    assert b"Dispatch's own database" in result.stderr
    assert query(dispatch, "SELECT count(*) FROM pg_namespace WHERE nspname = 'dispatch_lint'") == [
        (0,)
    ]


def secret(number: int) -> dict[str, Any]:
    return row("SecretEntity", f"s{number}", status="", secrets={"a": "b"})


@pytest.mark.parametrize("what", ["number", "deep"])
def test_a_row_that_cannot_be_read_is_not_missing(what: str, dispatch: str, tmp_path: Path) -> None:
    fill_rows(dispatch, [
        secret(1), secret(5), row("Image", "theirs", organization="other"),
        row("ServiceClass", "store", plans=[{"name": "small"}]),
    ])  # fmt: skip
    query(
        dispatch, f"UPDATE entity SET value = {UNREADABLE[what]} "
        "WHERE name IN ('s1', 'theirs', 'store')",
    )  # fmt: skip
    (tmp_path / "f.yaml").write_text(
        "kind: Function\nname: f\nimage: theirs\nsecrets: [s1, s5, s99]\n---\n"
        "kind: ServiceInstance\nname: s\nserviceClass: store\nservicePlan: smal\n"
    )
    command = ["f.yaml", "--store", dispatch, "--organization", "acme", "-f", "concise"]
    code, out, error = check(tmp_path, *command)
    assert code == 2 and "Entity/acme/s1: " in error and "ServiceClass/acme/store: " in error
    assert [line for line in out.splitlines() if line.startswith("f.yaml")] == [
        'f.yaml:3:8: error[unresolved-reference] there is no Image "theirs"',  # none of its own
        'f.yaml:4:19: error[unresolved-reference] there is no Secret "s99"',
    ]
    assert "closed world: 3 references not checked (what they mean cannot be read)" in out
    # The same where the table itself is checked.
    fill_rows(dispatch, [row("Function", "g", **FUNCTION | {"secrets": ["s1", "s99"]})])
    code, out, _ = check(tmp_path, dispatch, "-f", "concise", "--select", "unresolved-reference")
    assert code == 2 and 'there is no Secret "s99"' in out and '"s1"' not in out
    assert "closed world: 1 reference not checked" in out
    result = run(tmp_path, "store", "refs", "acme/Function/g", "--store", dispatch)
    assert result.returncode == 2 and b"Entity/acme/s1: " in result.stderr
    assert [line.split() for line in result.stdout.decode().splitlines()[1:]] == [
        ["to", "-/Secret/s1", "secrets/0", "unknown"],
        ["to", "-/Secret/s99", "secrets/1", "missing"],
    ]


def test_nothing_is_unused_beside_a_row_that_cannot_be_read(dispatch: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("kind: Secret\nname: x\n")
    fill_rows(dispatch, [secret(1)])
    command = ["m.yaml", "--store", dispatch, "--organization", "acme", "--select", "unused-entity"]
    assert "nothing refers to" in check(tmp_path, *command)[1]
    assert "nothing refers to" in check(tmp_path, dispatch, "--select", "unused-entity")[1]
    query(dispatch, f"UPDATE entity SET value = {UNREADABLE['deep']} WHERE name = 'broken'")
    for arguments in (command, [dispatch, "--select", "unused-entity"]):
        code, out, error = check(tmp_path, *arguments)
        assert code == 2 and "Function/acme/broken: " in error
        assert "nothing refers to" not in out and "all references checked" not in out
