"""A workspace that the user does not trust: it is checked without what needs trust."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import WITHOUT_TRUST, Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.engine.plugins import ALL
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dispatch_lint.trust import Demand, UntrustedError

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
    if "packages" in asked:
        _forget_packages(demands)
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


def _forget_packages(demands: Sequence[Demand]) -> None:
    """Let nothing be imported from the folders of packages that need trust."""
    folders = {
        os.path.realpath(demand.code.parent) for demand in demands
        if demand.setting == "packages" and demand.code is not None
    }  # fmt: skip
    sys.path[:] = [path for path in sys.path if os.path.realpath(Path(path)) not in folders]
