"""revision-order: revisions count upwards."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, Finding, IdGroup, Rule, Severity, same_key, stored


class RevisionOrder(Rule):
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
            (("/revision", "revision 3 is lower than revision 4 in the store"),),
            file="e.json",
            store=stored("Application", revision=4),
        ),
    )

    def check_id(self, group: IdGroup) -> Iterator[Finding]:
        for entity in group.entities if group.stored else ():
            revision = entity.revision
            if revision is None or not entity.revision_of:
                continue
            for before in group.stored:
                if (
                    before.revision is not None
                    and before.revision > revision
                    and before.revision_of == entity.revision_of
                    and same_key(str(before.key), str(entity.key))
                ):
                    message = (
                        f"revision {revision} is lower than revision {before.revision} in the store"
                    )
                    yield Finding(("revision",), message, entity=entity,
                                  related=((before, "the entity as it was"),))  # fmt: skip
