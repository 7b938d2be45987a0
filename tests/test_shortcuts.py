"""Every shortcut says what the long way says."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_lint.api import make_run
from dispatch_lint.config import settings as settings_module
from dispatch_lint.config.limits import CURRENT
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.undeclared import find_undeclared
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.index.facts import FactTable, by_id, by_key, by_name
from dispatch_lint.index.identity import Holder, IdentityRule, Past
from dispatch_lint.index.references import ReferenceRule
from dispatch_lint.naming import lower_camel
from dispatch_lint.old import blocks, fact_plan, json_placed, json_text, yaml_placed, yaml_text
from dispatch_lint.old.alike import Alike
from dispatch_lint.old.hashed_facts import HashedFacts
from dispatch_lint.old.outcome import Summary
from dispatch_lint.old.placed import Lines
from dispatch_lint.old.yaml_placed import read_placed
from dispatch_lint.rule import STORE, Fact, FactPattern, stored
from dispatch_lint.schema.validation import is_valid
from tests.conftest import remembering
from tests.readers import agree, agree_on_places

# Words that the shortcuts treat in different ways, and that rules object to.
WORDS = [
    "nodejs", "node js", "node/js", "python", "READY", "ready", "ERROR", "DELETED", "true", "yes", "1",
    "010", "''", "acme/Image/nodejs", "9884824d-d16f-465a-9cc7-49330b7e1b02", "~", "[]", "{a: b}", "é",
]  # fmt: skip
FIELDS = [
    "status", "reason", "delete", "image", "timeout", "secrets", "Name", "imageName", "created_at", "id",
]  # fmt: skip


def manifests(chance: random.Random, count: int) -> str:
    """Manifests, most of them alike, with whatever may be wrong with them."""
    texts = []
    for number in range(count):
        kind = chance.choice(["Function", "Function", "Image", "Secret", "Funtion", "Driver"])
        lines = [f"kind: {kind}", f"name: n{number % 60}"]
        lines += {
            "Image": ["baseImageName: base"], "Secret": ["secrets:", "  a: b"],
            "Driver": ["type: ticker"],
        }.get(kind, [f"image: {chance.choice(WORDS[:3])}", "secrets:", f"  - n{number % 7}"])  # fmt: skip
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            lines.append(f"{chance.choice(FIELDS)}: {chance.choice(WORDS)}")
        if chance.random() < 0.1:
            lines.insert(chance.randrange(3), chance.choice(["# a note", "", "# --- cut"]))
        texts.append("\n".join(lines) + "\n")
    return "---\n".join(texts)


def entities(chance: random.Random, count: int) -> str:
    """Stored entities, most of them alike, a line each."""
    lines = []
    for number in range(count):
        line = stored(
            chance.choice(["Application", "Image", "Secret", "Run"]), id=f"i{number % 150}",
            name=f"n{number % 90}", status=chance.choice(["READY", "READY", "ERROR", "", "ready"]),
            createdTime=chance.choice(["2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z", "today"]),
            modifiedTime=chance.choice(["2026-01-02T00:00:00.5Z", "0001-01-01T00:00:00Z"]),
        )  # fmt: skip
        value = json.loads(line)
        if chance.random() < 0.2:
            value[chance.choice([*FIELDS, "functionID"])] = chance.choice(
                [None, True, 1, 1.5, "x", []]
            )
        lines.append(json.dumps(value) + "\n")
    return "".join(lines)


def report(folder: Path, settings: dict[str, Any], **options: Any) -> tuple[list[str], Summary]:
    """All that a run says of a folder."""
    chosen = replace(settings_module.parse(settings), root=folder)
    run = make_run(chosen, **options)
    found = [
        f"{one.place} {one.rule} {one.severity} {one.message} {[two.place for two in one.related]}"
        for one in run.lint(list(discover(["."], chosen)))
    ]
    return found, run.summary


SETTINGS: list[dict[str, Any]] = [
    {}, {"complete": True, "organization": "acme"}, {"select": ["all"]},
    {"per-path": {"a*": ["status-value"]}}, {"kinds": {"a*": "Secret"}, "fail-level": "info"},
    {"open-questions": {"foreign-key-value": "key"}, "organization": "acme"},
]  # fmt: skip


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
@pytest.mark.parametrize("options", [{}, {"fold": True}], ids=["", "fold"])
def test_a_run_says_the_same_without_its_shortcuts(
    settings: dict[str, Any],
    options: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = random.Random(5)
    for number in range(3):
        (tmp_path / f"{'ab'[number % 2]}{number}.yaml").write_text(manifests(chance, 200))
    (tmp_path / "c.jsonl").write_text(entities(chance, 400))
    examples = [
        one for rule in load_rules().values() for one in (*rule.valid, *rule.invalid)
        if one.file.endswith((".yaml", ".json", ".jsonl"))
    ]  # fmt: skip
    for number, one in enumerate(examples):
        (tmp_path / f"x{number}-{one.file}").write_text(one.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(json_text, "_parser", orjson)
    quick = report(tmp_path, settings, rereads=True, **options)
    assert len(quick[0]) > 500
    monkeypatch.setattr(Alike, "clean", lambda *_: None)
    monkeypatch.setattr(yaml_text, "read_blocks", lambda *_: None)
    monkeypatch.setattr(yaml_placed, "place_blocks", lambda *_: False)
    monkeypatch.setattr(json_text, "_quickly", lambda _: None)
    assert report(tmp_path, settings, rereads=False, **options) == quick


def test_documents_are_found_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above compares something: most documents take the short way."""
    taken = []
    clean = Alike.clean

    def noted(*said: Any) -> Any:
        taken.append(clean(*said))
        return taken[-1]

    monkeypatch.setattr(Alike, "clean", noted)
    (tmp_path / "a.yaml").write_text(
        "---\n".join(f"kind: Function\nname: f{number}\nimage: i\n" for number in range(100))
    )
    monkeypatch.chdir(tmp_path)
    assert report(tmp_path, {}) == ([], report(tmp_path, {})[1])
    assert sum(one is not None for one in taken) == 198


