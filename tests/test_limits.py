"""Limits: what is beyond them is said, and counted."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions import go_search, go_syntax
from dispatch_lint.definitions.budget import Budget
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.go_package import GoSource
from dispatch_lint.definitions.go_search import files_with_kinds
from dispatch_lint.definitions.go_tree import GoTree
from dispatch_lint.definitions.go_types import Scope
from dispatch_lint.definitions.golang import GoReader
from dispatch_lint.documents.source import Source
from dispatch_lint.model.errors import InputError
from tests.command import run
from tests.test_cli import check

BAD = "---\nkind: Secret\nname: a b\n"


def limited(folder: Path, limits: str, name: str, text: str) -> tuple[int, str, str]:
    (folder / "dispatch-lint.toml").write_text(f"[limits]\n{limits}\n")
    (folder / name).write_text(text)
    return check(folder, name, "-f", "json")


@pytest.mark.parametrize(("name", "text"), [
    ("a.yaml", BAD * 20), ("a.jsonl", '{"kind": "Secret", "name": "a b"}\n' * 20),
    ("a.json", json.dumps([{"kind": "Secret", "name": "a b"}] * 20)),
])  # fmt: skip
@pytest.mark.parametrize("limit", [1, 7, 20, 1000])
def test_violations_of_a_file(name: str, text: str, limit: int, tmp_path: Path) -> None:
    code, out, error = limited(tmp_path, f"violations-per-file = {limit}", name, text)
    report = json.loads(out)
    # 20 names that cannot be part of a key, and 19 keys that are taken
    assert (code, sum(report["summary"]["violations"].values())) == (1, 39)
    assert len(report["violations"]) == min(limit, 39)
    said = f"dispatch-lint: {name}: {39 - limit} further violations not shown (limits.violations-per-file)\n"
    assert error == (said if limit < 39 else "")
    assert check(tmp_path, name, "-f", "json") == (code, out, error)  # every time


def test_a_baseline_knows_all(tmp_path: Path) -> None:
    arguments = ("a.yaml", "--baseline", "b.json")
    limited(tmp_path, "violations-per-file = 3", "a.yaml", BAD * 20)
    assert check(tmp_path, *arguments, "--write-baseline")[2] == (
        "dispatch-lint: 39 violations in b.json\n"
    )
    assert check(tmp_path, *arguments)[0] == 0


def test_all_are_fixed_and_of_the_rest_some_are_shown(tmp_path: Path) -> None:
    slips = "".join(f"---\nkind: Secret\nnaem: s{number}\n" for number in range(20))
    limited(tmp_path, "violations-per-file = 3", "a.yaml", BAD * 20 + slips)
    fix = ("a.yaml", "--fix", "--unsafe-fixes", "-f", "json")
    code, out, error = check(tmp_path, *fix)
    assert code == 1 and error.startswith("dispatch-lint: fixed 20 violations in 1 file\n")
    assert "naem" not in (tmp_path / "a.yaml").read_text()
    assert len(json.loads(out)["violations"]) == 3
    assert (code, out) == check(tmp_path, *fix[:1], *fix[3:])[:2]


def test_depth(tmp_path: Path) -> None:
    deep = f"kind: Secret\nname: a\nsecrets: {'[' * 30}{']' * 30}\n"
    for name, text in (("a.yaml", deep),
                       ("a.json", '{"kind": "Secret", "name": "a", "x": ' + "[" * 30 + "]" * 30 + "}")):  # fmt: skip
        code, out, _ = limited(tmp_path, "depth = 20", name, text)
        assert code == 1 and "values are nested deeper than 20 levels" in out
        assert "nested deeper" not in limited(tmp_path, "depth = 40", name, text)[1]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6])
def test_depth_is_the_same_for_what_has_no_other_fault(limit: int, tmp_path: Path) -> None:
    """A `schema` holds what people like: 4 levels of it, the document included."""
    value = {"kind": "Function", "name": "f", "image": "i", "schema": {"in": {"a": [1]}}}
    texts = {"a.json": json.dumps(value), "b.jsonl": (json.dumps(value) + "\n") * 1_500,
             "c.yaml": "kind: Function\nname: f\nimage: i\nschema:\n  in:\n    a:\n    - 1\n",
             "d.yaml": "kind: Function\nname: f\nimage: i\nschema: {in: {a: [1]}}\n"}  # fmt: skip
    for name, text in texts.items():
        out = limited(tmp_path, f"depth = {limit}", name, text)[1]
        assert ("values are nested deeper than" in out) == (limit < 4), (name, out)


def test_aliases(tmp_path: Path) -> None:
    text = "kind: Secret\nname: a\nsecrets: {a: &a b, c: *a, d: *a, e: *a}\n"
    assert "aliases stand for more than 2 values" in limited(tmp_path, "aliases = 2", "a.yaml", text)[1]  # fmt: skip
    assert limited(tmp_path, "aliases = 3", "a.yaml", text)[0] == 0


@pytest.mark.parametrize(("name", "text"), [
    ("a.yaml", "kind: Secret\nname: a\nsecrets: {a: b}\n"),
    ("a.json", '{"kind": "Secret", "name": "a", "secrets": {"a": "b"}}'),
    ("b.json", '[{"kind": "Secret", "name": "a"}, {"kind": "Secret", "name": "b", "secrets": {"a": "b"}}]'),
    ("a.jsonl", '{"kind": "Secret", "name": "a", "secrets": {"a": "b"}}\n'),
])  # fmt: skip
def test_values(name: str, text: str, tmp_path: Path) -> None:
    assert "more than 8 values" in limited(tmp_path, "values = 8", name, text)[1]
    assert limited(tmp_path, "values = 9", name, text)[0] == 0


@pytest.mark.parametrize("name", ["a.yaml", "a.jsonl"])
def test_size(name: str, tmp_path: Path) -> None:
    text = f'{{"kind": "Secret", "name": "a", "secrets": {{"a": "{"x" * 1024 * 1024}"}}}}\n'
    code, _, error = limited(tmp_path, "document-size = 1", name, text)
    assert code == 2 and "is larger than 1 MiB" in error and "limits.document-size" in error
    assert limited(tmp_path, "document-size = 2", name, text)[0] == 0


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000])
def test_files_of_every_size_are_read_whole(size: int, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    data = bytes(number % 251 for number in range(size))
    file.write_bytes(data)
    source = Source(str(file), "yaml")
    assert source.data(Limits()) == data


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize(("size", "fits"), [(1 << 20, True), ((1 << 20) + 1, False)])
def test_the_size_of_a_file_is_limited(size: int, fits: bool, opened: bool, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b" " * size)
    source = Source(str(file), "yaml", opener=(lambda: BytesIO(b" " * size)) if opened else None)
    if fits:
        assert len(source.data(Limits(document_size=1))) == size
    else:
        with pytest.raises(InputError, match="larger than 1 MiB"):
            source.data(Limits(document_size=1))


@pytest.mark.parametrize(("limits", "said"), [
    ("depht = 3", 'unknown key "limits.depht"; did you mean "depth"?'),
    ("depth = 0", 'dispatch-lint.toml: "limits.depth" must be a whole number from 1, not 0'),
    ("aliases = 1e9", 'dispatch-lint.toml: "limits.aliases" must be a whole number from 1, not 1000000000.0'),
    ("depth = true", "must be a whole number from 1, not true"),
    ("depth = 5000", "can be 500 at most"),
    ("aliases = 2_147_483_648", "can be 2147483647 at most"),
    (f"fields = 0x1{'0' * 5000}", "dispatch-lint.toml: a number has more than the 64 bits"),
])  # fmt: skip
def test_settings(limits: str, said: str, tmp_path: Path) -> None:
    code, _, error = limited(tmp_path, limits, "a.yaml", BAD)
    assert code == 2 and said in error


def test_the_deepest_that_may_be_set_is_read(tmp_path: Path) -> None:
    deep = f"kind: Secret\nname: a\nsecrets: {'[' * 490}{']' * 490}\n"
    code, _, error = limited(tmp_path, "depth = 500", "a.yaml", deep)
    assert (code, error) == (1, "")


def test_built_in_rules_may_find_as_much_as_there_is(tmp_path: Path) -> None:
    """A rule of others that yields so much is taken for one that has no end."""
    schema = {"type": "object", "x-dispatch-kind": "Foo", "x-dispatch-form": "manifest",
              "required": [f"p{number}" for number in range(2_000)]}  # fmt: skip
    (tmp_path / "schemas/manifest").mkdir(parents=True)
    (tmp_path / "schemas/manifest/Foo.schema.json").write_text(json.dumps(schema))
    (tmp_path / "a.yaml").write_text("kind: Foo\nname: a\n")
    result = run(tmp_path, "check", "a.yaml", "--schemas", "schemas")
    assert result.returncode == 1
    assert b"2000 errors. " in result.stdout


def test_a_long_chain_of_embedded_structs(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text(
        "package a\n" + "".join(f"type A{n} struct {{ A{n + 1} }}\n" for n in range(3000))
    )
    assert check(tmp_path, "a.go")[0] == 0


@pytest.mark.parametrize("types", [15, 120])
def test_structs_that_embed_the_next_and_have_it_as_a_field(types: int) -> None:
    """Each level doubles the fields, whose structs embed all the levels below: it took minutes."""
    text = "package a\ntype T struct { BaseEntity; F T0 }\n" + "".join(
        f"type T{n} struct {{ T{n + 1}; F{n} T{n + 1} }}\n" for n in range(types)
    )
    source, spent = GoSource("a.go", text.encode, named=True), 0

    class Counted(Budget):
        def spend(self, around: int = 0, fields: int = 1) -> None:
            nonlocal spent
            spent += 1
            super().spend(around, fields)

    tree, budget = GoTree([source], {}), Counted(Limits().fields)
    package = tree.package(".")
    assert package is not None
    found = GoReader(tree, Conventions(), budget).entity_types([Scope(package, source.file)])
    assert [kind.kind for kind in found] == ["T"]
    assert budget.exceeded is not None and spent < 5_000


def _embedding(types: int) -> str:
    return "".join(
        f"type T{n} struct {{ BaseEntity; {'; '.join(f'T{(n * 31 + k) % types}' for k in range(types))} }}\n"
        for n in range(types)
    )


_MODEL = {"type": "object", "properties": {"kind": {"type": "string"}, "name": {"type": "string"}}}
HOSTILE = {
    "embedding.go": f"package a\n{_embedding(50)}",
    "broken.go": "package a\n" + "type W struct { BaseEntity; X string\n" * 10_000,
    "groups.go": "package a\n" + "type ( \n" * 20_000,
    "comments.go": "package a\n" + "// +dispatch:kind=X\n" * 40_000 + "type W struct { BaseEntity }\n",
    "discriminator.json": json.dumps({"openapi": "3.0.0", "components": {"schemas": {
        "A": {**_MODEL, "oneOf": [{"$ref": "#/components/schemas/B"}] * 8_000,
              "discriminator": {"propertyName": "kind", "mapping": {
                  f"m{n}": "#/components/schemas/B" for n in range(15_000)}}},
        "B": _MODEL,
    }}}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_definitions_whose_size_is_their_cost(name: str, tmp_path: Path) -> None:
    """They took time, or memory, by the square of their size, or its cube."""
    (tmp_path / name).write_text(HOSTILE[name])
    assert run(tmp_path, "check", name, seconds=10).returncode in (0, 1)


def test_what_is_suppressed_is_not_too_much(tmp_path: Path) -> None:
    text = "# dispatch-lint: ignore-file[name-format, unique-key] generated\n" + BAD * 20
    code, out, error = limited(tmp_path, "violations-per-file = 3", "a.yaml", text)
    assert (code, error) == (0, "")
    assert json.loads(out)["summary"]["suppressed"] == 39


def test_findings_of_one_fold_are_counted_once(tmp_path: Path) -> None:
    row = json.dumps({"key": "Application/acme/KEY", "value": {
        "id": "KEY", "name": "KEY", "organizationId": "acme", "revision": 0, "version": 0,
        "state": None, "status": "READY", "reason": None, "tags": None, "delete": False,
    }}) + "\n"  # fmt: skip
    rows = "".join(row.replace("KEY", f"a{number}") for number in range(9))
    odd = '{"kind": "Secret", "name": "a b"}\n'
    for text in (odd * 5 + rows, rows + odd * 5):
        counts = []
        for limit in (3, 1000):
            _, out, _ = limited(tmp_path, f"violations-per-file = {limit}", "a.jsonl", text)
            counts.append(json.loads(out)["summary"]["violations"])
        assert counts[0] == counts[1] == {"error": 5 + 4 + 1, "warning": 0, "info": 0}


def test_a_document_beyond_the_limit_is_counted_like_any_other(tmp_path: Path) -> None:
    """Twenty thousand unknown fields: they took minutes."""
    fields = "".join(f"k{number}: v\n" for number in range(20_000))
    text = f"{BAD * 2}---\nkind: Secret\nname: c\n{fields}"
    _, out, _ = limited(tmp_path, "violations-per-file = 2", "a.yaml", text)
    assert json.loads(out)["summary"]["violations"]["error"] == 3 + 20_000


def test_limits_hold_for_what_a_store_takes(tmp_path: Path) -> None:
    from tests.test_cli import run

    text = '{"kind": "Secret", "name": "a", "secrets": {"a": [[[[[1]]]]]}}\n'
    limited(tmp_path, "depth = 4", "a.json", text)
    ran = run(tmp_path, "store", "import", "a.json", "--store", "s.db")
    assert ran.returncode == 2 and b"nested deeper than 4 levels" in ran.stderr


@pytest.mark.parametrize("name", ["a.go", "a.json"])
def test_types_inside_each_other(name: str, tmp_path: Path) -> None:
    """Each of the types leads to two others, over and over: said once, at the definition, in no time."""
    numbers = range(400)
    text = "package a\ntype T struct { BaseEntity; A T0 }\n" + "".join(
        f"type T{n} struct {{ A T{n * 7 % 400}; B T{(n + 1) % 400} }}\n" for n in numbers
    )
    if name == "a.json":
        fields = {"kind": {"type": "string"}, "name": {"type": "string"}}
        text = json.dumps({"swagger": "2.0", "definitions": {
            f"T{n}": {"type": "object", "properties": fields | {
                letter: {"$ref": f"#/definitions/T{other % 400}"}
                for letter, other in (("a", n * 7), ("b", n + 1))
            }} for n in numbers
        }})  # fmt: skip
    code, out, _ = limited(tmp_path, "fields = 2_000", name, text)
    said = [
        one["message"] for one in json.loads(out)["violations"] if one["rule"] == "syntax-error"
    ]
    assert code == 1 and len(said) == 1
    assert "more than 2,000 fields; limits.fields raises the limit" in said[0]


@pytest.mark.parametrize("name", ["a.go", "a.json"])
def test_many_kinds(name: str, tmp_path: Path) -> None:
    """Each kind counts, so that few fields each do not make up for very many of them."""
    text = "package a\n" + "".join(f"type T{n} struct {{ BaseEntity }}\n" for n in range(90))
    if name == "a.json":
        fields = {"kind": {"type": "string"}, "name": {"type": "string"}}
        models = {f"T{n}": {"type": "object", "properties": fields} for n in range(90)}
        text = json.dumps({"swagger": "2.0", "definitions": models})
    code, out, _ = limited(tmp_path, "fields = 800", name, text)
    report = json.loads(out)
    (said,) = (one for one in report["violations"] if one["rule"] == "syntax-error")
    assert code == 1 and "lead to more than 800 fields; limits.fields" in said["message"]
    for command in (
        ("graph", "--definitions", name), ("schema", "diff", name, name),
        ("schema", "generate", "--definitions", name, "--output", "made"), ("schema", "list", name),
    ):  # fmt: skip
        ran = run(tmp_path, *command)
        message = ran.stderr.decode()
        assert ran.returncode == 2 and "more than 800 fields" in message, (command, message)
        assert message.startswith(f"dispatch-lint: {name}:") and not ran.stdout, command
    (tmp_path / "dispatch-lint.toml").write_text(f"definitions = ['{name}']\nlimits.fields = 800\n")
    ran = run(tmp_path, "schema", "show", "T1")
    assert ran.returncode == 2 and b"more than 800 fields" in ran.stderr
    limited(tmp_path, "fields = 4_000", name, text)
    assert run(tmp_path, "graph", "--definitions", name).returncode == 0


@pytest.mark.parametrize("text", [
    "".join(f"type T{n} struct {{ X int }}\n" for n in range(60)),
    "const (\n" + "".join(f"C{n} = {n}\n" for n in range(60)) + ")\n",
])  # fmt: skip
def test_many_types_of_a_file(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(go_syntax, "_MAX_DECLARED", 50)
    source = f"package a\ntype K struct {{ BaseEntity }}\n{text}"
    file = go_syntax.read_go(source.encode(), "a.go")
    (problem,) = file.problems
    assert problem.message == "the file declares more than 50 types and constants"
    assert len(file.types) + len(file.constants) <= 52


def test_many_embedded_names_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With few names and with many, the same files are found."""
    sources = {
        "a/a.go": "package a\ntype T1 struct { BaseEntity }\ntype T2 struct { BaseEntity }\n",
        "a/b.go": "package a\ntype U struct {\n\tT1\n}\n",
        "a/c.go": "package a\ntype V struct {\n\tX other.T1\n\tyT2 int\n}\n",
        "b/d.go": 'package b\nimport "x/a"\ntype W struct {\n\ta.T2\n}\n',
        "b/e.go": 'package b\nimport . "x/a"\ntype X struct {\n\t*T2 `json:",inline"`\n}\n',
    }

    def found() -> list[str]:
        read = [GoSource(name, text.encode) for name, text in sources.items()]
        tree, conventions = GoTree(read, {"a": "x/a"}), Conventions(foreign=True)
        reader = GoReader(tree, conventions)
        return [scope.file.text.name for scope in files_with_kinds(tree, reader, read, conventions)]

    few = found()
    assert few == ["a/a.go", "a/b.go", "b/d.go", "b/e.go"]
    monkeypatch.setattr(go_search, "_MANY", 1)
    assert found() == few


