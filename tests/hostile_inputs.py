"""Hostile inputs of all kinds, made from a seed: folders, each with the command that reads it."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from dispatch_lint.rule import stored
from tests.fuzz_targets import mutated, seeds

Maker = Callable[[Path, random.Random], list[str]]
_CHECK = ["check", ".", "-f", "concise"]
_MANIFEST = "kind: Secret\nname: a\n"


def _deep(chance: random.Random, begin: str, middle: str, end: str) -> str:
    depth = chance.choice([90, 400, 3_000, 50_000, 400_000])
    return begin * depth + middle + end * depth


def _many(chance: random.Random, piece: Callable[[int], str], most: int = 100_000) -> str:
    return "".join(piece(number) for number in range(chance.choice([100, 5_000, most])))


def _spellings(name: str) -> list[str]:
    """All ways to write a name with and without capitals."""
    return ["".join(letters) for letters in product(*zip(name.lower(), name.upper(), strict=True))]


def _one_of(chance: random.Random, makers: Sequence[Callable[[], Any]]) -> Any:
    """What one of some functions returns."""
    return chance.choice(makers)()


def _yaml(folder: Path, chance: random.Random) -> list[str]:
    text = _one_of(chance, [
        lambda: _MANIFEST + "tags: " + _deep(chance, "[", "a", "]"),
        lambda: _MANIFEST + "tags: " + _deep(chance, "{a: ", "a", "}"),
        lambda: _deep(chance, "- ", "a", ""),
        lambda: _many(chance, lambda number: f"---\nkind: Secret\nname: s{number}\n", 20_000),
        lambda: _MANIFEST + "secrets:\n" + _many(chance, lambda number: f"  k{number}: v\n"),
        lambda: _MANIFEST + "secrets:\n" + _many(chance, lambda _: "  k: v\n", 30_000),
        lambda: _MANIFEST + "tags:\n" + _many(chance, lambda number: f"- Key: k{number}\n  Value: on\n", 30_000),
        lambda: "kind: Function\nname: f\nimage: i\nsecrets:\n" + chance.choice(["- s\n", "- 7\n"]) * 200_000,
        lambda: _MANIFEST + "a: &a [x, x]\n" + "".join(
            f"b{n}: &b{n} [*{'a' if n == 0 else f'b{n - 1}'}, *{'a' if n == 0 else f'b{n - 1}'}]\n" for n in range(40)),
        lambda: _MANIFEST + "a: &a {a: *a}\n",
        lambda: "kind: Function\nname: f\n" + "".join(f"{name}: a\n" for name in _spellings("functionImageURL")),
        lambda: _MANIFEST + "x: " + chance.choice(['"', "'", "|\n  "]) + "y" * 2_000_000,
        lambda: _MANIFEST + f"x: {'9' * chance.choice([5_000, 1_000_000])}\n",
        lambda: "# dispatch-lint: ignore[" + "a, " * 100_000 + "]\n" + _MANIFEST,
        lambda: "# yaml-language-server: $schema=/dev/zero\n" + _MANIFEST,
        lambda: f"kind: {'Secre' * 50_000}\nname: a\nstatus: READY\n",
        lambda: _MANIFEST + "x: [" + chance.choice(["a,", "{},", "[],", "a: ,"]) * chance.choice([900_000, 10_000_000]) + "]\n",
    ])  # fmt: skip
    (folder / "a.yaml").write_text(text)
    return _CHECK


def _json(folder: Path, chance: random.Random) -> list[str]:
    text = _one_of(chance, [
        lambda: _deep(chance, "[", "1", "]"), lambda: _deep(chance, '{"a":', "1", "}"),
        lambda: "[" + ",".join(['{"kind": "Secret", "name": "a"}'] * 20_000) + "]",
        lambda: '{"kind": "Secret", "name": "a", "revision": ' + "9" * chance.choice([5_000, 1_000_000]) + "}",
        lambda: '{"kind": "Secret", "name": "' + "\\ud800" * 100_000 + '"}',
        lambda: f'{{"kind": "Secret", "x": [{"{}," * chance.choice([900_000, 20_000_000])}1]}}',
        lambda: "[" + chance.choice(["{},", "1,", '"a",']) * 1_500_000 + "1]",
        lambda: '{"kind": "Secret"' + _many(chance, lambda number: f', "k{number}": 1') + "}",
    ])  # fmt: skip
    (folder / chance.choice(["a.json", "a.jsonl"])).write_text(text + "\n")
    return _CHECK


def _settings(folder: Path, chance: random.Random) -> list[str]:
    text = _one_of(chance, [
        lambda: "a = " + _deep(chance, "[", "1", "]"), lambda: "a." * 50_000 + "b = 1",
        lambda: "\n".join(f"[a{number}]" for number in range(50_000)),
        lambda: "exclude = [" + ", ".join(f"'{'*a' * 50}{number}'" for number in range(3_000)) + "]",
        lambda: "exclude = ['" + "*a" * 5_000 + "b']", lambda: "exclude = ['" + "[!" * 5_000 + "']",
        lambda: "[per-path]\n" + "\n".join(f"'{number}*' = ['schema']" for number in range(20_000)),
        lambda: "[kinds]\n'" + "*" * 10_000 + "x' = 'Secret'",
        lambda: "ignore = ['" + "schem" * 100_000 + "']", lambda: "baseline = 'a.yaml'",
        lambda: "[limits]\ndepth = 500\ndocument-size = 9999999999\nviolations-per-file = 9999999999",
        lambda: f"{chance.choice(_PATHS)} = [\"{chance.choice(_NAMES)}\"]",
        lambda: f"store = \"{chance.choice(['', 'sqlite:///', 'bolt://'])}{chance.choice(_NAMES)}\"",
        lambda: "x = " + "9" * 100_000, lambda: "\x00", lambda: "a = '" + "x" * 3_000_000 + "'",
    ])  # fmt: skip
    (folder / "dispatch-lint.toml").write_text(text)
    (folder / ("a" * 200 + ".yaml")).write_text(_MANIFEST)
    (folder / "a.yaml").write_text(_MANIFEST)
    return chance.choice([_CHECK, ["rules"], ["schema", "show", "Secret"]])


def _schema(folder: Path, chance: random.Random) -> list[str]:
    definitions = _one_of(chance, [
        lambda: {f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(chance.choice([5, 40]))},
        lambda: {f"a{n}": {"properties": {f"p{m}": {"$ref": f"#/definitions/a{m}"} for m in range(15)}} for n in range(15)},
        lambda: {"a0": {"$ref": "#/definitions/a0"}}, lambda: {"a0": {"pattern": "(a+)+" * 300}},
        lambda: {"a0": {"pattern": "((a{1,99}){1,99}){1,99}"}}, lambda: {"a0": {"enum": list(range(200_000))}},
        lambda: {"a0": {"properties": {f"p{n}": {"type": "string"} for n in range(60_000)}}},
        lambda: {"a0": {"properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}},
        lambda: {f"a{n}": {"$id": f"#a{n}", "allOf": [{"$ref": f"#a{n + 1}"}] * 2} for n in range(40)},
        lambda: {f"a{n}": {"allOf": [{"$ref": f"#/definitions/%61{n + 1}"}] * 2} for n in range(40)},
        lambda: {f"a{n}": {"$ref": "#/definitions/z", "allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2}
                 for n in range(40)} | {"z": {}},
        lambda: {"a0": {"properties": 7, "allOf": {}, "items": [[]], "type": 3, "required": "x"}},
        lambda: {"a0": {chance.choice(_KEYWORDS): chance.choice(_VALUES)}},
        lambda: {"a0": {"$ref": f"#/allOf/{chance.choice(_STEPS)}"}},
    ])  # fmt: skip
    target = folder / "own" / chance.choice(["stored", "manifest"])
    target.mkdir(parents=True)
    schema = {"definitions": definitions, "allOf": [{"$ref": "#/definitions/a0"}]}
    if chance.random() < 0.3:
        schema[chance.choice(_KEYWORDS)] = chance.choice(_VALUES)
    text = json.dumps(schema) if chance.random() < 0.9 else _deep(chance, "[", "", "]")
    (target / "Odd.schema.json").write_text(text)
    statuses = chance.choice(["", "[base-entity]\nstatuses = ['A']\n"])
    (folder / "dispatch-lint.toml").write_text(f"schemas = ['own']\n{statuses}")
    entity = {"kind": "Odd", "name": "a" * 50_000}
    (folder / "m.json").write_text(json.dumps(entity))
    (folder / "a.json").write_text(json.dumps(entity | {"id": "1", "organizationId": "a"}))
    return chance.choice([_CHECK, ["schema", "diff", "own", "own"], ["graph"]])


_WITH_DEFINITIONS = [
    ["schema", "list", "."],
    ["schema", "generate", "--definitions", ".", "--output", "made"],
    ["schema", "diff", ".", "."],
    ["graph", "--definitions", "."],
    ["graph", "--definitions", ".", "-f", "svg"],
]


def _go(folder: Path, chance: random.Random) -> list[str]:
    text = _one_of(chance, [
        lambda: "type A struct {\n\tBaseEntity\n" + _many(chance, lambda n: f'\tF{n} string `json:"f{n}"`\n', 30_000) + "}\n",
        lambda: "".join(f"type A{n} struct {{\n\tBaseEntity\n\tX A{n + 1}\n\tY A{n + 1}\n}}\n" for n in range(60)),
        lambda: "type A struct {\n\tBaseEntity\n\tX " + _deep(chance, "map[string]", "int", "") + "\n}\n",
        lambda: "type A " + _deep(chance, "struct { X ", "int", "}") + "\n", lambda: "const a = " + _deep(chance, "(", "1", ")"),
        lambda: _many(chance, lambda n: f"type A{n} struct {{ BaseEntity; X *A{n + 1}; Y map[string][]A{n * 7} }}\n", 60_000),
        lambda: _many(chance, lambda n: f"type A{n} struct {{ {chance.choice(['BaseEntity', 'X int'])} }}\n", 500_000),
        lambda: "type A struct { BaseEntity }\nconst (\n" + _many(chance, lambda n: f"C{n} = {n}\n", 800_000) + ")\n",
        lambda: _many(chance, lambda n: f"type A{n} struct {{ BaseEntity; X string `json:\"a{n * 7 % 4_000}\"` }}\n", 4_000),
        lambda: "type A struct { A; BaseEntity }\n" * 2_000, lambda: "// " + "x" * 3_000_000 + "\n",
        lambda: 'func a() { x = "' + "a" * 1_000_000 + '" }\n',
        lambda: "type A struct {\n\tBaseEntity\n\tX [" + chance.choice(["", "0x"]) + "9" * 100_000 + "]int\n}\n",
        lambda: "type A struct {\n\tBaseEntity\n\t// +dispatch:example=" + "[" * 100_000 + "\n\tX []int\n}\n",
        lambda: f'import a "x/gen/{chance.choice(["a" * 300, chr(0), "."])}"\n',
    ])  # fmt: skip
    (folder / "a.go").write_text("package x\n" + text)
    if chance.random() < 0.2:
        (folder / "b.go").write_text(
            "package x\n" + _many(chance, lambda n: f"type B{n} struct {{ A{n} }}\n", 60_000)
        )
    return chance.choice([_CHECK, *_WITH_DEFINITIONS])


def _openapi(folder: Path, chance: random.Random) -> list[str]:
    reference = chance.choice(
        [
            f"#/tags/{chance.choice(_STEPS)}",
            f"{chance.choice(_NAMES)}.yaml#/x",
            "a%00b.yaml",
            "\ud800.yaml#/x",
        ]
    )
    models = _one_of(chance, [
        lambda: {f"A{n}": {"allOf": [{"$ref": f"#/definitions/A{n + 1}"}] * 2} for n in range(40)},
        lambda: {"A": {"$ref": "#/definitions/A"}},
        lambda: {"A": {"properties": {f"p{n}": {"$ref": "#/definitions/A"} for n in range(2_000)}}},
        lambda: {f"A{n}": {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}}} for n in range(5_000)},
        lambda: {f"A{n}": {"properties": {"kind": {"type": "string"}, "name": {"type": "string"}} | {
                    f"x{other}": {"$ref": f"#/definitions/A{other % 60_000}"} for other in (n + 1, n * 7)}}
                 for n in range(chance.choice([2_000, 40_000, 60_000]))},
        lambda: {"A": {"properties": {name: {"$ref": reference} for name in ("kind", "name", "\ud800")}}},
    ])  # fmt: skip
    api = {"swagger": "2.0", "tags": [{}], "definitions": models}
    (folder / "api.json").write_text(json.dumps(api))
    return chance.choice([_CHECK, *_WITH_DEFINITIONS])


def _sqlite(folder: Path, chance: random.Random) -> list[str]:
    connection = sqlite3.connect(folder / "refs.db")
    if chance.random() < 0.5:
        connection.execute("CREATE TABLE meta (name TEXT, value TEXT)")
        connection.execute(
            "INSERT INTO meta VALUES ('version', ?)", (chance.choice(["1", "9" * 5_000, "x"]),)
        )
        columns = "key, organization, kind, name, id, form, status, revision, revision_of, deleted, tags, value, contained, place, uses, digest"
        connection.execute(f"CREATE TABLE entity ({columns})")
        value = chance.choice(["[" * 100_000, "x" * 10_000_000, "{}"])
        connection.execute(f"INSERT INTO entity VALUES ({', '.join('?' * 16)})", (value,) * 16)
    connection.commit()
    connection.close()
    data = bytearray((folder / "refs.db").read_bytes())
    for _ in range(chance.choice([0, 1, 20]) if data else 0):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (folder / "refs.db").write_bytes(data)
    (folder / "a.yaml").write_text(_MANIFEST)
    return chance.choice([[*_CHECK, "--store", "refs.db"], ["check", "sqlite:///refs.db"],
                          ["store", "export", "--all", "--store", "refs.db"]])  # fmt: skip


def _bolt(folder: Path, chance: random.Random) -> list[str]:
    data = bytearray(chance.choice(_BOLT))
    for _ in range(chance.choice([1, 5, 50])):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 255, chance.randrange(256)])
    (folder / "d.db").write_bytes(data)
    (folder / "a.yaml").write_text(_MANIFEST)
    return chance.choice([["check", "bolt://d.db"], [*_CHECK, "--store", "bolt://d.db"]])


def _named(folder: Path, chance: random.Random) -> list[str]:
    """A baseline, a ledger or an archive."""
    (folder / "a.yaml").write_text(_MANIFEST)
    what = chance.choice(["baseline", "ledger", "archive"])
    if what == "ledger":
        line = "id{}\torg/Secret/a\t2026-01-01T00:00:00Z\t-\n"
        text = _many(chance, line.format) if chance.random() < 0.5 else "x" * 2_000_000
        (folder / "ids").write_text(text)
        (folder / "dispatch-lint.toml").write_text("ledger = 'ids'")
        return _CHECK
    if what == "archive":
        header = '{"dispatch-lint": "archive of a store", "version": 1}\n'
        (folder / "x.jsonl").write_text(header + _deep(chance, "[", "", "]"))
        return ["store", "import", "x.jsonl", "--store", "new.db"]
    entries = ", ".join(f'"{n}": {{"rule": "a"}}' for n in range(chance.choice([10, 200_000])))
    text = f'{{"version": 1, "violations": {{"a": {{{entries}}}}}}}'
    (folder / "known.json").write_text(
        text if chance.random() < 0.7 else _deep(chance, "[", "", "]")
    )
    return [*_CHECK, "--baseline", "known.json"]


def _gitignore(folder: Path, chance: random.Random) -> list[str]:
    pattern = chance.choice(
        ["*a" * 3_000 + "b", "[" * 50_000, "**/" * 5_000 + "x", "a*" * 100_000, "!" * 1_000]
    )
    (folder / ".gitignore").write_text(f"{pattern}\n" * chance.choice([1, 10]))
    (folder / ("a" * 200 + ".yaml")).write_text(_MANIFEST)
    return _CHECK


def _mutated(folder: Path, chance: random.Random) -> list[str]:
    """What users write, with mistakes."""
    name, texts = chance.choice(_SEEDS)
    (folder / name).write_bytes(mutated(chance, chance.choice(texts), texts))
    return chance.choice([_CHECK, [*_CHECK, "--fix", "--unsafe-fixes"], [*_CHECK, "--add-ignore"]])


def _links(folder: Path, chance: random.Random) -> list[str]:
    """Links that lead to each other, and to what there is."""
    count = chance.choice([2, 50, 2_000])
    for number in range(count):
        target = f"l{number + 1 if number + 1 < count or chance.random() < 0.5 else 0}.yaml"
        (folder / f"l{number}.yaml").symlink_to(target)
    (folder / f"l{count}.yaml").write_text(_MANIFEST)
    (folder / "api.json").write_text(
        '{"swagger": "2.0", "definitions": {"A": {"$ref": "l0.yaml#/x"}}}'
    )
    return chance.choice(
        [_CHECK, [*_CHECK, "--fix"], ["check", "l0.yaml"], ["schema", "list", "."]]
    )


_STEPS = ["9" * 5_000, "0" * 5_000, "²", "٣", "+0", "-1", "", "0/0"]
"""Steps of references that lead nowhere."""
_NAMES = ["a" * 300, "a/" * 5_000, r"a\u0000b", "l0.yaml", "."]
"""What no file is called; as text of TOML and JSON."""
_PATHS = ["schemas", "definitions", "exclude", "plugins"]
_KEYWORDS = [
    "x-dispatch-kind", "x-dispatch-form", "x-dispatch-aliases", "x-dispatch-reference", "x-dispatch-nested",
    "x-dispatch-source", "properties", "required", "type", "enum", "enumDescriptions", "$id", "$schema",
]  # fmt: skip
_VALUES: list[Any] = [
    5, True, None, "x", [], [[]], {}, [{}], {"status": 5}, {"status": True}, {"status": {"enum": [["x"]]}},
    {"kind": "W", "prefix": 5}, {"kind": []}, "\ud800", 10**400, "9" * 5_000,
]  # fmt: skip
_BOLT = [path.read_bytes() for path in sorted((Path(__file__).parent / "bolt").glob("*.db"))]
_SEEDS = [
    ("a.yaml", seeds("examples/**/*.yaml")), ("a.go", seeds("schemas/definitions/*.go")),
    ("a.jsonl", seeds("examples/**/*.jsonl")), ("a.json", seeds("examples/**/*.json")),
]  # fmt: skip
MAKERS: dict[str, Maker] = {
    "yaml": _yaml, "json": _json, "settings": _settings, "schema": _schema, "go": _go,
    "openapi": _openapi, "sqlite": _sqlite, "bolt": _bolt, "named": _named, "gitignore": _gitignore,
    "mutated": _mutated, "links": _links,
}  # fmt: skip


def make(folder: Path, seed: int) -> tuple[str, list[str]]:
    """Write the input of a seed.

    Returns:
        The kind of input, and the arguments of the command that reads it.
    """
    chance = random.Random(seed)
    kind = list(MAKERS)[seed % len(MAKERS)]
    return kind, MAKERS[kind](folder, chance)


def rows(count: int) -> str:
    """Entities as lines of JSONL."""
    return "".join(stored("Secret", name=f"s{number}", id=f"id{number}") for number in range(count))
