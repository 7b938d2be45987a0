"""A case: the commands that run, and the folder that they run in."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        arguments: what stands behind `dispatch-lint`.
        stdin: what it reads from standard input.
    """

    arguments: tuple[str, ...]
    stdin: bytes = b""


@dataclass(frozen=True)
class Case:
    """Commands that run one after the other in a fresh copy of a folder.

    Attributes:
        name: unique, topics separated by `/`.
        steps: the commands.
        folder: the input folder that is copied; an empty folder without it.
        files: what is written into the copy, by path.
        environment: variables beside the usual ones.
        spark: whether it needs PySpark and Java.
    """

    name: str
    steps: tuple[Step, ...]
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    spark: bool = False

    @property
    def folder_name(self) -> str:
        """What the copy is called; Spark takes no more than such characters for themselves."""
        return self.name.replace("/", "--")


def case(
    name: str, *commands: str | Step, folder: str = "", files: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None, spark: bool = False,
) -> Case:  # fmt: skip
    """A case of commands as they are typed, without `dispatch-lint`."""
    steps = tuple(
        command if isinstance(command, Step) else Step(tuple(shlex.split(command)))
        for command in commands
    )
    return Case(name, steps, folder, files or {}, environment or {}, spark)


def fed(command: str, text: str | bytes) -> Step:
    """A command that reads a text from standard input."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return Step(tuple(shlex.split(command)), data)
