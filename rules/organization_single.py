"""organization-single: every stored entity belongs to one organization."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule

_ENTITY = ('{"id": "1", "name": "shop"%s, "revision": 0, "version": 0, "state": null, '
           '"status": "READY", "reason": null, "tags": null, "delete": false}')  # fmt: skip


class OrganizationSingle(Rule):
    """ "All objects belong to a single organization. This is used as the top-level token in the
    construction of an entity key." The entity itself has to have the field: the key and the columns
    of its row do not count.
    """

    name = "organization-single"
    summary = "a stored entity without exactly one organization"
    guide = "OrganizationID"
    question = "organization-field"
    valid = (
        Example(
            _ENTITY % ', "organizationId": "acme"',
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )
    invalid = (
        Example(
            _ENTITY % "",
            (("", 'the entity belongs to no organization: "organizationId" is missing'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
        Example(
            _ENTITY % ', "organizationId": ["acme", "globex"]',
            (("/organizationId", '"organizationId" must name a single organization'),),
            file="e.json",
            settings={"kinds": {"*.json": "Application"}},
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.form != "stored":
            return
        field = self.catalogue.organization_field
        value = entity.get(field)
        if not entity.has(field):
            message = f'the entity belongs to no organization: "{field}" is missing'
            yield Finding((), message, on="key", subject=(field,), help=f"add {field}")
        elif value in ("", None):
            yield Finding((field,), f'the entity belongs to no organization: "{field}" is empty')
        elif not isinstance(value, str):
            yield Finding((field,), f'"{field}" must name a single organization')
