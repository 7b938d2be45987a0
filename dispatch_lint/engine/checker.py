"""The checker: the settings, catalogue and rules of a run, and the check of one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.globs import rules_at
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.document import ROW_KEY
from dispatch_lint.documents.source import relative_name
from dispatch_lint.engine.judge import CorpusRules
from dispatch_lint.engine.precedence import RuleFinding, position_of, resolve_field
from dispatch_lint.engine.rule_failures import reraise_if_not_of_rule
from dispatch_lint.engine.rule_results import (
    check_nothing,
    check_of_declared,
    check_of_document,
    checked_findings,
    document_problem,
)
from dispatch_lint.model.location import pointer
from dispatch_lint.model.relations import read_key
from dispatch_lint.model.violation import BUILT_IN_DEFINITION, Severity, Target, Violation
from dispatch_lint.rule import EntityView, FieldView, TextView
from dispatch_lint.rule.readonly import changed, changed_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document, Undeclared
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.asking import Accelerator
    from dispatch_lint.engine.rule_failures import Method
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.violation import Related
    from dispatch_lint.rule import Finding, Rule
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route

MAX_KINDS = 1_000
"""The number of memo entries for findings about declared names."""
SYNTAX = "syntax-error"
"""The rule about what does not parse."""
UNDECLARED = "unknown-field"
"""The rule that reports every undeclared field. Then other rules see it under the name that was meant."""
Declaration = tuple["Route", "Rule", "Finding"]
"""A declared field, a rule, and what it finds wrong with the field's name."""
Fail = Callable[["Rule", BaseException, "Method"], None]
"""Is called with a rule that failed, its exception, and its method that was called."""
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
        accelerator: what may leave out rules that have nothing to say.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, rules: Sequence[Rule], *,
        known: Iterable[str] = (), options: Options | None = None, off: Sequence[Rule] = (),
        accelerator: Accelerator | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.catalogue, self.rules = settings, catalogue, tuple(rules)
        self.options = options or Options()
        self.accelerator = accelerator
        self.known = frozenset({*known, *(rule.name for rule in rules)})
        self._by_name = {rule.name: rule for rule in rules}
        self.active = frozenset(self._by_name)
        self.off = tuple(rule for rule in off if position_of(rule) is not None)
        self.classifier = Classifier(settings, catalogue, self._explains)
        self.corpus_rules = CorpusRules.of(rules)
        self._declarations: dict[
            tuple[str, str], tuple[list[Declaration], list[tuple[Rule, str, BaseException]]]
        ] = {}

    # Which rules apply

    def rule(self, name: str) -> Rule:
        """The rule with a name."""
        return self._by_name[name]

    @cached_property
    def field_rules(self) -> Sequence[Rule]:
        """The rules about field names."""
        return [rule for rule in self.rules if rule.has("check_field")]

    @cached_property
    def text_rules(self) -> Sequence[Rule]:
        """The rules about the text of a document."""
        return [rule for rule in self.rules if rule.has("check_text")]

    @cached_property
    def entity_rules(self) -> Sequence[Rule]:
        """The rules about one entity."""
        return [rule for rule in self.rules if rule.has("check_entity")]

    def ignored(self, source: Source) -> frozenset[str]:
        """The rules that `per-path` turns off for a source."""
        if not self.settings.per_path:
            return frozenset()
        name = relative_name(source, self.settings.root)
        rules = rules_at(name, self.settings.per_path)
        return self.known if "all" in rules else frozenset(rules)

    def severity(self, rule: Rule, finding: Finding) -> Severity:
        """The severity of a finding: that of the settings, or its own, or that of the rule."""
        return self.settings.severity.get(rule.name) or finding.severity or rule.severity

    def folds(self, heading: str, severity: Severity) -> bool:
        """Whether a finding is an info about a declared name that is only counted."""
        return bool(heading) and self.options.fold and severity is Severity.INFO

    # One document

    def _explains(self, document: Document, field: Undeclared) -> bool:
        """Whether a rule reports an undeclared field, so that the field is repaired."""
        # Dispatch reads a field that differs in case only, whatever rules are on.
        if field.closed and (field.case_only or UNDECLARED in self.active):
            return True
        return bool(self.check_undeclared(document, [field], lambda *_: None))

    def findings_off(self, document: Document) -> Iterator[RuleFinding]:
        """What the rules that are turned off would report of a document that parses."""
        text, entity = TextView(document), EntityView(document)
        for rule in self.off:
            try:
                found = [
                    *checked_findings(rule, rule.check_text(text), check_nothing),
                    *checked_findings(rule, rule.check_entity(entity), check_nothing),
                ]
            except BaseException as error:
                reraise_if_not_of_rule(error)
                continue  # a rule that is off ends no run
            yield from ((rule, finding) for finding in found)

    def check_undeclared(
        self, document: Document, fields: Iterable[Undeclared], fail: Fail
    ) -> list[RuleFinding]:
        """Check undeclared fields of a document by the rules about field names."""
        found: list[RuleFinding] = []
        if document.row is not None and not document.kind:
            return found  # its key does not tell the kind, and so not who named the fields
        for field in fields:
            if field.twins:
                continue  # it is one field too many, whatever its name
            view, check = FieldView.undeclared(document, field), partial(_check_at, field.path)
            for rule in self.field_rules:
                if rule._is_foreign:
                    view = FieldView.undeclared(document, field)
                try:
                    yielded = checked_findings(rule, rule.check_field(view), check)
                    findings = [_at(finding, field.path) for finding in yielded]
                    inner = changed_path(view.value, field.value) if rule._is_foreign else None
                    if inner is not None:
                        raise changed(
                            f'{pointer(inner) or "the value"} in the field "{field.name}"'
                        )
                except BaseException as error:
                    reraise_if_not_of_rule(error)
                    fail(rule, error, rule.check_field)
                    continue
                for finding in findings:
                    if problem := document_problem(document, finding):
                        fail(rule, problem, rule.check_field)
                    found.append((rule, finding))
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
            view = FieldView.of_shape(
                route.name, schema.kind, schema.form, route.parent, route.shape
            )
            findings: list[RuleFinding] = []
            for rule in self.field_rules:
                try:
                    checked = [*checked_findings(rule, rule.check_field(view), check_of_declared)]
                except BaseException as error:
                    reraise_if_not_of_rule(error)
                    errors.append((rule, f"{schema.kind}.{route}", error))
                else:
                    findings += [(rule, finding) for finding in checked[:1]]
            found += [
                (route, rule, self._as_info(schema, route, rule, finding))
                for rule, finding in resolve_field(findings)
            ]
        return found, errors

    def _as_info(self, schema: KindSchema, route: Route, rule: Rule, finding: Finding) -> Finding:
        """A finding about a declared name as documents report it: an info, without a fix."""
        source, help_ = route.shape.source, finding.help
        if schema.built_in:  # its file is not one that the user can open, or change
            source = f"{BUILT_IN_DEFINITION} of {schema.kind}"
            help_ = f"the name is that of {source}; keep it in this document"
        elif source:
            help_ = f"change the definition, {source}"
        return finding._replace(
            severity=self.settings.severity.get(rule.name) or Severity.INFO,
            fix=None,
            declared_at=source,
            heading=f"{schema.kind}.{str(route).replace('.*', '')}",
            help=help_,
        )

    # Violations

    def violation(
        self, document: Document, rule: Rule, finding: Finding,
        related: tuple[Related, ...] = (), target: Target | None = None,
    ) -> Violation:  # fmt: skip
        """A finding about a document as a violation, with its location.

        Args:
            target: what the foreign key means that it is at; by default what the document says.
        """
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
            target=target or _written_target(document, finding),
            is_fix_lost=finding.fix is not None and fix is None,
        )


def _written_target(document: Document, finding: Finding) -> Target | None:
    """What the name in a foreign key says that it means; None for a finding that is not about one."""
    for use in document.uses if finding.path and finding.on == "value" else ():
        if use.path == finding.path and use.by == "name":
            organization, name = read_key(use.value, use.kind) or (document.organization, use.value)
            return Target(organization, use.kind, name, exists=None)
    return None


def _check_at(path: Path, finding: Finding) -> None:
    """See `check_of_document`, for a finding with paths relative to a field."""
    check_of_document(_at(finding, path))


def _at(finding: Finding, path: Path) -> Finding:
    """A finding with paths relative to a field, as one with paths from the root of the entity."""
    fix = finding.fix
    if fix is not None:
        moved = tuple(change._replace(path=(*path, *change.path)) for change in fix.changes)
        fix = fix._replace(changes=moved)
    subject = None if finding.subject is None else (*path, *finding.subject)
    return finding._replace(path=(*path, *finding.path), fix=fix, subject=subject)
