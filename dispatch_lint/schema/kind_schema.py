"""The schema of one kind in one form, and what is derived from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.reference import Form, ReferenceTarget
from dispatch_lint.schema.native import bounded, native_validator
from dispatch_lint.schema.shape import Route, Schema, Shape, compile_shape, routes

if TYPE_CHECKING:
    from jsonschema_rs import Validator


class CatalogueError(UserError):
    """A schema or definition that cannot be used; the message names its file."""


@dataclass(eq=False, repr=False)
class KindSchema:
    """One kind in one form.

    Attributes:
        only_base: the kind has no schema of this form: only the base fields are declared.
        containers: shared by all schemas of a catalogue, see `Catalogue.containers`.
        shared: for a schema that was made from definitions in this run, and so is a JSON Schema:
            a cache of the shapes of fields, which it has in common with others.
    """

    kind: str
    form: Form
    schema: Schema
    file: str = ""
    only_base: bool = False
    containers: Mapping[str, str] = field(default_factory=dict)
    shared: dict[int, Shape] | None = None

    @property
    def built_in(self) -> bool:
        """Whether it is part of dispatch-lint, and not declared by the user."""
        return self.file.startswith(str(builtin_folder()))

    @cached_property
    def shape(self) -> Shape:
        """What the schema declares.

        Raises:
            CatalogueError: it is no JSON Schema.
        """
        if not self.built_in and self.shared is None:
            _ = self.validator  # which tells whether it is one, and takes memory
        return compile_shape(self.schema, self.shared)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every declared field."""
        return tuple(routes(self.shape))

    @cached_property
    def integers(self) -> tuple[Route, ...]:
        """The declared fields that hold integers only."""
        return tuple(
            route for route in self.routes
            if "integer" in route.shape.types and "number" not in route.shape.types
        )  # fmt: skip

    @cached_property
    def references(self) -> tuple[Route, ...]:
        """The declared fields that are foreign keys."""
        return tuple(route for route in self.routes if route.shape.reference)

    @cached_property
    def owners(self) -> dict[Route, Route]:
        """Foreign keys to a contained kind → the sibling that names the container.

        `servicePlan` names a plan inside the class that `serviceClass` names.
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
    def reference_plan(self) -> tuple[tuple[str, Route, ReferenceTarget, Route | None, bool], ...]:
        """Each foreign key: first step, route, reference, route of its container, whether plain.

        A plain one is at the top of the entity, and its text is the name, without a prefix.
        """
        plan = []
        for route in self.references:
            reference = route.shape.reference
            assert reference is not None
            plain = len(route.steps) == 1 and not reference.key and not reference.prefix
            plan.append((route.steps[0], route, reference, self.owners.get(route), plain))
        return tuple(plan)

    @cached_property
    def contained(self) -> tuple[Route, ...]:
        """The declared fields that hold entities as values, such as the plans of a class."""
        if not self._has_kinds_inside:
            return ()
        return tuple(
            route for route in self.routes
            if route.shape.kind or (route.shape.items and route.shape.items.kind)
        )  # fmt: skip

    @cached_property
    def _has_kinds_inside(self) -> bool:
        # It spares most runs the shapes of most kinds, which take long to compile.
        return any("x-dispatch-kind" in part for part in _mappings_inside(self.schema))

    @cached_property
    def validator(self) -> Validator:
        """The native validator, which tells whether a value is valid, but not well why not."""
        try:
            return native_validator()(
                self.schema, validate_formats=False, retriever=_refuse, pattern_options=bounded()
            )
        except ValueError as error:
            reason = str(error).split("\n", 1)[0]  # the other lines are about the instance
            raise CatalogueError(f"{self.file}: {reason}") from error

    @cached_property
    def explainer(self) -> Any:
        """The slow validator, whose errors can be explained."""
        from dispatch_lint.schema.explainer import explainer_class

        return explainer_class()(self.schema)


DERIVED = tuple(
    name for name, attribute in vars(KindSchema).items()
    if isinstance(attribute, cached_property) and name != "explainer"
)  # fmt: skip
"""The attributes of a `KindSchema` that depend on nothing but its schema."""


def _refuse(address: str) -> NoReturn:
    """Refuse to load another schema: no `$ref` makes a run read files, or use a network."""
    raise ValueError("a schema must contain all that it refers to")


def _mappings_inside(schema: Schema) -> Iterator[dict[str, Any]]:
    pending = list(schema.values())
    while pending:
        value = pending.pop()
        if type(value) is dict:
            yield value
            pending += value.values()
        elif type(value) is list:
            pending += value
