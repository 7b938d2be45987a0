"""Commands with a key as an argument, which may begin with a dash: `-/Image/nodejs`."""

from __future__ import annotations

from typing import Any

import click

from dispatch_lint.cli.arguments import replaced_options

_MARK = "\0"
"""What stands before such an argument while options are read: no argument has it."""


class KeyCommand(click.Command):
    """A command for which no argument that begins with `-/` is options, such as `-h` in a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments."""
        rest = super().parse_args(ctx, replaced_options(self, ctx, args, _marked))
        ctx.params = {name: _plain(value) for name, value in ctx.params.items()}
        return rest


def _marked(argument: str) -> list[str]:
    return [f"{_MARK}{argument}" if argument.startswith("-/") else argument]


def _plain(value: Any) -> Any:
    """A parameter without marks."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value.removeprefix(_MARK) if isinstance(value, str) else value
