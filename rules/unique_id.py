"""unique-id: an ID belongs to one entity for all time."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    EntityView,
    Example,
    Finding,
    FormerHolder,
    IdGroup,
    KeyGroup,
    Rule,
    same_key,
    stored,
)


class UniqueId(Rule):
    """ "IDs are globally unique for all time": no two entities share one, and no new entity takes
    the ID of one that was deleted. So an entity keeps its ID: a key that comes with another one,
    without a deletion in between, is a deviation too.

    An empty ID is none: "All objects have both a `name` and `ID` field". What is of the past comes
    from the store, or from a ledger (setting `ledger`).
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
        Example(stored("Application", id=""), (("/id", "the ID is empty"),), file="e.json"),
        Example(
            stored("Application", id="1") + stored("Application", id="1", name="b"),
            (("/id", 'the ID "1" already belongs to acme/Application/shop'),),
            file="e.jsonl",
        ),
        Example(
            stored("Application", id="1", name="b"),
            (("/id", 'the ID "1" already belongs to acme/Application/shop'),),
            file="e.json",
            store=stored("Application", id="1"),
        ),
        Example(
            stored("Application", id="1"),
            (
                (
                    "/id",
                    'the ID "1" belonged to acme/Application/shop, which is deleted; IDs are never reused',
                ),
            ),
            file="e.json",
            store=stored("Application", id="1", status="DELETED"),
        ),
        Example(
            stored("Application", id="2"),
            (("/id", 'the ID changed from "1", but acme/Application/shop was not deleted'),),
            file="e.json",
            store=stored("Application", id="1"),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        is_own = entity.form == "stored" and entity.container is None
        if is_own and entity.get("id") == "":
            yield Finding(("id",), "the ID is empty")

    def check_id(self, group: IdGroup) -> Iterator[Finding]:
        """What the ID was used for: in the store and the ledger, then in the order of documents."""
        if group.is_alone:
            return
        # By key, the first of each: an ID may be repeated thousands of times.
        owners: dict[str, EntityView | FormerHolder] = {}
        deleted: dict[str, EntityView | FormerHolder] = {}
        for holder in group.stored:
            owners.setdefault(str(holder.key), holder)
            if not holder.live:
                deleted.setdefault(str(holder.key), holder)
        for former in group.former:
            owners.setdefault(former.key, former)
            if former.deleted:
                deleted.setdefault(former.key, former)
        for entity in group.entities:
            key = str(entity.key)
            owner = next((known for known in owners if not same_key(known, key)), None)
            gone = next((known for known in deleted if same_key(known, key)), None)
            if owner is not None:
                message = f'the ID "{group.id}" already belongs to {owner}'
                yield _finding(entity, message, "give the entity an ID of its own",
                               owners[owner], "the entity with this ID")  # fmt: skip
            elif gone is not None and entity.live and entity.form == "stored":
                message = f'the ID "{group.id}" belonged to {gone}, which is deleted; IDs are never reused'
                yield _finding(entity, message, "give the new entity a new ID",
                               deleted[gone], "the entity that had this ID")  # fmt: skip
            else:
                owners.setdefault(key, entity)

    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        """Whether the holder of a key kept its ID; name-reuse reports one that is DELETING."""
        known = [
            holder for holder in group.stored
            if holder.id and holder.live and holder.status != "DELETING"
        ]  # fmt: skip
        for entity in group.entities if known else ():
            if entity.form != "stored" or not entity.id or not entity.live:
                continue
            for before in known:
                if before.id != entity.id:
                    message = f'the ID changed from "{before.id}", but {group.key} was not deleted'
                    yield _finding(entity, message, f"write {before.id}", before,
                                   "the entity as it was")  # fmt: skip


def _finding(
    entity: EntityView, message: str, advice: str, holder: EntityView | FormerHolder, part: str
) -> Finding:
    return Finding(("id",), message, help=advice, subject=("id",), entity=entity,
                   related=((holder, part),))  # fmt: skip
