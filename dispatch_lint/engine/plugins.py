"""Loads rules from entry points of the group `dispatch_lint.rules`, and from `plugins` folders."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pkgutil
import sys
from dataclasses import MISSING, fields
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints
from zlib import crc32

from dispatch_lint.config.settings import SettingsError
from dispatch_lint.engine.rule_results import reason_of, reraise_if_not_of_rule
from dispatch_lint.model.errors import UserError
from dispatch_lint.naming import did_you_mean
from dispatch_lint.rule import Rule, defining_problem, option_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.schema.catalogue import Catalogue

GROUP = "dispatch_lint.rules"
ALL = "all"
BUILT_IN = "dispatch_lint_rules"
"""The package of the built-in rules."""
LOCAL = "dispatch_lint_local_rules"
"""The package name of modules that are loaded from files."""


class PluginError(UserError):
    """A rule that cannot be loaded; the message names it."""


def load_rules(paths: Iterable[Path] = ()) -> dict[str, type[Rule]]:
    """Load all rules, by name and in the order of their names.

    Args:
        paths: files and folders of rules, in addition to the rules of installed packages.

    Raises:
        PluginError: a plugin fails to load, two rules have the same name, or there are no rules.
    """
    found: dict[str, type[Rule]] = {}
    for origin, module in _modules(paths):
        for rule in _rules_of(module):
            problem = defining_problem(rule)
            if problem:
                raise PluginError(f"{origin}: {rule.__name__} is no rule: {problem}")
            if found.setdefault(rule.name, rule) is not rule:
                known = found[rule.name]
                where = file_of(known) or known.__module__
                raise PluginError(f'{origin}: there is already a rule "{rule.name}", in {where}')
    if not found:  # the built-in rules are missing too: a run would wrongly succeed
        raise PluginError(f"no package offers rules ({GROUP}): install dispatch-lint again")
    return dict(sorted(found.items()))


def _modules(paths: Iterable[Path]) -> Iterator[tuple[str, ModuleType]]:
    for entry in importlib.metadata.entry_points(group=GROUP):
        origin = f"plugin {entry.name} ({entry.value})"
        try:
            module = entry.load()
        except BaseException as error:
            reraise_if_not_of_rule(error)
            raise PluginError(f"{origin} fails to load: {reason_of(error)}") from error
        yield origin, module
        yield from _submodules(origin, module)
    files = (file for path in paths for file in _files_of(path.absolute()))
    for file in dict.fromkeys(file.resolve() for file in files):
        module = _load_file(file)
        if not any(True for _ in _rules_of(module)):
            raise PluginError(f"{file}: there is no rule in it, a class that derives from Rule")
        yield str(file), module


def _files_of(path: Path) -> list[Path]:
    if path.is_file():
        if path.suffix != ".py":
            raise PluginError(f'plugins: "{path}" is no file of Python (.py)')
        return [path]
    if not path.is_dir():
        raise PluginError(f'plugins: there is no folder "{path}"')
    return [file for file in sorted(path.glob("*.py")) if not file.name.startswith("_")]


def _submodules(origin: str, package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        name = f"{package.__name__}.{info.name}"
        try:
            yield origin, importlib.import_module(name)
        except BaseException as error:
            reraise_if_not_of_rule(error)
            raise PluginError(f"{origin}: {name} fails to load: {reason_of(error)}") from error


class _Source(SourceFileLoader):
    """Loads what is written: a compiled file beside it may be anything."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def _load_file(file: Path) -> ModuleType:
    # Files of different folders may have the same name.
    name = f"{LOCAL}.{file.stem}_{crc32(os.fsencode(file)):08x}"
    spec = importlib.util.spec_from_file_location(name, file, loader=_Source(name, str(file)))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        reraise_if_not_of_rule(error)
        raise PluginError(f"{file} fails to load: {reason_of(error)}") from error
    return module


def file_of(rule: type[Rule]) -> Path | None:
    """The file of a rule; None for a built-in rule, and for one without a file."""
    if rule.__module__.startswith(f"{BUILT_IN}."):
        return None
    file = getattr(sys.modules.get(rule.__module__), "__file__", None)
    return Path(file) if file else None


def _rules_of(module: object) -> Iterator[type[Rule]]:
    """The rules that a module defines; an entry point may also name a single rule class."""
    if isinstance(module, type):
        if issubclass(module, Rule):
            yield module
        return
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Rule)
        and value.__module__ == getattr(module, "__name__", "")
    ]
    for rule in own:
        # A class without a name is the base of others, or its author forgot the name.
        is_base = any(rule in other.__mro__[1:] for other in own)
        if "name" in vars(rule) or not is_base:
            yield rule


def check_names(names: Iterable[str], rules: Mapping[str, type[Rule]], where: str) -> None:
    """Refuse names of rules that do not exist.

    Args:
        where: the setting that they are in.

    Raises:
        SettingsError: a name does not exist; the message suggests a similar one.
    """
    for name in names:
        if name not in rules and name != ALL:
            raise SettingsError(f'{where}: there is no rule "{name}"{did_you_mean(name, rules)}')


