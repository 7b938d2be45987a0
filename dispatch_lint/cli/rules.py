"""`dispatch-lint rules`: list the rules, write a file for a new one, and run their examples."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from dispatch_lint.api import known_rules
from dispatch_lint.cli.help import CommandGroup
from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo, say, say_json
from dispatch_lint.config.settings_file import PROJECT
from dispatch_lint.config.tree import real_path
from dispatch_lint.engine.installed import BUILT_IN, is_built_in
from dispatch_lint.engine.plugins import ALL, LOCAL
from dispatch_lint.naming import count
from dispatch_lint.rule_pages import book, entry, scaffold
from dispatch_lint.text.files import made_folder, write_bytes
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.rule import Example, Rule
    from dispatch_lint.rule_examples import Difference


_FORMAT = click.option(
    "-f", "--format", "format_", type=click.Choice(["text", "json"]), default="text",
    show_default=True, help="The format to list the rules in.",
)  # fmt: skip


@click.group(cls=CommandGroup, invoke_without_command=True)
@_FORMAT
@click.option("--markdown", is_flag=True, help="Print a page about all rules, in Markdown.")
@settings_options
@click.pass_context
def command(context: click.Context, format_: str, markdown: bool) -> None:
    """List the rules, test them, or start a new one."""
    if context.invoked_subcommand is not None:
        return
    if markdown:
        echo(book(known_rules(chosen_settings())).splitlines())
        return
    _list(format_)


@command.command("list")
@_FORMAT
@settings_options
def list_(format_: str) -> None:
    """List the rules, as `dispatch-lint rules` does without a command."""
    _list(format_)


def _list(format_: str) -> None:
    rules = known_rules(chosen_settings())
    if format_ == "json":
        say_json(json.dumps([entry(rule) for rule in rules.values()], indent=2))
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
        raise click.UsageError(f'"{name}" is not kebab-case, such as status-value')
    if name == ALL:
        raise click.UsageError(f'"{ALL}" stands for every rule; choose another name')
    settings = chosen_settings()
    rules = known_rules(settings)
    if name in rules:
        raise click.UsageError(f'there is already a rule "{name}", in {_shown(rules[name])}')
    folder = Path(directory)
    file_name, text = scaffold(name)
    file = folder / file_name
    if file.exists():
        raise click.UsageError(f"{file} exists already")
    with made_folder(folder):
        write_bytes(file, text.encode("utf-8"))
    say(f"Wrote {file}. Its examples run with: dispatch-lint rules test {quote(str(file))}")
    if not _is_loaded(file, settings, rules):
        relative = Path(os.path.relpath(real_path(folder), real_path(settings.root))).as_posix()
        plugins = [*settings.plugins, relative if relative.startswith(".") else f"./{relative}"]
        say(f"Add its folder to the settings, {_settings_file(settings)}:",
            f"  plugins = [{', '.join(map(_quoted, plugins))}]")  # fmt: skip


def _settings_file(settings: Settings) -> str:
    """Where the settings are, or can be."""
    if settings.file is None:
        return "in dispatch-lint.toml"
    table = "[tool.dispatch-lint] " if settings.file.name == PROJECT else ""
    return f"{table}in {os.path.relpath(settings.file)}"


def _is_loaded(file: Path, settings: Settings, rules: Mapping[str, type[Rule]]) -> bool:
    """Whether a new file is in a folder of the settings, or in that of an installed package."""
    folders = {real_path(settings.root / plugin) for plugin in settings.plugins}
    for rule in rules.values():
        known = _file_of(rule)
        if known and not rule.__module__.startswith(f"{LOCAL}."):
            folders.add(known.parent)
    return not folders.isdisjoint({real_path(file), real_path(file.parent)})


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@command.command("test")
@click.argument(
    "paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path)
)
@settings_options
def test_(paths: tuple[Path, ...]) -> int:
    """Run the examples of rules, and show what differs from what they state.

    Of the rules in the files and folders that are named; without one, of all rules that are not
    built in: those of the settings, and of installed packages.

    Exit code 1: an example differs, or a rule fails in one: it raises, or yields what is no
    finding. Exit code 2: nothing was tested, because a rule cannot be loaded, or there is none.
    """
    from dispatch_lint.rule_examples import check_examples

    rules, names = _rules_to_test(paths)
    differing = set()
    for difference in check_examples(rules, names):
        differing.add((difference.rule, difference.kind, difference.number))
        echo(map(harmless, _lines_of(difference, rules[difference.rule])))
    examples = sum(len(rules[name].valid) + len(rules[name].invalid) for name in names)
    run = f"{count(examples, 'example')} of {count(len(names), 'rule')}"
    if differing:
        echo([f"{count(len(differing), 'difference')} in {run}."])
        return 1
    echo([f"{run} {'passes' if examples == 1 else 'pass'}."])
    return 0


def _rules_to_test(paths: Iterable[Path]) -> tuple[Mapping[str, type[Rule]], list[str]]:
    """All rules by name, and the names of those to test.

    Raises:
        click.UsageError: there is none to test.
        UserError: the settings or a rule cannot be used.
    """
    settings = chosen_settings()
    paths = list(paths)
    _prefer_checkout(path if path.is_dir() else path.parent for path in paths)
    rules = known_rules(settings)
    if not paths:
        names = [name for name, rule in rules.items() if not is_built_in(rule)]
        if not names:
            raise click.UsageError("no rule to test: name a file or folder of rules, or set "
                                   "`plugins` in the settings")  # fmt: skip
        return rules, names
    files = {real_path(file): file for path in paths for file in _python_files(path)}
    loaded = {_file_of(rule) for rule in rules.values()}
    further = [file for resolved, file in files.items() if resolved not in loaded]
    if further:
        rules = known_rules(settings, further)
    names = [name for name, rule in rules.items() if _file_of(rule) in files]
    if not names:
        raise click.UsageError(f"there is no rule in {', '.join(map(str, paths))}")
    return rules, names


def _prefer_checkout(folders: Iterable[Path]) -> None:
    """Load the built-in rules from a folder that is a copy of their package, if there is one."""
    package = import_module(BUILT_IN)
    own = Path(str(package.__file__)).read_bytes()
    for folder in folders:
        file = folder / "__init__.py"
        if file.is_file() and file.read_bytes() == own:
            package.__path__.insert(0, str(real_path(folder)))


def _python_files(path: Path) -> list[Path]:
    """The files at a path that may have rules.

    Raises:
        click.UsageError: it is another kind of file.
    """
    if path.is_dir():
        return [file for file in sorted(path.glob("*.py")) if not file.name.startswith("_")]
    if path.suffix != ".py":
        raise click.UsageError(f"{path} is not a Python file")
    return [path]


def _file_of(rule: type[Rule]) -> Path | None:
    """The file of a rule, also of a built-in one."""
    file = getattr(sys.modules.get(rule.__module__), "__file__", None)
    return real_path(Path(file)) if file else None


def _shown(rule: type[Rule]) -> str:
    """Where a rule is, for people."""
    file = _file_of(rule)
    return os.path.relpath(file) if file else rule.__module__


def _lines_of(difference: Difference, rule: type[Rule]) -> Iterator[str]:
    """The lines that show a difference, with the document of the example."""
    number = "" if difference.number is None else f"[{difference.number}]"
    where = f"{difference.kind}{number}"
    yield f"{_shown(rule)}: {difference.rule}: {where}: {difference.what}"
    if difference.example is not None:
        yield from _example_lines(difference.example)
    if difference.expected:
        yield "  expected:"
        yield from (f"    {line}" for line in difference.expected)
    if difference.found:
        yield "  found:"
        yield from (f"    {line}" for line in difference.found)


def _example_lines(example: Example) -> Iterator[str]:
    """The document of an example with the numbers of its lines, and what it is checked with."""
    yield f"  {example.file}:"
    # Go is indented with tabs, which would be escaped.
    lines = example.text.expandtabs(4).splitlines()
    width = len(str(len(lines)))
    yield from (f"    {number:>{width}} | {line}" for number, line in enumerate(lines, 1))
    for what, text in (("before", example.before), ("in the store", example.store)):
        if text:
            yield f"  {what}:"
            yield from (f"    {line}" for line in text.expandtabs(4).splitlines())
    if example.settings:
        yield f"  settings: {dict(example.settings)}"
