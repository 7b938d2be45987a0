"""ambiguous-scalar: a plain scalar whose text dispatch changes on reading."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document, text_of
from dispatch_lint.model.fix import Fix, Put, Safety
from dispatch_lint.model.location import Path
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule
from dispatch_lint.text.scalars import (
    dispatch_boolean,
    dispatch_integer,
    dispatch_text,
    resolve_core,
    whole_number,
)


class AmbiguousScalar(Rule):
    """Dispatch reads YAML 1.1, editors read YAML 1.2. Where text belongs, dispatch turns `on`
    into "true", `010` into "8", `1.10` into "1.1" and `~` into the empty text. What keeps its
    text (`value: 2`) is fine. Where a boolean belongs, dispatch takes `yes`, and no editor does;
    where a number belongs, it takes `1_000`, and reads `010` as 8.
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
        for path, text in document.part.scalars.items():
            shape = document.schema.shape.at(document.repaired_path(path))
            if shape is None:
                continue
            found = (
                _as_text(path, text) if shape.wants_string else _as_value(path, text, shape.types)
            )
            if found is not None:
                yield found


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
