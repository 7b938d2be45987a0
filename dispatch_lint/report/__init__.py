"""Reports: one file an output format. A format is a function `(Outcome) -> Iterator[str]`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.report import formats as own_formats

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.engine.summary import Declared, Summary
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Rule


class Outcome(NamedTuple):
    """What a report shows.

    Attributes:
        declared: infos about declared names, counted by field.
        color: whether escape sequences may be used.
        line: the text of a line of a file, for excerpts; empty where it cannot be had.
        hidden: violations that the baseline knows.
        find_rules: gives every rule there is, by name.
        entities: gives the documents that were checked, for a picture of them; none where they
            are too many.
    """

    violations: list[Violation]
    declared: list[Declared]
    summary: Summary
    color: bool
    line: Callable[[str, int], str]
    hidden: Sequence[Violation] = ()
    find_rules: Callable[[], Mapping[str, type[Rule]]] = dict
    entities: Callable[[], Iterable[Document]] = tuple

    @property
    def rules(self) -> Mapping[str, type[Rule]]:
        """Every rule there is, by name; looked up for the formats that explain them."""
        return self.find_rules()


Format = Callable[[Outcome], Iterator[str]]


GROUP = "dispatch_lint.formats"
"""Entry points of other packages: each a module like those here."""


def formats() -> list[str]:
    """The names of all formats: those of the modules here, and of entry points."""
    return sorted({*_own(), *(entry.name for entry in entry_points(group=GROUP))})


def _own() -> list[str]:
    return [module.name for module in iter_modules(own_formats.__path__)]


def is_our_own(name: str) -> bool:
    """Whether a format is one of the modules here."""
    return name in _own()


def _module(name: str) -> Any:
    if is_our_own(name):
        return import_module(f"{own_formats.__name__}.{name}")
    entry = next(entry for entry in entry_points(group=GROUP) if entry.name == name)
    return entry.load()


def format_named(name: str) -> Format:
    """The format of a name."""
    report: Format = _module(name).report
    return report


def files_of(name: str, outcome: Outcome) -> dict[str, str] | None:
    """The files that a format writes into a folder, by name; None for a format of one text."""
    files = getattr(_module(name), "files", None)
    return files(outcome) if files is not None else None


def lists_declared(name: str) -> bool:
    """Whether a format lists every info about a declared name instead of folding them."""
    return bool(getattr(_module(name), "LISTS_DECLARED", False))
