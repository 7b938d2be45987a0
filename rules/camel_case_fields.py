"""camel-case-fields: fields are lower camel case."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, FieldView, Finding, Rule, is_lower_camel, lower_camel


class CamelCaseFields(Rule):
    """ "Fields should be camel-case and follow the go naming conventions": lower camel case,
    as all base fields are. Keys of maps that hold user data (tags, config, secrets, labels, the
    bodies of JSON Schemas) are no fields.
    """

    name = "camel-case-fields"
    summary = "a field name that is not lower camel case"
    guide = "Additional Properties"
    valid = (
        Example("kind: Function\nname: hello\nimage: nodejs\nsourcePath: hello.js\n"),
        Example("kind: Secret\nname: a\nsecrets: {API_KEY: x}\n"),
    )
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nsource_path: hello.js\n",
            (
                (
                    "/source_path",
                    'the field "source_path" is not lower camel case; rename it to "sourcePath"',
                ),
            ),
            fixed="kind: Function\nname: hello\nimage: nodejs\nsourcePath: hello.js\n",
        ),
        Example(
            "kind: Function\nname: hello\nimage_name: nodejs\n",
            (
                (
                    "/image_name",
                    'the field "image_name" is not lower camel case; rename it to "image"',
                ),
            ),
            fixed="kind: Function\nname: hello\nimage: nodejs\n",
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nwheel_count: 4\n",
            (
                (
                    "/wheel_count",
                    'the field "wheel_count" is not lower camel case, and "wheelCount" would be unknown too',
                ),
            ),
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nsourcePath: a.js\nsource_path: b.js\n",
            (
                (
                    "/source_path",
                    'the field "source_path" is not lower camel case, and "sourcePath" is set already',
                ),
            ),
        ),
        Example(
            "kind: Widget\nname: a\nwheel-count: 4\n",
            (
                (
                    "/wheel-count",
                    'the field "wheel-count" is not lower camel case; rename it to "wheelCount"',
                ),
            ),
            fixed="kind: Widget\nname: a\nwheelCount: 4\n",
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        if is_lower_camel(field.name) or field.case_only or field.standard:
            return
        proper = lower_camel(field.name)
        if not is_lower_camel(proper):
            yield from _without_proposal(field.name)
            return
        closed = field.closed and not field.declared
        if field.meant and (closed or field.meant.lower() == proper.lower()):
            proper = field.meant
        elif closed:
            yield _not_to_be_renamed(field, proper)
            return
        message = f'the field "{field.name}" is not lower camel case; rename it to "{proper}"'
        yield Finding((), message, on="key", help=f'rename it to "{proper}"',
                      fix=field.rename_to(proper))  # fmt: skip


def _not_to_be_renamed(field: FieldView, proper: str) -> Finding:
    """A name that stands for no absent field of its object: in camel case it would be wrong too."""
    why = "is set already" if proper in field.siblings else "would be unknown too"
    message = f'the field "{field.name}" is not lower camel case, and "{proper}" {why}'
    return Finding((), message, on="key", help="remove it")


def _without_proposal(name: str) -> Iterator[Finding]:
    """A name without a better spelling: one that has no letters is not wrong."""
    if name[:1].isupper() or name[:1].istitle():  # `İ` alone has no small letter of one character
        message = f'the field "{name}" is not lower camel case: it begins with "{name[0]}"'
        yield Finding((), message, on="key", help="begin with a small letter")
        return
    odd = next((letter for letter in name if not (letter.isalpha() or letter.isdecimal())), "")
    if any(letter.isalpha() for letter in name) and odd and not odd.isascii():
        what = "white space" if odd.isspace() else f'"{odd}"'
        message = f'the field "{name}" is not lower camel case: it contains {what}'
        yield Finding((), message, on="key", help="use letters and digits only")
