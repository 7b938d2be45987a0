"""How a code base names things: aliases of kinds, foreign keys, other standards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch_lint.definitions.selection import Choice, Selection
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.reference import ReferenceTarget
from dispatch_lint.naming import read_foreign_key

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import Type

_BASE_NAMES = frozenset({"id", "name", "organizationId", "organizationID", "kind"})


@dataclass(frozen=True)
class Conventions:
    """What the catalogue and the settings say about the names in definitions.

    Attributes:
        aliases: canonical names of kinds, by alias.
        kinds: kinds that are declared elsewhere, so that fields can refer to them.
        references: foreign keys by kind and field name on the wire; None is not a foreign key.
        standards: the standards that types follow, by the name of the type.
        nested: kinds, each with a form, that exist only as values inside other entities.
        ignored: kinds, each with a form, that `dispatch create -f` skips.
        foreign: the code was not written for dispatch-lint: API models are recognized by their
            fields, and what cannot be read is a problem instead of an error.
        statuses: the values of the field `status`; none where they do not tell what is a kind.
        base: the name of the base entity, as `Type` or `package.Type`.
        selections: which types of which folders are kinds, as the settings say.
        fitting: the patterns of the selections that fitted a type so far, each with its path.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    references: Mapping[tuple[str, str], ReferenceTarget | None] = field(default_factory=dict)
    standards: Mapping[str, str] = field(default_factory=dict)
    nested: frozenset[tuple[str, str]] = frozenset()
    ignored: frozenset[tuple[str, str]] = frozenset()
    foreign: bool = False
    statuses: frozenset[str] = frozenset()
    base: str = BASE
    selections: tuple[Selection, ...] = ()
    fitting: set[tuple[str, str]] = field(default_factory=set, compare=False)

    def chosen(self, file: str, package: str, name: str) -> Choice:
        """What the settings say of a type: the first selection of its file that says anything.

        Args:
            package: the name of the package; empty for a description of an API.
        """
        for selection in self.selections:
            patterns = selection.fitting(file, package, name)
            self.fitting.update((selection.path, pattern) for pattern in patterns)
        for selection in self.selections:
            choice = selection.choice(file, package, name)
            if choice.state:
                return choice
        return Choice()

    def reference(
        self, kind: str, name: str, type_: Type, kinds: tuple[str, ...], *, top: bool
    ) -> ReferenceTarget | None:
        """What a field refers to: as `references` says, else by the guide's convention.

        Args:
            kinds: every kind that it may refer to.
            top: whether it is a field of the kind itself, and not of a value inside it.
        """
        if top and (kind, name) in self.references:
            return self.references[kind, name]
        item = type_.item if type_.wire_type == "list" and type_.item else type_
        text = item.wire_type == "string" and not item.text
        if not text or name in _BASE_NAMES or dict(item.limits).get("contentEncoding"):
            return None
        foreign_key = read_foreign_key(name, kinds)
        if foreign_key is None:
            return None
        return ReferenceTarget(foreign_key.kind, "id" if foreign_key.by_id else "name")
