"""What people reported of other linters, tried here: each with the result that it should have."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.report import built_in_formats
from tests.test_cli import check, run

ODD = "kind: Secret\nname: a b\n"
CLEAN = "kind: Secret\nname: a\n"
CASES: list[tuple[str, dict[str, str | bytes], list[str], int, str]] = [
    ("an empty stream can be an error", {}, ["-", "--require-documents"], 2, ""),
    ("a marker alone is no document", {"a.yaml": "---\n"}, ["a.yaml"], 0, "0 documents"),
    ("comments between markers are none", {"a.yaml": f"---\n# x\n\n---\n# y\n---\n{CLEAN}"}, ["a.yaml"], 0, "1 document in"),
    ("two merges are no duplicate", {"a.yaml": "kind: Secret\nname: a\nsecrets:\n  <<: {x: b}\n  <<: {z: c}\n"}, ["a.yaml"], 0, "No deviations"),
    ("what is merged is there", {"a.yaml": "kind: Function\nname: f\n<<: {image: i}\n"}, ["a.yaml"], 0, "No deviations"),
    ("a reason is no name of a rule", {"a.yaml": f"{ODD[:-1]}  # dispatch-lint: ignore[name-format] Possible [x] reason\n"}, ["a.yaml"], 0, "1 suppressed"),
    ("a comment can hide that it is unused", {"a.yaml": f"{CLEAN[:-1]}  # dispatch-lint: ignore[schema, unused-suppression]\n"}, ["a.yaml"], 0, "1 suppressed"),
    ("but not that this hides nothing", {"a.yaml": f"{CLEAN[:-1]}  # dispatch-lint: ignore[unused-suppression]\n"}, ["a.yaml"], 1, "unused suppression of"),
    ("a rule that is off leaves its comments alone", {"a.yaml": f"{ODD[:-1]}  # dispatch-lint: ignore[name-format]\n"}, ["a.yaml", "--ignore", "name-format"], 0, "No deviations"),
    ("anchors make no key another", {"a.yaml": "kind: Secret\nname: a\nsecrets: &a {k: v}\nsecrets: &b {k: w}\n"}, ["a.yaml"], 1, "duplicate-field"),
    ("commas and colons of a path are escaped", {"we,ird: x.yaml": ODD}, [".", "-f", "github"], 1, "file=we%2Cird%3A x.yaml,"),
    ("those of a message are not", {"a.yaml": "kind: Secret\nname: 'a,b: c'\n"}, ["a.yaml", "-f", "github"], 1, '::"a,b: c" cannot'),
    ("what is merged may be replaced", {"a.yaml": "kind: Secret\nname: a\n<<: {secrets: {k: on}}\nsecrets: {k: v}\n"}, ["a.yaml"], 0, "No deviations"),
    ("0o is octal to YAML 1.2 only", {"a.yaml": "kind: Secret\nname: a\nsecrets: {k: 0o100}\n"}, ["a.yaml"], 0, "No deviations"),
    ("a digit that is not octal makes it decimal", {"a.yaml": "kind: Secret\nname: a\nsecrets: {k: 0129}\n"}, ["a.yaml"], 1, '"129"'),
    ("a file that is not there", {}, ["a.yaml"], 2, ""),
    ("a pattern that no shell expanded", {"a.yaml": CLEAN}, ["*.yml"], 2, ""),
    ("brackets in names are no pattern", {"a(1).yaml": ODD, "b[2].yaml": CLEAN}, ["a(1).yaml", "b[2].yaml"], 1, "2 documents in 2"),
    ("a field that is a boolean to YAML", {"a.yaml": f"{CLEAN}true: b\n"}, ["a.yaml"], 1, "unknown-field"),
    ("one rule that is off turns off no other", {"a.yaml": ODD}, ["a.yaml", "--ignore", "schema"], 1, "name-format"),
    ("a place in a block is in its line", {"a.yaml": f"{CLEAN}secrets:\n  k: |\n    x\n    ---\n"}, ["a.yaml"], 1, "a.yaml:6:5"),
    ("all files are excluded", {"a.yaml": ODD}, ["--exclude", "*.yaml", "--require-documents"], 2, "0 files"),
    ("a report replaces no file that is checked", {"a.yaml": ODD}, ["a.yaml", "-f", "json", "-o", "./a.yaml"], 2, ""),
    ("or is only read", {"a.yaml": ODD}, [".", "--index", "a.yaml", "-f", "json", "-o", "a.yaml"], 2, ""),
    ("nor another report", {"a.yaml": ODD}, ["a.yaml", "-f", "json", "-o", "x", "-f", "sarif", "-o", "./x"], 2, ""),
    ("an entity with fields of a report is one",
     {"a.json": '{"kind": "Secret", "name": "a b", "rule": "r", "severity": "s", "fingerprint": "f"}'},
     ["a.json"], 1, "name-format"),
    ("a dash is standard output", {"a.yaml": ODD}, ["a.yaml", "-f", "concise", "-o", "-"], 1, "a.yaml:2:7"),
    ("devices take several reports", {"a.yaml": ODD}, ["a.yaml", "-o", "/dev/null", "-f", "json", "-o", "/dev/null"], 1, ""),
    ("white space has no look", {"a.yaml": f"{CLEAN}a\u00a0b: c\n"}, ["a.yaml"], 1, "it contains white space"),
    ("a percent sign of a message is", {"a.yaml": 'kind: Secret\nname: "a%0Ab"\n'}, ["a.yaml", "-f", "github"], 1, "a%250Ab"),
]  # fmt: skip


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


@pytest.mark.parametrize(("files", "arguments", "code", "said"), [case[1:] for case in CASES],
                         ids=[case[0] for case in CASES])  # fmt: skip
def test_what_was_reported(
    files: dict[str, str | bytes], arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    write(tmp_path, files)
    found = check(tmp_path, *arguments)
    assert (found[0], said in found[1]) == (code, True), found


FIXES = [
    ("kind: Secret\r\nname: a\r\nsecrets: {a: on}\r\n", 'kind: Secret\r\nname: a\r\nsecrets: {a: "on"}\r\n', []),
    (f"{CLEAN[:-1]}  # dispatch-lint: ignore[name-format] - to be able to debug\n", CLEAN, []),
    # another comment stays, as if it were the first
    (f"{CLEAN[:-1]}  # dispatch-lint: ignore[name-format] # keep\n", f"{CLEAN[:-1]} # keep\n", []),
    (f"  # dispatch-lint: ignore[name-format] why  # keep\n{CLEAN}", f"  # keep\n{CLEAN}", []),
    # what is not wrong is not laid out anew
    ('kind:   Secret   \nname:\t\'a\'\n\n\n\nsecrets: { a : "on" , }\n\n', None, ["--unsafe-fixes"]),
    (f"{CLEAN[:-1]}  # dispatch-lint: ignore[name-format]\n", None, ["--select", "unused-suppression,schema"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "options"), FIXES)
def test_fixes_that_were_reported(
    old: str, new: str | None, options: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {"a.yaml": old})
    assert check(tmp_path, "a.yaml", "--fix", *options)[0] == 0
    assert (tmp_path / "a.yaml").read_bytes().decode() == (new or old)


def test_standard_input_is_excluded_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"dispatch-lint.toml": 'exclude = ["/charts"]\n'})
    arguments = ["check", "-", "--stdin-filename", "charts/x.yaml"]
    assert run(tmp_path, *arguments, stdin=ODD.encode()).returncode == 1
    assert run(tmp_path, *arguments, "--force-exclude", stdin=ODD.encode()).returncode == 0


def test_a_link_that_leads_nowhere_is_passed_over_in_a_walk(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CLEAN})
    (tmp_path / "b.yaml").symlink_to("nowhere.yaml")
    assert check(tmp_path, ".")[::2] == (0, "")


Results = Callable[[dict[str, Any]], bool]
SARIF: list[tuple[str, Results]] = [
    ("rules are unique", lambda log: len({rule["id"] for rule in log["tool"]["driver"]["rules"]}) == len(log["tool"]["driver"]["rules"])),
    ("tags are unique", lambda log: all(len({*tags}) == len(tags) for rule in log["tool"]["driver"]["rules"]
                                        for tags in [rule["properties"]["tags"]])),
    ("regions count from 1", lambda log: all(number >= 1 for result in log["results"] for number in
                                             result["locations"][0]["physicalLocation"]["region"].values())),
]  # fmt: skip


@pytest.mark.parametrize("holds", [case[1] for case in SARIF], ids=[case[0] for case in SARIF])
def test_sarif_that_is_refused(holds: Results, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": b"\xff", "b.json": "", "c.yaml": "kind: Secret\n", "d.jsonl": '{"kind":"Secret"', "e.yaml": ODD,
    }  # fmt: skip
    write(tmp_path, files)
    (log,) = json.loads(check(tmp_path, *files, "-f", "sarif", "--select", "all")[1])["runs"]
    assert len(log["results"]) >= 4 and holds(log)


def test_a_baseline_names_no_absolute_path(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ODD})
    file = os.fspath(tmp_path / "a.yaml")
    assert check(tmp_path, file, "--write-baseline", "--baseline", "known.json")[0] == 0
    known = json.loads((tmp_path / "known.json").read_text())
    assert list(known["violations"]) == ["a.yaml"]


@pytest.mark.parametrize("format_", ["json", "jsonl", "gitlab", "sarif"])
def test_a_report_is_no_input_of_the_next_run(format_: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ODD})
    for _ in range(2):
        check(tmp_path, "-f", format_, "-o", "report.json" + "l" * (format_ == "jsonl"))
        code, out, error = check(tmp_path, "-f", "concise")
        assert (code, error) == (1, "") and out.startswith("a.yaml:2:7: error[name-format]")
        assert "1 error. 1 document in 2 files checked" in out


@pytest.mark.parametrize("arguments", [
    *(["check", "-f", name] for name in built_in_formats() if name not in ("concise", "full")),
    ["config"], ["graph", "ü.yaml"], ["graph", "-f", "dot", "ü.yaml"], ["graph", "-f", "svg", "ü.yaml"],
])  # fmt: skip
def test_what_programs_read_is_utf8(arguments: list[str], tmp_path: Path) -> None:
    """XML and HTML say so themselves: on Windows a redirected report was none."""
    write(tmp_path, {"ü.yaml": "kind: Secret\nname: ü\n"})
    (tmp_path / "dispatch-lint.toml").write_text('exclude = ["é"]\n', encoding="utf-8")
    shown = [
        run(tmp_path, *arguments, PYTHONIOENCODING=encoding, SOURCE_DATE_EPOCH="0").stdout
        for encoding in ("utf-8", "cp1252", "ascii")
    ]
    assert shown == [shown[0]] * 3 and shown[0].decode()


@pytest.mark.parametrize("stream", ["check", "graph"])
def test_a_dash_names_no_file(stream: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CLEAN})
    assert run(tmp_path, stream, "a.yaml", "-o", "-").stdout
    assert [file.name for file in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(("arguments", "said"), [
    (["check", "-", "--add-ignore"], "--add-ignore needs files, not standard input"),
    (["check", ""], "a path is empty"),
    (["check", "a.yaml", "-f", "json", "-o", "b/c"], "b/c: No such file or directory"),
    (["check", "--write-baseline", "--baseline", "b/c"], "b/c: No such file or directory"),
])  # fmt: skip
def test_what_is_said_of_files(arguments: list[str], said: str, tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CLEAN})
    ended = run(tmp_path, *arguments, stdin=ODD.encode())
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.decode() == f"dispatch-lint: {said}\n"


def test_a_path_is_no_command(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CLEAN})
    ended = run(tmp_path, "a.yaml")
    assert (ended.returncode, b"write `dispatch-lint check a.yaml`" in ended.stderr) == (2, True)
    ended = run(tmp_path, "a" * 300)  # no file system has that name
    assert (ended.returncode, b"there is no command" in ended.stderr) == (2, True)


def test_fixes_say_of_a_folder_that_it_cannot_be_listed(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": CLEAN})
    long = "d" * 250
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):  # its path is too long
        os.mkdir(long, dir_fd=folder)
        folder = os.open(long, os.O_RDONLY, dir_fd=folder)
    code, _, error = check(tmp_path, "--fix")
    assert (code, error.count("File name too long"), "standard input" in error) == (2, 1, False)


@pytest.mark.parametrize(("term", "colored"), [("xterm", True), ("dumb", False)])
def test_a_terminal_without_escape_sequences_gets_none(
    term: str, *, colored: bool, tmp_path: Path
) -> None:
    write(tmp_path, {"a.yaml": ODD})
    reader, writer = pty.openpty()
    env = {**os.environ, "TERM": term}
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        env.pop(name, None)
    command = [sys.executable, "-m", "dispatch_lint", "check", "a.yaml", "-f", "concise"]
    subprocess.run(command, cwd=tmp_path, stdout=writer, stderr=writer, env=env, check=False)
    os.close(writer)
    shown = os.read(reader, 10_000)
    os.close(reader)
    assert b"a.yaml:2:7" in shown and (b"\x1b" in shown) is colored


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_error_that_cannot_be_told_is_one(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dispatch_lint", "check", "missing.yaml"]
    with Path("/dev/full").open("w") as full:
        assert subprocess.run(command, cwd=tmp_path, stderr=full, check=False).returncode == 2


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    script = f"mkdir gone; cd gone; rmdir ../gone; {sys.executable} -m dispatch_lint check"
    ended = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        b"dispatch-lint: the working directory does not exist\n",
    )


ROW = '{{"id": "{}", "name": "a", "organizationId": "o", "status": "READY", "kind": "Secret"}}\n'


@pytest.mark.parametrize("name", ["0.jsonl", "b.jsonl"])
def test_what_the_index_has_too_is_reported_where_it_is_checked(name: str, tmp_path: Path) -> None:
    """So a hook, which checks the files of a commit beside all others, refuses a second key."""
    write(tmp_path, {"a.jsonl": ROW.format(1), name: ROW.format(2)})
    select = ("--select", "unique-key", "-f", "concise")
    code, out, _ = check(tmp_path, name, "--index", ".", *select)
    assert (code, out.startswith(f"{name}:1:") and "error[unique-key]" in out) == (1, True)
    (tmp_path / name).unlink()
    arguments = ["check", "-", "--stdin-filename", name, "--index", ".", *select]
    assert run(tmp_path, *arguments, stdin=ROW.format(2).encode()).stdout.decode() == out


@pytest.mark.parametrize("paths", [["-", "."], [".", "-"], ["-", "--index", "."]])
@pytest.mark.parametrize("name", ["a.jsonl", "./b/../a.jsonl", "b/a.jsonl"])
def test_standard_input_with_the_name_of_a_file_is_that_file(
    paths: list[str], name: str, tmp_path: Path
) -> None:
    """As an editor has it that did not save yet."""
    write(tmp_path, {"a.jsonl": ROW.format(1)})
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.jsonl").symlink_to(tmp_path / "a.jsonl")
    found = run(
        tmp_path, "check", *paths, "--stdin-filename", name, "--select", "name-format,unique-id,unique-key",
        stdin=ROW.format(2).replace('"a"', '"a b"').encode() + ROW.format(1).encode(),
    ).stdout.decode()  # fmt: skip
    assert "a.jsonl:1:21 (o/Secret/a b)" in found and "1 error. 2 documents in 1 file" in found
