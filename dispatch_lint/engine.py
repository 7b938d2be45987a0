"""The one generator: sources + settings → violations.

Data flows one way: source → document → findings of rules → violations with places →
suppressions → the report. Nothing here prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents import json_text, yaml_text
from dispatch_lint.documents.classify import Classifier, Skipped, matches, relative_name
from dispatch_lint.documents.document import ROW_KEY, Document
from dispatch_lint.documents.source import InputError, Source
from dispatch_lint.documents.undeclared import find_undeclared, repair
from dispatch_lint.facts import FactTable
from dispatch_lint.rule import UNRANKED, FieldUse, Judgement, Rule, World
from dispatch_lint.schema.validation import is_valid
from dispatch_lint.suppression import Suppression, complaints, read_suppressions
from dispatch_lint.violation import Finding, Related, Severity, Violation, pointer

if TYPE_CHECKING:
    from dispatch_lint.documents.placed import Part
    from dispatch_lint.schema.catalogue import Catalogue, KindSchema
    from dispatch_lint.schema.shape import Route
    from dispatch_lint.settings import Settings

Found = tuple[Rule, Finding]


@dataclass
class Declared:
    """Infos about one declared field, counted under one heading."""

    rule: Rule
    heading: str
    finding: Finding
    places: int = 0


@dataclass
class Summary:
    """What a run did."""

    files: int = 0
    documents: int = 0
    skipped: int = 0
    violations: Counter[Severity] = field(default_factory=Counter)
    suppressed: int = 0
    baselined: int = 0
    not_judged: int = 0
    closed: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    """Inputs that could not be read, and rules that failed: reasons for exit code 2."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What `--list-files` says of one document."""

    file: str
    document: int
    what: str


