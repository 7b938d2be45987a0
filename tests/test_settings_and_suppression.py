"""Settings reach what they speak of; suppressions hide what they name and nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.engine.summary import Result
from dispatch_lint.model.violation import Severity
from dispatch_lint.schema.kind_schema import CatalogueError
from tests.command import run_text
from tests.conftest import Lint, shown
from tests.test_cli import check

WRONG = "kind: Secret\nname: a b\n"


def test_severity_select_and_per_path(lint: Lint) -> None:
    assert lint(WRONG, {"severity": {"name-format": "info"}})[0].severity is Severity.INFO
    off = {"name-format": "off", "schema": "off"}
    assert not lint(WRONG, {"severity": off})
    assert not lint(WRONG, {"select": ["schema", "status-value"], "ignore": ["schema"]})
    files = {"legacy/a.yaml": WRONG, "b.yaml": WRONG.replace("a b", "c d")}
    found = lint(files, {"per-path": {"legacy/*": ["name-format", "schema"]}})
    assert [one.file for one in found] == ["b.yaml"]


@pytest.mark.parametrize("text", [
    "a." * 50_000 + "b = 1", "[" + "'a' . " * 50_000 + "b]", "a = " + "[" * 100_000, "a = 1e", "x" * (2 << 20),
    'store = "a\\u0000"', 'ignore = ["\\u0000"]',
])  # fmt: skip
def test_settings_that_are_made_to_be_slow_are_errors(text: str, tmp_path: Path) -> None:
    (tmp_path / "dispatch-lint.toml").write_text(text)
    code, _, error = check(tmp_path)
    assert code == 2 and error.startswith("dispatch-lint: ") and error.count("\n") == 1


def test_open_questions(lint: Lint) -> None:
    entity = (
        '{"id": "1", "name": "a", "%s": "acme", "revision": 0, "version": 0, "state": null, '
        '"status": "READY", "reason": null, "tags": null, "delete": false%s}'
    )
    kinds = {"*.json": "Application"}
    old, new = entity % ("organizationId", ""), entity % ("organization", "")
    renamed = {"kinds": kinds, "open-questions": {"organization-field": "organization"}}
    assert not lint({"a.json": new}, renamed)
    assert {one.rule for one in lint({"a.json": old}, renamed)} == {"unknown-field"} or lint(
        {"a.json": old}, renamed
    )
    required = {"kinds": kinds, "open-questions": {"kind-field": "required"}}
    assert [one.message for one in lint({"a.json": old}, required)] == [
        'the required field "kind" is missing'
    ]
    forbidden = {"open-questions": {"kind-field": "forbidden"}}
    with_kind = entity % ("organizationId", ', "kind": "Application"')
    assert [one.rule for one in lint({"a.json": with_kind}, forbidden)] == ["unknown-field"]
    assert not lint({"a.json": with_kind})


def test_kinds_by_path_and_organization(lint: Lint) -> None:
    text = "name: hello\nimage: nodejs\n"
    assert not lint({"functions/a.yaml": text})
    found = lint({"functions/a.yaml": text}, {"kinds": {"functions/*": "Function"},
                                              "organization": "acme"})  # fmt: skip
    assert [(one.message, one.entity) for one in found] == [
        ('the required field "kind" is missing', "acme/Function/hello")
    ]


def test_definitions_join_the_catalogue(lint: Lint, tmp_path: Path) -> None:
    (tmp_path / "widget.go").write_text(
        "package x\n\n// Widget turns.\ntype Widget struct {\n\tentitystore.BaseEntity\n"
        '\t// The image.\n\tImage string `json:"image"`\n\tSize Size `json:"size,omitempty"`\n}\n\n'
        'type Size string\n\nconst (\n\tSmall Size = "small"\n\tLarge Size = "large"\n)\n\n'
        "// Wheel is made by hand.\n//\n// +dispatch:form=manifest\ntype Wheel struct {\n"
        '\tKind string `json:"kind"`\n\tName *string `json:"name"`\n\tWidgets []string `json:"widgets"`\n}\n'
    )
    base = (
        '{"id": "%s", "name": "%s", "organizationId": "acme", "revision": 0, "version": 0, '
        '"state": null, "status": "READY", "reason": null, "tags": null, "delete": false, '
        '"kind": "Widget", "image": "%s", "size": "%s"}\n'
    )
    files = {
        "w.jsonl": base % ("1", "a", "x", "small") + base % ("2", "b", "x", "smal"),
        "m.yaml": "kind: Wheel\nname: w\nwidgets: [a, c]\nwidget: b\n",
    }
    found = lint(files, {"definitions": ["widget.go"], "organization": "acme"})
    assert [(one.file, one.pointer, one.rule) for one in found] == [
        ("m.yaml", "/widgets/1", "unresolved-reference"),
        ("m.yaml", "/widget", "unknown-field"),
        ("w.jsonl", "/size", "schema"),
    ]


def test_schemas_replace_the_catalogue(lint: Lint, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "manifest"
    folder.mkdir(parents=True)
    (folder / "Gadget.schema.json").write_text(
        '{"type": "object", "properties": {"kind": {"const": "Gadget"}, "name": {"type": "string"}},'
        ' "required": ["kind", "name"], "additionalProperties": false}'
    )
    settings = {"schemas": ["own"]}
    assert [one.rule for one in lint("kind: Gadget\nname: a\nx: y\n", settings)] == [
        "unknown-field"
    ]
    assert not lint("kind: Function\nname: a\n", settings)  # an unknown kind: only the base fields


def test_schemas_with_parts_and_references(lint: Lint, tmp_path: Path) -> None:
    """What `$ref` and `allOf` bring in is declared as what stands in place."""
    folder = tmp_path / "own" / "manifest"
    folder.mkdir(parents=True)
    schema = {
        "allOf": [
            {"properties": {"kind": {"const": "Gadget"}, "name": {"type": "string"}}},
            {"$ref": "#/definitions/a~1b"},
        ],
        "definitions": {
            "a/b": {
                "type": "object",
                "properties": {
                    "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}},
                    "owner": {"x-dispatch-reference": {"kind": "Gadget"}},
                },
            },
            "part": {
                "additionalProperties": False,
                "properties": {
                    "itemCount": {"type": "string"}, "inner": {"$ref": "#/definitions/part"},
                    "nothing": {"type": "object", "additionalProperties": False},
                },
            },
        },
    }  # fmt: skip
    (folder / "Gadget.schema.json").write_text(json.dumps(schema))
    text = "kind: Gadget\nname: a\nowner: b\nparts:\n  - itemcount: x\n    inner: {itemCont: y}\n  - nothing: {x: 1}\n"
    found = lint(text, {"schemas": ["own"], "complete": True})
    assert shown(found) == [
        "3:8 unresolved-reference",
        "5:5 unknown-field",
        "6:13 schema",
        "7:15 schema",
    ]


def test_parts_that_refuse_the_fields_of_each_other(lint: Lint, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "manifest"
    folder.mkdir(parents=True)
    own = {"properties": {"kind": {}, "name": {}}, "patternProperties": {"^x-": {}},
           "additionalProperties": False}  # fmt: skip
    schema = {"allOf": [own, {"properties": {"size": {"type": "integer"}}}]}
    (folder / "Gadget.schema.json").write_text(json.dumps(schema))
    found = lint(
        "kind: Gadget\nname: a\nx-y: 1\nsize: 2\n", {"schemas": ["own"], "select": ["schema"]}
    )
    assert [(*shown([one]), one.message) for one in found] == [
        ("4:1 schema", 'the document has no field "size"')
    ]


def test_patterns_are_those_of_json_schema(lint: Lint, tmp_path: Path) -> None:
    r"""`\p{L}` is none of Python's, and `\d` none but ASCII, whoever reads them."""
    folder = tmp_path / "own" / "manifest"
    folder.mkdir(parents=True)
    schema = {
        "properties": {
            "kind": {}, "name": {"pattern": r"^\p{L}+$"}, "size": {"pattern": r"^\d$"},
            "code": {"pattern": r"\u{61}", "maxLength": 3}, "parts": {
                "properties": {"all": {}}, "patternProperties": {r"^\p{Lu}": {"type": "integer"}},
                "additionalProperties": {"type": "string"}},
            "closed": {"patternProperties": {r"^\p{Lu}": {}}, "additionalProperties": False},
        },
    }  # fmt: skip
    (folder / "Gadget.schema.json").write_text(json.dumps(schema))
    settings = {"schemas": ["own"], "select": ["schema", "name-format"]}
    right = (
        'kind: Gadget\nname: ab\nsize: "1"\ncode: xa\nparts: {all: 1, Ä: 2, ä: b}\nclosed: {Ä: 1}\n'
    )
    assert not lint(right, settings)
    wrong = (
        'kind: Gadget\nname: "12"\nsize: "١"\ncode: xyzb\nparts:\n  Ä: b\n  ä: 2\nclosed: {ä: 1}\n'
    )
    found = lint(wrong, settings)
    assert [(*shown([one]), one.message) for one in found] == [
        ("2:7 name-format", r'"12" does not match the pattern of Gadget names, ^\p{L}+$'),
        ("3:7 schema", r'"١" does not match the pattern ^\d$'),
        ("4:7 schema", "\"code\": 'xyzb' is too long"),
        ("4:7 schema", r'"xyzb" does not match the pattern \u{61}'),
        ("6:6 schema", '"parts.Ä" must be an integer, not the text "b"'),
        ("7:6 schema", '"parts.ä" must be text, not 2'),
        ("8:10 schema", '"closed" has no field "ä"'),
    ]


