"""foreign-key-value: a foreign key holds the target's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from dispatch_lint.rule import (
    EntityView,
    Example,
    Finding,
    Fix,
    ForeignKey,
    Put,
    Reference,
    Rule,
    read_key,
    stored,
)

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
_NAMED_BY_UUID = frozenset({"Source", "Run"})


@dataclass(frozen=True)
class Options:
    """What the settings can say."""

    accepts: Literal["name", "key", "either"] = "name"
    """What a foreign key may hold."""


class ForeignKeyValue(Rule):
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
            (("/image", '"nodejs" is a name; the settings require the key '
              '"<organization>/Image/nodejs"'),),
            settings={"rules": {"foreign-key-value": {"accepts": "key"}}},
        ),
        Example(
            "kind: Function\nname: f\nimage: 9884824d-d16f-465a-9cc7-49330b7e1b02\n",
            (("/image", '"9884824d-d16f-465a-9cc7-49330b7e1b02" is an ID; a foreign key holds the '
              "key of the Image"),),
            settings={"rules": {"foreign-key-value": {"accepts": "key"}}},
        ),
    )  # fmt: skip

    @cached_property
    def _accepts(self) -> str:
        answer = self.settings.open_questions.foreign_key_value
        return answer if answer != "name" else str(self.options.accepts)

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        for foreign_key in entity.foreign_keys:
            reference = foreign_key.reference
            # Nothing but a name stands there.
            if reference.by == "name" and not reference.prefix and not reference.key:
                key = read_key(foreign_key.value, reference.kind)
                if key is not None and self._accepts == "name":
                    yield self._is_key(foreign_key, key[1])
                elif key is None and self._accepts == "key" and not _is_id(foreign_key):
                    yield self._is_name(entity, foreign_key)

    def _is_key(self, foreign_key: ForeignKey, name: str) -> Finding:
        message = (
            f'"{foreign_key.value}" is a constructed key; a foreign key holds the name "{name}"'
        )
        fix = Fix("unsafe", f"write {name}", (Put(foreign_key.path, name),))
        return Finding(foreign_key.path, message, help=fix.message, fix=fix)

    def _is_name(self, entity: EntityView, foreign_key: ForeignKey) -> Finding:
        path, value, kind = foreign_key.path, foreign_key.value, foreign_key.reference.kind
        proper = f"{entity.organization or '<organization>'}/{kind}/{value}"
        message = f'"{value}" is a name; the settings require the key "{proper}"'
        advice = f"write {proper}"
        fixes = entity.organization is not None  # else nobody knows the key
        fix = Fix("unsafe", advice, (Put(path, proper),))
        return Finding(path, message, help=advice, fix=fix if fixes else None)

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if any(target.live for target in reference.targets) or reference.elsewhere:
            return
        kind, value = reference.kind, reference.value
        if reference.by == "id" or kind in _NAMED_BY_UUID or reference.external:
            return
        owner = next(iter(reference.with_id), None)
        if owner is not None:
            message = (
                f'"{value}" is the ID of the {kind} "{owner.name}"; a foreign key holds its name'
            )
            fix = Fix("unsafe", f"write {owner.name}", (Put(reference.path, str(owner.name)),))
            yield Finding(reference.path, message, help=fix.message, fix=fix,
                          related=((owner, "the entity with this ID"),))  # fmt: skip
        elif re.match(_UUID, value) and not (reference.closed and reference.state == "unknown"):
            what = "key" if self._accepts == "key" else "name"
            message = f'"{value}" is an ID; a foreign key holds the {what} of the {kind}'
            yield Finding(reference.path, message, help=f"write the {what} of the {kind}")


def _is_id(foreign_key: ForeignKey) -> bool:
    """Whether a foreign key holds an ID for a name, which `check_reference` reports."""
    named_by_uuid = foreign_key.reference.kind in _NAMED_BY_UUID
    return not named_by_uuid and re.match(_UUID, foreign_key.value) is not None
