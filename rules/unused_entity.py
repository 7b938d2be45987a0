"""unused-entity: an entity that nobody refers to."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, KeyGroup, Rule, Severity, stored

_KINDS = frozenset({"Image", "BaseImage", "Secret", "DriverType"})


class UnusedEntity(Rule):
    """An Image, BaseImage, Secret or DriverType is there to be referred to. One that nothing in
    the documents, or in the store, refers to may be left over. It is off by default, because
    documents are often partial.
    """

    name = "unused-entity"
    summary = "an Image, BaseImage, Secret or DriverType that nobody refers to"
    guide = "Name and IDs"
    severity = Severity.INFO
    default = False
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

    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        if group.kind not in _KINDS or group.is_referred_to:
            return
        for entity in group.entities:
            if entity.live:
                yield Finding(("name",), f'nothing refers to the {group.kind} "{group.name}"',
                              help=f"remove the {group.kind}, if it is left over",
                              entity=entity)  # fmt: skip
