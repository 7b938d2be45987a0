"""unresolved-reference: a foreign key names an entity that exists."""

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch_lint.documents.document import Document
from dispatch_lint.naming import nearest_few
from dispatch_lint.references import FACTS, reference_facts
from dispatch_lint.rule import Example, Fact, Judgement, Rule, World
from dispatch_lint.violation import Path, Severity

GLOBAL = "___global___"
"""The pseudo organization whose entities every organization sees (FACTS, Stores)."""


class UnresolvedReference(Rule):
    """ "Relationships (i.e. foreign keys) use `name`": the name has to be that of a live entity
    of the kind, in the same organization.

    Manifests are often partial: what they refer to may have been created by a command. Where
    nothing says that the documents are complete, a reference is judged only if the run has
    documents of the kind at all, and is then a warning; the rest is counted as not judged. With
    `complete = true` a missing entity is an error. The setting `external` declares entities
    that exist elsewhere; Brokers always do, because Dispatch never stores one.
    """

    name = "unresolved-reference"
    summary = "a foreign key to an entity that does not exist"
    guide = "Name and IDs"
    precedence = 90
    facts = FACTS
    valid = (
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: nodejs\n"
        ),
        Example("kind: Function\nname: f\nimage: nodejs\n"),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\n---\nkind: Function\nname: f\nimage: c\n",
            settings={"external": ["Image/c"]},
        ),
    )
    invalid = (
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: nodjs\n",
            (("/image", 'there is no Image "nodjs"; did you mean "nodejs"?'),),
        ),
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (("/image", 'there is no Image "nodejs"'),),
            settings={"complete": True},
        ),
    )

    def collect(self, document: Document) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
        return reference_facts(document)

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if len(facts) == 1 and facts[0].data[0] == "entity":
            return  # nearly all groups of a large store
        uses = [fact for fact in facts if fact.data[0] == "use"]
        if not uses:
            return
        kind, _, name = group.partition("\0")
        by_id = name.startswith("id\0")
        name = name.removeprefix("id\0")
        entities = [fact for fact in facts if fact.data[0] == "entity"]
        if kind == "Broker" or world.external(kind, name):
            return
        container = self.catalogue.containers.get(kind)
        known = (container or kind) in world.kinds
        for use in uses:
            if any(_fits(use, entity) for entity in entities):
                continue
            if not world.closed and not (known and self._owner_known(use, container, world)):
                world.not_judged += 1
                continue
            elsewhere = sorted({str(entity.data[1]) for entity in entities})
            what = f'{kind} with the ID "{name}"' if by_id else f'{kind} "{name}"'
            yield Judgement(
                use,
                f"there is no {what}{self._hint(use, kind, name, elsewhere, world)}",
                severity=None if world.closed else Severity.WARNING,
                help=f"create the {kind}, correct the name, or declare it external in the settings",
            )

    def _owner_known(self, use: Fact, container: str | None, world: World) -> bool:
        """Whether the container that a contained entity is looked up in is among the documents."""
        if container is None:
            return True
        facts = world.group(f"{container}\0{use.data[2]}")
        return any(fact.data[0] == "entity" for fact in facts)

    def _hint(self, use: Fact, kind: str, name: str, elsewhere: list[str], world: World) -> str:
        if elsewhere and use.data[2] is None:
            return f" in this organization; there is one in {', '.join(elsewhere)}"
        names = [
            group.partition("\0")[2]
            for group, facts in world.groups(f"{kind}\0")
            if any(_fits(use, fact) for fact in facts if fact.data[0] == "entity")
        ]
        near = nearest_few(
            name, [one for one in names if not one.startswith("id\0")], 3, cutoff=0.6
        )
        return (
            f"; did you mean {' or '.join(f'{chr(34)}{one}{chr(34)}' for one in near)}?"
            if near
            else ""
        )


def _fits(use: Fact, entity: Fact) -> bool:
    """Whether an entity is visible to the organization, and in the container, of a use."""
    _, organization, owner = use.data
    _, other, container = entity.data[:3]
    if owner is not None and container is not None and owner != container:
        return False
    return None in (organization, other) or other in (organization, GLOBAL)
