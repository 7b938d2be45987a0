"""status-value: a status is one of the eight."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.rule import (
    EntityView,
    Example,
    Finding,
    Fix,
    Put,
    Rule,
    did_you_mean,
    guide_fields,
    is_slip,
    only_nearest,
)

if TYPE_CHECKING:
    from dispatch_lint.rule import DefinitionView


class StatusValue(Rule):
    """ "Status is represented by an enumeration of strings": INITIALIZED, CREATING, READY,
    UPDATING, DELETING, DELETED, ERROR, MISSING.

    A package that declares the type of a status in Go has all eight as constants, and no other;
    OpenAPI models likewise. An empty status in the rows of a store (Dispatch writes Secrets so) is
    reported once for each kind and file, with the count.
    """

    name = "status-value"
    summary = "a status outside the guide's enumeration"
    guide = "Status"
    valid = (Example("kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n"),)
    invalid = (
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: ready\n",
            (("/status", '"ready" is not a status; expected one of INITIALIZED, CREATING, READY, UPDATING, DELETING, '
              'DELETED, ERROR, MISSING; did you mean "READY"?'),),
            fixed="kind: Function\nname: hello\nimage: nodejs\nstatus: READY\n",
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: UNKNOWN\n",
            (("/status", '"UNKNOWN" is not a status; expected one of INITIALIZED, CREATING, READY, UPDATING, '
              "DELETING, DELETED, ERROR, MISSING"),),
        ),
        Example(
            "kind: Function\nname: hello\nimage: nodejs\nstatus: CREATED\n",
            (("/status", '"CREATED" is not a status; expected one of INITIALIZED, CREATING, READY, UPDATING, '
              'DELETING, DELETED, ERROR, MISSING; did you mean "READY" or "CREATING"?'),),
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        status = entity.get("status")
        values = self.catalogue.statuses
        if not isinstance(status, str) or status in values:
            return
        if not entity.declares("status"):
            return  # unknown-field reports it
        expected = ", ".join(values)
        if status == "":
            message = f"the status of this {entity.kind or 'entity'} is empty; expected one of "
            fold = f"empty-{entity.kind}" if entity.row else ""
            yield Finding(("status",), message + expected, fold=fold)
            return
        meant = did_you_mean(status, values)
        fix = None
        near = only_nearest(status, values, cutoff=0.6)
        if near is not None:
            change = Put(("status",), near)
            fix = Fix("safe" if is_slip(status, near) else "unsafe", f"write {near}", (change,))
        yield Finding(("status",), f'"{status}" is not a status; expected one of {expected}{meant}',
                      help=fix.message if fix else "", fix=fix)  # fmt: skip

    def check_definition(self, definition: DefinitionView) -> Iterator[Finding]:
        """Check that the type of a status declares all of the guide's values, and no other."""
        statuses = definition.statuses
        if statuses is None:
            return
        guide = self.settings.base_entity.statuses or _guide_statuses()
        whose = (
            "the guide" if self.settings.base_entity.statuses is None else "the setting base-entity"
        )
        for value, location in statuses.values:
            if value not in guide:
                message = f'the type {statuses.name} declares status "{value}", which {whose} does not define'
                yield Finding((), message, location=location)
        declared = {value for value, _ in statuses.values}
        missing = [value for value in guide if value not in declared]
        if missing and not statuses.open:
            noun = "status" if len(missing) == 1 else "statuses"
            message = f"the type {statuses.name} does not declare the {noun} {', '.join(missing)}"
            yield Finding((), message, location=statuses.location)


def _guide_statuses() -> tuple[str, ...]:
    status = next(field for field in guide_fields() if field.name == "status")
    return tuple(str(value.value) for value in status.type.values)
