"""`dispatch-lint rules`: list the rules, write a file for a new one, and run their examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.api import known_rules
from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo, say
from dispatch_lint.engine.plugins import file_of
from dispatch_lint.naming import count
from dispatch_lint.rule_pages import book, scaffold
from dispatch_lint.text.files import make_folder, write_bytes

if TYPE_CHECKING:
    from dispatch_lint.rule_examples import Difference


@click.group(invoke_without_command=True)
@click.option("--markdown", is_flag=True, help="Print the page docs/rules.md.")
@settings_options
@click.pass_context
def command(context: click.Context, markdown: bool) -> None:
    """List the rules."""
    if context.invoked_subcommand is not None:
        return
    rules = known_rules(chosen_settings())
    if markdown:
        echo(book(rules).splitlines())
        return
    width = max(len(name) for name in rules)
    for rule in rules.values():
        off = "" if rule.default else " (off by default)"
        say(f"{rule.name:<{width}}  {rule.severity!s:<7}  {rule.summary}{off}")


@command.command()
@click.argument("name")
@click.option("--directory", type=click.Path(file_okay=False), default="lint_rules",
              show_default=True, help="The folder that the file goes into.")  # fmt: skip
@settings_options
def new(name: str, directory: str) -> None:
    """Write a file for a new rule, to be filled in."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise click.UsageError(f'"{name}" is not kebab-case, like status-value')
    rules = known_rules(chosen_settings())
    if name in rules:
        where = file_of(rules[name])
        raise click.UsageError(f'there is already a rule "{name}"'
                               f"{f', in {os.path.relpath(where)}' if where else ''}")  # fmt: skip
    folder = Path(directory)
    file_name, text = scaffold(name)
    file = folder / file_name
    if file.exists():
        raise click.UsageError(f"{file} exists already")
    make_folder(folder)
    write_bytes(file, text.encode("utf-8"))
    say(f"Wrote {file}. Add the folder to the settings:",
        f'  plugins = ["./{folder.as_posix()}"]')  # fmt: skip


@command.command("test")
@click.argument(
    "paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path)
)
@settings_options
def test_(paths: tuple[Path, ...]) -> int:
    """Run the examples of rules, and show what differs from what they state.

    Of the rules in the files and folders that are named; without one, of all rules that are not
    built in: those of the settings, and of installed packages.
    """
    from dispatch_lint.rule_examples import check_examples

    rules = known_rules(chosen_settings(), paths)
    wanted = [path.absolute() for path in paths]
    names = [name for name, rule in rules.items() if _is_wanted(file_of(rule), wanted)]
    if not names:
        raise click.UsageError("there is no rule to test: name a file or a folder of rules")
    failing = set()
    for difference in check_examples(rules, names):
        failing.add(difference.rule)
        echo(_shown(difference))
    for name in names:
        if name not in failing:
            examples = len(rules[name].valid) + len(rules[name].invalid)
            echo([f"{name}: {count(examples, 'example')} as stated"])
    return 1 if failing else 0


def _is_wanted(file: Path | None, wanted: list[Path]) -> bool:
    if file is None:
        return False
    return not wanted or any(path in (file, *file.parents) for path in wanted)


def _shown(difference: Difference) -> Iterator[str]:
    """The lines that show a difference, with the document of the example."""
    yield f"{difference.rule}: {difference.kind}[{difference.number}]: {difference.what}"
    if difference.example is not None:
        yield from (f"    | {line}" for line in difference.example.text.splitlines())
    if difference.expected or difference.found:
        yield "  expected:"
        yield from (f"    {line}" for line in difference.expected or ("nothing",))
        yield "  found:"
        yield from (f"    {line}" for line in difference.found or ("nothing",))
