"""What the arguments of a command mean to click, which alone knows the values of options from options."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

_NUL = "\0"
"""No argument of a process contains it."""


class OptionalValue(click.Option):
    """An option with a value that can be left out: it has one behind a `=` only; what follows is a path.

    It is for commands that call `with_empty_values`. The optional values of click are others: it takes
    a path for one, and what begins with a dash for none, also behind a `=`.
    """


def replaced_options(
    command: click.Command, context: click.Context, arguments: Sequence[str],
    replace: Callable[[str], list[str]],
) -> list[str]:  # fmt: skip
    """The arguments of a command with others instead of those where an option may stand.

    The values of options are kept, and so is what is behind `--`, whatever it looks like.

    Args:
        replace: what to write instead of an argument.

    Raises:
        click.UsageError: the arguments cannot be read.
    """
    result: list[str] = []
    for argument in arguments:
        new = replace(argument)
        if new == [argument] or not _may_be_option(command, context, result):
            new = [argument]
        result += new
    return result


def with_empty_values(
    command: click.Command, context: click.Context, arguments: Sequence[str]
) -> list[str]:
    """The arguments of a command with an empty value for each `OptionalValue` that has none.

    Raises:
        click.UsageError: the arguments cannot be read.
    """
    names = {
        name
        for parameter in command.params
        if isinstance(parameter, OptionalValue)
        for name in parameter.opts
    }
    return replaced_options(
        command, context, arguments, lambda name: [f"{name}=" if name in names else name]
    )


def order_of(
    command: click.Command, context: click.Context, arguments: Sequence[str]
) -> list[click.Parameter]:
    """The parameters that the arguments of a command give, in order; an option each time it is given.

    Raises:
        click.UsageError: the arguments cannot be read.
    """
    return command.make_parser(context).parse_args([*arguments])[2]


def _may_be_option(command: click.Command, context: click.Context, before: Sequence[str]) -> bool:
    """Whether what follows some arguments is no value of an option, and not behind `--`."""
    option = click.Option(["probe", f"--{_NUL}"], is_flag=True)
    parser = command.make_parser(context)
    option.add_to_parser(parser, context)
    return option in parser.parse_args([*before, f"--{_NUL}"])[2]
