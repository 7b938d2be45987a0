"""The cases of the command `check`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tests.golden.case import Case, case, fed
from tests.golden.inputs_generated import SHARES, SIZES, STYLES
from tests.golden.inputs_odd import SURROGATES
from tests.golden.inputs_projects import SHOP

FORMATS = (
    "full", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "checkstyle",
    "markdown", "html", "issues",
)  # fmt: skip
FOLDERS = ("examples", "corpus", "rules", "jsonl", "stored", "estate", "shop", "mutated",
           "suppressed", "many-faults", "suite", "odd/text", "odd/bytes", "definitions")  # fmt: skip
ODD_FAULT = "kind: Secret\nname: a b\nstatus: ready\nsecretName: x\n"


def check_cases(folders: Collection[str]) -> Iterator[Case]:
    """All cases of `check`; folders that are not there have none."""
    there = [folder for folder in FOLDERS if folder.split("/")[0] in folders]
    yield from _formats()
    yield from _corpora()
    for folder in there:
        yield from _folder(folder)
    yield from _odd_files("suite" in folders)
    yield from _rules()
    yield from _output()
    yield from _fixes(there)
    yield from _baselines()
    yield from _documents()
    yield from _settings()
    yield from _standard_input()


def _formats() -> Iterator[Case]:
    for format_ in FORMATS:
        for jobs in (1, 2):
            yield case(f"check/format/{format_}-j{jobs}", f"check -f {format_} -j{jobs} .",
                       folder="mixed")  # fmt: skip
    every = " ".join(f"-f {format_} -o out.{format_}" for format_ in FORMATS)
    for name, rest in {
        "all": ".",
        "clean": "examples/manifests",
        "quiet": "-q --select all .",
    }.items():
        yield case(f"check/format-files/{name}", f"check {every} {rest}", folder="examples")
    yield case("check/format/several", "check -f sarif -o a.sarif -f jsonl -o a.jsonl -f concise .",
               folder="mixed")  # fmt: skip
    yield case("check/format/github-by-default", "check examples", folder="examples",
               environment={"GITHUB_ACTIONS": "true"})  # fmt: skip
    for color in ("always", "never", "auto"):
        yield case(f"check/color/{color}", f"check --color {color} examples", folder="examples")
    yield case(
        "check/color/forced", "check examples", folder="examples", environment={"FORCE_COLOR": "1"}
    )
    yield case("check/color/none", "check --color auto examples", folder="examples",
               environment={"NO_COLOR": "1", "FORCE_COLOR": "1"})  # fmt: skip


def _corpora() -> Iterator[Case]:
    for style in STYLES:
        for share in SHARES:
            for size in SIZES:
                name = f"{style}-{share}-{size}"
                yield case(f"check/corpus/{name}", "check -f json -f full -j1 .", "check -f json -j2 .",
                           folder=f"corpora/{name}")  # fmt: skip


def _folder(folder: str) -> Iterator[Case]:
    title = folder.replace("/", "-")
    variants = {
        "j1": "-f json -f full -j1", "j2": "-f json -j2", "all": "-f json --select all", "list": "--list-files",
        "quiet": "-q --fail-level error", "named": "--isolated -f concise --kind Secret --form manifest",
    }  # fmt: skip
    if folder in ("examples", "rules", "mutated", "stored"):
        variants |= {"statistics": "--statistics -f concise", "info": "--fail-level info -f markdown",
                     "isolated": "--isolated -f jsonl"}  # fmt: skip
    for name, options in variants.items():
        yield case(f"check/{title}/{name}", f"check {options} .", folder=folder)  # fmt: skip


def _odd_files(suite: bool) -> Iterator[Case]:
    yield case("check/odd/links", "check -f json .", "check dangling.yaml", "check loop.yaml",
               "check inner.yaml outer", folder="odd/links")  # fmt: skip
    yield case("check/odd/folder", "check .", "check folder.yaml", folder="odd")
    yield case("check/odd/missing", "check nowhere.yaml", "check nowhere/", "check nowhere.yaml text/crlf.yaml",
               folder="odd")  # fmt: skip
    yield case("check/odd/twice", "check text/crlf.yaml text/crlf.yaml text ./text", folder="odd")
    yield case("check/odd/empty-folder", "check", "check --require-documents", "check . -f json")
    yield case("check/odd/no-extension", "check no-extension", "check -f json helm.yaml scalar.yaml list.yaml",
               "check foreign.yaml empty.yaml", folder="odd/text")  # fmt: skip
    yield case("check/odd/unreadable", "check .", files={"a.yaml": ODD_FAULT, "b.yaml": "\udcff"})
    for file in SURROGATES:
        yield case(f"check/odd/surrogates-{file}", f"check -f json {file}", f"check {file}", f"check -f sarif {file}",
                   folder="odd/surrogates")  # fmt: skip
    if suite:
        yield case("check/suite/raw-as-secret", "check -f json --kind Secret --form manifest raw",
                   folder="suite")  # fmt: skip
        yield case(
            "check/suite/diff", "check --diff --unsafe-fixes --select all wrapped", folder="suite"
        )


def _rules() -> Iterator[Case]:
    choices = {
        "select": "--select name-format,unknown-field", "select-twice": "--select schema --select unique-key",
        "ignore": "--ignore name-format", "select-ignore": "--select all --ignore schema,unknown-field",
        "extend": "--extend-select unused-entity", "ignore-all": "--ignore all", "unknown": "--select name-fromat",
        "unknown-ignore": "--ignore nmae-format", "one": "--select unresolved-reference",
        "suppression": "--select unused-suppression",
    }  # fmt: skip
    for name, options in choices.items():
        yield case(f"check/choice/{name}", f"check -f json {options} .", folder="mixed")


def _output() -> Iterator[Case]:
    yield case("check/exit/zero", "check --exit-zero .", folder="examples")
    for level in ("info", "warning", "error"):
        yield case(f"check/exit/{level}", f"check --fail-level {level} examples", folder="examples")
        yield case(f"check/exit/quiet-{level}", f"check -q --fail-level {level} -f json examples",
                   folder="examples")  # fmt: skip
    yield case("check/exit/statistics-json", "check --statistics -f json .", folder="mixed")
    yield case("check/exit/statistics-quiet", "check --statistics -q .", folder="mixed")
    yield case("check/exit/issues-folder", "check -f issues -o issues .", "check -f issues -o issues .",
               folder="examples")  # fmt: skip
    yield case(
        "check/exit/twice",
        "check -f json .",
        "check -f json .",
        "check .",
        "check -q .",
        folder="mixed",
    )
    yield case("check/exit/unwritable", "check -f json -o nowhere/a.json .", "check -f html -o examples .",
               folder="examples")  # fmt: skip
    yield case(
        "check/exit/list",
        "check --list-files examples/manifests/shop.yaml -f json",
        folder="examples",
    )


def _fixes(folders: Collection[str]) -> Iterator[Case]:
    # Thousands of fixes take minutes; the small corpora have all kinds of them.
    small = [name for name in folders if name not in ("jsonl", "stored", "estate", "many-faults")]
    for folder in (*small, "corpora/varied-faulty-20-fifty"):
        title = folder.replace("/", "-")
        yield case(f"check/fix/{title}", "check --fix -f concise .", folder=folder)
        yield case(
            f"check/diff/{title}", "check --diff --unsafe-fixes --select all .", folder=folder
        )
        yield case(f"check/add-ignore/{title}", "check --add-ignore 'as it was' .", "check -f concise .",
                   folder=folder)  # fmt: skip
    yield case("check/fix/rows", "check --fix --unsafe-fixes libkv.jsonl", folder="stored")
    for folder in ("examples", "rules", "shop"):
        yield case(f"check/unsafe-fix/{folder}", "check --fix --unsafe-fixes --select all -f json .",
                   folder=folder)  # fmt: skip
    yield case(
        "check/fix/selected", "check --fix --select name-format,status-value .", folder="rules"
    )
    yield case("check/fix/twice", "check --fix .", "check --fix .", "check --diff .", folder="shop")
    yield case(
        "check/fix/with-output", "check --fix -f sarif -o a.sarif examples", folder="examples"
    )


def _baselines() -> Iterator[Case]:
    write = "check --write-baseline --baseline known.json"
    for folder in ("examples", "mixed", "mutated", "estate"):
        yield case(f"check/baseline/{folder}", f"{write} .", "check --baseline known.json .",
                   "check --baseline known.json -f json .", folder=folder)  # fmt: skip
    yield case("check/baseline/parts", f"{write} manifests/functions.yaml", "check --baseline known.json",
               f"{write} manifests/legacy", "check --baseline known.json", folder="shop")  # fmt: skip
    yield case("check/baseline/stale", f"{write} .", "check --fix --unsafe-fixes .", "check --baseline known.json .",
               folder="shop")  # fmt: skip
    yield case("check/baseline/faults", "check --baseline nowhere.json", "check --write-baseline",
               "check --baseline a.json", folder="shop", files={"a.json": "{}\n"})  # fmt: skip
    yield case("check/baseline/settings", "check --write-baseline", "check", folder="shop",
               files={"dispatch-lint.toml": "baseline = 'known.json'\n"})  # fmt: skip


def _documents() -> Iterator[Case]:
    yield case("check/kind/secret", "check --kind Secret manifests -f json", folder="shop")
    yield case("check/kind/unknown", "check --kind Secrt manifests", folder="shop")
    for form in ("stored", "manifest"):
        yield case(f"check/form/{form}", f"check --form {form} -f json .", folder="mixed")
    yield case("check/organization", "check --organization globex -f json .", folder="examples")
    yield case("check/index/rest", "check manifests/functions.yaml --index manifests --index kept.tmp.yaml -f json",
               folder="shop")  # fmt: skip
    yield case("check/index/same", "check manifests --index . -f json", folder="shop")
    yield case("check/index/estate", "check a.yaml --index estate.jsonl -f json", folder="estate",
               files={"a.yaml": str(SHOP["manifests/functions.yaml"])})  # fmt: skip
    yield case(
        "check/definitions/go", "check --definitions go manifests -f json", folder="definitions"
    )
    yield case(
        "check/definitions/openapi",
        "check --definitions openapi manifests -f json",
        folder="definitions",
    )
    yield case(
        "check/definitions/packages",
        "check packages -f json",
        "check packages/widgets",
        folder="definitions",
    )
    yield case(
        "check/definitions/named-files",
        "check go/widget_test.go go/vendor/v/v.go -f json",
        folder="definitions",
    )
    yield case(
        "check/definitions/missing",
        "check --definitions nowhere.go manifests",
        folder="definitions",
    )
    yield case("check/schemas/own", "schema generate --definitions go --output out",
               "check --schemas out manifests -f json", "check --schemas nowhere manifests", folder="definitions")  # fmt: skip
    yield case("check/exclude/named", "check charts ignored/a.yaml -f concise",
               "check --force-exclude charts ignored/a.yaml manifests/legacy/old.yaml -f concise", folder="shop",
               files={"dispatch-lint.toml": "exclude = ['charts', 'manifests/legacy']\n"})  # fmt: skip


SETTINGS = {
    "per-path": "per-path = { 'manifests/legacy/*' = ['name-format', 'unknown-field'], '*.json' = ['all'] }",
    "severity": "[severity]\nname-format = 'info'\nunknown-field = 'off'\nstatus-value = 'warning'",
    "exclude": "exclude = ['manifests/legacy', '*.json']", "include": "include = ['*.json', '*.txt']",
    "complete": "complete = true", "external": "complete = true\nexternal = ['Image/nod*', 'Secret/*']",
    "kinds": "[kinds]\n'manifests/*' = 'Secret'", "fail-level": "fail-level = 'error'", "select": "select = ['schema']",
    "extend": "extend-select = ['all']\nignore = ['schema']", "references": "[references]\n'Function.image' = 'none'",
    "questions": "[open-questions]\nkind-field = 'required'\nforeign-key-value = 'key'\n"
    "organization-field = 'organization'\ndesired-state = 'error'",
    "kind-forbidden": "[open-questions]\nkind-field = 'forbidden'", "limits": "[limits]\nviolations-per-file = 1\ndepth = 2",
    "aliases": "[limits]\naliases = 1\ndocument-size = 1\nfields = 3", "plugins": "plugins = ['./nowhere']",
    "unknown-key": "selct = []", "wrong-type": "select = 3", "unknown-rule": "select = ['statusvalue']",
    "wrong-level": "fail-level = 'eror'", "no-baseline": "baseline = 'x.json'", "no-store": "store = 'x.db'",
    "no-ledger": "ledger = 'ids.txt'", "unknown-option": "[rules.unknown-kind]\nevry = true",
    "wrong-option": "[rules.unknown-kind]\nevery = 'yes'", "wire": "[rules.initialism-spelling]\nwire = 'go'",
    "wrong-reference": "[references]\n'Function.imge' = 'Image'", "no-toml": "complete = ",
    "unknown-kind": "[kinds]\n'*.yaml' = 'Secrt'", "wrong-limit": "[limits]\ndepth = 0", "mysql": "store = 'mysql://h/d'",
    "unknown-limit": "[limits]\ndephts = 1", "no-schemas": "schemas = ['./nowhere']", "organization": "organization = 'acme'",
}  # fmt: skip


def _settings() -> Iterator[Case]:
    for name, text in SETTINGS.items():
        yield case(f"check/settings/{name}", "check -f json -f full",
                   files={"dispatch-lint.toml": f"{text}\n"}, folder="shop")  # fmt: skip
    yield case("check/settings/many-faults", "check -f json .", "check .", folder="many-faults",
               files={"dispatch-lint.toml": "[limits]\nviolations-per-file = 5000\n"})  # fmt: skip
    yield case("check/settings/pyproject", "check", "check --isolated", folder="shop",
               files={"pyproject.toml": "[tool.dispatch-lint]\nselect = ['name-format']\n"})  # fmt: skip
    yield case("check/settings/config", "check --config other.toml", "check --config nowhere.toml", folder="shop",
               files={"other.toml": "ignore = ['name-format']\n", "dispatch-lint.toml": "x = 1\n"})  # fmt: skip
    yield case("check/settings/own-rules", "rules new no-shouting", "check -f json --select all",
               "rules", folder="shop", files={"dispatch-lint.toml": "plugins = ['./lint_rules']\n"})  # fmt: skip


def _standard_input() -> Iterator[Case]:
    yield case("check/stdin/yaml", fed("check -", ODD_FAULT), fed("check - -f json", ODD_FAULT))
    yield case("check/stdin/named", fed("check - --stdin-filename a/b.yaml -f json", ODD_FAULT))
    yield case("check/stdin/json", fed("check - -f json", '{"kind": "Secret", "name": "a b"}'))
    yield case(
        "check/stdin/jsonl",
        fed("check - -f json", '{"kind": "Secret", "name": "a b"}\n{"kind": "Secret"}\n'),
    )
    yield case(
        "check/stdin/go",
        fed(
            "check - --stdin-filename a.go",
            "package a\n\ntype A struct {\n\tBaseEntity\n\tB_C int\n}\n",
        ),
    )
    yield case("check/stdin/empty", fed("check -", ""), fed("check - --require-documents", ""))
    yield case(
        "check/stdin/bytes", fed("check -", b"kind: Secret\nname: \xff\n"), fed("check -", b"a\x00")
    )
    yield case("check/stdin/with-files", fed("check - manifests -f json", ODD_FAULT), folder="shop")
    yield case(
        "check/stdin/fix",
        fed("check - --fix", ODD_FAULT),
        fed("check - --diff --unsafe-fixes", ODD_FAULT),
    )
    yield case("check/stdin/add-ignore", fed("check - --add-ignore x", ODD_FAULT))
    yield case("check/stdin/list", fed("check - --list-files", ODD_FAULT))
