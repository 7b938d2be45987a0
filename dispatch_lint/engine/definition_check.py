"""Definitions: Go and OpenAPI files, judged by the same rules, at the place that has to change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import BASE
from dispatch_lint.definitions.reading import read_sources
from dispatch_lint.documents.definition_files import conventions_of, description, go_source
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.suppressions import read_go_suppressions
from dispatch_lint.engine.checker import SYNTAX, failure
from dispatch_lint.engine.precedence import resolve
from dispatch_lint.engine.summary import Listed
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Location, pointer
from dispatch_lint.model.violation import Finding, Related, Violation
from dispatch_lint.rule import DEFINITION_METHODS, FieldUse, Member
from dispatch_lint.schema.catalogue import Catalogue, Kind
from dispatch_lint.schema.generate import entity_schema
from dispatch_lint.schema.shape import compile_shape

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType, Field, Type
    from dispatch_lint.definitions.reading import Definitions, Description
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.precedence import RuleFinding
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.generate import FieldSchemas
    from dispatch_lint.schema.shape import Schema, Shape


def check_definitions(
    checker: Checker, go: Sequence[Source], descriptions: Sequence[tuple[Source, int]],
    settled: Settled,
) -> None:  # fmt: skip
    """Check the definitions of a run, and add what is found to that of its documents.

    Args:
        go: files of Go.
        descriptions: documents that describe an API, each by its source and number.
    """
    sources = [*go, *(source for source, _ in descriptions)]
    reported = {source.name: source for source in sources if source.reported}
    limits = checker.settings.limits
    try:
        found = read_sources(
            [go_source(source) for source in go],
            list(_descriptions(checker, descriptions)),
            conventions_of(checker.catalogue, checker.settings),
            limits.fields,
        )
        for source in go:
            if source.reported and (comments := read_go_suppressions(source.text(limits))):
                settled.suppressions[source.name] = comments
    except InputError as error:
        settled.summary.problems.append(str(error))
        return
    _DefinitionCheck(checker, found, reported, settled).run()


def _descriptions(
    checker: Checker, descriptions: Iterable[tuple[Source, int]]
) -> Iterator[Description]:
    by_source: dict[str, tuple[Source, set[int]]] = {}
    for source, index in descriptions:
        by_source.setdefault(source.name, (source, set()))[1].add(index)
    for source, wanted in by_source.values():
        for index, part, *_ in read_source(source, checker.settings.limits).parts:
            if index in wanted and part.problem is None:
                yield description(source, part, checker.settings)


class _DefinitionCheck:
    def __init__(
        self, checker: Checker, found: Definitions, reported: dict[str, Source], settled: Settled
    ) -> None:
        self._checker, self._found, self._reported = checker, found, reported
        self._settled = settled
        self._types = found.types
        # Most fields of most definitions are those of BaseEntity.
        shared: FieldSchemas = {}
        self._schemas = [entity_schema(one, shared) for one in found.types]
        self._shapes: dict[int, Shape] = {}
        catalogue = _catalogue(found.types, self._schemas, checker.catalogue)
        # The same rules, but with the definitions as their catalogue: what is usual among names
        # is what is usual here.
        asked = ("check_field", *DEFINITION_METHODS)
        rules: list[Rule] = [
            type(rule)(rule.options, rule.settings, catalogue)
            for rule in checker.rules
            if any(map(rule.has, asked))
        ]
        self._asked = {method: [one for one in rules if one.has(method)] for method in asked}
        self._seen: set[Location] = set()
        self._said: set[tuple[str, Location, str]] = set()

    def run(self) -> None:
        summary = self._settled.summary
        kinds = [
            one for one in self._types if not one.value and one.location.file in self._reported
        ]
        summary.definitions += len(kinds)
        summary.definition_files += len(self._reported.keys() & self._found.files)
        self._settled.listed += [
            Listed(
                one.location.file, one.location.range.line, f"{one.form} definition of {one.kind}"
            )
            for one in kinds
        ]
        for problem in self._found.problems:
            self._syntax(problem.message, problem.location)
        for one, schema in zip(self._types, self._schemas, strict=True):
            self._add(one.name, self._of_definition(one, schema))
        for several in _by_kind(self._types).values():
            self._add("", self._ask("check_definitions", several))
        for layout in self._found.layouts:
            self._add("", self._ask("check_layout", layout))

    def _ask(self, method: str, about: object) -> Iterator[RuleFinding]:
        for rule in self._asked[method]:
            try:
                said: list[Finding] = list(getattr(rule, method)(about))
            except Exception as error:
                where = f"the definition {about!s:.60}"
                self._settled.summary.problems.append(failure(rule, where, -1, error))
                continue
            yield from ((rule, finding) for finding in said)

    def _of_definition(self, one: EntityType, schema: Schema) -> Iterator[RuleFinding]:
        yield from self._ask("check_definition", one)
        shape = compile_shape(schema, self._shapes)
        for member in self._members(one, one.fields, shape, one.name):
            path = ("fields", member.field.name)
            found = [
                *self._ask("check_field", member.use),
                *self._ask("check_member", member),
            ]
            for rule, finding in found:
                yield rule, finding._replace(path=path, location=member.field.location)

    def _members(
        self, one: EntityType, fields: Sequence[Field], shape: Shape, owner: str
    ) -> Iterator[Member]:
        """Every field that a definition leads to, each once, wherever it is declared."""
        for field in fields:
            inner = shape.properties.get(field.name)
            if inner is None:
                continue
            if field.location not in self._seen and field.location.file in self._reported:
                self._seen.add(field.location)
                use = FieldUse(field.name, one.kind, one.form, shape, shape=inner)
                yield Member(field, BASE if field.base else owner, one, use)
            type_: Type | None = field.type
            while type_ is not None and type_.item is not None and inner is not None:
                inner = inner.items if type_.wire_type == "list" else inner.values
                type_ = type_.item
            if type_ is not None and type_.fields and inner is not None:
                yield from self._members(one, type_.fields, inner, type_.name or owner)

    def _add(self, owner: str, found: Iterator[RuleFinding]) -> None:
        checker, settled = self._checker, self._settled
        for rule, finding in resolve(list(found)):
            location = finding.location
            if location is None or location.file not in self._reported:
                continue
            if rule.name in checker.ignored(self._reported[location.file]):
                continue
            # Many kinds lead to one type: what is wrong there is wrong once.
            if (rule.name, location, finding.message) in self._said:
                continue
            self._said.add((rule.name, location, finding.message))
            severity = checker.severity(rule, finding)
            if severity < checker.options.quiet:
                settled.summary.count(rule.name, severity)
                continue
            settled.violations.append(
                Violation(
                    rule=rule.name,
                    severity=severity,
                    message=finding.message,
                    guide=rule.guide,
                    file=location.file,
                    document=0,
                    pointer=pointer(finding.path),
                    range=location.range,
                    kind=owner or None,
                    help=finding.help,
                    related=tuple(
                        Related(one.file, one.range, message) for one, message in finding.also
                    ),
                    definition=f"{location.file.rpartition('/')[0]}.{owner or finding.message}",
                )
            )

    def _syntax(self, message: str, location: Location) -> None:
        rule = next((one for one in self._checker.rules if one.name == SYNTAX), None)
        if rule is not None:
            self._add("", iter([(rule, Finding((), message, location=location))]))


def _by_kind(types: Sequence[EntityType]) -> dict[str, list[EntityType]]:
    """Definitions by kind: what is stored first, then models, then what is generated of them."""
    kinds: dict[str, list[EntityType]] = {}
    for one in sorted(types, key=lambda one: (one.form != "stored", one.language)):
        kinds.setdefault(one.kind, []).append(one)
    return kinds


def _catalogue(
    types: Sequence[EntityType], schemas: Sequence[Schema], known: Catalogue
) -> Catalogue:  # fmt: skip
    """The definitions as a catalogue; the kinds that are known from elsewhere are names only.

    Args:
        schemas: of the types.
    """
    catalogue = Catalogue({
        f"{number}:{one.form}/{one.kind}": schema
        for number, (one, schema) in enumerate(zip(types, schemas, strict=True))
    })  # fmt: skip
    for name, kind in known.kinds.items():
        catalogue.kinds.setdefault(name, Kind(name, kind.aliases, nested=kind.nested))
    return catalogue
