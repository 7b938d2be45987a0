"""definition-agreement: the definitions of one kind say the same of a field."""

import re
from collections.abc import Iterator, Sequence

from dispatch_lint.rule import (
    DefinitionField,
    DefinitionView,
    Example,
    Finding,
    Rule,
    Severity,
    is_lower_camel,
)

_GROUPS = {"string": "text", "enum": "text", "integer": "a whole number",
           "unsigned": "a whole number", "number": "a number", "boolean": "true or false",
           "time": "a time", "list": "a list", "map": "a mapping", "object": "a mapping"}  # fmt: skip
# A time is text where it is stored, and a number of seconds in the API (FACTS, BaseEntity).
_TIMES = {"a time", "a whole number"}
# The base fields, which differ by form: times are text in one and numbers in the other.
_BASE = frozenset(["id", "name", "kind", "createdtime", "modifiedtime", "revision", "version",
                   "state", "spec", "status", "reason", "tags", "delete", "organizationid"])  # fmt: skip


class DefinitionAgreement(Rule):
    """A kind is defined more than once: as the entity that is stored, as the model of the API, in
    the OpenAPI file. "The only rule is that the common conventions are applied for consistency":
    a field with another spelling or type in a later definition is reported. Fields are paired
    without regard to case; the base fields differ by form, and are left out.
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

    def check_kind(self, definitions: Sequence[DefinitionView]) -> Iterator[Finding]:
        first: dict[str, tuple[DefinitionView, DefinitionField]] = {}
        for definition in definitions:
            for field in definition.fields:
                key = re.sub(r"[^a-z0-9]", "", field.name.lower())
                if field.base or key in _BASE:
                    continue
                earlier, before = first.setdefault(key, (definition, field))
                if earlier is not definition:
                    message = _difference(definition, field, earlier, before)
                    if message:
                        yield Finding(("fields", field.name), message, location=field.location,
                                      related=((before.location, "the other definition"),))  # fmt: skip


def _difference(
    definition: DefinitionView, field: DefinitionField, earlier: DefinitionView,
    before: DefinitionField,
) -> str:  # fmt: skip
    """How a field differs from that of an earlier definition; empty for not at all."""
    source = earlier.form if earlier.language == "Go" else earlier.language
    where = f"{earlier.name} ({source})"
    if field.name != before.name:
        if not (is_lower_camel(field.name) and is_lower_camel(before.name)):
            return ""  # camel-case-fields reports it
        return (
            f'{definition.kind} has the field "{field.name}" here, and "{before.name}" in {where}'
        )
    group, group_before = _group(field), _group(before)
    is_time = definition.form != earlier.form and {group, group_before} == _TIMES
    if not group or not group_before or group == group_before or is_time:
        return ""
    return (f'the field "{field.name}" of {definition.kind} is {group} here, and {group_before} in '
            f"{where}")  # fmt: skip


def _group(field: DefinitionField) -> str:
    """What the value is on the wire; empty where the definition does not tell."""
    return _GROUPS.get(field.type.wire_type, "")
