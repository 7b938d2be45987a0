"""Help pages: options in groups with a heading, and summaries that are not cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from click import Context, HelpFormatter

Function = TypeVar("Function", bound=Callable[..., Any])
WIDTH = 100
"""The widest help page, in columns."""
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH}
"""The settings of all commands; those of a group hold for its commands."""
_OTHER = "Other options"


def group(*options: Callable[[Any], Any], heading: str = "") -> Callable[[Function], Function]:
    """Several options as one decorator; `--help` shows them in this order.

    Args:
        heading: what stands above them; by default that of options without a group.
    """

    def decorate(function: Any) -> Any:
        before = len(getattr(function, "__click_params__", ()))
        for option in reversed(options):
            function = option(function)
        for parameter in function.__click_params__[before:]:
            parameter.heading = getattr(parameter, "heading", "") or heading
        return function

    return decorate


class GroupedCommand(click.Command):
    """A command whose help has its options below headings."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                heading = getattr(parameter, "heading", "") or _OTHER
                groups.setdefault(heading, []).append(record)
        others = groups.pop(_OTHER, [])
        for heading, records in (*groups.items(), (_OTHER if groups else "Options", others)):
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


class CommandGroup(click.Group):
    """A group whose help has the whole summary of each command."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(limit=1_000))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)
