"""Everything the server knows of a workspace: facts and entities of each file, kept apart.

A keystroke reads one buffer anew; what other files said is still known. Places are read only for
those who ask for them: most keystrokes do not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.api import load_settings, open_store
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.plugins import instantiate, load_rules
from dispatch_lint.index.identity import same_key
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Range
from dispatch_lint.old.engine import Run
from dispatch_lint.old.parallel import check_sources
from dispatch_lint.old.parts import read_documents, read_parts
from dispatch_lint.store.facts import StoreFacts

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document, Use
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Fact
    from dispatch_lint.store.entity_store import EntityStore
    from dispatch_lint.text.tree import Part

NAMES = 500
"""Names that a completion offers at most."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where an entity, or a foreign key to one, stands."""

    file: str
    range: Range
    key: str
    kind: str
    name: str
    organization: str | None


@dataclass
class File:
    """What one file says; each part is read when somebody asks for it.

    Attributes:
        facts: by table and group, for the rules about several documents; and the kinds of its
            documents.
        mentions: where its entities, and where its foreign keys stand.
    """

    source: Source
    facts: tuple[list[tuple[str, str, Fact]], set[str]] | None = None
    mentions: tuple[list[Mention], list[Mention]] | None = None


class Workspace:
    """The files below a folder, and the buffers that an editor has open.

    Raises:
        SettingsError, CatalogueError, DefinitionError, PluginError: the settings cannot be used.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = load_settings(root)
        self.catalogue = load_catalogue(self.settings)
        self.classifier = Classifier(self.settings, self.catalogue)
        known = load_rules(self.settings.root / one for one in self.settings.plugins)
        self.rules = instantiate(known, self.settings, self.catalogue)
        self._known = known
        self.store: EntityStore | None = None
        if self.settings.store:
            self.store = open_store(self.settings, self.classifier)
        self.files: dict[str, File] = {}
        self._buffers: dict[str, str] = {}
        self._parts: dict[str, tuple[str, list[Part]]] = {}

    def load(self) -> None:
        """Read every file of the workspace. What cannot be read is left out."""
        for source in discover([str(self.root)], self.settings):
            if source.format != "go" and source.rows is None:
                file = self._absolute(source.name)
                self._read(file)
                if file in self.files:
                    self._facts(self.files[file])

    def _absolute(self, name: str) -> str:
        return str(Path(name).absolute())

    def open(self, file: str, text: str) -> None:
        """Take a buffer for the content of a file, saved or not."""
        self._buffers[file] = text
        self._read(file)

    def close(self, file: str) -> None:
        """Take the file itself again."""
        self._buffers.pop(file, None)
        self._parts.pop(file, None)
        self._read(file)

    def reread(self, file: str) -> None:
        """Take a file that somebody else wrote or removed; an open buffer stands before it."""
        if file not in self._buffers:
            self._read(file)

    def source(self, file: str) -> Source | None:
        """A file as a source: its buffer, where one is open; None for what is no document."""
        format_ = format_of(file)
        if format_ is None or format_ == "go":
            return None
        # Where nobody has read the places of this text yet, a run reads those that it needs.
        known = self._parts.get(file)
        read = known is not None and known[0] == self._buffers.get(file)
        placed = (lambda: self.parts(file)) if read and format_ != "jsonl" else None
        return Source(file, format_, named=False, opener=self._opener(file), placed=placed)

    def parts(self, file: str) -> list[Part]:
        """The documents of a file with their places; read once for each text."""
        text = self.text(file)
        known = self._parts.get(file)
        if known is None or known[0] != text:
            source = self.source(file)
            known = (text, read_parts(source._replace(placed=None)) if source and text else [])
            if file in self._buffers:
                self._parts[file] = known
        return known[1]

    def _opener(self, file: str) -> Callable[[], io.BytesIO] | None:
        if file not in self._buffers:
            return None
        text = self._buffers[file]
        return lambda: io.BytesIO(text.encode("utf-8", "surrogatepass"))

    def text(self, file: str) -> str:
        """The text of a file or buffer; empty where there is none."""
        source = self.source(file)
        try:
            return source.text() if source else ""
        except InputError:
            return ""

    def _run(self) -> Run:
        facts = StoreFacts(self.store, [self.store]) if self.store else None
        return Run(self.settings, self.catalogue, self.rules, known=self._known, store_facts=facts)

    def _read(self, file: str) -> None:
        source = self.source(file)
        self.files.pop(file, None)
        if source is None or (file not in self._buffers and not Path(file).is_file()):
            return
        self.files[file] = File(source)

    def _facts(self, known: File) -> tuple[list[tuple[str, str, Fact]], set[str]]:
        if known.facts is None:
            run = self._run()
            check_sources(run, [known.source._replace(reported=False)], 1)
            known.facts = list(run.kept()), run.kinds
        return known.facts

    def _mentions(self, known: File) -> tuple[list[Mention], list[Mention]]:
        if known.mentions is None:
            entities: list[Mention] = []
            uses: list[Mention] = []
            for document in self.documents(known.source.name):
                entities += self._entities(document)
                uses += [
                    self._mention(document, use.path, use.reference.kind, use.value)
                    for use in document.uses if use.reference.by == "name"
                ]  # fmt: skip
            known.mentions = entities, uses
        return known.mentions

    def _all(self) -> Iterator[tuple[list[Mention], list[Mention]]]:
        return (self._mentions(known) for known in self.files.values())

    def documents(self, file: str) -> Iterator[Document]:
        """The entity documents of a file, with their places."""
        source = self.source(file)
        if source is not None:
            yield from read_documents(
                self.classifier, source._replace(placed=lambda: self.parts(file))
            )

    def _entities(self, document: Document) -> Iterator[Mention]:
        if document.name is not None and document.kind:
            yield self._mention(document, ("name",), document.kind, document.name)
            for path, kind, name in document.contained:
                yield self._mention(document, path, kind, name)

    def _mention(self, document: Document, path: FieldPath, kind: str, name: str) -> Mention:
        key = f"{document.organization or '-'}/{kind}/{name}"
        span = document.range(path)
        return Mention(document.source.name, span, key, kind, name, document.organization)

    def lint(self, file: str) -> list[Violation]:
        """Every violation of one file, judged beside all others."""
        source = self.source(file)
        if source is None:
            return []
        run = self._run()
        for other, known in self.files.items():
            if other != file:
                run.preload(known.source._replace(reported=False), *self._facts(known))
        return list(run.lint([source]))

    def find(self, kind: str, name: str, organization: str | None) -> list[Mention]:
        """Where the entities stand that a foreign key means."""
        entities = (one for entities, _ in self._all() for one in entities)
        return _mentions(entities, kind, name, organization)

    def references(self, kind: str, name: str, organization: str | None) -> list[Mention]:
        """Where foreign keys to an entity stand."""
        uses = (one for _, uses in self._all() for one in uses)
        return _mentions(uses, kind, name, organization)

    def names(self, kind: str) -> list[str]:
        """Names of a kind, of the workspace and of the store."""
        found = {one.name for entities, _ in self._all() for one in entities if one.kind == kind}
        if self.store is not None:
            found |= set(self.store.names(kind, NAMES))
        return sorted(found)[:NAMES]

    def use_at(self, document: Document, path: FieldPath) -> Use | None:
        """The foreign key at a path of the text."""
        return next((use for use in document.uses if document.text_path(use.path) == path), None)


def _mentions(
    of: Iterable[Mention], kind: str, name: str, organization: str | None
) -> list[Mention]:
    key = f"{organization or '-'}/{kind}/{name}"
    return [one for one in of if one.kind == kind and same_key(one.key, key)]


def shape_at(workspace: Workspace, document: Document, path: FieldPath) -> Any:
    """What the schema says of a path of the text, or None."""
    inner = path
    if document.row is not None:
        if not path or path[0] != "value":
            return None
        inner = path[1:]
    return document.schema.shape.at(document.repaired_path(inner))
