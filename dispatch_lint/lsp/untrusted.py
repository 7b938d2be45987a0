"""A workspace that the user does not trust: it is checked without what needs trust."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import WITHOUT_TRUST, Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.config.tree import tree_of
from dispatch_lint.engine.plugins import ALL
from dispatch_lint.model.errors import UserError
from dispatch_lint.text.harmless import harmless
from dispatch_lint.trust import require_packages
from dispatch_lint.trust.demands import packages_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from dispatch_lint.trust import UntrustedError

ACTION = "Trust this workspace"
"""The title of the action that remembers trust."""


def question(untrusted: UntrustedError) -> str:
    """What somebody is asked who can trust a workspace in the editor."""
    settings = untrusted.settings
    file = settings.file or settings.root
    asked = "; ".join(dict.fromkeys(demand.what for demand in untrusted.demands))
    return harmless(
        f"dispatch-lint: {file.parent.name}/{file.name} asks for what needs your trust: {asked}. "
        "Until you trust this workspace, it is checked without."
    )


def restricted(untrusted: UntrustedError) -> Settings:
    """The settings of a workspace without all that needs trust."""
    settings, demands = untrusted.settings, untrusted.demands
    asked = {demand.setting for demand in demands}
    if "file" in asked:
        return Settings(root=settings.root)
    refused = {(demand.setting, demand.value) for demand in demands}
    changes: dict[str, Any] = {
        name: tuple(path for path in getattr(settings, name) if (name, path) not in refused)
        for name in ("plugins", "schemas", "definitions")
    }
    changes |= {name: None for name in ("store", "ledger", "baseline") if name in asked}
    if asked & {"schemas", "definitions"}:  # they may be about kinds that are not known then
        changes |= {"kinds": {}, "references": {}}
    limits = Limits(*map(min, settings.limits, WITHOUT_TRUST))
    return replace(settings, limits=limits, **changes)


def with_known_rules(settings: Settings, known: Collection[str]) -> Settings:
    """Settings without the names of rules that are not loaded."""

    def kept(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in known or name == ALL)

    return replace(
        settings,
        select=None if settings.select is None else kept(settings.select),
        ignore=kept(settings.ignore),
        extend_select=kept(settings.extend_select),
        severity={name: settings.severity[name] for name in kept(settings.severity)},
        rules={name: settings.rules[name] for name in kept(settings.rules)},
        per_path={glob: kept(names) for glob, names in settings.per_path.items()},
    )


class Packages:
    """The packages that the server may import: all folders share them, in whatever order they are read.

    A folder counts for good: what was not trusted while it was open is not imported when it is closed.
    """

    def __init__(self) -> None:
        self._path = [*sys.path]
        self._is_trusted: dict[Path, bool] = {}

    def add(self, folder: Path, *, trust: bool) -> None:
        """Take a folder whose files are checked.

        Args:
            trust: whether the user trusts it, whatever it asks for.
        """
        self._is_trusted[folder] = trust

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let all packages be seen, as long as settings are asked about what they would run."""
        sys.path[:] = self._path
        try:
            yield
        finally:
            hidden = self._hidden()
            sys.path[:] = [path for path in self._path if os.path.realpath(path) not in hidden]

    def _hidden(self) -> set[str]:
        """The folders of packages in the trees of folders that are not trusted with them."""
        hidden: set[str] = set()
        trusted: set[str] = set()
        for folder, is_trusted in list(self._is_trusted.items()):
            found = packages_of(tree_of(folder))
            try:
                if found and not is_trusted:
                    require_packages(folder)
            except (UserError, OSError):
                hidden |= found.keys()
            else:
                trusted |= found.keys()
        return hidden - trusted
