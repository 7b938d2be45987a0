"""Documents: what counts as an entity, in which form, and what is wrong where a text is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dispatch_lint.config.limits import Limits
from dispatch_lint.engine.summary import Result
from dispatch_lint.model.violation import Severity
from dispatch_lint.text.scalars import dispatch_text
from dispatch_lint.text.yaml_reader import read_yaml
from tests.conftest import Lint, shown

SCHEMAS = Path(__file__).parent.parent / "schemas"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("on", "true"), ("off", "false"), ("y", "true"), ("No", "false"), ("True", "true"),
        ("010", "8"), ("1_000", "1000"), ("1.10", "1.1"), ("0x10", "16"), ("0b11", "3"),
        ("1.0", "1"), ("1e+3", "1000"), (".inf", "+Inf"), ("~", ""), ("089", "89"),
        ("1234567.5", "1.2345675e+06"), ("3.14159265358979", "3.1415927"), ("0.00001", "1e-05"),
        # these keep their text
        ("12:30", "12:30"), ("1e3", "1e3"), ("true", "true"), ("2", "2"), ("-5", "-5"),
        ("2020-01-01", "2020-01-01"), ("1.5.2", "1.5.2"), ("hello", "hello"), ("0.5", "0.5"),
    ],
)  # fmt: skip
def test_what_dispatch_makes_of_a_scalar(text: str, read: str) -> None:
    assert dispatch_text(text) == read


@pytest.mark.parametrize(
    ("file", "written", "name"),
    [
        ("a.yaml", "77", "77"), ("a.yaml", "010", "8"), ("a.yaml", "12e5", "12e5"),
        ("a.yaml", "0o17", "0o17"), ("a.yaml", "0x1F", "31"), ("a.yaml", "yes", "true"),
        ("a.yaml", "True", "true"), ("a.yaml", "1_0", "10"), ("a.yaml", "-7", "-7"),
        ("a.yaml", '"010"', "010"), ("a.yaml", "!!str 010", "010"), ("a.json", "77", "77"),
        ("a.json", "1e3", "1e3"), ("a.json", "1.0E+2", "100"), ("a.json", "true", "true"),
    ],
)  # fmt: skip
def test_names_are_what_dispatch_reads(file: str, written: str, name: str, lint: Lint) -> None:
    if file == "a.yaml":
        text = f"kind: Function\nname: f\nsourcePath: s\nimage: {written}\n---\nkind: Image\n"
        text += f"name: {written}\nbaseImageName: b\n"
    else:
        text = f'[{{"kind": "Function", "name": "f", "sourcePath": "s", "image": {written}}},\n'
        text += f'{{"kind": "Image", "name": {written}, "baseImageName": "b"}}]'
    other = f'kind: Image\nname: "{name}"\nbaseImageName: b\n'
    rules = {"select": ["unresolved-reference", "unique-key"], "complete": True}
    found = lint({file: text, "b.yaml": other}, {**rules, "external": ["BaseImage/*"]})
    assert [(one.rule, one.file) for one in found] == [("unique-key", "b.yaml")]


def test_references_that_are_numbers_are_followed(lint: Lint) -> None:
    text = "kind: Function\nname: f\nsourcePath: s\nimage: 77\nsecrets: [1, yes, a]\n"
    found = lint(text, {"select": ["unresolved-reference"], "complete": True})
    assert [(one.pointer, one.message) for one in found] == [
        ("/image", 'there is no Image "77"'), ("/secrets/0", 'there is no Secret "1"'),
        ("/secrets/1", 'there is no Secret "true"'), ("/secrets/2", 'there is no Secret "a"'),
    ]  # fmt: skip


def test_a_number_is_no_proper_name(lint: Lint) -> None:
    assert shown(lint("kind: Secret\nname: 1.5\n")) == ["2:7 name-format"]


@pytest.mark.parametrize(
    "schema", ["https://[HOST]/s.json", "http://[abc", "file:///a%00b", "//[", "a\0b"]
)
def test_a_modeline_that_names_nothing(schema: str, lint: Lint) -> None:
    text = f"# yaml-language-server: $schema={schema}\nkind: Secret\nname: a b\n"
    expected = ["syntax-error"] if "\0" in schema else ["name-format"]
    assert [one.rule for one in lint(text)] == expected


def test_an_error_in_one_document_leaves_the_others(lint: Lint) -> None:
    good = "kind: Secret\nname: bad name\n"
    broken = "kind: Secret\nname: x\nsecrets: {a: b\n"
    found = lint(f"{good}---\n{good}---\n{broken}---\n{good}---\n{good}")
    assert shown([one for one in found if one.rule != "unique-key"]) == [
        "2:7 name-format", "5:7 name-format", "9:15 syntax-error", "12:7 name-format",
        "15:7 name-format",
    ]  # fmt: skip


def test_positions_count_code_points_and_survive_bom_and_crlf(lint: Lint) -> None:
    text = "\ufeffkind: Secret\r\nname: a b\r\nsecrets: {é: 'ü', mode: on}\r\n"
    assert shown(lint(text)) == ["2:7 name-format", "3:25 ambiguous-scalar"]


def test_merge_keys_and_anchors_are_followed(lint: Lint) -> None:
    text = (
        "kind: Function\nname: a\nimage: i\nschema:\n  in: &in {type: object}\n  out: *in\n---\n"
        "kind: Secret\nname: b\nsecrets: &s {x: z}\ntags:\n"
    )
    assert not lint(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: Secret\nname: a\nsecrets: " + "[" * 10_000, "nested deeper than 100"),
        ("kind: Secret\nname: a\nsecrets: &a [*a]\n", "is inside its own anchor"),
        ("kind: Secret\nname: a\nsecrets: *b\n", 'has no anchor "&b"'),
        ("kind: Secret\nname: a\n? [x]\n: y\n", "a field name must be text"),
        ("kind: Secret\nname: a\nsecrets: {a: \x07}\n", "U+0007 is not allowed"),
        ("kind: Secret\nname: a\n\tx: y\n", "a tab character that violates indentation"),
    ],
)
def test_hostile_yaml_is_a_syntax_error_with_its_reason(
    text: str, message: str, lint: Lint
) -> None:
    (found,) = lint(text)
    assert found.rule == "syntax-error"
    assert message in found.message
    assert found.range.line == 3


@pytest.mark.parametrize(("text", "found"), [
    ("base: &x {a: on, b: 010}\nkind: Secret\nname: s\nsecrets: {<<: *x, b: c}\n", [("/secrets/a", 1, 14)]),
    ("base: &v on\nkind: Secret\nname: s\nsecrets: {a: *v, b: *v}\n", [("/secrets/a", 1, 7)]),
    ("kind: Secret\nname: s\nsecrets: &x {a: on}\ntags: [{key: k, value: v, <<: *x}]\n", [("/secrets/a", 3, 17)]),
    ("base: &x {<<: {a: &v on}}\nkind: Secret\nname: s\nsecrets: {<<: *x, b: *v}\n", [("/secrets/b", 1, 19)]),
    ("base: &x {timeout: 010}\nkind: Function\nname: s\nimage: i\n<<: *x\n", [("/timeout", 1, 20)]),
    ("base: &x {a: on}\nkind: Secret\nname: s\nsecrets: {a: b}\n", []),
])  # fmt: skip
def test_what_is_merged_is_judged_where_it_is_used(
    text: str, found: list[tuple[str, int, int]], lint: Lint
) -> None:
    """At the place where it is written, and once."""
    violations = lint(text, {"select": ["ambiguous-scalar"]})
    assert [(each.pointer, *each.range[:2]) for each in violations] == found


def test_an_alias_bomb_is_refused(lint: Lint) -> None:
    lines = ["kind: Secret", "name: a", "secrets:", "  a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        lines.append(f"  a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    (found,) = lint("\n".join(lines))
    assert "aliases stand for more than 100,000 values" in found.message


def test_a_scalar_of_many_megabytes_is_no_problem(lint: Lint) -> None:
    assert not lint(f"kind: Secret\nname: a\nsecrets: {{k: {'x' * 50_000_000}}}\n")


OTHERS = {
    "deployment.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata: {}\n",
    "template.yaml": "kind: Secret\napiVersion: v1\nname: {{ .Values.name }}\n",
    "helm.yaml": "{{- if .Values.x }}\nname: y\n{{- end }}\n",
    "package.json": '{"name": "x", "version": "1"}',
    "pipeline.yml": "jobs: [{name: x}]\n",
    "list.yaml": "- a\n- b\n",
    "broken.json": '{"name": ',
    "service.yaml": "kind: Service\nname: x\n",
    # Of Drone CI, whose kinds are `pipeline` and `secret`.
    "drone.yml": "kind: secret\nname: pw\nget: {path: a, name: b}\n",
}


def test_what_is_no_entity_is_skipped(lint: Lint, results: list[Result]) -> None:
    assert not lint(OTHERS, paths=["."])
    broken = {"template.yaml", "helm.yaml", "broken.json"}
    assert not lint(OTHERS, paths=[*OTHERS.keys() - broken - {"service.yaml"}])
    found = lint(OTHERS, paths=sorted(broken))
    assert [violation.rule for violation in found] == ["syntax-error"] * len(broken)
    assert results[0].summary.skipped == len(OTHERS)
    assert results[0].summary.documents == 0


@pytest.mark.parametrize(("text", "is_ours"), [
    ("kind: secret\nname: a\nsecrets: {k: v}\n", True),
    ("kind: secret\nname: a\n", True),
    ("kind: secret\nname: a\nsecret: {k: v}\n", True),  # misspelled as well
    ("kind: base-image\nname: a\ndockerurl: x\n", True),
    ("kind: policies\nname: a\nrules: []\n", True),
    ("kind: policies\nname: a\ngroups: []\n", False),
    ("kind: secret\ndata: ciphertext\n", False),
    ("kind: secret\nname: a\nget: {path: b}\n", False),
    ("kind: Secret\nname: a\nget: {path: b}\n", True),
])  # fmt: skip
def test_a_misspelled_kind_has_a_field_of_the_kind_that_is_meant(
    text: str, is_ours: bool, lint: Lint
) -> None:
    for paths in (["."], ["example.yaml"]):
        found = lint(text, {"select": ["unknown-kind", "unknown-field"]}, paths)
        assert bool(found) == is_ours


@pytest.mark.parametrize(
    ("text", "form", "kind"),
    [
        ("kind: Function\nname: a\nimage: b\n", "manifest", "Function"),
        ("kind: EventDriver\nname: a\ntype: b\n", "manifest", "Driver"),
        ("kimd: Secret\nname: a\n", "manifest", "Secret"),
        ("{id: x, name: a, organizationId: o, status: READY}", "stored", "entity"),
    ],
)
def test_form_and_kind(text: str, form: str, kind: str, lint: Lint, results: list[Result]) -> None:
    lint(text, listing=True)
    listed = results[-1].listed
    assert listed is not None and len(listed) == 1
    assert listed[0].what.startswith(f"{form} {kind}")


def test_columns_win_over_the_copy_in_the_row(lint: Lint) -> None:
    row = {
        "key": "acme/Application/a", "id": "1", "name": "a", "type": "Application",
        "organization_id": "acme", "status": "BROKEN", "delete": "false", "revision": 3,
        "created_time": "2026-01-02 00:00:00", "modified_time": "2026-01-01 00:00:00.5",
        "version": 0, "spec": None, "reason": None, "tags": None,
        "value": {"id": "1", "name": "a", "organizationId": "acme", "revision": 2, "version": 0,
                  "state": None, "status": "READY", "reason": None, "tags": None,
                  "delete": False},
    }  # fmt: skip
    text = json.dumps([row], indent=1)
    found = lint({"rows.json": text})
    assert [(one.rule, one.pointer) for one in found] == [
        ("status-value", "/status"), ("time-order", "/modifiedTime"),
    ]  # fmt: skip
    assert text.split("\n")[found[0].range.line - 1].strip() == '"status": "BROKEN",'


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000, "NaN", "{", "\ud800"])
def test_a_column_that_is_no_json_is_a_text(text: str, lint: Lint) -> None:
    value = {"id": "1", "name": "a", "organizationId": "acme"}
    row = {
        "key": "acme/Secret/a",
        "organization_id": "acme",
        "tags": text,
        "spec": text,
        "value": value,
    }
    assert "schema" in {violation.rule for violation in lint({"rows.json": json.dumps([row])})}


def test_half_a_character_in_the_schema_of_a_function(lint: Lint) -> None:
    schema = {"in": {"\ud800": 1, "properties": {"\ud800": {"type": "strng"}}}}
    function = {"kind": "Function", "name": "f", "image": "i", "schema": schema}
    found = lint({"f.json": json.dumps(function)})
    assert [(violation.rule, violation.message[:7]) for violation in found] == [
        ("schema", '"strng"')
    ]


def test_a_modeline_says_what_its_document_is(lint: Lint, results: list[Result]) -> None:
    line = f"# yaml-language-server: $schema={(SCHEMAS / 'manifest/Image.schema.json').as_uri()}\n"
    text = f"name: a\n---\n{line}name: a\nbaseImageName: b\ncolour: red\n"
    found = [(one.rule, one.range.line) for one in lint(text) if one.severity == Severity.ERROR]
    assert ("unknown-field", 6) in found
    assert (results[-1].summary.documents, results[-1].summary.skipped) == (1, 1)


def test_a_modeline_says_the_form(lint: Lint, results: list[Result]) -> None:
    stored = (SCHEMAS / "stored/Secret.schema.json").as_uri()
    text = "kind: Secret\nname: a\n"
    assert not lint(text)
    named = lint(f"# yaml-language-server: $schema={stored}\n{text}")
    assert any('"organizationId"' in one.message for one in named)


def test_a_modeline_of_another_schema(lint: Lint, results: list[Result], tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"type": "object"}')
    other = "# yaml-language-server: $schema=./other.json\n"
    wrong = "kind: Secret\nname: a\ncolour: red\n"
    assert not lint(f"{other}{wrong}")
    assert results[-1].summary.skipped == 1
    # What is not at hand, or stands inside a text, says nothing.
    for text in (
        f"{other.replace('other', 'gone')}{wrong}",
        f"{other.replace('./other.json', 'https://example.com/other.json')}{wrong}",
        f"{other.replace('./', f'/{tmp_path}/')}{wrong}",  # `//server/share` of Windows
        f"{wrong}secrets:\n  a: |\n    {other}",
    ):
        assert [one.rule for one in lint(text)] == ["unknown-field"], text


@pytest.mark.parametrize("text", [
    "kind: Secret\nname: a b\nsecrets: {url: http://x/y, b: 'é'}\n",
    "{kind: Secret, name: a b, secrets: {a:b: c, d: e:f}}\n",
    "kind: Secret\nname: a b\ntags: [{key: a::b, value: x:y z}]\n",
    # a carriage return alone ends a comment
    "# a\rkind: Secret\rname: a b\r", "# a\rkind: Secret\nname: a b\n",
])  # fmt: skip
def test_what_is_no_mistake(text: str, lint: Lint) -> None:
    """libyaml refuses a colon inside a word in brackets; YAML 1.2, editors and dispatch do not."""
    assert [one.rule for one in lint(text)] == ["name-format"]


def test_places_beside_a_colon_inside_a_word() -> None:
    text = "a: [x:y  , 'é', z:  w]\n"
    (part,) = read_yaml(text, Limits(depth=10, aliases=0))
    found = []
    for path in (("a", 0), ("a", 1), ("a", 2, "z")):
        place = part.range(path, "value")
        found.append(text[place.column - 1 : place.end_column - 1])
    assert found == ["x:y", "'é'", "w"]


def test_an_unclosed_list_with_a_colon_is_a_mistake(lint: Lint) -> None:
    (one,) = lint("kind: Secret\nname: a\ntags: [x:y\n")
    assert one.rule == "syntax-error" and "flow sequence" in one.message


@pytest.mark.parametrize(("text", "values"), [
    *((f"a: b\n{end}", [{"a": "b", "": None}]) for end in ("?", "?\n", "? \n", "? # a\n", "?\r\n")),
    ('x: {a:-b:"c,d" e}\n', [{"x": {'a:-b:"c': None, 'd" e': None}}]),
    ("x: [a:'b', c:\"d]\n", [{"x": ["a:'b'", 'c:"d']}]), ("x: {a:'b'}\n", [{"x": {"a:'b'": None}}]),
    ("# a\rN", ["N"]), ("# a\ra: b\rc:\r- yes\r", [{"a": "b", "c": ["yes"]}]),
    ("a: b\r010: c", [{"a": "b", "010": "c"}]), ("a: b\r---\ra: c\r", [{"a": "b"}, {"a": "c"}]),
])  # fmt: skip
def test_odd_texts(text: str, values: list[object]) -> None:
    """A key that is not there, quotes inside words, and lines that end as nobody ends them."""
    assert [part.value for part in read_yaml(text, Limits(depth=10, aliases=0))] == values


def test_what_is_wrong_at_the_end_of_a_line_is_on_that_line(lint: Lint) -> None:
    (found,) = lint({"e.jsonl": '{"kind": "Secret", "name": "a", "secrets": {}}\n{\n'})
    assert found.rule == "syntax-error"
    assert (found.range.line, found.range.column, found.range.end_line) == (2, 2, 2)


# Keys as dispatch reads them: YAML 1.1, and then text again.

SECRET = "kind: Secret\nname: a\nsecrets: {{{}}}\n"
REFUSED = "dispatch rejects a file with the key `{}`, which is not text to it"


@pytest.mark.parametrize(("secrets", "expected"), [
    ("yes: a, on: c", [("ambiguous-scalar", 'dispatch reads the key `yes` as "true"'),
                       ("duplicate-field", 'the field "on" is already set on line 3: dispatch reads both as "true"')]),
    ("010: a, 8: b", [("ambiguous-scalar", 'dispatch reads the key `010` as "8"'),
                      ("duplicate-field", 'the field "8" is already set on line 3: dispatch reads both as "8"')]),
    ('true: a, "true": b', [("duplicate-field", 'the field "true" is already set on line 3')]),
    ("0x10: a", [("ambiguous-scalar", 'dispatch reads the key `0x10` as "16"')]),
    ("1.10: a", [("ambiguous-scalar", 'dispatch reads the key `1.10` as "1.1"')]),
    (".INF: a", [("ambiguous-scalar", 'dispatch reads the key `.INF` as ".inf"')]),
    ("~: a", [("ambiguous-scalar", REFUSED.format("~"))]), ("null: a", [("ambiguous-scalar", REFUSED.format("null"))]),
    ("18446744073709551615: a", [("ambiguous-scalar", REFUSED.format("18446744073709551615"))]),
    ("8: a, true: b, .inf: c, 12:30: d, 2026-01-01: e, 1e3: f, a: g, -1: h", []),
    ("'yes': a, \"on\": b, !!str no: c", []),
])  # fmt: skip
def test_keys(secrets: str, expected: list[tuple[str, str]], lint: Lint) -> None:
    found = lint(SECRET.format(secrets))
    assert [(violation.rule, violation.message) for violation in found] == expected
    stored = (
        "id: '1'\nname: a\norganizationId: b\nstatus: READY\nsecrets: {"
        + secrets
        + "}\nkind: Secret\n"
    )
    assert "ambiguous-scalar" not in {violation.rule for violation in lint(stored)}


@pytest.mark.parametrize("value", ["~", "null", "Null", "", '!!null ""', "!!null x"])
def test_a_null_as_the_value_of_a_secret_has_one_verdict(value: str, lint: Lint) -> None:
    found = lint(f"kind: Secret\nname: a\nsecrets:\n  a: {value}\n")
    assert [(violation.rule, str(violation.severity)) for violation in found] == [
        ("ambiguous-scalar", "warning")
    ]
    assert found[0].message.endswith('as ""')


@pytest.mark.parametrize("value", ["~", "null", "", '!!null ""'])
def test_a_null_as_a_required_text_has_one_verdict(value: str, lint: Lint) -> None:
    found = lint(f"kind: Function\nname: a\nimage: {value}\n")
    assert [violation.rule for violation in found] == ["schema"]


# Misspelled fields inside misspelled fields

PACKAGES = (
    "kind: Image\nname: a\nbaseImageName: b\nsystemDependencies: {{{}: [{{name: x, {}: y}}]}}\n"
)


@pytest.mark.parametrize(("outer", "inner", "pointers"), [
    ("Packages", "Version", ["/systemDependencies/Packages", "/systemDependencies/Packages/0/Version"]),
    ("pkgs", "ver", ["/systemDependencies/pkgs", "/systemDependencies/pkgs/0/ver"]),
    ("odd", "ver", ["/systemDependencies/odd"]),  # nobody knows what is in it
])  # fmt: skip
def test_what_is_in_a_misspelled_field_is_checked_as_in_the_one_that_was_meant(
    outer: str, inner: str, pointers: list[str], lint: Lint
) -> None:
    found = lint(PACKAGES.format(outer, inner))
    assert [one.pointer for one in found if one.rule == "unknown-field"] == pointers


def test_a_misspelled_field_that_no_rule_reports_is_not_looked_into(lint: Lint) -> None:
    found = lint(PACKAGES.format("pkgs", "the_version"), {"ignore": ["unknown-field"]})
    assert [one for one in found if one.severity > Severity.INFO] == []


def test_of_fields_that_stand_for_one_the_first_is_checked_as_that(lint: Lint) -> None:
    text = "kind: Function\nname: f\nimage: i\nTags: [{Key: [], value: b}]\nTAGS: [{key: [], value: b}]\n"
    found = lint(text, {"select": ["schema", "duplicate-field"]})
    assert [(one.rule, one.pointer, one.range.line) for one in found] == [
        ("schema", "/Tags/0/Key", 4), ("duplicate-field", "/TAGS", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "rules"), [
    ("Kind: Function\nName: a\nhandler: h\nimage: i\n", ["unknown-field", "unknown-field"]),
    ("KIND: Function\nNAME: a\nIMAGE: i\n", ["unknown-field"]),
    ('{"Kind": "Function", "Name": "a", "Image": "i"}\n', ["unknown-field"]),
    ("KIND: Functions\nname: a\nimage: i\n", ["unknown-field", "unknown-kind"]),
    ("Kind: function\nname: a\nimage: i\n", ["unknown-field", "unknown-kind"]),
])  # fmt: skip
@pytest.mark.parametrize("paths", [["."], None])
def test_kind_and_name_may_have_capitals(
    text: str, rules: list[str], paths: list[str] | None, lint: Lint
) -> None:
    assert [one.rule for one in lint({"a.yaml": text}, paths=paths)] == rules


@pytest.mark.parametrize("text", [
    "Kind: Secret\nName: a\nApiVersion: v1\n",
    "Kind: Secret\nName: a\nMetadata: {name: a}\n",
    "Kind: Secret\nTitle: a\n",
    "Kind: Deployment\nName: a\n",
    "Kind: [Function]\nName: a\n",
    "King: Functions\nName: a\n",
])  # fmt: skip
def test_capitals_make_nothing_an_entity(text: str, lint: Lint, results: list[Result]) -> None:
    assert not lint({"a.yaml": text}, paths=["."])
    assert results[-1].summary.skipped == 1
