"""Checks of rule classes, and the names of their options."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dispatch_lint.rule.base import Rule

GONE = {
    "collect_seldom": "name it `collect`",
    "all_facts": "`collect` gives all facts",
    **dict.fromkeys(
        ("quick_check", "fact_patterns", "seldom_groups", "likeness", "reads", "reads_text"),
        "remove it: the engine takes no hints for speed",
    ),
    "precedence": "remove it: the engine has one ordered list",
}
"""Attributes that rules had in earlier versions, and what to do about each.

The engine no longer uses them, so a rule that defines one is refused.
"""


def defining_problem(rule: type[Rule]) -> str | None:
    """Why a class cannot be used as a rule; None where it can."""
    for owner in rule.__mro__:
        for gone in vars(owner).keys() & GONE.keys():
            return f"it defines `{gone}`, which is not part of a rule any more: {GONE[gone]}"
    name = getattr(rule, "name", None)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return f"its name {name!r} is not kebab-case"
    if not getattr(rule, "summary", ""):
        return "it has no summary"
    if not is_dataclass(rule.Options):
        return "its Options are no dataclass"
    if not rule.scopes():
        return "it has no method that checks anything"
    return None


def option_names(rule: type[Rule]) -> list[str]:
    """The names of a rule's options in the settings."""
    return [field.name.replace("_", "-") for field in fields(rule.Options)]