def test_a_rule_that_raises_is_heard_of_each_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_rules()["status-value"], "check", lambda *_: 1 / 0)
    (tmp_path / "a.yaml").write_text(
        "---\n".join(f"kind: Secret\nname: s{number}\nstatus: READY\n" for number in range(5))
    )
    monkeypatch.chdir(tmp_path)
    assert len(report(tmp_path, {})[1].problems) == 5


# YAML by blocks


@pytest.mark.parametrize("text", [
    "a: |+\n  x\n\n\nb: c\n", "a: |\n  x\n\n  y\nb: c\n", "a: x\n  y\nb: c\n", "a:\n# c\n  b: c\n",
    "a: 'x\n  y'\n", "# l\na: b\n", "a: b\n---\n", "a: b\n\n---\nc: d\n", "---\na: b\n", "a: b\na: c\n",
    "a: yes\n", "a: x: y\n", "a: b\n...\n", "a: [b,\nc]\n", "a:\n- b\n- c: d\n", "foo\n", "a: b#c\n",
    "a: b #c\n", "a:  b\n", "a: b---c\n", "a: |\n  ---\nb: c\n", "%YAML 1.1\n---\na: b\n", "a: b\n--- \nc: d\n",
    "yes: a\n", "a: 'b---c'\n", "a: \"b\"\nb: 'c d'\n", "a: 0\nb: 00\n", "a: 123456789012345678\n", "a: b \n",
    "a: b\n--- # x\nc: d\n", "#\n---\na: b\n", "a: b\n---\n# x\n---\nc: d\n", "a: >\n  b\n\nc: d\n", "a: b\n- c\n",
    "a:\n\n  b: c\n", "a: b\n\t\nc: d\n", "a: &x b\nc: *x\n", "a: b\n---\nc: [\n---\nd: e\n",
    "# a\x1f\nb: c\n", "# a\tb\nb: c\n", "8 :", "8 : x\n", "true : x\n", "~ :", "null :\n", "- 8 : x\n",
    "8\t: x\n", "a:\n  8 : x\n", "a:\n- 8 :\n", "8 :\r\n", "a : b\n", "8 :x\n", "a:\n  b : 8 : c\n",
])  # fmt: skip
def test_blocks(text: str) -> None:
    agree_on_places(text)
    values = yaml_text.read_values(text)
    agree(values, yaml_placed.read_placed(text))
    if (alone := yaml_text._read_natively(text)) is not None and values is not None:
        assert [one for one in values if one is not blocks.UNREAD] == [
            other for one, other in zip(values, alone, strict=True) if one is not blocks.UNREAD
        ]


