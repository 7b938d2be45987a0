"""unique-key: no two entities have one key at the same time."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, KeyGroup, Rule, Severity, stored


class UniqueKey(Rule):
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
            (("/name", 'the key "-/Secret/a" (no organization) is already taken'),),
        ),
        Example(
            stored("Application", id="1") + stored("Application", id="2", status="DELETING"),
            (("/name", 'the key "acme/Application/shop" is already taken'),),
            file="e.jsonl",
        ),
    )

    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        if len(group.entities) == 1:
            return
        # A manifest describes the stored entity of its key: the two do not compete. Nor does a
        # document with what the store has: it is newer, or unique-id and name-reuse report it.
        for form in ("stored", "manifest"):
            first: dict[str, EntityView] = {}
            for entity in group.entities:
                if entity.form != form or not entity.live:
                    continue
                # The holder in the same file says most, else the first of all.
                holder = first.get(entity.file) or next(iter(first.values()), None)
                first.setdefault(entity.file, entity)
                if holder is not None:
                    yield Finding(
                        ("name",),
                        f"the key {_shown(group.key)} is already taken",
                        severity=self._severity(holder, entity) if form == "manifest" else None,
                        help="rename one of the two",
                        entity=entity,
                        related=((holder, "first defined here"),),
                    )

    def _severity(self, holder: EntityView, entity: EntityView) -> Severity | None:
        if holder.file == entity.file:
            return None
        return Severity.WARNING if self.settings.complete else Severity.INFO


def _shown(key: str) -> str:
    """A key in quotes; what the dash in it stands for is said."""
    return f'"{key}" (no organization)' if key.startswith("-/") else f'"{key}"'
