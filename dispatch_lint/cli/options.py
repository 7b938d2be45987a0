"""Options that several commands have, and the settings that result from them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dispatch_lint.cli.output import tell
from dispatch_lint.config.settings import SEVERITIES, organization_name

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings

Function = TypeVar("Function", bound=Callable[..., Any])
LEVELS = [name for name in SEVERITIES if name != "off"]


def group(*options: Callable[[Any], Any]) -> Callable[[Function], Function]:
    """Several options as one decorator; `--help` shows them in this order."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _names(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


rule_options = group(
    click.option("--select", multiple=True, callback=_names, metavar="RULES",
                 help='Check these rules only; "all" is every rule.'),
    click.option("--ignore", multiple=True, callback=_names, metavar="RULES",
                 help="Leave these rules out."),
    click.option("--extend-select", multiple=True, callback=_names, metavar="RULES",
                 help="Check these rules too."),
)  # fmt: skip
_CHOICE = "dispatch_lint.settings."


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Note an option for `chosen_settings`; a group and its commands may both have it."""
    if value:
        context.meta[_CHOICE + str(parameter.name)] = value
    return value


settings_options = group(
    click.option("--config", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
                 expose_value=False, callback=_note,
                 help="The settings file, instead of the one found upward from here; it is trusted."),
    click.option("--isolated", is_flag=True, expose_value=False, callback=_note,
                 help="Use no settings file."),
    click.option("--trust", is_flag=True, expose_value=False, callback=_note,
                 help="Allow what the settings ask for: code, servers, paths elsewhere."),
)  # fmt: skip


def chosen_settings(replaced: Collection[str] = ()) -> Settings:
    """The settings that the options `--config`, `--isolated` and `--trust` choose.

    Args:
        replaced: the settings instead of which other options give values.

    Raises:
        SettingsError: the file cannot be used, or asks for what needs trust.
    """
    from dispatch_lint.api import load_settings
    from dispatch_lint.config import settings as module

    choice = click.get_current_context().meta
    if file := choice.get(f"{_CHOICE}config"):
        return module.load(Path(file))
    return load_settings(
        isolated=f"{_CHOICE}isolated" in choice, trust=f"{_CHOICE}trust" in choice,
        replaced=replaced,
    )  # fmt: skip


def entity_options(what: str) -> Callable[[Function], Function]:
    """Options that set the kind, form and organization of documents.

    Args:
        what: the word for a document in the help of the command, `document` or `entity`.
    """
    plural = {"document": "documents", "entity": "entities"}[what]
    return group(
        click.option("--kind", help=f"The kind of every {what}."),
        click.option("--form", type=click.Choice(["stored", "manifest"]),
                     help=f"The form of every {what}."),
        click.option("--organization",
                     help=f"The organization of {plural} that do not name one."),
    )  # fmt: skip


catalogue_options = group(
    click.option("--schemas", multiple=True, type=click.Path(exists=True, file_okay=False),
                 metavar="DIR", help="Schemas that replace the built-in ones."),
    click.option("--definitions", multiple=True, type=click.Path(exists=True), metavar="PATH",
                 help="Go or OpenAPI definitions that join the built-in kinds, or replace them."),
)  # fmt: skip
fail_level_option = click.option(
    "--fail-level", type=click.Choice(LEVELS),
    help="The lowest severity that makes the exit code 1.  [default: warning]",
)  # fmt: skip
exit_zero_option = click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
baseline_option = click.option(
    "--baseline", metavar="FILE", help="Violations that are known and do not fail."
)


def settings_from(options: dict[str, Any]) -> Settings:
    """The settings of the settings file, with the changes by the options of a command.

    Raises:
        SettingsError: the file cannot be used.
    """
    here = Path.cwd()
    given = {name for name in ("baseline", "schemas", "store") if options.get(name)}
    settings = chosen_settings(replaced=given)
    if settings.hint:
        tell(settings.hint)
    if options.get("organization"):
        organization_name("--organization", options["organization"])
    changes: dict[str, Any] = {
        name: options[name]
        for name in ("kind", "form", "organization", "select")
        if options.get(name)
    }
    if options.get("baseline"):
        changes["baseline"] = str(Path(options["baseline"]).absolute())
    if options.get("store"):
        from dispatch_lint.store.urls import rooted

        changes["store"] = rooted(options["store"], here)
    if options["fail_level"]:
        changes["fail_level"] = SEVERITIES[options["fail_level"]]
    changes["ignore"] = (*settings.ignore, *options["ignore"])
    changes["extend_select"] = (*settings.extend_select, *options["extend_select"])
    if options.get("schemas"):
        changes["schemas"] = _absolute(options["schemas"])
    if options.get("definitions"):
        changes["definitions"] = (*settings.definitions, *_absolute(options["definitions"]))
    return replace(settings, **changes)


def _absolute(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(Path(path).absolute()) for path in paths)
