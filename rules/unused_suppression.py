"""unused-suppression: a suppression comment that hides nothing."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Rule, Severity, Suppression


class UnusedSuppression(Rule):
    """A suppression that hides nothing now would hide the next real mistake.

    Rules that a run does not include are not reported as unused.
    """

    name = "unused-suppression"
    summary = "a suppression comment that hides nothing"
    severity = Severity.WARNING
    valid = (
        Example("kind: Secret\nname: a b  # dispatch-lint: ignore[name-format] of old\n",
                settings={"extend-select": ["name-format"]}),
    )  # fmt: skip
    invalid = (
        Example(
            "kind: Secret\nname: a  # dispatch-lint: ignore[name-format]\n",
            (("", "unused suppression of name-format"),),
            settings={"extend-select": ["name-format"]},
            fixed="kind: Secret\nname: a\n",
        ),
        Example(
            "kind: Secret\nname: a  # dispatch-lint: ignore[name-fromat]\n",
            (("", 'there is no rule "name-fromat"; did you mean "name-format"?'),),
            fixed="kind: Secret\nname: a\n",
        ),
        Example(
            "kind: Secret\nname: a  # dispatch-lint: ignore\n",
            (
                (
                    "",
                    "the suppression names no rule, or does not begin the comment; write "
                    "dispatch-lint: ignore[rule], or ignore-file[rule]",
                ),
            ),
            fixed="kind: Secret\nname: a\n",
        ),
    )

    def check_suppression(self, suppression: Suppression) -> Iterator[Finding]:
        yield Finding((), suppression.complaint, range=suppression.range, help="remove it")