KEYS = [
    "8", "true", "~", "null", "yes", "No", "1.5", "-1", "0x1", "Null", "NULL", ".inf", "2001-01-01", "1_0",
    "y", "0o1", "1e3", "<<", "8:8", "'8'", "a", "-0x1F", "+0o7", "-0b1", "0X1F", "-0x1_F", "0o1_7", "1:30",
    "-.5", "+1", "-12e03", "0x1G", "--1", "0.", ".5", "00", "-", "1_0", "-0X1f",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_scalars_are_the_same_keys_and_values_wherever_they_stand(key: str) -> None:
    for end in ("", ":", " :", "\t:"):
        for around in ("{}", "{} ", "{}\n", "{} x", "- {}", "a:\n  {}", "[{} x]", "{{{} x}}", "a: b\n{}",
                       "? {}", "[ {} x]", "[a, {} x]", "a: {} x", "{}\r\n", "{}#", "{} #", "-\n  {} x"):  # fmt: skip
            text = around.format(key + end)
            agree(yaml_text.read_values(text), yaml_placed.read_placed(text))


@given(
    st.text("-+0123456789xobXOBeE._abAFfiINnultrsyYN~ :", min_size=1, max_size=7),
    st.sampled_from([
        "{}", "a: {}\n", "- {}", "[{}]", "{}: x", "{{a: {}}}", "a:\n - {}", '{{"a":{}}}', "[b, {}]",
        "{{{}}}", "{{a: [b,{} ], c: d}}",
    ]),
)  # fmt: skip
def test_any_scalar(scalar: str, around: str) -> None:
    text = around.format(scalar)
    agree(yaml_text.read_values(text), yaml_placed.read_placed(text))


LINES = st.sampled_from([
    "kind: Secret", "name: a", "a: b", "b:", "  - c", "  c: d", "- e", "    f", "# g", "", "c: |", "c: >-",
    "d: 'e", "e: f'", "---", "...", "--- # x", "x: yes", "y: 1", "z: \"a b\"", "w: [", "]", " h: i", "q: 'r s'",
    "a: {b: [c, 0x1], d: e}", "k: &l m", "n: *l", "'o p': q", "r: ! s", "t: ", "u:\t v", "é: w", "a : x", "  # y",
    "v: 2026-01-01T00:00:00Z", "id: 12345e67-0000-4000-8000-000000000000", "p: ./a/b.py", "j: {'a':no}", "j: {'a' :no}",
    "i: {1, a}", "  e: [1, f]",
])  # fmt: skip


@given(st.lists(LINES, max_size=9))
def test_any_lines(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    agree(yaml_text.read_values(text), yaml_placed.read_placed(text))
    agree_on_places(text)


def test_places_by_blocks_are_those_of_the_whole() -> None:
    """The tests above compare something: what is read by blocks is not read as a whole."""
    text = "---\nkind: Function\nname: f\ntags:\n- key: a\n  value: 010\nname: g\n---\nkind: Secret\nname: s\n"
    read_placed("kind: Function\ntags:\n- key: a\n  value: 010\n")
    with mock.patch.object(yaml_placed, "_composed", side_effect=AssertionError):
        first, second = read_placed(text)
    agree_on_places(text)
    assert first.scalars == {("tags", 0, "value"): "010"}
    assert [one.first.line for one in first.duplicates] == [3]
    assert second.range(("name",), "key") == (10, 1, 10, 5)


def test_places_by_blocks_keep_to_the_depth_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "name: f\ntags: [[[1]]]\n"
    assert read_placed(text)[0].problem is None
    monkeypatch.setattr(CURRENT, "depth", 2)
    assert read_placed(text)[0].problem is not None


@given(st.text("a\n\r ", max_size=60), st.lists(st.integers(0, 60), max_size=40), st.integers(1, 3))
def test_few_places_are_counted_and_many_looked_up(
    text: str, offsets: list[int], first: int
) -> None:
    lines = Lines(text, first)
    for offset in (min(one, len(text)) for one in offsets):
        before = text[:offset].split("\n")
        expected = (first + len(before) - 1, len(before[-1]) + 1)
        assert lines.range(offset, offset) == (*expected, *expected)


# Lines of JSON


@pytest.mark.parametrize("line", [
    '{"a":1,"a":2}', '{"a" :1,"a":2}', '{"a"\t:1,"a":2}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1,"b":2}]}',
    '{"a":"x\\":y","a":1}', '{"a":1.0}', '{"a":12345678901234567890123}', '{"a":1e400}', '{"a":[1.5]}',
    '{"a":NaN}', '{"a":"\\ud800"}', '\ufeff{"a":1}', '{"a":1} x', '[1]', '1', '"a"', '{"a": "b : c"}',
    '{"a":' * 30 + "1" + "}" * 30, '{"a":18446744073709551615}', '{"a":-9223372036854775809}', '{"\\u0061":1,"a":2}',
    '{"a":"b"}\r', '{"a":true,"b":null,"c":[],"d":{},"e":"é"}',
])  # fmt: skip
def test_lines_of_json(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "_parser", orjson)
    part = json_placed.read_placed_line(line.removeprefix("\ufeff"), 1)
    try:
        value = json_text.read_line(line.encode("utf-8", "surrogatepass") + b"\n")
    except ValueError:
        assert part.problem is not None or part.duplicates or "ud800" not in line
        return
    assert part.problem is None and not part.duplicates
    assert repr(value) == repr(part.value)


@given(st.dictionaries(st.text("ab: \"\\\t", max_size=3), st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab:", max_size=2), inner, max_size=3),
    max_leaves=6,
)), st.sampled_from([(",", ":"), (", ", ": "), (",", " :")]))  # fmt: skip
def test_any_line_of_json(value: dict[str, Any], separators: tuple[str, str]) -> None:
    line = json.dumps(value, separators=separators)
    json_text._parser = orjson
    found = json_text._quickly(line.encode())
    assert found is None or repr(found) == repr(json.loads(line))


JSON_ITEMS = ['{"a": 1}', '{"a":1,"a":2}', '{"b": [{"c": null}, "x\\u00e9"]}', "1", "[]", '"s"', "{}", "1e5",
              "123456789012345678901234567890", '{"a": {"b": {"c": []}}}', "NaN", '{"é": true}', "[1 2]"]  # fmt: skip


def same_parts(one: Any, other: Any) -> bool:
    """Whether parts say the same, at the same places."""
    paths: list[Any] = [(), ("a",), ("b",), ("b", 0, "c"), ("a", "b")]
    return (
        repr(one.value) == repr(other.value)
        and repr(one.duplicates) == repr(other.duplicates)
        and (one.problem is None) == (other.problem is None)
        and (one.start, one.end) == (other.start, other.end)
        and all(
            one.range(path, on) == other.range(path, on)
            for path in paths
            for on in ("key", "value")
        )
    )


@given(st.lists(st.sampled_from(JSON_ITEMS), max_size=5), st.sampled_from([",", ", ", ",\n ", " ,\t", "; "]),
       st.sampled_from([("[", "]"), (" [\n", "\n]\n"), ("", ""), ("[", "],"), ("[", ",]")]),
       st.sets(st.integers(0, 6)))  # fmt: skip
def test_some_documents_of_a_json_text(
    items: list[str], between: str, around: tuple[str, str], wanted: set[int]
) -> None:
    """They are what they are where all are read; and the faster parser reads the same, or nothing."""
    text = around[0] + between.join(items) + around[1]
    every = json_placed.read_placed(text)
    some = json_placed.read_wanted(text, wanted, len(every))
    assert some is not None
    assert [index for index, _ in some] == [one for one in sorted(wanted) if one < len(every)]
    assert all(same_parts(part, every[index]) for index, part in some)
    assert json_placed.read_wanted(text, wanted, len(every) + 1) is None
    json_text._parser = orjson
    values = json_text.read_values(text)
    if values is not None:
        assert not any(part.problem or part.duplicates for part in every)
        assert repr(values) == repr([part.value for part in every])


def test_the_depth_of_a_document_in_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CURRENT, "depth", 3)
    assert json_placed.read_wanted('[{"a": [1]}]', {0}, 1)[0][1].problem is None  # type: ignore[index]
    assert json_placed.read_wanted('[{"a": [[1]]}]', {0}, 1)[0][1].problem is not None  # type: ignore[index]


