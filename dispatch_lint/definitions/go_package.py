"""Go files and packages, of which only what is looked up is parsed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_outline import (
    may_have_constants,
    package_name,
    receivers,
    type_names,
)
from dispatch_lint.definitions.go_syntax import is_generated, read_go

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dispatch_lint.definitions.go_syntax import Broken, GoConstant, GoFile, GoType


ONLY_TYPES = frozenset({"vendor", "gen"})
"""Folders of vendored and generated code: packages there are read for their types only."""


def _nothing() -> None:
    """What is done where nobody wants to know which files are parsed."""


@dataclass(eq=False)
class GoSource:
    """One Go file.

    Attributes:
        name: as locations show it.
        read: reads its content.
        named: whether the user named the file itself: then it is always parsed.
        on_parse: is called when it is parsed.
    """

    name: str
    read: Callable[[], bytes]
    named: bool = False
    on_parse: Callable[[], None] = _nothing

    @cached_property
    def text(self) -> bytes:
        """Its content."""
        return self.read()

    def forget(self) -> None:
        """Let the content go: it is read again when it is asked for."""
        self.__dict__.pop("text", None)

    @cached_property
    def file(self) -> GoFile:
        """Its declarations: the file is parsed when they are asked for."""
        self.on_parse()
        file = read_go(self.text, self.name)
        file.generated = self.is_generated
        return file

    @property
    def is_parsed(self) -> bool:
        """Whether its declarations were asked for."""
        return "file" in self.__dict__

    @cached_property
    def folder(self) -> str:
        """The folder that it is in."""
        return self.name.rpartition("/")[0] or "."

    @cached_property
    def is_generated(self) -> bool:
        """Whether a program wrote it: it declares no kinds, unless the user named it."""
        return not self.named and is_generated(self.text)


class GoPackage:
    """The files of one folder.

    Args:
        only_types: it is passed over, but for its types: it declares no kinds.
    """

    def __init__(
        self, folder: str, sources: Sequence[GoSource], *, only_types: bool = False
    ) -> None:
        self.folder, self.sources = folder, sources
        self.only_types = only_types or "vendor" in folder.split("/")
        self._types: dict[str, list[tuple[GoFile, GoType]]] = {}

    @cached_property
    def name(self) -> str:
        """The name in the `package` clauses of most files; else that of the folder."""
        names = Counter(filter(None, (package_name(source.text) for source in self.sources)))
        return names.most_common(1)[0][0] if names else self.folder.rpartition("/")[2]

    def types(self, name: str) -> list[tuple[GoFile, GoType]]:
        """The type of a name, with its file.

        There are several where build constraints choose between files.
        """
        if name not in self._types:
            files = [source.file for source in self._declaring.get(name, ())]
            self._types[name] = [(file, file.types[name]) for file in files if name in file.types]
        return self._types[name]

    @cached_property
    def _declaring(self) -> dict[str, list[GoSource]]:
        """The files that may declare a type, by its name."""
        return self._by_name(type_names)

    def _by_name(self, names: Callable[[bytes], set[str]]) -> dict[str, list[GoSource]]:
        by_name: dict[str, list[GoSource]] = {}
        for source in self.sources:
            for name in names(source.text):
                by_name.setdefault(name, []).append(source)
        return by_name

    def broken(self, name: str) -> Broken | None:
        """The struct of a name that does not parse."""
        found = (
            broken
            for source in self._declaring.get(name, ()) for broken in source.file.broken
            if name in broken.types
        )  # fmt: skip
        return next(found, None)

    def methods(self, name: str) -> dict[str, bool]:
        """The marshaling methods of a type; of each, whether its receiver is a pointer."""
        methods: dict[str, bool] = {}
        for source in self._with_methods.get(name, ()):
            methods.update(source.file.methods.get(name, {}))
        return methods

    @cached_property
    def _with_methods(self) -> dict[str, list[GoSource]]:
        """The files that may have marshaling methods of a type, by its name."""
        return self._by_name(receivers)

    @cached_property
    def files_with_constants(self) -> list[GoFile]:
        """The files that may declare constants."""
        return [source.file for source in self.sources if may_have_constants(source.text)]

    @cached_property
    def constants_by_name(self) -> dict[str, tuple[GoFile, GoConstant]]:
        """Its constants, each with its file."""
        return {
            constant.name: (file, constant)
            for file in self.files_with_constants for constant in file.constants
        }  # fmt: skip
