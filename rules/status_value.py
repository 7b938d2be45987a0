"""status-value: a status is one of the eight."""

from collections.abc import Iterator
from functools import lru_cache

from dispatch_lint.definitions.model import EntityType
from dispatch_lint.documents.document import Document
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.violation import Finding
from dispatch_lint.naming import did_you_mean
from dispatch_lint.rule import Example, Rule


class StatusValue(Rule):
    """ "Status is represented by an enumeration of strings": INITIALIZED, CREATING, READY,
    UPDATING, DELETING, DELETED, ERROR, MISSING.

    A package that declares the type of a status in Go has all eight as constants, and no other;
    OpenAPI models likewise. An empty status in the rows of a store (Dispatch writes Secrets so) is reported once for
    each kind and file, with the count.
    """

    name = "status-value"
    summary = "a status outside the guide's enumeration"
    needs = ("status",)
    guide = "Status"
    valid = (Example("kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: ready\n",
            (("/status", '"ready" is no status: INITIALIZED, CREATING, READY, UPDATING, DELETING, '
              'DELETED, ERROR, MISSING; did you mean "READY"?'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n",
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
        near = meant.split('"')[1] if meant else ""
        fix = Fix("safe", f"write {near}", (Put(("status",), near),)) if near else None
        yield Finding(("status",), f'"{status}" is no status: {expected}{meant}',
                      help=fix.message if fix else "", fix=fix)  # fmt: skip

    def check_definition(self, definition: EntityType) -> Iterator[Finding]:
        """The package that declares the type of a status declares all of its values, and no more."""
        statuses = definition.statuses
        if statuses is None:
            return
        guide = self.settings.base_entity.statuses or _guide_statuses()
        whose = (
            "the guide" if self.settings.base_entity.statuses is None else "the setting base-entity"
        )
        for value, location in statuses.values:
            if value not in guide:
                message = (
                    f'the type {statuses.name} has the status "{value}", which {whose} has not'
                )
                yield Finding((), message, location=location)
        missing = [value for value in guide if value not in {one for one, _ in statuses.values}]
        if missing and not statuses.open:
            noun = "status" if len(missing) == 1 else "statuses"
            message = f"the type {statuses.name} lacks the {noun} {', '.join(missing)}"
            yield Finding((), message, location=statuses.location)


@lru_cache(maxsize=1)
def _guide_statuses() -> tuple[str, ...]:
    from dispatch_lint.definitions.golang import guide_base

    status = next(field for field in guide_base().fields if field.name == "status")
    return tuple(str(value.value) for value in status.type.values)
