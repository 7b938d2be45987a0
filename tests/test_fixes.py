"""Fixes: what was meant is mended, and every other byte stays."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_lint import api
from dispatch_lint.config.settings import parse
from dispatch_lint.documents.formats import FORMATS
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.checker import Options
from dispatch_lint.engine.summary import Result
from dispatch_lint.fix.diff import diff_lines
from dispatch_lint.fix.fixed import Fixed
from dispatch_lint.fix.halving import find_holding
from dispatch_lint.fix.rounds import fix_sources
from dispatch_lint.model.violation import Severity
from tests.test_cli import check


class Checks:
    """Checks sources as `--fix` does, and counts how often."""

    def __init__(self, *, jobs: int = 1, **settings: Any) -> None:
        chosen = parse(settings)
        limits = chosen.limits._replace(violations_per_file=sys.maxsize)
        self.settings, self.jobs, self.count = replace(chosen, limits=limits), jobs, 0

    def __call__(self, sources: Sequence[Source]) -> Result:
        self.count += 1
        sources = [source for source in sources if not source.name.startswith("uncounted")]
        options = Options(unfolded=True)
        return api.check(self.settings, sources, jobs=self.jobs, options=options)


def fixed(
    folder: Path, files: dict[str, bytes], *, unsafe: bool = True, checks: Checks | None = None,
    more: Sequence[str] = (),
) -> Fixed:  # fmt: skip
    """Fix files; what they are then is in `texts` where they changed."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    checks = checks or Checks()
    before = Path.cwd()
    os.chdir(folder)
    try:
        sources = api.sources_of([*sorted(files), *more], checks.settings)
        return fix_sources(checks, sources, unsafe=unsafe)
    finally:
        os.chdir(before)


IMAGE = "kind: Image\nname: nodejs\nbaseImageName: base\n---\n"
CASES = [
    # unknown-kind, unknown-field, status-value, ambiguous-scalar
    ("kind: Secrt\nname: a\n", "kind: Secret\nname: a\n"),
    ('"kind": \'Secrt\'  # why\nname: a\n', '"kind": \'Secret\'  # why\nname: a\n'),
    ("kind: Function\nname: f\nimage: i\nsourcPath: x\n", "kind: Function\nname: f\nimage: i\nsourcePath: x\n"),
    ("kind: Function\nname: f\nimage: i\nSourcePath: x\n", "kind: Function\nname: f\nimage: i\nsourcePath: x\n"),
    ("kind: BaseImage\nname: node\ndockerurl: x\nlanguage: x\ncreatedtime: 1\n",
     "kind: BaseImage\nname: node\ndockerUrl: x\nlanguage: x\ncreatedTime: 1\n"),
    ("{kind: Image, name: a, baseImageName: b, status: 'ready'}\n",
     "{kind: Image, name: a, baseImageName: b, status: 'READY'}\n"),
    ("kind: Secret\nname: a\nsecrets: {a: on, b: 010, c: ~, d: 1_0}\n",
     'kind: Secret\nname: a\nsecrets: {a: "on", b: "010", c: "~", d: "1_0"}\n'),
    ("kind: Secret\nname: a\nsecrets: {yes: a, on: b, 010: c, 8: d, ~: e}\n",
     'kind: Secret\nname: a\nsecrets: {"yes": a, "on": b, "010": c, 8: d, "~": e}\n'),
    ("kind: API\nname: a\nfunction: f\nenabled: yes   # really\n",
     "kind: API\nname: a\nfunction: f\nenabled: true   # really\n"),
    ("kind: Function\nname: f\nimage: i\ntimeout: 010\n", "kind: Function\nname: f\nimage: i\ntimeout: 8\n"),
    # names
    ("kind: Widget\nname: a\nwheel-count: 4\n", "kind: Widget\nname: a\nwheelCount: 4\n"),
    ("kind: Widget\nname: a\nsecretNames: [b]\n", "kind: Widget\nname: a\nsecrets: [b]\n"),
    ("kind: Widget\nname: a\nsecret: [b]\n", "kind: Widget\nname: a\nsecrets: [b]\n"),
    # schema
    ('kind: Function\nname: f\nimage: i\ntimeout: "30"\n', "kind: Function\nname: f\nimage: i\ntimeout: 30\n"),
    ("kind: Image\nname: a\nbaseImageName: b\nspec: CREAT\n", "kind: Image\nname: a\nbaseImageName: b\nspec: CREATE\n"),
    # references
    (f"{IMAGE}kind: Function\nname: f\nimage: nodjs\n", f"{IMAGE}kind: Function\nname: f\nimage: nodejs\n"),
    ("kind: Function\nname: f\nimage: acme/Image/x\n", "kind: Function\nname: f\nimage: x\n"),
    # two rounds: the name of the field first, then its value
    (f"{IMAGE}kind: Function\nname: f\nimageName: nodjs\n", f"{IMAGE}kind: Function\nname: f\nimage: nodejs\n"),
]  # fmt: skip