@pytest.mark.parametrize("error", [
    "MemoryError()", "SystemError('<function a> returned NULL without setting an exception')",
])  # fmt: skip
def test_exhausted_memory(error: str) -> None:
    """One message; also where Python reports it while a generator ends."""
    code = f"""
import dispatch_lint.cli as cli, sys
from dispatch_lint.cli.exit import run_and_exit
class Ending:
    def __del__(self):
        raise MemoryError
def main(**_):
    Ending()
    raise {error}
cli.cli.main = main
run_and_exit(cli.run)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr, ran.stdout) == (2, b"dispatch-lint: out of memory\n", b"")


def test_many_documents_with_a_field_twice(tmp_path: Path) -> None:
    """They took minutes: for each document those of all were looked through."""
    text = "[" + ",".join(['{"kind": "Secret", "a": 1, "a": 2}'] * 20_000) + "]"
    _, out, _ = limited(tmp_path, "violations-per-file = 2", "a.json", text)
    assert json.loads(out)["summary"]["violations"]["error"] == 40_000


def test_many_organizations(tmp_path: Path) -> None:
    """Each entity is in one of its own, and refers to one name: they took minutes."""
    function = '{"kind": "Function", "name": "f", "organizationId": "o%d", "image": "i"}\n'
    image = '{"kind": "Image", "name": "%s", "organizationId": "%s"}\n'
    functions = "".join(function % number for number in range(4_000))
    others = "".join(image % ("i", f"p{number}") for number in range(7))
    near = "".join(image % ("ij", f"o{number}") for number in range(4_000))
    rules = ("--select", "cross-organization-reference,unresolved-reference")

    def said(text: str) -> list[str]:
        (tmp_path / "a.jsonl").write_text(text)
        out = check(tmp_path, "a.jsonl", "-f", "json", *rules)[1]
        return [one["message"] for one in json.loads(out)["violations"]]

    (tmp_path / "dispatch-lint.toml").write_text("[limits]\nviolations-per-file = 100_000\n")
    elsewhere = (
        'every Image "i" belongs to the organizations p0, p1, p2, p3, p4 and 2 more, not to o'
    )
    found = said(functions + others)
    assert sorted(found) == sorted(f"{elsewhere}{number}" for number in range(4_000))
    found = said(functions + near)
    assert found == ['there is no Image "i"; did you mean "ij"?'] * 4_000


def test_many_classes_of_plans(tmp_path: Path) -> None:
    text = "".join(
        f'{{"kind": "ServiceInstance", "name": "f{number}", "serviceClass": "c{number}", '
        f'"servicePlan": "s"}}\n{{"kind": "ServiceClass", "name": "c{number}", '
        '"plans": [{"name": "%s"}]}\n' % ("s" if number else "t")
        for number in range(3_000)
    )
    _, out, _ = limited(tmp_path, "violations-per-file = 100_000", "a.jsonl", text)
    said = [one["message"] for one in json.loads(out)["violations"]]
    assert [one for one in said if "ServicePlan" in one] == ['there is no ServicePlan "s"']


def test_many_unknown_rules_are_suppressed(tmp_path: Path) -> None:
    rules = ", ".join(f"schema{number}" for number in range(5_000))
    text = f"# dispatch-lint: ignore[{rules}]\nkind: Secret\nname: a\n"
    _, out, _ = limited(tmp_path, "violations-per-file = 100_000", "a.yaml", text)
    said = [one["message"] for one in json.loads(out)["violations"]]
    assert len(said) == 5_000
    assert sum('did you mean "schema"' in one for one in said) == 100


def test_models_that_bring_along_each_other_twice(tmp_path: Path) -> None:
    """Each model doubled the work: a hundred of them took for ever. Of one what it requires counts."""
    models = {
        f"M{number}": {"allOf": [{"$ref": f"#/definitions/M{number + 1}"}] * 2}
        for number in range(60)
    }  # fmt: skip
    last = {"type": "object", "required": ["name"], "properties": {
        "kind": {"type": "string"}, "name": {"type": "string"}, "foo_bar": {"type": "string"},
    }}  # fmt: skip
    text = json.dumps({"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {},
                       "definitions": {**models, "M60": last}})  # fmt: skip
    _, out, _ = limited(tmp_path, "depth = 60", "a.json", text)
    [said] = json.loads(out)["violations"]
    assert said["message"] == 'the field "foo_bar" is not lower camel case; rename it to "fooBar"'


def test_an_error_about_a_long_word_takes_no_long_time(tmp_path: Path) -> None:
    """Each of its letters could begin a URL, of which the password is left out."""
    word = "schem" * 100_000
    (tmp_path / "dispatch-lint.toml").write_text(f"ignore = ['{word}']\n")
    code, _, error = check(tmp_path, ".", seconds=10)
    assert (code, word in error) == (2, True)


def test_names_that_are_long_and_alike(tmp_path: Path) -> None:
    """Each was compared with each, letter by letter."""
    wanted = (f"---\nkind: Function\nname: a{i}\nimage: {'b' * 3_000}{i}\n" for i in range(150))
    there = (f"---\nkind: Image\nname: {'b' * 3_000}x{i}\n" for i in range(150))
    (tmp_path / "a.yaml").write_text("".join((*wanted, *there)))
    code, out, _ = check(tmp_path, "--select", "unresolved-reference", "-f", "json", seconds=15)
    assert (code, len(json.loads(out)["violations"])) == (1, 150)


@pytest.mark.parametrize(("start", "repeated", "end"), [
    ("", '\\"', "\n"), ("", "\\'", "\n"), ("", "\n /*", ""), ("type B struct {", "\n /*", "}\n"),
    ("var a int ", "/*", "*/\n"), ("// dispatch-lint ", "/", "\n"), ("// MarshalJSON\n", "func(", "\n"),
    ("import (", "/", "\n"), ("type B struct {", "BaseEntity;", "}\n"), ("//go:build ", "(", "\n"),
    ("//go:build ", "!", "a\n"), ("//go:build ", "a||", "a\n"),
])  # fmt: skip
def test_go_without_an_end_takes_no_long_time(
    start: str, repeated: str, end: str, tmp_path: Path
) -> None:
    """What is begun and not ended was looked for from each of its letters, or was a traceback."""
    text = repeated * (300_000 // len(repeated))
    kind = 'type A struct {\n\tBaseEntity\n\tFooBar string `json:"foo_bar"`\n}\n'
    head = "" if "build" in start else f"package a\n\n{kind}"
    (tmp_path / "a.go").write_text(f"{head}{start}{text}{end}{'' if head else f'package a{kind}'}")
    code, _, error = check(tmp_path, ".", "-q", seconds=20)
    assert code in (0, 1) and "Traceback" not in error


def test_a_baseline_may_name_what_no_file_is_called(tmp_path: Path) -> None:
    names = ["a" * 300, "a\0b", "\ud800", ""]
    known = {name: {"f": {"rule": "schema"}} for name in names}
    (tmp_path / "known.json").write_text(json.dumps({"version": 1, "violations": known}))
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\n")
    for more in ([], ["--write-baseline"]):
        code, _, error = check(tmp_path, "--baseline", "known.json", *more)
        assert code == 0 and "internal" not in error
