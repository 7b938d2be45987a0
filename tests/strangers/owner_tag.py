"""owner-tag: each Function has an owner."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule

FUNCTION = "kind: Function\nname: f\nimage: i\n"


class OwnerTag(Rule):
    """Whoever is called at night looks for the tag `owner`."""

    name = "owner-tag"
    summary = "a Function without the tag owner"
    valid = (Example(FUNCTION + "tags: [{key: owner, value: ada}]\n"),)
    invalid = (
        Example(FUNCTION, (("", "the Function has no tag owner"),)),
        Example(FUNCTION + "tags: [{key: x, value: y}]\n", (("/tags", "the Function has no tag owner"),)),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.kind == "Function" and "owner" not in entity.tags:
            yield Finding(("tags",) if entity.has("tags") else (), "the Function has no tag owner")