def test_of_two_numbers_that_may_be_meant_none_is_safe(tmp_path: Path) -> None:
    old = "".join(
        f"kind: Function\nname: f{at}\nimage: i\ntimeout: {one}\n---\n"
        for at, one in enumerate(["010", "1_000", "0o17", "1e3"])
    )
    new = old.replace("1_000", "1000").replace("0o17", "15").replace("1e3", "1000")
    assert fixed(tmp_path, {"a.yaml": old.encode()}, unsafe=False).texts == {"a.yaml": new}


@pytest.mark.parametrize(("old", "new"), CASES)
def test_fixes(old: str, new: str, tmp_path: Path) -> None:
    result = fixed(tmp_path, {"a.yaml": old.encode()})
    assert result.texts == {"a.yaml": new}
    assert not result.withdrawn
    assert not fixed(tmp_path, {"a.yaml": new.encode()}).texts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\xef\xbb\xbfkind: Secrt\r\nname: a\r\n", "\ufeffkind: Secret\r\nname: a\r\n"),
        (b"# one\nkind: Secrt # two\n\n\nname: a", "# one\nkind: Secret # two\n\n\nname: a"),
        (b"kind: Secrt\nname: a\nsecrets: &s {k: v}\ntags: []\n...\n",
         "kind: Secret\nname: a\nsecrets: &s {k: v}\ntags: []\n...\n"),
    ],
)  # fmt: skip
def test_every_other_byte_stays(old: bytes, new: str, tmp_path: Path) -> None:
    assert fixed(tmp_path, {"a.yaml": old}).texts == {"a.yaml": new}


def test_json_keeps_its_layout(tmp_path: Path) -> None:
    old = '[\n\t{ "kind" : "Secrt",  "name":"a" },\n {"kind":"Image","name":"b","baseImageName":"c","Language":"x"}]'
    new = old.replace("Secrt", "Secret").replace("Language", "language")
    assert fixed(tmp_path, {"a.json": old.encode()}).texts == {"a.json": new}
    line = '{"kind": "Secrt", "name": "a"}\n\n{"kind":"Secret","name":"ü","secrets":{}}\n'
    assert (
        fixed(tmp_path, {"a.jsonl": line.encode()}).texts["a.jsonl"].startswith('{"kind": "Secret"')
    )


def test_safe_fixes_only_unless_asked(tmp_path: Path) -> None:
    old = b"kind: Function\nname: f\nimage: i\nstatus: ready\nsourcPath: x\n"
    assert fixed(tmp_path, {"a.yaml": old}, unsafe=False).texts == {
        "a.yaml": old.decode().replace("ready", "READY")
    }


def test_a_fix_that_breaks_something_is_withdrawn(tmp_path: Path) -> None:
    old = b"kind: Function\nname: f\nimage: i\nSecrets: [a]\nsecrets: [b]\n"
    result = fixed(tmp_path, {"a.yaml": old})
    assert not result.texts
    # an alias stands for several values: an edit at its anchor would change them all
    text = b"kind: Function\nname: &n nodjs\nimage: *n\n---\n" + IMAGE.encode()
    assert not fixed(tmp_path, {"a.yaml": text}).texts


BROKEN = "kind: Secret\nname: [b\n"
ODD = "kind: Secret\nname: a\nsecrets: {a: on}\n"


