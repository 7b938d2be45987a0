"""One source: fast where all is well, with places where there is something to report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.limits import CURRENT
from dispatch_lint.documents.classify import Skipped
from dispatch_lint.documents.discover import is_no_definition
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.modelines import MARK
from dispatch_lint.documents.source import SMALL, BadRow, Source, decode
from dispatch_lint.model.errors import InputError
from dispatch_lint.old import json_text, yaml_text
from dispatch_lint.old.blocks import UNREAD
from dispatch_lint.old.outcome import Listed
from dispatch_lint.schema.validation import is_valid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch_lint.documents.source import RowReader
    from dispatch_lint.engine.precedence import Found
    from dispatch_lint.model.violation import Finding, Violation
    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.placed import Part
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.shape import Route


def check_files(run: Run, numbers: Sequence[int], at_most: int | None = None) -> list[int]:
    """Judge the documents of some sources, and keep their facts for the corpus rules.

    Small files are read some at a time, before they are judged: a processor that goes to and fro
    between the system and this code for each file forgets what it knew of either.

    Args:
        numbers: of the sources among those of the run.
        at_most: bytes; larger files are left alone.

    Returns:
        The numbers of those that were left alone.
    """
    left = []
    most = min(SMALL, CURRENT.bytes, SMALL if at_most is None else at_most)
    for start in range(0, len(numbers), _AHEAD):
        some = numbers[start : start + _AHEAD]
        read = run.read_small(some, most)
        for number, data in zip(some, read, strict=True):
            if not FileCheck(run, run.sources[number], number).run(at_most, data):
                left.append(number)
    return left


_AHEAD = 32
"""Files that are read before the first of them is judged."""


class _Quiet(NamedTuple):
    """What of a document is counted, and needs no place."""

    found: list[Found]
    declared: list[tuple[Route, Rule, Finding]]


_NOTHING = _Quiet([], [])


class FileCheck:
    """One source: fast where all is well, with places where there is something to report."""

    def __init__(self, run: Run, source: Source, number: int) -> None:
        self.run_, self.source, self.number = run, source, number
        self.ignored = run.ignored(source)
        self.entities = 0
        self.folded: dict[tuple[str, str], int] = {}
        self.first: dict[tuple[str, str], int] = {}
        self.unparsed: list[tuple[int, Part]] = []
        self.upcoming = 0
        """Documents whose places are still to be read."""

    def run(self, at_most: int | None, data: bytes | None = None) -> bool:
        """Judge the documents of the source, and keep their facts.

        Args:
            at_most: bytes; a larger file is left alone.
            data: all bytes, where they have been read.

        Returns:
            False where it was left alone.
        """
        run = self.run_
        try:
            if self.source.rows is not None:
                self._rows(self.source.rows)
            elif self.source.format == "jsonl":
                if at_most is not None and self.source.size() > at_most:
                    return False
                self._lines()
            else:
                if data is None:
                    data = self.source.data(at_most)
                if data is None:
                    return False
                run.note_digest(self.number, run.new_digest(data))
                self._whole(decode(data, self.source.name))
            run.summary.files += self.source.reported
            run.summary.stores += self.source.reported and self.source.rows is not None
        except InputError as error:
            # What was read of a JSONL text before it is judged all the same.
            run.summary.problems.append(str(error))
        if self.unparsed or self.first:  # seldom
            self.finish()
            self._count_folds()
        return True

    def finish(self) -> None:
        """Judge what could not be judged before all of the file was seen."""
        self._report_unparsed()
        self.unparsed = []

    def _count_folds(self) -> None:
        found = self.run_.found
        for key, index in self.first.items():
            found[index] = with_count(found[index], self.folded.get(key, 0))

    def _whole(self, text: str) -> None:
        reader = yaml_text if self.source.format == "yaml" else json_text
        # A modeline is a comment: only the slower way sees it.
        if MARK in text:
            self.run_.summary.outside = True
        values = None if MARK in text else reader.read_values(text)
        if values is not None and self._quickly(text, values):
            return
        parts = (
            self.source.placed()
            if self.source.placed
            else _placed_reader(self.source).read_placed(text)
        )
        if self.source.format == "yaml" and self.source.reported:
            # Before anything is reported: what is suppressed is not too much of a file.
            from dispatch_lint.engine.suppression import read_suppressions

            found = read_suppressions(text, parts)
            if found:
                self.run_.suppressions[self.source.name] = found
        self._placed(list(enumerate(parts)))

    def _quickly(self, text: str, values: list[Any]) -> bool:
        """Judge plain values, and read the places of those only where something is to be located.

        Returns:
            False, and nothing kept, where the places cannot be told by the number of a document.
        """
        judged: list[tuple[Document | Skipped, _Quiet]] = []
        wanted: list[int] = []
        for index, value in enumerate(values):
            if value is not UNREAD:
                one, quiet = self._judge_value(value, index)
                if quiet is not None:
                    judged.append((one, quiet))
                    continue
            wanted.append(index)
        parts = self._some_parts(text, wanted, len(values)) if wanted else []
        if parts is None:
            return False
        for one, quiet in judged:
            self._take(one, quiet)
        if parts:
            self._placed(parts)
        return True

    def _some_parts(
        self, text: str, wanted: list[int], count: int
    ) -> list[tuple[int, Part]] | None:
        """Some documents of a text with their places; None where they are counted otherwise."""
        if self.source.placed is not None:
            every = self.source.placed()
            return [(index, every[index]) for index in wanted] if len(every) == count else None
        found: list[tuple[int, Part]] | None
        found = _placed_reader(self.source).read_wanted(text, set(wanted), count)
        return found

    def _lines(self) -> None:
        digest = self.run_.new_digest()
        for index, (number, line) in enumerate(self.source.raw_lines(digest)):
            self.line(index, number, line)
        self.run_.note_digest(self.number, digest)

    def line(self, index: int, number: int, line: bytes) -> None:
        """Judge one line of JSONL.

        Args:
            index: of the document, counted from 0.
            number: of the line, counted from 1.

        Raises:
            InputError: it is no text.
        """
        try:
            value = json_text.read_line(line)
        except ValueError:
            quiet = None
        else:
            one, quiet = self._judge_value(value, index)
        if quiet is not None:
            self._take(one, quiet)
        else:
            from dispatch_lint.old import json_placed

            text = decode(line, f"{self.source.name}:{number}")
            self._placed([(index, json_placed.read_placed_line(text, number))])

    def _rows(self, reader: RowReader) -> None:
        self.run_.summary.closed = True  # what is read from a store as a whole is all there is
        for index, (key, value) in enumerate(reader.rows()):
            if isinstance(value, BadRow):
                self.run_.summary.problems.append(f"{self.source.name}: {key}: {value.message}")
                continue
            one = self.run_.classifier.read(value, self.source, index)
            if isinstance(one, Document):
                one.row_key = key
            quiet = self._judge(one)
            if quiet is not None:
                self._take(one, quiet)
            elif isinstance(one, Document):
                from dispatch_lint.old.placed import row_part

                self.upcoming -= 1
                one.part = row_part(index)
                self._report(one)
                self._keep(one)

    def _judge_value(self, value: Any, index: int) -> tuple[Document | Skipped, _Quiet | None]:
        """Plain values as a document, and what `_judge` says of it."""
        clean = self.run_.alike.clean(value, self.source, index)
        if clean is not None:
            document, like = clean
            if not like.declared:
                return document, _NOTHING
            if not (self.ignored or any(self._must_locate(*one[1:]) for one in like.declared)):
                return document, _Quiet([], like.declared)
        run = self.run_
        one, failed = run.classifier.read(value, self.source, index), run.failed
        quiet = self._judge(one)
        if (
            quiet is not None and not (quiet.found or self.ignored)
            and isinstance(one, Document) and self.source.reported and run.failed == failed
        ):  # fmt: skip
            run.alike.learn(one)
        return one, quiet

    def _judge(self, one: Document | Skipped) -> _Quiet | None:
        """What of a document needs no place; None where something does."""
        if isinstance(one, Skipped):
            return _NOTHING
        run = self.run_
        if not self.source.reported:
            run.prepare(one)
            return _NOTHING
        shows = run.shows(self.source.name, self.upcoming)
        if shows and self._is_faulty(one):
            self.upcoming += 1
            return None
        found = run.findings(one, self.ignored)
        declared = self._declared(one)
        if not (found or declared):
            return _NOTHING
        if shows and any(
            self._must_locate(*pair) for pair in (*found, *(one[1:] for one in declared))
        ):
            self.upcoming += 1
            return None
        return _Quiet(found, declared)

    def _take(self, one: Document | Skipped, quiet: _Quiet) -> None:
        """Count what needs no place, and keep the facts of a document."""
        if quiet is _NOTHING:  # nearly always
            self._keep(one)
            return
        for rule, finding in quiet.found:
            if self._is_first(rule, finding):
                severity = self.run_.severity(rule, finding)
                self.run_.count_unshown(self.source.name, rule.name, severity, finding)
        if quiet.declared and isinstance(one, Document):
            self._count_declared(one, quiet.declared)
        self._keep(one)

    def _is_faulty(self, document: Document) -> bool:
        """Whether something is sure to be located: then why, is explained once, with places."""
        run, schema = self.run_, document.schema
        return (
            run.explains(self.ignored)
            and not schema.only_base
            and not is_valid(schema, document.value)
        )

    def _is_first(self, rule: Rule, finding: Finding) -> bool:
        """Whether a finding counts; of those of one fold only the first does."""
        if not finding.fold or self.run_.unfolded:
            return True
        times = self.folded.get((rule.name, finding.fold), 0) + 1
        self.folded[rule.name, finding.fold] = times
        self.run_.summary.folded += times > 1
        return times == 1

    def _must_locate(self, rule: Rule, finding: Finding) -> bool:
        if (rule.name, finding.fold) in self.folded and not self.run_.unfolded:
            return False
        severity = self.run_.severity(rule, finding)
        if finding.heading and self.run_.folds(severity):
            return False
        return severity >= self.run_.quiet

    def _declared(self, document: Document) -> list[tuple[Route, Rule, Finding]]:
        """The declared fields of a document that the guide has something against."""
        known = self.run_.declarations(document.schema)
        return known and [
            one for one in known
            if one[1].name not in self.ignored
            and next(one[0].walk(document.entity), None) is not None
        ]  # fmt: skip

    def _keep(self, one: Document | Skipped) -> None:
        """Count a document, and collect its facts."""
        run = self.run_
        if run.listed is not None and self.source.reported:
            run.listed.append(Listed(self.source.name, one.index, _what(one)))
        if isinstance(one, Skipped):
            if one.describes_api and (self.source.named or not is_no_definition(self.source.name)):
                run.descriptions.append((self.source, one.index))
            else:
                run.summary.skipped += self.source.reported
            return
        self.entities += 1
        run.summary.documents += self.source.reported
        if one.part is None or one.part.problem is None:
            run.collect(one, self.number)

    def _count_declared(
        self, document: Document, declared: list[tuple[Route, Rule, Finding]]
    ) -> None:
        for route, rule, finding in declared:
            places = sum(1 for _ in route.walk(document.entity))
            severity = self.run_.severity(rule, finding)
            self.run_.count_unshown(self.source.name, rule.name, severity, finding, places)

    def _placed(self, parts: list[tuple[int, Part]]) -> None:
        run = self.run_
        self.upcoming = 0
        for index, part in parts:
            if part.problem is not None:
                self.unparsed.append((index, part))
                continue
            one = run.classifier.read(part.value, self.source, index, part)
            if isinstance(one, Document):
                if self.source.reported:
                    self._report(one)
                else:
                    run.prepare(one)
            elif one.describes_api:
                run.described[self.source.name, index] = part
            self._keep(one)

    def _report(self, document: Document) -> None:
        run = self.run_
        for rule, finding in run.findings(document, self.ignored):
            self._add(document, rule, finding)
        for route, rule, finding in self._declared(document):
            for path, _ in route.walk(document.entity):
                self._add(document, rule, finding._replace(path=path))

    def _add(self, document: Document, rule: Rule, finding: Finding) -> None:
        if self._is_first(rule, finding):
            index = len(self.run_.found)
            if self.run_.add(document, rule, finding) and finding.fold:
                self.first[rule.name, finding.fold] = index

    def _report_unparsed(self) -> None:
        """What does not parse is judged last: whether it is an entity depends on its file."""
        for index, part in self.unparsed:
            one = self.run_.classifier.unparsed(part, self.source, index, beside=self.entities > 0)
            if isinstance(one, Document) and self.source.reported:
                self._report(one)
            self._keep(one)


def with_count(one: Violation, count: int) -> Violation:
    """The first violation of a fold, with the number of them."""
    return one._replace(message=f"{one.message} ({count} entities)") if count > 1 else one


def _placed_reader(source: Source) -> Any:
    """What reads a text with its places: most runs do without it."""
    from dispatch_lint.old import json_placed, yaml_placed

    return yaml_placed if source.format == "yaml" else json_placed


def _what(one: Document | Skipped) -> str:
    if isinstance(one, Skipped):
        return f"skipped: {one.reason}"
    return f"{one.form} {one.kind or 'entity'}{f' {one.key}' if one.key else ''}"
