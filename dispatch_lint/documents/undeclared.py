"""Fields that no schema declares, and what they were probably meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.document import Document, Undeclared
from dispatch_lint.naming import lower_camel, nearest, read_foreign_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.schema.shape import Shape
    from dispatch_lint.violation import Path


def find_undeclared(document: Document, kinds: tuple[str, ...]) -> list[Undeclared]:
    """Every undeclared field of a document, those inside declared objects included."""
    found: list[Undeclared] = []
    _collect(document.value, document.schema.shape, (), found, kinds)
    return found


MAX_GUESSES = 100
"""Undeclared fields of a document for which the nearest declared one is looked for."""


def repair(document: Document, reported: set[Path]) -> None:
    """Put misspelled fields under the names that they stand for, in a copy.

    One cause, one violation: what is reported as a slip is then judged as what was meant.
    """
    slips = [one for one in document.undeclared if one.meant and one.path in reported]
    if not slips:
        return
    document._uses = None
    renamed: dict[Path, str] = {}
    document.entity = _renamed(document.value, (), (), slips, renamed)
    document.renamed = renamed


def _renamed(
    value: Any, path: Path, new_path: Path, slips: list[Undeclared], renamed: dict[Path, str]
) -> Any:
    depth = len(path)
    inside = [slip for slip in slips if slip.path[:depth] == path]
    if not inside:
        return value
    if isinstance(value, list):
        return [
            _renamed(item, (*path, index), (*new_path, index), inside, renamed)
            for index, item in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    names = {slip.name: slip.meant for slip in inside if len(slip.path) == depth + 1}
    result: dict[str, Any] = {}
    for name, inner in value.items():
        new = names.get(name) or name
        if new != name:
            renamed[(*new_path, new)] = name
        result[new] = _renamed(inner, (*path, name), (*new_path, new), inside, renamed)
    return result


def _collect(
    value: Any, shape: Shape, path: Path, found: list[Undeclared], kinds: tuple[str, ...]
) -> None:
    if isinstance(value, dict) and shape.properties:
        for name, inner in value.items():
            known = shape.properties.get(name)
            if known is None:
                if shape.values is None:
                    guess = len(found) < MAX_GUESSES
                    found.append(_read_undeclared(name, inner, value, shape, path, kinds, guess))
            elif isinstance(inner, dict | list) and (known.properties or known.items):
                _collect(inner, known, (*path, name), found, kinds)
    elif isinstance(value, list) and shape.items is not None:
        for index, item in enumerate(value):
            if isinstance(item, dict):
                _collect(item, shape.items, (*path, index), found, kinds)


def _read_undeclared(
    name: str, value: Any, parent: Mapping[str, Any], shape: Shape,
    path: Path, kinds: tuple[str, ...], guess: bool,
) -> Undeclared:  # fmt: skip
    # A field that is there already is not the one that was meant.
    free = [one for one in shape.properties if one not in parent]
    lowered = {one.lower(): one for one in free}
    meant = lowered.get(name.lower())
    case_only = meant is not None
    if meant is None:
        camel = lower_camel(name)
        foreign = read_foreign_key(name, kinds)
        proper = [camel, foreign.proper if foreign else "", foreign.stem if foreign else ""]
        # `imageName` for `image`, but also `image` for `imageName`, as the schema has it.
        if shape.stems is None:
            shape.stems = {one: _stem(one, kinds) for one in shape.properties}
        stems = {shape.stems[one]: one for one in free}
        proper += [stems[one] for one in (camel, *proper) if one and one in stems]
        meant = next((one for one in proper if one in free), None)
    if meant is None and guess and len(name) <= 64:
        meant = nearest(name, free, cutoff=0.7 if len(name) > 4 else 0.6)
    return Undeclared((*path, name), name, value, meant, case_only, shape.closed, shape)


def _stem(name: str, kinds: tuple[str, ...]) -> str:
    foreign = read_foreign_key(name, kinds)
    return foreign.stem if foreign and foreign.suffix else ""
