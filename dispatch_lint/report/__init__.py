"""Reports: each output format is a module with a function `report(Outcome) -> Iterator[str]`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.model.violation import Severity
from dispatch_lint.report import formats as own_formats

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

    from dispatch_lint.documents.document import Document
    from dispatch_lint.engine.summary import Declared, Summary
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Rule


class Outcome(NamedTuple):
    """What a report shows.

    Attributes:
        declared: infos about declared names, counted by field.
        color: whether escape sequences for colours are used.
        line: returns a line of a file by its number, for excerpts; empty where it cannot be read.
        hidden: violations that the baseline hides.
        find_rules: returns all rules by name.
        entities: returns the documents that were checked, for a graph of them; none where there
            are too many.
        fail_level: the lowest severity that makes the exit code 1.
        about: what is to be known of the run: names and values, such as `command`.
        columns: the width of the terminal that shows the report; None where none does.
    """

    violations: list[Violation]
    declared: list[Declared]
    summary: Summary
    color: bool
    line: Callable[[str, int], str]
    hidden: Sequence[Violation] = ()
    find_rules: Callable[[], Mapping[str, type[Rule]]] = dict
    entities: Callable[[], Iterable[Document]] = tuple
    fail_level: Severity = Severity.WARNING
    about: Sequence[tuple[str, str]] = ()
    columns: int | None = None

    @property
    def rules(self) -> Mapping[str, type[Rule]]:
        """All rules by name. They are loaded on first use, by the formats that explain them."""
        return self.find_rules()


Format = Callable[[Outcome], Iterator[str]]


GROUP = "dispatch_lint.formats"
"""The group of entry points for formats of other packages; each names a module."""


def formats() -> list[str]:
    """The names of all formats, built-in ones and those of other packages."""
    return sorted({*built_in_formats(), *_installed().names})


def _installed() -> EntryPoints:
    """The formats of other packages. What finds them takes long to import."""
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def built_in_formats() -> list[str]:
    """The names of the formats that come with dispatch-lint."""
    return [module.name for module in iter_modules(own_formats.__path__)]


def is_our_own(name: str) -> bool:
    """Whether a format is a built-in one."""
    return name in built_in_formats()


def _module(name: str) -> Any:
    if is_our_own(name):
        return import_module(f"{own_formats.__name__}.{name}")
    return _installed()[name].load()


def format_named(name: str) -> Format:
    """A format by its name."""
    report: Format = _module(name).report
    return report


def files_of(name: str, outcome: Outcome) -> dict[str, str] | None:
    """The files that a format writes to a folder, by name; None for a format with a single text."""
    files = getattr(_module(name), "files", None)
    return files(outcome) if files is not None else None


def lists_declared(name: str) -> bool:
    """Whether a format lists every info about a declared name, instead of counting them."""
    return bool(getattr(_module(name), "LISTS_DECLARED", False))


def is_for_people(name: str) -> bool:
    """Whether a format is to be read in a terminal; the text of others is UTF-8 wherever it goes."""
    return bool(getattr(_module(name), "FOR_PEOPLE", False))
