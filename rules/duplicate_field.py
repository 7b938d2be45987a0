"""duplicate-field: the same field twice in one mapping."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule


class DuplicateField(Rule):
    """Dispatch's parser takes one of the two values without a word, and readers the other.

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
    )

    def check(self, document: Document) -> Iterator[Finding]:
        for duplicate in document.part.duplicates if document.part else ():
            line = duplicate.first.line
            yield Finding(
                duplicate.path,
                f'the field "{duplicate.path[-1]}" is already set in line {line}',
                on="key",
                range=duplicate.range,
                help="keep one of the two",
            )
