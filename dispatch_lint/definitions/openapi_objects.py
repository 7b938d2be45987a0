"""What schemas of OpenAPI say of the fields of an object, over `$ref`, `allOf` and alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from dispatch_lint.definitions.openapi_members import FURTHER, Members, with_members
from dispatch_lint.definitions.openapi_notes import TOO_MANY

if TYPE_CHECKING:
    from dispatch_lint.definitions.openapi_notes import OpenPlaces
    from dispatch_lint.definitions.openapi_refs import References, Schema

_MAX_PARTS = 500
"""Schemas that one object is made of, by `allOf` and `$ref`: with more of them, it is open."""
MAX_DEPTH = 60
"""Schemas inside one another, which Python's own stack has to hold."""


class ObjectReader:
    """Reads what objects are made of."""

    def __init__(self, references: References, places: OpenPlaces) -> None:
        self._references, self._places = references, places
        self._members: dict[tuple[object, bool], Members] = {}
        self._names: dict[tuple[str, Any], frozenset[str]] = {}

    def members(self, schema: Schema) -> Members:
        """What a schema says of the fields of an object."""
        key = schema.identity, schema.get("$ref") is None
        if key not in self._members:
            self._members[key] = self._read_members(schema)
        return self._members[key]

    def _read_members(self, schema: Schema) -> Members:
        found = Members({}, {}, [], None, "")
        seen: set[Any] = set()
        pending = [schema]
        while pending:
            part = pending.pop()
            if not isinstance(part.value, dict) or part.identity in seen:
                continue
            if len(seen) == _MAX_PARTS:
                self._places.cut[schema.identity] = schema
                return found._replace(open=TOO_MANY)
            seen.add(part.identity)
            bases = part.parts("allOf")
            if "$ref" in part.value:
                target = self._references.target(part)
                if target is None:
                    found = found._replace(open=found.open or f"{part.get('$ref')} was not found")
                bases = [target] if target is not None else []
                if part.file.has_siblings_of_refs:
                    bases += part.parts("allOf")
            if "$ref" not in part.value or part.file.has_siblings_of_refs:
                found = with_members(found, part)
            pending += reversed(bases)
        return found

    def names(self, schema: Schema, depth: int = 0) -> frozenset[str]:
        """The names of the fields that an object has in each of its alternatives."""
        key = schema.identity
        if key not in self._names:
            members = self.members(schema)
            self._names[key] = found = frozenset(members.properties)
            for alternatives in members.alternatives if depth < MAX_DEPTH else ():
                in_each = [self.names(part, depth + 1) for part in alternatives]
                found |= frozenset.intersection(*in_each)
            self._names[key] = found
        return self._names[key]

    def schemas_of(self, name: str, schema: Schema) -> Iterator[list[Schema]]:
        """The schemas of a field of an object: all that hold for it, in each alternative."""
        pending, seen = [schema], set[Any]()
        while pending:
            part = pending.pop()
            if part.identity in seen:
                continue
            seen.add(part.identity)
            members = self.members(part)
            if name in members.properties:
                yield members.properties[name]
            else:
                pending += reversed([*chain.from_iterable(members.alternatives)])

    def why_open(self, members: Members) -> str:
        """Why an object may have fields that are not declared; empty if it may not."""
        pending, seen = [members], set[Any]()
        while pending:
            members = pending.pop()
            if members.open or members.additional is not None:
                return members.open or FURTHER
            for schema in (schema for schemas in members.alternatives for schema in schemas):
                if schema.identity in self._places.cut:
                    return TOO_MANY
                if schema.identity not in seen:
                    seen.add(schema.identity)
                    pending.append(self.members(schema))
        return ""
