"""`dispatch-lint lsp`: the language server, on standard input and output."""

from __future__ import annotations

import gc
import logging
import os

import click

from dispatch_lint.text.harmless import harmless


class _Harmless(logging.Formatter):
    """Writes what libraries log of messages as no terminal obeys it."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(harmless, super().format(record).splitlines()))


@click.command()
@click.option("--stdio", is_flag=True, help="What it does anyway; editors say it.")
@click.option("--trust", is_flag=True,
              help="Allow what settings ask for: code, servers, paths elsewhere.")  # fmt: skip
def command(stdio: bool, trust: bool) -> int:
    """Run the language server. It needs pip install 'dispatch-lint[lsp]'."""
    gc.disable()  # what is imported stays: to look for garbage took an eighth of the start
    try:
        from dispatch_lint.lsp.features import make_server
    except ImportError as error:
        raise click.ClickException(
            f"the language server needs a further package ({error.name}): "
            "pip install 'dispatch-lint[lsp]'"
        ) from None
    finally:
        gc.freeze()
        gc.enable()
    gc.set_threshold(50_000, 10, 10)  # documents are many small objects, and hardly ever circles
    handler = logging.StreamHandler()
    handler.setFormatter(_Harmless())
    logging.basicConfig(handlers=[handler])
    server = make_server(trust=trust)
    # What a rule, or a program that it calls, reads and prints is no message of the protocol.
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    server.start_io(stdin, stdout)
    return 0 if server.is_shut_down else 1
