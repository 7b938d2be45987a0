"""What people reported of other linters, tried here: each with the result that it should have."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    ("but not that this hides nothing", {"a.yaml": f"{CLEAN[:-1]}  # dispatch-lint: ignore[unused-suppression]\n"}, ["a.yaml"], 1, "hides nothing"),
    ("a rule that is off leaves its comments alone", {"a.yaml": f"{ODD[:-1]}  # dispatch-lint: ignore[name-format]\n"}, ["a.yaml", "--ignore", "name-format"], 0, "No deviations"),
    ("anchors make no key another", {"a.yaml": "kind: Secret\nname: a\nsecrets: &a {k: v}\nsecrets: &b {k: w}\n"}, ["a.yaml"], 1, "duplicate-field"),
    ("commas and colons of a path are escaped", {"we,ird: x.yaml": ODD}, [".", "-f", "github"], 1, "file=we%2Cird%3A x.yaml,"),
    ("those of a message are not", {"a.yaml": "kind: Secret\nname: 'a,b: c'\n"}, ["a.yaml", "-f", "github"], 1, '::"a,b: c" cannot'),
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
