"""duplicate-field: the same field twice in one mapping."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    Duplicate,
    EntityView,
    Example,
    Finding,
    Fix,
    Rename,
    Rule,
    TextView,
)


class DuplicateField(Rule):
    """Dispatch's parser silently takes one of the two values, and other readers take the other. To
    dispatch two keys of a manifest are the same too that are both `true` (`yes` and `on`), or
    the same number (`010` and `8`), and so are two fields that differ in case only.

    User data, such as the content of a Secret, is checked too, for the same reason.
    """

    name = "duplicate-field"
    summary = "the same field twice in one mapping"
    valid = (
        Example("kind: Secret\nname: a\nsecrets: {name: b}\n"),
        Example("kind: Secret\nname: a\nsecrets: {key: b, KEY: c}\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\nname: b\n",
            (("/name", 'the field "name" is already set on line 2'),),
        ),
        Example(
            "kind: Secret\nname: a\nsecrets: {yes: b, on: c}\n",
            (
                (
                    "/secrets/on",
                    'the field "on" is already set on line 3: dispatch reads both as "true"',
                ),
            ),
            fixed='kind: Secret\nname: a\nsecrets: {yes: b, "on": c}\n',
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nImage: python\n",
            (
                (
                    "/Image",
                    'the field "Image" is already set as "image": dispatch reads both as one field',
                ),
            ),
        ),
        Example(
            "kind: Function\nname: hello\nImage: nodejs\nimage: python\n",
            (
                (
                    "/image",
                    'the field "image" is already set as "Image": dispatch reads both as one field',
                ),
            ),
        ),
    )

    def check_text(self, text: TextView) -> Iterator[Finding]:
        for duplicate in text.duplicates:
            yield _finding(duplicate, "keep one of the two")
        if text.form != "manifest":
            return
        for duplicate in text.read_duplicates:
            name = str(duplicate.path[-1])
            read = text.plain_keys.get(duplicate.path, name)
            fix = Fix("safe", "quote it", (Rename(duplicate.path, name),))
            finding = _finding(
                duplicate, "write both in quotes", f': dispatch reads both as "{read}"'
            )
            yield finding._replace(fix=fix if read != name else None)

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        groups = {
            (field.path[:-1], field.twins[0]): field.twins
            for field in entity.undeclared
            if field.twins
        }
        for (parent, first), (_, *others) in groups.items():
            for name in others:
                message = (
                    f'the field "{name}" is already set as "{first}": '
                    "dispatch reads both as one field"
                )
                yield Finding((*parent, name), message, on="key", help="keep one of the two")


def _finding(duplicate: Duplicate, advice: str, read: str = "") -> Finding:
    name, line = duplicate.path[-1], duplicate.first.line
    message = f'the field "{name}" is already set on line {line}{read}'
    return Finding(duplicate.path, message, on="key", range=duplicate.range, help=advice)
