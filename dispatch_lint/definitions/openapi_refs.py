"""The parts of OpenAPI descriptions, and how `$ref` finds them, in other files too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from dispatch_lint.model.location import Location, follow

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.tree import Part

Other = Callable[[str, str], "tuple[str, Part] | None"]
"""Reads another file, by its path relative to a file: its name, and its first document."""


@dataclass(frozen=True, eq=False)
class OpenApiFile:
    """A description, or a file with models that one refers to."""

    name: str
    part: Part
    has_siblings_of_refs: bool = False
    """Whether what stands beside a `$ref` counts too, as from OpenAPI 3.1 on."""


class Schema(NamedTuple):
    """A schema inside a file.

    Attributes:
        value: what is written there; anything, because nobody has checked it.
    """

    file: OpenApiFile
    path: Path
    value: Any

    @property
    def location(self) -> Location:
        """The location of its key; of the first line only."""
        range_ = self.file.part.range(self.path, "key")
        one_line = range_.end_line == range_.line
        end = range_.end_column if one_line else range_.column + 1
        return Location(self.file.name, range_._replace(end_line=range_.line, end_column=end))

    @property
    def name(self) -> str:
        """The last step of its path, which is the name of a model; without one that of its file."""
        if self.path:
            return str(self.path[-1])
        return self.file.name.rpartition("/")[2].partition(".")[0]

    @property
    def identity(self) -> tuple[str, Path]:
        """The file and the path, by which it is known."""
        return self.file.name, self.path

    def get(self, key: str) -> Any:
        """What stands under a key; None if it is no mapping, or has none."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def inside(self, *steps: str | int) -> Schema:
        """A part of it."""
        value = self.value
        for step in steps:
            value = value[step]
        return Schema(self.file, (*self.path, *steps), value)

    def parts(self, key: str) -> list[Schema]:
        """The schemas of a list, such as `allOf`."""
        value = self.get(key)
        return [self.inside(key, index) for index in range(len(value))] if isinstance(value, list) else []  # fmt: skip


@dataclass
class References:
    """Follows references.

    Attributes:
        missing: the references that lead nowhere, as they are written.
    """

    other: Other
    files: dict[str, OpenApiFile | None] = field(default_factory=dict)
    missing: dict[Location, str] = field(default_factory=dict)

    def target(self, schema: Schema) -> Schema | None:
        """The schema that another one refers to; None if it refers to none, or it is not there."""
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return None
        address, _, fragment = ref.partition("#")
        file = self._file(schema.file, unquote(address)) if address else schema.file
        found = _at(file, fragment) if file is not None else None
        if found is None:
            self.missing[schema.location] = ref
        return found

    def _file(self, file: OpenApiFile, address: str) -> OpenApiFile | None:
        key = f"{file.name.rpartition('/')[0]}/{address}"
        if key not in self.files:
            found = None if "://" in address else self.other(file.name, address)
            siblings = file.has_siblings_of_refs
            self.files[key] = OpenApiFile(*found, siblings) if found is not None else None
        return self.files[key]


def _at(file: OpenApiFile, fragment: str) -> Schema | None:
    steps = fragment.strip("/").split("/") if fragment.strip("/") else ()
    found = follow(file.part.value, map(unquote, steps))
    return Schema(file, *found) if found is not None else None
