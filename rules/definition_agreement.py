"""definition-agreement: the definitions of one kind say the same of a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dispatch_lint.rule import (
    Example,
    Finding,
    Form,
    Rule,
    Severity,
    initialisms_of,
    is_lower_camel,
    repeated,
)

if TYPE_CHECKING:
    from dispatch_lint.rule import DefinitionField, DefinitionView

_GROUPS = {"string": "text", "enum": "text", "integer": "a whole number",
           "unsigned": "a whole number", "number": "a number", "boolean": "true or false",
           "time": "a time", "list": "a list", "map": "a mapping", "object": "a mapping"}  # fmt: skip
# A time is text where it is stored, and a number of seconds in the API.
_TIMES = {"a time", "a whole number"}
# The base fields, which differ by form: times are text in one and numbers in the other.
_BASE = frozenset(["id", "name", "kind", "createdtime", "modifiedtime", "revision", "version",
                   "state", "spec", "status", "reason", "tags", "delete", "organizationid"])  # fmt: skip


class DefinitionAgreement(Rule):
    """A kind is defined more than once: as the entity that is stored, as the model of the API, in
    the OpenAPI file. "The only rule is that the common conventions are applied for consistency":
    a field with another spelling or type in a later definition is reported. Fields are paired
    without regard to case; the base fields differ by form, and are left out. Values of
    enumerations are compared too; a field that only the Go model or only the description has is
    an info. Two packages that declare one kind are reported: only one of them can count.
    """

    name = "definition-agreement"
    summary = "a field that two definitions of one kind spell or type differently"
    guide = "Additional Properties"
    severity = Severity.WARNING
    valid = (
        Example(
            'package shop\n\ntype Widget struct {\n\tBaseEntity\n\tColour string `json:"colour"`\n}\n\n'
            '// swagger:model Widget\ntype WidgetModel struct {\n\tKind string `json:"kind"`\n'
            '\tName string `json:"name"`\n\tColour string `json:"colour"`\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            "package shop\n\ntype Secret struct {\n\tBaseEntity\n\tPlanID string `json:\"planID\"`\n"
            '\tSize   int    `json:"size"`\n}\n\n'
            "// +dispatch:kind=Secret\n// +dispatch:form=manifest\ntype Model struct {\n"
            '\tPlanID string `json:"planId"`\n\tSize   string `json:"size"`\n}\n',
            (("/fields/planId", 'Secret names the field "planId" here but "planID" in Secret (stored)'),
             ("/fields/size", 'the field "size" of Secret is text here but a whole number in '
              "Secret (stored)")),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_kind(self, definitions: Sequence[DefinitionView]) -> Iterator[Finding]:
        yield from _declared_twice(definitions)
        # What the build chooses from, and what does not count, is not compared.
        again = [repeat.definition for group in _by_form(definitions) for repeat in repeated(group)]
        definitions = [definition for definition in definitions if definition not in again]
        first: dict[str, tuple[DefinitionView, DefinitionField]] = {}
        for definition in definitions:
            for field in _own_fields(definition):
                known = first.setdefault(_plain(field), (definition, field))
                if known[0] is not definition:
                    yield from self._compare(definition, field, *known)
        yield from _one_sided(definitions)

    def _compare(
        self,
        definition: DefinitionView,
        field: DefinitionField,
        other: DefinitionView,
        before: DefinitionField,
    ) -> Iterator[Finding]:
        where = _called(other)
        related = ((before.location, "the other definition"),)
        path = ("fields", field.name)
        help_ = _right_one(definition, other) or self._one_spelling(field.name, before.name)
        if field.name != before.name:
            if is_lower_camel(field.name) and is_lower_camel(before.name):
                message = (
                    f'{definition.kind} names the field "{field.name}" here but "{before.name}" '
                    f"in {where}"
                )
                yield Finding(path, message, location=field.location, related=related, help=help_)
            return
        mine, theirs = _group(field), _group(before)
        by_form = definition.form != other.form and {mine, theirs} == _TIMES
        start = f'the field "{field.name}" of {definition.kind}'
        if mine and theirs and mine != theirs and not by_form:
            message = f"{start} is {mine} here but {theirs} in {where}"
            yield Finding(path, message, location=field.location, related=related, help=help_)
        elif difference := _values_apart(field, before):
            message = f"{start} {difference} in {where}"
            yield Finding(path, message, location=field.location, related=related, help=help_)

    def _one_spelling(self, *names: str) -> str:
        """What to call a field whose names differ in initialisms only: as most fields do."""
        if len({name.lower() for name in names}) > 1:
            return ""
        forms: tuple[Form, ...] = ("stored", "manifest")
        scores = [
            sum(
                self.catalogue.spellings(initialism, form).get(word.isupper(), 0)
                for initialism, word in initialisms_of(name)
                for form in forms
            )
            for name in names
        ]
        best = max(range(len(names)), key=scores.__getitem__)
        return f"call both {names[best]}" if scores.count(scores[best]) == 1 else ""


def _declared_twice(definitions: Sequence[DefinitionView]) -> Iterator[Finding]:
    """The definitions of one form that are in two packages: only one of them can count."""
    for group in _by_form(definitions):
        for again in repeated(group):
            if not again.variant:
                related = ((again.first.location, "the definition that takes precedence"),)
                yield Finding((), again.message, location=again.definition.location, related=related,
                              help="rename one of them, or exclude it in the setting definitions")  # fmt: skip


def _by_form(definitions: Sequence[DefinitionView]) -> list[list[DefinitionView]]:
    groups: dict[str, list[DefinitionView]] = {}
    for definition in definitions:
        groups.setdefault(definition.form, []).append(definition)
    return list(groups.values())


def _one_sided(definitions: Sequence[DefinitionView]) -> Iterator[Finding]:
    """The fields that one of two definitions of the same form lacks."""
    for definition in definitions:
        for other in definitions:
            same_form = definition.form == other.form and definition.language != other.language
            if not same_form or definition.value or other.value or other.open:
                continue
            theirs = {_plain(field) for field in other.fields}
            for field in _own_fields(definition):
                if _plain(field) not in theirs:
                    message = f'{_called(other)} of {definition.kind} does not declare the field "{field.name}"'
                    yield Finding(("fields", field.name), message, location=field.location,
                                  related=((other.location, "the other definition"),),
                                  severity=Severity.INFO, help=_right_one(definition, other))  # fmt: skip


def _own_fields(definition: DefinitionView) -> Iterator[DefinitionField]:
    """The fields of a definition that other definitions of the kind should have alike."""
    for field in definition.fields:
        if not field.base and _plain(field) not in _BASE:
            yield field


def _plain(field: DefinitionField) -> str:
    return re.sub(r"[^a-z0-9]", "", field.name.lower())


def _called(definition: DefinitionView) -> str:
    language = definition.language
    return f"{definition.name} ({definition.form if language == 'Go' else language})"


def _right_one(definition: DefinitionView, other: DefinitionView) -> str:
    """What to do where one definition is generated from the other; else nothing is known."""
    pair = {definition.language: definition, other.language: other}
    go, description = pair.get("Go"), pair.get("OpenAPI")
    if go is None or description is None:
        return ""
    if go.generated:
        return (
            f"the Go code is generated: change {description.location.file}, and generate it again"
        )
    if go.annotated:
        return f"the description is generated: change {go.location.file}, and generate it again"
    return ""


def _values_apart(mine: DefinitionField, theirs: DefinitionField) -> str:
    """How two enumerations differ; empty if they do not, or one is none."""
    if mine.type.wire_type != "enum" or theirs.type.wire_type != "enum":
        return ""
    here, there = ({str(value.value) for value in type_.values if value.value != ""} for type_ in (mine.type, theirs.type))  # fmt: skip
    if here == there:
        return ""
    more, less = ", ".join(sorted(here - there)), ", ".join(sorted(there - here))
    if more and less:
        return f"allows {more} but not {less} here, unlike"
    return (
        f"allows {more} here but not" if more else f"does not allow {less} here, which is allowed"
    )


def _group(field: DefinitionField) -> str:
    """What the value is on the wire; empty where the definition does not tell."""
    return _GROUPS.get(field.type.wire_type, "")