@pytest.mark.parametrize(
    "reference", ["https://127.0.0.1:9/a.json", "FILE", "other.json", "#/none"]
)
def test_a_schema_that_refers_elsewhere_is_an_error(
    reference: str, lint: Lint, tmp_path: Path
) -> None:
    """Nothing is read that nobody named, and no network is asked."""
    folder = tmp_path / "own" / "manifest"
    folder.mkdir(parents=True)
    (tmp_path / "secret.json").write_text("{}")
    reference = reference.replace("FILE", (tmp_path / "secret.json").as_uri())
    schema = {"properties": {"name": {"$ref": reference}, "kind": {}}}
    (folder / "Gadget.schema.json").write_text(json.dumps(schema))
    with pytest.raises(
        CatalogueError, match=r"Gadget\.schema\.json: \S+ cannot be resolved"
    ) as raised:
        lint("kind: Gadget\nname: a\n", {"schemas": ["own"]})
    assert "\n" not in str(raised.value)


def test_declared_and_external_references(lint: Lint) -> None:
    text = "kind: Driver\nname: a\ntype: b\n---\nkind: DriverType\nname: c\nimage: d\n"
    assert [one.rule for one in lint(text)] == ["unresolved-reference"]
    assert not lint(text, {"references": {"Driver.type": "none"}})
    assert not lint(text, {"external": ["DriverType/b*"]})


