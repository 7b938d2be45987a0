"""`dispatch-lint completion bash|zsh|fish`: the script that makes a shell complete our commands."""

from __future__ import annotations

import click

from dispatch_lint.cli.output import echo

SHELLS = ("bash", "zsh", "fish")
_PROGRAM = "dispatch-lint"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: dispatch-lint completion bash > ~/.local/share/bash-completion/completions/dispatch-lint
    zsh:  dispatch-lint completion zsh > "${fpath[1]}/_dispatch-lint"
    fish: dispatch-lint completion fish > ~/.config/fish/completions/dispatch-lint.fish
    """
    from click.shell_completion import get_completion_class

    from dispatch_lint.cli import COMPLETE_VARIABLE, cli

    completion = get_completion_class(shell)
    assert completion is not None
    echo(completion(cli, {}, _PROGRAM, COMPLETE_VARIABLE).source().strip("\n").splitlines())