PIECES = ["---\n", "\n---\n", "--- ", "----", "...\n", "a: b\n", "\n", "# c\n", "%YAML 1.2\n", " ", "\r", "- x\n",
          "---", "x"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_texts_are_cut_alike(text: str) -> None:
    quick = yaml_placed._split_by_lines(text)
    assert quick is None or quick == list(yaml_placed._split_by_markers(text))


def test_most_texts_are_cut_by_lines() -> None:
    for text, count in (
        ("a: b\n---\nc: d\n", 2),
        ("---\na: b\n---\n", 2),
        ("# x\n---\na: b\n", 1),
        ("#\n", 0),
    ):
        assert len(yaml_placed._split_by_lines(text) or ()) == count


# Facts


FUNCTION = {"kind": "Function", "name": "f", "image": "i", "secrets": ["s"], "services": [], "tags": None,
            "sourceURL": ""}  # fmt: skip
SAID = [
    None, "", "a", "a/b", "acme/Image/a", 0, 5, True, {}, {"Application": "a"}, [], ["a", "", "b"], ["a/b"],
    ["a", 1], [{"key": "Application", "value": "a"}], "es://a", [{"key": "a", "value": "b"}], {"a": "b"},
]  # fmt: skip


@pytest.mark.parametrize("field", FUNCTION)
@pytest.mark.parametrize(("table", "value"), [
    *(("identity", one) for one in SAID), *(("references", one) for one in SAID[::4]),
], ids=repr)  # fmt: skip
def test_patterns_give_the_facts_that_rules_collect(
    field: str, value: Any, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a store, the rules about keys and IDs are asked for theirs: only references are hashed."""
    store = remembering("") if table == "references" else None
    monkeypatch.setattr(fact_plan, "_MANY", 3)
    source = Source("a.yaml", "yaml")
    kept = []
    for planned in (True, False):
        run = make_run(
            settings_module.parse({"organization": "acme"}), rereads=True, store_facts=store
        )
        alike = run.classifier.read(FUNCTION, source, 0)
        assert isinstance(alike, Document)
        plan = run.fact_plan(alike)
        assert plan is not None
        documents = []
        for number in range(5):
            # What is there twice would be read again from a source.
            said = {**FUNCTION, "name": f"g{number}"} | ({field: value} if number == 2 else {})
            document = run.classifier.read({**said, "kind": "Function"}, source, number)
            assert isinstance(document, Document)
            document.plan = plan if planned else None
            documents.append(document)
            run.collect(document, 0)
        facts = sorted(map(repr, run.kept()))
        # Hashes, in the order of documents: those that wait come later.
        hashed = [sorted(zip(*(memoryview(one).cast("q") for one in part), strict=True))
                  for part in run.drain_facts()[table][-1]]  # fmt: skip
        kept.append((facts, hashed))
        if planned:  # what a table has handed on it does not know any more
            for document in documents:
                run.collect(document, 0)
            assert sorted(map(repr, run.kept())) == facts
    assert kept[0] == kept[1]


ORGANIZATIONS = st.sampled_from(["acme", "acme", "globex", "___global___"])
STATUSES = st.sampled_from(["READY", "READY", "CREATING", "DELETING", "DELETED"])
# Whether a store remembers it, its organization and status.
ONE = st.tuples(st.booleans(), ORGANIZATIONS, STATUSES)


# Of a name: the entities that have it, what refers to it, and which of its two secrets is odd.
NAME = st.tuples(
    st.lists(ONE, max_size=2), st.lists(ONE, min_size=1, max_size=2), st.sampled_from(["", "a", "b"])
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(NAME, min_size=8, max_size=16), st.booleans(), st.booleans(), st.booleans())
def test_groups_that_are_alike_are_judged_as_if_each_were_the_first(
    names: list[tuple[list[tuple[bool, str, str]], list[tuple[bool, str, str]], str]],
    stores: bool, complete: bool, unused: bool,
) -> None:  # fmt: skip
    """Of two secrets that have the same facts, or nearly, one exists elsewhere too."""
    texts: dict[bool, list[str]] = {True: [], False: []}
    for number, (targets, uses, odd) in enumerate(names):
        for which in "ab":
            name = f"{which}{number}"
            for index, (remembered, organization, status) in enumerate(targets):
                secret = stored("Secret", id=f"{name}s{index}", name=name, organizationId=organization,
                                status="READY" if which == odd else status)  # fmt: skip
                texts[remembered and stores].append(secret)
            for index, (remembered, organization, status) in enumerate(uses):
                function = stored("Function", id=f"{name}f{index}", name=f"{name}f{index}", image="i",
                                  organizationId=organization, status=status, secrets=[name])  # fmt: skip
                texts[remembered and stores and which != odd].append(function)
    chosen = settings_module.parse({
        "complete": complete, "external": ["Secret/a*"],
        "extend-select": ["unused-entity"] if unused else [],
    })  # fmt: skip
    found = []
    for likeness in (ReferenceRule.likeness, lambda *_: None):
        with mock.patch.object(ReferenceRule, "likeness", likeness):
            run = make_run(
                chosen, store_facts=remembering("\n".join(texts[True])) if stores else None
            )
            data = "\n".join(texts[False]).encode()
            source = Source("a.jsonl", "jsonl", opener=partial(io.BytesIO, data))
            found.append((list(run.lint([source])), run.summary))
    assert found[0] == found[1]


# Of an entity: its status and revision, what is another the next time it is seen, how often it is
# seen, and whether a store knows it.
SEEN = st.tuples(
    STATUSES, st.integers(0, 1), st.sampled_from(["", "", "", "id", "name", "status", "revision", "row"]),
    st.sampled_from([1, 1, 1, 0, 2]), st.sampled_from([True, True, False]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(SEEN, min_size=15, max_size=25), st.booleans())
def test_keys_and_ids_that_are_alike_are_judged_as_if_each_were_the_first(
    entities: list[tuple[str, int, str, int, bool]], stores: bool
) -> None:
    before = now = ""
    for number, (status, revision, other, times, known) in enumerate(entities):
        as_it_was = {
            "id": f"{number}",
            "name": f"s{number}",
            "status": status,
            "revision": revision,
        }
        changed = {
            "id": f"other{number}", "name": f"other{number}", "revision": 1 - revision,
            "status": "READY" if status.startswith("DELET") else "DELETING",
        }  # fmt: skip
        line = stored(
            "Secret",
            secrets={},
            **as_it_was | {key: changed[key] for key in [other] if key in changed},
        )
        if other == "row":
            line = f'{{"key":"acme/Secret/s{number}","id":"{number}","revision":0,"value":{line.strip()}}}\n'
        now += line * times
        before += stored("Secret", secrets={}, **as_it_was) * known
    found = []
    for likeness in (IdentityRule.likeness, lambda *_: None):
        with mock.patch.object(IdentityRule, "likeness", likeness):
            run = make_run(
                settings_module.parse({}), store_facts=remembering(before) if stores else None
            )
            source = Source("a.jsonl", "jsonl", opener=partial(io.BytesIO, now.encode()))
            found.append((list(run.lint([source])), run.summary))
    assert found[0] == found[1]


HELD = Holder("acme/Secret/s", "1", "READY", "stored", 1, "entity")
PAST = Past("acme/Secret/s", "1", "2026-01-01", "")


def likeness(held: Holder, *others: tuple[Any, ...], path: str = "id", source: int = STORE) -> Any:
    facts = [Fact(0, 0, (path,), held), *(Fact(source, 0, (path,), one) for one in others)]
    return IdentityRule.likeness(mock.Mock(), facts)


def test_what_makes_keys_and_ids_alike() -> None:
    like = likeness(HELD, HELD, PAST)
    renamed: dict[str, Any] = {"key": "acme/Secret/t", "identity": "2"}
    other, past = HELD._replace(**renamed), PAST._replace(**renamed)
    assert like == likeness(other, other, past) is not None
    assert like == likeness(*[HELD._replace(revision=7)] * 2, PAST)
    different = [
        likeness(HELD, HELD), likeness(HELD, PAST), likeness(HELD),
        likeness(HELD, HELD, PAST, path="name"),
        *(
            likeness(one, one, PAST._replace(identity=one.identity))
            for one in (
                HELD._replace(status="DELETED"), HELD._replace(form="manifest"),
                HELD._replace(identity=""), HELD._replace(revision=0), HELD._replace(revision=None),
                HELD._replace(revision_of="columns"),
            )
        ),
    ]  # fmt: skip
    assert None not in different
    assert len({like, *different}) == len(different) + 1
    assert [
        likeness(HELD, other), likeness(HELD, HELD, past), likeness(HELD, HELD, PAST, other),
        likeness(HELD, HELD, PAST._replace(identity="2")), likeness(HELD, HELD, PAST._replace(key="a/b/c")),
        likeness(HELD, HELD, PAST._replace(deleted="2026-01-02")), likeness(HELD, HELD, source=0),
        IdentityRule.likeness(mock.Mock(), [Fact(STORE, 0, ("id",), HELD)]),
        IdentityRule.likeness(mock.Mock(), [Fact(0, 0, ("id",), PAST)]),
    ] == [None] * 9  # fmt: skip


def test_of_groups_that_are_alike_one_is_judged() -> None:
    """Which is what the test above compares."""
    text = "".join(
        f"{stored('Secret', id=f's{number}', name=f's{number}')}\n"
        f"{stored('Function', id=f'f{number}', name=f'f{number}', image='i', secrets=[f's{number}'])}\n"
        for number in range(50)
    )
    run = make_run(settings_module.parse({}))
    source = Source("a.jsonl", "jsonl", opener=lambda: io.BytesIO(text.encode()))
    rule = next(one for one in run.rules if one.name == "unresolved-reference")
    with mock.patch.object(type(rule), "judge", side_effect=rule.judge) as judge:
        assert not [one for one in run.lint([source]) if one.rule == rule.name]
    groups = [call.args[0] for call in judge.call_args_list]
    assert len([one for one in groups if one.startswith(by_name("Secret", ""))]) == 1
    assert run.summary.not_judged == 50  # the image


def test_documents_that_no_pattern_fits_have_no_plan() -> None:
    plans, table = fact_plan.FactPlans(), FactTable()
    name = FactPattern("name\0K\0", "name", needed=True)
    assert plans.make([(table, name)], {"kind": "K"}) is None
    assert plans.make([(table, name), (table, name._replace(names=True))], ["name"]) is None
    optional = FactPattern("name\0L\0", "l", names=True)
    plan = plans.make([(table, name), (table, optional)], ["name", "l"])
    assert plan is not None
    assert not plan.keep({"name": "a", "l": ["x"] * 101}, 1)
    assert plan.keep({"name": "a", "l": ["x", "", "y"]}, 1)
    plans.settle()
    assert {group: [fact.path for fact in facts] for group, facts in table.groups()} == {
        "name\0K\0a": [()], "name\0L\0x": [(0,)], "name\0L\0y": [(2,)],
    }  # fmt: skip


ENTITY = json.loads(stored("Function", id="1", name="f", image="i", secrets=["s"],
                           createdTime="2026-01-01T00:00:00Z", modifiedTime="2026-01-02T00:00:00Z",
                           **dict.fromkeys(["faasId", "sourceURL", "handler", "imageURL", "functionImageURL"], "")))  # fmt: skip
DRIVER = json.loads(stored("Driver", id="1", name="d", type="t", image="i", expose=False, url=""))
TIMES = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2025-12-31T00:00:00Z", "0001-01-01T00:00:00Z",
         "2025-12-01T00:00:00Z", "2026-01-02T00:00:00.9Z", "2026-02-30T00:00:00Z", "2026-01-03T00:00:00+01:00", "now"]  # fmt: skip


@pytest.mark.parametrize("accepts", ["name", "key", "either"])
@pytest.mark.parametrize(
    "like", [FUNCTION, ENTITY, DRIVER, {"kind": "Driver", "name": "d", "type": "t"}]
)
def test_a_quick_check_hides_nothing(like: dict[str, Any], accepts: str) -> None:
    """Whatever stands in one field: what fits the schema and the quick check, fits `check`."""
    answers = {"open-questions": {"foreign-key-value": accepts}, "organization": "acme"}
    run = make_run(settings_module.parse(answers))
    source = Source("a.yaml", "yaml")
    content = asked = 0
    for rule in run.rules:
        alike = run.classifier.read(like, source, 0)
        assert isinstance(alike, Document)
        is_content = rule.quick_check(alike) if rule.form in (None, alike.form) else None
        for field in like if is_content else ():
            for said in [
                *SAID,
                *TIMES,
                "a b",
                "A",
                "é",
                "a\n",
                ["acme/Secret/s"],
                ["s", "acme/Secret/s"],
            ]:
                document = run.classifier.read(
                    {**like, field: said, "kind": like["kind"]}, source, 0
                )
                assert isinstance(document, Document) and is_content is not None
                asked += 1
                if is_valid(document.schema, document.value) and is_content(document.value):
                    content += 1
                    assert not list(rule.check(document)), (rule.name, field, said)
    assert 0 < content < asked


NAMES = st.sampled_from([
    "image", "imageName", "images", "imagee", "Image", "secrets", "secret", "secretNames", "sercets", "status",
    "Status", "created_at", "createdTime", "source-path", "sourcePath", "sourcPath", "nothing", "x" * 70,
])  # fmt: skip
CATALOGUE = load_catalogue(settings_module.Settings())


@given(st.lists(st.dictionaries(NAMES, st.just("a"), max_size=6), min_size=2, max_size=8))
def test_what_names_stand_for_does_not_hang_on_what_was_seen(values: list[dict[str, Any]]) -> None:
    schema = CATALOGUE.schema("Function", "manifest")

    def undeclared(value: dict[str, Any]) -> list[tuple[Any, ...]]:
        source = Source("a.json", "json")
        document = Document(source, 0, value, "manifest", "Function", schema)
        found = find_undeclared(document, CATALOGUE.kind_names)
        return [(one.name, one.meant, one.case_only) for one in found]

    schema.shape.meanings.clear()
    warm = [undeclared(value) for value in values]
    for value, said in zip(values, warm, strict=True):
        schema.shape.meanings.clear()
        assert undeclared(value) == said


def test_few_and_short_names_are_remembered() -> None:
    schema = CATALOGUE.schema("Secret", "manifest")
    schema.shape.meanings.clear()
    for name in ("x" * 65, *(f"n{number}" for number in range(1_500))):
        document = Document(Source("a.json", "json"), 0, {name: 1}, "manifest", "Secret", schema)
        find_undeclared(document, CATALOGUE.kind_names)
        if name == "n0":
            assert [asked for asked, _ in schema.shape.meanings] == ["n0"]
    assert len(schema.shape.meanings) == 1_000


def test_what_a_name_stands_for_is_not_worked_out_for_every_other_that_nobody_declared() -> None:
    """A mapping of very many undeclared names took a time that grew with the square of them."""
    schema = CATALOGUE.schema("Secret", "manifest")
    schema.shape.meanings.clear()
    for beside in ({}, {"x": 1}, {f"y{number}": 1 for number in range(100)}):
        value = {"kind": "Secret", "naem": 1, **beside}
        document = Document(Source("a.json", "json"), 0, value, "manifest", "Secret", schema)
        assert find_undeclared(document, CATALOGUE.kind_names)[0].meant == "name"
    assert len(schema.shape.meanings) == 1 + 1 + 100


def test_hints_are_the_same_in_every_run(tmp_path: Path) -> None:
    """Names that may have been meant are looked for in the same order, whatever hashes are."""
    lines = [f"kind: Image\nname: image-{number}x\nbaseImageName: base\n" for number in range(40)]
    lines += [f"kind: Function\nname: f{number}\nimage: image-{number}\n" for number in range(40)]
    (tmp_path / "a.yaml").write_text("---\n".join(lines[::2]))
    (tmp_path / "b.yaml").write_text("---\n".join(lines[1::2]))
    (tmp_path / "dispatch-lint.toml").write_text(
        'complete = true\nexternal = ["BaseImage/*"]\nignore = ["foreign-key-naming"]\n'
        "[limits]\nviolations-per-file = 15\n"
    )
    code = (
        "import sys, dispatch_lint.judging as judging; judging.MAX_HINTS = 10\n"
        "from dispatch_lint.__main__ import main; main()"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code, "check", "--no-cache", "--format", "json", "--jobs", jobs, "."],
            cwd=tmp_path, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2", "3") for jobs in ("1", "2")
    }  # fmt: skip
    [one] = said
    assert one.count(b"did you mean") == 10


@given(st.text("abCD1_", min_size=1, max_size=8))
def test_plain_names_are_camel_case_as_others_are(name: str) -> None:
    """A name with an underscore before it is taken apart, and put together."""
    words = name.lstrip("_")
    assert lower_camel(name) == lower_camel(f"_{name}") or not words
    if words.isalpha() and words[:1].islower():
        assert lower_camel(words) == words


@pytest.mark.parametrize("many", [0, 100, 1_000_000])
def test_hashes_are_found_whether_sorted_or_not(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch_lint.hashed_facts._MANY", many)
    facts, more = HashedFacts(), HashedFacts()
    for number in range(500):
        (facts if number < 300 else more).add([by_key(f"k{number % 400}")], number)
    facts.take(more.drain())
    assert not more.known({hash(by_key("k1"))})
    repeated = facts.repeated()
    assert repeated == {hash(by_key(f"k{number}")) for number in range(100)}
    for _ in range(10):
        assert facts.places(repeated) == {*range(100), *range(400, 500)}
        assert facts.known({hash(by_key("k1")), hash("x")}) == {hash(by_key("k1"))}


@pytest.mark.parametrize("waiting", [0, 13, 50_000])
def test_facts_travel_between_tables(waiting: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dispatch_lint.facts._MOST_WAITING", waiting)
    one, other, both = FactTable(), FactTable(), FactTable()
    for table, place in ((one, 1), (other, 2), (both, 1), (both, 2)):
        for number in range(20):
            use = (("a", number % 3), ("x", "use"), "", "")
            table.keep(f"name\0K\0{number % 5}", place << 32 | number, use)
            table.keep(by_id(str(number)), place << 32 | number, (("id",), ("y",), "", ""))
    one.take(other.drain())
    assert not other.some([by_id("1")])
    assert dict(one.groups()) == dict(both.groups())
    assert dict(one.groups(used=True)) == dict(both.groups(used=True))
    assert len(dict(both.groups(used=True))) == 5
    assert {group: len(facts) for group, facts in one.groups(used=True, alike=True)} == {
        f"name\0K\0{number}": 3 for number in range(5)
    }


def test_facts_say_the_same_in_whatever_order_they_come() -> None:
    """Which process sends its facts first is chance."""
    said = []
    for places in ((1, 2), (2, 1)):
        taking = FactTable()
        for place in places:
            sending = FactTable()
            for number in range(20):
                use = (("a", number % 3), ("x", "use"), "", "")
                sending.keep(f"name\0K\0{number % 5}", place << 32 | number, use)
            for key in ("z", "a")[:: 3 - 2 * place]:
                sending.keep(by_key(key), place << 32 | 30, (("name",), (key,), "", ""))
            taking.take(sending.drain())
        said.append([
            list(taking.groups(**asked)) for asked in
            ({}, {"least": 2}, {"used": True}, {"used": True, "alike": True}, {"least": 2, "alike": True})
        ])  # fmt: skip
    assert said[0] == said[1]
    every, several, _, alike, _ = said[0]
    assert every == several and len(every) == 7
    assert {fact.source for _, facts in alike for fact in facts} == {1}
