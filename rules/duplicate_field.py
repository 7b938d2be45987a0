"""duplicate-field: the same field twice in one mapping."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Rule, TextView


class DuplicateField(Rule):
    """Dispatch's parser silently takes one of the two values, and other readers take the other.

    User data, such as the content of a Secret, is checked too, for the same reason.
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

    def check_text(self, text: TextView) -> Iterator[Finding]:
        for path, range_, first in text.duplicates:
            message = f'the field "{path[-1]}" is already set in line {first.line}'
            yield Finding(path, message, on="key", range=range_, help="keep one of the two")
