"""Fixes: rounds of edits until nothing changes, each one proved before it is kept.

A fixed file still parses, says the same but for what was to change, and has no new violation;
what does not hold is withdrawn, and said.
"""

from __future__ import annotations

import io
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dispatch_lint.config.limits import MAX_DEPTH, Limits
from dispatch_lint.documents.reading import Reading, changed_error, has_changed, read_source
from dispatch_lint.model.location import pointer
from dispatch_lint.text.edits import apply_edits, offsets_of
from dispatch_lint.text.files import write_bytes
from dispatch_lint.text.lines import Lines

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.model.location import Path as FieldPath
    from dispatch_lint.model.violation import Violation

_ROUNDS = 10
_FEW_LINES = 1_000
_TRIES = 50
"""Runs that are made, at most, to find out which fixes do not hold."""
_FEW_TRIES = 4
"""So many are made of however much."""
_TRIED = 100_000_000
"""Bytes that are read in them."""
_BOM = "\ufeff"
One = TypeVar("One")
Check = Callable[["Sequence[Source]"], "Result"]
"""Checks sources, and finds every place of everything."""


@dataclass
class Fixed:
    """What fixing did.

    Attributes:
        texts: the new texts of files that changed, by name.
        before: their old texts.
        counts: how many violations each file is rid of.
        withdrawn: fixes that could not be kept, and why.
        violations: what is left.
    """

    texts: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)


def fix_sources(check: Check, sources: Sequence[Source], *, unsafe: bool) -> Fixed:
    """Fix what can be fixed in the texts of some sources; nothing is written.

    Args:
        unsafe: whether unsafe fixes count too.
    """
    fixing = _Fixing(check, sources, unsafe=unsafe)
    fixing.run()
    return fixing.fixed


class _Fixing:
    """The rounds of edits in the texts of some sources."""

    def __init__(self, check: Check, sources: Sequence[Source], *, unsafe: bool) -> None:
        self.fixed = Fixed()
        self._check, self._sources, self._unsafe = check, sources, unsafe
        self._files = {one.name: one for one in sources if one.reported and not one.rows}
        self._given_up: set[tuple[str, str, str]] = set()
        self._readings: Mapping[str, Sequence[Reading]] = {}
        self._tries = 0
        """How many more runs may be made to find out which fixes do not hold."""

    def run(self) -> None:
        """Fix, round by round."""
        fixed = self.fixed
        violations = self.lint({})
        self._tries = _tries(sum(one.size() for one in self._sources), len(violations))
        for _ in range(_ROUNDS):
            wanted = self._wanted(violations)
            if not wanted:
                break
            violations = self._round(wanted, violations)
        fixed.violations = violations
        for name in [name for name, text in fixed.texts.items() if text == fixed.before[name]]:
            del fixed.texts[name]

    def lint(self, texts: dict[str, str]) -> list[Violation]:
        """Everything that a run over the sources finds, some with other texts."""
        changed = [
            one._replace(opener=_opener(texts[one.name])) if one.name in texts else one
            for one in self._sources
        ]
        result = self._check(changed)
        if not texts:
            self._readings = result.readings
        return result.violations

    def _wanted(self, violations: Iterable[Violation]) -> dict[str, list[Violation]]:
        """What has a fix that was not given up, by file."""
        found: dict[str, list[Violation]] = {}
        for one in violations:
            if one.fix is None or one.file not in self._files:
                continue
            if one.fix.safety == "unsafe" and not self._unsafe:
                continue
            if (one.file, one.rule, one.fingerprint) not in self._given_up:
                found.setdefault(one.file, []).append(one)
        return found

    def _round(
        self, wanted: dict[str, list[Violation]], violations: list[Violation]
    ) -> list[Violation]:
        """Try the fixes of all files together, and keep those that hold.

        Returns:
            What the last run found.
        """
        texts = self.fixed.texts
        chosen: dict[str, list[Violation]] = {}
        old: dict[str, str] = {}
        for name, several in wanted.items():
            if name not in texts and self._has_changed(name):
                self._give_up(name, several)
                continue
            old[name] = texts[name] if name in texts else full_text(self._files[name])
            self.fixed.before.setdefault(name, old[name])
            chosen[name] = _apart(several, old[name])
            texts[name] = _edited(old[name], chosen[name])
        left = self.lint(texts)
        before, after = _by_file(violations), _by_file(left)
        bad = [
            name for name, several in chosen.items()
            if not _proved(self._files[name], old[name], texts[name], several)
            or _any_new(before[name], after.get(name, ()), several)
        ]  # fmt: skip
        for name in bad:
            texts[name] = old[name]
        for name in bad:
            chosen[name] = self._held(name, chosen[name], before[name])
            texts[name] = _edited(old[name], chosen[name])
        for name, several in chosen.items():
            self.fixed.counts[name] = self.fixed.counts.get(name, 0) + len(several)
        return self.lint(texts) if bad else left

    def _has_changed(self, name: str) -> bool:
        """Whether a file is not what was checked: its places may be wrong."""
        return has_changed(self._files[name], _NO_LIMITS, self._readings.get(name, ()))

    def _give_up(self, name: str, violations: Iterable[Violation]) -> None:
        """Fix nothing in a file that changed."""
        self._given_up |= {(name, one.rule, one.fingerprint) for one in violations}
        self.fixed.withdrawn.append(f"{changed_error(name)}: nothing in it was fixed")

    def _held(self, name: str, chosen: list[Violation], before: list[Violation]) -> list[Violation]:
        """Of the fixes of a file, which do not hold together, those that do.

        Args:
            before: the violations of the file.
        """
        texts = dict(self.fixed.texts)
        old = texts[name]

        def holds(several: list[Violation]) -> bool:
            self._tries -= 1
            text = _edited(old, several)
            if not _proved(self._files[name], old, text, several):
                return False
            after = _by_file(self.lint(texts | {name: text}))
            return not _any_new(before, after.get(name, ()), several)

        held, refused = sifted(chosen, holds, self._tries)
        # Beside what was held the others may mean something else: they are seen again.
        for one in () if held else refused:
            self._given_up.add((name, one.rule, one.fingerprint))
            said = f"{one.place}: the fix of {one.rule} was withdrawn: the file would not be as it has to be"
            self.fixed.withdrawn.append(said)
        return held


