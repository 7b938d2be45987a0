"""The rules of installed packages, which register by the entry-point group `dispatch_lint.rules`.

To import what reads entry points takes as long as to check a small file. So it is not imported where
no package but our own mentions the group.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.named_files import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.rule import Rule

GROUP = "dispatch_lint.rules"
BUILT_IN = "dispatch_lint_rules"
"""The package of the built-in rules."""
_OWN = ("dispatch_lint-", "dispatch_lint.")
"""How the name of the folder with the metadata of dispatch-lint itself begins."""


def is_built_in(rule: type[Rule]) -> bool:
    """Whether a rule comes with dispatch-lint."""
    return rule.__module__.startswith(f"{BUILT_IN}.")


def installed() -> Iterable[tuple[str, Callable[[], Any]]]:
    """The entry points of the group: what messages call each, and what loads it."""
    mentioned = list(_mentions())
    if mentioned and all(name.startswith(_OWN) for name in mentioned):
        return [(f"plugin builtin ({BUILT_IN})", partial(import_module, BUILT_IN))]
    from importlib.metadata import entry_points

    return [
        (f"plugin {entry.name} ({entry.value})", entry.load) for entry in entry_points(group=GROUP)
    ]


def _mentions() -> Iterator[str]:
    """The folders with metadata that mention the group, by name; empty for what cannot be seen so."""
    if sum(hasattr(finder, "find_distributions") for finder in sys.meta_path) > 1:
        yield ""  # not all packages are in folders
    for folder in sys.path:
        if folder.endswith(".egg"):
            yield ""
        try:
            with os.scandir(folder or ".") as entries:
                yield from filter(None, map(_mention, entries))
        except NotADirectoryError:
            yield ""  # an archive
        except OSError:
            continue  # nothing is imported from it either


def _mention(entry: os.DirEntry[str]) -> str | None:
    """The name of a folder that mentions the group, or may do so."""
    name = entry.name.lower()
    if name.endswith(".egg"):
        return entry.name
    if not name.endswith((".dist-info", ".egg-info")):
        return None
    try:
        with open_regular(Path(entry.path, "entry_points.txt")) as stream:
            text = stream.read()
    except OSError:
        return None
    return entry.name if GROUP.encode() in text else None