@pytest.mark.parametrize(("name", "text", "place"), [
    ("a.yaml", f"{ODD}---\n{BROKEN}---\n{ODD}", "6:9"),
    ("a.yaml", f"a: [b\n---\n{ODD}---\n{BROKEN}", "1:6"),
    ("a.jsonl", '{"kind": "Secret", "naem": "a"}\n{"kind": "Secret"', "2:18"),
    ("a.jsonl", '{"kind": "Secret", "naem": "a"}\n{"kind": "\udced"}', "2:11"),
])  # fmt: skip
@pytest.mark.parametrize("options", [{}, {"ignore": ["syntax-error"]}])
def test_nothing_is_fixed_beside_what_does_not_parse(
    name: str, text: str, place: str, options: dict[str, Any], tmp_path: Path
) -> None:
    """And this is said, whether the rule syntax-error is on or not; other files are fixed."""
    files = {
        name: text.encode("utf-8", "surrogateescape"),
        "z.yaml": ODD.replace("a\n", "z\n").encode(),
    }
    result = fixed(tmp_path, files, checks=Checks(**options))
    assert [*result.texts] == ["z.yaml"]
    assert result.withdrawn == [
        f"{name}:{place}: nothing in the file was fixed, because this document does not parse"
    ]


def test_the_keys_of_a_dump_are_laid_out_anew(tmp_path: Path) -> None:
    row = '{"key": "%s", "value": {"id": "%s", "name": "%s", "organizationId": "acme", ' \
          '"revision": 0, "version": 0, "state": null, "status": "READY", "reason": null, ' \
          '"tags": null, "delete": false}}\n'  # fmt: skip
    old = row % ("Application/acme/a", 1, "a") + row % ("Application/acme/b", 2, "b")
    new = old.replace("Application/acme", "acme/Application")
    assert fixed(tmp_path, {"rows.jsonl": old.encode()}).texts == {"rows.jsonl": new}


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    old = "kind: Function\nname: f\nimage: i\nstatus: ready\nsourcPath: x"
    file.write_text(old)
    file.chmod(0o640)
    code, out, _ = check(tmp_path, "a.yaml", "--diff")
    assert code == 1
    assert out == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,5 +1,5 @@\n kind: Function\n name: f\n image: i\n"
        "-status: ready\n+status: READY\n sourcPath: x\n\\ No newline at end of file\n"
    )
    assert file.read_text() == old
    code, out, error = check(tmp_path, "a.yaml", "--fix", "-f", "json")
    assert code == 1
    assert error == "dispatch-lint: fixed 1 violation in 1 file\n"
    assert file.read_text() == old.replace("ready", "READY")
    assert (file.stat().st_mode & 0o777) == 0o640
    left = [one for one in json.loads(out)["violations"] if one["fix"]]
    assert left[0]["fix"] == {
        "safety": "unsafe", "message": "rename it to sourcePath",
        "edits": [{"line": 5, "column": 1, "endLine": 5, "endColumn": 10, "text": "sourcePath"}],
    }  # fmt: skip
    assert (
        check(tmp_path, "a.yaml", "--fix", "--unsafe-fixes", "--ignore", "server-owned-field")[0]
        == 0
    )
    assert file.read_text().endswith("sourcePath: x")
    assert check(tmp_path, "a.yaml", "--diff")[:2] == (0, "")
    code, _, error = check(tmp_path, "-", "--fix", stdin=b"kind: Secret\nname: a\n")
    assert code == 2 and "not standard input" in error


LINES = st.lists(
    st.sampled_from([
        "kind: Function", "kind: Funktion", "name: f", "name: 'f'", "image: i", "Image: i",
        "timeout: '30'", "status: ready", "status: READY  # state", "secrets: [a, b]",
        "secretNames: [a]", "# a comment", "", "sourcepath: x", "source_path: \"x\"",
        "tags:\n  - key: role # what\n    value: on", "schema: {in: {a: yes}}", "handler: 010",
    ]),
    max_size=8,
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(LINES, min_size=1, max_size=3))
def test_fixing_is_done_once_and_keeps_comments(tmp_path: Path, documents: list[list[str]]) -> None:
    text = "---\n".join("".join(f"{line}\n" for line in lines) for lines in documents)
    first = fixed(tmp_path, {"a.yaml": text.encode()})
    after = first.texts.get("a.yaml", text)
    assert not fixed(tmp_path, {"a.yaml": after.encode()}).texts
    assert after.count("#") == text.count("#")
    assert len(after.split("\n")) == len(text.split("\n"))