def test_a_setting_at_a_reference_is_judged_by_kind(lint: Lint) -> None:
    text = (
        '{"id": "1", "name": "a", "organizationId": "acme", "revision": 0, "version": 0, '
        '"state": null, "status": "READY", "reason": null, "tags": null, "delete": false, '
        '"kind": "ServiceClass", "description": "", "serviceID": "", "broker": "x", '
        '"bindable": true, "plans": [{"name": "small", "description": "", "planID": "", '
        '"schema": {}, "metadata": null, "free": true, "bindable": true}]}'
    )
    manifest = "kind: ServiceInstance\nname: i\nserviceClass: a\nservicePlan: %s\n"
    assert not lint({"c.json": text, "i.yaml": manifest % "small"})
    found = lint({"c.json": text, "i.yaml": manifest % "smal"})
    assert [one.message for one in found] == [
        'there is no ServicePlan "smal"; did you mean "small"?'
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("kind: Secret\nname: a b  # dispatch-lint: ignore[name-format] old\n", []),
        ("kind: Secret\n# dispatch-lint: ignore[name-format]\nname: a b\n", []),
        ("kind: Secret\nname: '#a' # dispatch-lint: ignore[name-format]\n", []),
        ("kind: Secret\nname: 'a # b'# dispatch-lint: ignore[name-format]\n", []),
        ("kind: Secret\n# dispatch-lint: ignore[name-format]\n# why\n\nname: a b\n", []),
        ("# dispatch-lint: ignore[name-format]\nkind: Secret\nname: a b\n", []),
        ("# dispatch-lint: ignore[schema,name-format]\nkind: Secret\nname: a b\n",
         ["1:1 unused-suppression"]),
        ("kind: Policy\nname: p\n# dispatch-lint: ignore[name-format]\n---\nkind: Secret\nname: a b\n", []),
        ("kind: Secret\nname: a b\n---\nkind: Secret\nname: a c  # dispatch-lint: ignore-file[name-format]\n", []),
        ("kind: Secret\nname: a b\n# dispatch-lint: ignore[name-format]\n",
         ["2:7 name-format", "3:1 unused-suppression"]),
        ("kind: Secret\nname: a b # dispatch-lint: ignore[schema]\n",
         ["2:7 name-format", "2:11 unused-suppression"]),
        ('kind: Secret\nname: a\nsecrets: {x: "# dispatch-lint: ignore[schema]"}\n', []),
        ("kind: Secret\nname: a\nsecrets:\n  x: |\n    # dispatch-lint: ignore[schema]\n", []),
        ("kind: Secret\nname: '# dispatch-lint: ignore[schema]'\nsecrets: [\n", ["3:11 syntax-error"]),
        ("kind: Secret\nname: a\n---\nkind: Secret\nname: a # dispatch-lint: ignore[unique-key]\n", []),
        ("kind: Secret\n# dispatch-lint: ignore[document-separator, name-format]\n# ---- a\nname: a b\n", []),
        ("kind: Secret\n# dispatch-lint: ignore[document-separator]\n\n# ---- a\nname: a\n",
         ["2:1 unused-suppression", "4:3 document-separator"]),
    ],
)  # fmt: skip
def test_suppression(text: str, left: list[str], lint: Lint) -> None:
    assert shown(lint(text)) == left


