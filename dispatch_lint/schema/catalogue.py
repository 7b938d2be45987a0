"""The catalogue: all kinds known to a run, each with its schemas."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.errors import Setting
from dispatch_lint.model.reference import Form, ReferenceTarget
from dispatch_lint.naming import did_you_mean, nearest, plural
from dispatch_lint.schema.kind_schema import DERIVED, CatalogueError, KindSchema
from dispatch_lint.schema.shape import schema_of_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch_lint.schema.shape import Schema, Shape

ORGANIZATION_FIELD = "organizationId"
_MAX_NEAR = 1_000
"""Misspelled kinds whose nearest kind is cached."""


@dataclass(eq=False, repr=False)
class Kind:
    """One entity type.

    Attributes:
        ignored: `dispatch create -f` skips it.
        nested: in every form, it exists only as a value inside other entities.
    """

    name: str
    aliases: tuple[str, ...] = ()
    forms: dict[Form, KindSchema] = field(default_factory=dict)
    ignored: bool = False
    nested: bool = False


class Catalogue:
    """All kinds known to a run.

    Args:
        schemas: the schemas by the name that messages give them. They are changed.
        aliases: more names of kinds, by canonical name.
        references: the foreign keys of the settings: `Kind.field` → reference, or None for none.
        organization_field: the field of stored entities that has their organization.
        kind_field: whether stored entities have a `kind`.
        shared: for schemas that were made from definitions in this run, see `KindSchema.shared`.

    Attributes:
        containers: the kinds that exist only inside entities of another kind, with that kind:
            ServicePlan is in ServiceClass.
        unused: messages about names in the settings that no type has.
    """

    def __init__(
        self, schemas: Mapping[str, Schema], *,
        aliases: Mapping[str, tuple[str, ...]] | None = None,
        references: Mapping[str, ReferenceTarget | None] | None = None,
        organization_field: str = ORGANIZATION_FIELD,
        kind_field: Literal["optional", "required", "forbidden"] = "optional",
        shared: dict[int, Shape] | None = None,
    ) -> None:  # fmt: skip
        self.organization_field, self._shared = organization_field, shared
        self.unused: tuple[str, ...] = ()
        self._base: dict[str, Schema] = {}
        self._kinds: dict[str, Kind] = {}
        for file, schema in schemas.items():
            self._add(file, schema, kind_field)
        for name, kind in self._kinds.items():
            kind.aliases = tuple(dict.fromkeys([*kind.aliases, *(aliases or {}).get(name, ())]))
        self._names = {alias: kind for kind in self._kinds.values() for alias in kind.aliases}
        self._names |= self._kinds
        self.containers: dict[str, str] = {}
        self._near: dict[str, Kind | None] = {}
        self._fallback: dict[tuple[str, Form], KindSchema] = {}
        self._initialisms: dict[Form, dict[str, dict[bool, int]]] = {}
        self._override(references or {})
        for kind_schema in self.schemas:
            kind_schema.containers = self.containers
            for route in kind_schema.contained:
                shape = route.shape
                inner = shape.kind or (shape.items.kind if shape.items else "")
                self.containers.setdefault(inner, kind_schema.kind)

    def _add(self, file: str, schema: Schema, kind_field: str) -> None:
        name, form = schema.get("x-dispatch-kind"), schema.get("x-dispatch-form")
        if not isinstance(name, str) or form not in ("stored", "manifest"):
            return
        if form == "stored":
            self._apply_open_questions(schema, kind_field)
        if name == BASE:
            self._base[form] = schema
            return
        nested = bool(schema.get("x-dispatch-nested"))
        kind = self._kinds.setdefault(name, Kind(name, nested=nested))
        kind.nested = kind.nested and nested
        kind.aliases = tuple(dict.fromkeys([*kind.aliases, *schema.get("x-dispatch-aliases", ())]))
        kind.ignored = kind.ignored or bool(schema.get("x-dispatch-ignored"))
        kind.forms[form] = KindSchema(name, form, schema, file, shared=self._shared)

    def _apply_open_questions(self, schema: Schema, kind_field: str) -> None:
        properties, required = schema["properties"], schema.get("required", [])
        if self.organization_field != ORGANIZATION_FIELD and ORGANIZATION_FIELD in properties:
            properties[self.organization_field] = properties.pop(ORGANIZATION_FIELD)
            schema["required"] = required = [
                self.organization_field if name == ORGANIZATION_FIELD else name for name in required
            ]
        if kind_field == "required":
            schema["required"] = [*required, "kind"]
        elif kind_field == "forbidden":
            properties.pop("kind", None)

    def _no_kind(self, setting: str, kind: str) -> CatalogueError:
        hint = did_you_mean(kind, self._kinds)
        message = f'references: "{setting}": there is no kind "{kind}"{hint}'
        return CatalogueError(message, setting=Setting("references", setting))

    def _override(self, references: Mapping[str, ReferenceTarget | None]) -> None:
        """Set the foreign keys that the settings declare."""
        for name, reference in references.items():
            kind_name, _, field_name = name.partition(".")
            kind = self.resolve(kind_name)
            if kind is None:
                raise self._no_kind(name, kind_name)
            if reference is not None and self.resolve(reference.kind) is None:
                raise self._no_kind(name, reference.kind)
            routes = [
                route
                for schema in kind.forms.values()
                for route in schema.routes
                if str(route).replace(".*", "") == field_name
            ]
            if not routes:
                message = f'references: {kind_name} has no field "{field_name}"'
                raise CatalogueError(message, setting=Setting("references", name))
            for route in routes:
                route.shape.reference = reference

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kinds, by canonical name."""
        return MappingProxyType(self._kinds)

    def add_names(self, known: Catalogue) -> None:
        """Add the kinds of another catalogue, by name and aliases only."""
        for name, kind in known.kinds.items():
            self._kinds.setdefault(name, Kind(name, kind.aliases, nested=kind.nested))

    def resolve(self, name: str) -> Kind | None:
        """The kind of a canonical name or alias."""
        return self._names.get(name)

    @property
    def names(self) -> dict[str, str]:
        """The canonical name of a kind, by each of its names, aliases included."""
        return {name: kind.name for name, kind in self._names.items()}

    @cached_property
    def kind_names(self) -> tuple[str, ...]:
        """The canonical name of every kind."""
        return tuple(self.kinds)

    @cached_property
    def document_kinds(self) -> dict[str, Kind]:
        """The kinds that a document of its own can have, aliases included."""
        return {name: kind for name, kind in self._names.items() if not kind.nested}

    def near(self, name: str) -> Kind | None:
        """The kind that a misspelled name probably stands for.

        Only small differences count: a longer word that contains the name of a kind is not near.
        """
        if len(name) > 64:
            return None
        if name not in self._near:
            if len(self._near) >= _MAX_NEAR:
                self._near.clear()
            self._near[name] = self._nearest(name)
        return self._near[name]

    def _nearest(self, name: str) -> Kind | None:
        plain = name.replace("-", "").replace("_", "")
        cutoff = 0.8 if len(plain) > 3 else 0.6
        likely = [kind for kind in self.document_kinds if abs(len(kind) - len(plain)) <= 2]
        # `policies` is further from `Policy` than words may be that mean something else.
        many = (kind for kind in likely if plural(kind).lower() == plain.lower())
        match = next(many, None) or nearest(plain, likely, cutoff=cutoff)
        return None if match is None else self.document_kinds[match]

    def schema(self, kind: str, form: Form) -> KindSchema:
        """The schema of a kind in a form; the base schema if the kind has none of its own."""
        declared = self._kinds.get(kind)
        if declared is not None and form in declared.forms:
            return declared.forms[form]
        key = (kind, form)
        fallback = self._fallback.get(key)
        if fallback is None:
            base = self._base.get(form, {"type": "object"})
            fallback = self._fallback[key] = KindSchema(kind, form, base, only_base=True)
            # All fallbacks of a form have one schema: what is derived from it is computed once.
            first = self._fallback.setdefault(("", form), fallback)
            vars(fallback).update({name: getattr(first, name) for name in DERIVED})
        return fallback

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The values of the field `status` that BaseEntity declares (guide, Status)."""
        values = schema_of_field(self._base.get("stored", {}), "status").get("enum", ())
        return tuple(value for value in values if isinstance(value, str))

    @property
    def schemas(self) -> Iterable[KindSchema]:
        """Every schema of every kind."""
        return [schema for kind in self.kinds.values() for schema in kind.forms.values()]

    def initialisms(self, form: Form) -> dict[str, dict[bool, int]]:
        """How often declared fields spell an initialism in capitals (True) or camel (False).

        A declared field counts once, however many kinds have it by inheritance or as a value;
        fields that follow another standard do not count.
        """
        if form not in self._initialisms:
            from dispatch_lint.schema.initialisms import count_spellings

            self._initialisms[form] = count_spellings(self.schemas, form)
        return self._initialisms[form]

    def count_initialisms_together(self) -> None:
        """Let both forms have one count of spellings: that of the fields of both.

        Code that spells a field otherwise in each form has to be changed in one of them.
        """
        from dispatch_lint.schema.initialisms import added

        together = added(self.initialisms("stored"), self.initialisms("manifest"))
        self._initialisms = {"stored": together, "manifest": together}
