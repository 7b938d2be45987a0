"""unique-id: an ID belongs to one entity for all time."""

from collections.abc import Iterator, Sequence

from dispatch_lint.index.facts import read_group
from dispatch_lint.index.identity import IdentityRule, holders_of, past_of, same_key
from dispatch_lint.rule import Example, Fact, Judgement, World, stored


class UniqueId(IdentityRule):
    """ "IDs are globally unique for all time": no two entities share one, and no new entity takes
    the ID of one that was deleted. So an entity keeps its ID: a key that comes with another one,
    without a deletion in between, is a deviation too.

    What is of the past comes from the store, or from a ledger (setting `ledger`).
    """

    name = "unique-id"
    summary = "an ID that was used for two entities"
    guide = "Name and IDs"
    valid = (
        Example(stored("Application", id="1") + stored("Application", id="2", name="b"),
                file="e.jsonl"),
        Example(stored("Application", id="1", revision=7), file="e.json",
                store=stored("Application", id="1", revision=6)),
        Example(stored("Application", id="2"), file="e.json",
                store=stored("Application", id="1", status="DELETED")),
    )  # fmt: skip
    invalid = (
        Example(
            stored("Application", id="1") + stored("Application", id="1", name="b"),
            (("/id", 'the ID "1" is already that of acme/Application/shop'),),
            file="e.jsonl",
        ),
        Example(
            stored("Application", id="1", name="b"),
            (("/id", 'the ID "1" is already that of acme/Application/shop'),),
            file="e.json",
            store=stored("Application", id="1"),
        ),
        Example(
            stored("Application", id="1"),
            (("/id", 'the ID "1" was that of an entity that is deleted: acme/Application/shop'),),
            file="e.json",
            store=stored("Application", id="1", status="DELETED"),
        ),
        Example(
            stored("Application", id="2"),
            (("/id", 'acme/Application/shop has the ID "1", and was never deleted'),),
            file="e.json",
            store=stored("Application", id="1"),
        ),
    )

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        if read_group(group)[0] == "id":
            yield from self._judge_id(facts)
        else:
            yield from self._judge_key(facts)

    def _judge_id(self, facts: Sequence[Fact]) -> Iterator[Judgement]:
        """What an ID was used for: in the store and the ledger, then in the order of documents."""
        holders = holders_of(facts)
        # By key, the first of each: an ID may be repeated thousands of times.
        owners: dict[str, Fact] = {}
        deleted: dict[str, Fact] = {}
        for fact, holder in holders:
            if fact.stored:
                owners.setdefault(holder.key, fact)
                if not holder.live:
                    deleted.setdefault(holder.key, fact)
        for fact, past in past_of(facts):
            owners.setdefault(past.key, fact)
            if past.deleted:
                deleted.setdefault(past.key, fact)
        for fact, holder in holders:
            if fact.stored:
                continue
            other = next((one for one in owners if not same_key(one, holder.key)), None)
            gone = next((one for one in deleted if same_key(one, holder.key)), None)
            if other is not None:
                yield Judgement(
                    fact,
                    f'the ID "{holder.identity}" is already that of {other}',
                    help="give the entity an ID of its own",
                    subject=("id",),
                    related=((owners[other], "the entity with this ID"),),
                )
            elif gone is not None and holder.live and holder.form == "stored":
                yield Judgement(
                    fact,
                    f'the ID "{holder.identity}" was that of an entity that is deleted: {gone}',
                    help="a new entity gets a new ID",
                    subject=("id",),
                    related=((deleted[gone], "the entity that had this ID"),),
                )
            else:
                owners.setdefault(holder.key, fact)

    def _judge_key(self, facts: Sequence[Fact]) -> Iterator[Judgement]:
        """Whether the holder of a key kept its ID; name-reuse speaks of one that is DELETING."""
        holders = holders_of(facts)
        known = [
            (fact, holder) for fact, holder in holders
            if fact.stored and holder.identity and holder.live and holder.status != "DELETING"
        ]  # fmt: skip
        for fact, holder in holders:
            if fact.stored or holder.form != "stored" or not holder.identity or not holder.live:
                continue
            for other, before in known:
                if before.identity != holder.identity:
                    yield Judgement(
                        fact._replace(path=("id",)),
                        f'{holder.key} has the ID "{before.identity}", and was never deleted',
                        help=f"write {before.identity}",
                        subject=("id",),
                        related=((other, "the entity as it was"),),
                    )