def test_suppressed_are_counted(lint: Lint, results: list[Result]) -> None:
    lint("kind: Secret\nname: a b  # dispatch-lint: ignore[name-format]\n")
    assert results[-1].summary.suppressed == 1
    assert sum(results[-1].summary.violations.values()) == 0


DECLARED = "kind: Image\nname: a\nbaseImageName: b\n"


def test_a_declared_name_with_a_severity_of_its_own_is_located(
    lint: Lint, results: list[Result]
) -> None:
    (found,) = lint(DECLARED, {"severity": {"foreign-key-naming": "warning"}}, fold=True)
    assert (found.range.line, found.severity) == (3, Severity.WARNING)
    assert not results[-1].declared


def test_a_suppressed_declared_name_is_not_counted(lint: Lint, results: list[Result]) -> None:
    text = DECLARED.replace("b\n", "b  # dispatch-lint: ignore[foreign-key-naming]\n")
    assert not lint(text + "---\n" + DECLARED.replace("a\n", "c\n"), fold=True)
    assert [one.places for one in results[-1].declared] == [1]
    assert (results[-1].summary.suppressed, results[-1].summary.violations[Severity.INFO]) == (1, 1)
    lint(DECLARED, fold=True)
    assert [one.places for one in results[-1].declared] == [1]


