"""status-value: a status is one of the eight."""

from collections.abc import Iterator

from dispatch_lint.documents.document import Document
from dispatch_lint.naming import did_you_mean
from dispatch_lint.rule import Example, Rule
from dispatch_lint.violation import Finding


class StatusValue(Rule):
    """ "Status is represented by an enumeration of strings": INITIALIZED, CREATING, READY,
    UPDATING, DELETING, DELETED, ERROR, MISSING.

    An empty status in the rows of a store (Dispatch writes Secrets so) is reported once for
    each kind and file, with the count.
    """

    name = "status-value"
    summary = "a status outside the guide's enumeration"
    needs = "status"
    guide = "Status"
    precedence = 60
    valid = (Example("kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: ready\n",
            (("/status", '"ready" is no status: INITIALIZED, CREATING, READY, UPDATING, DELETING, '
              'DELETED, ERROR, MISSING; did you mean "READY"?'),),
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: UNKNOWN\n",
            (("/status", '"UNKNOWN" is no status: INITIALIZED, CREATING, READY, UPDATING, '
              "DELETING, DELETED, ERROR, MISSING"),),
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        status = document.entity.get("status")
        values = self.catalogue.statuses
        if not isinstance(status, str) or status in values:
            return
        if "status" not in document.schema.shape.properties:
            return  # the kind has no status: unknown-field says so
        expected = ", ".join(values)
        if status == "":
            fold = f"empty-{document.kind}" if document.row else ""
            message = (
                f"the status of this {document.kind or 'entity'} is empty; it has to be one of "
            )
            yield Finding(("status",), message + expected, fold=fold)
            return
        meant = did_you_mean(status, values)
        help_ = f"write {meant.split(chr(34))[1]}" if meant else ""
        yield Finding(("status",), f'"{status}" is no status: {expected}{meant}', help=help_)
