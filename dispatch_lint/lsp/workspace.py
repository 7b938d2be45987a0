"""The files of a workspace, what the rules know of each, and the check of one beside all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.api import known_rules, load_settings, make_checker, open_store
from dispatch_lint.documents.classify import Classifier, Skipped
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.reading import Reading
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.run import finish
from dispatch_lint.engine.source_check import check_source
from dispatch_lint.index.changing import ChangingIndex
from dispatch_lint.lsp.buffers import Buffers
from dispatch_lint.lsp.mentions import EntityName, Mention, Place, find_mentions, places_of
from dispatch_lint.lsp.untrusted import restricted, with_known_rules
from dispatch_lint.store.rows import StoreRows
from dispatch_lint.trust import UntrustedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.report import SourceReport
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.store.entity_store import EntityStore
    from dispatch_lint.text.tree import Part

MAX_NAMES = 500
"""Names that a completion offers at most."""


@dataclass
class _File:
    """What is known of a file since it was checked for the last time.

    Attributes:
        position: of its source among all that the workspace ever had.
        is_checked: whether its present text was checked for facts.
        kinds: of its entities.
        mentions: None until someone asks for them.
    """

    position: int
    is_checked: bool = False
    kinds: frozenset[str] = frozenset()
    reading: Reading | None = None
    mentions: Sequence[Mention] | None = None


class Workspace:
    """The files below a folder, and the buffers that an editor has open.

    Each file is checked when it changes. The rows of all are kept in one index, so that a
    keystroke costs the check of one buffer and of the groups that its rows are in.

    Args:
        trust: whether the settings may ask for code, servers, and paths elsewhere.

    Attributes:
        untrusted: what the settings ask for and do not get; None where they get all.

    Raises:
        UserError: the settings, a schema, a definition, a rule or the store cannot be used.
    """

    def __init__(self, root: Path, *, trust: bool = False) -> None:
        self.root = root
        self.untrusted: UntrustedError | None = None
        try:
            self.settings = load_settings(root, trust=trust)
            known = known_rules(self.settings)
        except UntrustedError as error:
            self.untrusted = error
            settings = restricted(error)
            known = known_rules(settings)
            self.settings = with_known_rules(settings, known)
        self.checker = make_checker(self.settings, known=known)
        self.catalogue = self.checker.catalogue
        # As the command `rename` reads documents: the engine's own also repairs open schemas.
        self.classifier = Classifier(self.settings, self.catalogue)
        self.store: EntityStore | None = None
        if self.settings.store:
            self.store = open_store(self.settings, self.classifier)
        self._buffers = Buffers(self.settings.limits)
        self._files: dict[str, _File] = {}
        self._sources: list[Source] = []
        self._positions: dict[str, int] = {}
        self._index = ChangingIndex()

    # Files and buffers

    def load(self) -> None:
        """Read every file of the workspace. What cannot be read is left out."""
        for source in discover([str(self.root)], self.settings):
            if source.format != "go" and source.rows is None:
                self._renew(str(Path(source.name).absolute()))
        self._check_files()

    def open(self, file: str, text: str) -> None:
        """Take a buffer for the content of a file, saved or not."""
        self._buffers.open(file, text)
        self._renew(file)

    def close(self, file: str) -> None:
        """Take the file itself again."""
        self._buffers.close(file)
        self._renew(file)

    def reread(self, file: str) -> None:
        """Take a file that another program wrote or removed; an open buffer goes before it."""
        if file not in self._buffers:
            self._renew(file)

    def _renew(self, file: str) -> None:
        """Forget what was known of a file: it may have changed."""
        self._files.pop(file, None)
        source = self._buffers.source(file)
        if source is None:
            if file in self._positions:
                self._index.remove(self._positions[file])
            return
        source = source._replace(reported=False)
        if file in self._positions:
            self._sources[self._positions[file]] = source
        else:
            self._positions[file] = len(self._sources)
            self._sources.append(source)
        self._files[file] = _File(self._positions[file])

    def sources(self) -> list[Source]:
        """All files and buffers."""
        return [self._sources[known.position] for known in self._files.values()]

    def parts(self, file: str) -> list[Part]:
        """The documents of a file, whether they are entities or not."""
        return [read.part for read in self._buffers.parts(file)]

    def documents(self, file: str) -> Iterator[Document]:
        """The entity documents of a file."""
        if file not in self._files:
            return
        source = self._sources[self._files[file].position]
        for number, part, _, error in self._buffers.parts(file):
            if not error and part.problem is None:
                document = self.classifier.read(part, source, number)
                if not isinstance(document, Skipped):
                    yield document

    # Checks

    def lint(self, file: str) -> Sequence[Violation]:
        """Every violation of one file, checked beside all others."""
        if file not in self._files:
            return ()
        self._check_files(but=file)
        position = self._files[file].position
        source = self._sources[position]._replace(reported=True)
        sources = [*self._sources[:position], source, *self._sources[position + 1 :]]
        found = check_source(self.checker, source, position)
        self._keep(file, found)
        report = RunReport(
            kinds={kind for known in self._files.values() for kind in known.kinds},
            readings={
                known.position: [known.reading]
                for name, known in self._files.items()
                if known.reading is not None and name != file
            },
        )
        report.add(found)
        store = StoreRows(self.store, [self.store]) if self.store else None
        groups = self._index.focused_on(position)
        return finish(self.checker, [source], sources, report, store, groups=groups).violations

    def _check_files(self, but: str = "") -> None:
        """Check the files that changed, for their facts; not the one that is checked anyway."""
        for file, known in self._files.items():
            if not known.is_checked and file != but:
                source = self._sources[known.position]
                self._keep(file, check_source(self.checker, source, known.position))

    def _keep(self, file: str, report: SourceReport) -> None:
        """Keep what the check of a file tells the checks of others."""
        known = self._files[file]
        known.is_checked = True
        known.kinds = frozenset(report.kinds)
        known.reading = None if report.digest is None else Reading(report.digest, None)
        self._index.replace(known.position, report.rows)

    # Entities and foreign keys

    def _mentions(self) -> Iterator[tuple[str, Sequence[Mention]]]:
        """What each file mentions."""
        for file, known in self._files.items():
            if known.mentions is None:
                known.mentions = find_mentions(self.documents(file))
            yield file, known.mentions

    def _places(self, entity: EntityName, *, are_references: bool) -> list[Place]:
        return [
            place
            for file, mentions in self._mentions()
            for place in places_of(
                entity,
                (mention for mention in mentions if mention.is_reference == are_references),
                file,
                partial(self.parts, file),
            )
        ]

    def find(self, entity: EntityName) -> list[Place]:
        """Where the entities of a key are."""
        return self._places(entity, are_references=False)

    def references(self, entity: EntityName) -> list[Place]:
        """Where foreign keys to an entity are."""
        return self._places(entity, are_references=True)

    def names(self, kind: str) -> list[str]:
        """Names of a kind, of the workspace and of the store."""
        names = {
            mention.entity.name
            for _, mentions in self._mentions()
            for mention in mentions
            if mention.entity.kind == kind and not mention.is_reference
        }
        if self.store is not None:
            names |= set(self.store.names(kind, MAX_NAMES))
        return sorted(names)[:MAX_NAMES]
