"""Entities as a store remembers them: they can be asked what a document can be asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.document import ForeignKey
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.reference import Form, Reference

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path

DELETED = "DELETED"
"""The status of what is no more."""


class StoredEntity(NamedTuple):
    """One entity as a store remembers it: it can be asked what a document can be asked.

    What is rarely looked at stays the text that the store keeps.

    Attributes:
        key: in the guide's layout, `-` for an organization that is not known.
        deleted: when it was marked as deleted, RFC 3339; empty for what is there.
        tags_text: its tags as a JSON object of texts.
        value_text: the entity as JSON.
        contained_text: the entities it holds as values, as JSON; empty for none.
        location_text: where it was imported from, as `Location.text` writes it; empty where nothing says it.
        uses_text: its foreign keys as JSON; empty for none, and where only the entity was asked
            for.
    """

    key: str
    organization: str | None
    kind: str
    name: str
    identity: str
    form: Form
    stored_status: str
    revision: int | None
    revision_of: str
    deleted: str
    tags_text: str
    value_text: str
    contained_text: str = ""
    location_text: str = ""
    uses_text: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, whichever form they were written in."""
        return self._mapping(self.tags_text)

    @property
    def status(self) -> str:
        """Its status; DELETED for what was marked so."""
        return DELETED if self.deleted else self.stored_status

    @property
    def entity(self) -> dict[str, Any]:
        """The entity as plain values."""
        return self._mapping(self.value_text)

    @property
    def contained(self) -> Sequence[tuple[Path, str, str]]:
        """The entities it holds as values: `(path, kind, name)`."""
        if not self.contained_text:
            return ()
        try:
            found = json.loads(self.contained_text)
            return [(tuple(path), kind, name) for path, kind, name in found]
        except (ValueError, TypeError):
            raise self.damage() from None

    @property
    def uses(self) -> Sequence[ForeignKey]:
        """Its foreign keys that are set."""
        if not self.uses_text:
            return ()
        try:
            return [
                ForeignKey(tuple(path), Reference(kind, by), value, owner)
                for path, kind, by, value, owner in json.loads(self.uses_text)
            ]
        except (ValueError, TypeError):
            raise self.damage() from None

    def _mapping(self, text: str) -> dict[str, Any]:
        """What a text of the store stands for.

        Raises:
            StoreError: it is no mapping, as are those of `contained` and `uses` no lists.
        """
        try:
            found = json.loads(text)
        except (ValueError, TypeError):
            found = None
        if type(found) is not dict:
            raise self.damage()
        return found

    def damage(self) -> StoreError:
        """The error that says so of a row that nobody can have written."""
        return StoreError(f"the store is damaged: what it keeps of {self.key} cannot be read")
