"""Reading: two parsers with one answer, places, and what counts as an entity."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_lint.model.violation import Severity
from dispatch_lint.old import json_placed, json_text, yaml_placed, yaml_text
from dispatch_lint.old.engine import Run
from dispatch_lint.text.scalars import dispatch_text, resolve_core
from tests.conftest import Lint, shown
from tests.readers import agree

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
    ("text", "value"),
    [
        ("yes", "yes"), ("010", 10), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("~", None),
        ("", None), ("Null", None), ("TRUE", True), ("1.", 1.0), (".5", 0.5), ("-.inf", -math.inf),
        ("2020-01-01", "2020-01-01"), ("0b11", "0b11"), ("1e400", math.inf),
    ],
)  # fmt: skip
def test_core_schema(text: str, value: object) -> None:
    assert resolve_core(text) == value


SCALARS = st.one_of(
    st.sampled_from(
        [
            "yes",
            "no",
            "on",
            "off",
            "y",
            "n",
            "~",
            "null",
            "true",
            "True",
            "010",
            "0o7",
            "0x1f",
            "1_000",
            "1.10",
            ".5",
            "5.",
            "1e3",
            "1e+3",
            "12:30",
            ".inf",
            ".nan",
            "-1",
            "+1",
            "0",
            "9",
            "99999999999999999999",
            "2020-01-01",
            "a",
            "a-b",
            "a---b",
            "'x'",
            '"y"',
            "''",
            "&a",
            "*a",
            "!t",
            "<<",
        ]
    ),
    st.text(alphabet="ab:#-,[]{}?!&*'\"%@`|> \n0.1é\x85", max_size=6),
)


FLOW = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda found: f"[{','.join(found)}]"),
        st.lists(inner, max_size=3).map(lambda found: f"[{', '.join(found)} ]"),
        st.lists(
            st.tuples(st.sampled_from(["a", "b", '"c"', "'d'", "1", "null"]),
                      st.sampled_from([": ", ":", " : ", " :", ":\n  "]), inner).map("".join)
            | inner,
            max_size=3,
        ).map(lambda found: "{" + ", ".join(found) + "}"),
    ),
    max_leaves=5,
)  # fmt: skip


@st.composite
def yaml_texts(draw: st.DrawFn) -> str:
    """YAML of the shape that manifests have, with whatever may stand in it."""
    documents = []
    for _ in range(draw(st.integers(1, 3))):
        lines = []
        for number in range(draw(st.integers(0, 4))):
            key = draw(st.sampled_from(["kind", "name", "a", "b", "1", "x y", "<<", f"k{number}"]))
            style = draw(st.integers(0, 5))
            if style == 5:
                lines.append(f"{key}: {draw(FLOW)}")
            elif style < 3:
                lines.append(f"{key}: {draw(SCALARS)}")
            elif style == 3:
                lines += [f"{key}:", f"  - {draw(SCALARS)}", f"  - {draw(SCALARS)}"]
            else:
                lines += [f"{key}:", f"    b: {draw(SCALARS)}", f"    c: {draw(SCALARS)}"]
            if draw(st.booleans()):
                lines.append(draw(st.sampled_from(["# note", "", "  # --- x", "..."])))
        documents.append("\n".join(lines))
    text = draw(st.sampled_from(["---\n", ""])) + "\n---\n".join(documents)
    return text + draw(st.sampled_from(["", "\n"]))


def same(one: Any, other: Any) -> bool:
    """Equal in type and value, NaN included."""
    return repr(one) == repr(other)


@settings(max_examples=400, deadline=None)
@given(yaml_texts())
@example('kind: Secret\nsecrets: {"a":yes, \'b\' :0x1, "c": 1, "d":~}\n')
@example("a: 12345e67-0000-0000-0000-000000000000\nb: 1e5\nc: [12345e67-1]\n")
def test_the_fast_yaml_parser_agrees_or_steps_aside(text: str) -> None:
    agree(yaml_text.read_values(text), yaml_placed.read_placed(text))


@settings(max_examples=600, deadline=None)
@given(yaml_texts())
def test_the_look_at_words_is_never_less_careful(text: str) -> None:
    if yaml_text._is_plain(text):
        if not re.search(r"[\[{](?![\]}])", text):
            text = text.replace(",", "x")  # a letter like any other: `,!` begins no tag there
        assert not yaml_text._pattern(yaml_text._SUSPICIOUS).search(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, st.sampled_from([None, 2]))
def test_the_two_json_parsers_agree(value: Any, indent: int | None) -> None:
    text = json.dumps([value], indent=indent, ensure_ascii=indent is None)
    placed = json_placed.read_placed(text)
    assert [part.problem for part in placed] == [None]
    assert same(json_text.read_values(text), [part.value for part in placed])


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]",: \n\\u0123abtruefalsn-.eE', max_size=20))
def test_the_two_json_parsers_refuse_alike(text: str) -> None:
    fast = json_text.read_values(text)
    placed = json_placed.read_placed(text)
    broken = any(part.problem or part.duplicates for part in placed)
    assert (fast is None) == broken


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
        ("kind: Secret\nname: a\nsecrets: &a [*a]\n", "stands inside its own anchor"),
        ("kind: Secret\nname: a\nsecrets: *b\n", 'has no anchor "&b"'),
        ("kind: Secret\nname: a\n? [x]\n: y\n", "a field name has to be text"),
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
}


def test_what_is_no_entity_is_skipped(lint: Lint, runs: list[Any]) -> None:
    assert not lint(OTHERS, paths=["."])
    assert not lint(OTHERS, paths=[name for name in OTHERS if name != "service.yaml"])
    assert runs[0].summary.skipped == len(OTHERS)
    assert runs[0].summary.documents == 0


@pytest.mark.parametrize(
    ("text", "form", "kind"),
    [
        ("kind: Function\nname: a\nimage: b\n", "manifest", "Function"),
        ("kind: EventDriver\nname: a\ntype: b\n", "manifest", "Driver"),
        ("kimd: Secret\nname: a\n", "manifest", "Secret"),
        ("{id: x, name: a, organizationId: o, status: READY}", "stored", "entity"),
    ],
)
def test_form_and_kind(text: str, form: str, kind: str, lint: Lint, runs: list[Any]) -> None:
    lint(text, listing=True)
    (listed,) = runs[-1].listed
    assert listed.what.startswith(f"{form} {kind}")


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


def test_a_modeline_says_what_its_document_is(lint: Lint, runs: list[Run]) -> None:
    line = f"# yaml-language-server: $schema={(SCHEMAS / 'manifest/Image.schema.json').as_uri()}\n"
    text = f"name: a\n---\n{line}name: a\nbaseImageName: b\ncolour: red\n"
    found = [(one.rule, one.range.line) for one in lint(text) if one.severity == Severity.ERROR]
    assert ("unknown-field", 6) in found
    assert (runs[-1].summary.documents, runs[-1].summary.skipped) == (1, 1)


def test_a_modeline_says_the_form(lint: Lint, runs: list[Run]) -> None:
    stored = (SCHEMAS / "stored/Secret.schema.json").as_uri()
    text = "kind: Secret\nname: a\n"
    assert not lint(text)
    named = lint(f"# yaml-language-server: $schema={stored}\n{text}")
    assert any('"organizationId"' in one.message for one in named)


def test_a_modeline_of_another_schema(lint: Lint, runs: list[Run], tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"type": "object"}')
    other = "# yaml-language-server: $schema=./other.json\n"
    wrong = "kind: Secret\nname: a\ncolour: red\n"
    assert not lint(f"{other}{wrong}")
    assert runs[-1].summary.skipped == 1
    # What is not at hand, or stands inside a text, says nothing.
    for text in (
        f"{other.replace('other', 'gone')}{wrong}",
        f"{other.replace('./other.json', 'https://example.com/other.json')}{wrong}",
        f"{wrong}secrets:\n  a: |\n    {other}",
    ):
        assert [one.rule for one in lint(text)] == ["unknown-field"], text


@pytest.mark.parametrize("text", [
    "kind: Secret\nname: a b\nsecrets: {url: http://x/y, b: 'é'}\n",
    "{kind: Secret, name: a b, secrets: {a:b: c, d: e:f}}\n",
    "kind: Secret\nname: a b\ntags: [{key: a::b, value: x:y z}]\n",
])  # fmt: skip
def test_a_colon_inside_a_word_is_no_mistake(text: str, lint: Lint) -> None:
    """libyaml refuses it in brackets; YAML 1.2, editors and dispatch do not."""
    assert [one.rule for one in lint(text)] == ["name-format"]
    same_or_aside(text)


def test_places_beside_a_colon_inside_a_word() -> None:
    text = "a: [x:y  , 'é', z:  w]\n"
    (part,) = yaml_placed.read_placed(text)
    found = []
    for path in (("a", 0), ("a", 1), ("a", 2, "z")):
        span = part.range(path, "value")
        found.append(text[span.column - 1 : span.end_column - 1])
    assert found == ["x:y", "'é'", "w"]


def test_an_unclosed_list_with_a_colon_is_a_mistake(lint: Lint) -> None:
    (one,) = lint("kind: Secret\nname: a\ntags: [x:y\n")
    assert one.rule == "syntax-error" and "flow sequence" in one.message


@pytest.mark.parametrize("text", ["", "# a", "# a\n", "\n\n# a\n", "# a\n# b", " \n"])
def test_comments_are_no_document(text: str) -> None:
    assert yaml_text.read_values(text) in ([], None)
    assert yaml_placed.read_placed(text) == []


@pytest.mark.parametrize("end", ["?", "?\n", "? \n", "? # a\n", "?\t\n", "?\r\n", "-\n  ?\n"])
def test_a_question_mark_without_a_key(end: str) -> None:
    same_or_aside(f"kind: Secret\nname: a\nx:\n  b: c\n{end}")


@pytest.mark.parametrize("text", ['x: {a:-b:"c,d" e}\n', "x: [a:'b', c:\"d]\n", "x: {a:'b'}\n"])
def test_a_quote_after_a_colon_inside_a_word(text: str) -> None:
    same_or_aside(f"kind: Secret\nname: a\n{text}")


def same_or_aside(text: str) -> None:
    """The fast reader says what the slow one says, or nothing."""
    agree(yaml_text.read_values(text), yaml_placed.read_placed(text))


@pytest.mark.parametrize(
    "text", ["# a\rkind: Secret\rname: a b\r", "# a\rkind: Secret\nname: a b\n"]
)
def test_a_carriage_return_alone_ends_a_comment(text: str, lint: Lint) -> None:
    same_or_aside(text)
    assert [one.rule for one in lint(text)] == ["name-format"]


@pytest.mark.parametrize(
    "text", ["# a\rN", "# a\rkind: Secret\rname: x\ra:\r- yes\r", "a: b\r010: c"]
)
def test_a_carriage_return_alone_stands_before_an_odd_scalar(text: str) -> None:
    same_or_aside(text)


def test_a_carriage_return_alone_stands_before_a_marker() -> None:
    text = "kind: Secret\rname: a\r---\rkind: Secret\rname: b\r"
    same_or_aside(text)
    assert [part.value["name"] for part in yaml_placed.read_placed(text)] == ["a", "b"]


def test_what_is_wrong_at_the_end_of_a_line_is_on_that_line(lint: Lint) -> None:
    (found,) = lint({"e.jsonl": '{"kind": "Secret", "name": "a", "secrets": {}}\n{\n'})
    assert found.rule == "syntax-error"
    assert (found.range.line, found.range.column, found.range.end_line) == (2, 2, 2)