# ⟦right¦wrong⟧: every kind of mistake that has a safe fix.
ORCHARD = """\
# Fruit and the like.
kind: Function
name: '12'   # text
image: nodejs
⟦handler¦Handler⟧: "./pick.js"
⟦sourcePath¦SourcePath⟧: pick.js
timeout: ⟦30¦"30"⟧   # seconds
status: ⟦READY¦ready⟧
secrets: [ apple,
  'pear' ]
schema:
  in: {type: object, properties: {item_count: {type: integer}}}   # not ours
tags:
  - key: team
    ⟦value¦Value⟧: >
      folded
      text
---
kind: "API"
name: &n orchard
⟦function¦FUNCTION⟧: '12'
enabled: ⟦true¦yes⟧ # really
⟦methods¦Methods⟧:
- GET
# between
- POST
uris: ["/a,b", /c]
---
{kind: Secret, name: apple, secrets: {key: ⟦"on"¦on⟧, other: ⟦"010"¦010⟧}, ⟦tags¦Tags⟧: []}
...
"""
SITE = re.compile("⟦(.*?)¦(.*?)⟧")
AS_JSON = """\
[ {"kind": "Function" ,"name":"f",   "image": "nodejs",
\t"timeout":⟦30¦"30"⟧, "⟦handler¦Handler⟧": "\\u00e9", "status" : "⟦READY¦ready⟧"},
\t{"kind": "API", "name": "a", "function": "f", "⟦uris¦Uris⟧": ["/x"] , "enabled":⟦true¦"true"⟧}
]"""


@settings(max_examples=60)
@given(
    st.sampled_from([("a.yaml", ORCHARD), ("a.json", AS_JSON)]),
    st.lists(st.booleans(), min_size=20, max_size=20),
    st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"\n", b"\r\n"]), st.booleans(),
)  # fmt: skip
def test_injected_mistakes_are_mended_to_the_byte(
    tmp_path: Path, text: tuple[str, str], wrong: list[bool], mark: bytes, end: bytes, last: bool
) -> None:
    name, marked = text

    def encoded(choose: Callable[[re.Match[str]], str]) -> bytes:
        written = SITE.sub(choose, marked).encode()
        return mark + (written if last else written.removesuffix(b"\n")).replace(b"\n", end)

    right = encoded(lambda match: match[1])
    choices = iter(wrong)
    bad = encoded(lambda match: match[2 if next(choices) else 1])
    mended = fixed(tmp_path, {name: bad}, unsafe=False)
    assert not mended.withdrawn
    assert mended.texts.get(name, bad.decode()).encode() == right


def test_each_injected_mistake_is_one(tmp_path: Path) -> None:
    """What the property test above mends is wrong before it."""
    for name, marked in (("a.yaml", ORCHARD), ("a.json", AS_JSON)):
        right = SITE.sub(r"\1", marked)
        assert not fixed(tmp_path, {name: right.encode()}).texts
        for site in SITE.finditer(marked):
            before, after = (
                SITE.sub(r"\1", one) for one in (marked[: site.start()], marked[site.end() :])
            )
            bad = before + site[2] + after
            assert fixed(tmp_path, {name: bad.encode()}, unsafe=False).texts == {name: right}


def test_many_files_are_fixed_alike_by_any_number_of_processes(tmp_path: Path) -> None:
    slip = b"kind: Function\nnaem: f%d\nimage: i\n---\nkind: Function\nname: g%d\nimage: i\nstatus: ready\n"
    files = {f"{number}.yaml": slip % (number, number) for number in range(40)}
    alone = fixed(tmp_path, files)
    assert sum(alone.counts.values()) == 80 and len(alone.texts) == 40
    assert fixed(tmp_path, files, checks=Checks(jobs=3)) == alone


def test_a_violation_of_another_file_is_no_new_one(tmp_path: Path) -> None:
    """Each file is compared with itself: here a key is taken as soon as both names are right."""
    slip = b"kind: Secret\nname: a\nSecrets: {}\n"
    files = {"a.yaml": slip, "b.yaml": b"kind: Secrt\nname: a\n"}
    result = fixed(tmp_path, files)
    assert result.texts["a.yaml"] == slip.decode().replace("Secrets", "secrets")


