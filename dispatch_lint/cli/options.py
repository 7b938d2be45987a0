"""Options that several commands have, and the settings that result from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.completing import complete_kinds, complete_rules
from dispatch_lint.cli.help import Function, group
from dispatch_lint.cli.output import tell
from dispatch_lint.config.settings import SEVERITIES, organization_name
from dispatch_lint.naming import did_you_mean

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.model.violation import Severity

LEVELS = [name for name in SEVERITIES if name != "off"]


def _names(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def _some_names(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Names of rules: an empty variable of a script would check nothing, and call it right."""
    names = _names(context, parameter, values)
    if values and not names:
        raise click.BadParameter("it names no rule")
    return names


def _severities(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> dict[str, Severity | None]:
    levels: dict[str, Severity | None] = {}
    for value in values:
        rule, _equals, level = value.partition("=")
        if not rule or level not in SEVERITIES:
            raise click.BadParameter(f'"{value}": write RULE=LEVEL, where LEVEL is '
                                     f"{', '.join(SEVERITIES)}{did_you_mean(level, SEVERITIES)}")  # fmt: skip
        levels[rule] = SEVERITIES[level]
    return levels


rule_options = group(
    click.option("--select", multiple=True, callback=_some_names, metavar="RULES",
                 shell_complete=complete_rules,
                 help='Check only these rules, instead of those of the setting; "all" is every rule.'),
    click.option("--extend-select", multiple=True, callback=_names, metavar="RULES",
                 shell_complete=complete_rules, help="Check these rules as well."),
    click.option("--ignore", "--extend-ignore", multiple=True, callback=_names, metavar="RULES",
                 shell_complete=complete_rules,
                 help="Do not check these rules, besides those that the setting leaves out."),
    click.option("--severity", multiple=True, callback=_severities, metavar="RULE=LEVEL",
                 shell_complete=complete_rules,
                 help=f"Give a rule another severity: {', '.join(SEVERITIES)}."),
    heading="Rules",
)  # fmt: skip
_CHOICE = "dispatch_lint.settings."
_INPUTS = ("index", "stdin_filename", "definitions")
"""The options that name what is read."""


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Note an option for `chosen_settings`; a group and its commands may both have it."""
    if value:
        context.meta[_CHOICE + str(parameter.name)] = value
    return value


settings_options = group(
    click.option("--config", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
                 expose_value=False, callback=_note,
                 help="Use this settings file (and trust it), instead of the one found upward from here."),
    click.option("--isolated", is_flag=True, expose_value=False, callback=_note,
                 help="Use no settings file."),
    click.option("--trust", is_flag=True, expose_value=False, callback=_note,
                 help="Allow what the settings ask for: code, servers, paths elsewhere."),
    heading="Settings",
)  # fmt: skip


def chosen_settings(replaced: Collection[str] = ()) -> Settings:
    """The settings that the options `--config`, `--isolated` and `--trust` choose.

    Args:
        replaced: the settings instead of which other options give values.

    Raises:
        SettingsError: the file cannot be used, or asks for what needs trust.
    """
    from dispatch_lint.api import load_settings
    from dispatch_lint.config.settings_file import load

    choice = click.get_current_context().meta
    if file := choice.get(f"{_CHOICE}config"):
        return load(Path(file))
    return load_settings(
        isolated=f"{_CHOICE}isolated" in choice, trust=f"{_CHOICE}trust" in choice,
        replaced=replaced, paths=_named_paths(),
    )  # fmt: skip


def _named_paths() -> Iterator[str | Path]:
    """What the command line names that may be a file or folder to check; it need not be one."""
    context = click.get_current_context()
    for parameter in context.command.params:
        if isinstance(parameter, click.Argument) or parameter.name in _INPUTS:
            value = context.params.get(parameter.name or "")
            values = value if isinstance(value, tuple) else (value,)
            yield from (path for path in values if isinstance(path, str | Path))


def entity_options(what: str) -> Callable[[Function], Function]:
    """Options that set the kind, form and organization of documents.

    Args:
        what: the word for a document in the help of the command, `document` or `entity`.
    """
    plural = {"document": "documents", "entity": "entities"}[what]
    return group(
        click.option("--kind", metavar="KIND", shell_complete=complete_kinds,
                     help=f"Take every {what} for one of this kind."),
        click.option("--form", type=click.Choice(["stored", "manifest"]),
                     help=f"Take every {what} for one of this form."),
        click.option("--organization", metavar="NAME",
                     help=f"The organization of {plural} that do not name one."),
        heading="Input",
    )  # fmt: skip


catalogue_options = group(
    click.option("--schemas", multiple=True, type=click.Path(exists=True, file_okay=False),
                 metavar="DIR", help="Schemas to use instead of the built-in ones."),
    click.option("--definitions", multiple=True, type=click.Path(exists=True), metavar="PATH",
                 help="Go or OpenAPI definitions that add kinds, or replace built-in ones."),
    heading="Settings",
)  # fmt: skip
store_option = group(
    click.option("--store", metavar="URL",
                 help="The store that knows what else exists: a SQLite file, postgresql://… or "
                 "bolt:///…"),
    heading="Settings",
)  # fmt: skip
exit_options = group(
    click.option("--fail-level", type=click.Choice(LEVELS),
                 help="The lowest severity that makes the exit code 1.  [default: warning]"),
    click.option("--exit-zero", is_flag=True,
                 help="Exit with 0 although there are violations (errors still exit with 2)."),
    heading="Exit code",
)  # fmt: skip
baseline_option = group(
    click.option("--baseline", metavar="FILE",
                 help="Do not report the violations that this file records."),
    heading="Baseline",
)  # fmt: skip


def given_organization(name: str | None) -> str | None:
    """What `--organization` names, if it is given.

    Raises:
        SettingsError: it cannot be the name of an organization.
    """
    return organization_name("--organization", name) if name else None


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
    given_organization(options.get("organization"))
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
    changes["severity"] = {**settings.severity, **options["severity"]}
    changes["extend_select"] = (*settings.extend_select, *options["extend_select"])
    if options.get("exclude"):
        changes["exclude"] = ()  # `--exclude` is instead of it: see `Excludes`
    if options.get("schemas"):
        changes["schemas"] = _absolute(options["schemas"])
    if options.get("definitions"):
        changes["definitions"] = (*settings.definitions, *_absolute(options["definitions"]))
    return replace(settings, **changes, given=_given(options, changes))


def _given(options: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The values that options give to settings, by the keys of these.

    Args:
        changes: what becomes of settings by them.
    """
    given: dict[str, tuple[str, ...]] = {
        key: tuple(options[key.replace("-", "_")])
        for key in ("select", "ignore", "extend-select", "severity")
    }
    given |= {key: _absolute(options.get(key, ())) for key in ("schemas", "definitions")}
    given |= {key: (changes[key],) for key in ("baseline", "store") if key in changes}
    return {key: values for key, values in given.items() if values}


def store_settings(url: str | None, **changes: Any) -> tuple[Settings, Classifier]:
    """The settings with the options of a command about a store, and a classifier for them."""
    from dispatch_lint.documents.catalogue_files import load_catalogue
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.store.urls import rooted

    settings = chosen_settings(replaced={"store"} if url else ())
    given_organization(changes.get("organization"))
    if url:
        changes["store"] = rooted(url, Path.cwd())
        changes["given"] = {"store": (changes["store"],)}
    settings = replace(settings, **{name: value for name, value in changes.items() if value})
    return settings, Classifier(settings, load_catalogue(settings))


def _absolute(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(Path(path).absolute()) for path in paths)
