"""The README's example is what the tool prints."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from dispatch_lint.config.settings import Settings

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"<!-- output: (?P<command>.*?) -->\n```\n(?P<output>.*?)```", re.DOTALL)


def test_output_in_the_readme_is_real() -> None:
    (block,) = BLOCK.finditer((ROOT / "README.md").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "dispatch_lint", *block["command"].split()[1:]]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert block["output"] == result.stdout


def test_every_option_of_check_is_in_the_readme() -> None:
    from dispatch_lint.cli.check import command

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for parameter in command.params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert f"`{option}" in text, option


def test_every_setting_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    places = {"root", "file", "kind", "form"}  # of options, or where the settings are
    names = {field.name.replace("_", "-") for field in fields(Settings)} - places
    assert [name for name in sorted(names) if name not in text] == []
