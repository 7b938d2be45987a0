"""OpenAPI models → `EntityType`: Swagger 2.0 `definitions`, OpenAPI 3 `components.schemas`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from dispatch_lint.definitions.kind_names import why_no_kind
from dispatch_lint.definitions.model import (
    DefinitionProblem,
    EntityType,
    Enumeration,
    Skipped,
    models_of,
)
from dispatch_lint.definitions.openapi_refs import OpenApiFile, References, Schema
from dispatch_lint.definitions.openapi_types import SchemaReader

if TYPE_CHECKING:
    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.reading import Description

_RoleName = Literal["entity", "value", ""]


class OpenApiReader:
    """Reads the entity types of one description.

    Attributes:
        skipped: the models that are nearly kinds, and why they are none.
    """

    def __init__(self, description: Description, conventions: Conventions, budget: Budget) -> None:
        self._conventions, self._kind_of = conventions, description.kind_of
        models, path = models_of(description.part.value)
        file = OpenApiFile(description.name, description.part)
        self._models = {name: Schema(file, (*path, name), model) for name, model in models.items()}
        references = References(description.other)
        self._reader = SchemaReader(references, conventions, budget, self._kind_of_model)
        self._bases = set(_only_bases(file.part.value, path))
        self._roles: dict[str, tuple[_RoleName, str]] = {}
        self.skipped: list[Skipped] = []

    @property
    def notes(self) -> list[DefinitionProblem]:
        """Where what was read is open, and why."""
        return list(self._reader.notes())

    def entity_types(self) -> list[EntityType]:
        """The models that are entities: by the settings, or because of a kind and a name.

        Models that only have the name of a kind are included if there is an entity among the
        models: else it is the API of something else, which also has, say, an Image.
        """
        for name, model in self._models.items():
            self._roles[name] = self._role(name, model)
        entities = [name for name, (role, _) in self._roles.items() if role == "entity"]
        if not entities:
            return []
        kinds = [self._canonical(name) for name in entities]
        self._reader.kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        return [
            self._entity_type(self._models[name], role, why)
            for name, (role, why) in self._roles.items()
            if role
        ]

    def _canonical(self, name: str) -> str:
        return self._kind_of(name) or self._conventions.aliases.get(name, name)

    def _kind_of_model(self, schema: Schema) -> str:
        """The kind of a model that is an entity; empty for another one."""
        model = self._models.get(schema.name)
        if model is None or model.identity != schema.identity:
            return ""
        return self._canonical(schema.name) if self._roles[schema.name][0] == "entity" else ""

    def _role(self, name: str, model: Schema) -> tuple[_RoleName, str]:
        """What a model declares, and why."""
        if self._kind_of(name):
            return "entity", "the setting kinds"
        names = self._reader.members(model).properties.keys()
        known = self._canonical(name) in self._conventions.kinds
        if {"kind", "name"} <= names:
            chosen = self._conventions.chosen(model.file.name, "", name)
            reason = "" if known or chosen.state == "named" else why_no_kind(name, names)
            if name in self._bases and not known:
                reason = "it only serves as a base, in allOf"
            if chosen.state == "excluded":
                reason = chosen.why
            if not reason:
                return "entity", "it has a kind and a name"
            self.skipped.append(Skipped(name, reason, model.location))
            return "", ""
        return ("value", "it has the name of a kind") if known else ("", "")

    def _entity_type(self, model: Schema, role: str, why: str) -> EntityType:
        reader, name = self._reader, model.name
        reader.kind, reader.definition = self._canonical(name), model.location
        members = reader.members(model)
        standard = self._conventions.standards.get(name, "")
        description = model.get("description")
        return EntityType(
            kind=reader.kind,
            name=name,
            form="manifest",
            description=description if isinstance(description, str) else "",
            fields=reader.fields(members, standard, (model.identity,)),
            location=model.location,
            aliases=(name,) if name in self._conventions.aliases else (),
            statuses=self._statuses(members.properties.get("status")),
            value=role == "value",
            language="OpenAPI",
            why=why,
            open=reader.why_open(members),
        )

    def _statuses(self, schema: Schema | None) -> Enumeration | None:
        if schema is None:
            return None
        target = self._reader.references.target(schema) or schema
        values = target.get("enum")
        if not isinstance(values, list):
            return None
        location = target.location
        texts = tuple((value, location) for value in values if isinstance(value, str))
        return Enumeration(target.name, texts, location)


def _only_bases(description: Any, path: tuple[str, ...]) -> Iterator[str]:
    """The names of the models to which nothing refers but the `allOf` of other models."""
    prefix = f"#/{'/'.join(path)}/"
    based: set[str] = set()
    used: set[str] = set()
    pending: list[tuple[tuple[Any, ...], Any]] = [((), description)]
    while pending:
        where, value = pending.pop()
        if isinstance(value, dict):
            ref = value.get("$ref")
            if isinstance(ref, str) and ref.startswith(prefix):
                inherits = len(where) == len(path) + 3 and where[-2] == "allOf"
                (based if inherits else used).add(ref[len(prefix) :])
            pending += [((*where, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            pending += [((*where, index), inner) for index, inner in enumerate(value)]
    yield from based - used
