"""The command line: one module for each command, without logic of its own.

The module of a command is imported when the command is called, to keep the start of all fast.
"""

from __future__ import annotations

from importlib import import_module

import click

from dispatch_lint.cli.exit import EXIT_FAILURE, end_on_signals
from dispatch_lint.cli.output import tell, tell_error, tell_traceback
from dispatch_lint.model.errors import UserError
from dispatch_lint.store.urls import without_passwords
from dispatch_lint.text.harmless import harmless
from dispatch_lint.version import __version__

COMMANDS = {
    "audit": "audit", "check": "check", "explain": "explain", "graph": "graph", "init": "init", "lsp": "lsp",
    "rename": "rename", "rules": "rules", "schema": "schema", "store": "store", "trust": "trust",
}  # fmt: skip


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{COMMANDS[cmd_name]}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from dispatch_lint.naming import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f'there is no command "{args[0]}"{hint}')
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="dispatch-lint")
def cli() -> None:
    """Hold Dispatch entities against the Dispatch Development Guide."""


def run() -> int:
    """Run the command line, and return its exit code.

    It is 2 for every error, and 128 plus the number for a signal.

    Raises:
        KeyboardInterrupt, OSError: for `run_and_exit` to handle.
    """
    end_on_signals()
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.message = harmless(without_passwords(error.message))  # type: ignore[misc,unused-ignore]
        error.show()
        return EXIT_FAILURE
    except click.Abort:
        raise KeyboardInterrupt from None
    except UserError as error:
        tell_error(error)
        return EXIT_FAILURE
    except OSError:
        raise
    except MemoryError:
        tell("there is not enough memory for this")
        return EXIT_FAILURE
    except Exception:
        tell_traceback()
        tell("this is a mistake of ours: please report it, with the lines above")
        return EXIT_FAILURE
    return code if isinstance(code, int) else 0
