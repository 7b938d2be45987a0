"""ambiguous-scalar: a plain scalar whose text dispatch changes on reading."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    Example,
    Finding,
    Fix,
    Path,
    Put,
    Rename,
    Rule,
    Scalar,
    Severity,
    TextView,
    dispatch_boolean,
    dispatch_integer,
    dispatch_text,
    is_null,
    resolve_core,
    text_of,
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
    severity = Severity.WARNING
    valid = (
        Example("kind: Secret\nname: a\nsecrets: {count: 2, state: 'on', at: 12:30, ok: true}\n"),
        Example("kind: API\nname: a\nfunction: f\nenabled: true\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\nsecrets:\n  state: on\n  mode: 010\n  version: 1.10\n",
            (
                ("/secrets/state", 'dispatch reads `on` as "true"'),
                ("/secrets/mode", 'dispatch reads `010` as "8"'),
                ("/secrets/version", 'dispatch reads `1.10` as "1.1"'),
            ),
            fixed='kind: Secret\nname: a\nsecrets:\n  state: "on"\n  mode: "010"\n  version: "1.10"\n',
        ),
        Example(
            "kind: Secret\nname: a\nsecrets: {on: b, 010: c, d: null}\n",
            (
                ("/secrets/on", 'dispatch reads the key `on` as "true"'),
                ("/secrets/010", 'dispatch reads the key `010` as "8"'),
                ("/secrets/d", 'dispatch reads `null` as ""'),
            ),
            fixed='kind: Secret\nname: a\nsecrets: {"on": b, "010": c, d: null}\n',
        ),
        Example(
            "kind: API\nname: a\nfunction: f\nenabled: yes\n",
            (("/enabled", "dispatch reads `yes` as true, YAML 1.2 reads it as text"),),
            fixed="kind: API\nname: a\nfunction: f\nenabled: true\n",
        ),
        Example(
            "kind: Function\nname: a\nimage: b\nsourcePath: c\ntimeout: 010\n",
            (("/timeout", "dispatch reads `010` as 8, YAML 1.2 reads it as 10"),),
            fixed="kind: Function\nname: a\nimage: b\nsourcePath: c\ntimeout: 8\n",
        ),
    )

    def check_text(self, text: TextView) -> Iterator[Finding]:
        if text.form != "manifest":
            return
        yield from (_as_key(path, read) for path, read in text.plain_keys.items())
        for scalar in text.scalars:
            if "string" not in scalar.types:
                finding = _as_value(scalar.path, scalar.text, scalar.types)
            elif is_null(scalar.text) or scalar.text == NULL:
                finding = _as_null(scalar)
            else:
                finding = _as_text(scalar.path, scalar.text)
            if finding is not None:
                yield finding


def _as_key(path: Path, read: str | None) -> Finding:
    name = str(path[-1])
    written = f"`{name}`" if name else "that is empty"
    message = f'dispatch reads the key {written} as "{read}"'
    if read is None:
        message = f"dispatch rejects a file with the key {written}, which is not text to it"
    fix = Fix("safe", "quote it", (Rename(path, name),)) if name else None
    severity = Severity.ERROR if read is None else None
    return Finding(path, message, on="key", help=f'quote it: "{name}"', fix=fix,
                   severity=severity)  # fmt: skip


def _as_null(scalar: Scalar) -> Finding | None:
    """A null where text belongs. In a map of texts it is an empty text to dispatch."""
    text = scalar.text
    if scalar.is_field and (text != "~" or "null" not in scalar.types):
        return None  # an optional field that is left out, or `schema` reports it
    if text == "~":
        return _as_text(scalar.path, text)
    shown = f"`{text}`" if text else "the missing value"
    return Finding(scalar.path, f'dispatch reads {shown} as ""',
                   help='write "", or the value in quotes')  # fmt: skip


def _as_text(path: Path, text: str) -> Finding | None:
    read = dispatch_text(text)
    if read == text:
        return None
    message = f'dispatch reads `{text}` as "{read}"'
    fix = Fix("safe", "quote it", (Put(path, text),))
    return Finding(path, message, help=f'quote it: "{text}"', fix=fix)


def _as_value(path: Path, text: str, types: frozenset[str]) -> Finding | None:
    dispatch, editors = _values(text, types)
    value = editors if dispatch is None else dispatch
    if dispatch == editors or value is None:
        return None
    # Where both read a number, and not the same, either may be meant.
    is_safe = dispatch is None or editors is None
    fix = Fix("safe" if is_safe else "unsafe", f"write {_shown(value)}", (Put(path, value),))
    message = (
        f"dispatch reads `{text}` as {_shown(dispatch)}, YAML 1.2 reads it as {_shown(editors)}"
    )
    return Finding(path, message, help=fix.message, fix=fix)


def _values(text: str, types: frozenset[str]) -> tuple[bool | int | None, bool | int | None]:
    """The boolean or integer that dispatch reads, and that YAML 1.2 reads; None for text."""
    core = resolve_core(text)
    if "boolean" in types:
        return dispatch_boolean(text), core if isinstance(core, bool) else None
    # The rule schema reports a number that does not fit in 64 bits.
    if "integer" in types and (isinstance(core, str) or whole_number(core) is not None):
        return dispatch_integer(text), whole_number(core)
    return None, None


def _shown(value: bool | int | None) -> str:
    return "text" if value is None else text_of(value)
