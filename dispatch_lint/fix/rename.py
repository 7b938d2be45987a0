"""Another name for an entity, and for every reference to it, across files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_lint.documents.document import ROW_KEY, Document
from dispatch_lint.documents.reading import read_documents
from dispatch_lint.documents.text_fix import text_fix
from dispatch_lint.fix.fixed import Fixed, full_text
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.relations import read_key, same_key
from dispatch_lint.text.edits import apply_edits

if TYPE_CHECKING:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.fix import TextEdit
    from dispatch_lint.model.location import Path


class RenameError(InputError):
    """A rename that cannot be made; nothing was changed."""


@dataclass(frozen=True)
class Renamed:
    """What a rename changes.

    Attributes:
        fixed: the texts before and after.
        edits: by file, for those who make them themselves.
        entities, references: how many of each get the new name.
    """

    fixed: Fixed
    edits: dict[str, list[TextEdit]]
    entities: int
    references: int


def rename(classifier: Classifier, sources: Sequence[Source], key: str, name: str) -> Renamed:
    """Rename an entity in the documents of some sources; nothing is written.

    Args:
        key: `<organization>/<kind>/<name>`, in either layout; `-` for an organization that the
            documents do not name.

    Raises:
        RenameError: there is no such entity, its new name is taken, or a place cannot be edited.
    """
    organization, kind, old = _read(classifier, key)
    fixed = Fixed()
    by_file: dict[str, list[TextEdit]] = {}
    entities = references = 0
    for source in sources:
        if source.rows is not None or source.format == "go":
            continue
        edits: list[TextEdit] = []
        for document in read_documents(classifier, source, classifier.settings.limits):
            is_entity, uses = _find(document, organization, kind, old)
            if not is_entity and same_key(document.key or "", f"{organization}/{kind}/{name}"):
                raise RenameError(f"{source.name}: there is already {document.key}")
            changes = [
                Put(path, value)
                for path, value in _changes(document, uses, kind, old, name, is_entity=is_entity)
            ]
            for change in changes:
                edit = text_fix(document, Fix("unsafe", "", (change,)))
                if edit is None:
                    place = document.range(change.path)
                    raise RenameError(f"{source.name}:{place.line}:{place.column}: this place cannot "
                                      "be edited; change it by hand first")  # fmt: skip
                edits += edit.edits
            entities += is_entity
            references += len(uses)
        if edits:
            by_file[source.name] = edits
            text = full_text(source)
            fixed.before[source.name] = text
            fixed.texts[source.name] = apply_edits(text, edits)
    if not entities:
        raise RenameError(f"there is no {organization}/{kind}/{old} in these documents")
    return Renamed(fixed, by_file, entities, references)


def _read(classifier: Classifier, key: str) -> tuple[str, str, str]:
    from dispatch_lint.store.keys import canonical_key

    full = f"-/{key}" if key.count("/") == 1 else key
    parts = canonical_key(full, classifier.catalogue.names).split("/")
    if len(parts) != 3 or not all(parts):
        raise RenameError(f'"{key}" is no key: write <organization>/<kind>/<name>')
    return parts[0], parts[1], parts[2]


def _find(
    document: Document, organization: str, kind: str, name: str
) -> tuple[bool, list[ForeignKey]]:
    """Whether a document is an entity, and its foreign keys to that entity."""
    key = f"{organization}/{kind}/{name}"
    is_entity = document.key is not None and same_key(document.key, key)
    uses = []
    for use in document.uses:
        if use.reference.by != "name" or use.reference.kind != kind:
            continue
        owner, target = read_key(use.value, kind) or (document.organization or "-", use.value)
        if target == name and ("-" in (owner, organization) or owner == organization):
            uses.append(use)
    return is_entity, uses


def _changes(
    document: Document,
    uses: Sequence[ForeignKey],
    kind: str,
    old: str,
    new: str,
    *,
    is_entity: bool,
) -> Iterator[tuple[Path, str]]:
    """The fields of a document that get another value, and that value."""
    if is_entity:
        yield ("name",), new
        if document.row is not None:
            yield ROW_KEY, f"{document.row.key[: -len(old)]}{new}"
    for use in uses:
        key = read_key(use.value, kind)
        value = f"{use.value[: -len(old)]}{new}" if key else new
        yield use.path, f"{use.reference.prefix}{value}"
