"""The field by which OpenAPI tells several models apart: `discriminator`, and its `mapping`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.intersections import intersection
from dispatch_lint.definitions.model import Field, Type
from dispatch_lint.definitions.openapi_members import ALTERNATIVES
from dispatch_lint.definitions.openapi_values import enumeration

if TYPE_CHECKING:
    from dispatch_lint.definitions.openapi_refs import References, Schema

_TEXTS = ("string", "enum", "any")


class Named(NamedTuple):
    """What an alternative has in the field that tells it from the others.

    Attributes:
        field: the name of that field.
        values: those that stand for the alternative.
        place: the schema that says so.
    """

    field: str
    values: tuple[str, ...]
    place: Schema


class Discriminators:
    """Reads the discriminators of a description.

    Args:
        models: those of the description, by their name.
    """

    def __init__(self, references: References, models: dict[str, Schema]) -> None:
        self._references, self._models = references, models
        self._mappings: dict[object, list[tuple[str, Schema]]] = {}
        self._values_of: dict[object, tuple[dict[object, tuple[str, ...]], set[str]]] = {}

    def _mapping(self, schema: Schema) -> list[tuple[str, Schema]]:
        if schema.identity not in self._mappings:
            self._mappings[schema.identity] = [*self._read_mapping(schema)]
        return self._mappings[schema.identity]

    def _read_mapping(self, schema: Schema) -> Iterator[tuple[str, Schema]]:
        """The values that a discriminator maps, each with the model that it stands for."""
        discriminator = schema.get("discriminator")
        mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
        for value, target in mapping.items() if isinstance(mapping, dict) else ():
            if not isinstance(target, str):
                continue
            model = self._models.get(target)
            if model is None:
                at = schema.inside("discriminator", "mapping", value)
                model = self._references.target(at._replace(value={"$ref": target}))
            if model is not None:
                yield str(value), model

    def kinds_of_models(self) -> dict[tuple[str, object], list[str]]:
        """What the field `kind` of models is, as the mappings of others say, by their identity."""
        found: dict[tuple[str, object], list[str]] = {}
        for model in self._models.values():
            if _field_of(model) == "kind":
                for value, target in self._mapping(model):
                    found.setdefault(target.identity, []).append(value)
        return found

    def named(self, alternative: Schema) -> Named | None:
        """What tells one of several schemas from the others; None if no mapping says so.

        The name of a model stands for it too, unless the mapping has it for another one.
        """
        around = _around(alternative)
        field = _field_of(around) if around is not None else ""
        target = self._references.target(alternative) if field else None
        if around is None or target is None:
            return None
        values_of, known = self._values(around)
        if not known:
            return None
        values = values_of.get(target.identity, ())
        return Named(field, values if target.name in known else (*values, target.name), around)

    def _values(self, schema: Schema) -> tuple[dict[object, tuple[str, ...]], set[str]]:
        """The values that a discriminator maps, by the identity of the model, and all of them."""
        if schema.identity not in self._values_of:
            values_of: dict[object, list[str]] = {}
            for value, model in self._mapping(schema):
                values_of.setdefault(model.identity, []).append(value)
            known = {value for values in values_of.values() for value in values}
            by_model = {identity: tuple(values) for identity, values in values_of.items()}
            self._values_of[schema.identity] = by_model, known
        return self._values_of[schema.identity]


def _field_of(schema: Schema) -> str:
    """The name of the field that tells models apart; empty if there is none."""
    discriminator = schema.get("discriminator")
    name = discriminator.get("propertyName") if isinstance(discriminator, dict) else None
    return name if isinstance(name, str) else ""


def _around(alternative: Schema) -> Schema | None:
    """The schema that a schema is one of several alternatives of."""
    *path, key, _ = ("", "", *alternative.path)
    if key not in ALTERNATIVES:
        return None
    root = alternative._replace(path=(), value=alternative.file.part.value)
    return root.inside(*path[2:])


def narrowed(type_: Type, named: Named | None) -> Type:
    """An alternative, if it is an object, with only its own values in the field that names it."""
    if named is None or type_.wire_type != "object" or type_.same_as:
        return type_
    return type_._replace(fields=narrowed_fields(type_.fields, named))


def narrowed_fields(fields: Sequence[Field], named: Named | None) -> tuple[Field, ...]:
    """The fields of an alternative, with only its own values in the field that names it."""
    if named is None or not named.values:
        return tuple(fields)
    return tuple(_narrowed(fields, named))


def _narrowed(fields: Iterable[Field], named: Named) -> Iterator[Field]:
    values = enumeration([*named.values])._replace(nullable=True)
    known = False
    for field in fields:
        known = known or field.name == named.field
        if field.name == named.field and field.type.wire_type in _TEXTS and not field.type.same_as:
            field = field._replace(type=intersection([field.type, values]), reference=None)
        yield field
    if not known:
        yield Field(named.field, named.field, values, "", named.place.location, omitempty=True)