def selected(rules: Mapping[str, type[Rule]], settings: Settings) -> list[str]:
    """The names of the rules that the settings switch on.

    Raises:
        SettingsError: a name does not exist.
    """
    check_names(settings.select or (), rules, "select")
    check_names(settings.ignore, rules, "ignore")
    check_names(settings.extend_select, rules, "extend-select")
    check_names(settings.severity, rules, "severity")
    check_names(settings.rules, rules, "rules")
    for glob, names in settings.per_path.items():
        check_names(names, rules, f'per-path "{glob}"')
    if settings.select is None:
        chosen = {name for name, rule in rules.items() if rule.default}
    else:
        chosen = set(rules) if ALL in settings.select else set(settings.select)
    chosen |= set(rules) if ALL in settings.extend_select else set(settings.extend_select)
    chosen -= set(rules) if ALL in settings.ignore else set(settings.ignore)
    chosen -= {name for name, severity in settings.severity.items() if severity is None}
    return sorted(chosen)


def instantiate(
    rules: Mapping[str, type[Rule]], settings: Settings, catalogue: Catalogue
) -> list[Rule]:
    """Create the rules of a run with their options.

    Raises:
        SettingsError: a rule or option does not exist, or an option's value is of another type.
        PluginError: a rule raises when it is made.
    """
    return [_create(rules[name], settings, catalogue) for name in selected(rules, settings)]


def instantiate_off(
    rules: Mapping[str, type[Rule]], settings: Settings, catalogue: Catalogue
) -> list[Rule]:
    """Create the rules that the settings turn off, and do not only leave unselected.

    Raises:
        PluginError, SettingsError: as of `instantiate`.
    """
    off = set(rules) if ALL in settings.ignore else set(settings.ignore)
    off |= {name for name, severity in settings.severity.items() if severity is None}
    return [_create(rules[name], settings, catalogue) for name in sorted(off)]


def _create(rule: type[Rule], settings: Settings, catalogue: Catalogue) -> Rule:
    options = _options(rule, settings)
    try:
        return rule(options, settings, catalogue)
    except SettingsError:
        raise
    except BaseException as error:
        reraise_if_not_of_rule(error)
        raise PluginError(f"the rule {rule.name} cannot be used: {reason_of(error)}") from error


def _options(rule: type[Rule], settings: Settings) -> Any:
    """The options of a rule from the settings.

    Raises:
        SettingsError: an option does not exist, is missing, or has a value of another type.
    """
    settings_of_rule = settings.rules.get(rule.name, {})
    hints = _hints(rule) if settings_of_rule else {}
    values: dict[str, Any] = {}
    for key, value in settings_of_rule.items():
        attribute = key.replace("-", "_")
        if attribute not in hints:
            names = option_names(rule)
            listed = f": it has {', '.join(names)}" if names else ": it has none"
            raise SettingsError(f'rules.{rule.name}: there is no option "{key}"'
                                f"{did_you_mean(key, names) or listed}")  # fmt: skip
        values[attribute] = _checked(f"rules.{rule.name}.{key}", value, hints[attribute])
    missing = [
        field.name for field in fields(rule.Options)
        if field.name not in values
        and field.default is MISSING and field.default_factory is MISSING
    ]  # fmt: skip
    if missing:
        raise SettingsError(f"rules.{rule.name}: the option {missing[0]} has to be set")
    try:
        return rule.Options(**values)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"rules.{rule.name}: {error}") from error


def _hints(rule: type[Rule]) -> dict[str, Any]:
    """The types of the options of a rule.

    Raises:
        PluginError: an annotation cannot be resolved.
    """
    try:
        return get_type_hints(rule.Options)
    except Exception as error:
        where = f"the options of the rule {rule.name}"
        raise PluginError(f"{where} cannot be used: {reason_of(error)}") from error


def _checked(key: str, value: object, hint: Any) -> object:
    """A value of the settings, converted to the type of the option.

    Raises:
        SettingsError: the value is of another type.
    """
    if get_origin(hint) is tuple:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SettingsError(f'"{key}" has to be a list of texts, not {value!r}')
        return tuple(value)
    if not _fits(value, hint):
        raise SettingsError(f'"{key}" has to be {_shown_type(hint)}, not {value!r}')
    return value


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of the type of an option: a plain type, literals, or one of several."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, choice) for choice in get_args(hint))
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(hint))
    plain = origin or hint
    if not isinstance(plain, type):
        return True
    if isinstance(value, bool) and plain in (int, float):
        return False
    return isinstance(value, (int, float) if plain is float else plain)


def _shown_type(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        shown = ", ".join(
            f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in get_args(hint)
        )
        return f"one of {shown}"
    if origin in (Union, UnionType):
        choices = [choice for choice in get_args(hint) if choice is not NoneType]
        return " or ".join(map(_shown_type, choices))
    return str(getattr(origin or hint, "__name__", hint))
