"""The catalogue: all kinds known to a run, each with its schemas."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from dispatch_lint.definitions.model import BASE
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.reference import Form, Reference
from dispatch_lint.naming import nearest
from dispatch_lint.schema.native import native_validator
from dispatch_lint.schema.shape import Route, Schema, Shape, compile_shape, routes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jsonschema_rs import Validator

ORGANIZATION_FIELD = "organizationId"
EDITOR_FILE = "dispatch.schema.json"
MAX_REMEMBERED = 1_000
"""Misspelled kinds of which it is remembered what they were meant to be."""


class CatalogueError(UserError):
    """A schema or definition that cannot be used; the message names its file."""


@dataclass(eq=False, repr=False)
class KindSchema:
    """One kind in one form."""

    kind: str
    form: Form
    schema: Schema
    file: str = ""
    only_base: bool = False
    """Whether the kind has no schema of this form, so that only the base fields are known."""
    containers: Mapping[str, str] = field(default_factory=dict)
    """Shared by the catalogue: see `Catalogue.containers`."""

    @cached_property
    def shape(self) -> Shape:
        return compile_shape(self.schema)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every declared field."""
        return tuple(routes(self.shape))

    @cached_property
    def references(self) -> tuple[Route, ...]:
        """The declared fields that are foreign keys."""
        return tuple(route for route in self.routes if route.shape.reference)

    @cached_property
    def owners(self) -> dict[Route, Route]:
        """Foreign keys to a contained kind → the sibling that names the container.

        `servicePlan` names a plan inside the class that `serviceClass` names (FACTS, Stores).
        """
        return {
            route: sibling
            for route in self.references
            for sibling in self.references
            if route.shape.reference and sibling.shape.reference
            and self.containers.get(route.shape.reference.kind) == sibling.shape.reference.kind
            and route.steps[:-1] == sibling.steps[:-1]
        }  # fmt: skip

    @cached_property
    def reference_plan(self) -> tuple[tuple[str, Route, Reference, Route | None, bool], ...]:
        """Each foreign key by the first step of its route, with the route of its container.

        The last says that it is at the top of the entity, and its text the name itself.
        """
        plan = []
        for route in self.references:
            reference = route.shape.reference
            assert reference is not None
            plain = len(route.steps) == 1 and not reference.key and not reference.prefix
            plan.append((route.steps[0], route, reference, self.owners.get(route), plain))
        return tuple(plan)

    @cached_property
    def _names_kinds(self) -> bool:
        """Whether the schema has entities as values at all; to compile every shape takes longer."""
        return any("x-dispatch-kind" in inner for inner in _inside(self.schema))

    @cached_property
    def contained(self) -> tuple[Route, ...]:
        """The declared fields that hold entities as values, such as the plans of a class."""
        if not self._names_kinds:
            return ()  # nearly always
        return tuple(
            route for route in self.routes
            if route.shape.kind or (route.shape.items and route.shape.items.kind)
        )  # fmt: skip

    @cached_property
    def validator(self) -> Validator:
        """The native validator, which only ever says yes or no."""
        try:
            return native_validator()(self.schema, validate_formats=False, retriever=_refuse)
        except ValueError as error:
            reason = str(error).split("\n", 1)[0]  # the rest speaks of no document
            raise CatalogueError(f"{self.file}: {reason}") from error

    @cached_property
    def explainer(self) -> Any:
        """The validator that says why, slowly."""
        from dispatch_lint.schema.validation import explainer_class

        return explainer_class()(self.schema)


def _refuse(address: str) -> NoReturn:
    """No schema makes a run read a file, or ask a network, that the settings do not name."""
    raise ValueError("a schema has to hold all that it refers to")


@dataclass(eq=False, repr=False)
class Kind:
    """One entity type."""

    name: str
    aliases: tuple[str, ...] = ()
    forms: dict[Form, KindSchema] = field(default_factory=dict)
    ignored: bool = False
    """`dispatch create -f` skips it."""
    nested: bool = False
    """Only a value inside another entity, in every form."""