@pytest.mark.parametrize(("name", "text"), [
    ("a.yaml", "kind: Secret\nname: a\n---\nkind: Function\nname: [\n---\n"),
    ("a.json", '[{"kind": "Secret", "name": "a",},'),
    ("a.jsonl", '{"kind": "Secret", "name": "a"}\n{"kind": "Secret",\n'),
])  # fmt: skip
def test_beside_what_does_not_parse_nothing_is_fixed(name: str, text: str, tmp_path: Path) -> None:
    slip = {"a.yaml": "kind: Secret\nnaem: b\n", "a.json": '{"kind": "Secret", "naem": "b"}]\n',
            "a.jsonl": '{"kind": "Secret", "naem": "b"}\n'}  # fmt: skip
    assert fixed(tmp_path, {name: (text + slip[name]).encode()}).texts == {}


def test_very_many_fixes_of_one_file(tmp_path: Path) -> None:
    """They took minutes: the edits, and the lines of the difference that are alike."""
    text = "".join(f"---\nkind: Secrets\nname: s{number}\n" for number in range(8_000))
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "dispatch-lint.toml").write_text("")
    code, out, _ = check(tmp_path, "a.yaml", "--diff", "--unsafe-fixes")
    assert code == 1
    assert out.count("\n-kind: Secrets\n+kind: Secret\n") == 8_000
    check(tmp_path, "a.yaml", "--fix", "--unsafe-fixes")
    assert (tmp_path / "a.yaml").read_text() == text.replace("Secrets", "Secret")


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_fixes_that_do_not_hold_are_found_by_halving(good: list[bool]) -> None:
    items = list(enumerate(good))
    holding, others = find_holding(items, lambda group: all(is_good for _, is_good in group), 100)
    if not all(good):
        assert [*holding, *others] == sorted(items, key=lambda item: not item[1])


def test_after_some_tries_the_other_fixes_are_left() -> None:
    asked: list[list[int]] = []

    def never(group: list[int]) -> bool:
        asked.append(group)
        return False

    holding, others = find_holding(range(1_000), never)
    assert (holding, sorted(others)) == ([], list(range(1_000)))
    assert len(asked) == 50


# Two fields become one: none of these fixes holds.
REFUSED = "---\n".join(
    f"kind: Function\nname: f{number}\nimage: i\nSecrets: [a]\nsecrets: [b]\n"
    for number in range(30)
).encode()


def test_checks_that_find_out_which_fixes_hold_are_few_for_all_files(tmp_path: Path) -> None:
    checks = Checks()
    files = dict.fromkeys(("a.yaml", "b.yaml", "c.yaml"), REFUSED)
    result = fixed(tmp_path, files, checks=checks)
    assert not result.texts
    assert 0 < checks.count <= 50 + 2 * 10
    assert len(result.withdrawn) == len(set(result.withdrawn)) <= 90


class NeverContent(Checks):
    """Finds something new in each text that was fixed."""

    def __call__(self, sources: Sequence[Source]) -> Result:
        result = super().__call__(sources)
        new = result.violations[0]._replace(rule="new", severity=Severity.ERROR)
        is_fixed = any(source.opener is not None for source in sources)
        return result._replace(violations=[*result.violations, *[new] * is_fixed])


@pytest.mark.parametrize(("size", "tries"), [(0, 50), (10_000_000, 9), (1_000_000_000, 4)])
def test_the_more_there_is_to_read_the_fewer_checks_are_made(
    size: int, tries: int, tmp_path: Path
) -> None:
    with (tmp_path / "uncounted.yaml").open("wb") as file:
        file.truncate(size)
    text = b"---\n".join(
        b"kind: Function\nname: f%d\nimage: i\nstatus: ready\n" % number for number in range(30)
    )
    checks = NeverContent()
    result = fixed(tmp_path, {"a.yaml": text}, checks=checks, more=["uncounted.yaml"])
    assert not result.texts and len(result.withdrawn) == 30
    # One before, one with all fixes, and one without.
    assert checks.count == tries + 3


def test_a_name_that_the_kind_does_not_have_is_no_fix(tmp_path: Path) -> None:
    old = b"kind: Function\nname: f\nimage: i\nfoo_bar: x\nsource_path: x\n"
    result = fixed(tmp_path, {"a.yaml": old})
    assert result.texts == {"a.yaml": old.decode().replace("source_path", "sourcePath")}
    assert not result.withdrawn


