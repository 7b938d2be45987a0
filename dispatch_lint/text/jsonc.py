"""JSON with comments and trailing commas, as editors keep their settings: values, and additions.

What is added takes the indentation of what is there; every other byte stays.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.limits import Limits
from dispatch_lint.text.edits import BYTE_ORDER_MARK
from dispatch_lint.text.json_reader import read_json

if TYPE_CHECKING:
    from dispatch_lint.model.location import Path
    from dispatch_lint.text.tree import Node

_STRING = r'"(?:[^"\\\r\n]|\\.)*"'
_COMMENT = r"//[^\r\n]*+|(?>/\*.*?\*/)"
_EXTRA = re.compile(
    rf"{_STRING}|(?P<comment>{_COMMENT})|(?P<comma>,)(?=(?:\s|{_COMMENT})*+[}}\]])", re.DOTALL
)
_REST_OF_LINE = re.compile(rf"[ \t]*(?:(?:{_COMMENT})[ \t]*)*(?=\r|\n|\Z)")


def without_comments(text: str) -> str:
    """A text as plain JSON of the same length: blanks instead of comments and trailing commas."""

    def blank(match: re.Match[str]) -> str:
        if match["comment"] is None and match["comma"] is None:
            return match[0]
        return re.sub(r"[^\r\n]", " ", match[0])

    plain = _EXTRA.sub(blank, text)
    return f" {plain[1:]}" if plain.startswith(BYTE_ORDER_MARK) else plain


def _read(text: str) -> tuple[Any, Node]:
    """The value of a text, and the places in it.

    Raises:
        ValueError: it is not JSON, or there is no value in it.
    """
    parts = list(read_json(without_comments(text), Limits()))
    if len(parts) != 1 or parts[0].problem is not None or parts[0].node is None:
        raise ValueError("this is not JSON")
    return parts[0].value, parts[0].node


def value_of(text: str) -> Any:
    """The value of a text with comments and trailing commas.

    Raises:
        ValueError: it is not JSON.
    """
    value: Any = json.loads(without_comments(text))
    return value


def with_added(text: str, path: Path, value: Any) -> str:
    """A text with another member of an object, or another item at the end of a list.

    Args:
        path: of what is added: a name that the object does not have, or the length of the list.

    Raises:
        ValueError: the text is not JSON, or the path has nothing that it could be added to.
    """
    whole, root = _read(text)
    node = root.at(path[:-1])
    container = whole
    for step in path[:-1]:
        container = container[step]
    if node is None or not isinstance(container, dict | list):
        raise ValueError("there is nothing to add to")
    ending = "\r\n" if "\r\n" in text else "\n"
    name = path[-1]
    prefix = f"{json.dumps(name, ensure_ascii=False)}: " if isinstance(container, dict) else ""
    last = max(node.children.values(), key=lambda child: child.end, default=None)
    inner = text[node.start : node.end]
    if last is not None and not re.search(r"[\r\n]", inner):  # all in one line
        dumped = json.dumps(value, ensure_ascii=False)
        comma = "" if _has_comma(text, last.end, node.end) else ","
        at = last.end if comma else _comma_end(text, last.end)
        return f"{text[:at]}{comma} {prefix}{dumped}{text[at:]}"
    step = _step(text)
    outer = re.match(r"[ \t]*", text[_line_start(text, node.start) :])
    above = outer[0] if outer else ""
    indent = above + step
    if last is not None:
        first = min(node.children.values(), key=lambda child: child.start)
        line = text[_line_start(text, _key_start(node, first)) :]
        found = re.match(r"[ \t]+", line)
        indent = found[0] if found else indent
    dumped = json.dumps(value, indent=step, ensure_ascii=False)
    lines = f"{prefix}{dumped}".replace("\n", f"{ending}{indent}")
    if last is None:
        at = node.start + 1
        rest = _REST_OF_LINE.match(text, at)
        at = rest.end() if rest and rest.end() < node.end - 1 else at
        behind = text[at:].lstrip()
        return f"{text[:at]}{ending}{indent}{lines}{ending}{above}{behind}"
    has_comma = _has_comma(text, last.end, node.end)
    comma_end = _comma_end(text, last.end) if has_comma else last.end
    rest = _REST_OF_LINE.match(text, comma_end)
    at = rest.end() if rest else comma_end
    comma = "" if has_comma else ","
    return f"{text[: last.end]}{comma}{text[last.end : at]}{ending}{indent}{lines}{text[at:]}"


def with_value(text: str, path: Path, value: Any) -> str:
    """A text in which a value is another one.

    Raises:
        ValueError: the text is not JSON, or has no such path.
    """
    node = _read(text)[1].at(path)
    if node is None:
        raise ValueError("there is no such value")
    return f"{text[: node.start]}{json.dumps(value, ensure_ascii=False)}{text[node.end :]}"


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def _key_start(node: Node, child: Node) -> int:
    """Where a member or item begins: at its name, if it has one."""
    for name, value in node.children.items():
        if value is child and isinstance(name, str):
            return node.keys[name][0]
    return child.start


def _step(text: str) -> str:
    """By what the text is indented."""
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else "  "


def _comma_end(text: str, offset: int) -> int:
    """The end of the comma behind a value; comments may be between. The offset itself without one."""
    match = re.compile(rf"(?:\s|{_COMMENT})*+,", re.DOTALL).match(text, offset)
    return match.end() if match else offset


def _has_comma(text: str, start: int, end: int) -> bool:
    return start < _comma_end(text, start) <= end
