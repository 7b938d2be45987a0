"""Which fields of a struct and of its embedded structs are on the wire, as in encoding/json."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from dispatch_lint.definitions.model import Field


class Candidate(NamedTuple):
    """A field that a struct may have on the wire.

    Attributes:
        depth: how many embedded structs it is inside.
    """

    field: Field
    depth: int


def promoted(candidates: list[Candidate]) -> list[Field]:
    """The fields on the wire: of each name the shallowest; of equally deep ones the only tagged."""
    by_name: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_name.setdefault(candidate.field.name, []).append(candidate)
    fields = []
    for same_name in by_name.values():
        if len(same_name) == 1:  # nearly always
            fields.append(same_name[0].field)
            continue
        depth = min(candidate.depth for candidate in same_name)
        shallowest = [candidate.field for candidate in same_name if candidate.depth == depth]
        tagged = [field for field in shallowest if field.tagged]
        if len(shallowest) == 1:
            fields += shallowest
        elif len(tagged) == 1:
            fields += tagged
    return fields


def shadowing(candidates: list[Candidate]) -> Iterator[Field]:
    """The fields that hide a field of BaseEntity with the same name."""
    base_depths = {
        candidate.field.name: candidate.depth for candidate in candidates if candidate.field.base
    }
    for field, depth in candidates:
        if not field.base and depth <= base_depths.get(field.name, -1):
            yield field


def with_standard(field: Field, standard: str) -> Field:
    """A field whose name follows another standard, so that it is not read as a foreign key."""
    return field._replace(standard=standard, reference=None)
