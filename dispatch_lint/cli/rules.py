"""`dispatch-lint rules`: the rules there are, and the scaffold for a new one."""

from __future__ import annotations

import re
from pathlib import Path

import click

from dispatch_lint.api import load_settings
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.rule_pages import book, scaffold


@click.group(invoke_without_command=True)
@click.option("--markdown", is_flag=True, help="Print the page docs/rules.md.")
@click.pass_context
def command(context: click.Context, markdown: bool) -> None:
    """List the rules."""
    if context.invoked_subcommand is not None:
        return
    settings = load_settings()
    rules = load_rules(settings.root / folder for folder in settings.plugins)
    if markdown:
        click.echo(book(rules), nl=False)
        return
    width = max(len(name) for name in rules)
    for rule in rules.values():
        off = "" if rule.default else " (off by default)"
        click.echo(f"{rule.name:<{width}}  {rule.severity!s:<7}  {rule.summary}{off}")


@command.command()
@click.argument("name")
@click.option("--directory", type=click.Path(file_okay=False), default="lint_rules",
              show_default=True, help="The folder that the file goes into.")  # fmt: skip
def new(name: str, directory: str) -> None:
    """Write a file for a new rule, to be filled in."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise click.UsageError(f'"{name}" is not kebab-case, like status-value')
    folder = Path(directory)
    file_name, text = scaffold(name)
    file = folder / file_name
    if file.exists():
        raise click.UsageError(f"{file} exists already")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {file}. Add the folder to the settings:")
    click.echo(f'  plugins = ["./{folder.as_posix()}"]')
