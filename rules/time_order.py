"""time-order: times are RFC 3339, and nothing is modified before it was created."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from dispatch_lint.documents.document import Document
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.rule import Example, Rule

_RFC3339 = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>Z|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))\Z",
    re.ASCII,
)
_UNSET = (datetime(1, 1, 1), 0)
_ENTITY = ('{"id": "1", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": null, "status": "READY", "reason": null, "tags": null, "delete": false, '
           '"createdTime": "%s", "modifiedTime": "%s"}')  # fmt: skip


class TimeOrder(Rule):
    """Times are RFC 3339, as Go writes a `time.Time`; `0001-01-01T00:00:00Z` means unset. The
    columns of a Postgres dump have no zone: they are UTC and not judged for their form.
    """

    name = "time-order"
    summary = "modified before created, or a time that is not RFC 3339"
    form = "stored"
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

    def check(self, document: Document) -> Iterator[Finding]:
        moments = {}
        entity = document.entity
        for field in _times_of(entity):
            value = entity[field]
            if not isinstance(value, str):
                continue
            lenient = bool(document.row and document.row.from_sql and field in document.row.columns)
            moments[field] = _read(value, lenient=lenient)
            if moments[field] is None:
                yield Finding((field,), f'"{value}" is no RFC 3339 time, like 2026-01-31T12:00:00Z')
        created, modified = moments.get("createdTime"), moments.get("modifiedTime")
        if created and modified and modified < created and _UNSET not in (created, modified):
            yield Finding(
                ("modifiedTime",),
                f"modifiedTime {document.entity['modifiedTime']} is before createdTime "
                f"{document.entity['createdTime']}",
            )


def _times_of(fields: Iterable[str]) -> tuple[str, ...]:
    """The fields that hold times."""
    return tuple(field for field in fields if field.endswith("Time"))


def _read(text: str, *, lenient: bool) -> tuple[datetime, int] | None:
    """A moment as UTC to the second, and its nanoseconds."""
    if lenient:
        text = text.replace(" ", "T", 1)
        if re.search(r"[+-]\d\d\Z", text):
            text += ":00"
        elif not re.search(r"(Z|[+-]\d\d:\d\d)\Z", text):
            text += "Z"
    match = _RFC3339.match(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match["moment"])
        if match["sign"]:
            offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
            moment += -offset if match["sign"] == "+" else offset
    except (ValueError, OverflowError):
        return None
    return moment, int((match["fraction"] or "0")[:9].ljust(9, "0"))
