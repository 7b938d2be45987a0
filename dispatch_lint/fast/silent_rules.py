"""Leaves out rules whose silence follows from the shape of what they are asked about.

Most documents of a corpus have the same kind, form and fields, and most groups have one entity that
nothing else competes with. A rule is asked about the first of each shape through a proxy, which
notes whether it looks at anything else than the shape. If it does not, and finds nothing, then it
finds nothing in any other of the same shape. If it looks at fields too, it finds nothing in any
other of the same shape that has the same values there. The author of a rule promises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dispatch_lint.engine.judge import tasks_of
from dispatch_lint.rule import EntityView, Rule, TextView
from dispatch_lint.signals import ends_run

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document
    from dispatch_lint.engine.judge import CorpusRules
    from dispatch_lint.engine.members import Answers
    from dispatch_lint.index.groups import Members

MAX_SHAPES = 10_000
"""The number of shapes that are remembered: a document may name any text as its kind."""
FEW_VALUES = 20
"""The number of values up to which what a field has is remembered; a name is another in each entity."""
MAX_VALUES = 400
"""The number of combinations of values that are remembered for a shape."""
LONGEST = 100
"""The length of a text that is remembered."""
_PLAIN = frozenset({str, bool, type(None)})
"""The types of values that are remembered. Equal ones are the same, as 1 and True are not."""
_ENTITY = frozenset({
    "container", "declares", "form", "get", "has", "in_store", "kind", "known", "live", "row",
    "schema_errors", "status", "undeclared", "written_kind",
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


class _Reads:
    """What a rule read of an object.

    Attributes:
        fields: those whose values it read, of an entity.
        more: whether it read anything else that the shape of the object does not tell.
        parts: the proxies of the entities that it was led to, by their identity: a rule may ask
            whether two are the same.
    """

    __slots__ = ("fields", "more", "parts")

    def __init__(self) -> None:
        self.fields: set[str] = set()
        self.more = False
        self.parts: dict[int, _Watched] = {}


class _Watched:
    """A proxy that notes what is read of an object.

    It has no public attribute of its own but `get`: one would hide that of the object.
    """

    def __init__(
        self, of: object, shape: frozenset[str], inside: frozenset[str] = frozenset(),
        reads: _Reads | None = None,
    ) -> None:  # fmt: skip
        self._of, self._shape, self._inside = of, shape, inside
        self._reads = reads or _Reads()

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """That of the object, for `isinstance` and `match`."""
        return type(self._of)

    def get(self, name: str) -> Any:
        """As `EntityView.get`."""
        assert isinstance(self._of, EntityView)
        value = self._of.get(name)
        self._reads.more |= "get" not in self._shape or not _is_remembered(value)
        if self._of.has(name):
            self._reads.fields.add(name)
        return value

    def __getattr__(self, name: str) -> Any:
        self._reads.more |= name not in self._shape
        return self._watch(getattr(self._of, name))

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_"):
            super().__setattr__(name, value)
        else:
            setattr(self._of, name, value)  # which refuses it

    def _watch(self, value: Any) -> Any:
        if isinstance(value, EntityView):
            part = self._reads.parts.get(id(value))
            if part is None:
                part = _Watched(value, self._inside, reads=self._reads)
                self._reads.parts[id(value)] = part
            return part
        if isinstance(value, tuple) and value and isinstance(value[0], EntityView):
            return tuple(map(self._watch, value))
        return value


def _is_remembered(value: object) -> bool:
    return type(value) in _PLAIN and not (isinstance(value, str) and len(value) > LONGEST)


class _Shape:
    """What is known of entities of one shape.

    Attributes:
        fields: those whose values some rules read.
        reporting: the rules that may report, by the values of these fields.
    """

    __slots__ = ("fields", "reporting")

    def __init__(self) -> None:
        self.fields: tuple[str, ...] = ()
        self.reporting: dict[tuple[object, ...], Sequence[Rule]] = {}

    def ask_by(self, fields: Iterable[str]) -> None:
        """Forget what is known, and remember it by the values of other fields."""
        self.fields, self.reporting = tuple(fields), {}


class SilentRules:
    """The accelerator. It remembers shapes, and the rules that may report something about each."""

    def __init__(self) -> None:
        self._texts: dict[Hashable, Sequence[Rule]] = {}
        self._shapes: dict[Hashable, _Shape] = {}
        self._values: dict[str, set[object]] = {}
        """The values of each field that was asked by."""
        self._silent_groups: dict[Hashable, bool] = {}
        self._seen_once: set[Hashable] = set()

    # Documents

    def text_rules(self, rules: Sequence[Rule], text: TextView) -> Sequence[Rule]:
        """The rules that may have a finding about a text."""
        if not text._document.part.is_plain and (
            text.problem is not None or text.duplicates or text.read_duplicates or text.cuts
            or text.plain_keys or any(text.scalars)
        ):  # fmt: skip
            return rules
        shape = (text.language, text.form)
        reporting = self._texts.get(shape)
        if reporting is None:
            watched = _Watched(text, _TEXT)
            reporting = [rule for rule in rules if _may_report(rule.check_text, watched)]
            self._texts[shape] = reporting
        return reporting

    def entity_rules(self, rules: Sequence[Rule], entity: EntityView) -> Sequence[Rule]:
        """The rules that may have a finding about an entity."""
        document: Document = entity._content  # type: ignore[assignment]
        if not document.is_clean or document.row is not None:
            return rules
        shape = (
            document.kind, document.form, document.known, document.written_kind, document.status,
            frozenset(document.entity),  # people write fields in any order
        )  # fmt: skip
        known = self._shapes.get(shape)
        if known is None:
            known = self._see(shape)
            if known is None:
                return rules
        values: tuple[object, ...] = ()
        if known.fields:
            values = tuple([document.entity[field] for field in known.fields])
            if not _PLAIN.issuperset(map(type, values)):
                return rules
        reporting = known.reporting.get(values)
        return self._watch(known, values, rules, entity) if reporting is None else reporting

    def _see(self, shape: Hashable) -> _Shape | None:
        """See a shape; None for the first time, because it may never come again."""
        if shape in self._seen_once and len(self._shapes) < MAX_SHAPES:
            return self._shapes.setdefault(shape, _Shape())
        if len(self._seen_once) < MAX_SHAPES:
            self._seen_once.add(shape)
        return None

    def _watch(
        self, known: _Shape, values: tuple[object, ...], rules: Sequence[Rule], entity: EntityView
    ) -> Sequence[Rule]:
        """Watch which rules may report something about an entity, and remember it."""
        if len(known.reporting) >= MAX_VALUES or not all(map(_is_remembered, values)):
            return rules
        fields, reporting, more = known.fields, [], set()
        for rule in rules:
            watched = _Watched(entity, _ENTITY)
            if _may_report(rule.check_entity, watched):
                reporting.append(rule)
            elif not watched._reads.fields.issubset(fields):
                reporting.append(rule)
                more |= watched._reads.fields.difference(fields)
        for field, value in zip(fields, values, strict=True):
            self._note(field, value)
        more -= {field for field in more if self._is_various(field)}
        if more:
            known.ask_by((*known.fields, *sorted(more)))
        elif known.fields == fields:
            known.reporting[values] = reporting
        return reporting

    def _note(self, field: str, value: object) -> None:
        self._values.setdefault(field, set()).add(value)
        if self._is_various(field):
            for shape in self._shapes.values():
                if field in shape.fields:
                    shape.ask_by(other for other in shape.fields if other != field)

    def _is_various(self, field: str) -> bool:
        return len(self._values.get(field, ())) > FEW_VALUES

    # Groups

    def is_silent(self, rules: CorpusRules, group: str, members: Members, answers: Answers) -> bool:
        """Whether no rule has a finding about a group: one entity, and what refers to it."""
        if len(members.entities) != 1 or members.facts or members.former or answers.has_store:
            return False
        entity = members.entities[0][1]
        if entity.container is not None or entity.name is None:
            return False
        # Each foreign key is a question of its own: how many there are of a shape tells nothing.
        references = frozenset([
            (
                row.kind, row.by, row.from_kind, row.form, row.status, row.owner is None,
                row.sees(entity),
            )
            for row in members.references
        ])  # fmt: skip
        key = (group[:2], entity.kind, entity.status, entity.form, answers.closed, references)
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
            _may_report(task.method, _watched_subject(task.subject))
            for task in tasks_of(rules, group, members, answers)
        )


def _watched_subject(subject: object) -> _Watched:
    reference = hasattr(subject, "targets")
    return _Watched(subject, _REFERENCE if reference else _GROUP, _MEMBER)


def _may_report(method: Callable[[Any], Iterable[object]], watched: _Watched) -> bool:
    """Whether a rule finds something, fails, or reads more than the shape."""
    try:
        return any(True for _ in method(watched)) or watched._reads.more
    except BaseException as error:
        if ends_run(error):
            raise
        return True
