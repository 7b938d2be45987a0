"""What the shell completes: rules, kinds, and keys of a store.

At a TAB nothing of a checked repository runs, and no server is asked: where its settings need trust,
only what is built in is offered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

    from dispatch_lint.config.settings import Settings

MOST_KEYS = 200
"""The number of keys that are offered at once."""


def complete_rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The names of rules, behind the last comma."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in _rules() if name.startswith(last)]


def complete_kinds(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The names of kinds, whatever case they are begun in."""
    kinds = _unquoted(_kinds())
    return [name for name in kinds if name.lower().startswith(incomplete.lower())]


def complete_keys(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The keys in the SQLite store of the command."""
    from dispatch_lint.model.errors import UserError
    from dispatch_lint.store.urls import rooted, scheme_of, sqlite_path

    settings = _trusted_settings()
    url = context.params.get("url")
    if not url and settings is not None and settings.store:
        url = rooted(settings.store, settings.root)
    try:
        if not url or scheme_of(url) != "sqlite" or not sqlite_path(url).is_file():
            return []
        from dispatch_lint.store.opening import keys_beginning

        return _unquoted(keys_beginning(url, incomplete, MOST_KEYS))
    except UserError:
        return []


def _unquoted(names: list[str]) -> list[str]:
    """Those of some names that a shell takes as they are: it puts them into the command line unquoted."""
    return [name for name in names if re.fullmatch(r"[\w./-]+", name)]


def _trusted_settings() -> Settings | None:
    """The settings of the working directory; None where they cannot be used, or need trust."""
    from dispatch_lint.api import load_settings
    from dispatch_lint.model.errors import UserError

    try:
        return load_settings()
    except UserError:
        return None


def _rules() -> list[str]:
    from dispatch_lint.api import known_rules
    from dispatch_lint.cli.output import reserve_output
    from dispatch_lint.engine.plugins import built_in_rules
    from dispatch_lint.model.errors import UserError

    settings = _trusted_settings()
    try:
        with reserve_output():
            rules = known_rules(settings) if settings is not None else built_in_rules()
    except UserError:
        rules = built_in_rules()
    return list(rules)


def _kinds() -> list[str]:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.model.errors import UserError

    try:
        catalogue = load_catalogue(_trusted_settings() or Settings())
    except UserError:
        catalogue = load_catalogue(Settings())
    return sorted(catalogue.kinds)
