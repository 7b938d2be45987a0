"""The results of earlier runs: the same files under the same settings are not judged twice.

An entry holds what a whole run found, because rules judge documents beside each other: it counts only
where every file is what it was. Files are told by size, times and inode, and, where those differ, by
their content: a fresh checkout has other times and the same text. The cache lies in the folder of the
user, not in the project, and is read as JSON: nothing that comes with a project is executed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.definitions.modules import module_files
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Related, Severity, Violation
from dispatch_lint.old.entry_points import entry_points
from dispatch_lint.old.looks import cache_folder, digest_of, look_at
from dispatch_lint.old.outcome import Declared, Listed, Result, Summary
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.old.engine import Run

ENTRIES = 200
"""Entries that are kept; the oldest go first."""
_ENDING = ".json"


@dataclass
class Cache:
    """The entry of one run: of these files, under these settings.

    Args:
        settings: of the run; without a store, which knows what the files do not say.
        how: everything else that a result depends on, such as the severity below which violations
            are only counted.
    """

    settings: Settings
    sources: Sequence[Source]
    how: tuple[object, ...]

    def __post_init__(self) -> None:
        name = digest_of()
        for part in self._parts():
            name.update(part.encode("utf-8", "surrogateescape") + b"\0")
        self._file = Path(cache_folder()) / (name.hexdigest() + _ENDING)
        self._looked_at = time.time_ns()
        self.look = look_at(source.name for source in self.sources)
        """How the files looked before they were read."""

    def _parts(self) -> Iterator[str]:
        """What an entry is for; files of this kind are told by size and time, here too."""
        yield from (__version__, sys.version, str(Path.cwd()), repr(self.settings), repr(self.how))
        settings = self.settings
        for folder in _packages():
            yield from _stats(folder, _CODE)
        for path in (*settings.plugins, *settings.schemas, *settings.definitions):
            yield from _stats(settings.root / path, None)
        for one in self.sources:
            yield f"{one.name}|{one.format}|{one.named}|{one.reported}"
        for file in module_files(one.name for one in self.sources if one.format == "go"):
            yield from _stats(Path(file), None)

    def _content(self, known: Mapping[str, bytes]) -> str:
        """A digest of what is in the files: of what was read, where a run says it."""
        whole = digest_of()
        for source in self.sources:
            digest = known.get(source.name)
            if digest is None:
                try:
                    with open(source.name, "rb", buffering=0) as stream:  # noqa: PTH123
                        digest = digest_of(stream.read()).digest()
                except OSError:
                    digest = b"-"
            whole.update(digest)
        return whole.hexdigest()

    def read(self) -> Result | None:
        """What an earlier run found; None where there was none, or where anything changed."""
        try:
            entry = json.loads(self._file.read_bytes())
            if entry["look"] != self.look.digest:
                if entry["content"] != self._content({}):
                    return None
                self._save(entry["content"], entry["result"])
            result = _result(entry["result"])
            result.look = self.look
            return result
        # A damaged entry is none, whatever is wrong with it.
        except Exception:
            return None

    def write(self, result: Result, run: Run) -> None:
        """Keep what a run found; where that is not possible, nothing is kept."""
        if result.summary.problems or result.summary.outside:
            return
        result.look = self.look
        read = {run.sources[number].name: one for number, one in (run.digests or {}).items()}
        self._save(self._content(read), _plain(result))

    def _save(self, content: str, result: Any) -> None:
        from dispatch_lint.text.files import write_entry

        # Where it may change unseen, only the content can tell.
        look = self.look.digest if self.look.lasts(self._looked_at) else ""
        entry = {"look": look, "content": content, "result": result}
        write_entry(self._file, json.dumps(entry, separators=(",", ":")).encode(), ENTRIES)


def code_files() -> Iterator[str]:
    """The files of our own code, and of other packages with rules, and the folders they are found in."""
    yield from (folder or "." for folder in sys.path)
    for folder in _packages():
        yield from _files(folder, _CODE)


_CODE = (".py", ".json", ".go")


def _packages() -> Iterator[Path]:
    """Our own code, and that of other packages with rules."""
    from importlib.util import find_spec

    here = Path(__file__).parent
    yield here
    for entry in entry_points("dispatch_lint.rules"):
        spec = find_spec(entry.module)
        if spec is not None and spec.origin is not None:
            origin = Path(spec.origin)
            yield origin.parent if origin.name == "__init__.py" else origin
    schemas = find_spec("dispatch_lint_schemas")
    if schemas is not None and schemas.origin is not None:
        yield Path(schemas.origin).parent


def _stats(path: Path, endings: tuple[str, ...] | None) -> Iterator[str]:
    """The files below a path, or the file itself, with their size and time."""
    for file in _files(path, endings):
        try:
            seen = os.stat(file)  # noqa: PTH116 (a hot path)
        except OSError:
            continue
        yield f"{file}|{seen.st_size}|{seen.st_mtime_ns}"


def _files(path: Path, endings: tuple[str, ...] | None) -> Iterator[str]:
    for folder, folders, names in os.walk(path) if path.is_dir() else _alone(path):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if endings is None or name.endswith(endings):
                yield os.path.join(folder, name)  # noqa: PTH118


def _alone(path: Path) -> Iterable[tuple[str, list[str], list[str]]]:
    return [(str(path.parent), [], [path.name])]


def _plain(result: Result) -> dict[str, Any]:
    return {
        "violations": [one._asdict() for one in result.violations],
        "summary": {
            **vars(result.summary),
            "violations": {int(key): count for key, count in result.summary.violations.items()},
        },
        "declared": [vars(one) for one in result.declared],
        "listed": None if result.listed is None else [list(one) for one in result.listed],
        "ranks": result.ranks,
        "whole": result.whole,
    }


def _result(plain: dict[str, Any]) -> Result:
    summary = Summary(**plain["summary"])
    summary.violations = _counter(
        {Severity(int(key)): count for key, count in plain["summary"]["violations"].items()}
    )
    summary.rules = _counter(plain["summary"]["rules"])
    summary.not_shown = _counter(plain["summary"]["not_shown"])
    listed = plain["listed"]
    return Result(
        [_violation(one) for one in plain["violations"]],
        summary,
        [Declared(**one) for one in plain["declared"]],
        None if listed is None else [Listed(*one) for one in listed],
        ranks=plain["ranks"],
        whole=plain["whole"],
    )


def _counter(plain: dict[Any, int]) -> Any:
    from collections import Counter

    return Counter(plain)


def _violation(plain: dict[str, Any]) -> Violation:
    from dispatch_lint.model.fix import TextEdit, TextFix

    fix = plain["fix"]
    if fix is not None:
        safety, message, edits, renamed = fix
        fix = TextFix(
            safety, message, tuple(TextEdit(Range(*span), text) for span, text in edits),
            tuple(map(tuple, renamed)),
        )  # fmt: skip
    related = tuple(
        Related(file, Range(*span), message, row) for file, span, message, row in plain["related"]
    )
    return Violation(**{
        **plain, "severity": Severity(plain["severity"]), "range": Range(*plain["range"]),
        "related": related, "fix": fix,
    })  # fmt: skip
