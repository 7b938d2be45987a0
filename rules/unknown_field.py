"""unknown-field: a field that the kind does not have."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, FieldView, Finding, Fix, Rename, Rule, Severity


class UnknownField(Rule):
    """`dispatch create -f` silently drops a field that the kind does not have.

    A field that differs from a known one only in case is accepted, so it is only a warning. A
    document whose fields are all written in lower case, as `dispatch get -o yaml` prints them, or
    all in another case than their own, gets one violation.
    """

    name = "unknown-field"
    summary = "a field that the kind does not have"
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
            (("/sourcepath", 'the field "sourcepath" must be spelled "sourcePath"'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\nsourcePath: hello.js\n",
        ),
        Example(
            "kind: Driver\nname: clock\ndriverType: timer\n",
            (("/driverType", 'Driver has no field "driverType"; did you mean "type"?'),),
            fixed="kind: Driver\nname: clock\ntype: timer\n",
        ),
        Example(
            "kind: Image\nname: nodejs\nBaseImageName: nodejs\n",
            (("/BaseImageName", 'the field "BaseImageName" must be spelled "baseImageName"'),),
            fixed="kind: Image\nname: nodejs\nbaseImageName: nodejs\n",
        ),
        Example(
            "kind: BaseImage\nname: n\ndockerurl: n\nlanguage: n\ncreatedtime: 1\n",
            (("/dockerurl", "field names are in lower case, as `dispatch get` prints them; write "
              "dockerUrl for dockerurl, createdTime for createdtime"),),
            fixed="kind: BaseImage\nname: n\ndockerUrl: n\nlanguage: n\ncreatedTime: 1\n",
        ),
        Example(
            "KIND: Function\nNAME: hello\nIMAGE: nodejs\n",
            (("/KIND", "field names are all in another case than they are declared in; write "
              "kind for KIND, name for NAME, image for IMAGE"),),
            fixed="kind: Function\nname: hello\nimage: nodejs\n",
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        # What repeats another field is one field too many: duplicate-field reports it.
        closed = [field for field in entity.undeclared if field.closed and not field.twins]
        together, how = _together(entity, closed)
        if together:
            yield _one_finding(together, how)
        reported = {field.path for field in together}
        for field in closed:
            if field.path not in reported:
                yield _finding(entity, field)


def _together(entity: EntityView, closed: list[FieldView]) -> tuple[list[FieldView], str]:
    """The misspelled fields that have one cause, if there are several; and which cause."""
    slips = [field for field in closed if field.case_only]
    lower = [field for field in slips if field.name.islower()]
    if len(lower) > 1 and all(name.islower() for name in entity.written_names):
        return lower, "are in lower case, as `dispatch get` prints them"
    if len(slips) > 1 and {field.name for field in slips}.issuperset(entity.written_names):
        return slips, "are all in another case than they are declared in"
    return [], ""


def _one_finding(fields: list[FieldView], how: str) -> Finding:
    shown = ", ".join(f"{field.meant} for {field.name}" for field in fields)
    message = f"field names {how}; write {shown}"
    changes = tuple(Rename(field.path, field.meant) for field in fields if field.meant)
    return Finding(fields[0].path, message, on="key", severity=Severity.WARNING,
                   help="rename the fields",
                   fix=Fix("safe", "rename the fields", changes))  # fmt: skip


def _finding(entity: EntityView, field: FieldView) -> Finding:
    if not field.meant:
        message = f'{_owner(entity, field)} has no field "{field.name}": dispatch drops it'
        return Finding(field.path, message, on="key", help="remove it")
    help_ = f"rename it to {field.meant}"
    change = Rename(field.path, field.meant)
    if field.case_only:
        message = f'the field "{field.name}" must be spelled "{field.meant}"'
        return Finding(field.path, message, on="key", severity=Severity.WARNING, help=help_,
                       fix=Fix("safe", help_, (change,)))  # fmt: skip
    message = (f'{_owner(entity, field)} has no field "{field.name}"; '
               f'did you mean "{field.meant}"?')  # fmt: skip
    return Finding(field.path, message, on="key", help=help_, fix=Fix("unsafe", help_, (change,)))


def _owner(entity: EntityView, field: FieldView) -> str:
    """The kind, or the path of the object that a field is in."""
    names = [step for step in field.path[:-1] if isinstance(step, str)]
    return entity.kind if len(field.path) == 1 else f'"{".".join(names)}"'
