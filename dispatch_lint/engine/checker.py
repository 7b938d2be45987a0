"""The checker: the settings, catalogue and rules of a run, and the check of one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.globs import rules_at
from dispatch_lint.documents.classify import Classifier, relative_name
from dispatch_lint.documents.document import ROW_KEY
from dispatch_lint.engine.precedence import RuleFinding, position_of, resolve_field
from dispatch_lint.engine.rule_results import FAILURES, FactCheck, checked_finding
from dispatch_lint.model.location import pointer
from dispatch_lint.model.violation import Severity, Violation
from dispatch_lint.rule import FieldUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document, Undeclared
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.violation import Finding, Related
    from dispatch_lint.rule import Judgement, Rule
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route

MAX_FIELD_SETS = 10_000
"""The number of memo entries for applicable rules."""
MAX_KINDS = 1_000
"""The number of memo entries for findings about declared names."""
SYNTAX = "syntax-error"
"""The only rule that checks documents that do not parse."""
Declaration = tuple["Route", "Rule", "Finding"]
"""A declared field, a rule, and what it finds wrong with the field's name."""
Fail = Callable[["Rule", BaseException], None]
"""Is called with a rule that failed, and its exception."""
FailField = Callable[["Rule", str, BaseException], None]
"""Is called with a rule that failed, the declared field that it checked, and its exception."""


class Options(NamedTuple):
    """How a run reports.

    Attributes:
        fold: whether infos about declared names are counted by field, without a location each.
        quiet: violations below this severity are counted only, without a location.
        listing: whether the documents are listed (`--list-files`).
        unfolded: whether findings with the same `fold` are located one by one; otherwise only the
            first in a file is, with the number of them.
    """

    fold: bool = False
    quiet: Severity = Severity.INFO
    listing: bool = False
    unfolded: bool = False