def test_nothing_is_written_into_a_format_of_unknown_quotes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "toy", FORMATS["yaml"]._replace(name="toy", language="Toy"))
    monkeypatch.chdir(tmp_path)
    Path("a.toy").write_text("kind: Function\nname: f\nimage: acme/Image/x\n")
    made = {
        format_: fix_sources(Checks(), [Source("a.toy", format_)], unsafe=True)
        for format_ in ("yaml", "toy")
    }
    assert made["yaml"].texts and not made["toy"].texts
    assert not made["toy"].withdrawn
    Path("b.toy").write_text("kind: [\n")
    (broken,) = Checks()([Source("b.toy", "toy")]).violations
    assert broken.message.startswith("invalid Toy: ")


def test_a_slip_that_is_everywhere_is_mended_everywhere(tmp_path: Path) -> None:
    """Names are guessed for a hundred fields of a document: each name counts once."""
    old = "kind: Function\nname: f\nimage: i\ntags:\n" + "".join(
        f"- keyy: k{number}\n  value: v\n" for number in range(900)
    )
    result = fixed(tmp_path, {"a.yaml": old.encode()})
    assert result.texts == {"a.yaml": old.replace("keyy", "key")}


@pytest.mark.parametrize("count", [3, 1_500])
def test_a_difference_is_as_everybody_writes_it(count: int) -> None:
    old = [f"line {number}\n" for number in range(count)]
    new = [f"text {number}\n" if number % 97 == 2 else line for number, line in enumerate(old)]
    new[-1] = "end"
    texts = Fixed(texts={"a": "".join(new)}, before={"a": "".join(old)})
    usual = "".join(unified_diff(old, new, "a/a", "b/a"))
    assert "".join(diff_lines(texts)) == f"{usual}\n\\ No newline at end of file\n"


CLEAN = "kind: Secret\nname: a\n"
UNFIXABLE = "kind: Secret\nname: a b\n"
INFO = "kind: Image\nname: i\nbaseImageName: b\n"
MANY = "---\n".join(f"kind: Secret\nname: a {number}\n" for number in range(1_200))
SUPPRESSED = "---\nkind: Secret\nname: a b  # dispatch-lint: ignore[name-format] known\n"


