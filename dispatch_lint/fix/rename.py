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
    classifier: Classifier, sources: Sequence[Source], key: str, name: str, *, force: bool = False
) -> Renamed:
    """Rename an entity in the documents of some sources; nothing is written.

    Args:
        key: `<organization>/<kind>/<name>`, in either layout; `-` for an organization that the
            documents do not name.
        force: whether files that do not parse are passed over.

    Raises:
        RenameError: there is no such entity, or one in several organizations; its new name is
            taken, or is none; a place cannot be edited; or a document that does not parse may
            refer to it.
    """
    organization, kind, old = _read(classifier, key)
    _refuse_name(classifier, kind, name)
    work = _Rename(classifier, (organization, kind, old), name, force=force)
    for source in sources:
        if source.rows is None and source.format != "go":
            work.take(source)
    return work.done()


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
            self._fixed.withdrawn.append(str(error))
            return
        for index, part, *_ in read:
            if part.problem is not None:
                unparsed.append((index, part))
                continue
            document = classifier.read(part, source, index)
            if isinstance(document, Document):
                has_entities = True
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
        # A JSON text may have it with escapes.
        if self._old not in part.text and "\\" not in part.text and part.text:
            return
        place = f"{source.name}:{part.problem.range.line}:{part.problem.range.column}"
        what = f"this does not parse, and may refer to {self._kind}/{self._old}"
        if not self._force:
            raise RenameError(f"{place}: {what}: mend it first, or go on with --force")
        self._fixed.withdrawn.append(f"{place}: {what}: it was passed over")

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
                raise RenameError(f"{document.source.name}:{place.line}:{place.column}: this place "
                                  "cannot be edited; change it by hand first")  # fmt: skip
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
            raise RenameError(f"several entities are meant: {listed}; name the organization")

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
