"""The known kinds as rules see them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.rule.readonly import ReadOnlyView, set_once

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.catalogue import Catalogue


class KindView(NamedTuple):
    """One kind that the run knows.

    Attributes:
        name: the canonical one.
        aliases: its other names.
        forms: those that it has a schema of its own for.
        ignored: `dispatch create -f` skips it.
    """

    name: str
    aliases: tuple[str, ...]
    forms: tuple[Form, ...]
    ignored: bool


class CatalogueView(ReadOnlyView):
    """The kinds that the run knows."""

    __slots__ = ("_catalogue",)
    _catalogue: Catalogue

    def __init__(self, catalogue: Catalogue) -> None:
        set_once(self, "_catalogue", catalogue)

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The canonical name of every kind."""
        return self._catalogue.kind_names

    def kind(self, name: str) -> KindView | None:
        """The kind of a canonical name or alias; None for no kind."""
        kind = self._catalogue.resolve(name)
        if kind is None:
            return None
        return KindView(kind.name, kind.aliases, tuple(kind.forms), kind.ignored)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The values of the field `status` that BaseEntity declares (guide, Status)."""
        return self._catalogue.statuses

    @property
    def organization_field(self) -> str:
        """The field of stored entities that has their organization."""
        return self._catalogue.organization_field

    def pattern(self, kind: str, form: Form, field: str) -> str:
        """The pattern that a field at the top of an entity has to match; empty for none."""
        shape = self._catalogue.schema(kind, form).shape.properties.get(field)
        return shape.pattern if shape else ""

    def spellings(self, initialism: str, form: Form) -> Mapping[bool, int]:
        """How often declared fields spell an initialism in capitals (True) or camel (False)."""
        return MappingProxyType(self._catalogue.initialisms(form).get(initialism, {}))
