"""The corpora of the benchmarks: what is meant to be clean is clean, and each mistake is found."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from benchmarks.real_shaped import LAYOUTS, write
from tests.command import run

COUNT = 400


def faulty_files(folder: Path) -> set[str]:
    """The files below a folder in which `check` finds more than infos."""
    result = run(folder, "check", "--isolated", "-f", "jsonl", ".")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    found = {line["file"] for line in lines if line.get("severity", "info") != "info"}
    assert result.returncode == bool(found)
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_clean_corpora_have_no_violation(layout: str, tmp_path: Path) -> None:
    seed = random.randrange(10_000)
    write(tmp_path, COUNT, per_file=50, seed=seed, layout=layout)
    assert not faulty_files(tmp_path), f"seed {seed}"


@pytest.mark.parametrize("layout", ["yaml", "entities"])
def test_each_mistake_is_found(layout: str, tmp_path: Path) -> None:
    write(tmp_path, COUNT, faulty=1, layout=layout)
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("f*.*")}
    assert faulty_files(tmp_path) == files
