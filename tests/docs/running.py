"""Runs what pages of the documentation print, and writes the outputs anew.

A page is run from top to bottom in a folder of its own:

- a file name in backticks and a colon, then a block: the file is written;
- a block `sh`: its lines run in bash, one after the other, and each exits with 0, unless a comment
  `<!-- exit 1 -->` before the block says what the last one exits with, or `<!-- exit 0 or 1 -->`
  what each may exit with;
- a block `text` right behind it: what the last line printed;
- a block `python` without a file name: it runs; of other blocks, commands of ours are parsed;
- `<!-- not run: reason -->` before a block: only its commands of ours are parsed.

Files are Markdown; comments are not shown to readers.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import click

from dispatch_lint.cli import cli

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"(?:^<!-- (?P<note>exit \d(?: or \d)?|not run: [^>]+) -->\n)?"
    r"(?:^`(?P<file>[^`\n]+)`:\n\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)


class PageError(AssertionError):
    """A page does not do what it says."""


@dataclass
class PageRun:
    """The run of one page.

    Attributes:
        folder: the working directory, to begin with.
        environment: what commands see.
        done: how many commands ran.
    """

    folder: Path
    environment: dict[str, str]
    done: int = 0
    _printed: str | None = field(default=None)

    def __post_init__(self) -> None:
        self._here = self.folder

    def run(self, text: str) -> str:
        """Run a page, and return it with the outputs that its commands have."""
        return BLOCK.sub(self._block, text)

    def _block(self, block: re.Match[str]) -> str:
        language, indent = block["language"], block["indent"]
        text = (
            re.sub(rf"^{indent}", "", block["text"], flags=re.MULTILINE)
            if indent
            else block["text"]
        )
        printed, self._printed = self._printed, None
        note = block["note"] or ""
        if block["file"]:
            file = self._here / block["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        elif note.startswith("not run"):
            for line in text.splitlines():
                check_command(line)
        elif language == "sh":
            self._printed = self._shell(text, note)
        elif language == "text" and printed is not None:
            shown = "".join(f"{indent}{line}".rstrip() + "\n" for line in printed.splitlines())
            start, end = (place - block.start() for place in block.span("text"))
            return block[0][:start] + shown + block[0][end:]
        elif language == "python":
            self._run([sys.executable, "-c", text], {0})
        elif language != "text":
            for line in text.splitlines():
                check_command(line)
        return block[0]

    def _shell(self, text: str, note: str) -> str:
        """What the last line of a block prints."""
        lines = re.sub(r"\\\n\s*", "", text).splitlines()
        codes = {int(digit) for digit in re.findall(r"\d", note)} or {0}
        printed = ""
        for number, line in enumerate(lines, 1):
            allowed = codes if number == len(lines) or len(codes) > 1 else {0}
            script = f"{line}\ncode=$?; pwd > {shlex.quote(str(self.folder))}.here; exit $code"
            printed = self._run(["bash", "-c", script], allowed)
            self._here = Path((self.folder.parent / f"{self.folder.name}.here").read_text().strip())
        return printed

    def _run(self, command: list[str], codes: Collection[int]) -> str:
        result = subprocess.run(
            command, cwd=self._here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=self.environment, timeout=300, check=False,
        )  # fmt: skip
        self.done += 1
        if result.returncode not in codes:
            expected = " or ".join(map(str, sorted(codes)))
            raise PageError(
                f"exit code {result.returncode}, not {expected}:\n{command[-1]}\n{result.stdout}"
            )
        return result.stdout


class RunPage(NamedTuple):
    """A page as its commands make it, and how many there are."""

    text: str
    commands: int


def run_page(file: Path, folder: Path, further: Mapping[str, str] | None = None) -> RunPage:
    """Run a page in a folder, in which it finds the folder `examples`.

    Args:
        further: variables of the environment that this page needs.

    Raises:
        PageError: a command fails that should not.
    """
    work = folder / "work"
    work.mkdir(parents=True)
    shutil.copytree(ROOT / "examples", work / "examples")
    run = PageRun(work, environment(folder) | dict(further or {}))
    try:
        text = run.run(file.read_text(encoding="utf-8"))
    except PageError as error:
        raise PageError(f"{file.relative_to(ROOT)}: {error}") from None
    return RunPage(text, run.done)


def environment(folder: Path) -> dict[str, str]:
    """An environment in which `dispatch-lint` is that of the working tree.

    Args:
        folder: for what has to be found on the PATH, and for the user's own configuration.
    """
    programs = folder / "bin"
    programs.mkdir(parents=True)
    script = programs / "dispatch-lint"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dispatch_lint "$@"\n')
    script.chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "JAVA_HOME", "LANG") if name in os.environ}
    return kept | {
        "PATH": os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder / "config"), "NO_COLOR": "1",
        "COLUMNS": "100", "GIT_CONFIG_GLOBAL": str(_git_config(folder)), "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "1793836800",
    }  # fmt: skip


def _git_config(folder: Path) -> Path:
    file = folder / "gitconfig"
    file.write_text(
        "[user]\nname = A Reader\nemail = reader@example.com\n[init]\ndefaultBranch = main\n"
        "[commit]\ngpgsign = false\n[advice]\ndetachedHead = false\n"
    )
    return file


def check_command(line: str) -> None:
    """Check that a command of ours has a command line that is understood.

    Raises:
        PageError: a command or an option does not exist.
    """
    found = re.search(r"(?:^|[|;&(]|run:|- )\s*dispatch-lint ([^|;&>\n)]+)", line)
    if not found:
        return
    words = shlex.split(found[1], comments=True)
    command: click.Command = cli
    context = click.Context(cli, info_name="dispatch-lint")
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0].isupper():
            return  # a placeholder for any command
        child = command.get_command(context, words.pop(0))
        if child is None:
            raise PageError(f"there is no such command: {line}")
        command = child
    try:
        command.make_parser(context).parse_args(words)
    except click.ClickException as error:
        raise PageError(f"{line}: {error.message}") from None
