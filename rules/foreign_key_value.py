"""foreign-key-value: a foreign key holds the target's name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from dispatch_lint.documents.document import Document
from dispatch_lint.index.facts import by_id, read_group
from dispatch_lint.index.references import ReferenceRule, References, read_key, targets_of
from dispatch_lint.model.fix import Fix, Put
from dispatch_lint.model.reference import Reference
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Fact, Judgement, World, stored

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_NAMED_BY_UUID = frozenset({"Source", "Run"})


@dataclass(frozen=True)
class Options:
    """What the settings can say."""

    accepts: Literal["name", "key", "either"] = "name"
    """What a foreign key may hold."""


class ForeignKeyValue(ReferenceRule):
    """ "Foreign key values should reflect the `name` value of the entity (as opposed to the `ID`
    value). The database is indexed on `name`."

    A value is an ID where an entity of the kind has it as its ID, or where it looks like a UUID
    and no entity has it as its name; Sources and Runs are named by UUIDs. The guide asks whether
    the value should be the constructed key: `accepts`, or `open-questions.foreign-key-value`,
    answers it.
    """

    name = "foreign-key-value"
    summary = "a foreign key that does not hold a name"
    guide = "Additional Properties"
    question = "foreign-key-value"
    Options = Options
    valid = (
        Example("kind: Function\nname: f\nimage: nodejs\n"),
        Example(
            "kind: Function\nname: f\nimage: acme/Image/nodejs\n",
            settings={"open-questions": {"foreign-key-value": "either"}},
        ),
    )
    invalid = (
        Example(
            "kind: Function\nname: f\nimage: acme/Image/nodejs\n",
            (("/image", '"acme/Image/nodejs" is a constructed key; a foreign key holds the name '
              '"nodejs"'),),
            fixed="kind: Function\nname: f\nimage: nodejs\n",
        ),
        Example(
            "kind: Function\nname: f\nimage: 9884824d-d16f-465a-9cc7-49330b7e1b02\n",
            (("/image", '"9884824d-d16f-465a-9cc7-49330b7e1b02" is an ID; a foreign key holds the '
              "name of the Image"),),
        ),
        Example(
            "kind: Function\nname: f\nimage: i-17\n",
            (("/image", '"i-17" is the ID of the Image "nodejs"; a foreign key holds its name'),),
            store=stored("Image", id="i-17", name="nodejs"),
            fixed="kind: Function\nname: f\nimage: nodejs\n",
        ),
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (("/image", '"nodejs" is a name; the settings ask for the key '
              '"<organization>/Image/nodejs"'),),
            settings={"rules": {"foreign-key-value": {"accepts": "key"}}},
        ),
    )  # fmt: skip

    @cached_property
    def _accepts(self) -> str:
        answer = self.settings.open_questions.foreign_key_value
        return answer if answer != "name" else str(self.options.accepts)

    def check(self, document: Document) -> Iterator[Finding]:
        accepts = self._accepts
        for use in document.uses:
            if not _is_judged(use.reference):
                continue
            key = read_key(use.value, use.reference.kind)
            if key is not None and accepts == "name":
                message = (
                    f'"{use.value}" is a constructed key; a foreign key holds the name "{key[1]}"'
                )
                fix = Fix("unsafe", f"write {key[1]}", (Put(use.path, key[1]),))
                yield Finding(use.path, message, help=fix.message, fix=fix)
            elif key is None and accepts == "key":
                organization = document.organization or "<organization>"
                proper = f"{organization}/{use.reference.kind}/{use.value}"
                message = f'"{use.value}" is a name; the settings ask for the key "{proper}"'
                fix = None
                if document.organization:
                    fix = Fix("unsafe", f"write {proper}", (Put(use.path, proper),))
                yield Finding(use.path, message, help=f"write {proper}", fix=fix)

    def asks(self, group: str, facts: Sequence[Fact]) -> Iterable[str]:
        by, rest = read_group(group)
        if by == "name" and not any(fact.data[-1] == "entity" for fact in facts):
            yield by_id(rest[1])

    def judge_references(self, group: References, world: World) -> Iterator[Judgement]:
        if group.by != "name" or any(target.live for _, target in group.entities):
            return
        kind, value = group.rest
        holders, looks_like_id = world.group(by_id(value)), _UUID.match(value) is not None
        if not holders and not looks_like_id:
            return
        if kind in _NAMED_BY_UUID or world.external(kind, value):
            return
        owner = next(
            (
                (fact, target.name)
                for fact, target in targets_of(holders)
                if target.live and target.kind == kind and target.name
            ),
            None,
        )
        for use in chain.from_iterable(group.uses.values()):
            if owner is not None:
                holder, name = owner
                message = (
                    f'"{value}" is the ID of the {kind} "{name}"; a foreign key holds its name'
                )
                fix = Fix("unsafe", f"write {name}", (Put(use.path, name),))
                yield Judgement(use, message, help=fix.message, fix=fix,
                                related=((holder, "the entity with this ID"),))  # fmt: skip
            elif looks_like_id:
                message = f'"{value}" is an ID; a foreign key holds the name of the {kind}'
                yield Judgement(use, message, help=f"write the name of the {kind}")


def _is_judged(reference: Reference) -> bool:
    """Whether it is by name, and nothing but a name stands there."""
    return not (reference.by == "id" or reference.prefix or reference.key)
