"""The page about the Python API: signatures and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import dispatch_lint
from dispatch_lint.model.errors import InputError, UserError
from dispatch_lint.model.fix import TextEdit, TextFix
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Related, Severity, Target, Violation
from tests.test_writing_rules import flat, row

_HEAD = """# Python

```python
from dispatch_lint import lint

for violation in lint("manifests"):
    print(violation.file, violation.range.line, violation.rule, violation.message)
```

Everything that `dispatch_lint` exports, and the values that it yields, stays as it is within a major
version. Rules import from `dispatch_lint.rule`: see [Writing rules](../writing-rules.md).
"""


def text() -> str:
    """The page."""
    lines = [_HEAD]
    for name in ("lint", "load_settings"):
        lines += function(name)
    for owner in (Violation, Severity, Range, Related, Target, TextFix, TextEdit):
        lines += values(owner)
    lines += ["## Settings", "", "The fields are the [settings](settings.md), with `_` for `-`. "
              "`dataclasses.replace(settings, complete=True)` makes others.", ""]  # fmt: skip
    lines += ["## Errors", "", "| class | what it is |", "|---|---|"]
    lines += [row([owner.__name__], flat(owner.__doc__)) for owner in (UserError, InputError)]
    return "\n".join(lines)


def function(name: str) -> Iterator[str]:
    """A function: signature, what it does, arguments and errors."""
    owner = getattr(dispatch_lint, name)
    signature = str(_signature(owner)).replace("'", "")
    yield f"## {name}"
    yield ""
    yield "```text"
    yield f"{name}{signature}"
    yield "```"
    yield ""
    what, *parts = re.split(r"\n\n(?=Args:|Raises:)", inspect.getdoc(owner) or "")
    yield what
    yield ""
    for part in parts:
        title, _, body = part.partition("\n")
        yield f"{'Arguments' if title == 'Args:' else 'Errors'}:"
        yield ""
        for entry in re.split(r"\n(?=    \S)", body):
            named, _, told = entry.partition(":")
            yield f"- `{named.strip()}`: {' '.join(told.split())}"
        yield ""


def _signature(owner: object) -> inspect.Signature:
    assert callable(owner)
    return inspect.signature(owner)


def values(owner: type) -> Iterator[str]:
    """A class of values: what it is, and its fields with their types."""
    what, _, listed = (inspect.getdoc(owner) or "").partition("\n\nAttributes:\n")
    told: dict[str, str] = {}
    for entry in re.split(r"\n(?=    \S)", listed) if listed else ():
        names, _, body = entry.partition(":")
        told |= {name.strip(): " ".join(body.split()) for name in names.split(",")}
    yield f"## {owner.__name__}"
    yield ""
    yield what
    yield ""
    if issubclass(owner, Severity):
        yield f"Its values are {', '.join(f'`{level.name}`' for level in owner)}."
        yield ""
        return
    yield "| attribute | what it is |"
    yield "|---|---|"
    for name, type_ in owner.__annotations__.items():
        yield row([f"{name}: {getattr(type_, '__forward_arg__', type_)}"], told.get(name, ""))
    for name, value in vars(owner).items():
        if isinstance(value, property):
            yield row([name], flat(value.__doc__))
    yield ""
