"""definition-agreement: the definitions of one kind say the same of a field."""

import re
from collections.abc import Iterator, Sequence

from dispatch_lint.definitions.model import EntityType, Field, Type
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.naming import is_lower_camel
from dispatch_lint.rule import Example, Rule

_GROUPS = {"string": "text", "enum": "text", "integer": "a whole number",
           "unsigned": "a whole number", "number": "a number", "boolean": "true or false",
           "time": "a time", "list": "a list", "map": "a mapping", "object": "a mapping"}  # fmt: skip
# A time is text where it is stored, and a number of seconds in the API (FACTS, BaseEntity).
_TIMES = {"a time", "a whole number"}
# What every form has, each in a way of its own: times are text in one and numbers in the other.
_BASE = frozenset(["id", "name", "kind", "createdtime", "modifiedtime", "revision", "version",
                   "state", "spec", "status", "reason", "tags", "delete", "organizationid"])  # fmt: skip


class DefinitionAgreement(Rule):
    """A kind is defined more than once: as the entity that is stored, as the model of the API, in
    the OpenAPI file. "The only rule is that the common conventions are applied for consistency":
    a field that has one spelling or type here and another there is a question for both. Fields
    are paired without regard to case; the base fields differ by form, and are left out.
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
            (("/fields/planId", 'Secret has the field "planId" here, and "planID" in Secret (stored)'),
             ("/fields/size", 'the field "size" of Secret is text here, and a whole number in '
              "Secret (stored)")),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_definitions(self, definitions: Sequence[EntityType]) -> Iterator[Finding]:
        first: dict[str, tuple[EntityType, Field]] = {}
        for one in definitions:
            for field in one.fields:
                key = re.sub(r"[^a-z0-9]", "", field.name.lower())
                if field.base or key in _BASE:
                    continue
                known = first.setdefault(key, (one, field))
                if known[0] is not one:
                    yield from self._compare(one, field, *known)

    def _compare(
        self, one: EntityType, field: Field, other: EntityType, before: Field
    ) -> Iterator[Finding]:
        where = f"{other.name} ({other.form if other.language == 'Go' else other.language})"
        also = ((before.location, "the other definition"),)
        path = ("fields", field.name)
        if field.name != before.name:
            if is_lower_camel(field.name) and is_lower_camel(before.name):
                message = (
                    f'{one.kind} has the field "{field.name}" here, and "{before.name}" in {where}'
                )
                yield Finding(path, message, location=field.location, also=also)
            return
        mine, theirs = _group(field.type), _group(before.type)
        by_form = one.form != other.form and {mine, theirs} == _TIMES
        if mine and theirs and mine != theirs and not by_form:
            message = (
                f'the field "{field.name}" of {one.kind} is {mine} here, and {theirs} in {where}'
            )
            yield Finding(path, message, location=field.location, also=also)


def _group(type_: Type) -> str:
    """What a value is on the wire, as far as the definition says it."""
    return _GROUPS.get(type_.wire_type, "")
