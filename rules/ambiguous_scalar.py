"""ambiguous-scalar: a plain scalar whose text dispatch changes on reading."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.documents.edits import Fix, Put
from dispatch_lint.documents.scalars import dispatch_boolean, dispatch_text
from dispatch_lint.rule import Example, Rule
from dispatch_lint.violation import Finding, Severity


class AmbiguousScalar(Rule):
    """Dispatch reads YAML 1.1, editors read YAML 1.2. Where text belongs, dispatch turns `on`
    into "true", `010` into "8", `1.10` into "1.1" and `~` into the empty text. What keeps its
    text (`value: 2`) is fine. Where a boolean belongs, dispatch takes `yes`, and no editor does.
    """

    name = "ambiguous-scalar"
    summary = "a plain scalar whose text dispatch changes"
    form = "manifest"
    reads_text = True
    severity = Severity.WARNING
    precedence = 40
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
        ),
        Example(
            "kind: API\nname: a\nfunction: f\nenabled: yes\n",
            (("/enabled", "dispatch reads yes as true, YAML 1.2 reads it as text"),),
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        if document.part is None:
            return
        for path, text in document.part.scalars.items():
            shape = document.schema.shape.at(document.repaired_path(path))
            if shape is None:
                continue
            boolean = dispatch_boolean(text)
            if shape.wants_string:
                message = f'dispatch reads {text} as "{dispatch_text(text)}"'
                fix = Fix("safe", "quote it", (Put(path, text),))
                yield Finding(path, message, help=f'write "{text}" in quotes', fix=fix)
            elif "boolean" in shape.types and boolean is not None and text.lower() not in (
                "true", "false",
            ):  # fmt: skip
                value = "true" if boolean else "false"
                message = f"dispatch reads {text} as {value}, YAML 1.2 reads it as text"
                fix = Fix("safe", f"write {value}", (Put(path, boolean),))
                yield Finding(path, message, help=f"write {value}", fix=fix)
