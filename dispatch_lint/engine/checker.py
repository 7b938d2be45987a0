"""A checker: what holds for a whole run, and the check of one source by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.globs import matches
from dispatch_lint.documents.classify import Classifier, relative_name
from dispatch_lint.documents.document import ROW_KEY
from dispatch_lint.engine.plugins import internal_error
from dispatch_lint.engine.precedence import RuleFinding, resolve_field
from dispatch_lint.model.location import pointer
from dispatch_lint.model.violation import Severity, Violation
from dispatch_lint.rule import FieldUse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.document import Document, Undeclared
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.violation import Finding, Related
    from dispatch_lint.rule import Judgement, Rule
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route

MAX_REMEMBERED = 10_000
"""Sets of fields of which the applicable rules are remembered."""
MAX_KINDS = 1_000
"""Kinds of which it is remembered what is wrong with their declared names."""
SYNTAX = "syntax-error"
"""The rule that reports a document that does not parse; no other does."""
Declaration = tuple["Route", "Rule", "Finding"]
"""A declared field, and what a rule finds wrong with its name."""
Fail = Callable[["Rule", Exception], None]
"""Is told of a rule that raises."""
FailField = Callable[["Rule", str, Exception], None]
"""Is told of a rule that raises about a declared field, and of that field."""


class Options(NamedTuple):
    """How a run reports.

    Attributes:
        fold: infos about declared names are counted, not located one by one.
        quiet: violations below this are counted, and never located.
        listing: what each document is, is listed.
        unfolded: each place of findings that are otherwise counted together is located.
    """

    fold: bool = False
    quiet: Severity = Severity.INFO
    listing: bool = False
    unfolded: bool = False


class Checker:
    """What a run checks with. It is immutable: a check is a function of it and of a source.

    Args:
        rules: the rules that were asked for.
        known: the names of all rules there are.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, rules: Sequence[Rule], *,
        known: Iterable[str] = (), options: Options | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.catalogue, self.rules = settings, catalogue, tuple(rules)
        self.options = options or Options()
        self.known = frozenset({*known, *(rule.name for rule in rules)})
        self.active = frozenset(rule.name for rule in rules)
        self.classifier = Classifier(settings, catalogue, self._explains)
        self.corpus_rules = _by_table(rules)

    # Which rules

    @cached_property
    def field_rules(self) -> Sequence[Rule]:
        """The rules about field names."""
        return [rule for rule in self.rules if rule.has("check_field")]

    @cached_property
    def _document_rules(self) -> Mapping[tuple[str, bool], Sequence[Rule]]:
        """The rules about one document, by its form and whether a closed schema is content."""
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
        """The rules that may have a finding about a document: most need one of a few fields."""
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
            if len(self._applicable) < MAX_REMEMBERED:
                self._applicable[key] = rules
        return rules

    @cached_property
    def _applicable(self) -> dict[tuple[str, bool, bool, tuple[str, ...]], list[Rule]]:
        """The rules that apply to documents with the same fields: of a kind, these are few sets."""
        return {}

    def ignored(self, source: Source) -> frozenset[str]:
        """The rules that `per-path` turns off for a source."""
        if not self.settings.per_path:
            return frozenset()
        name = relative_name(source, self.settings.root)
        return frozenset(
            rule
            for glob, rules in self.settings.per_path.items()
            if matches(name, glob)
            for rule in (self.known if "all" in rules else rules)
        )

    def severity(self, rule: Rule, finding: Finding | Judgement) -> Severity:
        """The settings' severity, the finding's, or the rule's."""
        return self.settings.severity.get(rule.name) or finding.severity or rule.severity

    def folds(self, heading: str, severity: Severity) -> bool:
        """Whether an info about a declared name is counted, and never located."""
        return bool(heading) and self.options.fold and severity is Severity.INFO

    # One document

    def _explains(self, document: Document, field: Undeclared) -> bool:
        """Whether a rule reports an undeclared field, so that the document is repaired."""
        if field.closed and any(rule.explains_undeclared for rule in self.rules):
            return True
        return bool(self.of_undeclared(document, [field], lambda rule, error: None))

    def of_undeclared(
        self, document: Document, fields: Iterable[Undeclared], fail: Fail
    ) -> list[RuleFinding]:
        """What the rules about field names find in undeclared fields of a document.

        Args:
            fail: is told of a rule that raises.
        """
        found: list[RuleFinding] = []
        for field in fields:
            use = FieldUse(
                field.name, document.kind, document.form, field.parent, declared=False,
                value=field.value, closed=field.closed, meant=field.meant,
                case_only=field.case_only,
            )  # fmt: skip
            for rule in self.field_rules:
                try:
                    found += [(rule, _at(one, field.path)) for one in rule.check_field(use)]
                except Exception as error:
                    fail(rule, error)
        return found

    # Names that definitions declare

    def declared(self, document: Document, fail: FailField) -> list[Declaration]:
        """The fields of a document whose declared names the guide has something against.

        Args:
            fail: is told of a rule that raises.
        """
        declarations = self._declarations(document.schema, fail)
        return declarations and [
            (route, rule, finding)
            for route, rule, finding in declarations
            if next(route.walk(document.entity), None) is not None
        ]

    def _declarations(self, schema: KindSchema, fail: FailField) -> list[Declaration]:
        key = (schema.kind, schema.form)
        if key not in self._declarations_of:
            if len(self._declarations_of) >= MAX_KINDS:  # of documents: any text may be a kind
                self._declarations_of.clear()
            self._declarations_of[key] = self._check_declarations(schema, fail)
        return self._declarations_of[key]

    @cached_property
    def _declarations_of(self) -> dict[tuple[str, str], list[Declaration]]:
        """What `_check_declarations` found, by kind and form: schemas do not change."""
        return {}

    def _check_declarations(self, schema: KindSchema, fail: FailField) -> list[Declaration]:
        found = []
        for route in schema.routes:
            use = FieldUse(route.name, schema.kind, schema.form, route.parent, shape=route.shape)
            findings: list[RuleFinding] = []
            for rule in self.field_rules:
                try:
                    findings += [(rule, finding) for finding in rule.check_field(use)][:1]
                except Exception as error:
                    fail(rule, f"{schema.kind}.{route}", error)
            found += [
                (route, rule, self._of_definition(schema, route, rule, finding))
                for rule, finding in resolve_field(findings)
            ]
        return found

    def _of_definition(
        self, schema: KindSchema, route: Route, rule: Rule, finding: Finding
    ) -> Finding:
        """A finding about a declared name as documents are told it: an info, without a fix."""
        source = route.shape.source
        return finding._replace(
            severity=self.settings.severity.get(rule.name) or Severity.INFO,
            fix=None,
            declared_at=source,
            heading=f"{schema.kind}.{str(route).replace('.*', '')}",
            help=f"change the definition, {source}" if source else finding.help,
        )

    # Places

    def violation(
        self, document: Document, rule: Rule, finding: Finding, related: tuple[Related, ...] = ()
    ) -> Violation:
        """A finding with its place."""
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


def failure(rule: Rule, where: str, document: int, error: Exception) -> str:
    """The problem that a rule raised, and about what."""
    place = f"{where}: document {document}: " if document >= 0 else f"{where}: "
    return place + internal_error(rule, error)


def _by_table(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """The rules about several documents, by the table of facts that they share."""
    tables: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.has("judge"):
            tables.setdefault(rule.facts or rule.name, []).append(rule)
    return tables


def _at(finding: Finding, path: Path) -> Finding:
    """A finding about a field, at the place of the field."""
    fix = finding.fix
    if fix is not None:
        moved = tuple(change._replace(path=(*path, *change.path)) for change in fix.changes)
        fix = fix._replace(changes=moved)
    return finding._replace(path=path, fix=fix)
