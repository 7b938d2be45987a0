"""How documents that are alike come to their facts: from the words of a few fields.

What rules collect of them differs in nothing but the names of the groups. So rules are asked once
for the patterns, and every document fills them in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dispatch_lint.facts import FactTable, Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch_lint.rule import FactPattern


class FactPlan:
    """The patterns of the facts of documents, each with the table that keeps them.

    Args:
        patterns: those of facts that are seldom wanted have a table that notes them so.
    """

    def __init__(self, patterns: Iterable[tuple[FactTable, FactPattern]]) -> None:
        # Plain tuples of what `keep` wants to know: it is called for every document.
        self._kept: list[tuple[FactTable, str, str, bool, bool, Said, list[Said]]] = []
        self._noted: dict[Callable[[list[str], int], None], list[tuple[str, str, bool]]] = {}
        self._empty: list[tuple[str, str]] = []
        """The fields in which nothing may be, or no tag of a key."""
        for table, one in patterns:
            if one.other:
                self._empty.append((one.field, one.key))
            elif one.seldom:
                assert table.note is not None
                several = self._noted.setdefault(table.note, [])
                several.append((one.prefix, one.field, one.needed))
            else:
                said = Said((one.path, one.data, "", ""))
                self._kept.append((table, one.prefix, one.field, one.needed, one.names, said, []))

    def keep(self, value: dict[str, Any], place: int) -> bool:
        """Keep the facts of a document; False, and nothing kept, where it has others.

        Args:
            place: the numbers of source and document, 32 bits each.
        """
        for field, key in self._empty:
            inside = value.get(field)
            if inside and (not key or _has_tag(inside, key)):
                return False
        facts: list[tuple[FactTable, str, Said]] = []
        for table, prefix, field, needed, names, said, items in self._kept:
            text = value.get(field)
            if type(text) is str and text:
                if names and "/" in text:
                    return False
                facts.append((table, prefix + text, said))
            elif type(text) is list and names:
                for index, item in enumerate(text):
                    if type(item) is not str or "/" in item:
                        return False
                    if item:
                        facts.append((table, prefix + item, _of_item(items, said, index)))
            elif needed or text:
                return False
        notes: list[tuple[Callable[[list[str], int], None], list[str]]] = []
        for note, several in self._noted.items():
            groups: list[str] = []
            for prefix, field, needed in several:
                text = value.get(field)
                if type(text) is str and text:
                    groups.append(prefix + text)
                elif needed or text:
                    return False
            notes.append((note, groups))
        for table, group, said in facts:
            table.keep_said(group, place, said)
        for note, groups in notes:
            note(groups, place)
        return True


def _has_tag(value: Any, key: str) -> bool:
    """Whether a tag of a key may be among some, a mapping or a list of key and value."""
    if type(value) is list:
        return any(type(one) is not dict or one.get("key") == key for one in value)
    return type(value) is not dict or key in value


def _of_item(items: list[Said], said: Said, index: int) -> Said:
    """What is said of an item of a list: its path has a number more."""
    while len(items) <= index:
        path, *rest = said.what
        items.append(Said(((*path, len(items)), *rest)))
    return items[index]
