"""`html`: one self-contained page. It needs no network, and no text of a document is run in it."""

from __future__ import annotations

import base64
import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any

from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import count, plural
from dispatch_lint.report import Outcome
from dispatch_lint.report.estate import graph_of
from dispatch_lint.report.json_text import to_json
from dispatch_lint.report.shared import folded, help_of, summary_lines
from dispatch_lint.rule_pages import address_of
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.rule import Rule

_MAX_BARS = 30
"""The number of bars in one chart."""
_MAX_LINE = 300
"""The number of characters of a source line that are shown."""
_SCRIPTS = ("dataTables.min.js", "cytoscape.min.js", "page.js")
Facets = Mapping[str, Sequence[tuple[str | None, int]]]


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report."""
    yield from page(outcome, facets_of(outcome), _note(outcome))


def _note(outcome: Outcome) -> str:
    """Which violations of the totals are not in the table."""
    places = sum(field.places for field in outcome.declared)
    others = sum(outcome.summary.violations.values()) - len(outcome.violations) - places
    parts = [f"{count(places, 'info')} about declared names, listed below"] if places else []
    parts += [f"{count(others, 'violation')} past a limit"] if others > 0 else []
    return f"Not in the table: {', and '.join(parts)}." if parts else ""


def page(outcome: Outcome, facets: Facets, note: str = "") -> Iterator[str]:
    """The lines of the page.

    Args:
        facets: the number of violations in each group, by the name of the grouping.
        note: a text about the violations that the page does not show.
    """
    violated = {violation.rule for violation in outcome.violations}
    rows = [_row(violation, outcome) for violation in outcome.violations]
    data = {
        "violations": rows,
        "severities": [str(severity) for severity in sorted(Severity, reverse=True)],
        "facets": {name: _first_bars(bars) for name, bars in facets.items()},
        "rules": {name: _about(rule) for name, rule in outcome.rules.items() if name in violated},
        "columns": [any(row[at] for row in rows) for at in range(7)],
        "graph": graph_of(outcome),
    }  # fmt: skip
    style = _asset("page.css")
    hashes = " ".join(f"'sha256-{_hash(_asset(name))}'" for name in _SCRIPTS)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    yield "<!DOCTYPE html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer"><title>dispatch-lint report</title>'
    yield f"<style>{style}</style></head><body>"
    yield from _body(outcome, note)
    # Escape the characters that could end the script element.
    embedded = to_json(data).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    yield f'<script type="application/json" id="data">{embedded}</script>'
    for name in _SCRIPTS:
        yield f"<script>{_asset(name)}</script>"
    yield "</body></html>"


def _first_bars(bars: Sequence[tuple[str | None, int]]) -> list[tuple[str | None, int]]:
    """The bars of a chart; if there are too many, the last one stands for the others."""
    if len(bars) <= _MAX_BARS:
        return list(bars)
    others = sum(times for _, times in bars[_MAX_BARS - 1 :])
    return [*bars[: _MAX_BARS - 1], ("(others)", others)]


def facets_of(outcome: Outcome) -> Facets:
    """The number of violations of each severity, rule, kind and organization.

    Infos about declared names, and violations past a limit, are counted too, so that all totals of
    the page agree.
    """
    summary = outcome.summary
    groups = [
        (
            violation.rule,
            str(violation.severity),
            violation.kind,
            organization_of(violation.entity),
            1,
        )
        for violation in outcome.violations
    ]
    for field in outcome.declared:
        kind = field.heading.partition(".")[0]
        groups.append((field.rule, str(Severity.INFO), kind, None, field.places))
    facets = dict(facets_from(groups))
    facets["rule"] = sorted(
        ((rule, times) for rule, times in summary.rules.items() if times > 0),
        key=lambda item: (-item[1], item[0]),
    )
    facets["severity"] = [
        (str(severity), summary.violations[severity])
        for severity in sorted(Severity, reverse=True)
        if summary.violations[severity] > 0
    ]
    return facets


def facets_from(
    groups: Iterator[tuple[str, str, str | None, str | None, int]]
    | Sequence[tuple[str, str, str | None, str | None, int]],
) -> Facets:
    """The facets of violations that are counted by rule, severity, kind and organization."""
    counted: dict[str, Counter[str | None]] = {
        "severity": Counter(), "rule": Counter(), "kind": Counter(), "organization": Counter(),
    }  # fmt: skip
    for rule, severity, kind, organization, times in groups:
        values = {"severity": severity, "rule": rule, "kind": kind, "organization": organization}
        for name, value in values.items():
            counted[name][harmless(value) if value else value] += times
    facets = {
        name: sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))
        for name, counter in counted.items()
    }
    facets["severity"].sort(key=lambda item: -Severity[str(item[0]).upper()])
    # A chart with one bar, of what is not known, says nothing.
    return {name: bars for name, bars in facets.items() if [value for value, _ in bars] != [None]}


def organization_of(entity: str | None) -> str | None:
    """The organization that a key begins with; None where it is not known."""
    organization = (entity or "").partition("/")[0]
    return None if organization in ("", "-") else organization


def _row(violation: Violation, outcome: Outcome) -> list[Any]:
    """A violation as the script of the page reads it, in this order."""
    line, start, end = "", 0, 0
    if not violation.row:
        text = outcome.line(violation.file, violation.range.line)
        first = max(0, violation.range.column - 1 - _MAX_LINE // 2)
        line = text[first : first + _MAX_LINE]
        start = violation.range.column - 1 - first
        same = violation.range.end_line == violation.range.line
        end = min(len(line), violation.range.end_column - 1 - first if same else len(line))
        before, marked, after = line[:start], line[start:end], line[end:]
        line = harmless(before) + harmless(marked) + harmless(after)
        start, end = len(harmless(before)), len(harmless(before)) + len(harmless(marked))
    entity = harmless(violation.entity) if violation.entity else None
    organization = organization_of(violation.entity)
    return [
        str(violation.severity), violation.rule, harmless(violation.kind) if violation.kind else None,
        harmless(organization) if organization else None, entity, harmless(violation.place),
        harmless(violation.message), line, start, end, harmless(help_of(violation)),
        [[harmless(related.place), harmless(related.message)] for related in violation.related],
    ]  # fmt: skip


def _about(rule: type[Rule]) -> dict[str, str | None]:
    return {
        "guide": rule.guide,
        "says": " ".join(rule.documentation().split()),
        "page": address_of(rule),
    }


def _body(outcome: Outcome, note: str) -> Iterator[str]:
    summary = outcome.summary
    yield '<a class="skip" href="#table-heading">To the violations</a>'
    yield "<header><h1>dispatch-lint report</h1>"
    for line in summary_lines(outcome):
        yield f"<p>{_text(line)}</p>"
    if note:
        yield f"<p>{_text(note)}</p>"
    if outcome.about:
        yield '<dl class="about">'
        yield from (
            f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>"
            for name, value in outcome.about
        )
        yield "</dl>"
    yield '</header><main><ul class="cards">'
    for severity in sorted(Severity, reverse=True):
        number = summary.violations[severity]
        what = str(severity) if number == 1 else plural(str(severity))
        yield f'<li><b class="{severity}">{number:,}</b>{what}</li>'
    for number, what in (
        (summary.documents, "document"), (summary.files, "file"), (summary.skipped, "skipped"),
        (summary.suppressed, "suppressed"), (summary.baselined, "in the baseline"),
    ):  # fmt: skip
        if number:
            many = number != 1 and what in ("document", "file")
            yield f"<li><b>{number:,}</b>{plural(what) if many else what}</li>"
    yield '</ul><section aria-labelledby="charts-heading"><h2 id="charts-heading">Violations</h2>'
    yield '<div id="charts" class="charts"></div></section>'
    yield '<section id="graph-section" aria-labelledby="graph-heading">'
    yield '<h2 id="graph-heading">Entities and their foreign keys</h2>'
    yield '<p class="noprint">What is broken is red; a click leads to its violations.</p>'
    yield ('<div id="graph" role="img" tabindex="0" aria-label="The graph of entities; the list below '
           'has what is broken"><div id="drawing"></div></div>')  # fmt: skip
    yield '<ul id="broken" class="broken"></ul></section>'
    yield '<section aria-labelledby="table-heading"><h2 id="table-heading" tabindex="-1">Table</h2>'
    yield '<div id="filters" class="filters" aria-live="polite"></div>'
    yield '<table id="violations"><caption class="hide">Violations</caption></table></section>'
    headings = list(folded(outcome))
    if headings:
        yield "<section><h2>Field names that the definitions declare against the guide</h2><ul>"
        yield from (f"<li>{_text(heading)}</li>" for heading in headings)
        yield "</ul></section>"
    yield "</main><footer><p>Drawn with DataTables and Cytoscape.js (both MIT).</p></footer>"


def _text(value: str) -> str:
    return html.escape(harmless(value))


@lru_cache
def _asset(name: str) -> str:
    return (resources.files("dispatch_lint.report") / "assets" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()
