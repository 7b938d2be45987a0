"""The command line: one module for each command, without logic of its own.

The module of a command is imported when the command is called, to keep the start of all fast.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

import click

from dispatch_lint.cli.exit import EXIT_FAILURE, end_on_signals
from dispatch_lint.cli.help import CONTEXT, CommandGroup
from dispatch_lint.cli.output import reserve_output, tell, tell_error, tell_traceback
from dispatch_lint.model.errors import UserError
from dispatch_lint.store.urls import without_passwords
from dispatch_lint.text.harmless import harmless
from dispatch_lint.version import __version__

COMMANDS = (
    "check", "rules", "explain", "config", "init", "rename", "graph", "schema", "store", "audit",
    "lsp", "trust", "completion",
)  # fmt: skip
"""The commands in the order of the help; each is a module here."""

_WITHOUT_EXCEPTION = "returned NULL without setting an exception"
"""What Python says where memory is exhausted so far that there is none for a MemoryError."""
COMPLETE_VARIABLE = "_DISPATCH_LINT_COMPLETE"
"""The environment variable with which the script of a shell asks for completions."""


@cache
def _command(name: str) -> click.Command:
    """A command, with standard output reserved for what it reports itself."""
    command: click.Command = import_module(f"{__name__}.{name}").command
    for each in _all(command):
        if each.callback is not None:
            each.callback = reserve_output()(each.callback)
    return command


def _all(command: click.Command) -> Iterator[click.Command]:
    """A command, and all below it."""
    yield command
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from _all(inner)


class _Lazy(CommandGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = _command(cmd_name)
        gc.enable()  # see `__main__`
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:  # as it is while a shell completes
            _refuse_names(args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        is_unknown = args and args[0] not in COMMANDS and not args[0].startswith("-")
        if is_unknown and not ctx.resilient_parsing:  # as it is while a shell completes
            from dispatch_lint.naming import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            if os.path.exists(args[0]):  # noqa: PTH110 (a name that is too long is none)
                hint = f"; to check the path, write `dispatch-lint check {args[0]}`"
            raise click.UsageError(f'there is no command "{args[0]}"{hint}')
        return super().resolve_command(ctx, args)


def _refuse_names(arguments: Sequence[str]) -> None:
    """Refuse options that are names of files here.

    A hook and `*` of a shell pass the names of a repository that may be anybody's: a file
    `--config=evil.toml` would give trust.

    Raises:
        click.UsageError: there is such a file.
    """
    for argument in arguments:
        if argument == "--":
            return
        is_option = argument.startswith("-") and argument != "-" and not argument.startswith("-/")
        if is_option and os.path.lexists(argument):
            raise click.UsageError(f'"{argument}" is a file here, and may be meant as one: '
                                   f'write "./{argument}", or run this elsewhere')  # fmt: skip


@click.group(cls=_Lazy, context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", prog_name="dispatch-lint")
def cli() -> None:
    """Check Dispatch entities against the Dispatch Development Guide.

    Start with `dispatch-lint check`, which checks all entities below this folder.
    """


def run() -> int:
    """Run the command line, and return its exit code.

    It is 2 for every error, and 128 plus the number for a signal.

    Raises:
        KeyboardInterrupt, SystemExit, OSError, MemoryError: for `run_and_exit` to handle.
    """
    end_on_signals()
    try:
        code = cli.main(standalone_mode=False, complete_var=COMPLETE_VARIABLE)
    except click.ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # of click 8.2 on: the help, of many lines
            error.show()
            return EXIT_FAILURE
        error.message = harmless(without_passwords(error.message))  # type: ignore[misc,unused-ignore]
        error.show()
        return EXIT_FAILURE
    except SystemExit as exit_:
        # Click makes 1 of a reader that is gone, which is the code of violations. Signals have others.
        raise (BrokenPipeError if exit_.code == 1 else exit_) from None
    except click.Abort as error:
        raise error.__cause__ or KeyboardInterrupt from None
    except UserError as error:
        tell_error(error)
        return EXIT_FAILURE
    except (OSError, MemoryError):
        raise  # `run_and_exit` tells it
    except Exception as error:
        if isinstance(error, SystemError) and _WITHOUT_EXCEPTION in str(error):
            raise MemoryError from None
        tell_traceback()
        tell("internal error: please report it with the lines above")
        return EXIT_FAILURE
    return code if isinstance(code, int) else 0
