"""`dispatch-lint lsp`: the language server, on standard input and output."""

from __future__ import annotations

import gc
import logging
import os
import traceback

import click

from dispatch_lint.cli.output import tell

_LONGEST = 400
"""Characters of a logged line: a library quotes whole messages of the protocol."""


class _OneLine(logging.Handler):
    """Writes what libraries log as a line each: the traceback of a wrong message is of no use."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = record.getMessage().partition("\n")[0]
            if line == "Unable to deserialize message":
                return  # `lsp.protocol` says so with the reason
            error = record.exc_info[1] if record.exc_info else None
            if error is not None:
                reason = str(error).partition("\n")[0][:_LONGEST]
                line = f"{line[:_LONGEST]}: {type(error).__name__}: {reason}{_place(error)}"
            tell(line[: 2 * _LONGEST])
        except Exception:
            self.handleError(record)


def _place(error: BaseException) -> str:
    """Where an exception was raised, for a report of a fault."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({os.path.basename(frames[-1].filename)}:{frames[-1].lineno})" if frames else ""  # noqa: PTH119


@click.command()
@click.option("--stdio", is_flag=True, help="What it does anyway; editors say it.")
@click.option("--trust", is_flag=True,
              help="Allow what settings ask for: code, servers, paths elsewhere.")  # fmt: skip
def command(stdio: bool, trust: bool) -> int:
    """Run the language server. It needs pip install 'dispatch-lint[lsp]'."""
    gc.disable()  # what is imported stays: to look for garbage took an eighth of the start
    try:
        from dispatch_lint.lsp.features import make_server
        from dispatch_lint.lsp.messages import Messages
    except ImportError as error:
        raise click.ClickException(
            f"the language server needs a further package ({error.name}): "
            "pip install 'dispatch-lint[lsp]'"
        ) from None
    finally:
        gc.freeze()
        gc.enable()
    gc.set_threshold(50_000, 10, 10)  # documents are many small objects, and hardly ever circles
    logging.basicConfig(handlers=[_OneLine()])
    server = make_server(trust=trust)
    # What a rule, or a program that it calls, reads and prints is no message of the protocol.
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    server.start_io(Messages(stdin), stdout)  # type: ignore[arg-type]
    return 0 if server.is_shut_down else 1
