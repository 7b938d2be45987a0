"""The one generator: sources + settings → violations.

Data flows one way: source → document → findings of rules → violations with places →
suppressions → the report. Nothing here prints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.globs import matches
from dispatch_lint.config.limits import CURRENT
from dispatch_lint.documents.classify import Classifier, relative_name
from dispatch_lint.documents.document import ROW_KEY, Document
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.undeclared import find_undeclared, repair
from dispatch_lint.engine.plugins import internal_error
from dispatch_lint.engine.precedence import Found, resolve
from dispatch_lint.index.facts import Columns, FactTable
from dispatch_lint.model.location import Path, pointer
from dispatch_lint.model.violation import Finding, Related, Severity, Violation
from dispatch_lint.old.alike import Alike
from dispatch_lint.old.fact_plan import FactPlans
from dispatch_lint.old.judging import judge_all
from dispatch_lint.old.looks import digest_of
from dispatch_lint.old.outcome import Declared, Listed, Result, Share, Summary
from dispatch_lint.old.parallel import check_sources
from dispatch_lint.rule import Fact, FieldUse, Judgement, Rule
from dispatch_lint.schema.validation import is_valid

if TYPE_CHECKING:
    from hashlib import blake2b

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.engine.suppression import Suppression
    from dispatch_lint.old.fact_plan import FactPlan
    from dispatch_lint.old.placed import Part
    from dispatch_lint.old.reading_ahead import ReadingAhead
    from dispatch_lint.rule import FactPattern
    from dispatch_lint.schema.catalogue import Catalogue, KindSchema
    from dispatch_lint.schema.shape import Route
    from dispatch_lint.store.facts import StoreFacts

    Facts = dict[str, tuple[Any, ...]]
    """The `Columns` of each table of facts, as plain tuples."""


class Run:
    """One run over some sources.

    Args:
        rules: the rules that were asked for.
        known: the names of all rules there are.
        fold: whether infos about declared names are counted instead of located one by one.
        quiet: violations below this are counted and never located.
        listing: whether to note what each document is.
        unfolded: whether each place of findings that are counted together is found.
        store_facts: what a store, or a ledger, remembers.
        rereads: whether documents may be read once more for facts that hardly anybody asks for:
            see `FactTable`.
        ahead: has begun to read the texts of the run.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, rules: Sequence[Rule], *,
        known: Iterable[str] = (), fold: bool = False, quiet: Severity = Severity.INFO,
        listing: bool = False, unfolded: bool = False,
        store_facts: StoreFacts | None = None, rereads: bool = False,
        ahead: ReadingAhead | None = None,
    ) -> None:  # fmt: skip
        self.settings, self.catalogue, self.rules = settings, catalogue, rules
        self.store_facts = store_facts
        has_store = store_facts is not None and store_facts.store is not None
        self.summary = Summary(closed=settings.complete or has_store)
        self.declared: dict[tuple[str, str], Declared] = {}
        self.listed: list[Listed] | None = [] if listing else None
        self.fold, self.quiet, self.unfolded = fold, quiet, unfolded
        self._ahead = ahead
        self.known = {*known, *(rule.name for rule in rules)}
        self._active = {rule.name for rule in rules}
        self._field_rules = [rule for rule in rules if rule.has("check_field")]
        checks = [rule for rule in rules if rule.has("check")]
        # Which rules can have something to say, by whether the document was read with its places,
        # whether its closed schema is content with it, and its form.
        self._entity_rules = {
            (placed, content, form): [
                rule
                for rule in checks
                if (placed or not rule.reads_text)
                and (rule.reads_content or not content)
                and rule.form in (None, form)
            ]
            for placed in (False, True)
            for content in (False, True)
            for form in ("stored", "manifest")
        }
        self._concerned_by: dict[tuple[Any, ...], list[Rule]] = {}
        self._corpus_rules: dict[str, list[Rule]] = {}
        for rule in rules:
            if rule.has("judge"):
                self._corpus_rules.setdefault(rule.facts or rule.name, []).append(rule)
        self._collectors = {name: several[0] for name, several in self._corpus_rules.items()}
        self._complainers = [rule for rule in rules if rule.has("check_suppression")]
        self._explains = any(rule.explains_undeclared for rule in rules)
        self.classifier = Classifier(settings, catalogue)
        self.alike = Alike(self)
        self._facts = {
            name: FactTable(again=partial(self._again, several[0]))
            if rereads
            and all(_seldom_enough(one, store=store_facts is not None) for one in several)
            else FactTable()
            for name, several in self._corpus_rules.items()
        }
        self._collecting = [
            (rule, rule.collect if self._facts[name].note else rule.all_facts,
             self._facts[name].keep, self._facts[name].note)
            for name, rule in self._collectors.items()
        ]  # fmt: skip
        self._plans = FactPlans()
        self._failures: set[str] = set()
        self.failed = 0
        """How often a rule raised."""
        self._kinds: set[str] = set()
        self._declarations: dict[int, list[tuple[Route, Rule, Finding]]] = {}
        self.digests: dict[int, bytes] | None = None
        """What was read of each source, where somebody wants to know."""
        self.sources: list[Source] = []
        """By the numbers that facts know them by."""
        self.go_sources: list[Source] = []
        self.descriptions: list[tuple[Source, int]] = []
        """Documents that describe an API, by source and number."""
        self.described: dict[tuple[str, int], Part] = {}
        """Those of them that this process has read with their places."""
        self.shown: Counter[str] = Counter()
        """Violations that were located, by file."""
        self.found: list[Violation] = []
        """Before suppression."""
        self.suppressions: dict[str, list[Suppression]] = {}

    def lint(self, sources: Iterable[Source], jobs: int = 1) -> Iterator[Violation]:
        """Every violation that is not suppressed, in the order of file, line, column and rule.

        Args:
            jobs: how many processes check files; 0 for as many as help.
        """
        yield from self.check(sources, jobs).violations

    def check(self, sources: Iterable[Source], jobs: int = 1) -> Result:
        """As `lint`, with all else that a report shows."""
        every = list(sources)
        self.go_sources += [source for source in every if source.format == "go"]
        texts = [source for source in every if source.format != "go"]
        check_sources(self, texts, jobs)
        self._judge()
        if any(one.reported for one in (*self.go_sources, *(one for one, _ in self.descriptions))):
            from dispatch_lint.engine.definition_check import check_definitions

            check_definitions(self)
        shown = [one for one in self._suppress() if one.severity >= self.quiet]
        for table in self._facts.values():
            table.close()
        ranks = sorted(range(len(shown)), key=lambda rank: shown[rank].order)
        return Result(
            [shown[rank] for rank in ranks], self.summary, list(self.declared.values()),
            self.listed, ranks=ranks, whole=list(self.suppressions),
        )  # fmt: skip

    # One document

    def prepare(self, document: Document) -> bool:
        """Find undeclared fields and repair slips; whether a closed schema is content as it is."""
        schema = document.schema
        valid = is_valid(schema, document.value)
        if valid and not schema.only_base and schema.shape.closed:
            return True
        document.undeclared = find_undeclared(document, self.catalogue.kind_names)
        explained = {
            field.path
            for field in document.undeclared
            if (self._explains and field.closed) or any(self._of_undeclared(document, [field]))
        }
        repair(document, explained)
        return False

    def findings(self, document: Document, ignored: frozenset[str]) -> list[Found]:
        """What the rules say of one document, one finding for one cause."""
        found: list[Found] = []
        content = False
        parses = document.part is None or document.part.problem is None
        if parses:
            content = self.prepare(document)
            if document.undeclared:
                found += self._of_undeclared(document, document.undeclared)
        for rule in (
            self.concerned(document, content=content) if parses else self._of_text(document)
        ):
            try:
                for one in rule.check(document):
                    found.append((rule, one))
            except Exception as error:
                self.fail(rule, document.source.name, document.index, error)
        if ignored:
            found = [one for one in found if one[0].name not in ignored]
        return resolve(found) if found else found

    def explains(self, ignored: frozenset[str]) -> bool:
        """Whether a document that does not fit its schema is sure to be reported, with its place."""
        return all(
            name in self._active
            and name not in ignored
            and (self.settings.severity.get(name) or Severity.ERROR) >= self.quiet
            for name in ("schema", "unknown-field")
        )

    def _of_text(self, document: Document) -> Sequence[Rule]:
        """The rules that speak of a document that does not parse."""
        return [one for one in self._entity_rules[True, False, document.form] if one.name == SYNTAX]

    def concerned(self, document: Document, *, content: bool) -> Sequence[Rule]:
        """The rules that can have something to say of a document: most need a field of it.

        Documents of a kind have the same few sets of fields: what was found for one is remembered.
        """
        placed, form, entity = document.part is not None, document.form, document.entity
        asked = (placed, content, form, *entity)
        known = self._concerned_by.get(asked)
        if known is None:
            known = [
                rule
                for rule in self._entity_rules[placed, content, form]
                if not rule.needs or any(field in entity for field in rule.needs)
            ]
            if len(self._concerned_by) < MAX_REMEMBERED:
                self._concerned_by[asked] = known
        return known

    def fail(self, rule: Rule, file: str, document: int, error: Exception) -> None:
        """Note that a rule raised, and about what."""
        self.failed += 1
        where = f"{file}: document {document}: " if document >= 0 else f"{file}: "
        said = where + internal_error(rule, error)
        if said not in self._failures:  # a document may be judged twice: fast, then with places
            self._failures.add(said)
            self.summary.problems.append(said)

    def _of_undeclared(self, document: Document, fields: Iterable[Any]) -> list[Found]:
        found = []
        for one in fields:
            use = FieldUse(
                one.name,
                document.kind,
                document.form,
                one.parent,
                declared=False,
                value=one.value,
                closed=one.closed,
                meant=one.meant,
                case_only=one.case_only,
            )
            for rule in self._field_rules:
                try:
                    said = list(rule.check_field(use))
                except Exception as error:
                    self.fail(rule, document.source.name, document.index, error)
                    continue
                found += [(rule, _at(finding, one.path)) for finding in said]
        return found

    def declarations(self, schema: KindSchema) -> list[tuple[Route, Rule, Finding]]:
        """What the field rules say of the fields that a schema declares."""
        known = self._declarations.get(id(schema))
        if known is None and schema.only_base and self._declarations.get(id(schema.routes)) == []:
            return []  # of the base fields there is nothing to say, whatever the kind is called
        if known is None:
            known = []
            for route in schema.routes:
                use = FieldUse(
                    route.name, schema.kind, schema.form, route.parent, shape=route.shape
                )
                for rule in self._field_rules:
                    try:
                        known += [(route, rule, one) for one in rule.check_field(use)][:1]
                    except Exception as error:
                        self.fail(rule, f"the field {schema.kind}.{route}", -1, error)
            known = [
                (route, rule, self._of_definition(schema, route, rule, finding))
                for route, rule, finding in known
                if _speaks_first((route, rule, finding), known)
            ]
            self._declarations[id(schema)] = known
            if schema.only_base:
                self._declarations[id(schema.routes)] = known
        return known

    def _of_definition(
        self, schema: KindSchema, route: Route, rule: Rule, finding: Finding
    ) -> Finding:
        """What a document is told of a name that its definition declares: an info."""
        source = route.shape.source
        return finding._replace(
            severity=self.settings.severity.get(rule.name) or Severity.INFO,
            fix=None,  # a definition is for people to mend
            declared_at=source,
            heading=f"{schema.kind}.{str(route).replace('.*', '')}",
            help=f"change the definition, {source}" if source else finding.help,
        )

    def collect(self, document: Document, number: int) -> None:
        """Keep what the corpus rules want to know of a document."""
        if document.kind:
            self._kinds.add(document.kind)
        place, row = number << 32 | document.index, document.row_key
        asked: Sequence[Any] = self._collecting
        plan = document.plan
        if plan is not None and plan.keep(document.value, place):
            asked = plan.asked
        for rule, collect, keep, note in asked:
            try:
                for group, path, data in collect(document):
                    keep(group, place, (path, data, row, ""))
                if note is not None:
                    note(rule.seldom_groups(document), place)
            except Exception as error:
                self.fail(rule, document.source.name, document.index, error)

    def fact_plan(self, document: Document) -> FactPlan | None:
        """How documents like one come to their facts; None where rules have to be asked for each."""
        patterns: list[tuple[FactTable, FactPattern]] = []
        asked = []
        for one, (name, rule) in zip(self._collecting, self._collectors.items(), strict=True):
            table = self._facts[name]
            try:
                several = rule.fact_patterns(document)
            except Exception:
                several = None  # it will be asked for the facts themselves
            if several is None or (table.note is None and any(one.seldom for one in several)):
                asked.append(one)
            else:
                patterns += [(table, pattern) for pattern in several]
        if not patterns:
            return None
        return self._plans.make(patterns, document.value, asked)

    @property
    def kinds(self) -> set[str]:
        """The kinds of which there were documents."""
        return self._kinds

    def kept(self) -> Iterator[tuple[str, str, Fact]]:
        """The facts that were collected, by table and group."""
        self._plans.settle()
        for name, table in self._facts.items():
            for group, facts in table.groups():
                yield from ((name, group, fact) for fact in facts)

    def preload(
        self, source: Source, facts: Iterable[tuple[str, str, Fact]], kinds: Iterable[str]
    ) -> None:
        """Take the facts of a source that an earlier run collected, instead of reading it."""
        number = len(self.sources)
        self.sources.append(source)
        self._kinds |= set(kinds)
        for name, group, fact in facts:
            if name in self._facts:
                self._facts[name].add(group, (number, *fact[1:]))

    def new_digest(self, data: bytes = b"") -> blake2b | None:
        """What is to be given all bytes of a source; None where nobody wants to know them."""
        return digest_of(data) if self.digests is not None else None

    def note_digest(self, source: int, digest: blake2b | None) -> None:
        """Remember what was read of a source, where somebody wants to know.

        Args:
            source: its number among those of the run.
            digest: of `new_digest`.
        """
        if self.digests is not None and digest is not None:
            self.digests[source] = digest.digest()

    def read_small(self, numbers: Sequence[int], most: int) -> list[bytes | None]:
        """All bytes of each of some sources, as `Source.small` reads them.

        Args:
            numbers: of sources among those of the run.
            most: bytes.
        """
        ahead, sources = self._ahead, self.sources
        if ahead is None:
            return [sources[number].small(most) for number in numbers]
        return [
            ahead.data(number, sources[number], most) or sources[number].small(most)
            for number in numbers
        ]

    # Several processes

    def stop_reading(self) -> None:
        """Read no further ahead; what has been read is there, also for processes started later."""
        if self._ahead is not None:
            self._ahead.stop()

    def drain(self) -> Share:
        """What was found since the last time, besides facts; it is let go."""
        share = Share(
            self.found, self.suppressions, self.summary, self.declared, self.listed,
            self.descriptions, self._kinds, self._failures, self.digests, self.shown,
        )  # fmt: skip
        self.found, self.suppressions, self.declared = [], {}, {}
        self.shown = Counter()
        self.summary = Summary(closed=self.summary.closed)
        self.listed = None if self.listed is None else []
        self.descriptions, self._kinds, self._failures = [], set(), set()
        self.digests = None if self.digests is None else {}
        return share

    def drain_facts(self) -> Facts:
        """The facts since the last time, as `marshal` writes them; they are let go."""
        self._plans.settle()
        return {name: tuple(table.drain()) for name, table in self._facts.items()}

    def take(self, share: Share) -> None:
        """Add what was drained, here or in another process."""
        self.found += share.found
        self.shown.update(share.shown)
        self.suppressions |= share.suppressions
        self.summary.add(share.summary, without=self._failures)
        for key, one in share.declared.items():
            known = self.declared.setdefault(key, one)
            if known is not one:
                known.places += one.places
        if self.listed is not None and share.listed is not None:
            self.listed += share.listed
        self.descriptions += share.descriptions
        self._kinds |= share.kinds
        self._failures |= share.failures
        if self.digests is not None and share.digests is not None:
            self.digests |= share.digests

    def take_facts(self, facts: Facts) -> None:
        """Keep the facts that another process drained, in whatever order they come."""
        for name, columns in facts.items():
            self._facts[name].take(Columns(*columns))

    # All documents

    def _judge(self) -> None:
        def fail(rule: Rule, fact: Fact, error: Exception) -> None:
            if fact.stored:
                self.fail(rule, "the store", -1, error)
            else:
                self.fail(rule, self.sources[fact.source].name, fact.document, error)

        self._plans.settle()
        store = self.store_facts
        wanted, self.summary.not_judged = judge_all(
            self._facts, self._corpus_rules, self.settings,
            closed=self.summary.closed, kinds=self._kinds, store=store, fail=fail,
        )  # fmt: skip
        if wanted:
            from dispatch_lint.old.locate import locate

            locate(self, wanted)
        if store is not None:
            store.close()

    def _again(
        self, rule: Rule, places: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[str, tuple[Any, ...]]]:
        from dispatch_lint.old.locate import recollect

        return recollect(self, rule, places)

    def _suppress(self) -> Iterator[Violation]:
        if not self.found and not self.suppressions:
            return
        from dispatch_lint.engine.suppression import Suppressions, complaints

        indexed = {file: Suppressions(several) for file, several in self.suppressions.items()}
        for violation in self.found:
            known = indexed.get(violation.file)
            hiding = known.hiding(violation) if known is not None else ()
            if hiding:
                self.summary.suppressed += 1
                for one in hiding:
                    one.used.add(violation.rule)
                continue
            if violation.heading and self.folds(violation.severity):
                self.count_declared(
                    violation.heading, violation.rule, violation.message, violation.declared_at
                )
            else:
                yield self._count(violation)
        for rule in self._complainers:
            for file, suppressions in self.suppressions.items():
                for one in complaints(suppressions, self.known, self._active):
                    try:
                        said = list(rule.check_suppression(one))
                    except Exception as error:
                        self.fail(rule, file, one.document, error)
                        continue
                    for finding in said:
                        yield self._count(
                            Violation(
                                rule.name,
                                self.severity(rule, finding),
                                finding.message,
                                rule.guide,
                                file,
                                one.document,
                                "",
                                one.range,
                                help=finding.help,
                            )
                        )

    def _count(self, violation: Violation) -> Violation:
        self.count(violation.rule, violation.severity)
        return violation

    def count(self, rule: str, severity: Severity, places: int = 1) -> None:
        """Count violations, located or not."""
        self.summary.violations[severity] += places
        self.summary.rules[rule] += places

    def folds(self, severity: Severity) -> bool:
        """Whether violations about declared names are counted, and never located."""
        return self.fold and severity is Severity.INFO

    def count_declared(
        self, heading: str, rule: str, message: str, declared_at: str, places: int = 1
    ) -> None:
        """Count infos about a declared field under its heading."""
        known = self.declared.setdefault(
            (heading, rule), Declared(heading, rule, message, declared_at)
        )
        known.places += places
        self.count(rule, Severity.INFO, places)

    def severity(self, rule: Rule, finding: Finding | Judgement) -> Severity:
        """The settings' severity, the finding's, or the rule's."""
        return self.settings.severity.get(rule.name) or finding.severity or rule.severity

    def add(
        self, document: Document, rule: Rule, finding: Finding, related: tuple[Related, ...] = ()
    ) -> bool:
        """Add a violation, with its place; False where it is too much of one file, and counted."""
        file = document.source.name
        if not self.shows(file):
            self.count_unshown(file, rule.name, self.severity(rule, finding), finding)
            return False
        one = self.violation(document, rule, finding)
        return self.show(one._replace(related=related) if related else one)

    def show(self, one: Violation) -> bool:
        """As `add`, what has its place already."""
        if not self.shows(one.file):
            self.count_unshown(one.file, one.rule, one.severity, one)
            return False
        self.shown[one.file] += 1
        self.found.append(one)
        return True

    def shows(self, file: str, upcoming: int = 0) -> bool:
        """Whether one more violation of a file is shown, after some that are still to come.

        Of a file with suppressions all are: which of them count is known only with their places.
        """
        return (
            self.shown[file] + upcoming < CURRENT.violations_per_file or file in self.suppressions
        )

    def count_unshown(
        self, file: str, rule: str, severity: Severity, one: Finding | Violation | None = None,
        places: int = 1,
    ) -> None:  # fmt: skip
        """Count what is not located: it is too much of its file, or nobody wants to see it.

        Args:
            one: where it may speak of a declared name.
        """
        if one is not None and one.heading and self.folds(severity):
            self.count_declared(one.heading, rule, one.message, one.declared_at, places)
            return
        self.count(rule, severity, places)
        if severity >= self.quiet:
            self.summary.not_shown[file] += places

    def violation(self, document: Document, rule: Rule, finding: Finding) -> Violation:
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
            document=document.index,
            pointer="" if finding.path == ROW_KEY else pointer(document.written(finding.path)),
            range=finding.range or document.range(finding.path, finding.on),
            kind=document.kind or None,
            entity=document.key,
            help=finding.help,
            heading=finding.heading,
            declared_at=finding.declared_at,
            row=document.row_key,
            fix=fix,
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
            for rule in (self.known if "all" in rules else rules)
        )


MAX_REMEMBERED = 10_000
"""Sets of fields of which it is remembered which rules they concern."""
SYNTAX = "syntax-error"
"""The rule that speaks of a document that does not parse; no other does."""


def _seldom_enough(rule: Rule, *, store: bool) -> bool:
    """Whether it judges what is seldom wanted only where several facts of it meet, or where it asks.

    Those of a store are several to begin with.
    """
    return rule.judges_uses or (rule.judges_several and not store)


def _at(finding: Finding, path: Path) -> Finding:
    """What a rule says of a field, at the place of the field."""
    fix = finding.fix
    if fix is not None:
        moved = tuple(one._replace(path=(*path, *one.path)) for one in fix.changes)
        fix = fix._replace(changes=moved)
    return finding._replace(path=path, fix=fix)


def _speaks_first(
    one: tuple[Route, Rule, Finding], others: list[tuple[Route, Rule, Finding]]
) -> bool:
    return not any(
        other[0] is one[0] and other[1].precedence < one[1].precedence for other in others
    )
