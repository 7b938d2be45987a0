"""Where schemas from OpenAPI are open, because a description says more than they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dispatch_lint.definitions.model import DefinitionProblem
from dispatch_lint.definitions.openapi_members import unsaid_keywords

if TYPE_CHECKING:
    from dispatch_lint.definitions.openapi_refs import References, Schema

TOO_MANY = "it is made of too many schemas"
DERIVED = "a model that includes it, by its discriminator, may stand for it"


class OpenPlaces:
    """The schemas that are open, of those that kinds are made of.

    Attributes:
        cut: the objects and alternatives of which not all is read.
        polymorphic: the models for which others may stand.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self.cut: dict[tuple[str, Any], Schema] = {}
        self.polymorphic: dict[tuple[str, Any], Schema] = {}
        self._unsaid: dict[tuple[str, Any], tuple[Schema, list[str]]] = {}

    def look_at(self, schema: Schema) -> None:
        """Remember a schema, if it has keywords whose demands are not taken over."""
        if keywords := unsaid_keywords(schema):
            self._unsaid.setdefault(schema.identity, (schema, keywords))

    def notes(self) -> Iterator[DefinitionProblem]:
        """What there is to say about each: references that lead nowhere are among them."""
        for location, ref in self._references.missing.items():
            yield DefinitionProblem(f"open: {ref} was not found", location)
        for schema in self.cut.values():
            yield DefinitionProblem(f"open: {TOO_MANY}", schema.location)
        for schema in self.polymorphic.values():
            yield DefinitionProblem(f"open: {DERIVED}", schema.location)
        for schema, keywords in self._unsaid.values():
            listed = ", ".join(f'"{keyword}"' for keyword in keywords)
            message = f"open: the schema leaves out {listed}"
            yield DefinitionProblem(message, schema.location)
