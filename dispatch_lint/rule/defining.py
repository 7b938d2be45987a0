"""Checks of rule classes, and the names of their options."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import TYPE_CHECKING

from dispatch_lint.config.settings import OpenQuestions
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule.base import SCOPES
from dispatch_lint.rule.base import Rule as _Rule
from dispatch_lint.text.harmless import derived, shown_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.rule.base import Rule

_METHODS = (*SCOPES, "collect")
_NO_HINTS = "remove it: the engine takes no hints for speed"
_RELATIONS = "override `check_key`, `check_id` or `check_reference`, or `collect` and `judge`"
GONE = {
    "check": "override `check_entity(entity)`, or `check_text(text)` for what is about the text",
    "check_member": "override `check_field(field)`; `field.definition` is what it was given",
    "check_definitions": "override `check_kind(definitions)`",
    "check_layout": "override `check_package(package)`: it has all `key_expressions`",
    "judge_references": "override `check_reference(reference)`",
    "collect_seldom": "name it `collect`",
    "all_facts": "`collect` gives all facts",
    "facts": _RELATIONS,
    "asks": _RELATIONS,
    "asks_referrers": _RELATIONS,
    "explains_undeclared": "remove it: the rule unknown-field is the only one",
    "form": "test `entity.form` in the method",
    "needs": "test `entity.has(name)` in the method",
    "precedence": "remove it: the engine has one ordered list",
    **dict.fromkeys(
        ("quick_check", "fact_patterns", "seldom_groups", "likeness", "reads", "reads_text",
         "reads_content", "judges_several", "judges_uses", "judges_alike"),
        _NO_HINTS,
    ),
}  # fmt: skip
"""Attributes that rules had in earlier versions, and what to do about each.

The engine does not use them, so a rule that defines one is refused: never is a rule silently not
called.
"""


_INHERITED = frozenset({"has", "scopes", "documentation"})
"""The methods that the engine calls on each rule, and no rule overrides."""
_ATTRIBUTES: Mapping[str, tuple[type, ...]] = {
    "name": (str,), "summary": (str,), "severity": (Severity,), "default": (bool,), "guide": (str, type(None)),
    "question": (str, type(None)), "docs": (str, type(None)), "valid": (tuple, list), "invalid": (tuple, list),
}  # fmt: skip
"""The types of the attributes of a rule."""


def defining_problem(rule: type[Rule]) -> str | None:
    """Why a class cannot be used as a rule; None where it can."""
    for owner in rule.__mro__:
        for gone in vars(owner).keys() & GONE.keys():
            return f"it defines `{gone}`, which is no longer part of a rule: {GONE[gone]}"
        for taken in vars(owner).keys() & _INHERITED if owner is not _Rule else ():
            return (
                f"it defines `{taken}`, which it inherits and the engine calls: name it otherwise"
            )
    name = getattr(rule, "name", None)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return f"its name {shown_value(name)} is not kebab-case"
    if name == "all":
        return 'its name is "all", which means every rule'
    if not getattr(rule, "summary", ""):
        return "it has no summary"
    for attribute, types in _ATTRIBUTES.items():
        value = getattr(rule, attribute)
        # Some are in each violation, and a text of a derived class cannot be sent to a process.
        if not isinstance(value, types) or (isinstance(value, str) and type(value) is not str):
            shown = f"{shown_value(value)}{derived(value, types)}"
            return f"its {attribute} is {shown}, which is not a {types[0].__name__}"
    questions = [name.replace("_", "-") for name in OpenQuestions._fields]
    if rule.question is not None and rule.question not in questions:
        return f'its question "{rule.question}" is none of {", ".join(questions)}'
    options = rule.Options
    if not isinstance(options, type) or not is_dataclass(options) or _is_undecorated(options):
        return "its Options are not a dataclass"
    if not options.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return f"its Options{_line_of(options)} can be changed: write `@dataclass(frozen=True)`"
    if rule.has("collect") != rule.has("judge"):
        has, lacks = ("collect", "judge") if rule.has("collect") else ("judge", "collect")
        return f"it has `{has}` but no `{lacks}`; it needs both"
    if not rule.scopes():
        return _unknown_method(rule) or "it has no method that checks anything"
    return _unknown_method(rule) or _wrong_parameters(rule)


def _line_of(class_: type) -> str:
    """The line of a class, for a message; empty where it is not known."""
    import inspect

    try:
        return f" (line {inspect.getsourcelines(class_)[1]})"
    except (OSError, TypeError):
        return ""


def _is_undecorated(options: type) -> bool:
    """Whether a class has fields of its own that are none of a dataclass."""
    own = vars(options)
    return bool(own.get("__annotations__")) and "__dataclass_fields__" not in own


def _unknown_method(rule: type[Rule]) -> str | None:
    """A method that is named as if the engine would call it, and is not."""
    from dispatch_lint.naming import did_you_mean

    for owner in rule.__mro__:
        if owner is _Rule:
            return None
        for name in vars(owner):
            if name not in _METHODS and (name.startswith("check_") or _is_misspelled(name)):
                return f"nothing calls its method `{name}`{did_you_mean(name, _METHODS)}"
    return None


def _is_misspelled(name: str) -> bool:
    """Whether a method is meant for the engine: `checkEntity` and `chek_entity` are, `_check` is not."""
    from dispatch_lint.naming import is_slip

    if name.startswith("_"):
        return False
    bare = {method.replace("_", ""): method for method in _METHODS}
    letters = name.replace("_", "").lower()
    has_words = "_" in name or not name.islower()  # `checked` is no `check_id`
    return letters in bare or (
        has_words and any(is_slip(letters, method) for method in bare if method[:5] == "check")
    )


def _wrong_parameters(rule: type[Rule]) -> str | None:
    """A method that cannot be called with one argument."""
    import inspect

    for name in _METHODS:
        if not rule.has(name):
            continue
        method = getattr(rule, name)
        if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
            return f"its method `{name}` is asynchronous: write `def`, without `async`"
        if _takes_one_argument(method):
            continue  # nearly always
        try:
            inspect.signature(method).bind(None, None)
        except TypeError:
            expected = inspect.signature(getattr(_Rule, name))
            (_, parameter) = expected.parameters
            return f"its method `{name}` must take one argument: `{name}(self, {parameter})`"
        except ValueError:  # no signature is known: it is not a function of Python
            continue
    return None


def _takes_one_argument(method: object) -> bool:
    """Whether a method is a plain function of `self` and one argument; a signature takes longer."""
    if not isinstance(method, FunctionType) or hasattr(method, "__wrapped__"):
        return False
    return method.__code__.co_argcount == 2 and not method.__code__.co_kwonlyargcount


def option_names(rule: type[Rule]) -> list[str]:
    """The names of a rule's options in the settings."""
    return [field.name.replace("_", "-") for field in fields(rule.Options)]
