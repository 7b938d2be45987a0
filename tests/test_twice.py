"""What changes files is run twice over mutated manifests: the second run changes nothing."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.config.limits import Limits
from dispatch_lint.text.yaml_reader import read_yaml
from tests.golden.inputs_mutated import _mutate
from tests.test_cli import ROOT, run

COUNT = 200
ACTIONS = {
    "fix": ("check", ".", "--fix"), "unsafe": ("check", ".", "--fix", "--unsafe-fixes"),
    "ignore": ("check", ".", "--add-ignore"), "rename": ("rename", "Image/nodejs", "node-new", ".", "--force"),
    "baseline": ("check", ".", "--write-baseline", "--baseline", "known.json"),
}  # fmt: skip


def write_mutated(folder: Path) -> None:
    chance = random.Random(7)
    whole = [file.read_text("utf-8") for file in sorted((ROOT / "examples").rglob("*.yaml"))]
    parts = [part for text in whole for part in re.split(r"(?m)^---$", text) if part.strip()]
    for number in range(COUNT):
        text = [*whole, *parts][number % len([*whole, *parts])]
        for _ in range(chance.choice([1, 1, 2, 3])):
            text = _mutate(chance, text)
        (folder / f"{number:03}.yaml").write_text(text, encoding="utf-8", newline="")


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def values(data: bytes) -> list[tuple[Any, bool]]:
    """The values of documents, and whether each parses."""
    parts = read_yaml(data.decode().removeprefix("\ufeff"), Limits())
    return [(repr(part.value), part.problem is None) for part in parts]


@pytest.mark.parametrize("action", ACTIONS)
def test_the_second_run_changes_nothing(action: str, tmp_path: Path) -> None:
    write_mutated(tmp_path)
    before = files(tmp_path)
    first = run(tmp_path, *ACTIONS[action])
    after = files(tmp_path)
    assert first.returncode in (0, 1) and b"Traceback" not in first.stderr, first.stderr
    assert after != before
    run(tmp_path, *ACTIONS[action])
    assert files(tmp_path) == after
    for name in before:
        old, new = values(before[name]), values(after[name])
        assert [parses for _, parses in old] == [parses for _, parses in new], name
        if action in ("ignore", "baseline"):
            assert old == new, name


def test_what_is_ignored_or_known_is_reported_no_more(tmp_path: Path) -> None:
    write_mutated(tmp_path)
    told = run(tmp_path, *ACTIONS["ignore"]).stderr.decode()
    left = run(tmp_path, "check", ".", "-f", "concise").stdout.decode()
    refused = set(re.findall(r"(\d+\.yaml):\d+: a comment here would change", told))
    places = re.findall(r"(\d+\.yaml):\d+:\d+: (?:error|warning|info)\[", left)
    assert {*places} <= refused
    known = ("--baseline", "known.json")
    assert run(tmp_path, "check", ".", "--write-baseline", *known).returncode == 0
    assert run(tmp_path, "check", ".", *known).returncode == 0