class Run:
    """One run over some sources.

    Args:
        rules: the rules that were asked for.
        known: the names of all rules there are.
        fold: whether infos about declared names are counted instead of located one by one.
        quiet: violations below this are counted and never located.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, rules: Sequence[Rule], *,
        known: Iterable[str] = (), fold: bool = False, quiet: Severity = Severity.INFO,
        listing: bool = False,
    ) -> None:  # fmt: skip
        self.settings, self.catalogue = settings, catalogue
        self.summary = Summary(closed=settings.complete)
        self.declared: dict[tuple[str, str], Declared] = {}
        self.listed: list[Listed] | None = [] if listing else None
        self._fold, self._quiet = fold, quiet
        self._known = {*known, *(rule.name for rule in rules)}
        self._active = {rule.name for rule in rules}
        self._field_rules = [rule for rule in rules if rule.has("check_field")]
        self._entity_rules = [rule for rule in rules if rule.has("check")]
        self._corpus_rules = [rule for rule in rules if rule.has("collect")]
        self._complainers = [rule for rule in rules if rule.has("check_suppression")]
        self._explains = any(rule.explains_undeclared for rule in rules)
        self._classifier = Classifier(settings, catalogue)
        self._facts = {rule.name: FactTable() for rule in self._corpus_rules}
        self._kinds: set[str] = set()
        self._declarations: dict[int, list[tuple[Route, Rule, Finding]]] = {}
        self._sources: list[Source] = []
        self._violations: list[Violation] = []
        self._suppressions: dict[str, list[Suppression]] = {}

    def lint(self, sources: Iterable[Source]) -> Iterator[Violation]:
        """Every violation that is not suppressed, in the order of file, line, column and rule."""
        for source in sources:
            _FileCheck(self, source).run()
        self._judge()
        shown = [one for one in self._suppress() if one.severity >= self._quiet]
        for table in self._facts.values():
            table.close()
        yield from sorted(shown, key=lambda violation: violation.order)

    # One document

    def prepare(self, document: Document) -> bool:
        """Find undeclared fields and repair slips; whether the schema is content as it is."""
        schema = document.schema
        valid = is_valid(schema, document.value)
        if valid and not schema.only_base and schema.shape.closed:
            return True
        document.undeclared = find_undeclared(document, self.catalogue.kinds)
        explained = {
            field.path
            for field in document.undeclared
            if (self._explains and field.closed) or any(self._of_undeclared(document, [field]))
        }
        repair(document, explained)
        return valid

    def findings(self, document: Document, ignored: frozenset[str]) -> list[Found]:
        """What the rules say of one document, one finding for one cause."""
        found: list[Found] = []
        parses = document.part is None or document.part.problem is None
        if parses:
            self.prepare(document)
            found += self._of_undeclared(document, document.undeclared)
        for rule in self._entity_rules:
            if parses or rule.name == "syntax-error":
                found += [(rule, one) for one in self._ask(rule, document)]
        if not parses:
            found = [one for one in found if one[0].name == "syntax-error"]
        if ignored:
            found = [one for one in found if one[0].name not in ignored]
        return resolve(found)

    def _ask(self, rule: Rule, document: Document) -> list[Finding]:
        try:
            return list(rule.check(document))
        except Exception as error:
            self._fail(rule, document.source.name, document.index, error)
            return []

    def _fail(self, rule: Rule, file: str, document: int, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        self.summary.problems.append(
            f"{file}: document {document}: internal error in the rule {rule.name}: {said}"
        )

    def _of_undeclared(self, document: Document, fields: Iterable[Any]) -> list[Found]:
        found = []
        for one in fields:
            use = FieldUse(
                one.name, document.kind, document.form, one.parent, declared=False,
                value=one.value, closed=one.closed, meant=one.meant, case_only=one.case_only,
            )  # fmt: skip
            for rule in self._field_rules:
                try:
                    said = list(rule.check_field(use))
                except Exception as error:
                    self._fail(rule, document.source.name, document.index, error)
                    continue
                found += [(rule, replace(finding, path=one.path)) for finding in said]
        return found

    def declarations(self, schema: KindSchema) -> list[tuple[Route, Rule, Finding]]:
        """What the field rules say of the fields that a schema declares."""
        known = self._declarations.get(id(schema))
        if known is None:
            known = []
            for route in schema.routes:
                use = FieldUse(route.name, schema.kind, schema.form, route.parent,
                               shape=route.shape)  # fmt: skip
                for rule in self._field_rules:
                    known += [(route, rule, one) for one in rule.check_field(use)][:1]
            known = [one for one in known if _speaks_first(one, known)]
            self._declarations[id(schema)] = known
        return known

    def collect(self, document: Document, number: int) -> None:
        """Keep what the corpus rules want to know of a document."""
        if document.kind:
            self._kinds.add(document.kind)
        for rule in self._corpus_rules:
            table = self._facts[rule.name]
            try:
                for group, path, data in rule.collect(document):
                    table.add(group, number, document.index, path, data)
            except Exception as error:
                self._fail(rule, document.source.name, document.index, error)

    # All documents

    def _judge(self) -> None:
        wanted: dict[int, list[tuple[Rule, Judgement]]] = {}
        for rule in self._corpus_rules:
            table = self._facts[rule.name]
            world = World(self.settings.complete, self._kinds, self._external, table.groups,
                          table.group)  # fmt: skip
            for group, facts in table.groups():
                try:
                    for judgement in rule.judge(group, facts, world):
                        wanted.setdefault(judgement.fact.source, []).append((rule, judgement))
                except Exception as error:
                    fact = facts[0]
                    name = self._sources[fact.source].name
                    self._fail(rule, name, fact.document, error)
            self.summary.not_judged += world.not_judged
        _Locator(self).add(wanted)

    def _external(self, kind: str, name: str) -> bool:
        target = f"{kind}/{name}"
        return any(fnmatchcase(target, pattern) for pattern in self.settings.external)

    def _suppress(self) -> Iterator[Violation]:
        for violation in self._violations:
            hiding = [
                one for one in self._suppressions.get(violation.file, ()) if one.hides(violation)
            ]
            if hiding:
                self.summary.suppressed += 1
                hiding[0].used.add(violation.rule)
                for other in hiding[1:]:
                    other.used.add(violation.rule)
                continue
            if violation.declared_at and self._fold and violation.severity is Severity.INFO:
                continue  # counted under its heading
            yield self._count(violation)
        for rule in self._complainers:
            for file, suppressions in self._suppressions.items():
                for one in complaints(suppressions, self._known, self._active):
                    for finding in rule.check_suppression(one):
                        yield self._count(Violation(
                            rule.name, self.severity(rule, finding), finding.message, rule.guide,
                            file, one.document, "", one.span, help=finding.help,
                        ))  # fmt: skip

    def _count(self, violation: Violation) -> Violation:
        self.summary.violations[violation.severity] += 1
        self.summary.rules[violation.rule] += 1
        return violation

    def severity(self, rule: Rule, finding: Finding | Judgement) -> Severity:
        """The settings' severity, the finding's, or the rule's."""
        return self.settings.severity.get(rule.name) or finding.severity or rule.severity

    def violation(self, document: Document, rule: Rule, finding: Finding) -> Violation:
        """A finding with its place."""
        span = finding.span or document.span(finding.path, finding.on)
        part = document.part
        return Violation(
            rule=rule.name,
            severity=self.severity(rule, finding),
            message=finding.message,
            guide=rule.guide,
            file=document.source.name,
            document=document.index,
            pointer="" if finding.path == ROW_KEY else pointer(document.written(finding.path)),
            span=span,
            kind=document.kind or None,
            entity=document.key,
            help=finding.help,
            fold=finding.fold,
            declared_at=finding.declared_at,
            extent=part.extent if part else None,
        )

    def ignored(self, source: Source) -> frozenset[str]:
        """The rules that `per-path` turns off for a source."""
        if not self.settings.per_path:
            return frozenset()
        name = relative_name(source, self.settings.root)
        return frozenset(
            rule
            for glob, rules in self.settings.per_path.items()
            if matches(name, glob)
            for rule in (self._known if "all" in rules else rules)
        )


