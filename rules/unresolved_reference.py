"""unresolved-reference: a foreign key names an entity that exists."""

from collections.abc import Iterable, Iterator, Sequence
from json import dumps

from dispatch_lint.index.facts import by_name, read_group
from dispatch_lint.index.references import (
    ReferenceRule,
    References,
    Target,
    Use,
    targets_of,
    uses_of,
)
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Fact, Judgement, World, stored

_FEW = 5
"""Entities that a line of the settings can name beside another one."""


class UnresolvedReference(ReferenceRule):
    """ "Relationships (i.e. foreign keys) use `name`": the name has to be that of a live entity
    of the kind, in the same organization.

    Manifests are often partial: what they refer to may have been created by a command. Where
    nothing says that the documents are complete, a reference is judged only if the run has
    documents of the kind at all, and is then a warning; the rest is counted as not judged. With
    a store, or `complete = true`, a missing entity is an error. The setting `external` declares
    entities that exist elsewhere; Brokers always do, because Dispatch never stores one.
    """

    name = "unresolved-reference"
    summary = "a foreign key to an entity that does not exist"
    guide = "Name and IDs"
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
        Example("kind: Function\nname: f\nimage: nodejs\n", store=stored("Image", name="nodejs")),
    )
    invalid = (
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: nodjs\n",
            (("/image", 'there is no Image "nodjs"; did you mean "nodejs"?'),),
            fixed="kind: Image\nname: nodejs\nbaseImageName: b\n---\nkind: Function\nname: f\nimage: nodejs\n",
        ),
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (("/image", 'there is no Image "nodejs"'),),
            settings={"complete": True},
        ),
        Example(
            "kind: Function\nname: f\nimage: nodjs\n",
            (("/image", 'there is no Image "nodjs"; did you mean "nodejs"?'),),
            store=stored("Image", name="nodejs"),
            fixed="kind: Function\nname: f\nimage: nodejs\n",
        ),
    )

    def asks(self, group: str, facts: Sequence[Fact]) -> Iterable[str]:
        by, rest = read_group(group)
        container = self.catalogue.containers.get(rest[0]) if by == "name" else None
        if container is not None:
            for use in uses_of(facts):
                if use.owner is not None:
                    yield by_name(container, use.owner)

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        name = group.name
        for use, several in group.uses.items():
            if any(group.live.seen(use)) or world.external(use.kind, name):
                continue
            if not world.closed and not self._judges(use, world):
                world.not_judged += len(several)
                continue
            what = f'{use.kind} with the ID "{name}"' if use.by == "id" else f'{use.kind} "{name}"'
            near = self._near(use, name, world)
            shown = " or ".join(f'"{one}"' for one in near)
            for fact in several:
                fix = None
                if near:
                    said = Put(fact.path, f"{use.prefix}{near[0]}")
                    fix = Fix("unsafe", f"write {near[0]}", (said,))
                yield Judgement(
                    fact,
                    f"there is no {what}{f'; did you mean {shown}?' if near else ''}",
                    severity=None if world.closed else Severity.WARNING,
                    help=f"create the {use.kind}, correct the name, or declare it external: "
                    f"{self._declaration(use.kind, name)}",
                    fix=fix,
                )

    def _declaration(self, kind: str, name: str) -> str:
        """The line of the settings that declares an entity external."""
        entity = f"{kind}/{name}"
        declared = self.settings.external
        if len(declared) > _FEW:
            return f"add {dumps(entity)} to `external` in the settings"
        return f"external = {dumps([*declared, entity], ensure_ascii=False)}"

    def _judges(self, use: Use, world: World) -> bool:
        """Whether an open world says anything: it has documents of the kind at all.

        Of a contained kind it has them where it has the container.
        """
        container = self.catalogue.containers.get(use.kind)
        if container is None:
            return use.kind in world.kinds
        if use.owner is None or container not in world.kinds:
            return False
        return any(
            target.live for _, target in targets_of(world.group(by_name(container, use.owner)))
        )

    def _near(self, use: Use, name: str, world: World) -> list[str]:
        def fits(fact: Fact) -> bool:
            if fact.data[-1] != "entity":
                return False
            target = Target(*fact.data)
            return target.live and use.sees(target)

        return [] if use.by == "id" else world.near(use.kind, name, fits)
