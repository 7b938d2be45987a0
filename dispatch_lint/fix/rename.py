"""Another name for an entity, and for every reference to it, across files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_lint.documents.document import ROW_KEY, Document
from dispatch_lint.documents.reading import read_source, unreadable_part
from dispatch_lint.documents.source import NotText
from dispatch_lint.documents.text_fix import text_fix
from dispatch_lint.fix.fixed import Fixed, full_text
from dispatch_lint.fix.stored_references import left_in_store, uses_of
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.relations import read_key, same_key
from dispatch_lint.schema.patterns import fits
from dispatch_lint.text.edits import apply_edits

if TYPE_CHECKING:
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.documents.document import ForeignKey
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.fix import TextEdit
    from dispatch_lint.model.location import Path
    from dispatch_lint.store.entity_store import EntityStore
    from dispatch_lint.text.tree import Part


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


def rename(
    classifier: Classifier, sources: Sequence[Source], key: str, name: str, *, force: bool = False,
    store: EntityStore | None = None,
) -> Renamed:  # fmt: skip
    """Rename an entity in the documents of some sources; nothing is written.

    Args:
        key: `<organization>/<kind>/<name>`, in either layout; `-` for an organization that the
            documents do not name.
        force: whether files that do not parse, and the store, are passed over.
        store: of the settings: it may have further references, which are not renamed.

    Raises:
        RenameError: there is no such entity, or one in several organizations; its new name is
            the old one, or taken, or is none; a place cannot be edited; a document that does not
            parse, or a file that cannot be read, may refer to it; or an entity of the store refers to it, or has the new name.
        StoreError: the store cannot be read.
    """
    organization, kind, old = _read(classifier, key)
    if name == old:
        raise RenameError(f'{key}: "{name}" is its name already')
    _refuse_name(classifier, kind, name)
    work = _Rename(classifier, (organization, kind, old), name, force=force)
    for source in sources:
        if source.rows is None and source.format != "go":
            work.take(source)
    renamed = work.done()
    if store is not None and (left := left_in_store(store, work.key, name, work.is_document)):
        if not force:
            raise RenameError(f"{left}; use --force to rename only the documents")
        renamed.fixed.withdrawn.append(f"{left}: not changed")
    return renamed


_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")


def _refuse_name(classifier: Classifier, kind: str, name: str) -> None:
    """Refuse a new name that cannot be part of a key, or is none for the kind."""
    if not _NAME.match(name):
        raise RenameError(
            f'"{name}" cannot be part of a key: use letters, digits, "_" and "-" only'
        )
    schema = classifier.catalogue.schema(kind, "manifest")
    shape = schema.shape.properties.get("name")
    if shape is not None and shape.pattern and not fits(shape.pattern, name):
        raise RenameError(f'"{name}" does not match the pattern of {kind} names, {shape.pattern}')


class _Rename:
    """A rename, source by source.

    Args:
        entity: organization, kind and old name.
        name: the new name.
        force: whether files that do not parse are passed over.
    """

    def __init__(
        self, classifier: Classifier, entity: tuple[str, str, str], name: str, *, force: bool
    ) -> None:
        self._classifier, self._name, self._force = classifier, name, force
        self._organization, self._kind, self._old = entity
        self._fixed = Fixed()
        self._edits: dict[str, list[TextEdit]] = {}
        self._organizations: dict[str, str] = {}
        """The organizations that have such an entity, each with a place."""
        self._documents: dict[str, set[str]] = {}
        """The organizations of the documents, by the rest of their keys."""
        self._entities = self._references = 0

    def take(self, source: Source) -> None:
        """Find what a source has of the entity."""
        classifier, unparsed, has_entities = self._classifier, [], False
        edits: list[TextEdit] = []
        try:
            read = [*read_source(source, classifier.settings.limits).parts]
        except NotText as error:
            read = [unreadable_part(error)]
        except InputError as error:
            if not self._force:
                raise RenameError(f"{error}: it may refer to {self._kind}/{self._old}; use --force "
                                  "to pass it over") from error  # fmt: skip
            self._fixed.withdrawn.append(str(error))
            return
        for index, part, *_ in read:
            if part.problem is not None:
                unparsed.append((index, part))
                continue
            document = classifier.read(part, source, index)
            if isinstance(document, Document):
                has_entities = True
                if document.key is not None:
                    owner, _, rest = document.key.partition("/")
                    self._documents.setdefault(rest, set()).add(owner)
                edits += self._edits_of(document)
        for index, part in unparsed:
            found = classifier.unparsed(part, source, index, beside=has_entities)
            if isinstance(found, Document):
                self._refuse_unparsed(source, part)
        if edits:
            self._edits[source.name] = edits
            text = full_text(source)
            self._fixed.before[source.name] = text
            self._fixed.texts[source.name] = apply_edits(text, edits)

    def _refuse_unparsed(self, source: Source, part: Part) -> None:
        """Refuse the rename where a document that does not parse may have a reference."""
        assert part.problem is not None
        # A JSON text may have it with escapes. Of what is no text, only the beginning is known.
        is_known = part.text and part.problem.is_text
        if is_known and self._old not in part.text and "\\" not in part.text:
            return
        place = f"{source.name}:{part.problem.range.line}:{part.problem.range.column}"
        what = f"this does not parse, and may refer to {self._kind}/{self._old}"
        if not self._force:
            raise RenameError(f"{place}: {what}: correct it first, or use --force")
        self._fixed.withdrawn.append(f"{place}: {what}: skipped")

    def _edits_of(self, document: Document) -> Iterator[TextEdit]:
        organization, kind, old, new = self._organization, self._kind, self._old, self._name
        is_entity, uses = _find(document, organization, kind, old)
        # A deleted entity holds no key, see unique-key.
        is_live = document.status != "DELETED"
        taken = same_key(document.key or "", f"{organization}/{kind}/{new}")
        if taken and is_live and not is_entity:
            raise RenameError(f"{document.source.name}: there is already {document.key}")
        is_entity = is_entity and is_live
        if is_entity:
            self._note_organization(document)
        for change in _changes(document, uses, kind, old, new, is_entity=is_entity):
            edit = text_fix(document, Fix("unsafe", "", (Put(*change),)))
            if edit is None:
                place = document.range(change[0])
                raise RenameError(f"{document.source.name}:{place.line}:{place.column}: this value "
                                  "cannot be edited automatically; change it by hand first")  # fmt: skip
            yield from edit.edits
        self._entities += is_entity
        self._references += len(uses)

    def _note_organization(self, document: Document) -> None:
        if document.organization is None:
            return
        place = document.range(("name",))
        self._organizations.setdefault(
            document.organization, f"{document.source.name}:{place.line}:{place.column}"
        )
        if len(self._organizations) > 1:
            listed = " and ".join(
                f"{organization}/{self._kind}/{self._old} ({place})"
                for organization, place in sorted(self._organizations.items())
            )
            raise RenameError(f"the name is ambiguous: {listed}; name the organization")

    @property
    def key(self) -> str:
        """The key of the entity, with its organization where a document names one."""
        owner = next(iter(self._organizations), self._organization)
        return f"{owner}/{self._kind}/{self._old}"

    def is_document(self, key: str) -> bool:
        """Whether a document has a key; one without an organization has it in each."""
        owner, _, rest = key.partition("/")
        owners = self._documents.get(rest, set())
        return owner in owners or "-" in owners

    def done(self) -> Renamed:
        """The rename of all sources."""
        if not self._entities:
            key = f"{self._organization}/{self._kind}/{self._old}"
            raise RenameError(f"there is no {key} in these documents")
        return Renamed(self._fixed, self._edits, self._entities, self._references)


def _read(classifier: Classifier, key: str) -> tuple[str, str, str]:
    from dispatch_lint.store.keys import canonical_key

    full = f"-/{key}" if key.count("/") == 1 else key
    parts = canonical_key(full, classifier.catalogue.names).split("/")
    if len(parts) != 3 or not all(parts):
        raise RenameError(f'"{key}" is not a key; write <organization>/<kind>/<name>')
    return parts[0], parts[1], parts[2]


def _find(
    document: Document, organization: str, kind: str, name: str
) -> tuple[bool, list[ForeignKey]]:
    """Whether a document is an entity, and its foreign keys to that entity."""
    key = f"{organization}/{kind}/{name}"
    is_entity = document.key is not None and same_key(document.key, key)
    return is_entity, uses_of(document, organization, kind, name)


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
