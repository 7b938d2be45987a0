"""cross-organization-reference: a foreign key stays in its organization."""

from collections.abc import Iterator

from dispatch_lint.index.references import ReferenceRule, References, Targets, Use
from dispatch_lint.rule import Example, Fact, Judgement, World, stored


class CrossOrganizationReference(ReferenceRule):
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

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        targets, name = group.live, group.name
        known: dict[tuple[str, str | None], tuple[str, list[Fact]]] = {}
        for use, several in group.uses.items() if group.entities else ():
            if any(targets.seen(use)) or world.external(use.kind, name):
                continue
            owners, places = known.get((use.kind, use.owner)) or known.setdefault(
                (use.kind, use.owner), _elsewhere(use, name, targets)
            )
            for fact in several if places else ():
                yield Judgement(
                    fact,
                    f"{owners}, not to {use.organization}",
                    help=f"create it in {use.organization}",
                    related=tuple((place, "it is here") for place in places),
                )


def _elsewhere(use: Use, name: str, targets: Targets[Fact]) -> tuple[str, list[Fact]]:
    """To whom the entities belong that a use means, as the beginning of a message, and some places."""
    # One place for each organization: a duplicate there is another matter.
    places: dict[str, Fact] = {}
    for fact, target in targets.meant(use):
        places.setdefault(str(target.organization), fact)
    others = sorted(places)
    if len(others) == 1:
        said = f'the only {use.kind} "{name}" belongs to the organization {others[0]}'
    else:
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        shown = f"{', '.join(others[:_SHOWN])}{more}"
        said = f'every {use.kind} "{name}" belongs to the organizations {shown}'
    return said, [places[one] for one in others[:3]]


_SHOWN = 5
"""Organizations that a message names."""