_WORKED_OUT = tuple(
    name for name, one in vars(KindSchema).items()
    if isinstance(one, cached_property) and name != "explainer"
)  # fmt: skip
"""What a schema says, whatever the kind is called."""


class Catalogue:
    """All kinds known to a run.

    Args:
        schemas: the schema files, by a name for messages.
        aliases: further names of kinds, by canonical name.
        references: what the settings say of fields: `Kind.field` → reference, or None.
        organization_field: how stored entities name their organization.
        kind_field: whether stored entities have a `kind`.
    """

    def __init__(
        self, schemas: Mapping[str, Schema], *,
        aliases: Mapping[str, tuple[str, ...]] | None = None,
        references: Mapping[str, Reference | None] | None = None,
        organization_field: str = ORGANIZATION_FIELD,
        kind_field: Literal["optional", "required", "forbidden"] = "optional",
    ) -> None:  # fmt: skip
        self.organization_field = organization_field
        self._base: dict[str, Schema] = {}
        self.kinds: dict[str, Kind] = {}
        for file, schema in schemas.items():
            self._add(file, schema, kind_field)
        for name, kind in self.kinds.items():
            more = (aliases or {}).get(name, ())
            kind.aliases = tuple(dict.fromkeys([*kind.aliases, *more]))
        self._names = {alias: kind for kind in self.kinds.values() for alias in kind.aliases}
        self._names |= self.kinds
        self.containers: dict[str, str] = {}
        """Kinds that exist only inside entities of another kind: ServicePlan in ServiceClass."""
        self._near: dict[str, Kind | None] = {}
        self._fallback: dict[tuple[str, Form], KindSchema] = {}
        self._initialisms: dict[Form, dict[str, dict[bool, int]]] = {}
        self._refer(references or {})
        for one in self.schemas:
            one.containers = self.containers
            for route in one.contained:
                inner = route.shape.kind or (route.shape.items.kind if route.shape.items else "")
                if one.form == "stored" or inner not in self.containers:
                    self.containers.setdefault(inner, one.kind)

    def _add(self, file: str, schema: Schema, kind_field: str) -> None:
        name, form = schema.get("x-dispatch-kind"), schema.get("x-dispatch-form")
        if not isinstance(name, str) or form not in ("stored", "manifest"):
            return
        if form == "stored":
            self._answer_open_questions(schema, kind_field)
        if name == BASE:
            self._base[form] = schema
            return
        nested = bool(schema.get("x-dispatch-nested"))
        kind = self.kinds.setdefault(name, Kind(name, nested=nested))
        kind.nested = kind.nested and nested
        kind.aliases = tuple(dict.fromkeys([*kind.aliases, *schema.get("x-dispatch-aliases", ())]))
        kind.ignored = kind.ignored or bool(schema.get("x-dispatch-ignored"))
        kind.forms[form] = KindSchema(name, form, schema, file)

    def _answer_open_questions(self, schema: Schema, kind_field: str) -> None:
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

    def _refer(self, references: Mapping[str, Reference | None]) -> None:
        for name, reference in references.items():
            kind_name, _, field_name = name.partition(".")
            kind = self.resolve(kind_name)
            if kind is None:
                raise CatalogueError(f'references: "{name}": there is no kind "{kind_name}"')
            if reference is not None and self.resolve(reference.kind) is None:
                raise CatalogueError(f'references: "{name}": there is no kind "{reference.kind}"')
            found = [
                route
                for schema in kind.forms.values()
                for route in schema.routes
                if str(route).replace(".*", "") == field_name
            ]
            if not found:
                raise CatalogueError(f'references: {kind_name} has no field "{field_name}"')
            for route in found:
                route.shape.reference = reference

    def resolve(self, name: str) -> Kind | None:
        """The kind of a canonical name or alias."""
        return self._names.get(name)

    @property
    def names(self) -> dict[str, str]:
        """Every name of a kind, aliases included, with the canonical one."""
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
        """The kind that a misspelled name was meant to be.

        A near miss differs in little: a longer word that merely contains a kind is none.
        """
        if len(name) > 64:
            return None
        if name not in self._near:
            if len(self._near) >= MAX_REMEMBERED:
                self._near.clear()
            self._near[name] = self._nearest(name)
        return self._near[name]

    def _nearest(self, name: str) -> Kind | None:
        plain = name.replace("-", "").replace("_", "")
        cutoff = 0.8 if len(plain) > 3 else 0.6
        likely = [one for one in self.document_kinds if abs(len(one) - len(plain)) <= 2]
        match = nearest(plain, likely, cutoff=cutoff)
        return None if match is None else self.document_kinds[match]

    def schema(self, kind: str, form: Form) -> KindSchema:
        """The schema of a kind in a form: its own, or the base schema with further fields."""
        known = self.kinds.get(kind)
        if known is not None and form in known.forms:
            return known.forms[form]
        key = (kind, form)
        found = self._fallback.get(key)
        if found is None:
            base = self._base.get(form, {"type": "object"})
            found = self._fallback[key] = KindSchema(kind, form, base, only_base=True)
            # They differ in nothing but the kind: what is worked out for one is so for all.
            first = self._fallback.setdefault(("", form), found)
            vars(found).update({name: getattr(first, name) for name in _WORKED_OUT})
        return found

    @cached_property
    def statuses(self) -> tuple[str, ...]:
        """The values of a status (guide, Status), as BaseEntity declares them."""
        status = self._base.get("stored", {}).get("properties", {}).get("status", {})
        return tuple(status.get("enum", ()))

    @property
    def schemas(self) -> Iterable[KindSchema]:
        """Every schema of every kind."""
        return [schema for kind in self.kinds.values() for schema in kind.forms.values()]

    def initialisms(self, form: Form) -> dict[str, dict[bool, int]]:
        """How often declared fields spell an initialism in capitals (True) or camel (False).

        Each declared field counts once, whatever number of kinds share it by inheritance or as a
        value; other standards' fields do not count. Of the other form nothing is worked out.
        """
        if form not in self._initialisms:
            from dispatch_lint.schema.initialisms import count_spellings

            self._initialisms[form] = count_spellings(self, form)
        return self._initialisms[form]


