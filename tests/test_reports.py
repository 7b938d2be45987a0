"""Formats for other programs, and the baseline."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from dispatch_lint.config.settings import Settings
from dispatch_lint.report.excerpts import Excerpts
from dispatch_lint.report.writing import about_run
from dispatch_lint.version import __version__
from tests.test_cli import check, run

NASTY = 'kind: Function\nname: "a,b: 100%\\n::error::x <&> |*"\nimage: i\nstatus: ready\n'


def said(folder: Path, format_: str, text: str = NASTY) -> str:
    (folder / "a b.yaml").write_text(text)
    return check(folder, "a b.yaml", "-f", format_)[1]


def test_sarif(tmp_path: Path) -> None:
    log = json.loads(said(tmp_path, "sarif"))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
    (run_,) = log["runs"]
    rules = run_["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == sorted(one["id"] for one in rules)
    for one in rules:
        assert one["shortDescription"]["text"] and one["fullDescription"]["text"]
        assert one["help"]["text"] and one["defaultConfiguration"]["level"]
    for result in run_["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "a%20b.yaml", "uriBaseId": "SRCROOT"}
        assert place["region"]["startLine"] >= 1 and place["region"]["endColumn"] >= 1
        assert len(result["partialFingerprints"]["dispatchLint/v1"]) == 32
    status = next(one for one in run_["results"] if one["ruleId"] == "status-value")
    change = status["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"]["text"] == "READY"
    clean = json.loads(said(tmp_path, "sarif", "kind: Secret\nname: a\n"))
    assert clean["runs"][0]["results"] == []


def test_annotations_are_escaped_and_the_worst_come_first(tmp_path: Path) -> None:
    lines = said(tmp_path, "github").splitlines()
    annotations = [line for line in lines if line.startswith("::")]
    assert [line[2:].split(" ")[0] for line in annotations] == ["error", "error", "notice"][
        : len(annotations)
    ]
    assert "file=a b.yaml,line=2,col=7" in annotations[0]
    assert "title=dispatch-lint%3A name-format" in annotations[0]
    assert "100%25%0A::error::x" in annotations[0]
    assert not any(line.startswith("::error::") for line in lines)


def test_the_format_of_github_is_chosen_there(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    out = run(tmp_path, "check", "a.yaml", GITHUB_ACTIONS="true").stdout
    assert out.startswith(b"::error file=a.yaml")
    out = run(tmp_path, "check", "a.yaml", "-f", "concise", GITHUB_ACTIONS="true").stdout
    assert out.startswith(b"a.yaml:2:7")


def test_hosts_of_code_are_told_paths_from_the_root_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "shop" / "a").mkdir(parents=True)
    (tmp_path / "b c.yaml").write_text("kind: Secret\nname: a b\n")
    (tmp_path / "shop" / "a" / "d.yaml").write_text("kind: Secret\nname: a b\n")
    expected = ["b c.yaml", "shop/a/d.yaml"]
    for folder, named in (
        (tmp_path, "."),
        (tmp_path / "shop", ".."),
        (tmp_path / "shop", tmp_path),
    ):

        def read(format_: str, folder: Path = folder, named: object = named) -> str:
            return check(folder, str(named), "--select", "name-format", "-f", format_)[1]

        files = [re.findall(r"^::\w+ file=([^,]*)", line) for line in read("github").splitlines()]
        assert [name for found in files for name in found] == expected
        assert [issue["location"]["path"] for issue in json.loads(read("gitlab"))] == expected
        results = json.loads(read("sarif"))["runs"][0]["results"]
        places = [result["locations"][0]["physicalLocation"] for result in results]
        assert [place["artifactLocation"]["uri"] for place in places] == ["b%20c.yaml", expected[1]]
    elsewhere = tmp_path.parent / "e.yaml"
    elsewhere.write_text("kind: Secret\nname: a b\n")
    out = check(tmp_path / "shop", "../../e.yaml", "-f", "github")[1]
    assert out.startswith("::error file=../../e.yaml,")
    text = (tmp_path / "b c.yaml").read_bytes()
    out = check(tmp_path / "shop", "-", "-f", "gitlab", stdin=text)[1]
    assert json.loads(out)[0]["location"]["path"] == "<stdin>"


def test_gitlab(tmp_path: Path) -> None:
    issues = json.loads(said(tmp_path, "gitlab"))
    assert {one["severity"] for one in issues} <= {"info", "minor", "major", "critical", "blocker"}
    assert len({one["fingerprint"] for one in issues}) == len(issues) == 3
    assert issues[0]["location"] == {"path": "a b.yaml", "lines": {"begin": 2, "end": 2}}
    twice = json.loads(
        said(tmp_path, "gitlab", "kind: Secret\nname: a b\n---\nkind: Secret\nname: a b\n")
    )
    assert len({one["fingerprint"] for one in twice}) == len(twice)
    assert json.loads(said(tmp_path, "gitlab", "kind: Secret\nname: a\n")) == []


@pytest.mark.parametrize("format_", ["junit", "checkstyle"])
def test_xml(format_: str, tmp_path: Path) -> None:
    root = ElementTree.fromstring(said(tmp_path, format_, f'{NASTY}handler: "\\x07"\n'))
    if format_ == "junit":
        assert root.get("failures") == str(len(root.findall(".//failure"))) == "2"
        assert len(root.findall(".//system-out")) == 1
        assert all(one.get("message") for one in root.findall(".//failure"))
    else:
        errors = root.findall("./file/error")
        assert [one.get("line") for one in errors] == ["2", "4", "4"]
        assert {one.get("severity") for one in errors} == {"error", "info"}
    clean = ElementTree.fromstring(said(tmp_path, format_, "kind: Secret\nname: a\n"))
    assert not clean.findall(".//failure") and not clean.findall(".//error")


def test_markdown(tmp_path: Path) -> None:
    out = said(tmp_path, "markdown")
    row = next(line for line in out.splitlines() if "name-format" in line)
    assert row.count(" | ") == 4
    assert "<&>" not in out and "&#60;&#38;&#62;" in row and "\\|\\*" in row


def test_several_reports_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    code, out, _ = check(tmp_path, "a.yaml", "-f", "sarif", "-o", "x.sarif", "-fjunit", "--output=x.xml",
                         "--format", "concise")  # fmt: skip
    assert code == 1
    assert out.startswith("a.yaml:2:7: error[name-format]")
    assert json.loads((tmp_path / "x.sarif").read_text())["version"] == "2.1.0"
    ElementTree.fromstring((tmp_path / "x.xml").read_text())
    code, out, error = check(tmp_path, "a.yaml", "-f", "sraif")
    assert code == 2 and 'did you mean "sarif"?' in error


def shown_formats(folder: Path, out: str, *before: Path) -> dict[str, str]:
    """The format of each report of `a.yaml`, by the name of its file; standard output is `-`."""
    texts = {file.name: file.read_text() for file in folder.iterdir() if file not in before}
    return {
        name: "sarif" if "$schema" in text else "json" if text.startswith("{") else
        "concise" if text.startswith("a.yaml:2:7: ") else "full" if " --> a.yaml:2:7" in text else text
        for name, text in {**texts, "-": out}.items() if text
    }  # fmt: skip


@pytest.mark.parametrize(("arguments", "expected"), [
    ("-f json", {"-": "json"}), ("-fjson", {"-": "json"}), ("-f=json", {"-": "json"}),
    ("--format json", {"-": "json"}), ("--format=json", {"-": "json"}),
    ("-qf json", {"-": "json"}), ("-qfjson", {"-": "json"}), ("-qf=json", {"-": "json"}), ("-vf json", {"-": "json"}),
    ("-qo x", {"x": "full"}), ("-qox", {"x": "full"}), ("-o=x", {"x": "full"}), ("-qf sarif -o x", {"x": "sarif"}),
    ("-qf sarif -qo x -f json", {"x": "sarif", "-": "json"}), ("-qvfjson -vox", {"x": "json"}),
    ("-f json -f sarif -o x", {"-": "json", "x": "sarif"}), ("-f json -o x -o y", {"x": "json", "y": "full"}),
    ("-o x -f json", {"x": "json"}), ("-o x -f json -o y", {"x": "json", "y": "full"}),
    ("-f json -o - -f sarif -o x", {"-": "json", "x": "sarif"}), ("-f json -o-", {"-": "json"}),
    ("-o -x", {"-x": "full"}), ("-o -f -f json", {"-f": "json"}), ("--output=-f", {"-f": "full"}), ("-o -- -f json", {"--": "json"}),
    ("-o ./=x", {"=x": "full"}), ("--exclude -f", {"-": "full"}), ("--exclude -f -f json", {"-": "json"}),
    ("--exclude -o -f json", {"-": "json"}), ("--stdin-filename -ojson", {"-": "full"}), ("--exclude -- -f json", {"-": "json"}),
    ("--exclude --format=json -o x", {"x": "full"}), ("--select -f -f json --select all", {"-": ""}),
    ("--severity -f=off -f json", {"-": ""}),
])  # fmt: skip
def test_formats_and_files_are_paired_as_the_command_line_is_read(
    arguments: str, expected: dict[str, str], tmp_path: Path
) -> None:
    """What is the value of another option is no format; letters may stand together behind one dash."""
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    code, out, error = check(tmp_path, "a.yaml", *arguments.split(), GITHUB_ACTIONS="")
    if expected == {"-": ""}:  # an error of another option
        assert (code, out) == (2, "") and '"-f"' in error
        return
    assert (code, shown_formats(tmp_path, out, tmp_path / "a.yaml")) == (1, expected)


@pytest.mark.parametrize(("arguments", "said"), [
    ("-f", "Option '-f' requires an argument"), ("-qo", "Option '-o' requires an argument"),
    ("--format", "requires an argument"), ("-f -o", 'there is no format "-o"'), ("-qf jso", 'did you mean "json"?'),
    ("-f=jso", 'did you mean "json"?'), ("--format=", 'there is no format ""'), ("--exclude -f n.yaml", "n.yaml: no such file"),
    ("-f json -- -f sarif", "-f: no such file"), ("-zf json", "-z"),
])  # fmt: skip
def test_formats_that_cannot_be_read(arguments: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    code, out, error = check(tmp_path, *arguments.split())
    assert (code, out) == (2, "") and said in error


def test_a_format_of_standard_input_with_an_odd_name(tmp_path: Path) -> None:
    stdin = b"kind: Secret\nname: a b\n"
    code, out, _ = check(tmp_path, "--stdin-filename", "-f", "-", "-f", "concise", stdin=stdin)
    assert code == 1 and out.startswith("-f:2:7: error[name-format]")


def test_a_baseline_lets_an_old_repository_in(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("kind: Secret\nname: a b\n---\nkind: Secret\nname: c d\n")
    (tmp_path / "other.yaml").write_text("kind: Secret\nname: e f\n")
    (tmp_path / "dispatch-lint.toml").write_text("baseline = 'known.json'\n")
    code, _, error = check(tmp_path, ".")
    assert code == 2 and "known.json: No such file" in error
    code, out, error = check(tmp_path, ".", "--write-baseline")
    assert (code, out, error) == (0, "", "dispatch-lint: 3 violations in known.json\n")
    code, out, error = check(tmp_path, ".", "-f", "concise")
    assert (code, error) == (0, "")
    assert "3 in the baseline" in out
    (tmp_path / "old.yaml").write_text("kind: Secret\nname: c\n")
    told = check(tmp_path, ".")[2]
    assert "has 2 entries without a violation: old.yaml: name-format; remove them with" in told
    # lines that move, and what comes new
    (tmp_path / "old.yaml").write_text(
        "# more\n\nkind: Secret\nname: a b\n---\nkind: Secret\nname: g h\n"
    )
    code, out, error = check(tmp_path, ".", "-f", "concise")
    assert code == 1
    assert out.startswith("old.yaml:7:7: error[name-format]") and "2 in the baseline" in out
    assert (
        error
        == "dispatch-lint: the baseline has an entry without a violation: old.yaml: name-format; remove it with --write-baseline\n"
    )
    report: dict[str, Any] = json.loads(check(tmp_path, ".", "-f", "json")[1])
    assert report["summary"]["baselined"] == 2
    assert report["summary"]["violations"]["error"] == 1
    log = json.loads(check(tmp_path, ".", "-f", "sarif")[1])
    assert sum("suppressions" in one for one in log["runs"][0]["results"]) == 2
    # only what was linted is touched
    before = json.loads((tmp_path / "known.json").read_text())["violations"]
    (tmp_path / "old.yaml").write_text("kind: Secret\nname: a\n")
    assert check(tmp_path, "old.yaml", "--write-baseline")[0] == 0
    after = json.loads((tmp_path / "known.json").read_text())["violations"]
    assert after == {"other.yaml": before["other.yaml"]}
    (tmp_path / "known.json").write_text('{"version": 7}')
    assert "not a baseline of version 1" in check(tmp_path, ".")[2]
    for entry in ('"x"', '{"rule": "schema", "count": -5}', '{"rule": "schema", "count": true}'):
        text = f'{{"version": 1, "violations": {{"a.yaml": {{"f": {entry}}}}}}}'
        (tmp_path / "known.json").write_text(text)
        assert "an entry of a file has the form" in check(tmp_path, ".")[2]


def test_what_occurs_more_often_is_new(tmp_path: Path) -> None:
    one = "kind: Secret\nname: a b\n"
    (tmp_path / "a.yaml").write_text(one)
    arguments = ("a.yaml", "--baseline", "b.json", "--select", "name-format", "-f", "concise")
    assert check(tmp_path, *arguments, "--write-baseline")[0] == 0
    (tmp_path / "a.yaml").write_text(f"{one}---\n{one}")
    code, out, _ = check(tmp_path, *arguments)
    assert code == 1
    assert out.startswith("a.yaml:5:7") and "1 in the baseline" in out


def test_a_baseline_knows_each_declared_name(tmp_path: Path) -> None:
    one = "kind: Image\nname: i\nbaseImageName: b\n"
    (tmp_path / "a.yaml").write_text(one)
    arguments = ("a.yaml", "--baseline", "b.json", "--fail-level", "info")
    assert check(tmp_path, *arguments, "--write-baseline")[0] == 0
    for format_ in ("full", "json"):
        assert check(tmp_path, *arguments, "-f", format_)[0] == 0
    (tmp_path / "a.yaml").write_text(f"{one}---\n{one.replace('name: i', 'name: j')}")
    code, out, _ = check(tmp_path, *arguments)
    assert code == 1
    assert "Image.baseImageName: 1 place" in out and "1 in the baseline" in out
    assert json.loads(check(tmp_path, *arguments, "-f", "json")[1])["summary"]["violations"] == {
        "error": 0, "warning": 0, "info": 1,
    }  # fmt: skip


def test_excerpts_are_read_forward_and_back(tmp_path: Path) -> None:
    file, other, odd = (tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml"))
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\rstill two\n\nfour")
    other.write_text("b\n")
    odd.write_bytes(b"ok\n\xff\n")
    excerpts = Excerpts()
    asked = [(file, 1), (file, 2), (file, 2), (file, 4), (file, 1), (other, 1), (file, 3), (file, 5),
             (file, 4), (odd, 2), (tmp_path / "none", 1), (other, 2), (other, 1)]  # fmt: skip
    assert [excerpts.line(str(name), number) for name, number in asked] == [
        "one", "two\rstill two", "two\rstill two", "four", "one", "b", "", "", "four", "", "", "", "b",
    ]  # fmt: skip


def test_a_report_goes_to_what_is_no_file(tmp_path: Path) -> None:
    """A device stays a device, and a pipe gets what is written."""
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a b\n")
    command = [sys.executable, "-m", "dispatch_lint", "check", "a.yaml", "-f", "concise", "-o"]
    piped = subprocess.run([*command, "/dev/stdout"], cwd=tmp_path, capture_output=True, text=True)
    assert (piped.returncode, piped.stderr) == (1, "")
    assert piped.stdout.startswith("a.yaml:2:7: error[name-format]")
    thrown = subprocess.run([*command, "/dev/null"], cwd=tmp_path, capture_output=True)
    assert (thrown.returncode, thrown.stdout, thrown.stderr) == (1, b"", b"")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("format_", ["json", "jsonl", "sarif", "gitlab", "html", "issues", "full"])
@pytest.mark.parametrize("output", [False, True])
def test_half_a_character_ends_no_report(format_: str, *, output: bool, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"kind": "Secret", "name": "\\ud83d x"}')
    more = ("-o", "report") if output else ()
    code, _, error = check(tmp_path, "a.json", "-f", format_, *more)
    assert (code, error) == (1, "")
    assert not output or (tmp_path / "report").stat().st_size


def test_sarif_names_a_file_whose_name_is_not_utf8(tmp_path: Path) -> None:
    name = os.fsdecode(b"bad\xff.yaml")
    (tmp_path / name).write_text("kind: Secret\nname: a b\n")
    code, out, error = check(tmp_path, name, "-f", "sarif")
    assert (code, error) == (1, "")
    assert "bad%FF.yaml" in out


NAMES = (b"bad\xe9.yaml", b"line\nfeed.yaml", b"tab\t.yaml", b'quo"te.yaml', b"back\\slash.yaml",
         b"a space.yaml", "é.yaml".encode(), b"escape\x1b.yaml")  # fmt: skip


@pytest.fixture
def oddly_named(tmp_path: Path) -> Path:
    for name in NAMES:
        text = 'kind: Secret\nname: a\nsercets: {a: "x\u2028y"}\n'
        (tmp_path / os.fsdecode(name)).write_text(text, encoding="utf-8", newline="")
    (tmp_path / "half.json").write_text('{"kind": "Secret", "name": "a\\ud83d", "x\\ude00": 1}')
    return tmp_path


@pytest.mark.parametrize(
    "format_", ["json", "jsonl", "sarif", "gitlab", "junit", "checkstyle", "html", "github"]
)
def test_a_report_is_valid_and_complete_whatever_the_names_are(
    format_: str, oddly_named: Path
) -> None:
    wanted = json.loads(check(oddly_named, ".", "-f", "json")[1])["violations"]
    code, out, error = check(oddly_named, ".", "-f", format_)
    assert (code, error) == (1, "")
    if format_ in ("json", "sarif", "gitlab"):
        read = orjson.loads(out)  # refuses half characters
        found = {"json": lambda: read["violations"], "gitlab": lambda: read,
                 "sarif": lambda: read["runs"][0]["results"]}[format_]()  # fmt: skip
    elif format_ == "jsonl":
        found = [*map(orjson.loads, out.splitlines())][:-1]
    elif format_ in ("junit", "checkstyle"):
        tag = "testcase" if format_ == "junit" else "error"
        found = [*ElementTree.fromstring(out.encode()).iter(tag)]
    else:
        found = wanted
    assert len(found) == len(wanted)
    assert "\x1b" not in out


def test_what_is_no_unicode_is_known_to_a_baseline(oddly_named: Path) -> None:
    for _ in range(2):
        assert check(oddly_named, ".", "--write-baseline", "--baseline", "known.json")[0] == 0
        code, out, error = check(oddly_named, ".", "--baseline", "known.json")
        assert (code, error) == (0, "")
        assert out.startswith("No deviations.")


def test_git_applies_a_diff_whatever_the_names_are(oddly_named: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=oddly_named, check=True)
    command = [sys.executable, "-m", "dispatch_lint", "check", ".", "--diff", "--unsafe-fixes"]
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii"}
    diff = subprocess.run(command, cwd=oddly_named, capture_output=True, env=ascii_only)
    assert (diff.returncode, diff.stderr) == (1, b"")
    subprocess.run(["git", "apply"], cwd=oddly_named, input=diff.stdout, check=True)
    for name in NAMES:
        assert b"secrets" in (oddly_named / os.fsdecode(name)).read_bytes()
    assert check(oddly_named, ".", "--diff", "--unsafe-fixes")[0] == 0


# The baseline, from everywhere


ODD = "kind: Secret\nname: a b\nx: y\n"
BROKEN = "kind: Secret\nname: [\n"


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A project with a baseline, which knows all that is there."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "top.yaml").write_text(ODD)
    (tmp_path / "sub" / "s.yaml").write_text(ODD.replace("a b", "c d"))
    (tmp_path / "sub" / "broken.yaml").write_text(BROKEN)
    (tmp_path / "dispatch-lint.toml").write_text("baseline = 'known.json'\n")
    assert check(tmp_path, ".", "--write-baseline")[0] == 0
    return tmp_path


@pytest.mark.parametrize("from_", ["", "sub", ".."])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_baseline_knows_files_from_every_folder(
    from_: str, *, absolute: bool, known: Path
) -> None:
    folder = (known / from_).resolve()
    path = str(known) if absolute else os.path.relpath(known, folder)
    config = ["--config", os.path.relpath(known / "dispatch-lint.toml", folder)]
    before = (known / "known.json").read_text()
    assert set(json.loads(before)["violations"]) == {"top.yaml", "sub/s.yaml", "sub/broken.yaml"}
    code, out, error = check(folder, path, *config)
    assert (code, error) == (0, "") and "5 in the baseline" in out
    assert check(folder, path, *config, "--write-baseline")[0] == 0
    assert (known / "known.json").read_text() == before


def test_a_baseline_knows_files_through_links(known: Path) -> None:
    (known / "folder").symlink_to("sub")
    (known / "file.yaml").symlink_to("sub/s.yaml")
    before = (known / "known.json").read_text()
    for path in ("folder", "file.yaml", "folder/s.yaml"):
        assert check(known, path)[0] == 0
        assert check(known, path, "--write-baseline")[0] == 0
        assert (known / "known.json").read_text() == before


def test_a_baseline_without_settings_names_files_from_its_own_folder(known: Path) -> None:
    (known / "dispatch-lint.toml").unlink()
    assert "5 in the baseline" in check(known, ".", "--baseline", "known.json")[1]
    arguments = ("..", "--baseline", "../known.json")
    assert "5 in the baseline" in check(known / "sub", *arguments)[1]
    assert check(known / "sub", *arguments)[0] == 0


@pytest.mark.parametrize("arguments", [
    ("top.yaml",), (".", "--select", "name-format"), (".", "--ignore", "unknown-field"), ("sub",),
    (".", "-q"), ("sub/s.yaml", "--select", "unknown-field", "--fail-level", "error"),
])  # fmt: skip
def test_a_run_leaves_alone_what_it_does_not_look_for(
    arguments: tuple[str, ...], known: Path
) -> None:
    before = (known / "known.json").read_text()
    assert check(known, *arguments)[::2] == (0, "")
    assert check(known, *arguments, "--write-baseline")[0] == 0
    assert (known / "known.json").read_text() == before


def test_what_is_no_more_is_told_where_it_was_looked_for(known: Path) -> None:
    (known / "top.yaml").write_text("kind: Secret\nname: a b\n")
    told = "dispatch-lint: the baseline has an entry without a violation: top.yaml: unknown-field; remove it with --write-baseline\n"
    assert check(known, "top.yaml", "--exit-zero")[2] == told
    assert check(known, "--select", "unknown-field")[2] == told
    assert (
        check(known, "sub")[2] == check(known, "--ignore", "unknown-field", "--exit-zero")[2] == ""
    )
    (known / "dispatch-lint.toml").write_text(
        "baseline = 'known.json'\nper-path = { 'top.yaml' = ['all'] }\n"
    )
    assert check(known)[2] == ""
    (known / "sub" / "broken.yaml").unlink()
    told = "dispatch-lint: the baseline has an entry without a violation: sub/broken.yaml: syntax-error; remove it with --write-baseline\n"
    assert check(known)[2] == told and check(known, "top.yaml")[2] == ""
    assert check(known, "--write-baseline")[0] == 0
    assert "broken" not in (known / "known.json").read_text()


def test_what_needs_two_files_is_looked_for_in_the_whole_project(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text("kind: Secret\nname: s\n")
    (tmp_path / "dispatch-lint.toml").write_text("baseline = 'known.json'\ncomplete = true\n")
    assert check(tmp_path, "--write-baseline")[0] == 0
    before = (tmp_path / "known.json").read_text()
    assert "unique-key" in before
    assert check(tmp_path, "b.yaml")[2] == ""
    assert check(tmp_path, "b.yaml", "--write-baseline")[0] == 0
    assert (tmp_path / "known.json").read_text() == before
    (tmp_path / "a.yaml").unlink()
    assert "without a violation: b.yaml: unique-key" in check(tmp_path)[2]


def test_a_missing_baseline_says_how_to_make_one(tmp_path: Path) -> None:
    code, _, error = check(tmp_path, "--baseline", "known.json")
    assert code == 2
    assert "known.json: No such file" in error
    assert "`dispatch-lint check --write-baseline --baseline known.json`" in error


# Totals


MIXED = (
    "kind: Image\nname: i\nbaseImageName: b\nstatus: READY\n---\nkind: Function\nname: f\nimage: x\n"
    "---\nkind: Secret\nname: a b\n---\nkind: API\nname: p\nfunction: f\nenabled: yes\n"
)


@pytest.mark.parametrize(("level", "failures"), [("info", 5), ("warning", 3), ("error", 1)])
def test_a_failure_of_junit_is_what_fails_the_run(
    level: str, failures: int, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(MIXED)
    code, out, _ = check(tmp_path, "a.yaml", "-f", "junit", "--fail-level", level)
    (root,) = [ElementTree.fromstring(out)]
    assert code == 1
    assert (root.get("tests"), root.get("failures")) == ("5", str(failures))
    assert len([*root.iter("failure")]) == failures
    assert len([*root.iter("system-out")]) == 5 - failures
    (tmp_path / "a.yaml").write_text("kind: Image\nname: i\nbaseImageName: b\nstatus: READY\n")
    code, out, _ = check(tmp_path, "a.yaml", "-f", "junit")
    assert code == 0 and 'failures="0"' in out


def test_junit_counts_what_could_not_be_checked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"kind: Secret\nname: \xff\n")
    code, out, _ = check(tmp_path, ".", "-f", "junit")
    assert code == 2 and 'tests="1" failures="0" errors="1"' in out


def page_of(folder: Path, *arguments: str) -> tuple[str, dict[str, Any]]:
    """The HTML page of a check, and the data in it."""
    out = check(folder, *arguments, "-f", "html")[1]
    return out, json.loads(re.search(r'id="data">(.*?)</script>', out)[1])  # type: ignore[index]


@pytest.mark.parametrize("limit", [1, 1_000])
def test_the_totals_of_the_page_agree(limit: int, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MIXED)
    (tmp_path / "dispatch-lint.toml").write_text(f"[limits]\nviolations-per-file = {limit}\n")
    page, data = page_of(tmp_path, "a.yaml", "--organization", "acme")
    assert [count for _, count in data["facets"]["severity"]] == [1, 2, 2]
    assert sum(count for _, count in data["facets"]["rule"]) == 5
    assert re.findall(r'<li><b class="\w+">(\d+)</b>(\w+)', page) == [
        ("1", "error"), ("2", "warnings"), ("2", "infos"),
    ]  # fmt: skip
    assert "Not in the table: 1 info about declared names" in page
    assert ("past a limit" in page) == (limit == 1)


def test_the_page_names_no_column_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(MIXED)
    _, data = page_of(tmp_path, "a.yaml")
    assert data["columns"][3] is False and "organization" not in data["facets"]
    _, data = page_of(tmp_path, "a.yaml", "--organization", "acme")
    assert data["columns"][3] is True
    assert {edge["source"].partition("/")[0] for edge in data["graph"]["edges"]} == {"acme"}


def entity(kind: str, name: str, organization: str = "", **fields: Any) -> str:
    """A document, in the stored form where it has an organization."""
    owner = {"organizationId": organization} if organization else {}
    return json.dumps({"kind": kind, "name": name, **owner, **fields}) + "\n"


F = partial(entity, "Function", "f")
PLANS: Any = [{"name": "small"}]


def plan(name: str) -> str:
    return entity("ServiceInstance", "i", "acme", serviceClass="db", servicePlan=name)


@pytest.mark.parametrize(("text", "expected"), [
    (F("acme", image="nodejs") + entity("Image", "nodejs", "globex"), ["acme/Function/f !> globex/Image/nodejs"]),
    (F("acme", image="no") + entity("Image", "no", "globex") + entity("Image", "no", "abc"), ["acme/Function/f !> abc/Image/no"]),
    (F("acme", image="gone", secrets=["gone"]) + entity("Image", "i", "acme") + entity("Secret", "s", "acme"),
     ["acme/Function/f !> -/Image/gone?", "acme/Function/f !> -/Secret/gone?"]),
    (F("acme", image='a "b"') + entity("Image", "b", "acme"), ["acme/Function/f !> -/Image/a \"b\"?"]),
    (F(image="a/b") + entity("Image", "b"), ["-/Function/f !> -/Image/a/b?"]),
    (F("acme", image='there is no Secret "s"') + entity("Secret", "s", "acme") + entity("Image", "i"),
     ['acme/Function/f !> -/Image/there is no Secret "s"?']),
    (F("acme", image="globex/Image/a") + entity("Image", "a", "globex"), ["acme/Function/f !> globex/Image/a"]),
    (F("acme", image="Image/acme/a") + entity("Image", "a", "acme"), ["acme/Function/f !> acme/Image/a"]),
    (F("acme", image="acme/Image/a") + entity("Image", "a", "___global___"), ["acme/Function/f !> ___global___/Image/a"]),
    (F("acme", image="i-17") + entity("Image", "a", "acme", id="i-17"), ["acme/Function/f !> acme/Image/a"]),
    (F("acme", image="9884824d-d16f-465a-9cc7-49330b7e1b02") + entity("Image", "a", "acme"),
     ["acme/Function/f !> -/Image/9884824d-d16f-465a-9cc7-49330b7e1b02?"]),
    (F("acme", image="a") + entity("Image", "a", "___global___", status="DELETING"), ["acme/Function/f !> ___global___/Image/a"]),
    (F("acme", image="a") + entity("Image", "a", "acme", status="DELETED"), ["acme/Function/f !> -/Image/a?"]),
    (F("acme", image="a") + entity("Image", "a", "acme"), ["acme/Function/f > acme/Image/a"]),
    (F(image="a") + entity("Image", "a", "acme"), ["-/Function/f > acme/Image/a"]),
    (plan("small") + entity("ServiceClass", "db", "acme", plans=PLANS), ["acme/ServiceInstance/i > acme/ServiceClass/db"]),
    (plan("huge") + entity("ServiceClass", "db", "acme", plans=PLANS),
     ["acme/ServiceInstance/i !> -/ServicePlan/huge?", "acme/ServiceInstance/i > acme/ServiceClass/db"]),
    (plan("small") + entity("ServiceClass", "db", "globex", plans=PLANS), ["acme/ServiceInstance/i !> globex/ServiceClass/db"]),
])  # fmt: skip
def test_the_graph_of_the_page_is_named_by_keys(
    text: str, expected: list[str], tmp_path: Path
) -> None:
    """What a broken foreign key means was read out of the message of the violation."""
    (tmp_path / "a.jsonl").write_text(text)
    graph = page_of(tmp_path, "a.jsonl", "--ignore", "schema")[1]["graph"]
    broken = {node["id"]: node["broken"] for node in graph["nodes"]}
    assert not any(broken[edge["source"]] for edge in graph["edges"])
    assert sorted(
        f"{edge['source']} {'!' * edge['broken']}> {edge['target']}{'?' * broken[edge['target']]}"
        for edge in graph["edges"]
    ) == sorted(expected)
    drawn = out_of_dot(run(tmp_path, "graph", "a.jsonl", "-f", "dot").stdout.decode())
    assert all(drawn.get(name, missing) == missing for name, missing in broken.items())


def out_of_dot(text: str) -> dict[str, bool]:
    """The nodes of a graph as `graph -f dot` writes it, each with whether it is missing."""
    found = re.findall(r'^  ("(?:[^"\\]|\\.)*") \[label=(.*)\];$', text, re.MULTILINE)
    return {json.loads(name): "dashed" in style for name, style in found}


def test_the_graph_of_the_page_knows_what_a_store_has(tmp_path: Path) -> None:
    (tmp_path / "store.jsonl").write_text(
        entity("Image", "nodejs", "globex", id="1", status="READY")
    )
    made = run(tmp_path, "store", "import", "store.jsonl", "--store", "refs.db")
    assert made.returncode == 0, made.stderr
    (tmp_path / "a.jsonl").write_text(F("acme", image="nodejs", secrets=["s"]))
    graph = page_of(tmp_path, "a.jsonl", "--store", "refs.db")[1]["graph"]
    assert {node["id"]: node["broken"] for node in graph["nodes"]} == {
        "acme/Function/f": False, "globex/Image/nodejs": False, "-/Secret/s": True,
    }  # fmt: skip


def test_the_head_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    (tmp_path / "dispatch-lint.toml").write_text("organization = 'acme'\n")
    (tmp_path / "a.yaml").write_text(MIXED)
    page, _ = page_of(tmp_path, "a.yaml", "--exclude=b c")
    about = dict(re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", page))
    assert about == {
        "date": "2023-11-14 22:13 UTC", "version": f"dispatch-lint {__version__}",
        "command": "dispatch-lint check a.yaml &#x27;--exclude=b c&#x27; -f html", "settings": "dispatch-lint.toml",
    }  # fmt: skip
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 30)  # no date that can be shown
    assert dict(about_run(Settings(), []))["date"].startswith("20")
    url = "postgresql://me:secret@127.0.0.1:1/db"
    told = dict(about_run(Settings(), ["check", url, f"--store={url}"]))["command"]
    assert "secret" not in told and told.count("postgresql://me@127.0.0.1:1/db") == 2
