"""unknown-field: a field that the kind does not have."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document, Undeclared
from dispatch_lint.model.fix import Fix, Rename, Safety
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule


class UnknownField(Rule):
    """`dispatch create -f` drops a field that the kind does not have, without a word.

    A field that differs from a known one only in case is taken, so it is only a warning. A
    document whose fields are all written in lower case, as `dispatch get -o yaml` prints them,
    gets one violation.
    """

    name = "unknown-field"
    summary = "a field that the kind does not have"
    reads_content = False
    explains_undeclared = True
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\n"),
        Example("kind: Widget\nname: hello\nanything: goes\n"),
    )
    invalid = (
        Example(
            "kind: Function\nname: hello\nimge: nodejs\n",
            (("/imge", 'Function has no field "imge"; did you mean "image"?'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\n",
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\ncolour: red\n",
            (("/colour", 'Function has no field "colour": dispatch drops it'),),
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nsourcepath: hello.js\n",
            (("/sourcepath", 'the field "sourcepath" is spelled "sourcePath"'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\nsourcePath: hello.js\n",
        ),
        Example(
            "kind: BaseImage\nname: n\ndockerurl: n\nlanguage: n\ncreatedtime: 1\n",
            (("/dockerurl", "the fields are written in lower case, as `dispatch get` prints them: "
              "dockerurl for dockerUrl, createdtime for createdTime"),),
            fixed="kind: BaseImage\nname: n\ndockerUrl: n\nlanguage: n\ncreatedTime: 1\n",
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        closed = [field for field in document.undeclared if field.closed]
        printed = _as_printed(document, closed)
        if printed:
            shown = ", ".join(f"{field.name} for {field.meant}" for field in printed)
            yield Finding(
                printed[0].path,
                f"the fields are written in lower case, as `dispatch get` prints them: {shown}",
                on="key",
                severity=Severity.WARNING,
                help="rename them to their proper spelling",
                fix=Fix(
                    "safe",
                    "rename the fields",
                    tuple(Rename(field.path, field.meant) for field in printed if field.meant),
                ),
            )
        told = {field.path for field in printed}
        for field in closed:
            if field.path not in told:
                yield self._finding(document, field)

    def _finding(self, document: Document, field: Undeclared) -> Finding:
        if field.case_only:
            message = f'the field "{field.name}" is spelled "{field.meant}"'
            return Finding(field.path, message, on="key", severity=Severity.WARNING,
                           help=f"rename it to {field.meant}",
                           fix=_renaming(field, "safe"))  # fmt: skip
        owner = document.kind if len(field.path) == 1 else f'"{_parent(field)}"'
        if field.meant:
            message = f'{owner} has no field "{field.name}"; did you mean "{field.meant}"?'
            return Finding(field.path, message, on="key", help=f"rename it to {field.meant}",
                           fix=_renaming(field, "unsafe"))  # fmt: skip
        message = f'{owner} has no field "{field.name}": dispatch drops it'
        return Finding(field.path, message, on="key", help="remove it")


def _renaming(field: Undeclared, safety: Safety) -> Fix:
    assert field.meant is not None
    return Fix(safety, f"rename it to {field.meant}", (Rename(field.path, field.meant),))


def _parent(field: Undeclared) -> str:
    return ".".join(str(step) for step in field.path[:-1] if isinstance(step, str))


def _as_printed(document: Document, closed: list[Undeclared]) -> list[Undeclared]:
    """The fields of a document whose names are all in lower case, where there are several."""
    slips = [field for field in closed if field.case_only and field.name.islower()]
    proper = any(not name.islower() for name in document.value)
    return slips if len(slips) > 1 and not proper else []
