"""OpenAPI models → `EntityType`: Swagger 2.0 `definitions`, OpenAPI 3 `components.schemas`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dispatch_lint.definitions.intersections import intersection
from dispatch_lint.definitions.kind_names import (
    can_be_kind,
    values_of_kind,
    why_never_named,
    why_no_kind,
    why_other_model,
)
from dispatch_lint.definitions.model import (
    DefinitionProblem,
    EntityType,
    Enumeration,
    Skipped,
    Type,
    models_of,
)
from dispatch_lint.definitions.openapi_refs import OpenApiFile, References, Schema
from dispatch_lint.definitions.openapi_types import SchemaReader
from dispatch_lint.definitions.recursion import are_small, opened, without_recursion

if TYPE_CHECKING:
    from dispatch_lint.definitions.budget import Budget
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.openapi_refs import Other
    from dispatch_lint.text.tree import Part

_RoleName = Literal["entity", "value", ""]


@dataclass(frozen=True)
class Description:
    """One OpenAPI description.

    Attributes:
        part: the description as a tree, from which locations are computed.
        kind_of: the kind that the settings give a model, by its name.
        other: reads a file that another one refers to.
    """

    name: str
    part: Part
    kind_of: Callable[[str], str | None] = field(default=lambda _: None)
    other: Other = field(default=lambda *_: None)


class OpenApiReader:
    """Reads the entity types of one description.

    Attributes:
        skipped: the models that are nearly kinds, and why they are none.
    """

    def __init__(self, description: Description, conventions: Conventions, budget: Budget) -> None:
        self._conventions, self._kind_of = conventions, description.kind_of
        self._budget = budget
        models, path = models_of(description.part.value)
        version = str(description.part.value.get("openapi", ""))
        later = re.match(r"3\.[1-9]|[4-9]", version) is not None
        file = OpenApiFile(description.name, description.part, later)
        self._models = {name: Schema(file, (*path, name), model) for name, model in models.items()}
        references = References(description.other)
        self._reader = SchemaReader(
            references, self._models, conventions, budget, self._kind_of_model
        )
        based, used = _based_and_used(file.part.value, path)
        self._only_bases = based - used
        self._reader.bases = frozenset((file.name, (*path, name)) for name in based)
        self._roles: dict[str, tuple[_RoleName, str]] = {}
        self._chosen: set[str] = set()
        """The models that are entities because the settings name them."""
        self._declared: dict[str, str] = {}
        """The kind that entities declare as the only value of their field `kind`, by their name."""
        self.skipped: list[Skipped] = []

    @property
    def notes(self) -> list[DefinitionProblem]:
        """Where what was read is open, and why."""
        return list(self._reader.places.notes())

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
        self._declared = self._declared_kinds(entities)
        entities = [name for name in entities if self._can_be_named(name)]
        if not entities:
            return []
        kinds = [self._canonical(name) for name in entities]
        self._reader.kinds = tuple(dict.fromkeys([*kinds, *sorted(self._conventions.kinds)]))
        types = []
        for name, (role, why) in self._roles.items():
            model = self._models[name]
            if role:
                if not self._budget.allows(model.location):
                    break  # each of the others would still cost what its own fields do
                types.append(self._entity_type(model, role, why))
                self._budget.spend_kind()
        return types

    def _canonical(self, name: str) -> str:
        declared = self._declared.get(name, name)
        return self._kind_of(name) or self._conventions.aliases.get(declared, declared)

    def _declared_kinds(self, entities: Sequence[str]) -> dict[str, str]:
        """The only kind that models may have, as they or a mapping say, if no other model has it."""
        mapped = self._reader.discriminators.kinds_of_models()
        declared = {
            name: self._declared_kind(self._models[name])
            or _only(mapped.get(self._models[name].identity, ()))
            for name in entities if name not in self._conventions.kinds
        }  # fmt: skip
        values = {name: kind for name, kind in declared.items() if can_be_kind(kind)}
        taken = Counter([*values.values(), *(name for name in entities if name not in values)])
        return {name: kind for name, kind in values.items() if taken[kind] == 1}

    def _declared_kind(self, model: Schema) -> str:
        """The only value that the field `kind` of a model may have, as the model itself says."""
        found: set[str] = set()
        for schemas in self._reader.objects.schemas_of("kind", model):
            own = [schema for schema in schemas if _is_in(model, schema)]
            values = values_of_kind(self._intersection(own)) if own else set[str]()
            if not values:
                return ""  # what it inherits is the kind of another model
            found |= values
        return _only(found)

    def _intersection(self, schemas: Sequence[Schema]) -> Type:
        return intersection([self._reader.type(schema, ()) for schema in schemas])

    def _can_be_named(self, name: str) -> bool:
        """Whether the field `kind` of an entity may be its name; else it is none after all."""
        reason = "" if name in self._chosen else self._why_never_named(self._models[name])
        if reason:
            self.skipped.append(Skipped(name, reason, self._models[name].location))
            self._roles[name] = "", ""
        return not reason

    def _why_never_named(self, model: Schema) -> str:
        kind, aliases = self._canonical(model.name), self._conventions.aliases
        names = {kind, model.name}
        names |= {alias for alias, canonical in aliases.items() if canonical == kind}
        reasons = []
        for schemas in self._reader.objects.schemas_of("kind", model):
            type_ = self._intersection(schemas)
            # A base may say that its kind is its own name, although other models inherit that.
            bases = {str(schema.path[len(model.path) - 1]) for schema in schemas
                     if len(schema.path) >= len(model.path)}  # fmt: skip
            reason = why_never_named(type_, names | bases)
            if "kind" not in self._reader.objects.members(model).properties and not reason:
                own = any(_is_in(model, schema) for schema in schemas)
                if not (own or values_of_kind(type_) & names):
                    reason = "it has a kind and a name, but only as one of several other models"
            reasons.append(reason)
        return "" if "" in reasons else next(iter(reasons), "")

    def _kind_of_model(self, schema: Schema) -> str:
        """The kind of a model that is an entity; empty for another one."""
        model = self._models.get(schema.name)
        if model is None or model.identity != schema.identity:
            return ""
        return self._canonical(schema.name) if self._roles[schema.name][0] == "entity" else ""

    def _role(self, name: str, model: Schema) -> tuple[_RoleName, str]:
        """What a model declares, and why."""
        if self._kind_of(name):
            self._chosen.add(name)
            return "entity", "the setting kinds"
        names = self._reader.objects.names(model)
        known = self._canonical(name) in self._conventions.kinds
        if {"kind", "name"} <= names:
            chosen = self._conventions.chosen(model.file.name, "", name)
            named = chosen.state == "named" and can_be_kind(name)
            reason = "" if known or named else self._no_model(name, model, names)
            if name in self._only_bases and not known:
                reason = "it only serves as a base, in allOf"
            if chosen.state == "excluded":
                reason = chosen.why
            if named:
                self._chosen.add(name)
            if not reason:
                return "entity", "it has a kind and a name"
            self.skipped.append(Skipped(name, reason, model.location))
            return "", ""
        return ("value", "it has the name of a kind") if known else ("", "")

    def _no_model(self, name: str, model: Schema, names: Collection[str]) -> str:
        """Why a model with a kind and a name is no entity; empty if it is one."""
        reason = why_no_kind(name, names)
        if reason or not self._conventions.statuses:
            return reason
        own = self._statuses(
            self._reader.objects.members(model).properties.get("status", [None])[0]
        )
        return why_other_model(own.texts, self._conventions.statuses) if own is not None else ""

    def _entity_type(self, model: Schema, role: str, why: str) -> EntityType:
        reader, name = self._reader, model.name
        reader.start(self._canonical(name), model.location)
        members = reader.objects.members(model)
        standard = self._conventions.standards.get(name, "")
        description = model.get("description")
        fields = reader.fields(members, standard, (model.identity,))
        further = reader.further(members, (model.identity,))
        why_open = reader.objects.why_open(members)
        reader.close(model, Type("object", fields=fields, item=further, open=why_open))
        recursive = reader.recursive
        if not are_small(recursive):
            fields, recursive = tuple(without_recursion(fields)), {}
            further = opened(further) if further is not None else None
        return EntityType(
            kind=reader.kind,
            name=name,
            form="manifest",
            description=description if isinstance(description, str) else "",
            fields=fields,
            location=model.location,
            aliases=(name,) if name in self._conventions.aliases else (),
            statuses=self._statuses(members.properties.get("status", [None])[0]),
            value=role == "value",
            language="OpenAPI",
            why=why,
            open=why_open,
            further=further,
            recursive=tuple(recursive.items()),
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


def _only(kinds: Collection[str]) -> str:
    """The kind that is alone; empty if there are several, or none."""
    return next(iter(kinds)) if len(kinds) == 1 else ""


def _is_in(model: Schema, schema: Schema) -> bool:
    """Whether a schema is a part of a model, and not of one that it refers to."""
    return schema.file is model.file and schema.path[: len(model.path)] == model.path


def _based_and_used(description: Any, path: tuple[str, ...]) -> tuple[set[str], set[str]]:
    """The names of the models that others include by `allOf`, and of those that are referred to."""
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
    return based, used