def _inside(schema: Schema) -> Iterator[dict[str, Any]]:
    """Every mapping inside a schema."""
    waiting = list(schema.values())
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            yield one
            waiting += one.values()
        elif type(one) is list:
            waiting += one


def read_folder(folder: Path) -> dict[str, Schema]:
    """The schema files below a folder, by path; that for editors, which repeats others, is left out.

    A schema without `x-dispatch-kind` is named by its file, `<Kind>.schema.json`, and takes its
    form from the folder it lies in, `stored` or `manifest`.

    Raises:
        CatalogueError: the folder does not exist, or a file is no JSON Schema.
    """
    if not folder.is_dir():
        raise CatalogueError(f"{folder}: there is no such folder of schemas")
    schemas = {}
    for file in sorted(folder.glob("*.json")) + sorted(folder.glob("*/*.json")):
        if file.name == EDITOR_FILE:
            continue
        schema = _read(file)
        kind, suffix = file.name.split(".", 1)
        if suffix == "schema.json" and file.parent.name in ("stored", "manifest"):
            schema.setdefault("x-dispatch-kind", kind)
            schema.setdefault("x-dispatch-form", file.parent.name)
        schema.setdefault("properties", {})
        schemas[str(file)] = schema
    if not any("x-dispatch-kind" in schema for schema in schemas.values()):
        raise CatalogueError(f"{folder}: there is no stored/<Kind>.schema.json or "
                             "manifest/<Kind>.schema.json in this folder")  # fmt: skip
    return schemas


def _read(file: Path) -> Schema:
    try:
        schema: Any = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{file}: {error}") from error
    if not isinstance(schema, dict):
        raise CatalogueError(f"{file}: a JSON Schema is an object")
    return schema
