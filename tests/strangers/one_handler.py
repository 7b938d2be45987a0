"""one-handler: each Function of an organization has code of its own."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Fact, Finding, Group, Rule

TEXT = "kind: Function\nname: {}\nimage: i\nhandler: a.run\nsourcePath: {}\n"
MESSAGE = "-/Function/{} has the same handler and sourcePath"


class OneHandler(Rule):
    """Two Functions of the same code are one Function under two names."""

    name = "one-handler"
    summary = "two Functions with the same handler and sourcePath"
    valid = (Example(f"{TEXT.format('f', 'a.py')}---\n{TEXT.format('g', 'b.py')}"),)
    invalid = (
        Example(
            f"{TEXT.format('f', 'a.py')}---\n{TEXT.format('g', 'a.py')}",
            (("/handler", MESSAGE.format("g")), ("/handler", MESSAGE.format("f"))),
        ),
    )

    def collect(self, entity: EntityView) -> Iterator[Fact]:
        handler, source = entity.get("handler"), entity.get("sourcePath")
        if entity.kind == "Function" and entity.live and handler and source:
            yield Fact(f"{entity.organization} {handler} {source}", None, ("handler",))

    def judge(self, group: Group) -> Iterator[Finding]:
        holders = {fact.entity.key: fact.entity for fact in group.facts}
        for fact in group.facts if len(holders) > 1 else ():
            other = next(holders[key] for key in holders if key != fact.entity.key)
            message = f"{other.key} has the same handler and sourcePath"
            yield Finding(fact.path, message, entity=fact.entity, related=((other, "it is here"),))
