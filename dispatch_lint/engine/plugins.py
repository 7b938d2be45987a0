"""Loads rules from entry points and `plugins` folders, and creates those that the settings switch on."""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import sys
from dataclasses import fields, replace
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from dispatch_lint.config.named_files import MIB, read_regular
from dispatch_lint.config.origin import named
from dispatch_lint.config.settings import SettingsError
from dispatch_lint.config.tree import is_file, is_folder, real_path
from dispatch_lint.engine.installed import BUILT_IN, GROUP, installed, is_built_in
from dispatch_lint.engine.rule_failures import (
    PluginError,
    line_in,
    line_of,
    place_of,
    reason_of,
    reraise_if_not_of_rule,
)
from dispatch_lint.engine.rule_options import options_of, wrong_option
from dispatch_lint.model.errors import Setting, about
from dispatch_lint.naming import did_you_mean
from dispatch_lint.rule import CatalogueView, Rule, defining_problem, read_only

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.schema.catalogue import Catalogue

ALL = "all"
MAX_CODE = 16 * MIB
"""The bytes of a file of rules."""
LOCAL = "dispatch_lint_local_rules"
"""The package name of modules that are loaded from files."""


def load_rules(
    paths: Iterable[Path] = (), plugins: Mapping[str, Path] = MappingProxyType({})
) -> dict[str, type[Rule]]:
    """Load all rules, by name and in the order of their names.

    Args:
        paths: files and folders of rules, in addition to the rules of installed packages.
        plugins: those of the setting `plugins`, by the values that it has.

    Raises:
        PluginError: a plugin fails to load, two rules have the same name, or there are no rules.
    """
    found: dict[str, type[Rule]] = {}
    for origin, setting, module in _modules(paths, plugins):
        for rule in _rules_of(module):
            # The tests check those that come with dispatch-lint.
            problem = None if is_built_in(rule) else _problem(rule)
            if problem:
                file = str(file_of(rule) or rule.__module__)
                place = origin if file == origin else f"{origin}: {file}"
                raise PluginError(
                    f"{place}: {rule.__name__} is not a rule: {problem}", setting=setting
                )
            if found.setdefault(rule.name, rule) is not rule:
                known = found[rule.name]
                where = file_of(known) or known.__module__
                message = f'{origin}: there is already a rule "{rule.name}", in {where}'
                raise PluginError(message, setting=setting)
    if not found:  # the built-in rules are missing too: a run would wrongly succeed
        raise PluginError(f"no rules are installed ({GROUP}); install dispatch-lint again")
    return dict(sorted(found.items()))


def _problem(rule: type[Rule]) -> str | None:
    """Why a class cannot be used as a rule; None where it can."""
    try:
        return defining_problem(rule) or wrong_option(rule)
    except BaseException as error:  # its metaclass decides what its attributes are
        reraise_if_not_of_rule(error)
        return reason_of(error)


def built_in_rules() -> dict[str, type[Rule]]:
    """The rules that come with dispatch-lint, by name: no code of anybody else is loaded."""
    package = importlib.import_module(BUILT_IN)
    modules = [package, *(module for _, module in _submodules(BUILT_IN, package))]
    return {rule.name: rule for module in modules for rule in _rules_of(module)}


def _modules(
    paths: Iterable[Path], plugins: Mapping[str, Path]
) -> Iterator[tuple[str, Setting | None, ModuleType]]:
    """The modules that have rules, each with what it is called, and the setting that names it."""
    for origin, load in installed():
        try:
            module = load()
        except BaseException as error:
            reraise_if_not_of_rule(error)
            reason = f"{reason_of(error)}{place_of(error)}"
            raise PluginError(f"{origin} fails to load: {reason}") from error
        yield origin, None, module
        for name, submodule in _submodules(origin, module):
            yield name, None, submodule
    of_settings = [(Setting("plugins", value), path) for value, path in plugins.items()]
    files: dict[Path, Setting | None] = {}
    for setting, path in (*of_settings, *((None, path) for path in paths)):
        with about(setting):
            for file in _files_of(path.absolute()):
                files.setdefault(real_path(file), setting)
    for file, setting in files.items():
        with about(setting):
            module = _load_file(file)
            if not any(True for _ in _rules_of(module)):
                message = f"{file}: no rule found; a rule is a class that derives from Rule"
                raise PluginError(message)
        yield str(file), setting, module


def _files_of(path: Path) -> list[Path]:
    if is_file(path):
        if path.suffix != ".py":
            raise PluginError(f'plugins: "{path}" is not a Python file (.py)')
        return [path]
    if not is_folder(path):
        raise PluginError(f'plugins: there is no folder "{path}"')
    return [file for file in sorted(path.glob("*.py")) if not file.name.startswith("_")]


