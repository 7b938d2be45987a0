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
from dispatch_lint.report import Outcome
from dispatch_lint.report.estate import graph_of
from dispatch_lint.report.json_text import to_json
from dispatch_lint.report.shared import folded, summary_lines
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
    yield from page(outcome, facets_of(outcome.violations))


def page(outcome: Outcome, facets: Facets, note: str = "") -> Iterator[str]:
    """The lines of the page.

    Args:
        facets: the number of violations in each group, by the name of the grouping.
        note: a text about the violations that the page does not show.
    """
    violated = {violation.rule for violation in outcome.violations}
    data = {
        "violations": [_row(violation, outcome) for violation in outcome.violations],
        "severities": [str(severity) for severity in sorted(Severity, reverse=True)],
        "facets": {name: list(bars)[:_MAX_BARS] for name, bars in facets.items()},
        "rules": {name: _about(rule) for name, rule in outcome.rules.items() if name in violated},
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


def facets_of(violations: Sequence[Violation]) -> Facets:
    """The number of violations of each severity, rule, kind and organization."""
    return facets_from(
        (
            violation.rule,
            str(violation.severity),
            violation.kind,
            organization_of(violation.entity),
            1,
        )
        for violation in violations
    )


def facets_from(
    groups: Iterator[tuple[str, str, str | None, str | None, int]]
    | Sequence[tuple[str, str, str | None, str | None, int]],
) -> Facets:
    """The facets of violations that are counted by rule, severity, kind and organization."""
    counted: dict[str, Counter[str | None]] = {
        "severity": Counter(), "rule": Counter(), "kind": Counter(), "organization": Counter(),
    }  # fmt: skip
    for rule, severity, kind, organization, count in groups:
        values = {"severity": severity, "rule": rule, "kind": kind, "organization": organization}
        for name, value in values.items():
            counted[name][harmless(value) if value else value] += count
    facets = {
        name: sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))
        for name, counter in counted.items()
    }
    facets["severity"].sort(key=lambda item: -Severity[str(item[0]).upper()])
    return facets


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
        harmless(violation.message), line, start, end, harmless(violation.help),
        [[harmless(related.place), harmless(related.message)] for related in violation.related],
    ]  # fmt: skip


def _about(rule: type[Rule]) -> dict[str, str | None]:
    return {"guide": rule.guide, "says": " ".join(rule.documentation().split())}


def _body(outcome: Outcome, note: str) -> Iterator[str]:
    summary = outcome.summary
    yield '<a class="skip" href="#table-heading">To the violations</a>'
    yield "<header><h1>dispatch-lint report</h1>"
    for line in summary_lines(outcome):
        yield f"<p>{_text(line)}</p>"
    if note:
        yield f"<p>{_text(note)}</p>"
    yield '</header><main><ul class="cards">'
    for severity in sorted(Severity, reverse=True):
        number = summary.violations[severity]
        plural = "" if number == 1 else "s"
        yield f'<li><b class="{severity}">{number:,}</b>{severity}{plural}</li>'
    for number, what in (
        (summary.documents, "documents"), (summary.files, "files"), (summary.skipped, "skipped"),
        (summary.suppressed, "suppressed"), (summary.baselined, "in the baseline"),
    ):  # fmt: skip
        if number:
            yield f"<li><b>{number:,}</b>{what}</li>"
    yield '</ul><section aria-labelledby="charts-heading"><h2 id="charts-heading">Violations</h2>'
    yield '<div id="charts" class="charts"></div></section>'
    yield '<section id="graph-section" aria-labelledby="graph-heading">'
    yield '<h2 id="graph-heading">Entities and their foreign keys</h2>'
    yield '<p class="noprint">What is broken is red; a click leads to its violations.</p>'
    yield '<div id="graph" role="img" aria-label="The graph of entities; the list below has what is broken"></div>'
    yield '<ul id="broken" class="broken"></ul></section>'
    yield '<section aria-labelledby="table-heading"><h2 id="table-heading" tabindex="-1">Table</h2>'
    yield '<div id="filters" class="filters" aria-live="polite"></div>'
    yield '<table id="violations"><caption class="hide">Violations</caption></table></section>'
    headings = list(folded(outcome))
    if headings:
        yield "<section><h2>Names that the definitions declare against the guide</h2><ul>"
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
