"""base-entity: BaseEntity is the guide's, and part of every stored kind."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    BASE,
    DefinitionField,
    DefinitionView,
    Example,
    Finding,
    Rule,
    guide_fields,
)

# The types of these are not compared: the guide leaves open what lists and maps they are.
_OPEN = frozenset({"state", "reason", "tags"})
_DEVIATIONS = {
    "tagged": "embeds {} under a json tag, so that its fields are not flat",
    "named": "holds {} as a field, so that its fields are not flat",
    "none": "is a stored kind and does not embed {}",
}
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
            (("", "Widget embeds BaseEntity under a json tag, so that its fields are not flat"),),
            file="shop.go",
        ),
        Example(
            "package shop\n\ntype Widget struct {\n\tBase BaseEntity\n}\n",
            (("", "Widget holds BaseEntity as a field, so that its fields are not flat"),),
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
                ("/fields/organization", 'the guide calls the field OrganizationID "organizationId" '
                 'on the wire, not "organization"'),
                ("/fields/revision", 'the field "revision" is a string; the guide has it as '
                 "an unsigned integer"),
            ),
            file="shop.go",
            settings={"ignore": ["status-value"]},
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
    for wanted in guide_fields():
        field = fields.get(wanted.name)
        renamed = by_source.get(wanted.source_name)
        if field is not None:
            if wanted.name not in _OPEN and not _have_same_type(field, wanted):
                message = (f'the field "{field.name}" is {_type(field)}; the guide has it as '
                           f"{_type(wanted)}")  # fmt: skip
                yield Finding(("fields", field.name), message, location=field.location)
        elif renamed is not None:
            message = (f'the guide calls the field {wanted.source_name} "{wanted.name}" on the '
                       f'wire, not "{renamed.name}"')  # fmt: skip
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
                f'the field "{name}", which the settings have in {definition.name}, is missing'
            )
            yield Finding(("fields", name), message, location=definition.location)
            continue
        wire_type = "string" if field.type.wire_type == "enum" else field.type.wire_type
        if type_ not in ("", "any", wire_type):
            expected = _TYPES.get(type_, f"a {type_}")
            message = f'the field "{name}" is {_type(field)}; the settings have it as {expected}'
            yield Finding(("fields", name), message, location=field.location)


def _have_same_type(field: DefinitionField, wanted: DefinitionField) -> bool:
    types = {field.type.wire_type, wanted.type.wire_type}
    return len(types) == 1 or types == {"string", "enum"}


def _type(field: DefinitionField) -> str:
    return _TYPES.get(field.type.wire_type, f"a {field.type.wire_type}")