class Checker:
    """The settings, catalogue and rules that a run checks with.

    It is immutable but for memos: the result of a check depends on the checker and the source only.

    Args:
        rules: the rules that are switched on.
        known: the names of all rules.
        off: the rules that are turned off: what they would report is not reported by `schema`.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, rules: Sequence[Rule], *,
        known: Iterable[str] = (), options: Options | None = None, off: Sequence[Rule] = (),
    ) -> None:  # fmt: skip
        self.settings, self.catalogue, self.rules = settings, catalogue, tuple(rules)
        self.options = options or Options()
        self.known = frozenset({*known, *(rule.name for rule in rules)})
        self.active = frozenset(rule.name for rule in rules)
        self.off = tuple(rule for rule in off if position_of(rule) is not None)
        self.classifier = Classifier(settings, catalogue, self._explains)
        self.corpus_rules = _by_table(rules)
        self.facts = FactCheck()
        self._applicable: dict[tuple[str, bool, bool, tuple[str, ...]], list[Rule]] = {}
        self._declarations: dict[
            tuple[str, str], tuple[list[Declaration], list[tuple[Rule, str, BaseException]]]
        ] = {}

    # Which rules apply

    @cached_property
    def field_rules(self) -> Sequence[Rule]:
        """The rules about field names."""
        return [rule for rule in self.rules if rule.has("check_field")]

    @cached_property
    def _document_rules(self) -> Mapping[tuple[str, bool], Sequence[Rule]]:
        """The rules that check one document, by form and `Document.is_clean`."""
        checks = [rule for rule in self.rules if rule.has("check")]
        return {
            (form, clean): [
                rule
                for rule in checks
                if rule.form in (None, form) and (rule.reads_content or not clean)
            ]
            for form in ("stored", "manifest")
            for clean in (False, True)
        }

    def applicable_rules(self, document: Document) -> Sequence[Rule]:
        """The rules that can have a finding about a document: most need one of a few fields.

        Documents of a kind have few different sets of fields, so the result is memoized.
        """
        parses = document.part.problem is None
        fields = tuple(document.entity) if parses else ()
        key = (document.form, document.is_clean, parses, fields)
        rules = self._applicable.get(key)
        if rules is None:
            rules = [
                rule
                for rule in self._document_rules[document.form, document.is_clean]
                if (not rule.needs or any(field in fields for field in rule.needs))
                and (parses or rule.name == SYNTAX)
            ]
            if len(self._applicable) < MAX_FIELD_SETS:
                self._applicable[key] = rules
        return rules

    def ignored(self, source: Source) -> frozenset[str]:
        """The rules that `per-path` turns off for a source."""
        if not self.settings.per_path:
            return frozenset()
        name = relative_name(source, self.settings.root)
        rules = rules_at(name, self.settings.per_path)
        return self.known if "all" in rules else frozenset(rules)

    def severity(self, rule: Rule, finding: Finding | Judgement) -> Severity:
        """The severity of a finding: that of the settings, or its own, or that of the rule."""
        return self.settings.severity.get(rule.name) or finding.severity or rule.severity

    def folds(self, heading: str, severity: Severity) -> bool:
        """Whether a finding is an info about a declared name that is only counted."""
        return bool(heading) and self.options.fold and severity is Severity.INFO

    # One document

    def _explains(self, document: Document, field: Undeclared) -> bool:
        """Whether a rule reports an undeclared field, so that the field is repaired."""
        # Dispatch reads a field that differs in case only, whatever rules are on.
        if field.closed and (
            field.case_only or any(rule.explains_undeclared for rule in self.rules)
        ):
            return True
        return bool(self.check_undeclared(document, [field], lambda rule, error: None))

    def findings_off(self, document: Document) -> Iterator[RuleFinding]:
        """What the rules that are turned off would report of a document that parses."""
        for rule in self.off:
            if rule.has("check") and rule.form in (None, document.form):
                try:
                    yield from (
                        (rule, checked_finding(finding)) for finding in rule.check(document)
                    )
                except FAILURES:
                    continue  # a rule that is off ends no run

    def check_undeclared(
        self, document: Document, fields: Iterable[Undeclared], fail: Fail
    ) -> list[RuleFinding]:
        """Check undeclared fields of a document by the rules about field names."""
        found: list[RuleFinding] = []
        for field in fields:
            use = FieldUse(
                field.name, document.kind, document.form, field.parent, declared=False,
                value=field.value, closed=field.closed, meant=field.meant,
                case_only=field.case_only,
            )  # fmt: skip
            for rule in self.field_rules:
                try:
                    findings = map(checked_finding, rule.check_field(use))
                    found += [(rule, _at(finding, field.path)) for finding in findings]
                except FAILURES as error:
                    fail(rule, error)
        return found

    # Names that definitions declare

    def check_declared(self, document: Document, fail: FailField) -> list[Declaration]:
        """Check the names of the declared fields that a document has.

        Schemas do not change, so the findings of a kind and form are memoized.
        """
        schema = document.schema
        key = (schema.kind, schema.form)
        memo = self._declarations.get(key)
        if memo is None:
            if len(self._declarations) >= MAX_KINDS:  # a document may name any text as its kind
                self._declarations.clear()
            memo = self._declarations[key] = self._check_declarations(schema)
        declarations, errors = memo
        for rule, field, error in errors:  # each time: no report depends on an earlier one
            fail(rule, field, error)
        return declarations and [
            (route, rule, finding)
            for route, rule, finding in declarations
            if next(route.walk(document.entity), None) is not None
        ]

    def _check_declarations(
        self, schema: KindSchema
    ) -> tuple[list[Declaration], list[tuple[Rule, str, BaseException]]]:
        """The first finding of each rule about each declared field of a schema.

        Returns:
            What is found, and the rules that failed, each with the field and its exception.
        """
        found: list[Declaration] = []
        errors: list[tuple[Rule, str, BaseException]] = []
        for route in schema.routes:
            use = FieldUse(route.name, schema.kind, schema.form, route.parent, shape=route.shape)
            findings: list[RuleFinding] = []
            for rule in self.field_rules:
                try:
                    checked = [*map(checked_finding, rule.check_field(use))]
                    findings += [(rule, finding) for finding in checked[:1]]
                except FAILURES as error:
                    errors.append((rule, f"{schema.kind}.{route}", error))
            found += [
                (route, rule, self._as_info(schema, route, rule, finding))
                for rule, finding in resolve_field(findings)
            ]
        return found, errors

    def _as_info(self, schema: KindSchema, route: Route, rule: Rule, finding: Finding) -> Finding:
        """A finding about a declared name as documents report it: an info, without a fix."""
        source = route.shape.source
        return finding._replace(
            severity=self.settings.severity.get(rule.name) or Severity.INFO,
            fix=None,
            declared_at=source,
            heading=f"{schema.kind}.{str(route).replace('.*', '')}",
            help=f"change the definition, {source}" if source else finding.help,
        )

    # Violations

    def violation(
        self, document: Document, rule: Rule, finding: Finding, related: tuple[Related, ...] = ()
    ) -> Violation:
        """A finding about a document as a violation, with its location."""
        fix = None
        if finding.fix:
            from dispatch_lint.documents.text_fix import text_fix

            fix = text_fix(document, finding.fix)
        return Violation(
            rule=rule.name,
            severity=self.severity(rule, finding),
            message=finding.message,
            guide=rule.guide,
            file=document.source.name,
            document=document.number,
            pointer="" if finding.path == ROW_KEY else pointer(document.written(finding.path)),
            range=finding.range or document.range(finding.path, finding.on),
            kind=document.kind or None,
            entity=document.key,
            related=related,
            help=finding.help,
            heading=finding.heading,
            declared_at=finding.declared_at,
            row=document.row_key,
            fix=fix,
        )


def _by_table(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The corpus rules (those with `judge`), by the table of facts that they share."""
    tables: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.has("judge"):
            tables.setdefault(rule.facts or rule.name, []).append(rule)
    return tables


def _at(finding: Finding, path: Path) -> Finding:
    """A finding with paths relative to a field, as one with paths from the root of the entity."""
    fix = finding.fix
    if fix is not None:
        moved = tuple(change._replace(path=(*path, *change.path)) for change in fix.changes)
        fix = fix._replace(changes=moved)
    return finding._replace(path=path, fix=fix)
