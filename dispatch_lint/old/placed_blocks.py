"""YAML by blocks, with places: where things stand in a block is found once, and moved to where it is.

What a block is, `blocks` says. The places inside one hang on nothing outside of it but where it
begins: most documents that have something to report differ in a few blocks from others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.old.blocks import MAX_BLOCK, Memory, cut, read_field
from dispatch_lint.old.placed import Duplicate, Node

if TYPE_CHECKING:
    from collections.abc import Callable

    from dispatch_lint.model.location import Path
    from dispatch_lint.old.placed import Part


class _Block(NamedTuple):
    """A field of a document, as if the text began with it."""

    name: str
    value: Any
    node: Node
    scalars: dict[Path, str]


_memory: Memory[_Block] = Memory()
# Comments and empty lines move the ends of what is before them, and an alias needs its anchor.
_ELSEWHERE = ("#", "\n\n", "&", "*", "\r", "\0", "---", "...")


def place_blocks(chunk: str, part: Part, compose: Callable[[str], Part]) -> bool:
    """Fill in what a document is, and where, if it consists of blocks and nothing else.

    Values are shared between documents: nobody may change them.

    Args:
        chunk: the text of the document.
        part: begins where the chunk does.
        compose: reads a text that begins at 0.

    Returns:
        False, and nothing filled in, where the document has to be read as a whole.
    """
    at = part.start
    if chunk.startswith("---\n"):
        chunk = chunk[4:]
        at += 4
    if not (chunk.isascii() and chunk.endswith("\n")) or any(one in chunk for one in _ELSEWHERE):
        return False
    value: dict[str, Any] = {}
    root = Node(at, at)
    scalars: dict[Path, str] = {}
    duplicates: list[Duplicate] = []
    known = _memory.known()
    for block in cut(chunk[:-1]):
        found = known.get(block) or _learn(block, compose)
        if found is None:
            return False
        name, place = found.name, (at, at + len(found.name))
        if name in value:
            first = part.lines.range(*root.keys[name])
            duplicates.append(Duplicate((name,), part.lines.range(*place), first))
        value[name] = found.value
        root.keys[name] = place
        root.children[name] = node = _moved(found.node, at)
        root.end = max(root.end, node.end)
        if found.scalars:
            scalars |= found.scalars
        at += len(block) + 1
    part.value, part.node, part.scalars, part.duplicates = value, root, scalars, duplicates
    return True


def _learn(block: str, compose: Callable[[str], Part]) -> _Block | None:
    """What a block is; None for what is none, or has to be read with its document."""
    if _memory.is_odd(block):
        return None
    found = _look_at(block, compose)
    _memory.keep(block, found)
    return found


def _look_at(block: str, compose: Callable[[str], Part]) -> _Block | None:
    field = read_field(block)
    if field is not None:
        name, value = field
        return _Block(name, value, Node(len(name) + len(": "), len(block)), {})
    # What is not remembered is as well read with its document, and only once if it is odd.
    if not block[:1].isalpha() or len(block) > MAX_BLOCK:
        return None
    part = compose(block.replace("\0", "\n") + "\n")
    if part.problem is not None or part.duplicates or type(part.value) is not dict:
        return None
    [(name, value), *others] = part.value.items()
    node = part.node
    # What is quoted, or folded into a line, is another text than its name.
    if others or node is None or node.keys[name] != (0, len(name)):
        return None
    return _Block(name, value, node.children[name], part.scalars)


def _moved(node: Node, by: int) -> Node:
    moved = Node(node.start + by, node.end + by)
    if node.keys:
        moved.keys = {key: (start + by, end + by) for key, (start, end) in node.keys.items()}
    if node.children:
        for step, child in node.children.items():  # one call for each level: they may be 500
            moved.children[step] = _moved(child, by)
    return moved
