"""The options of a rule: read from the settings, and checked by their types."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from dispatch_lint.config.definition_settings import as_written
from dispatch_lint.config.settings import SettingsError
from dispatch_lint.engine.rule_failures import reason_of
from dispatch_lint.naming import did_you_mean
from dispatch_lint.rule import Rule, option_names
from dispatch_lint.text.harmless import shown_value

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
_TYPES_OF_SETTINGS = {
    bool: "true or false", int: "a whole number", float: "a number", str: "text",
    tuple: "a list of texts",
}  # fmt: skip
_TYPES_OF_OPTIONS = "write bool, int, float, str, Literal of texts or tuple[str, ...]"


def options_of(rule: type[Rule], settings: Settings) -> Any:
    """The options of a rule from the settings.

    Raises:
        SettingsError: an option does not exist, is missing, or has a value of another type.
    """
    settings_of_rule = settings.rules.get(rule.name, {})
    hints = get_type_hints(rule.Options) if settings_of_rule else {}
    values: dict[str, Any] = {}
    for key, value in settings_of_rule.items():
        attribute = key.replace("-", "_")
        if attribute not in hints:
            names = option_names(rule)
            listed = (
                f"; the options are {', '.join(names)}" if names else ": the rule has no options"
            )
            raise SettingsError(f'rules.{rule.name}: there is no option "{key}"'
                                f"{did_you_mean(key, names) or listed}")  # fmt: skip
        values[attribute] = _checked(f"rules.{rule.name}.{key}", value, hints[attribute])
    missing = [
        field.name for field in fields(rule.Options)
        if field.name not in values
        and field.default is MISSING and field.default_factory is MISSING
    ]  # fmt: skip
    if missing:
        raise SettingsError(f"rules.{rule.name}: the option {missing[0]} must be set")
    try:
        return rule.Options(**values)
    except (ValueError, TypeError) as error:
        raise SettingsError(f"rules.{rule.name}: {error}") from error
    except Exception as error:  # a fault of the rule's own check, whatever it is
        raise SettingsError(f"rules.{rule.name}: {reason_of(error)}") from error


def wrong_option(rule: type[Rule]) -> str | None:
    """What is wrong with the types or the defaults of the options of a rule."""
    options = fields(rule.Options)
    try:
        hints = get_type_hints(rule.Options) if options else {}
    except Exception as error:  # a name that is imported for type checkers only
        return f"the types of its Options cannot be read: {reason_of(error)}"
    for field in options:
        hint = hints[field.name]
        if not _is_type_of_option(hint):
            shown = f"is {_written_type(hint)}, which no option can be"
            return f"its option `{field.name}` {shown}: {_TYPES_OF_OPTIONS}"
        try:
            default = default_of(field)
        except Exception as error:
            return f"its option `{field.name}` has no default: {reason_of(error)}"
        if default is not MISSING and not _fits(default, hint):
            shown = f"{shown_value(default)}, which is not {_written_type(hint)}"
            return f"its option `{field.name}` has the default {shown}"
    return None


def default_of(option: Field[Any]) -> Any:
    """The default of an option; MISSING where it must be set."""
    made = option.default_factory
    return option.default if made is MISSING else made()


def _is_type_of_option(hint: Any) -> bool:
    """Whether settings can have values of a type that a rule cannot change."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return all(choice is NoneType or _is_type_of_option(choice) for choice in get_args(hint))
    if origin is Literal:
        return all(isinstance(choice, str) for choice in get_args(hint))
    return hint in (bool, int, float, str) or (origin is tuple and get_args(hint) == (str, ...))


def _checked(key: str, value: object, hint: Any) -> object:
    """A value of the settings, converted to the type of the option.

    Raises:
        SettingsError: the value is of another type.
    """
    read = tuple(value) if isinstance(value, list) else value
    if not _fits(read, hint):
        raise SettingsError(f'"{key}" must be {_type_of_setting(hint)}, not {as_written(value)}')
    return read


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is of the type of an option: a plain type, literals, or one of several."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, choice) for choice in get_args(hint))
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in get_args(hint))
    if origin is tuple:
        return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    plain = origin or hint
    if not isinstance(plain, type) or plain is Any:
        return True
    if isinstance(value, bool) and plain in (int, float):
        return False
    return isinstance(value, (int, float) if plain is float else plain)


def _written_type(hint: Any) -> str:
    """A type for the author of a rule, as Python has it."""
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return shown_value(hint).replace("typing.", "")


def _type_of_setting(hint: Any) -> str:
    """The type of an option for whoever sets it, in words of TOML."""
    origin = get_origin(hint)
    if origin is Literal:
        return f"one of {', '.join(map(as_written, get_args(hint)))}"
    if origin in (Union, UnionType):
        choices = [choice for choice in get_args(hint) if choice is not NoneType]
        return " or ".join(map(_type_of_setting, choices))
    return _TYPES_OF_SETTINGS[origin or hint]
