"""syntax-error: the text does not parse."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Rule, TextView


class SyntaxError_(Rule):  # noqa: N801 (the builtin has the name)
    """A document that does not parse is lost for `dispatch create -f`, and so is every
    document behind it in the file.

    The place and the reason are the parser's own. The other documents of the file are still
    checked: a line that begins with `---` ends a document whatever stands before it. A part
    that does not parse is reported where its text says that it is an entity (a `kind:` of
    Dispatch at the beginning of a line and no `apiVersion:`), or where another document of the
    file is one.
    """

    name = "syntax-error"
    summary = "the text does not parse"
    valid = (Example("kind: Secret\nname: open-sesame\n"),)
    invalid = (
        Example(
            "kind: Secret\nname: open-sesame\nsecrets: {password: x\n",
            (("", "invalid YAML: did not find expected ',' or '}', while parsing a flow "
              "mapping that begins on line 3"),),
        ),
        Example(
            '{"kind": "Secret", "name": "open-sesame",}',
            (("", 'invalid JSON: expected a field name in "double quotes", found "}"'),),
            file="example.json",
        ),
    )  # fmt: skip

    def check_text(self, text: TextView) -> Iterator[Finding]:
        if text.problem is not None:
            message = text.problem.message
            if text.problem.is_text:
                message = f"invalid {text.language}: {message}"
            yield Finding((), message, range=text.problem.range)
