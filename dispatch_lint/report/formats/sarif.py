"""`sarif`: SARIF 2.1.0, as code-scanning services read it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dispatch_lint.addresses import REPOSITORY
from dispatch_lint.model.location import Range
from dispatch_lint.model.violation import Severity
from dispatch_lint.report.json_text import to_json
from dispatch_lint.report.shared import names_in_repository, with_help
from dispatch_lint.rule_pages import address_of
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.model.fix import TextFix
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report import Outcome
    from dispatch_lint.rule import Rule

LISTS_DECLARED = True
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "The root of the repository; the working directory where there is none."
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

Name = Callable[[str], str]


def report(outcome: Outcome) -> Iterator[str]:
    """The lines of the report: one JSON object."""
    names = sorted({violation.rule for violation in (*outcome.violations, *outcome.hidden)})
    rules = [_rule(name, outcome.rules.get(name)) for name in names]
    index = {name: number for number, name in enumerate(names)}
    name = names_in_repository()
    results = [_result(violation, index, name) for violation in outcome.violations]
    results += [
        {
            **_result(violation, index, name),
            "suppressions": [{"kind": "external", "status": "accepted"}],
        }
        for violation in outcome.hidden
    ]
    driver = {
        "name": "dispatch-lint", "version": __version__, "semanticVersion": __version__,
        "informationUri": REPOSITORY, "rules": rules,
    }  # fmt: skip
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": _ROOT}}},
        "results": results,
    }
    yield to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)


def _rule(name: str, rule: type[Rule] | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name}
    guide = f' Guide, section "{rule.guide}".' if rule.guide else ""
    documentation = rule.documentation()
    pascal = "".join(word.capitalize() for word in name.split("-"))
    address = address_of(rule)
    return {
        "id": name,
        # SARIF asks for a name that differs from the ID.
        **({"name": pascal} if pascal.lower() != name else {}),
        "shortDescription": {"text": f"{rule.summary[:1].upper()}{rule.summary[1:]}."},
        "fullDescription": {"text": f"{' '.join(documentation.split())}{guide}"},
        "help": {"text": documentation, "markdown": documentation},
        # A path of this machine is no address: a rule of one's own may have none.
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["dispatch", *([rule.guide] if rule.guide else [])]},
    }


def _result(violation: Violation, index: dict[str, int], name: Name) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": violation.rule,
        "ruleIndex": index[violation.rule],
        "level": _LEVELS[violation.severity],
        "message": {"text": with_help(violation)},
        "locations": [_location(name(violation.file), violation.range)],
        "partialFingerprints": {"dispatchLint/v1": violation.fingerprint},
    }
    if violation.related:
        found["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": related.message},
                **_location(name(related.file), related.range),
            }
            for number, related in enumerate(violation.related)
        ]
    if violation.entity:
        found["locations"][0]["logicalLocations"] = [
            {"fullyQualifiedName": f"{violation.entity}{violation.pointer}"}
        ]
    if violation.fix:
        found["fixes"] = [_fix(name(violation.file), violation.fix)]
    return found


def _location(file: str, range_: Range) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(file), "region": _region(range_)}}


def _artifact(file: str) -> dict[str, str]:
    if "://" in file:
        return {"uri": file}
    return {"uri": quote(os.fsencode(file), safe="/"), "uriBaseId": "SRCROOT"}


def _region(range_: Range) -> dict[str, int]:
    return {"startLine": range_.line, "startColumn": range_.column, "endLine": range_.end_line,
            "endColumn": max(range_.end_column, 1)}  # fmt: skip


def _fix(file: str, fix: TextFix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.range), "insertedContent": {"text": edit.text}}
        for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(file), "replacements": replacements}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}
