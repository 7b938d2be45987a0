"""base-entity: BaseEntity is the guide's, and part of every stored kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.rule import BASE, Example, Finding, Rule, guide_fields

if TYPE_CHECKING:
    from dispatch_lint.rule import DefinitionField, DefinitionView

# The types of these are not compared: the guide leaves open what lists and maps they are.
_OPEN = frozenset({"state", "reason", "tags"})
_DEVIATIONS = {
    "tagged": "embeds {} with a json tag, which nests its fields",
    "named": "has {} as a named field, which nests its fields",
    "none": "is a stored kind but does not embed {}",
}
_ANOTHER = "if it is a base entity of another sort, declare it by the setting base-entity"
_TYPES = {"unsigned": "an unsigned integer", "integer": "an integer", "time": "a time",
          "boolean": "a boolean", "list": "a list", "map": "a map", "object": "an object",
          "enum": "a string", "any": "any value"}  # fmt: skip


class BaseEntity(Rule):
    """ "All entities have a base set of fields which are common across all entity types", and
    "each entity type inherits from the base entity and includes all of the base entity fields":
    BaseEntity has the guide's fields under the guide's names, and a stored kind embeds it so that
    its fields lie flat beside the kind's own. BaseEntity may have further fields.

    A base entity of one's own is declared by the setting `base-entity`, with its `type`, its
    `fields` and its `statuses`; kinds are then compared with that.
    """

    name = "base-entity"
    summary = "a BaseEntity that is not the guide's, or that is not embedded flat"
    guide = "Base Entity"
    valid = (
        Example("package shop\n\ntype Widget struct {\n\tentitystore.BaseEntity\n}\n",
                file="shop.go"),
    )  # fmt: skip
    invalid = (
        Example(
            "package shop\n\ntype Widget struct {\n\tBaseEntity `json:\"base\"`\n}\n",
            (("", "Widget embeds BaseEntity with a json tag, which nests its fields"),),
            file="shop.go",
        ),
        Example(
            "package shop\n\ntype Widget struct {\n\tBase BaseEntity\n}\n",
            (("", "Widget has BaseEntity as a named field, which nests its fields"),),
            file="shop.go",
        ),
        Example(
            "package shop\n\nimport \"time\"\n\ntype BaseEntity struct {\n"
            "\tID string `json:\"id\"`\n\tName string `json:\"name\"`\n"
            "\tOrganizationID string `json:\"organization\"`\n"
            "\tCreatedTime time.Time `json:\"createdTime\"`\n"
            "\tModifiedTime time.Time `json:\"modifiedTime\"`\n"
            "\tRevision string `json:\"revision\"`\n\tVersion uint64 `json:\"version\"`\n"
            "\tSpec map[string]string `json:\"state\"`\n\tStatus string `json:\"status\"`\n"
            "\tReason []string `json:\"reason\"`\n\tDelete bool `json:\"delete\"`\n}\n",
            (
                ("/fields/tags", 'the field "tags" of the guide\'s BaseEntity is missing'),
                ("/fields/organization", 'the field OrganizationID has the JSON name '
                 '"organization"; the guide requires "organizationId"'),
                ("/fields/revision", 'the field "revision" is a string; the guide defines it as '
                 "an unsigned integer"),
            ),
            file="shop.go",
            settings={"ignore": ["status-value"]},
        ),
        # One that has little of the guide's is one deviation, and not one for each field.
        Example(
            "package shop\n\ntype BaseEntity struct {\n\tId string `json:\"id\"`\n"
            "\tTags map[string]string `json:\"tags\"`\n\tCreatedAt string `json:\"createdAt\"`\n}\n",
            (("", "BaseEntity lacks fields that the guide requires: name, organizationId, createdTime, "
              "modifiedTime, revision, version, state, status, reason, delete"),),
            file="shop.go",
            settings={"ignore": ["initialism-spelling", "json-tag-mismatch"]},
        ),
    )  # fmt: skip

    def check_definition(self, definition: DefinitionView) -> Iterator[Finding]:
        own = self.settings.base_entity
        name = own.type.rpartition(".")[2] or BASE
        if definition.name == name and definition.is_base:
            if own.fields is None:
                yield from _compare(definition)
            else:
                yield from _compare_own(definition, own.fields)
        elif definition.form == "stored" and definition.language == "Go":
            deviation = _DEVIATIONS.get(definition.base)
            if deviation:
                location = definition.base_location or definition.location
                message = f"{definition.name} {deviation.format(name)}"
                yield Finding((), message, location=location,
                              help=f"embed {name} by value, without a tag")  # fmt: skip


def _compare(definition: DefinitionView) -> Iterator[Finding]:
    """Compare a BaseEntity with the guide's."""
    fields = {field.name: field for field in definition.fields}
    by_source = {field.source_name: field for field in definition.fields}
    guide = [*guide_fields()]
    missing = [
        wanted.name for wanted in guide
        if wanted.name not in fields and wanted.source_name not in by_source
    ]  # fmt: skip
    if len(missing) * 2 > len(guide):
        message = f"{definition.name} lacks fields that the guide requires: {', '.join(missing)}"
        yield Finding((), message, location=definition.location, help=_ANOTHER)
        return
    for wanted in guide:
        field = fields.get(wanted.name)
        renamed = by_source.get(wanted.source_name)
        if field is not None:
            if wanted.name not in _OPEN and not _have_same_type(field, wanted):
                message = (f'the field "{field.name}" is {_type(field)}; the guide defines it as '
                           f"{_type(wanted)}")  # fmt: skip
                yield Finding(("fields", field.name), message, location=field.location)
        elif renamed is not None:
            message = (f'the field {wanted.source_name} has the JSON name "{renamed.name}"; '
                       f'the guide requires "{wanted.name}"')  # fmt: skip
            yield Finding(("fields", renamed.name), message, location=renamed.location,
                          help=f'write `json:"{wanted.name}"`')  # fmt: skip
        else:
            message = f'the field "{wanted.name}" of the guide\'s BaseEntity is missing'
            yield Finding(("fields", wanted.name), message, location=definition.location)


def _compare_own(definition: DefinitionView, wanted: dict[str, str]) -> Iterator[Finding]:
    """Compare a base entity with the one that the settings declare: its fields and their types."""
    fields = {field.name: field for field in definition.fields}
    for name, type_ in wanted.items():
        field = fields.get(name)
        if field is None:
            message = (
                f'{definition.name} has no field "{name}", which the setting base-entity declares'
            )
            yield Finding(("fields", name), message, location=definition.location)
            continue
        wire_type = "string" if field.type.wire_type == "enum" else field.type.wire_type
        if type_ not in ("", "any", wire_type):
            expected = _TYPES.get(type_, f"a {type_}")
            message = (
                f'the field "{name}" is {_type(field)}; the setting base-entity declares {expected}'
            )
            yield Finding(("fields", name), message, location=field.location)


def _have_same_type(field: DefinitionField, wanted: DefinitionField) -> bool:
    types = {field.type.wire_type, wanted.type.wire_type}
    return len(types) == 1 or types == {"string", "enum"}


def _type(field: DefinitionField) -> str:
    return _TYPES.get(field.type.wire_type, f"a {field.type.wire_type}")