def test_quiet_counts_what_it_does_not_show(lint: Lint, results: list[Result]) -> None:
    text = "kind: Function\nname: f\nimage: a\nstatus: READY\n---\n" + DECLARED
    for fold in (False, True):
        assert not lint(text, fold=fold, quiet=Severity.WARNING)
        assert results[-1].summary.violations[Severity.INFO] == 2
        assert sum(results[-1].summary.rules.values()) == 2


# A rule that is off is off: `schema` does not report its cause instead.

STORED = ('{"id": "1", "name": "a b", "organizationId": "acme", "status": "redy", "createdTime": "x", '
          '"modifiedTime": "0001-01-01T00:00:00Z", "delete": false, "revision": 1, "reason": null, '
          '"state": null, "tags": null, "version": 1, "kind": "Secret", "secrets": null}')  # fmt: skip
CAUSES = [
    ("name-format", "kind: Secret\nname: a b\n", "a.yaml"),
    ("name-format", "kind: Driver\nname: Ticker\ntype: t\n", "a.yaml"),
    ("ambiguous-scalar", "kind: API\nname: x\nfunction: f\nenabled: yes\n", "a.yaml"),
    ("ambiguous-scalar", "kind: Function\nname: f\nimage: i\ntimeout: 1_0\n", "a.yaml"),
    ("ambiguous-scalar", "kind: api\nname: x\nfunction: f\nEnabled: yes\n", "a.yaml"),
    ("ambiguous-scalar", "kind: Function\nname: f\nimage: i\nTimeout: 1_0\n", "a.yaml"),
    ("unknown-field", "kind: Function\nname: f\nImage: i\n", "a.yaml"),
    ("status-value", STORED.replace("a b", "a"), "a.json"),
    ("name-format", STORED, "a.json"),
    ("time-order", STORED.replace("a b", "a").replace("redy", "READY"), "a.json"),
]


@pytest.mark.parametrize(("rule", "text", "name"), CAUSES)
@pytest.mark.parametrize("off", ["ignore", "severity", "per-path"])
def test_what_is_off_does_not_come_back(
    off: str, rule: str, text: str, name: str, lint: Lint
) -> None:
    settings = {
        "ignore": {"ignore": [rule]}, "severity": {"severity": {rule: "off"}},
        "per-path": {"per-path": {"**/a.*": [rule]}},
    }  # fmt: skip
    assert rule in {violation.rule for violation in lint({name: text})}
    assert "schema" not in {violation.rule for violation in lint({name: text})}
    left = {violation.rule for violation in lint({name: text}, settings[off])}
    assert not {rule, "schema"} & left


@pytest.mark.parametrize(("rule", "text", "name"), CAUSES)
def test_what_is_not_selected_silences_nothing(rule: str, text: str, name: str, lint: Lint) -> None:
    if rule in ("time-order", "unknown-field"):
        return  # JSON Schema has nothing to say about it
    assert [violation.rule for violation in lint({name: text}, {"select": ["schema"]})] != []


@pytest.mark.parametrize("settings", [
    {"ignore": ["camel-case-fields"]}, {"severity": {"camel-case-fields": "off"}},
    {"per-path": {"*.yaml": ["camel-case-fields"]}},
])  # fmt: skip
def test_a_field_that_is_dropped_is_a_cause_of_its_own(
    settings: dict[str, Any], lint: Lint
) -> None:
    text = "kind: Function\nname: f\nimage: i\nsource_path: x\n"
    assert [violation.rule for violation in lint(text)] == ["camel-case-fields"]
    assert [violation.rule for violation in lint(text, settings)] == ["unknown-field"]


