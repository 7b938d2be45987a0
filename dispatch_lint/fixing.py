"""Fixes: rounds of edits until nothing changes, each one proved before it is kept.

A fixed file still parses, says the same but for what was to change, and has no new violation;
what does not hold is withdrawn, and said.
"""

from __future__ import annotations

import io
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import groupby
from operator import eq
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from dispatch_lint.documents import json_placed, yaml_placed
from dispatch_lint.documents.placed import Lines
from dispatch_lint.files import write_bytes

if TYPE_CHECKING:
    from dispatch_lint.documents.edits import TextEdit
    from dispatch_lint.documents.placed import Part
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine import Run
    from dispatch_lint.violation import Violation

_ROUNDS = 10
_FEW_LINES = 1_000
_TRIES = 50
"""Runs that are made to find out which fixes of a file do not hold."""
_BOM = "\ufeff"
One = TypeVar("One")
Again = Callable[[], "Run"]
"""Makes a run with the settings of the first; it finds every place, folded ones too."""


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


def fix_sources(again: Again, sources: Sequence[Source], *, unsafe: bool) -> tuple[Fixed, Run]:
    """Fix what can be fixed in the texts of some sources; nothing is written.

    Args:
        unsafe: whether unsafe fixes count too.

    Returns:
        What was done, and the last run, which says what is left.
    """
    fixed = Fixed()
    given_up: set[tuple[str, str, str]] = set()
    files = {source.name: source for source in sources if source.reported and not source.rows}
    run, violations = _lint(again, sources, fixed.texts)
    for _ in range(_ROUNDS):
        several = _fixable(violations, files, given_up, unsafe=unsafe)
        if not several:
            break
        tried: dict[str, tuple[str, list[Violation]]] = {}
        for name, wanted in several.items():
            text = fixed.texts.get(name) or full_text(files[name])
            fixed.before.setdefault(name, text)
            chosen = _apart(wanted, text)
            tried[name] = (_edited(text, chosen), chosen)
        before = {name: fixed.texts.get(name, fixed.before[name]) for name in tried}
        fixed.texts |= {name: text for name, (text, _) in tried.items()}
        run, left = _lint(again, sources, fixed.texts)
        bad = [
            name for name, (text, chosen) in tried.items()
            if not _proved(files[name], before[name], text, chosen)
            or _new_in(name, violations, left, chosen)
        ]  # fmt: skip
        for name in bad:
            fixed.texts[name] = before[name]
        for name in bad:
            old, others, known = before[name], dict(fixed.texts), violations

            def holds(
                several: list[Violation], name: str = name, old: str = old,
                others: dict[str, str] = others, known: list[Violation] = known,
            ) -> bool:  # fmt: skip
                text = _edited(old, several)
                _, after = _lint(again, sources, others | {name: text})
                return _proved(files[name], old, text, several) and not _new_in(
                    name, known, after, several
                )

            held, refused = sifted(tried[name][1], holds)
            fixed.texts[name] = _edited(old, held)
            tried[name] = (fixed.texts[name], held)
            # Beside what was held the others may mean something else: they are seen again.
            for one in () if held else refused:
                given_up.add((name, one.rule, one.fingerprint))
                fixed.withdrawn.append(f"{one.place}: the fix of {one.rule} was withdrawn: the "
                                       "file would not be as it has to be")  # fmt: skip
        for name, (_, chosen) in tried.items():
            fixed.counts[name] = fixed.counts.get(name, 0) + len(chosen)
        if bad:
            run, left = _lint(again, sources, fixed.texts)
        violations = left
    fixed.violations = violations
    same = [name for name, text in fixed.texts.items() if text == fixed.before[name]]
    for name in same:
        del fixed.texts[name]
    return fixed, run


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


def _lint(
    again: Again, sources: Sequence[Source], texts: dict[str, str]
) -> tuple[Run, list[Violation]]:
    run = again()
    changed = [
        source._replace(opener=_opener(texts[source.name])) if source.name in texts else source
        for source in sources
    ]
    return run, list(run.lint(changed))


