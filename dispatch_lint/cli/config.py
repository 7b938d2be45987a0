"""`dispatch-lint config`: the settings that hold here, each with where it comes from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.help import GroupedCommand, group
from dispatch_lint.cli.options import (
    baseline_option,
    catalogue_options,
    entity_options,
    exit_options,
    rule_options,
    settings_from,
    settings_options,
    store_option,
)
from dispatch_lint.cli.output import say, say_json, use_utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dispatch_lint.config.effective import Effective

_format_option = group(
    click.option("-f", "--format", "format_", type=click.Choice(["toml", "json"]), default="toml",
                 show_default=True, help="The format to print them in."),
    heading="Report",
)  # fmt: skip


@click.command(cls=GroupedCommand)
@_format_option
@rule_options
@exit_options
@entity_options("document")
@baseline_option
@settings_options
@catalogue_options
@store_option
def command(format_: str, **options: Any) -> None:
    """Print the settings that hold in this folder, each with where it comes from.

    Options of `check` may be given too, to see what they change.
    """
    from dispatch_lint.config.effective import effective
    from dispatch_lint.store.urls import without_passwords

    settings = settings_from(options)
    found = [
        entry._replace(value=without_passwords(entry.value))
        if isinstance(entry.value, str)
        else entry
        for entry in effective(settings)
    ]
    file = str(settings.file) if settings.file else None
    if format_ == "json":
        entries = {entry.key: {"value": entry.value, "origin": entry.origin} for entry in found}
        say_json(json.dumps({"file": file, "settings": entries}, indent=2))
        return
    use_utf8()
    say(f"# settings file: {file or 'none'}")
    say(*_toml_lines(found))


def _toml_lines(found: Iterable[Effective]) -> Iterator[str]:
    from dispatch_lint.rule_pages import toml

    rows = [
        (f"# {entry.key} is not set" if entry.value is None else f"{entry.key} = {toml(entry.value)}",
         entry.origin)
        for entry in found
    ]  # fmt: skip
    width = min(max(len(line) for line, _ in rows), 60)
    yield from (f"{line:<{width}}  # {origin}" for line, origin in rows)