def test_what_a_baseline_knows_does_not_come_back(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    arguments = ("a.yaml", "--baseline", "known.json")
    assert check(tmp_path, *arguments, "--write-baseline")[0] == 0
    for options in (["--ignore", "name-format"], ["--select", "schema"], []):
        assert check(tmp_path, *arguments, *options)[0] == 0


@pytest.mark.parametrize("line", [
    "name: >-  # dispatch-lint: ignore[name-format]\n  a b\n", "name: |2-  # dispatch-lint: ignore[name-format]\n    a b\n",
    "name: &a  # dispatch-lint: ignore[name-format]\n  a b\n", "name: !!str  # dispatch-lint: ignore[name-format]\n  a b\n",
    "name: &a !!str  # dispatch-lint: ignore[name-format]\n\n  # more\n  'a b'\n",
    "name: !!str &a >-  # dispatch-lint: ignore[name-format]\n  a b\n",
    "name: !<tag:yaml.org,2002:str>  # dispatch-lint: ignore[name-format]\n  a b\n",
    "name: a b  # why  # dispatch-lint: ignore[name-format]\n", "? name  # dispatch-lint: ignore[name-format]\n: a b\n",
])  # fmt: skip
def test_a_comment_at_the_head_of_a_block_holds(line: str, lint: Lint) -> None:
    found = lint(f"kind: Secret\n{line}")
    wanted = ["unused-suppression", "name-format"] if line.startswith("?") else []
    assert sorted(violation.rule for violation in found) == sorted(wanted)


@pytest.mark.parametrize("value", [
    " # {}\n  a: b\n", " # {}\n- a\n", " # {}\n\n  # more\n  - a\n  - b\n", " &a # {}\n  - a\n", " !!seq # {}\n  - a\n",
    " # {}\n  [a,\n   b]\n",
])  # fmt: skip
def test_a_comment_beside_a_key_holds_for_the_list_or_mapping_below(value: str, lint: Lint) -> None:
    wrong = f"kind: Function\nname: a\nimage: a\nhandler:{value}sourcePath: a\n"
    assert lint(wrong.format("dispatch-lint: ignore[schema]")) == []
    found = lint(wrong.format("dispatch-lint: ignore[name-format]"))
    assert [(violation.range.line, violation.rule) for violation in found] == [
        (4, "schema"), (4, "unused-suppression"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [
    "name: a # Dispatch-Lint: ignore[name-format]\n", "name: a # dispatch_lint: ignore[name-format]\n",
    "name: a # DISPATCH-LINT: IGNORE[name-format]\n", "name: a # dispatchlint:ignore[name-format]\n",
    "name: a # dispatch-lint ignore[name-format]\n", "name: a # dispatch-lint: IGNORE[name-format]\n",
    "name: a # noqa dispatch-lint: ignore[name-format]\n", "name: a # dispatch-lint: ignroe[name-format]\n",
    "name: a # dispatch-lint: ignore\n", "name: a # dispatch-lint: ignore[name-format\n",
    "name: a # dispatch-lint: ignore[name-format]\n", "name: >- # dispatch-lint: ignore[name-format]\n  a\n",
    "name: &a # dispatch-lint: ignore[name-format]\n  a\n", "name: a\nsecrets: {a: b, # dispatch-lint: ignore[schema]\n c: d}\n",
    "name: 'a'# dispatch-lint: ignore[schema]\n", 'name: "a"# dispatch-lint ignore\n',
    "name: a\nsecrets: {a: b}# dispatch-lint: ignore[schema]\n", "name: a\ntags: []# dispatch-lint: ignore[schema]\n",
    "name: a\nsecrets: {# dispatch-lint: ignore[schema]\n a: b}\n", "name: a\nsecrets: {a: b,# dispatch-lint: ignore[schema]\n c: d}\n",
    "name: a\n... # dispatch-lint: ignore[schema]\n", "name: a\n--- # dispatch-lint: ignore[schema]\n",
    'name: a # write "# dispatch-lint: ignore[name-format]"\n', "name: a\nsecrets: {a: '#1'} # dispatch-lint ignore\n",
])  # fmt: skip
def test_every_suppression_is_used_or_reported(text: str, lint: Lint) -> None:
    found = lint(f"kind: Secret\n{text}")
    assert [violation.rule for violation in found] == ["unused-suppression"]


def test_a_suppression_that_a_comment_quotes_hides_nothing(lint: Lint) -> None:
    quoted = '"# dispatch-lint: ignore[name-format]"'
    found = lint(f"kind: Secret\nname: a b # write {quoted}\n")
    assert shown(found) == ["2:7 name-format", "2:11 unused-suppression"]


def test_a_file_of_comments_has_unused_suppressions(lint: Lint) -> None:
    assert shown(lint("# dispatch-lint: ignore-file[schema]\n")) == ["1:1 unused-suppression"]
    text = "%YAML 1.2 # dispatch-lint: ignore[schema]\n---\nkind: Secret\nname: a\n"
    assert shown(lint(text)) == ["1:11 unused-suppression", "2:1 document-separator"]


@pytest.mark.parametrize("text", [
    "secrets:\n  a: |\n    # dispatch-lint: ignore[schema]\n", "secrets: {a: 'x # dispatch-lint: ignore[schema]'}\n",
    "secrets:\n  a: b\"# dispatch-lint ignore\n", "secrets:\n  a: b,# dispatch-lint ignore\n",
    "secrets:\n  a: &a !!str |\n    # dispatch-lint: ignore[schema]\n    # dispatch-lint ignore\n",
])  # fmt: skip
def test_what_looks_like_a_comment_in_a_value_is_none(text: str, lint: Lint) -> None:
    assert not lint(f"kind: Secret\nname: a\n{text}")


@pytest.mark.parametrize("jobs", [1, 2])
def test_quiet_knows_what_a_comment_hides(jobs: int, tmp_path: Path) -> None:
    """What is not shown is hidden by a comment all the same: the comment is not unused."""
    ignore = "# dispatch-lint: ignore"
    (tmp_path / "a.yaml").write_text(
        f"kind: Secret\nname: a\nid: x  {ignore}[server-owned-field]\n---\nkind: Secret\nname: b\nid: z\n"
    )
    (tmp_path / "b.yaml").write_text(f"kind: Secret\nname: a  {ignore}[unique-key]\n")
    for quiet in ([], ["--quiet"]):
        code, out, _ = check(tmp_path, ".", "-f", "json", "-j", str(jobs), *quiet)
        report = json.loads(out)
        assert (code, report["summary"]["suppressed"]) == (0, 2), out
        assert report["summary"]["violations"] == {"error": 0, "warning": 0, "info": 1}
        assert len(report["violations"]) == (0 if quiet else 1)


def test_settings_that_are_a_broken_link_are_an_error(tmp_path: Path) -> None:
    """They were passed over, and those of `pyproject.toml`, or of a folder above, held."""
    (tmp_path / "dispatch-lint.toml").symlink_to("shared.toml")
    (tmp_path / "a.yaml").write_text(WRONG)
    code, out, error = check(tmp_path, "a.yaml")
    assert (code, out) == (2, "")
    assert error.endswith("/dispatch-lint.toml: No such file or directory\n")
    (tmp_path / "shared.toml").write_text("ignore = ['name-format']\n")
    assert check(tmp_path, "a.yaml")[0] == 0


@pytest.mark.parametrize("name", ["dispatch-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize(("made", "said"), [
    ("large", "the file is larger than 1 MiB"), ("folder", "Is a directory"),
    ("pipe", "not a regular file"), ("link", "No such file or directory"),
])  # fmt: skip
@pytest.mark.parametrize("command", [["check"], ["init", "--yes"]])
def test_settings_that_cannot_be_read_are_not_passed_over(
    command: list[str], made: str, said: str, name: str, tmp_path: Path
) -> None:
    """Rules that they switch on, or off, would be forgotten, and a pipe waited for."""
    file = tmp_path / name
    if made == "large":
        file.write_text("#" * (1 << 20) + "\n")
    elif made == "folder":
        file.mkdir()
    elif made == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("gone.toml")
    result = run_text(tmp_path, *command)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"dispatch-lint: {file}: {said}\n"


def test_a_project_of_others_has_no_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'a'\n")
    (tmp_path / "a.yaml").write_text(WRONG.replace("a b", "a"))
    assert check(tmp_path, "a.yaml")[0] == 0