def _tries(size: int, violations: int) -> int:
    """How many runs may be made to find out which fixes do not hold: some seconds' worth.

    Args:
        size: of all sources, in bytes.
        violations: of all sources; to find one takes as long as to read 1,500 bytes.
    """
    return max(_FEW_TRIES, min(_TRIES, _TRIED // (1 + size + 1_500 * violations)))


def sifted(
    several: list[One], holds: Callable[[list[One]], bool], most: int = _TRIES
) -> tuple[list[One], list[One]]:
    """Of fixes that do not hold together those that do, and the others, found by halving.

    Args:
        most: tries; after them those that are left count among the others.
    """
    held: list[One] = []
    refused: list[One] = []
    waiting, tries = [several], 0
    while waiting:
        some = waiting.pop()
        if some is not several and tries < most:
            tries += 1
            if holds(held + some):
                held += some
                continue
        if len(some) == 1 or tries == most:
            refused += some
        else:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return held, refused


def _opener(text: str) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(text.encode("utf-8", "surrogatepass"))


def full_text(source: Source) -> str:
    """The text of a source with its byte order mark, if it has one."""
    with source.open() as stream:
        return stream.read().decode("utf-8")


def _apart(wanted: Sequence[Violation], text: str) -> list[Violation]:
    """Of fixes that touch each other, or give fields one name, only the first: the next round sees
    the others again."""
    lines = Lines(text.removeprefix(_BOM))
    chosen: list[Violation] = []
    taken: list[tuple[int, int]] = []  # sorted, and apart
    named: set[tuple[int, FieldPath]] = set()
    for one in wanted:
        assert one.fix is not None
        spans = [offsets_of(edit, lines) for edit in one.fix.edits]
        names = {(one.document, path) for path in one.fix.renamed}
        if named.isdisjoint(names) and all(_is_free(span, taken) for span in spans):
            chosen.append(one)
            named |= names
            for span in spans:
                insort(taken, span)
    return chosen


def _is_free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    at = bisect_left(taken, span)
    return all(
        span[1] <= start or stop <= span[0] for start, stop in taken[max(at - 1, 0) : at + 1]
    )


def _edited(text: str, chosen: Sequence[Violation]) -> str:
    return apply_edits(
        text, [edit for one in chosen for edit in (one.fix.edits if one.fix else ())]
    )


def _by_file(violations: Iterable[Violation]) -> dict[str, list[Violation]]:
    found: dict[str, list[Violation]] = {}
    for one in violations:
        found.setdefault(one.file, []).append(one)
    return found


def _any_new(
    before: Iterable[Violation], after: Iterable[Violation], chosen: Sequence[Violation]
) -> bool:
    """Whether a file has violations that it had not. Some move with a name that was mended."""
    moved = {one.rule for one in chosen}
    names = {
        (one.document, one.pointer): pointer(path[-1:])
        for one in chosen
        for path in (one.fix.renamed if one.fix else ())
    }
    known = {(one.rule, one.document, _renamed(one, names)) for one in before}
    fixed = {(one.document, one.pointer) for one in chosen}
    return any(
        one.severity > 1
        and (one.rule, one.document, one.pointer) not in known
        and not (one.rule in moved and (one.document, one.pointer) in fixed)
        for one in after
    )


def _renamed(one: Violation, names: dict[tuple[int, str], str]) -> str:
    """Where a violation is when fields have other names.

    Args:
        names: of fields, as pointers of one step, by document and pointer.
    """
    if not names:
        return one.pointer
    old = new = ""
    for step in one.pointer.split("/")[1:]:
        old += f"/{step}"
        new += names.get((one.document, old), f"/{step}")
    return new


def _proved(source: Source, old: str, new: str, chosen: Sequence[Violation]) -> bool:
    """Whether the new text parses, and says the same but for the fields that were to change."""
    before, after = _values(source, old), _values(source, new)
    if len(before) != len(after) or any(value is UNREAD for value in after):
        return False
    touched: dict[int, int] = {}
    for one in chosen:
        edits = one.fix.edits if one.fix else ()
        touched[one.document] = touched.get(one.document, 0) + len(edits)
    return all(
        _differences(one, other) <= touched.get(index, 0)
        for index, (one, other) in enumerate(zip(before, after, strict=True))
    )


def _values(source: Source, text: str) -> list[Any]:
    """The documents of a text as plain values; `UNREAD` stands for what does not parse."""
    read = read_source(source._replace(opener=_opener(text)), _NO_LIMITS)
    return [UNREAD if part.problem else part.value for _, part, *_ in read.parts]


UNREAD = object()
_NO_LIMITS = Limits(document_size=1 << 20, depth=MAX_DEPTH)
"""A text that could be checked can be read again."""


def _differences(old: object, new: object) -> int:
    """How many fields differ, a field with another name counted once."""
    if isinstance(old, dict) and isinstance(new, dict):
        if len(old) != len(new):
            return 1_000
        count = 0
        for (name, one), (other, two) in zip(old.items(), new.items(), strict=True):
            count += (name != other) + _differences(one, two)
        return count
    if isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            return 1_000
        return sum(_differences(one, two) for one, two in zip(old, new, strict=True))
    return int(repr(old) != repr(new))


def write_fixed(fixed: Fixed) -> None:
    """Write the new texts, each file at once and with the mode it had.

    Raises:
        OSError: a file cannot be written; it is as it was.
    """
    for name, text in fixed.texts.items():
        write_bytes(Path(name), text.encode("utf-8"))


def diff_lines(fixed: Fixed) -> Iterator[str]:
    """The changes as one unified diff."""
    for name, text in sorted(fixed.texts.items()):
        old, new = fixed.before[name].splitlines(True), text.splitlines(True)
        yield f"--- a/{name}\n+++ b/{name}\n"
        for several in _Matcher(old, new).get_grouped_opcodes():
            (_, first, _, other, _), (_, _, last, _, another) = several[0], several[-1]
            yield f"@@ -{_range(first, last)} +{_range(other, another)} @@\n"
            for tag, start, end, begin, stop in several:
                yield from _marked(" " if tag == "equal" else "-", old[start:end])
                if tag != "equal":
                    yield from _marked("+", new[begin:stop])


class _Matcher(SequenceMatcher[str]):
    """Compares large texts of the same number of lines line by line: where many lines are alike, to
    look for the longest run of equal ones takes minutes."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        self._old, self._new = old, new

    def get_opcodes(self) -> Any:
        """As of every matcher."""
        if len(self._old) != len(self._new) or len(self._old) <= _FEW_LINES:
            return super().get_opcodes()
        return list(self._line_by_line())

    def _line_by_line(self) -> Iterator[tuple[str, int, int, int, int]]:
        start = 0
        for same, several in groupby(map(eq, self._old, self._new)):
            end = start + sum(1 for _ in several)
            yield "equal" if same else "replace", start, end, start, end
            start = end


def _range(start: int, end: int) -> str:
    """Lines of a unified diff; none are after the line before."""
    count = end - start
    return f"{start + bool(count)}{'' if count == 1 else f',{count}'}"


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield mark + (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
