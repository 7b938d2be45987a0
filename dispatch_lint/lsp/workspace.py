"""The files of a workspace, what the rules know of each, and the check of one beside all others.

Each file is checked when it changes. The rows of all are kept in one index, and each result
remembers what it depends on, so that a keystroke costs the check of one buffer, and of those whose
results it changes.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.reading import Reading
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.walk import is_found, walk, walk_order
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.run import Surroundings, finish, is_closed
from dispatch_lint.engine.source_check import check_steps, new_report
from dispatch_lint.index.changing import ChangingIndex
from dispatch_lint.lsp.buffers import read_parts
from dispatch_lint.lsp.dependencies import (
    LOADING,
    Dependents,
    Kinds,
    Readings,
    Sources,
    kind_of,
    source_of,
)
from dispatch_lint.lsp.inputs import stamp
from dispatch_lint.model.errors import InputError, StoreError
from dispatch_lint.report.baseline import hide_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.documents.reading import ReadPart
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.report import SourceReport
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.lsp.buffers import Buffer
    from dispatch_lint.lsp.configuration import Configuration
    from dispatch_lint.lsp.inputs import Stamp
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.store.rows import StoreRows


class Checked(NamedTuple):
    """The result of the check of one file.

    Attributes:
        problems: why something could not be checked, such as a rule that failed.
        buffer: that was checked; None for the file itself.
    """

    violations: Sequence[Violation]
    problems: Sequence[str] = ()
    buffer: Buffer | None = None


@dataclass
class _File:
    """What is known of a file.

    Attributes:
        number: the position of its source; never used again.
        order: see `walk_order`.
        stamp: of the file when it was read.
        buffer: the one that counts instead of it.
        checked: None where it has to be checked anew.
        dependencies: of that result; see `ChangingIndex.replace`.
    """

    number: int
    order: Any
    stamp: Stamp = None
    buffer: Buffer | None = None
    kinds: Collection[str] = ()
    is_read: bool = False
    checked: Checked | None = None
    dependencies: set[str] = field(default_factory=set)


class Workspace:
    """The files below a folder, and the buffers that count instead of some.

    Args:
        root: None for a buffer that is in no folder: then there are no other files.
        pause: is called between the parts of long work, and may raise.
        changed: is called with the key of a file whose result is out of date.

    Attributes:
        is_loaded: whether all files were read.
    """

    def __init__(
        self, root: Path | None, configuration: Configuration, *,
        pause: Callable[[], None] = lambda: None, changed: Callable[[str], None] = lambda key: None,
    ) -> None:  # fmt: skip
        self.root, self.configuration = root, configuration
        self.is_loaded = root is None
        self._may_pause, self._changed = pause, changed
        self._state = 0
        """A number that grows with each change of what results depend on."""
        self._is_trial = False
        """Whether the index has the rows of a text that is only tried."""
        self._files: dict[str, _File] = {}
        self._keys: list[str] = []
        self.sources: list[Source] = []
        """By number; those of files that are gone stay."""
        self._readings: dict[int, list[Reading]] = {}
        self._kinds: Counter[str] = Counter()
        self._dependents = Dependents()
        self.index = ChangingIndex(lambda number: self._files[self._keys[number]].order)

    # Which files there are

    def load(self, buffer_of: Callable[[str], Buffer | None]) -> Iterator[tuple[int, int]]:
        """Read every file below the folder, or what changed since; what is gone is forgotten.

        Args:
            buffer_of: returns the open buffer of a file by its key: it may change in between.

        Yields:
            How many files were read, and of how many, after each; 0 of 0 while they are found.
        """
        found: dict[str, str] = {}
        if self.root is not None and self.root.is_dir():  # it may be gone, or not there yet
            for source, is_link, key in walk(str(self.root), self.configuration.settings):
                if source.format != "go" and not (is_link and key in found):
                    found[key] = os.path.abspath(source.name)  # noqa: PTH100
                yield 0, 0
        for key in [key for key in self._files if key not in found]:
            buffer = buffer_of(key)
            name = buffer.file if buffer is not None else self.name(key)
            if self.finds(name):  # it may have come meanwhile
                self.read(key, name, buffer)
            else:
                self.forget(key)
        for done, (key, name) in enumerate(found.items(), 1):
            self.read(key, name, buffer_of(key))
            yield done, len(found)
        self.is_loaded = True
        self._invalidate({LOADING})

    def finds(self, file: str) -> bool:
        """Whether the file is one of the workspace, by its path and the settings."""
        if self.root is None:
            return False
        settings, excludes = self.configuration.settings, self.configuration.excludes
        try:
            return is_found(Path(file), self.root, settings, excludes)
        except InputError:
            return False

    def folders(self) -> set[str]:
        """The folders that have files of the workspace, as far as they are not buffers."""
        read = [self.sources[file.number].name for file in self._files.values() if not file.buffer]
        return set(map(os.path.dirname, read))

    def __contains__(self, key: str) -> bool:
        return key in self._files

    def ordered(self) -> list[str]:
        """The keys of all files, in the order of a run."""
        return sorted(self._files, key=lambda key: self._files[key].order)

    def name(self, key: str) -> str:
        """The path of a file, as reports name it."""
        return self.sources[self._files[key].number].name

    def read(self, key: str, name: str, buffer: Buffer | None = None) -> None:
        """Take the present state of a file; nothing is done where it is known.

        Args:
            name: its path.
            buffer: that counts instead of it.
        """
        file = self._files.get(key)
        seen = None if buffer is not None else stamp(name)
        if file is not None and file.is_read and file.buffer is buffer and file.stamp == seen:
            return
        if buffer is None and (format_of(name) is None or not os.path.isfile(name)):  # noqa: PTH113
            self.forget(key)
            return
        if file is None:
            file = self._add(key, name)
        name = self.sources[file.number].name
        source = buffer.source(name) if buffer else Source(name, format_of(name) or "", named=False)
        self.sources[file.number] = source._replace(reported=False)
        file.buffer, file.stamp = buffer, seen
        file.is_read, file.checked = False, None
        if buffer is None:  # a buffer is read when it is checked
            self._read(file)

    def _read(self, file: _File) -> None:
        """Keep what a file tells the checks of others, unless it has a newer state by then."""
        source = self.sources[file.number]
        report = self._check(self.configuration.checker, file, reported=False)
        if self._is_present(file, source):
            self._keep(file, report)

    def _is_present(self, file: _File, source: Source) -> bool:
        """Whether a source is the present state of a file: a request may have brought another."""
        return self._files.get(self._keys[file.number]) is file and (
            self.sources[file.number] is source
        )

    def _pause(self) -> None:
        """Let requests be answered, unless the index has the rows of a text that is only tried."""
        if not self._is_trial:
            self._may_pause()

    def _add(self, key: str, name: str) -> _File:
        file = self._files[key] = _File(len(self.sources), self._order(name))
        self.sources.append(Source(name, "yaml"))
        self._keys.append(key)
        return file

    def _order(self, name: str) -> Any:
        relative = os.path.relpath(name, self.root) if self.root else name
        return walk_order(relative.replace(os.sep, "/"))

    def forget(self, key: str) -> None:
        """Forget a file that is gone."""
        file = self._files.get(key)
        if file is not None:
            self._set_checked(file, None, set())
            changed = self.index.remove(file.number) | self._count_kinds(file, ())
            del self._files[key]
            self._readings.pop(file.number, None)
            self._invalidate({*changed, source_of(file.number)})

    # Checks

    def check(self, key: str) -> Checked:
        """Every violation of one file, checked beside all others; none of a file that is unknown.

        Raises:
            Superseded: whatever `pause` raises.
        """
        file = self._files.get(key)
        if file is None:
            return Checked(())
        if file.checked is None:
            checker, source = self.configuration.checker, self.sources[file.number]
            report = self._check(checker, file, reported=True)
            if not self._is_present(file, source):
                return self.check(key)
            self._keep(file, report)
            state, dependencies = self._state, set[str]()
            result = self._finish(checker, file, report, dependencies)
            if not self._is_present(file, source):
                return self.check(key)
            baseline = self.configuration.baseline
            if baseline is not None:
                name = self.sources[file.number].name
                result = hide_known(result, baseline.of(name), fold=False)
            violations = [*filter(self.configuration.shows, result.violations)]
            checked = Checked(violations, result.summary.problems, file.buffer)
            self._set_checked(file, checked, dependencies)
            if state != self._state:  # a request was answered meanwhile, which has read others
                file.checked = None
                self._changed(key)
            return checked
        return file.checked

    def check_text(self, key: str, text: Source) -> Result:
        """What a check would find if a file had another text; nothing of that is kept.

        All violations are located, one by one, as `--fix` needs them.
        """
        self._pause()
        file = self._files[key]
        checker = self.configuration.fixing_checker
        kept = self.sources[file.number], self._readings.get(file.number, [])
        rows = list(self.index.rows_of(file.number))
        self.sources[file.number] = text._replace(name=kept[0].name)
        self._is_trial = True
        try:
            report = self._check(checker, file, reported=True)
            self._readings[file.number] = _reading(report)
            self.index.replace(file.number, report.rows)
            return self._finish(checker, file, report, set())
        finally:
            self._is_trial = False
            self.sources[file.number], self._readings[file.number] = kept
            self.index.replace(file.number, rows)

    def catch_up(self) -> None:
        """Read the buffers that changed since they were checked."""
        for file in list(self._files.values()):
            if not file.is_read:
                self._read(file)

    def _check(self, checker: Checker, file: _File, *, reported: bool) -> SourceReport:
        source = self.sources[file.number]._replace(reported=reported)
        report = new_report(source, file.number, None)
        for _ in check_steps(checker, source, report):
            self._pause()
        return report

    def _finish(
        self, checker: Checker, file: _File, report: SourceReport, dependencies: set[str]
    ) -> Result:
        """Complete the check of a file, beside all others."""
        report = copy(report)
        report.rows = []  # they are in `index`
        run = RunReport()
        run.add(report)
        source = self.sources[file.number]._replace(reported=True)
        sources = Sources(self.sources, file.number, source)
        readings = Readings(self._readings, file.number, dependencies)
        focus = file.number if self.is_loaded else -1
        if not self.is_loaded:
            dependencies.add(LOADING)
        try:
            with self.configuration.lookups.reading() as store:
                return self._finish_with(
                    checker, source, sources, run, store, focus, readings, dependencies
                )
        except StoreError:  # `Lookups.problem` has it
            run = RunReport()
            run.add(report)
            return self._finish_with(
                checker, source, sources, run, None, focus, readings, dependencies
            )

    def _finish_with(
        self, checker: Checker, source: Source, sources: Sequence[Source], run: RunReport,
        store: StoreRows | None, focus: int, readings: Mapping[int, list[Reading]],
        dependencies: set[str],
    ) -> Result:  # fmt: skip
        settings = self.configuration.settings
        around = Surroundings(
            self.index.focused_on(focus, dependencies, self._pause),
            Kinds(self._kinds, dependencies), readings, is_closed(settings, (), store),
        )  # fmt: skip
        return finish(checker, [source], sources, run, store, around=around)

    # What depends on what

    def _keep(self, file: _File, report: SourceReport) -> None:
        """Keep what the check of a file tells the checks of others."""
        reading = _reading(report)
        changed = self.index.replace(file.number, report.rows)
        changed |= self._count_kinds(file, report.kinds)
        if self._readings.get(file.number) != reading:
            changed.add(source_of(file.number))
        self._readings[file.number] = reading
        file.is_read = True
        self._invalidate(changed, but=file.number)

    def _count_kinds(self, file: _File, kinds: Iterable[str]) -> set[str]:
        old, new = set(file.kinds), set(kinds)
        self._kinds.update(new - old)
        self._kinds.subtract(old - new)
        file.kinds = frozenset(new)
        return {kind_of(kind) for kind in old ^ new}

    def _set_checked(self, file: _File, checked: Checked | None, dependencies: set[str]) -> None:
        self._dependents.replace(file.number, file.dependencies, dependencies)
        file.checked, file.dependencies = checked, dependencies

    def _invalidate(self, changed: Collection[str], but: int = -1) -> None:
        """Let every file be checked anew whose result depends on something that changed."""
        self._state += bool(changed)
        for number in self._dependents.on(changed) - {but}:
            key = self._keys[number]
            self._files[key].checked = None
            self._changed(key)

    def invalidate_all(self) -> None:
        """What is hidden or reported has changed, but not the rules."""
        self._state += 1
        for key, file in self._files.items():
            if file.checked is not None:
                file.checked = None
                self._changed(key)

    # What is in a file

    def parts(self, key: str, wanted: Collection[int] | None = None) -> Iterator[ReadPart]:
        """The documents of a file or its buffer, entities or not, with a pause before each.

        Args:
            wanted: as of `read_parts`.
        """
        file = self._files.get(key)
        if file is None:
            return
        limits, buffer, source = self.configuration.settings.limits, file.buffer, self.source(key)
        parts = buffer.parts(limits, wanted) if buffer else read_parts(source, limits, wanted)
        for part in parts:
            self._pause()
            yield part

    def source(self, key: str) -> Source:
        """A file, or its buffer, as a source."""
        return self.sources[self._files[key].number]

    def buffer(self, key: str) -> Buffer | None:
        """The buffer that counts instead of a file."""
        file = self._files.get(key)
        return file.buffer if file is not None else None

    def key(self, number: int) -> str:
        """The key of the file at a position in the index."""
        return self._keys[number]


def _reading(report: SourceReport) -> list[Reading]:
    return [] if report.digest is None else [Reading(report.digest, None)]
