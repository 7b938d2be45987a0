"""cross-organization-reference: a foreign key stays in its organization."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Reference, Rule, stored


class CrossOrganizationReference(Rule):
    """ "All objects belong to a single organization. This is used as the top-level token in the
    construction of an entity key": a name is looked up in the organization of the entity that
    refers. Here the only entity of that name belongs to another one. What is in the pseudo
    organization `___global___` belongs to all.
    """

    name = "cross-organization-reference"
    summary = "a foreign key to an entity of another organization"
    guide = "OrganizationID"
    valid = (
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            settings={"organization": "acme"},
            store=stored("Image", name="nodejs"),
        ),
        Example(
            "kind: ServiceInstance\nname: s\nserviceClass: db\nservicePlan: small\n",
            settings={"organization": "acme"},
            store=stored("ServiceClass", name="db", organizationId="___global___",
                         plans=[{"name": "small"}]),
        ),
    )  # fmt: skip
    invalid = (
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (
                (
                    "/image",
                    'the only Image "nodejs" belongs to the organization globex, not to acme',
                ),
            ),
            settings={"organization": "acme"},
            store=stored("Image", name="nodejs", organizationId="globex"),
        ),
    )

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if any(target.live for target in reference.targets) or reference.external:
            return
        # One of each organization: a duplicate there is another matter.
        owners: dict[str, EntityView] = {}
        for entity in reference.elsewhere:
            owners.setdefault(str(entity.organization), entity)
        if owners:
            organizations = sorted(owners)
            own = reference.entity.organization
            yield Finding(
                reference.path,
                f"{_belonging(reference, organizations)}, not to {own}",
                help=f"create it in {own}",
                related=tuple((owners[name], "it is here") for name in organizations[:_RELATED]),
            )


def _belonging(reference: Reference, organizations: list[str]) -> str:
    """Which organizations have the target, as the beginning of a message."""
    with_id = "with the ID " if reference.by == "id" else ""
    what = f'{reference.kind} {with_id}"{reference.value}"'
    if len(organizations) == 1:
        return f"the only {what} belongs to the organization {organizations[0]}"
    more = len(organizations) - _SHOWN
    shown = ", ".join(organizations[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"every {what} belongs to the organizations {shown}"


_SHOWN = 5
"""The number of organizations that a message names."""
_RELATED = 3
"""The number of entities that a violation is related to."""
