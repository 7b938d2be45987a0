"""The baseline: known violations by fingerprint, which does not depend on the line."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.globs import names_below
from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.config.tree import exists, real_path
from dispatch_lint.documents.source import STDIN_NAME, is_url
from dispatch_lint.engine.precedence import PRECEDING, SCHEMA
from dispatch_lint.engine.summary import Declared
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.violation import Severity
from dispatch_lint.text.files import write_lines

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.model.violation import Violation

VERSION = 1
MAX_BYTES = 32 * MIB
"""The largest baseline that is read: its entries are all held in memory."""


class BaselineError(UserError):
    """A baseline that cannot be read; the message names it."""


class Looked(NamedTuple):
    """What a run looked for: only that can be new, or no more.

    Attributes:
        files: the files that were checked; other files may have been read for keys and references.
        rules: the rules of the run.
        across: those of them that compare documents.
        is_whole: whether the run read the whole project, so that nothing to compare was missing.
        off: returns the rules that the setting `per-path` turns off for a file.
    """

    files: Collection[str]
    rules: Collection[str]
    across: Collection[str]
    is_whole: bool
    off: Callable[[str], Collection[str]]

    def at(self, file: str, rule: str) -> bool:
        """Whether the run looked for violations of a rule in a file."""
        return (
            file in self.files
            and rule in self.rules
            and (self.is_whole or rule not in self.across)
            and not {rule, "all"} & {*self.off(file)}
        )


class Baseline:
    """Known violations, which do not fail a run.

    Files are named relative to a folder, so that the working directory does not matter.

    Args:
        base: the folder that files are relative to.
        entries: by file and fingerprint, the rule and the number of violations.
    """

    def __init__(
        self, base: Path, entries: dict[str, dict[str, tuple[str, int]]] | None = None
    ) -> None:
        self._base = base
        self._entries = entries or {}
        self._left: Counter[tuple[str, str]] = Counter({
            (file, fingerprint): count
            for file, found in self._entries.items()
            for fingerprint, (_, count) in found.items()
        })  # fmt: skip
        self._name = lru_cache(maxsize=None)(self.name)

    def name(self, file: str) -> str:
        """A file of a report as the baseline names it: through links it is the same file."""
        if is_url(file) or file == STDIN_NAME:
            return file
        real = real_path(Path(file))
        base = real_path(self._base)
        if real.is_relative_to(base):
            return real.relative_to(base).as_posix()
        return names_below(file, self._base)[0]

    def of(self, file: str) -> Baseline:
        """What is known of one file, none of it used up.

        Args:
            file: as reports name it.
        """
        name = self._name(file)
        return Baseline(self._base, {name: self._entries.get(name, {})})

    def _key(self, violation: Violation) -> tuple[str, str]:
        file = self._name(violation.file)
        return file, violation._replace(file=file).fingerprint

    def gone(self) -> Iterator[str]:
        """The files with entries that do not exist any more."""
        for file in self._entries:
            if not is_url(file) and file != STDIN_NAME and not exists(self._base / file):
                yield file

    def hides(self, violation: Violation) -> bool:
        """Whether a violation is known. Each call uses up one of the known number.

        What is known by a rule that comes before `schema` is known when only `schema` is left.
        """
        rules = PRECEDING if violation.rule == SCHEMA else (violation.rule,)
        for rule in rules:
            key = self._key(violation._replace(rule=rule))
            if self._left[key] > 0:
                self._left[key] -= 1
                return True
        return False

    def stale(self, looked: Looked) -> Iterator[str]:
        """The entries that hid no violation, though a run looked for some, as `file: rule`.

        Args:
            looked: with files as the baseline names them.
        """
        for file in sorted(self._entries):
            for fingerprint, (rule, _) in sorted(self._entries[file].items()):
                if self._left[file, fingerprint] > 0 and looked.at(file, rule):
                    yield f"{file}: {rule}"

    def renewed(self, looked: Looked, violations: Iterable[Violation]) -> Baseline:
        """The baseline with what a run found. Entries that it did not look for are kept.

        Args:
            looked: with files as the baseline names them.
        """
        entries = {
            file: {
                fingerprint: entry
                for fingerprint, entry in found.items()
                if not looked.at(file, entry[0])
            }
            for file, found in self._entries.items()
        }
        new: Counter[tuple[str, str, str]] = Counter()
        for violation in violations:
            new[(*self._key(violation), violation.rule)] += 1
        for (file, fingerprint, rule), count in new.items():
            entries.setdefault(file, {})[fingerprint] = (rule, count)
        return Baseline(self._base, entries)

    def counts(self) -> dict[str, dict[str, int]]:
        """The known number of violations, by file relative to the working directory, and fingerprint."""
        return {
            file if is_url(file) else os.path.relpath(self._base / file).replace(os.sep, "/"): {
                fingerprint: count for fingerprint, (_, count) in found.items()
            }
            for file, found in self._entries.items()
        }

    def __len__(self) -> int:
        return sum(count for found in self._entries.values() for _, count in found.values())

    def write(self, path: Path) -> None:
        """Write the baseline, sorted, so that changes on two branches can be merged.

        Raises:
            OSError: it cannot be written; the old file is kept.
        """
        table = {
            file: {
                fingerprint: {"rule": rule, **({"count": count} if count > 1 else {})}
                for fingerprint, (rule, count) in sorted(found.items())
            }
            for file, found in sorted(self._entries.items())
            if found
        }
        text = json.dumps({"version": VERSION, "violations": table}, indent=1, ensure_ascii=False)
        write_lines(path, [f"{text}\n"])


def hide_known(
    result: Result, baseline: Baseline, *, fold: bool, least: Severity = Severity.INFO
) -> Result:
    """A result without the violations that a baseline knows.

    Args:
        result: with all violations, none of them counted only.
        fold: whether infos about declared names are counted in the new result.
        least: violations below this severity are counted only.
    """
    summary = result.summary
    shown: list[Violation] = []
    hidden: list[Violation] = []
    declared: dict[tuple[str, str], Declared] = {}
    for violation in result.violations:
        if baseline.hides(violation):
            hidden.append(violation)
            summary.baselined += 1
            summary.count(violation.rule, violation.severity, -1)
        elif fold and violation.heading and violation.severity is Severity.INFO:
            key = (violation.heading, violation.rule)
            first = Declared(*key, violation.message, violation.declared_at)
            entry = declared.get(key, first)
            declared[key] = entry._replace(places=entry.places + 1)
        elif violation.severity >= least:
            shown.append(violation)
    return result._replace(violations=shown, hidden=hidden, declared=list(declared.values()))


def base_of(path: Path, settings: Settings) -> Path:
    """The folder that the files of a baseline are relative to.

    It is that of the settings file; without one, that of the baseline itself.
    """
    return settings.root if settings.file is not None else path.parent


def read_baseline(path: Path, settings: Settings) -> Baseline:
    """Read a baseline.

    Raises:
        BaselineError: it cannot be read, or is not a baseline.
    """
    shown = os.path.relpath(path)
    try:
        content: Any = json.loads(read_regular(path, MAX_BYTES))
    except FileNotFoundError as error:
        raise BaselineError(f"{shown}: {error.strerror}; create it with `dispatch-lint check "
                            f"--write-baseline --baseline {shown}`") from error  # fmt: skip
    except OSError as error:
        raise BaselineError(f"{shown}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{shown}: not a baseline: {error}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise BaselineError(f"{shown}: not a baseline of version {VERSION}")
    try:
        return Baseline(base_of(path, settings), {
            file: {
                fingerprint: (str(entry["rule"]), _count(entry.get("count", 1)))
                for fingerprint, entry in entries.items()
            }
            for file, entries in content["violations"].items()
        })  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BaselineError(f"{shown}: not a baseline: an entry of a file has the form "
                            '{"rule": "name-format", "count": 2}') from error  # fmt: skip


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(value)
    return value
