"""One document of a YAML text by libyaml: its value, its places, or why it does not parse."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml import YAMLError
from yaml.reader import ReaderError

from dispatch_lint.text.tree import Node, Problem
from dispatch_lint.text.yaml_composer import (
    Refused,
    Unsure,
    compose,
    compose_events,
    may_have_aliases,
)
from dispatch_lint.text.yaml_places import Notes, Origin, YamlNode, find_comments
from dispatch_lint.text.yaml_values import Values

if TYPE_CHECKING:
    from yaml import Node as Composed

    from dispatch_lint.text.lines import Lines
    from dispatch_lint.text.yaml_text import YamlText


class Read(NamedTuple):
    """What was read of a document.

    Attributes:
        is_notable: whether it has duplicates, or scalars that dispatch may read otherwise.
    """

    value: Any
    problem: Problem | None
    is_notable: bool


def read_composed(shared: YamlText, start: int, stop: int) -> Read:
    """Read a document; its tree becomes the recent one of its text."""
    text, lines = shared.lines.text[start:stop], shared.lines
    if text.isspace() or text.strip() == "---":
        shared.recent.start, shared.recent.node = start, None
        return Read(None, None, is_notable=False)
    try:
        root, values = _compose_and_read(text, shared)
    except Refused as refused:
        where = lines.range(start + refused.start, start + refused.end)
        return Read(None, Problem(refused.message, where), is_notable=False)
    except (YAMLError, UnicodeError) as error:
        return Read(None, _problem(error, text, start, lines), is_notable=False)
    shared.recent.start, shared.recent.node = start, _tree(root, shared, start)
    return Read(values.value, None, values.is_notable)


def read_tree(shared: YamlText, start: int, stop: int) -> Node | None:
    """The tree of a document that was read before."""
    text = shared.lines.text[start:stop]
    if not may_have_aliases(text):
        with suppress(YAMLError):  # an anchor is redefined
            return _tree(compose(text), shared, start)
    return _tree(compose_events(text, shared.limits), shared, start)


def notes_of(node: Node | None, lines: Lines, start: int) -> Notes:
    """The duplicates of a document, and its scalars that dispatch may read otherwise."""
    return Notes(_composed(node), Origin(lines.text, start), lines)


def comments_of(node: Node | None, text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The comments of a document: where each begins and ends."""
    return find_comments(_composed(node), Origin(text, start), end)


def _compose_and_read(text: str, shared: YamlText) -> tuple[Composed | None, Values]:
    # A value is a character at least.
    if len(text) <= shared.limits.values and not may_have_aliases(text):
        with suppress(Unsure, YAMLError, UnicodeError):  # `compose_events` says why
            root = compose(text)
            return root, Values(root, shared.limits.depth)
    root = compose_events(text, shared.limits)
    return root, Values(root, shared.limits.depth)


def _tree(root: Composed | None, shared: YamlText, start: int) -> YamlNode | None:
    return YamlNode(root, Origin(shared.lines.text, start)) if root is not None else None


def _composed(node: Node | None) -> Composed | None:
    return node.composed if isinstance(node, YamlNode) else None


def _problem(error: Exception, text: str, start: int, lines: Lines) -> Problem:
    """What libyaml says of a text that does not parse."""
    message = str(getattr(error, "problem", None) or error).strip()
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        index = mark.index
        context, context_mark = (
            getattr(error, "context", None),
            getattr(error, "context_mark", None),
        )
        # At the end of the text nothing begins: libyaml looked for more there.
        if context and context_mark and context_mark.index < len(text.rstrip()):
            begin = start + context_mark.index
            message = f"{message}, {context} that begins on line {lines.range(begin, begin).line}"
    else:
        index = 0
        if isinstance(error, ReaderError):
            index = _count_characters(text, error.position)
            message = f"the character U+{error.character:04X} is not allowed in YAML"
    # "at the end" is more help on the last line that has something on it.
    offset = start + min(index, len(text.rstrip()))
    return Problem(message, lines.range(offset, offset + 1))


def _count_characters(text: str, size: int) -> int:
    """How many characters the first bytes of a text are."""
    return len(text.encode()[:size].decode(errors="ignore"))