def _opener(text: str) -> Callable[[], io.BytesIO]:
    return lambda: io.BytesIO(text.encode("utf-8", "surrogatepass"))


def full_text(source: Source) -> str:
    """The text of a source with its byte order mark, if it has one."""
    with source.open() as stream:
        return stream.read().decode("utf-8")


def _fixable(
    violations: Iterable[Violation], files: dict[str, Source],
    given_up: set[tuple[str, str, str]], *, unsafe: bool,
) -> dict[str, list[Violation]]:  # fmt: skip
    found: dict[str, list[Violation]] = {}
    for one in violations:
        if one.fix is None or one.file not in files:
            continue
        if one.fix.safety == "unsafe" and not unsafe:
            continue
        if (one.file, one.rule, one.fingerprint) not in given_up:
            found.setdefault(one.file, []).append(one)
    return found


def _apart(wanted: Sequence[Violation], text: str) -> list[Violation]:
    """Of edits that touch each other only the first: the next round sees the others again."""
    lines = Lines(text.removeprefix(_BOM))
    chosen: list[Violation] = []
    taken: list[tuple[int, int]] = []  # sorted, and apart
    for one in wanted:
        assert one.fix is not None
        spans = [_offsets(edit, lines) for edit in one.fix.edits]
        if all(_is_free(span, taken) for span in spans):
            chosen.append(one)
            for span in spans:
                insort(taken, span)
    return chosen


def _is_free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    at = bisect_left(taken, span)
    return all(
        span[1] <= start or stop <= span[0] for start, stop in taken[max(at - 1, 0) : at + 1]
    )


def _offsets(edit: TextEdit, lines: Lines) -> tuple[int, int]:
    span = edit.span
    return lines.offset(span.line, span.column), lines.offset(span.end_line, span.end_column)


def _edited(text: str, chosen: Sequence[Violation]) -> str:
    return apply_edits(
        text, [edit for one in chosen for edit in (one.fix.edits if one.fix else ())]
    )


def apply_edits(text: str, edits: Sequence[TextEdit]) -> str:
    """A text, its byte order mark included, after edits that do not touch each other."""
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    lines = Lines(body)
    pieces, done = [mark], 0
    for edit in sorted(edits, key=lambda edit: _offsets(edit, lines)):
        start, end = _offsets(edit, lines)
        pieces += [body[done:start], edit.text]
        done = end
    return "".join([*pieces, body[done:]])


def _new_in(
    name: str, before: Iterable[Violation], after: Iterable[Violation],
    chosen: Sequence[Violation],
) -> bool:  # fmt: skip
    """Whether a file has violations that it had not. Some move with a name that was mended."""
    moved = {one.rule for one in chosen}
    known = {(one.rule, one.document, one.pointer) for one in before if one.file == name}
    fixed = {(one.document, one.pointer) for one in chosen}
    return any(
        one.file == name
        and one.severity > 1
        and (one.rule, one.document, one.pointer) not in known
        and not (one.rule in moved and (one.document, one.pointer) in fixed)
        for one in after
    )


def _proved(source: Source, old: str, new: str, chosen: Sequence[Violation]) -> bool:
    """Whether the new text parses, and says the same but for the fields that were to change."""
    before, after = _parts(source, old), _parts(source, new)
    if len(before) != len(after) or any(part.problem for part in after):
        return False
    touched: dict[int, int] = {}
    for one in chosen:
        edits = one.fix.edits if one.fix else ()
        touched[one.document] = touched.get(one.document, 0) + len(edits)
    for index, (one_part, other) in enumerate(zip(before, after, strict=True)):
        differing = _differences(one_part.value, other.value)
        if differing > touched.get(index, 0):
            return False
    return True


def _parts(source: Source, text: str) -> list[Part]:
    text = text.removeprefix(_BOM)
    if source.format == "jsonl":
        lines = text.split("\n")
        return [json_placed.read_placed_line(line, 1) for line in lines if line.strip()]
    return (
        yaml_placed.read_placed(text) if source.format == "yaml" else json_placed.read_placed(text)
    )


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
