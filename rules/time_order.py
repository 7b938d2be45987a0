"""time-order: times are RFC 3339, and nothing is modified before it was created."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from dispatch_lint.rule import EntityView, Example, Finding, Row, Rule, Severity

_RFC3339 = re.compile(
    r"(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))\Z",
    re.ASCII,
)
_UNSET = (datetime(1, 1, 1), 0)
_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": null, "status": "READY", "reason": null, "tags": null, "delete": false, '
           '"createdTime": "%s", "modifiedTime": "%s"}')  # fmt: skip


class TimeOrder(Rule):
    """Times are RFC 3339, as Go writes a `time.Time`; `0001-01-01T00:00:00Z` means unset. The
    columns of a Postgres dump have no zone: they are UTC, and their format is not checked.
    """

    name = "time-order"
    summary = "modified before created, or a time that is not RFC 3339"
    guide = "Base Entity"
    severity = Severity.WARNING
    valid = (
        Example(
            _ENTITY % ("2026-01-01T00:00:00.5Z", "0001-01-01T00:00:00Z"),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )
    invalid = (
        Example(
            _ENTITY % ("2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00+01:00"),
            (("/modifiedTime", "modifiedTime 2026-01-01T01:00:00+01:00 is before createdTime "
              "2026-01-01T00:00:00.5Z"),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.form != "stored":
            return
        moments, row = {}, entity.row
        for name in entity.field_names:
            if not name.endswith("Time"):
                continue
            value = entity.get(name)
            if not isinstance(value, str):
                continue
            moments[name] = _read(value, lenient=_is_sql_column(row, name))
            if moments[name] is None:
                yield Finding(
                    (name,), f'"{value}" is not an RFC 3339 time such as 2026-01-31T12:00:00Z'
                )
        created, modified = moments.get("createdTime"), moments.get("modifiedTime")
        if created and modified and modified < created and _UNSET not in (created, modified):
            message = (f"modifiedTime {entity.get('modifiedTime')} is before createdTime "
                       f"{entity.get('createdTime')}")  # fmt: skip
            yield Finding(("modifiedTime",), message)


def _is_sql_column(row: Row | None, name: str) -> bool:
    """Whether a field was read from a column of Dispatch's Postgres table."""
    return row is not None and row.from_sql and name in row.columns


def _read(text: str, *, lenient: bool) -> tuple[datetime, int] | None:
    """A moment as UTC to the second, and its nanoseconds; None where it is not RFC 3339."""
    if lenient:
        text = text.replace(" ", "T", 1)
        if re.search(r"[+-]\d\d\Z", text):
            text += ":00"
        elif not re.search(r"(Z|[+-]\d\d:\d\d)\Z", text):
            text += "Z"
    match = _RFC3339.match(text)
    if match is None:
        return None
    second, fraction, sign, hours, minutes = match.groups()
    try:
        moment = datetime.fromisoformat(second)
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            moment += -offset if sign == "+" else offset
    except (ValueError, OverflowError):
        return None
    return moment, int(fraction[:9].ljust(9, "0")) if fraction else 0
