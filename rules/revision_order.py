"""revision-order: revisions count upwards."""

from collections.abc import Iterator, Sequence

from dispatch_lint.index.facts import read_group
from dispatch_lint.index.identity import IdentityRule, holders_of, same_key
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import Example, Fact, Judgement, World, stored


class RevisionOrder(IdentityRule):
    """A revision lower than the store has seen for the same ID: an older copy of the entity, or a
    store that was put back.

    Only revisions of the same kind of source compare: columns of the database with columns. The
    copy inside a row lags by one, and the index of a key/value backend starts anew, so that rows
    of such a backend are not judged.
    """

    name = "revision-order"
    summary = "a revision lower than the one in the store"
    guide = "Base Entity"
    severity = Severity.WARNING
    valid = (
        Example(stored("Application", revision=4), file="e.json",
                store=stored("Application", revision=4)),
        Example(
            '{"key": "acme/Application/shop", "value": '
            + stored("Application", revision=3).strip() + "}",
            file="e.jsonl",
            store=stored("Application", revision=4),
        ),
    )  # fmt: skip
    invalid = (
        Example(
            stored("Application", revision=3),
            (("/revision", "the revision is 3, and the store has seen 4"),),
            file="e.json",
            store=stored("Application", revision=4),
        ),
    )

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if read_group(group)[0] != "id":
            return
        holders = holders_of(facts)
        for fact, holder in holders:
            if fact.stored or holder.revision is None or not holder.revision_of:
                continue
            for other, old in holders:
                if (
                    other.stored
                    and old.revision is not None
                    and old.revision_of == holder.revision_of
                    and old.revision > holder.revision
                    and same_key(old.key, holder.key)
                ):
                    message = (
                        f"the revision is {holder.revision}, and the store has seen {old.revision}"
                    )
                    yield Judgement(fact._replace(path=("revision",)), message,
                                    related=((other, "the entity as it was"),))  # fmt: skip