def resolve(found: list[Found]) -> list[Found]:
    """For each path the rule with the lowest precedence; see `Rule.precedence`."""
    if len(found) < 2:
        return found
    first: dict[Any, int] = {}
    for rule, finding in found:
        if rule.precedence < UNRANKED:
            subject = (finding.subject or finding.path, finding.on if not finding.subject else "key")
            first[subject] = min(first.get(subject, UNRANKED), rule.precedence)
    return [
        (rule, finding)
        for rule, finding in found
        if rule.precedence == UNRANKED
        or rule.precedence
        == first[finding.subject or finding.path, finding.on if not finding.subject else "key"]
    ]


def _speaks_first(
    one: tuple[Route, Rule, Finding], others: list[tuple[Route, Rule, Finding]]
) -> bool:
    return not any(
        other[0] is one[0] and other[1].precedence < one[1].precedence for other in others
    )


class _FileCheck:
    """One source: fast where all is well, with places where there is something to report."""

    def __init__(self, run: Run, source: Source) -> None:
        self.run_, self.source = run, source
        self.number = len(run._sources)
        run._sources.append(source)
        self.ignored = run.ignored(source)
        self.entities = 0
        self.folded: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], int] = {}
        self.unparsed: list[tuple[int, Part]] = []

    def run(self) -> None:
        summary = self.run_.summary
        try:
            if self.source.format == "jsonl":
                self._lines()
            else:
                self._whole(self.source.text())
        except InputError as error:
            summary.problems.append(str(error))
            return
        self._report_unparsed()
        summary.files += self.source.reported
        for key, index in self.first.items():
            count = self.folded[key]
            if count > 1:
                one = self.run_._violations[index]
                message = f"{one.message} ({count} entities in this file)"
                self.run_._violations[index] = replace(one, message=message)

    def _whole(self, text: str) -> None:
        reader = yaml_text if self.source.format == "yaml" else json_text
        values = reader.read_values(text)
        if values is not None and self._quick(list(enumerate(values))):
            return
        parts = reader.read_placed(text)
        self._placed(list(enumerate(parts)))
        if self.source.format == "yaml":
            found = read_suppressions(text, parts)
            if found and self.source.reported:
                self.run_._suppressions[self.source.name] = found

    def _lines(self) -> None:
        for index, (number, line) in enumerate(self.source.lines()):
            try:
                quick = self._quick([(index, json_text.read_value(line))])
            except ValueError:
                quick = False
            if not quick:
                self._placed([(index, json_text.read_placed_line(line, number))])

    def _quick(self, values: list[tuple[int, Any]]) -> bool:
        """Judge plain values; False, and nothing kept, where something is to be located."""
        read = [self.run_._classifier.read(value, self.source, index) for index, value in values]
        documents = [one for one in read if isinstance(one, Document)]
        counted: list[Found] = []
        for document in documents:
            if not self.source.reported:
                self.run_.prepare(document)
                continue
            for rule, finding in self.run_.findings(document, self.ignored):
                if self._must_locate(rule, finding):
                    return False
                counted.append((rule, finding))
            if not self.run_._fold and self._declared(document):
                return False
        for rule, finding in counted:
            if finding.fold:
                self.folded[rule.name, finding.fold] += 1
            else:
                self.run_.summary.violations[self.run_.severity(rule, finding)] += 1
        for one in read:
            self._keep(one)
        return True

    def _must_locate(self, rule: Rule, finding: Finding) -> bool:
        if finding.fold and (rule.name, finding.fold) in self.first:
            return False
        return self.run_.severity(rule, finding) >= self.run_._quiet

    def _declared(self, document: Document) -> list[tuple[Route, Rule, Finding]]:
        """The declared fields of a document that the guide has something against."""
        return [
            one for one in self.run_.declarations(document.schema)
            if one[1].name not in self.ignored
            and next(one[0].walk(document.entity), None) is not None
        ]  # fmt: skip

    def _keep(self, one: Document | Skipped) -> None:
        """Count a document, and collect its facts."""
        run = self.run_
        if run.listed is not None and self.source.reported:
            run.listed.append(Listed(self.source.name, one.index, _what(one)))
        if isinstance(one, Skipped):
            run.summary.skipped += self.source.reported
            return
        self.entities += 1
        run.summary.documents += self.source.reported
        if one.part is None or one.part.problem is None:
            run.collect(one, self.number)
            if self.source.reported and run._fold:
                self._count_declared(one)

    def _count_declared(self, document: Document) -> None:
        for route, rule, finding in self._declared(document):
            severity = self.run_.settings.severity.get(rule.name, Severity.INFO)
            if severity is not Severity.INFO:
                continue
            places = sum(1 for _ in route.walk(document.entity))
            heading = f"{document.kind}.{str(route).replace('.*', '')}"
            known = self.run_.declared.setdefault(
                (heading, rule.name),
                Declared(rule, heading, replace(finding, declared_at=route.shape.source)),
            )
            known.places += places
            self.run_.summary.violations[Severity.INFO] += places
            self.run_.summary.rules[rule.name] += places

    def _placed(self, parts: list[tuple[int, Part]]) -> None:
        run = self.run_
        for index, part in parts:
            if part.problem is not None:
                self.unparsed.append((index, part))
                continue
            one = run._classifier.read(part.value, self.source, index, part)
            if isinstance(one, Document):
                if self.source.reported:
                    self._report(one)
                else:
                    run.prepare(one)
            self._keep(one)

    def _report(self, document: Document) -> None:
        run = self.run_
        for rule, finding in run.findings(document, self.ignored):
            self._add(document, rule, finding)
        for route, rule, finding in self._declared(document):
            severity = run.settings.severity.get(rule.name) or Severity.INFO
            for path, _ in route.walk(document.entity):
                self._add(document, rule, replace(
                    finding, path=path, severity=severity, declared_at=route.shape.source,
                    help=f"change the definition, {route.shape.source}",
                ))  # fmt: skip

    def _add(self, document: Document, rule: Rule, finding: Finding) -> None:
        run = self.run_
        if finding.fold:
            key = (rule.name, finding.fold)
            self.folded[key] += 1
            if key in self.first:
                return
            self.first[key] = len(run._violations)
        run._violations.append(run.violation(document, rule, finding))

    def _report_unparsed(self) -> None:
        """What does not parse is judged last: whether it is an entity depends on its file."""
        for index, part in self.unparsed:
            one = self.run_._classifier.unparsed(
                part, self.source, index, beside=self.entities > 0
            )
            if isinstance(one, Document) and self.source.reported:
                self._report_problem(one)
            self._keep(one)

    def _report_problem(self, document: Document) -> None:
        for rule, finding in self.run_.findings(document, self.ignored):
            self._add(document, rule, finding)


