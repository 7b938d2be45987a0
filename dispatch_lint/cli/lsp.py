"""`dispatch-lint lsp`: the language server, on standard input and output."""

from __future__ import annotations

import click


@click.command()
@click.option("--stdio", is_flag=True, help="What it does anyway; editors say it.")
@click.option("--trust", is_flag=True,
              help="Allow what settings ask for: code, servers, paths elsewhere.")  # fmt: skip
def command(stdio: bool, trust: bool) -> None:
    """Run the language server. It needs pip install 'dispatch-lint[lsp]'."""
    try:
        from dispatch_lint.lsp.features import make_server
    except ImportError as error:
        raise click.ClickException(
            f"the language server needs a further package ({error.name}): "
            "pip install 'dispatch-lint[lsp]'"
        ) from None
    make_server(trust=trust).start_io()
