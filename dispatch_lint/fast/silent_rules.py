"""Leaves out rules whose silence follows from the shape of what they are asked about.

Most documents of a corpus have the same kind, form and fields, and most groups have one entity that
nothing else competes with. A rule is asked about the first of each shape through a proxy, which
notes whether it looks at anything else than the shape. If it does not, and finds nothing, then it
finds nothing in any other of the same shape. The author of a rule promises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch_lint.engine.judge import tasks_of
from dispatch_lint.rule import EntityView, Rule, TextView

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.engine.judge import CorpusRules
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import Members

MAX_SHAPES = 10_000
"""The number of shapes that are remembered: a document may name any text as its kind."""
_ENTITY = frozenset({
    "container", "declares", "form", "get", "has", "in_store", "kind", "known", "live", "schema_errors",
    "status", "undeclared", "written_kind",
})  # fmt: skip
"""What the shape of a clean document tells; of `get`, only that a field is missing."""
_TEXT = frozenset({
    "cuts", "duplicates", "form", "language", "plain_keys", "problem", "read_duplicates", "scalars",
})  # fmt: skip
_GROUP = frozenset({
    "entities", "former", "has_store", "is_alone", "kind", "stored",
})  # fmt: skip
_MEMBER = frozenset({"container", "form", "in_store", "kind", "live", "status"})
_REFERENCE = frozenset({"by", "closed", "elsewhere", "entity", "kind", "target", "targets"})


class _Watched:
    """A proxy that notes whether more is read than the shape of an object tells."""

    def __init__(
        self, of: object, shape: frozenset[str], inside: frozenset[str] = frozenset()
    ) -> None:
        self._of, self._shape, self._inside = of, shape, inside
        self._parts: list[_Watched] = []
        self._read_more = False

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """That of the object, for `isinstance` and `match`."""
        return type(self._of)

    @property
    def read_more(self) -> bool:
        """Whether anything else than the shape was read."""
        return self._read_more or any(part.read_more for part in self._parts)

    def get(self, name: str) -> Any:
        """As `EntityView.get`."""
        assert isinstance(self._of, EntityView)
        self._read_more |= "get" not in self._shape or self._of.has(name)
        return self._of.get(name)

    def __getattr__(self, name: str) -> Any:
        self._read_more |= name not in self._shape
        return self._watch(getattr(self._of, name))

    def _watch(self, value: Any) -> Any:
        if isinstance(value, EntityView):
            part = _Watched(value, self._inside)
            self._parts.append(part)
            return part
        if isinstance(value, tuple) and value and isinstance(value[0], EntityView):
            return tuple(map(self._watch, value))
        return value


class SilentRules:
    """The accelerator. It remembers shapes, and the rules that may speak about each."""

    def __init__(self) -> None:
        self._speaking: dict[Hashable, Sequence[Rule]] = {}
        self._silent_groups: dict[Hashable, bool] = {}
        self._seen_once: set[Hashable] = set()

    # Documents

    def text_rules(self, rules: Sequence[Rule], text: TextView) -> Sequence[Rule]:
        """The rules that may have a finding about a text."""
        if text.problem is not None or text.duplicates or text.read_duplicates or text.cuts:
            return rules
        if text.plain_keys or any(text.scalars):
            return rules
        shape = (text.language, text.form)
        speaking = self._speaking.get(shape)
        if speaking is None:
            watched = _Watched(text, _TEXT)
            speaking = [rule for rule in rules if _speaks(rule.check_text, watched)]
            self._remember(shape, speaking)
        return speaking

    def entity_rules(self, rules: Sequence[Rule], entity: EntityView) -> Sequence[Rule]:
        """The rules that may have a finding about an entity."""
        document: Document = entity._content  # type: ignore[assignment]
        if not document.is_clean or document.row is not None:
            return rules
        shape = (
            document.kind, document.form, document.known, document.written_kind, document.status,
            frozenset(document.entity),  # people write fields in any order
        )  # fmt: skip
        speaking = self._speaking.get(shape)
        if speaking is None:
            if shape not in self._seen_once:  # a shape may never come again
                self._see(shape)
                return rules
            speaking = [
                rule for rule in rules if _speaks(rule.check_entity, _Watched(entity, _ENTITY))
            ]
            self._remember(shape, speaking)
        return speaking

    def _see(self, shape: Hashable) -> None:
        if len(self._seen_once) < MAX_SHAPES:
            self._seen_once.add(shape)

    def _remember(self, shape: Hashable, rules: Sequence[Rule]) -> None:
        if len(self._speaking) < MAX_SHAPES:
            self._speaking[shape] = rules

    # Groups

    def is_silent(self, rules: CorpusRules, group: str, members: Members, answers: Answers) -> bool:
        """Whether no rule has a finding about a group: one entity, and what refers to it."""
        if len(members.entities) != 1 or members.facts or members.former or answers.has_store:
            return False
        entity = members.entities[0][1]
        if entity.container is not None or entity.name is None:
            return False
        shape = [
            group[:2], entity.kind, entity.status, entity.form, answers.closed,
            *(
                (
                    row.kind, row.by, row.from_kind, row.form, row.status, row.owner is None,
                    row.sees(entity),
                )
                for row in members.references
            ),
        ]  # fmt: skip
        key = tuple(shape)
        silent = self._silent_groups.get(key)
        if silent is None:
            silent = self._is_silent(rules, group, members, answers)
            if len(self._silent_groups) < MAX_SHAPES:
                self._silent_groups[key] = silent
        return silent

    def _is_silent(
        self, rules: CorpusRules, group: str, members: Members, answers: Answers
    ) -> bool:
        return not any(
            _speaks(task.method, _watched_subject(task.subject))
            for task in tasks_of(rules, group, members, answers)
        )


def _watched_subject(subject: object) -> _Watched:
    reference = hasattr(subject, "targets")
    return _Watched(subject, _REFERENCE if reference else _GROUP, _MEMBER)


def _speaks(method: Callable[[Any], Iterable[object]], watched: _Watched) -> bool:
    """Whether a rule finds something, fails, or reads more than the shape."""
    try:
        return any(True for _ in method(watched)) or watched.read_more
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return True
