"""unique-key: no two entities have one key at the same time."""

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch_lint.documents.document import Document
from dispatch_lint.rule import Example, Fact, Judgement, Rule, World
from dispatch_lint.violation import Path, Severity

_ENTITY = ('{"id": "%s", "name": "shop", "organizationId": "acme", "revision": 0, "version": 0, '
           '"state": null, "status": "%s", "reason": null, "tags": null, "delete": false, '
           '"kind": "Application"}\n')  # fmt: skip


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
        Example(_ENTITY % ("1", "READY") + _ENTITY % ("2", "DELETED"), file="e.jsonl"),
        Example("kind: Secret\nname: a\n---\nkind: Policy\nname: a\nrules: []\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: a\n---\nkind: Secret\nname: a\n",
            (("/name", 'the key "-/Secret/a" is already taken'),),
        ),
        Example(
            _ENTITY % ("1", "READY") + _ENTITY % ("2", "DELETING"),
            (("/name", 'the key "acme/Application/shop" is already taken'),),
            file="e.jsonl",
        ),
    )

    def collect(self, document: Document) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
        key = document.key
        if key is not None and document.live:
            yield key, ("name",), (document.form,)

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        # A manifest describes the stored entity of its key: the two do not compete.
        for form in ("stored", "manifest"):
            first: dict[int, Fact] = {}
            for fact in facts:
                if fact.data[0] != form:
                    continue
                # The other holder in the same file says most, else the first of all.
                other = first.get(fact.source) or next(iter(first.values()), None)
                first.setdefault(fact.source, fact)
                if other is None:
                    continue
                yield Judgement(
                    fact,
                    f'the key "{group}" is already taken',
                    severity=self._severity(other, fact, world) if form == "manifest" else None,
                    help="rename one of the two",
                    related=((other, "it is taken here"),),
                )

    def _severity(self, first: Fact, fact: Fact, world: World) -> Severity | None:
        if first.source == fact.source:
            return None
        return Severity.WARNING if world.closed else Severity.INFO
