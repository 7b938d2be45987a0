"""All cases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain

from tests.golden.case import Case, case, fed
from tests.golden.cases_check import check_cases
from tests.golden.examples import RuleExample, example_cases

COMMANDS = (
    "", "check", "explain", "graph", "init", "lsp", "rename", "rules", "rules new", "schema", "schema check",
    "schema diff", "schema generate", "schema list", "schema show", "store", "store export", "store get", "store history",
    "store import", "store list", "store refs", "audit",
)  # fmt: skip


def all_cases(
    folders: Collection[str], examples: Sequence[RuleExample], kinds: Sequence[str]
) -> list[Case]:
    """Every case, in the order in which they run.

    Args:
        folders: the input folders that are there.
        examples: of the rules.
        kinds: the kinds that have a schema.
    """
    rules = sorted({example.rule for example in examples})
    found = list(chain(
        check_cases(folders), example_cases(examples), _information(rules, kinds), _errors(), _schemas(),
        _stores(), _graphs(), _renames(), _init(), _audit(),
    ))  # fmt: skip
    names = [found_case.name for found_case in found]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, f"two cases have one name: {twice}"
    return found


def _information(rules: Sequence[str], kinds: Sequence[str]) -> Iterator[Case]:
    yield case("version", "--version")
    for command in COMMANDS:
        yield case(f"help/{command.replace(' ', '-') or 'all'}", f"{command} --help")
    yield case("help/short", "-h", "check -h")
    yield case("rules/list", "rules")
    yield case("rules/markdown", "rules --markdown")
    yield case("rules/new", "rules new no-shouting", "rules new no-shouting", "rules new 'No Shouting'",
               "rules new name-format", "check -f json --select all", folder="shop")  # fmt: skip
    for rule in rules:
        yield case(f"explain/{rule}", f"explain {rule}")
    for kind in kinds:
        yield case(f"schema/show/{kind}", f"schema show {kind}", f"schema show {kind} --form stored",
                   f"schema show {kind} --form manifest")  # fmt: skip


def _errors() -> Iterator[Case]:
    commands = {
        "none": "", "command": "chekc", "option": "check --selct x", "format": "check -f xml", "rule": "explain nmae-format",
        "no-rule": "explain", "kind": "schema show Secrt", "jobs": "check -j x", "negative-jobs": "check -j -1",
        "output-without-format": "check -o a.txt", "two-outputs": "check -f json -o a -o b", "level": "check --fail-level x",
        "graph-format": "graph -f png", "subcommand": "schema list", "store-url": "store list --store x.db",
        "no-store": "store list", "diff-and-fix": "check --diff --fix", "no-key": "store get", "color": "check --color x",
        "isolated-config": "check --isolated --config a.toml", "store-mysql": "check --store mysql://h/d",
        "postgres": "check --store postgresql://u:secret@127.0.0.1:1/d",
    }  # fmt: skip
    for name, command in commands.items():
        yield case(f"error/{name}", command)


def _schemas() -> Iterator[Case]:
    folder = "definitions"
    yield case(
        "schema/generate/built-in", "schema generate --output out", "schema check --output out"
    )
    for name in ("go", "openapi", "packages", "before"):
        yield case(f"schema/generate/{name}", f"schema generate --definitions {name} --output out",
                   f"schema check --definitions {name} --output out", folder=folder)  # fmt: skip
    yield case("schema/check/drifted", "schema generate --definitions before --output out",
               "schema check --definitions after --output out", "schema check --definitions nowhere --output out",
               "schema check --output nowhere", folder=folder)  # fmt: skip
    for format_ in ("text", "json", "markdown"):
        yield case(f"schema/diff/{format_}", f"schema diff -f {format_} before after",
                   f"schema diff -f {format_} after before", folder=folder)  # fmt: skip
    yield case("schema/diff/same", "schema diff go go", "schema diff go openapi", folder=folder)
    yield case("schema/diff/schemas", "schema generate --definitions before --output a",
               "schema generate --definitions after --output b", "schema diff a b", "schema diff a after", folder=folder)  # fmt: skip
    yield case("schema/diff/git", "schema diff v1:pkg v2:pkg", "schema diff v1:pkg pkg", "schema diff v1:nowhere pkg",
               "schema diff v9:pkg pkg", folder="history")  # fmt: skip


def _stores() -> Iterator[Case]:
    store = "--store known.db"
    first, second = f"store import first.jsonl {store}", f"store import second.jsonl {store}"
    commands = {
        "import": ("store import first.jsonl {store}", "store import second.jsonl {store}", "store export {store}"),
        "prune": ("store import second.jsonl --prune {store}", "store export {store}", "store list {store}"),
        "refused": ("store import bad.jsonl {store}", "store import nowhere.jsonl {store}", "store list {store}"),
        "manifests": ("store import manifests --organization acme {store}", "store list {store}"),
        "options": ("store import manifests --kind Secret --form manifest {store}", "store export {store}"),
        "get": ("store get acme/Function/hello {store}", "store get Function/acme/hello {store}",
                "store get acme/Function/nobody {store}", "store get odd {store}"),
        "list": ("store list {store}", "store list -f json {store}", "store list --kind Image {store}",
                 "store list --organization globex {store}", "store list --status READY {store}",
                 "store list --tag role=test {store}", "store list --tag role {store}", "store list --kind Imgae {store}"),
        "refs": ("store refs acme/Image/nodejs {store}", "store refs acme/Function/hello -f json {store}",
                 "store refs acme/Image/nobody {store}"),
        "history": ("store import second.jsonl --prune {store}", "store history s2 {store}", "store history i1 -f json {store}",
                    "store history nobody {store}"),
        "export": ("store export {store}", "store export -o all.jsonl {store}", "store export --ledger - {store}",
                   "store export --ledger ids.txt {store}", "store export --ledger ids.txt {store}"),
        "check": ("check second.jsonl -f json {store}", "check second.jsonl {store}",
                  "check manifests --organization acme -f json {store}", "check second.jsonl -j2 --select all -f json {store}"),
        "check-store": ("check known.db", "check sqlite:///known.db -f json"),
        "graph": ("graph known.db", "graph sqlite:///known.db -f dot"),
    }  # fmt: skip
    for name, lines in commands.items():
        yield case(f"store/{name}", first, *(line.format(store=store) for line in lines), folder="store")  # fmt: skip
    yield case("store/ledger", first, f"store export --ledger ids.ledger {store}", "check second.jsonl -f json", folder="store",
               files={"dispatch-lint.toml": "ledger = 'ids.ledger'\n"})  # fmt: skip
    yield case("store/ledger-faults", "check second.jsonl", folder="store",
               files={"dispatch-lint.toml": "ledger = 'ids.ledger'\n", "ids.ledger": "odd line\n"})  # fmt: skip
    yield case("store/settings", "store import first.jsonl", "store list", "check second.jsonl -f json", folder="store",
               files={"dispatch-lint.toml": "store = 'known.db'\n"})  # fmt: skip
    yield case("store/stdin", fed(f"store import - {store}", '{"kind": "Secret", "name": "a", "organizationId": "acme"}\n'),
               f"store list {store}")  # fmt: skip
    yield case(
        "store/no-database",
        "check second.jsonl --store second.jsonl",
        "store list --store first.jsonl",
        folder="store",
    )
    yield case("store/large", f"store import estate.jsonl {store}", f"check estate.jsonl -f json {store}", second,
               f"store list {store}", folder="estate")  # fmt: skip
    for name in ("small", "odd", "empty"):
        url = f"bolt://{name}.db"
        yield case(f"store/bolt-{name}", f"check {url} -f json", f"store import {url} {store}", f"store list {store}",
                   f"store list --store {url}", f"graph {url}", folder="bolt")  # fmt: skip
    yield case("store/rows", f"store import postgres.json {store}", f"store list -f json {store}",
               f"check libkv.jsonl -f json {store}", folder="stored")  # fmt: skip


def _graphs() -> Iterator[Case]:
    for format_ in ("mermaid", "dot", "svg"):
        yield case(f"graph/kinds/{format_}", f"graph -f {format_}")
        yield case(f"graph/shop/{format_}", f"graph -f {format_} manifests", folder="shop")
        yield case(f"graph/estate/{format_}", f"graph -f {format_} estate.jsonl", folder="estate")
    yield case("graph/output", "graph -o a.svg", "graph -o a.dot manifests", "graph -o a.mmd manifests", "graph -o nowhere/a.svg",
               folder="shop")  # fmt: skip
    yield case(
        "graph/definitions",
        "graph --definitions go",
        "graph --definitions go manifests",
        folder="definitions",
    )
    yield case(
        "graph/stdin",
        fed("graph -", "kind: Function\nname: a\nimage: b\n"),
        fed("graph - --organization x", "kind: ["),
    )
    yield case(
        "graph/mixed", "graph .", "graph --organization acme examples-examples", folder="mixed"
    )


def _renames() -> Iterator[Case]:
    commands = {
        "image": ("rename Image/nodejs node --diff", "rename Image/nodejs node", "check -f concise"),
        "function": ("rename Function/hello greeting manifests",), "nobody": ("rename Image/nobody x", "rename odd x"),
        "taken": ("rename Function/hello bye",), "wrong-name": ("rename Function/hello 'a b'", "rename Function/hello hello"),
        "organization": ("rename globex/Function/hello x", "rename acme/Function/hello x --organization acme"),
        "kind": ("rename Functon/hello x",), "json": ("rename Secret/open-sesame sesame",),
    }  # fmt: skip
    for name, lines in commands.items():
        yield case(f"rename/{name}", *lines, folder="shop")
    yield case(
        "rename/estate",
        "rename acme/Image/image-1 other --diff",
        "rename acme/Secret/secret-2 new-secret",
        folder="estate",
    )


def _init() -> Iterator[Case]:
    yield case("init/yes", "init --yes", "init --yes", "check -f concise", folder="project")
    yield case(
        "init/modelines",
        "init --yes --modelines",
        "init --yes --modelines",
        "check -f json",
        folder="project",
    )
    yield case("init/answers", fed("init", "y\nn\ny\ny\n"), fed("init", "n\n"), folder="project")
    yield case("init/nobody", "init", folder="project")
    yield case("init/empty", "init --yes")
    yield case("init/no-repository", "init -y", folder="shop")
    yield case("init/exists", "init -y", folder="project", files={
        "dispatch-lint.toml": "organization = 'acme'\n", ".vscode/settings.json": '{\n  // mine\n  "a": 1\n}\n',
        ".pre-commit-config.yaml": "repos:\n- repo: https://example.com/x\n  rev: v1\n  hooks: []\n"})  # fmt: skip
    yield case("init/cannot", "init -y", folder="project", files={
        "pyproject.toml": "[tool.dispatch-lint]\nselect = ['all']\n", ".vscode/settings.json": "[",
        ".pre-commit-config.yaml": "repos: {}\n"})  # fmt: skip


def _audit() -> Iterator[Case]:
    options = "--output found -q --conf spark.sql.shuffle.partitions=4 --conf spark.ui.enabled=false --master 'local[2]'"
    yield case(
        "audit/estate",
        f"audit estate.jsonl -f jsonl --report page.html {options}",
        folder="estate",
        spark=True,
    )
    yield case(
        "audit/rows",
        f"audit postgres.jsonl libkv.jsonl -f jsonl --select all {options}",
        folder="stored",
        spark=True,
    )
