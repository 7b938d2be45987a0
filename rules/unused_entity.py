"""unused-entity: an entity that nobody refers to."""

from collections.abc import Iterator

from dispatch_lint.index.references import ReferenceRule, References
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Judgement, World, stored

_KINDS = frozenset({"Image", "BaseImage", "Secret", "DriverType"})


class UnusedEntity(ReferenceRule):
    """An Image, BaseImage, Secret or DriverType is there to be referred to. One that nothing in
    the documents, or in the store, refers to may be left over. It is off by default, because
    documents are often partial.
    """

    name = "unused-entity"
    summary = "an Image, BaseImage, Secret or DriverType that nobody refers to"
    guide = "Name and IDs"
    severity = Severity.INFO
    default = False
    asks_referrers = True
    judges_uses = False
    valid = (
        Example("kind: Secret\nname: a\n---\nkind: Function\nname: f\nimage: i\nsecrets: [a]\n"),
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n",
            store=stored("Function", name="f", image="nodejs"),
        ),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\n",
            (("/name", 'nothing refers to the Secret "a"'),),
        ),
        Example(
            "kind: Secret\nname: a\n",
            (("/name", 'nothing refers to the Secret "a"'),),
            store=stored("Function", name="f", image="nodejs", secrets=["b"]),
        ),
    )

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        used = {id(fact) for use in group.uses for fact, _ in group.targets.seen(use)}
        for fact, target in group.entities:
            if (
                fact.stored
                or target.kind not in _KINDS
                or not target.live
                or fact.path != ("name",)
            ):
                continue
            if id(fact) not in used:
                yield Judgement(fact, f'nothing refers to the {target.kind} "{group.name}"',
                                help=f"remove the {target.kind}, if it is left over")  # fmt: skip
