"""document-separator: `---` where dispatch cuts the file and YAML does not."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, Rule, Severity, TextView

_HELP = {"comment": "remove the dashes", "key": "rename the field", "directive": "remove the directive",
         "value": "write the value without `---`"}  # fmt: skip


class DocumentSeparator(Rule):
    """`dispatch create -f` cuts a file at the bytes `---` wherever they stand: inside a PEM
    key, a field name, or a comment between the fields of a document. What is behind the cut is
    read as a document of its own, or not at all. A decorative line above the first field cuts
    nothing off. A directive (`%YAML 1.2`) is cut from its document, and refused.
    """

    name = "document-separator"
    summary = "`---` inside a document, where dispatch splits the file"
    severity = Severity.WARNING
    valid = (
        Example("# ------ secrets ------\nkind: Secret\nname: a\n---\nkind: Secret\nname: b\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\nsecrets:\n  line: a---b\n",
            (("/secrets/line", "dispatch splits the file at this `---`, which is inside a value"),),
        ),
        Example(
            "kind: Secret\n# ---- name ----\nname: a\n",
            (("", "dispatch splits the file at this `---`, which is inside a comment"),),
        ),
    )

    def check_text(self, text: TextView) -> Iterator[Finding]:
        if text.form != "manifest":
            return
        seen = set()
        for cut in text.cuts:
            # One finding for each value, key, or line of a comment: a PEM key has four cuts.
            where = (cut.path, cut.range.line if cut.within == "comment" else None)
            if where not in seen:
                seen.add(where)
                place = "behind" if cut.within == "directive" else "inside"
                message = f"dispatch splits the file at this `---`, which is {place} a {cut.within}"
                yield Finding(cut.path, message, range=cut.range, help=_HELP[cut.within])
