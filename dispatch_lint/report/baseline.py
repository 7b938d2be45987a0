"""The baseline: known violations by fingerprint, which does not depend on the line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.engine.summary import Declared
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.violation import Severity
from dispatch_lint.text.files import write_lines

if TYPE_CHECKING:
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.model.violation import Violation

VERSION = 1
MAX_BYTES = 32 * MIB
"""The largest baseline that is read: its entries are all held in memory."""


class BaselineError(UserError):
    """A baseline that cannot be read; the message names it."""


class Baseline:
    """Known violations, which do not fail a run.

    Args:
        entries: by file and fingerprint, the rule and the number of violations.
    """

    def __init__(self, entries: dict[str, dict[str, tuple[str, int]]] | None = None) -> None:
        self._entries = entries or {}
        self._left: Counter[tuple[str, str]] = Counter({
            (file, fingerprint): count
            for file, found in self._entries.items()
            for fingerprint, (_, count) in found.items()
        })  # fmt: skip

    def hides(self, violation: Violation) -> bool:
        """Whether a violation is known. Each call uses up one of the known number."""
        key = (violation.file, violation.fingerprint)
        if self._left[key] <= 0:
            return False
        self._left[key] -= 1
        return True

    def stale(self, files: Iterable[str]) -> Iterator[str]:
        """The entries for some files that hid no violation, as `file: rule`."""
        for file in sorted(set(files) & self._entries.keys()):
            for fingerprint, (rule, _) in sorted(self._entries[file].items()):
                if self._left[file, fingerprint] > 0:
                    yield f"{file}: {rule}"

    def renewed(self, files: Iterable[str], violations: Iterable[Violation]) -> Baseline:
        """The baseline with new violations for some files. Entries of other files are kept."""
        checked = set(files)
        entries = {file: found for file, found in self._entries.items() if file not in checked}
        for violation in violations:
            found = entries.setdefault(violation.file, {})
            rule, count = found.get(violation.fingerprint, (violation.rule, 0))
            found[violation.fingerprint] = (rule, count + 1)
        return Baseline(entries)

    def counts(self) -> dict[str, dict[str, int]]:
        """The known number of violations by file and fingerprint."""
        return {
            file: {fingerprint: count for fingerprint, (_, count) in found.items()}
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


def hide_known(result: Result, baseline: Baseline, *, fold: bool) -> Result:
    """A result without the violations that a baseline knows.

    Args:
        result: with all violations, none of them counted only.
        fold: whether infos about declared names are counted in the new result.
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
        else:
            shown.append(violation)
    return replace(result, violations=shown, hidden=hidden, declared=list(declared.values()))


def read_baseline(path: Path, shown: str) -> Baseline:
    """Read a baseline.

    Raises:
        BaselineError: it cannot be read, or is not a baseline.
    """
    try:
        content: Any = json.loads(read_regular(path, MAX_BYTES))
    except OSError as error:
        raise BaselineError(f"{shown}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise BaselineError(f"{shown}: this is no baseline: {error}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise BaselineError(f"{shown}: this is no baseline of version {VERSION}")
    try:
        return Baseline({
            file: {
                fingerprint: (str(entry["rule"]), int(entry.get("count", 1)))
                for fingerprint, entry in entries.items()
            }
            for file, entries in content["violations"].items()
        })  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BaselineError(f"{shown}: this is no baseline: {error!r}") from error
