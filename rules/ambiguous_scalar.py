"""ambiguous-scalar: a plain scalar whose text dispatch changes on reading."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document, text_of
from dispatch_lint.model.fix import Fix, Put, Rename, Safety
from dispatch_lint.model.location import Path
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule
from dispatch_lint.schema.shape import Shape
from dispatch_lint.text.scalars import (
    dispatch_boolean,
    dispatch_integer,
    dispatch_text,
    is_null,
    resolve_core,
    whole_number,
)

NULL = "!!null"
"""A scalar with that tag."""


class AmbiguousScalar(Rule):
    """Dispatch reads YAML 1.1, editors read YAML 1.2. Where text belongs, dispatch turns `on`
    into "true", `010` into "8", `1.10` into "1.1" and `~` into the empty text. What keeps its
    text (`value: 2`) is fine. Where a boolean belongs, dispatch takes `yes`, and no editor does;
    where a number belongs, it takes `1_000`, and reads `010` as 8. The same goes for keys (`yes:`
    is the key "true"), and a file with a key that is null (`~:`) it refuses.
    """

    name = "ambiguous-scalar"
    summary = "a plain scalar whose text dispatch changes"
    form = "manifest"
    severity = Severity.WARNING
    valid = (
        Example("kind: Secret\nname: a\nsecrets: {count: 2, state: 'on', at: 12:30, ok: true}\n"),
        Example("kind: API\nname: a\nfunction: f\nenabled: true\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\nsecrets:\n  state: on\n  mode: 010\n  version: 1.10\n",
            (
                ("/secrets/state", 'dispatch reads on as "true"'),
                ("/secrets/mode", 'dispatch reads 010 as "8"'),
                ("/secrets/version", 'dispatch reads 1.10 as "1.1"'),
            ),
            fixed='kind: Secret\nname: a\nsecrets:\n  state: "on"\n  mode: "010"\n  version: "1.10"\n',
        ),
        Example(
            "kind: Secret\nname: a\nsecrets: {on: b, 010: c, d: null}\n",
            (
                ("/secrets/on", 'dispatch reads the key on as "true"'),
                ("/secrets/010", 'dispatch reads the key 010 as "8"'),
                ("/secrets/d", 'dispatch reads null as ""'),
            ),
            fixed='kind: Secret\nname: a\nsecrets: {"on": b, "010": c, d: null}\n',
        ),
        Example(
            "kind: API\nname: a\nfunction: f\nenabled: yes\n",
            (("/enabled", "dispatch reads yes as true, YAML 1.2 reads it as text"),),
            fixed="kind: API\nname: a\nfunction: f\nenabled: true\n",
        ),
        Example(
            "kind: Function\nname: a\nimage: b\nsourcePath: c\ntimeout: 010\n",
            (("/timeout", "dispatch reads 010 as 8, YAML 1.2 reads it as 10"),),
            fixed="kind: Function\nname: a\nimage: b\nsourcePath: c\ntimeout: 8\n",
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        if document.part is None:
            return
        yield from (_as_key(path, read) for path, read in document.part.plain_keys.items())
        for path, text in document.part.scalars.items():
            repaired = document.repaired_path(path)
            shape = document.schema.shape.at(repaired)
            if shape is None:
                continue
            if not shape.wants_string:
                found = _as_value(path, text, shape.types)
            elif _is_null(text):
                found = _as_null(path, text, shape, document.schema.shape.at(repaired[:-1]))
            else:
                found = _as_text(path, text)
            if found is not None:
                yield found


def _as_key(path: Path, read: str | None) -> Finding:
    name = str(path[-1])
    written = name or "that is empty"
    message = f'dispatch reads the key {written} as "{read}"'
    if read is None:
        message = f"dispatch refuses a file with the key {written}: it is no text"
    fix = Fix("safe", "quote it", (Rename(path, name),)) if name else None
    severity = Severity.ERROR if read is None else None
    return Finding(path, message, on="key", help=f'write "{name}" in quotes', fix=fix,
                   severity=severity)  # fmt: skip


def _is_null(text: str) -> bool:
    return is_null(text) or text == NULL


def _as_null(path: Path, text: str, shape: Shape, parent: Shape | None) -> Finding | None:
    """A null where text belongs. In a map of texts it is an empty text to dispatch."""
    is_declared = parent is not None and path[-1] in parent.properties
    if is_declared and (text != "~" or "null" not in shape.types):
        return None  # an optional field that is left out, or the schema's affair
    if text == "~":
        return _as_text(path, text)
    return Finding(path, f'dispatch reads {text or "nothing"} as ""',
                   help='write "", or the value in quotes')  # fmt: skip


def _as_text(path: Path, text: str) -> Finding | None:
    read = dispatch_text(text)
    if read == text:
        return None
    fix = Fix("safe", "quote it", (Put(path, text),))
    return Finding(
        path, f'dispatch reads {text} as "{read}"', help=f'write "{text}" in quotes', fix=fix
    )


def _as_value(path: Path, text: str, types: frozenset[str]) -> Finding | None:
    read, meant = _values(text, types)
    value = meant if read is None else read
    if read == meant or value is None:
        return None
    # Where both read a number, and not the same, who knows which was meant.
    safety: Safety = "safe" if read is None or meant is None else "unsafe"
    fix = Fix(safety, f"write {_said(value)}", (Put(path, value),))
    message = f"dispatch reads {text} as {_said(read)}, YAML 1.2 reads it as {_said(meant)}"
    return Finding(path, message, help=fix.message, fix=fix)


def _values(text: str, types: frozenset[str]) -> tuple[bool | int | None, bool | int | None]:
    """What dispatch and YAML 1.2 read of what belongs there, a boolean or an integer; None for text."""
    core = resolve_core(text)
    if "boolean" in types:
        return dispatch_boolean(text), core if isinstance(core, bool) else None
    # A number that is none of 64 bits is the schema's affair.
    if "integer" in types and (isinstance(core, str) or whole_number(core) is not None):
        return dispatch_integer(text), whole_number(core)
    return None, None


def _said(value: bool | int | None) -> str:
    return "text" if value is None else text_of(value)
