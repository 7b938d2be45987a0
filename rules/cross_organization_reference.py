"""cross-organization-reference: a foreign key stays in its organization."""

from collections.abc import Iterator, Sequence

from dispatch_lint.facts import read_group
from dispatch_lint.references import ReferenceRule, targets_of, uses_of
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
    precedence = 88
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

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        targets = [(fact, target) for fact, target in targets_of(facts) if target.live]
        name = read_group(group)[1][-1]
        for use, several in uses_of(facts).items():
            meant = [one for one in targets if use.fits(one[1])]
            if not meant or any(use.sees(target) for _, target in meant):
                continue
            if world.external(use.kind, name):
                continue
            # One place for each organization: a duplicate there is another matter.
            places = {str(target.organization): fact for fact, target in reversed(meant)}
            others = sorted(places)
            only = f"the only {use.kind}" if len(others) == 1 else f"every {use.kind}"
            which = f"organization {others[0]}" if len(others) == 1 else (
                f"organizations {', '.join(others)}"
            )  # fmt: skip
            for fact in several:
                yield Judgement(
                    fact,
                    f'{only} "{name}" belongs to the {which}, not to {use.organization}',
                    help=f"create it in {use.organization}",
                    related=tuple((places[one], "it is here") for one in others[:3]),
                )
