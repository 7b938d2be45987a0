"""Which types are kinds, as the setting `definitions` says with `include` and `exclude`."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple


class Choice(NamedTuple):
    """What the settings say of a type.

    Attributes:
        state: `named`: it is a kind whatever its fields are; `included`: it may be one;
            `excluded`: it is none; empty: they do not mention it.
    """

    state: Literal["named", "included", "excluded", ""] = ""
    why: str = ""


@dataclass(frozen=True)
class Selection:
    """The kinds of one path.

    A pattern is `Type`, `package.Type` or `folder/of/package.Type`, where `*` stands for any text.

    Attributes:
        path: the folder or file that it holds for; empty for all.
        include: without a pattern every type may be a kind.
        exclude: stronger than `include`.
    """

    path: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def choice(self, file: str, package: str, name: str) -> Choice:
        """What this says of a type.

        Args:
            package: the name of the package; empty for a description of an API.
        """
        if not self.holds_for(file):
            return Choice()
        folder = file.rpartition("/")[0]
        for pattern in self.exclude:
            if _fits(pattern, folder, package, name):
                return Choice("excluded", f'the settings exclude "{pattern}"')
        for pattern in self.include:
            if _fits(pattern, folder, package, name):
                wild = "*" in pattern.rpartition(".")[2]
                return Choice("included" if wild else "named", f'the settings include "{pattern}"')
        return Choice("excluded", "the settings do not include it") if self.include else Choice()

    def patterns(self) -> tuple[str, ...]:
        """All patterns."""
        return (*self.include, *self.exclude)

    def holds_for(self, file: str) -> bool:
        """Whether a file is the path, or below it."""
        return self.path in ("", ".") or f"{file}/".startswith(f"{self.path}/")

    def fitting(self, file: str, package: str, name: str) -> set[str]:
        """The patterns that fit a type, whether they decide or not."""
        folder = file.rpartition("/")[0]
        if not self.holds_for(file):
            return set()
        return {pattern for pattern in self.patterns() if _fits(pattern, folder, package, name)}


def _fits(pattern: str, folder: str, package: str, name: str) -> bool:
    where, dot, type_ = pattern.rpartition(".")
    if not fnmatchcase(name, type_):
        return False
    if not dot:
        return True
    return fnmatchcase(package, where) or fnmatchcase(folder, where) or (
        fnmatchcase(folder, f"*/{where}")
    )  # fmt: skip
