"""Text of others as a terminal, or the log of a CI system, may be given it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

# `::add-mask::` at the start of a line is a command to GitHub Actions, `##[…]` anywhere in it;
# Azure Pipelines and TeamCity have the same with a word between.
_COMMAND = r"\A(\s*):(?=:)|#(?=#(?:vso|teamcity)?\[)"


ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{4,}\b")
"""How Python shows an object that has no text of its own: another one in each run."""
_OBJECT = re.compile(r"<(?:[\w.]|<locals>)*?(\w+) object at 0x[0-9A-Fa-f]+>")


def harmless(text: str) -> str:
    """A text in one line that no terminal and no CI system obeys.

    Control characters, those that change the direction of text, and lone surrogates are escaped.
    """
    text = without_commands(text)
    if text.isascii() and text.isprintable():
        return text  # nearly always
    return text.translate(escapes())


@cache
def escapes() -> dict[int, str]:
    """What stands for each character that a terminal may obey."""
    return {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
        number: f"\\u{number:04x}"
        for number in (
            0x061C, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
            *range(0xD800, 0xE000),
        )
    }  # fmt: skip


def shown_value(value: object) -> str:
    """The start of a value of others, for a message: of an object without a text of its own the type."""
    try:
        text = repr(value)
    except Exception:
        text = type(value).__name__
    return (text if isinstance(value, str) else without_addresses(text))[:60]


def derived(value: object, types: tuple[type, ...]) -> str:
    """The class of a value, for a message that it is of none of some types, if it derives from one."""
    is_derived = type(value) not in types and isinstance(value, types)
    return f" of the class {type(value).__name__}" if is_derived else ""


def without_addresses(text: str) -> str:
    """A text that shows objects by their types: it is the same in each run."""
    return ADDRESS.sub("", _OBJECT.sub(r"\1", text)) if " at 0x" in text else text


def harmless_json(text: str) -> str:
    """A text of JSON that no terminal and no CI system obeys; the value that it stands for stays."""
    text = text.replace("##", "#\\u0023") if "##" in text else text
    return text if text.isascii() and "\x7f" not in text else text.translate(_json_escapes())


@cache
def _json_escapes() -> dict[int, str]:
    return {number: f"\\u{number:04x}" for number in escapes() if chr(number) not in "\t\n\r"}


def as_unicode(value: Any) -> Any:
    r"""A value of JSON in which a lone surrogate, which many readers refuse, is the text `\udce9`.

    Names of files and texts of JSON documents may have some (a file name that is not UTF-8).
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {as_unicode(name): as_unicode(inner) for name, inner in value.items()}
    return [as_unicode(item) for item in value] if isinstance(value, list) else value


def without_commands(text: str) -> str:
    """A line that no CI system obeys; all else in it is as it was."""
    return re.sub(_COMMAND, _without_command, text) if "::" in text or "##" in text else text


def _without_command(match: re.Match[str]) -> str:
    return "\\x23" if match[1] is None else f"{match[1]}\\x3a"