def _what(one: Document | Skipped) -> str:
    if isinstance(one, Skipped):
        return f"skipped: {one.reason}"
    return f"{one.form} {one.kind or 'entity'}{f' {one.key}' if one.key else ''}"


class _Locator:
    """Gives judgements of corpus rules their places, by reading their documents again."""

    def __init__(self, run: Run) -> None:
        self.run_ = run

    def add(self, wanted: dict[int, list[tuple[Rule, Judgement]]]) -> None:
        """Turn judgements into violations of the run."""
        run = self.run_
        kept: list[tuple[Rule, Judgement]] = []
        documents: dict[int, set[int]] = {}
        for number, judged in wanted.items():
            source = run._sources[number]
            ignored = run.ignored(source)
            for rule, judgement in judged:
                if not source.reported or rule.name in ignored:
                    continue
                if run.severity(rule, judgement) < run._quiet:
                    run.summary.violations[run.severity(rule, judgement)] += 1
                    continue
                kept.append((rule, judgement))
                for fact in (judgement.fact, *(fact for fact, _ in judgement.related)):
                    documents.setdefault(fact.source, set()).add(fact.document)
        read = {number: self._read(number, wanted) for number, wanted in documents.items()}
        by_document: dict[tuple[int, int], list[tuple[Rule, Judgement]]] = {}
        for rule, judgement in kept:
            key = (judgement.fact.source, judgement.fact.document)
            by_document.setdefault(key, []).append((rule, judgement))
        for (number, index), judged in by_document.items():
            document = read[number].get(index)
            if document is not None:
                self._add(document, judged, read)

    def _add(
        self, document: Document, judged: list[tuple[Rule, Judgement]],
        read: dict[int, dict[int, Document]],
    ) -> None:  # fmt: skip
        run = self.run_
        known = run.findings(document, frozenset())
        findings = {
            id(finding): (judgement, rule, finding)
            for rule, judgement in judged
            for finding in [
                Finding(judgement.fact.path, judgement.message, judgement.on,
                        judgement.severity, judgement.help)  # fmt: skip
            ]
        }
        together = known + [(rule, finding) for _, rule, finding in findings.values()]
        for rule, finding in resolve(together):
            if id(finding) not in findings:
                continue
            judgement = findings[id(finding)][0]
            related = tuple(
                Related(read[fact.source][fact.document].source.name,
                        read[fact.source][fact.document].span(fact.path), message)  # fmt: skip
                for fact, message in judgement.related
                if fact.document in read.get(fact.source, {})
            )
            violation = run.violation(document, rule, finding)
            run._violations.append(replace(violation, related=related))

    def _read(self, number: int, wanted: set[int]) -> dict[int, Document]:
        source = self.run_._sources[number]
        documents = {}
        try:
            for index, part in _parts(source, wanted):
                if part.problem is None:
                    one = self.run_._classifier.read(part.value, source, index, part)
                    if isinstance(one, Document):
                        self.run_.prepare(one)
                        documents[index] = one
        except InputError as error:
            self.run_.summary.problems.append(f"{error} (it was there before)")
        return documents


def _parts(source: Source, wanted: set[int]) -> Iterator[tuple[int, Part]]:
    if source.format == "jsonl":
        for index, (number, line) in enumerate(source.lines()):
            if index in wanted:
                yield index, json_text.read_placed_line(line, number)
        return
    reader = yaml_text if source.format == "yaml" else json_text
    for index, part in enumerate(reader.read_placed(source.text())):
        if index in wanted:
            yield index, part
