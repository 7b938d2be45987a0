"""Entities as a reference store keeps them, with the properties of a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from dispatch_lint.documents.document import ForeignKey
from dispatch_lint.model.errors import StoreError
from dispatch_lint.model.reference import Form, ReferenceTarget
from dispatch_lint.model.relations import DELETED
from dispatch_lint.text.json_reader import read_value

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path

WHEN_DAMAGED = "use a backup, or import into a new store"
"""What messages advise: an import into a damaged store renews only what seems to have changed."""


class StoredEntity(NamedTuple):
    """One entity as a reference store keeps it, with the properties of a `Document` (`Entity`).

    The columns that are rarely needed stay JSON texts until a property decodes them.

    Attributes:
        key: in the guide's layout, with `-` for an unknown organization.
        stored_status: the status in the entity itself.
        deleted: when it was marked as deleted, RFC 3339; empty for what is not deleted.
        tags_text: its tags as a JSON object of texts.
        value_text: the entity as JSON.
        contained_text: the entities that it contains, as JSON; empty for none.
        location_text: the location that it was imported from, as `Location.text` writes it; empty
            where that is not known.
        uses_text: its foreign keys as JSON; empty for none.
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
        """Its tags as a mapping, in both forms."""
        return self._mapping(self.tags_text)

    @property
    def status(self) -> str:
        """Its status; DELETED where it was marked as deleted."""
        return DELETED if self.deleted else self.stored_status

    @property
    def entity(self) -> dict[str, Any]:
        """The entity as plain values."""
        return self._mapping(self.value_text)

    @property
    def contained(self) -> Sequence[tuple[Path, str, str]]:
        """The entities that it contains: `(path, kind, name)`."""
        if not self.contained_text:
            return ()
        try:
            found = _loads(self.contained_text)
            return [(tuple(path), kind, name) for path, kind, name in found]
        except (ValueError, TypeError, RecursionError):
            raise self.damage() from None

    @property
    def uses(self) -> Sequence[ForeignKey]:
        """Its foreign keys that are neither empty nor null."""
        return [
            ForeignKey(path, ReferenceTarget(kind, by), value, owner)
            for path, kind, by, value, owner in self._uses()
        ]

    @property
    def targets(self) -> Sequence[tuple[str, str]]:
        """What its foreign keys refer to: kind and value of each."""
        return [(kind, value) for _, kind, _, value, _ in self._uses()]

    def _uses(self) -> list[Any]:
        if not self.uses_text:
            return []
        try:
            found = _loads(self.uses_text)
            return [(tuple(path), kind, by, value, owner) for path, kind, by, value, owner in found]
        except (ValueError, TypeError, RecursionError):
            raise self.damage() from None

    def _mapping(self, text: str) -> dict[str, Any]:
        """Decode a JSON text of the store as a mapping.

        Raises:
            StoreError: it is not a mapping.
        """
        try:
            found = read_value(text)
        except (ValueError, TypeError):
            found = None
        if type(found) is not dict:
            raise self.damage()
        return found

    def damage(self) -> StoreError:
        """The error for a row that does not decode: this tool cannot have written it."""
        return StoreError(f"the store is damaged (a value of a row cannot be read); {WHEN_DAMAGED}")


def _loads(text: str) -> Any:
    """Decode what `json.dumps` wrote, which escapes all that is not ASCII.

    orjson takes a fifth of the time, but refuses half of a surrogate pair.
    """
    return json.loads(text) if "\\u" in text else orjson.loads(text)
