"""`python -m tests.list_messages`: every message of the program, with its place, to be read as a whole.

A message is a text of the code with a space in it that is no docstring: what rules report, errors, what
commands print, and the help of options. Placeholders stand as `{…}`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent


def messages(file: Path) -> Iterator[tuple[int, str]]:
    """`(line, text)` of each message in a Python file, in its order."""
    tree = ast.parse(file.read_text("utf-8"))
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    inner: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner |= {id(part) for part in ast.walk(node) if part is not node}
    found = []
    for node in ast.walk(tree):
        if id(node) in docstrings or id(node) in inner:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append((node.lineno, node.value))
        elif isinstance(node, ast.JoinedStr):
            found.append((node.lineno, "".join(map(_text, node.values))))
    for line, text in sorted(found):
        if " " in text.strip() and "\n" not in text.strip():
            yield line, text


def _text(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return "{" + ast.unparse(part.value) + "}"


def main() -> None:
    for folder in ("rules", "dispatch_lint"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for line, text in messages(file):
                print(f"{file.relative_to(ROOT)}:{line}: {text}")


if __name__ == "__main__":
    main()
