"""base-entity: BaseEntity is the guide's, and part of every stored kind."""

from collections.abc import Iterator
from functools import lru_cache

from dispatch_lint.definitions.model import BASE, EntityType, Field
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule

# What the guide leaves open: any list, any map.
_OPEN = frozenset({"state", "reason", "tags"})


class BaseEntity(Rule):
    """ "All entities have a base set of fields which are common across all entity types", and
    "each entity type inherits from the base entity and includes all of the base entity fields":
    BaseEntity has the guide's fields under the guide's names, and a stored kind embeds it so that
    its fields lie flat beside the kind's own. Further fields of BaseEntity are its own affair.

    A base entity of one's own is declared by the setting `base-entity`, with its `type`, its
    `fields` and its `statuses`; kinds are then held against that.
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

    def check_definition(self, definition: EntityType) -> Iterator[Finding]:
        own = self.settings.base_entity
        name = own.type.rpartition(".")[2] or BASE
        if definition.name == name and definition.is_base:
            yield from self._compare(definition)
            return
        if definition.form != "stored" or definition.language != "Go":
            return
        how = {
            "tagged": f"embeds {name} under a json tag, so that its fields are not flat",
            "named": f"holds {name} as a field, so that its fields are not flat",
            "none": f"is a stored kind and does not embed {name}",
        }
        if definition.base in how:
            location = definition.base_location or definition.location
            yield Finding((), f"{definition.name} {how[definition.base]}", location=location,
                          help=f"embed {name} by value, without a tag")  # fmt: skip

    def _compare(self, definition: EntityType) -> Iterator[Finding]:
        if self.settings.base_entity.fields is not None:
            yield from _compare_own(definition, self.settings.base_entity.fields)
            return
        fields = {field.name: field for field in definition.fields}
        by_source = {field.source_name: field for field in definition.fields}
        for wanted in _guide_fields():
            field = fields.get(wanted.name)
            other = by_source.get(wanted.source_name)
            if field is not None:
                if wanted.name not in _OPEN and not _alike(field, wanted):
                    message = (
                        f'the field "{field.name}" is {_say(field)}; the guide has it as '
                        f"{_say(wanted)}"
                    )
                    yield Finding(("fields", field.name), message, location=field.location)
            elif other is not None:
                message = (
                    f'the guide calls the field {wanted.source_name} "{wanted.name}" on the wire, '
                    f'not "{other.name}"'
                )
                yield Finding(("fields", other.name), message, location=other.location,
                              help=f'write `json:"{wanted.name}"`')  # fmt: skip
            else:
                message = f'the field "{wanted.name}" of the guide\'s BaseEntity is missing'
                yield Finding(("fields", wanted.name), message, location=definition.location)


def _compare_own(definition: EntityType, wanted: dict[str, str]) -> Iterator[Finding]:
    """How a base entity differs from the one that the settings declare."""
    fields = {field.name: field for field in definition.fields}
    for name, type_ in wanted.items():
        field = fields.get(name)
        if field is None:
            message = (
                f'the field "{name}", which the settings have in {definition.name}, is missing'
            )
            yield Finding(("fields", name), message, location=definition.location)
        elif type_ not in ("", "any") and _sort(field.type.wire_type) != type_:
            expected = _NAMES.get(type_, f"a {type_}")
            message = f'the field "{name}" is {_say(field)}; the settings have it as {expected}'
            yield Finding(("fields", name), message, location=field.location)


def _sort(wire_type: str) -> str:
    return "string" if wire_type == "enum" else wire_type


def _alike(field: Field, wanted: Field) -> bool:
    shapes = {field.type.wire_type, wanted.type.wire_type}
    return len(shapes) == 1 or shapes == {"string", "enum"}


_NAMES = {"unsigned": "an unsigned integer", "integer": "an integer", "time": "a time",
          "boolean": "a boolean", "list": "a list", "map": "a map", "object": "an object",
          "enum": "a string", "any": "any value"}  # fmt: skip


def _say(field: Field) -> str:
    return _NAMES.get(field.type.wire_type, f"a {field.type.wire_type}")


@lru_cache(maxsize=1)
def _guide_fields() -> tuple[Field, ...]:
    from dispatch_lint.definitions.golang import guide_base

    return guide_base().fields