def _submodules(origin: str, package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    for info in pkgutil.iter_modules(getattr(package, "__path__", ())):
        name = f"{package.__name__}.{info.name}"
        try:
            yield origin, importlib.import_module(name)
        except BaseException as error:
            reraise_if_not_of_rule(error)
            reason = f"{reason_of(error)}{place_of(error)}"
            raise PluginError(f"{origin}: {name} fails to load: {reason}") from error


class _Source(SourceFileLoader):
    """Loads what is written: a compiled file beside it may be anything, and a pipe has no end."""

    def get_data(self, path: str) -> bytes:
        return read_regular(path, MAX_CODE)

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        code: CodeType = self.source_to_code(self.get_data(path), path)
        return code


def _load_file(file: Path) -> ModuleType:
    from zlib import crc32

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
        line = line_in(str(file), error)
        reason = reason_of(error) if line is None else f"{reason_of(error)} (line {line})"
        if isinstance(error, ModuleNotFoundError) and _is_beside(file, error.name or ""):
            reason = (f"it imports another file of its folder, but each is loaded by itself: "
                      f"make an installed package of them ({reason})")  # fmt: skip
        raise PluginError(f"{file} fails to load: {reason}") from error
    return module


def _is_beside(file: Path, module: str) -> bool:
    """Whether a module that a file of rules imports lies beside it."""
    name = module.partition(".")[0]
    if name == LOCAL:
        return True
    return (file.parent / f"{name}.py").is_file() or (file.parent / name).is_dir()


def file_of(rule: type[Rule]) -> Path | None:
    """The file of a rule; None for a built-in rule, and for one without a file."""
    if is_built_in(rule):
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
        and value.__module__ == getattr(module, "__name__", "")
        and issubclass(value, Rule)
    ]
    for rule in own:
        # A class without a name is the base of others, or its author forgot the name.
        is_base = any(rule in other.__mro__[1:] for other in own)
        if "name" in vars(rule) or not is_base:
            yield rule


def check_names(
    names: Iterable[str], rules: Mapping[str, type[Rule]], where: str, *, also: str = ALL
) -> None:
    """Refuse names of rules that do not exist.

    Args:
        where: what they are in.
        also: what else may stand there.

    Raises:
        SettingsError: a name does not exist; the message suggests a similar one.
    """
    for name in names:
        if name not in rules and name != also:
            raise SettingsError(f'{where}: there is no rule "{name}"{did_you_mean(name, rules)}')


def _check_setting(
    settings: Settings, key: str, rules: Mapping[str, type[Rule]], *, also: str = ALL
) -> None:
    """As `check_names`, for the names that a setting has."""
    for name in getattr(settings, key.replace("-", "_")) or ():
        setting = Setting(key, name)
        with about(setting):
            check_names([name], rules, named(settings, setting), also=also)


def selected(rules: Mapping[str, type[Rule]], settings: Settings) -> list[str]:
    """The names of the rules that the settings switch on.

    Raises:
        SettingsError: a name does not exist.
    """
    for key in ("select", "ignore", "extend-select"):
        _check_setting(settings, key, rules)
    for key in ("severity", "rules"):
        _check_setting(settings, key, rules, also="")
    for glob, names in settings.per_path.items():
        with about(Setting("per-path", glob)):
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
    chosen, shared = selected(rules, settings), _read_only(settings)
    return [_create(rules[name], shared, catalogue) for name in chosen]


def instantiate_off(
    rules: Mapping[str, type[Rule]], settings: Settings, catalogue: Catalogue
) -> list[Rule]:
    """Create the rules that the settings turn off, and do not only leave unselected.

    Raises:
        PluginError, SettingsError: as of `instantiate`.
    """
    off = set(rules) if ALL in settings.ignore else set(settings.ignore)
    off |= {name for name, severity in settings.severity.items() if severity is None}
    shared = _read_only(settings)
    return [_create(rules[name], shared, catalogue) for name in sorted(off)]


def _read_only(settings: Settings) -> Settings:
    """Settings that a rule cannot change."""
    tables = {
        field.name: read_only(value)
        for field in fields(settings)
        if isinstance(value := getattr(settings, field.name), dict)
    }
    return replace(settings, **tables, written=None)


def _create(rule: type[Rule], shared: Settings, catalogue: Catalogue) -> Rule:
    """Create a rule.

    Args:
        shared: read-only settings, which rules of others get a copy of: they may change it nevertheless.
    """
    with about(Setting("rules", rule.name)):
        return _created(rule, shared, catalogue)


def _created(rule: type[Rule], shared: Settings, catalogue: Catalogue) -> Rule:
    options, is_foreign = options_of(rule, shared), not is_built_in(rule)
    try:
        settings = _read_only(shared) if is_foreign else shared
        made = rule(options, settings, CatalogueView(catalogue))
        made._is_foreign = is_foreign
        return made
    except SettingsError:
        raise
    except BaseException as error:
        reraise_if_not_of_rule(error)
        own = None if rule.__init__ is Rule.__init__ else rule.__init__
        where = line_of(rule, error, own)
        raise PluginError(
            f"the rule {rule.name} ({where}) cannot be used: {reason_of(error)}"
        ) from error
