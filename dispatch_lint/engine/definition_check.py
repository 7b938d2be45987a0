"""Checks definitions in Go and OpenAPI files, by the rules that check documents too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dispatch_lint.definitions.model import EntityType
from dispatch_lint.definitions.reading import read_sources
from dispatch_lint.documents.definition_files import conventions_of, description, go_source
from dispatch_lint.documents.reading import read_source, unreadable_part
from dispatch_lint.documents.source import NotText, decode
from dispatch_lint.documents.suppressions import read_go_suppressions
from dispatch_lint.engine.checker import SYNTAX
from dispatch_lint.engine.definition_causes import one_cause_each
from dispatch_lint.engine.precedence import resolve
from dispatch_lint.engine.rule_failures import reraise_if_not_of_rule
from dispatch_lint.engine.rule_results import (
    check_locations,
    check_of_declared,
    checked_findings,
)
from dispatch_lint.engine.summary import Listed
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.location import Location, pointer
from dispatch_lint.model.violation import Related, Violation
from dispatch_lint.rule import CatalogueView, DefinedField, FieldView, Finding, PackageView
from dispatch_lint.rule.definitions import read_only_definition
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.generate import entity_schema
from dispatch_lint.schema.shape import compile_shape

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import Field, Type
    from dispatch_lint.definitions.openapi import Description
    from dispatch_lint.definitions.reading import Definitions, GoSource
    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.precedence import RuleFinding
    from dispatch_lint.engine.settle import Settled
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.generate import FieldSchemas
    from dispatch_lint.schema.shape import Schema, Shape


def check_definitions(
    checker: Checker, go: Sequence[Source], descriptions: Sequence[tuple[Source, int]],
    texts: Sequence[Source], settled: Settled,
) -> None:  # fmt: skip
    """Check the definitions of a run, and add what is found to the results of its documents.

    Args:
        go: the Go files.
        descriptions: the OpenAPI descriptions, as the source and number of the document.
        texts: the sources that are no Go, to which descriptions may refer.
    """
    reported = {source.name: source for source in (*go, *texts) if source.reported}
    limits = checker.settings.limits
    readable: list[GoSource] = []
    unreadable: list[tuple[str, NotText]] = []
    for source in go:
        try:
            data = source.data(limits)
            text = decode(data, source.name)
        except InputError as error:
            if isinstance(error, NotText) and source.named and source.reported:
                unreadable.append((source.name, error))
            else:
                settled.summary.problems.append(str(error))
            continue
        readable.append(go_source(source, content=data))
        if source.reported and (comments := read_go_suppressions(text)):
            settled.suppressions[source.name] = comments
    try:
        definitions = read_sources(
            readable,
            list(_descriptions(checker, descriptions)),
            conventions_of(checker.catalogue, checker.settings),
            limits.fields,
        )
    except InputError as error:
        settled.summary.problems.append(str(error))
        return
    check = _DefinitionCheck(checker, definitions, reported, settled)
    for name, not_text in unreadable:
        check.add_unreadable(name, not_text)
    check.run()


def _descriptions(
    checker: Checker, descriptions: Iterable[tuple[Source, int]]
) -> Iterator[Description]:
    """Read OpenAPI descriptions, each source once."""
    by_source: dict[str, tuple[Source, set[int]]] = {}
    for source, index in descriptions:
        by_source.setdefault(source.name, (source, set()))[1].add(index)
    for source, wanted in by_source.values():
        for index, part, *_ in read_source(source, checker.settings.limits).parts:
            if index in wanted and part.problem is None:
                yield description(source, part, checker.settings)


class _DefinitionCheck:
    """The check of all definitions of a run.

    Args:
        definitions: those of all files, reported or not.
        reported: the sources whose violations are reported, by name.
        settled: is filled with what is found.
    """

    def __init__(
        self, checker: Checker, definitions: Definitions, reported: dict[str, Source],
        settled: Settled,
    ) -> None:  # fmt: skip
        self._checker, self._definitions, self._reported = checker, definitions, reported
        self._settled = settled
        self._types = definitions.types
        # Most fields of most definitions are those of BaseEntity: their schemas are shared.
        shared: FieldSchemas = {}
        self._schemas = [entity_schema(type_, shared) for type_ in self._types]
        self._shapes: dict[int, Shape] = {}
        catalogue = _catalogue(self._types, self._schemas, self._shapes, checker.catalogue)
        # The rules of the run, with the definitions as their catalogue: rules that compare a name
        # with the usual ones compare it with those of the same code.
        methods = ("check_field", "check_definition", "check_kind", "check_package")
        rules = [
            made
            for rule in checker.rules
            if any(map(rule.has, methods)) and (made := self._remade(rule, catalogue))
        ]
        self._rules = {method: [rule for rule in rules if rule.has(method)] for method in methods}
        self._checked: set[Location] = set()
        self._added: set[tuple[str, Location, str]] = set()
        self._found: list[Violation] = []

    def _remade(self, rule: Rule, catalogue: Catalogue) -> Rule | None:
        """A rule with another catalogue; None where it fails, which is noted."""
        try:
            made = type(rule)(rule.options, rule.settings, CatalogueView(catalogue))
            made._is_foreign = rule._is_foreign
            return made
        except BaseException as error:
            reraise_if_not_of_rule(error)
            self._settled.failures.add(rule, error, "the definitions")
            return None

    def run(self) -> None:
        """Check all definitions."""
        summary = self._settled.summary
        entities = [
            type_
            for type_ in self._types
            if not type_.value and type_.location.file in self._reported
        ]
        summary.definitions += len(entities)
        summary.definition_files += len(self._reported.keys() & self._definitions.files)
        self._settled.listed += [
            Listed(
                type_.location.file, type_.location.range.line,
                f"{type_.form} definition of {type_.kind}",
            )
            for type_ in entities
        ]  # fmt: skip
        for problem in self._definitions.problems:
            self._add_syntax_error(problem.message, problem.location)
        for type_, schema in zip(self._types, self._schemas, strict=True):
            self._add(type_.name, self._check_type(type_, schema))
        for types in _by_kind(self._types).values():
            self._add("", self._check("check_kind", tuple(types)))
        for package in _packages(self._definitions.layouts):
            self._add("", self._check("check_package", package))
        kinds = {type_.name: type_.kind for type_ in self._types}
        languages = {type_.location.file: type_.language for type_ in self._types}
        self._settled.violations += one_cause_each(self._found, languages, kinds)

    def _check(self, method: str, subject: object) -> Iterator[RuleFinding]:
        """The findings of all rules with a method about its argument."""
        files = self._definitions.files
        check = check_of_declared if method == "check_field" else partial(check_locations, files)
        for rule in self._rules[method]:
            ask = getattr(rule, method)
            try:
                findings = [*checked_findings(rule, ask(self._given(rule, subject)), check)]
            except BaseException as error:
                reraise_if_not_of_rule(error)
                self._settled.failures.add(rule, error, _shown(subject), method=ask)
                continue
            yield from ((rule, finding) for finding in findings)

    def _given(self, rule: Rule, subject: object) -> object:
        """What a rule is asked about: of definitions rules of others get copies that are their own."""
        if not rule._is_foreign:
            return subject
        if isinstance(subject, EntityType):
            return read_only_definition(subject)
        return tuple(map(read_only_definition, subject)) if type(subject) is tuple else subject

    def _check_type(self, type_: EntityType, schema: Schema) -> Iterator[RuleFinding]:
        yield from self._check("check_definition", type_)
        if type_.opaque:
            return  # methods of its own decide how its fields are called
        shape = compile_shape(schema, self._shapes)
        for field, view in self._fields(type_, type_.fields, shape, type_.name):
            path = ("fields", field.name)
            for rule, finding in self._check("check_field", view):
                yield rule, finding._replace(path=path, location=field.location)

    def _fields(
        self, definition: EntityType, fields: Sequence[Field], shape: Shape, owner: str
    ) -> Iterator[tuple[Field, FieldView]]:
        """The fields of a definition, and of the types of its fields.

        Several definitions can share a type: each field is yielded once in a run.
        """
        for field in fields:
            inner = shape.properties.get(field.name)
            if inner is None:
                continue
            if field.location not in self._checked and field.location.file in self._reported:
                self._checked.add(field.location)
                defined = DefinedField(
                    BASE if field.base else owner, definition.language, field.source_name,
                    field.tagged, field.tag_problem,
                )  # fmt: skip
                view = FieldView.of_shape(
                    field.name, definition.kind, definition.form, shape, inner, defined
                )
                yield field, view
            for type_, within in _objects(field.type, inner):
                yield from self._fields(definition, type_.fields, within, type_.name or owner)

    def _add(self, owner: str, found: Iterator[RuleFinding]) -> None:
        """Add findings to the result.

        Args:
            owner: the name of the definition that they are about; empty for several.
        """
        checker, settled = self._checker, self._settled
        for rule, finding in resolve(list(found)):
            location = finding.location
            if location is None or location.file not in self._reported:
                continue
            if rule.name in checker.ignored(self._reported[location.file]):
                continue
            # Several definitions can share a type: a finding about it is reported once.
            if (rule.name, location, finding.message) in self._added:
                continue
            self._added.add((rule.name, location, finding.message))
            severity = checker.severity(rule, finding)
            commented = location.file in settled.suppressions
            if severity < checker.options.quiet and not commented:
                settled.summary.count(rule.name, severity)
                continue
            self._found.append(
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
                        Related(place.file, place.range, message)
                        for place, message in finding.related
                        if isinstance(place, Location)
                    ),
                    definition=f"{location.file.rpartition('/')[0]}.{owner or finding.message}",
                )
            )

    def add_unreadable(self, name: str, error: NotText) -> None:
        """Add a file that the user named, and that is no text: it does not parse."""
        problem = unreadable_part(error).part.problem
        assert problem is not None
        self._settled.summary.definition_files += 1
        self._add_syntax_error(problem.message, Location(name, problem.range))

    def _add_syntax_error(self, message: str, location: Location) -> None:
        rule = next((rule for rule in self._checker.rules if rule.name == SYNTAX), None)
        if rule is not None:
            self._add("", iter([(rule, Finding((), message, location=location))]))


def _objects(type_: Type, shape: Shape | None) -> Iterator[tuple[Type, Shape]]:
    """The objects that are values of a type, or inside its lists, maps and unions."""
    while type_.item is not None and shape is not None:
        shape = shape.items if type_.wire_type == "list" else shape.values
        type_ = type_.item
    if shape is None or type_.text:
        return
    if type_.fields:
        yield type_, shape
    for alternative, within in zip(type_.alternatives, shape.alternatives, strict=False):
        yield from _objects(alternative, within)


def _shown(subject: object) -> str:
    """What a rule was asked about, for a message."""
    if isinstance(subject, FieldView):
        return f"the field {subject.kind}.{subject.name}"
    if type(subject) is tuple:
        return f"the definitions of {subject[0].kind}"
    if isinstance(subject, PackageView):
        return f"the package {subject.folder or '.'}"
    return f"the definition {getattr(subject, 'name', '')}"


def _by_kind(types: Sequence[EntityType]) -> dict[str, list[EntityType]]:
    """Definitions by kind: stored ones first, then Go models, then OpenAPI models."""
    kinds: dict[str, list[EntityType]] = {}
    for type_ in sorted(types, key=lambda type_: (type_.form != "stored", type_.language)):
        kinds.setdefault(type_.kind, []).append(type_)
    return kinds


def _packages(expressions: Iterable[KeyExpression]) -> Iterator[PackageView]:
    """The Go packages that have expressions which may build keys, by folder."""
    folders: dict[str, list[KeyExpression]] = {}
    for expression in expressions:
        folder = expression.location.file.rpartition("/")[0]
        folders.setdefault(folder, []).append(expression)
    for folder, found in folders.items():
        yield PackageView(folder, tuple(found))


def _catalogue(
    types: Sequence[EntityType], schemas: Sequence[Schema], shapes: dict[int, Shape],
    known: Catalogue,
) -> Catalogue:  # fmt: skip
    """The definitions as a catalogue.

    Args:
        schemas: those of the types, in the same order.
        shapes: a cache of the shapes of their fields.
        known: the catalogue of the run; of its kinds only the names and aliases are taken.
    """
    named = {
        f"{number}:{type_.form}/{type_.kind}": schema
        for number, (type_, schema) in enumerate(zip(types, schemas, strict=True))
    }
    catalogue = Catalogue(named, shared=shapes)
    catalogue.add_names(known)
    catalogue.count_initialisms_together()
    return catalogue