@pytest.mark.parametrize("options", [(), ("-q",), ("-f", "json"), ("--unsafe-fixes",)])
@pytest.mark.parametrize("text", [CLEAN, UNFIXABLE, INFO, MANY, MANY + SUPPRESSED])
def test_where_nothing_can_be_fixed_the_report_is_that_of_a_check(
    text: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    assert check(tmp_path, "--fix", *options, "a.yaml") == check(tmp_path, *options, "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == text


def test_what_is_counted_together_is_fixed_beside_others(tmp_path: Path) -> None:
    """Of equal findings of a file only the first has a place: the others are no new ones."""
    rows = []
    for number in range(4):
        value = {
            "id": f"i{number}",
            "name": f"s{number}",
            "organizationId": "acme",
            "status": "" if number else "ready",
            "revision": 0,
        }
        rows.append({"key": f"Secretacmes{number}", "organization_id": "acme", "value": value})
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert "(4 entities)" in check(tmp_path, "a.jsonl")[1]
    assert "fixed 1 violation in 1 file" in check(tmp_path, "a.jsonl", "--fix")[2]


def test_of_fields_that_stand_for_one_only_the_first_gets_its_name(tmp_path: Path) -> None:
    many = b"".join(b"imagee%d: v\n" % number for number in range(60))
    checks = Checks()
    result = fixed(tmp_path, {"a.yaml": b"kind: Function\nname: f\n" + many}, checks=checks)
    new = b"kind: Function\nname: f\n" + many.replace(b"imagee0", b"image")
    assert result.texts == {"a.yaml": new.decode()}
    assert not result.withdrawn
    assert checks.count == 2  # nothing has to be found out


def test_what_is_wrong_inside_a_field_is_not_new_where_the_field_gets_its_name(
    tmp_path: Path,
) -> None:
    old = "kind: Function\nname: f\nimage: i\nsecretNames: [a, b]\n---\nkind: Secret\nname: a\n"
    result = fixed(tmp_path, {"a.yaml": old.encode()})
    assert result.texts == {"a.yaml": old.replace("secretNames", "secrets")}
    assert not result.withdrawn
    assert [(one.rule, one.pointer) for one in result.violations if one.severity > 1] == [
        ("unresolved-reference", "/secrets/1")
    ]


def test_what_is_wrong_in_lower_case_documents_is_not_new_under_the_right_names(
    tmp_path: Path,
) -> None:
    old = "kind: Image\nname: a\nbaseimagename: a b\ndockerurl: 5\ncreatedtime: x\n"
    new = "kind: Image\nname: a\nbaseImageName: a b\ndockerUrl: 5\ncreatedTime: x\n"
    result = fixed(tmp_path, {"a.yaml": old.encode()}, unsafe=False)
    assert (result.texts, result.withdrawn) == ({"a.yaml": new}, [])
    assert [(one.rule, one.pointer) for one in result.violations if one.severity > 1] == [
        ("schema", "/baseImageName"), ("schema", "/createdTime")
    ]  # fmt: skip


FUNCTION = "kind: Function\nname: a\nhandler: h\nimage: i\n"
SLIPS = [
    (f"{FUNCTION}Tags: [{{Key: a, value: b}}]\n", f"{FUNCTION}tags: [{{key: a, value: b}}]\n"),
    (f"{FUNCTION}Tags: [{{Key: on, VALUE: 010}}]\nTimeout: 1_0\n",
     f'{FUNCTION}tags: [{{key: "on", value: "010"}}]\ntimeout: 10\n'),
    ("kind: Image\nname: a\nbaseImageName: b\nRuntimeDependencies: {Manifest: a}\nTags: [{KEY: c, Value: d}]\n",
     "kind: Image\nname: a\nbaseImageName: b\nruntimeDependencies: {manifest: a}\ntags: [{key: c, value: d}]\n"),
    ("kind: Image\nname: a\nbaseimagename: a b\nruntimedependencies: {Manifest: 5}\nsystemdependencies: {packages: [{Name: x}]}\n",
     "kind: Image\nname: a\nbaseImageName: a b\nruntimeDependencies: {manifest: 5}\nsystemDependencies: {packages: [{name: x}]}\n"),
    # what is no slip of case stays, inside of one and around one
    (f"{FUNCTION}Tags: [{{Kee: a, Value: b}}]\n", f"{FUNCTION}tags: [{{Kee: a, value: b}}]\n"),
    ("kind: Image\nname: a\nbaseImageName: b\nsystemDependencies: {pkgs: [{Name: x}]}\n",
     "kind: Image\nname: a\nbaseImageName: b\nsystemDependencies: {pkgs: [{name: x}]}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new"), SLIPS)
def test_slips_inside_slips_are_fixed_in_one_run(old: str, new: str, tmp_path: Path) -> None:
    result = fixed(tmp_path, {"a.yaml": old.encode()}, unsafe=False)
    assert (result.texts, result.withdrawn) == ({"a.yaml": new}, [])
    assert not [one for one in result.violations if one.fix and one.fix.safety == "safe"]


def test_guesses_inside_guesses_are_fixed_in_one_run(tmp_path: Path) -> None:
    old = "kind: image\nname: a\nbaseImageName: b\nSystemDependencies: {pkgs: [{nam: x, ver: 1}]}\n"
    new = "kind: Image\nname: a\nbaseImageName: b\nsystemDependencies: {packages: [{name: x, version: 1}]}\n"
    result = fixed(tmp_path, {"a.yaml": old.encode()})
    assert (result.texts, result.withdrawn) == ({"a.yaml": new}, [])


@pytest.mark.parametrize("more", ["", "spec: CREAT\n"])
def test_why_a_fix_is_not_made_is_said_of_one_as_of_several(more: str, tmp_path: Path) -> None:
    old = f"kind: Image\nname: a\nbaseImageName: b\n{more}tagz: x\n"
    result = fixed(tmp_path, {"a.yaml": old.encode()})
    assert [text.partition(": ")[2] for text in result.withdrawn] == [
        "the fix of unknown-field was not applied: the result would violate schema"
    ]


@pytest.mark.parametrize("text", [
    "serets: [s]\nkind: Function\nname: f\nimage: i\nSecrets: [t]\n",
    "serets: [s]\nkind: Function\nname: f\nimage: i\nsecrets: [t]\n",
])  # fmt: skip
def test_a_field_whose_nearest_is_there_gets_no_farther_name(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    for _ in range(2):
        check(tmp_path, "a.yaml", "--fix", "--unsafe-fixes", "--isolated")
        assert (tmp_path / "a.yaml").read_text() == text.replace("Secrets", "secrets")
