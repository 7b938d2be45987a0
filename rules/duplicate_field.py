"""duplicate-field: the same field twice in one mapping."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.fix import Fix, Rename
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule
from dispatch_lint.text.tree import Duplicate


class DuplicateField(Rule):
    """Dispatch's parser takes one of the two values without a word, and readers the other. To
    dispatch two keys of a manifest are the same too that are both `true` (`yes` and `on`), or
    the same number (`010` and `8`).

    It holds inside user data too, for the same reason.
    """

    name = "duplicate-field"
    summary = "the same field twice in one mapping"
    valid = (Example("kind: Secret\nname: a\nsecrets: {name: b}\n"),)
    invalid = (
        Example(
            "kind: Secret\nname: a\nname: b\n",
            (("/name", 'the field "name" is already set in line 2'),),
        ),
        Example(
            "kind: Secret\nname: a\nsecrets: {yes: b, on: c}\n",
            (
                (
                    "/secrets/on",
                    'the field "on" is already set in line 3: dispatch reads both as "true"',
                ),
            ),
            fixed='kind: Secret\nname: a\nsecrets: {yes: b, "on": c}\n',
        ),
    )

    def check(self, document: Document) -> Iterator[Finding]:
        for duplicate in document.part.duplicates if document.part else ():
            yield _finding(duplicate, "keep one of the two")
        if document.part and document.form == "manifest":
            keys = document.part.plain_keys
            for duplicate in document.part.read_duplicates:
                name = str(duplicate.path[-1])
                read = keys.get(duplicate.path, name)
                fix = Fix("safe", "quote it", (Rename(duplicate.path, name),))
                found = _finding(
                    duplicate, "write both in quotes", f': dispatch reads both as "{read}"'
                )
                yield found._replace(fix=fix if read != name else None)


def _finding(duplicate: Duplicate, advice: str, read: str = "") -> Finding:
    name, line = duplicate.path[-1], duplicate.first.line
    message = f'the field "{name}" is already set in line {line}{read}'
    return Finding(duplicate.path, message, on="key", range=duplicate.range, help=advice)
