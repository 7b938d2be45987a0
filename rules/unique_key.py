"""unique-key: no two entities have one key at the same time."""

from collections.abc import Iterator, Sequence

from dispatch_lint.index.facts import read_group
from dispatch_lint.index.identity import IdentityRule, holders_of
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Fact, Judgement, World, stored


class UniqueKey(IdentityRule):
    """ "No two entities may have the same key at the same time. Names, and therefore keys, can
    be reused": an entity whose status is DELETED holds its key no longer.

    Files that update an entity repeat its key on purpose, so the same key in two manifest files
    is only an info (a warning where `complete` says that the files are all there is). Within
    one file it is an error, and among stored entities always.
    """

    name = "unique-key"
    summary = "two entities with one key at the same time"
    guide = "Name and IDs"
    valid = (
        Example(
            stored("Application", id="1") + stored("Application", id="2", status="DELETED"),
            file="e.jsonl",
        ),
        Example("kind: Secret\nname: a\n---\nkind: Policy\nname: a\nrules: []\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\n---\nkind: Secret\nname: a\n",
            (("/name", 'the key "-/Secret/a" is already taken'),),
        ),
        Example(
            stored("Application", id="1") + stored("Application", id="2", status="DELETING"),
            (("/name", 'the key "acme/Application/shop" is already taken'),),
            file="e.jsonl",
        ),
    )

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if read_group(group)[0] != "key":
            return
        # A manifest describes the stored entity of its key: the two do not compete. Nor does a
        # document with what the store remembers: it is newer, or unique-id and name-reuse speak.
        for form in ("stored", "manifest"):
            first: dict[int, Fact] = {}
            for fact, holder in holders_of(facts):
                if fact.stored or holder.form != form or not holder.live:
                    continue
                # The other holder in the same file says most, else the first of all.
                other = first.get(fact.source) or next(iter(first.values()), None)
                first.setdefault(fact.source, fact)
                if other is None:
                    continue
                yield Judgement(
                    fact,
                    f'the key "{holder.key}" is already taken',
                    severity=self._severity(other, fact) if form == "manifest" else None,
                    help="rename one of the two",
                    related=((other, "it is taken here"),),
                )

    def _severity(self, first: Fact, fact: Fact) -> Severity | None:
        if first.source == fact.source:
            return None
        return Severity.WARNING if self.settings.complete else Severity.INFO
