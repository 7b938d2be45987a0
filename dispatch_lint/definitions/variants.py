"""One type that has the values of several: of the variants that a build chooses from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import NamedTuple

from dispatch_lint.definitions.model import EntityType, Field, Type


def union(types: Sequence[Type]) -> Type:
    """A type with all values of some types, of which there is one at least."""
    return reduce(_either, types)


def _either(left: Type, right: Type) -> Type:
    if left == right:
        return left
    either = Type("any")
    if left.wire_type == right.wire_type:
        either = _of_one_wire_type(left, right)
    elif {left.wire_type, right.wire_type} == {"integer", "unsigned"}:
        either = left._replace(wire_type="integer", limits=_common(left, right), values=())
    return either._replace(
        nullable=left.nullable or right.nullable, pointer=left.pointer and right.pointer,
        text=left.text or right.text, name=left.name, unread=left.unread or right.unread,
    )  # fmt: skip


def _of_one_wire_type(left: Type, right: Type) -> Type:
    if left.same_as or right.same_as:
        return Type("any")  # what it is is being read
    values = (*left.values, *right.values) if left.wire_type == "enum" else ()
    further = [type_ for type_ in right.alternatives if type_ not in left.alternatives]
    return left._replace(
        fields=merged_fields(left.fields, right.fields), open=left.open or right.open,
        item=_either_item(left, right), values=tuple(dict.fromkeys(values)),
        alternatives=(*left.alternatives, *further), limits=_common(left, right),
        zero=left.zero or right.zero,
    )  # fmt: skip


def _either_item(left: Type, right: Type) -> Type | None:
    """The type of the items of two types; of objects, that of the fields that are not declared."""
    if left.item and right.item:
        return _either(left.item, right.item)
    without = right if left.item else left
    is_closed = without.wire_type == "object" and not without.open
    return left.item or right.item if is_closed else None


def _common(left: Type, right: Type) -> tuple[tuple[str, object], ...]:
    """The limits that hold for both types."""
    first, second = dict(left.limits), dict(right.limits)
    common = {name: value for name, value in first.items() if second.get(name) == value}
    for name, wider in (("minimum", min), ("maximum", max)):
        if name in first and name in second:
            common[name] = wider(first[name], second[name])
    return tuple(common.items())


def merged_fields(left: Sequence[Field], right: Sequence[Field]) -> tuple[Field, ...]:
    """The fields of two variants of a struct; those that only one has may be missing."""
    theirs = {field.name: field for field in right}
    fields = []
    for field in left:
        other = theirs.pop(field.name, None)
        if other is None:
            fields.append(field._replace(omitempty=True))
            continue
        omitempty = field.omitempty or other.omitempty
        pattern = field.pattern if field.pattern == other.pattern else ""
        fields.append(
            field._replace(
                type=_either(field.type, other.type), omitempty=omitempty, pattern=pattern
            )
        )
    return (*fields, *(field._replace(omitempty=True) for field in theirs.values()))


def variants_of(definitions: Sequence[EntityType]) -> list[EntityType]:
    """The definitions of one kind and form that are variants of the first: the build chooses one."""
    first, *others = definitions
    return [first, *(other for other in others if is_variant(other, first))]


def is_variant(definition: EntityType, first: EntityType) -> bool:
    """Whether two definitions are the same type of the same package."""
    same_folder = _folder(definition) == _folder(first)
    return definition.name == first.name and same_folder and definition.language == "Go"


def _folder(definition: EntityType) -> str:
    return definition.location.file.rpartition("/")[0]


class Repeated(NamedTuple):
    """A definition of a kind and form that has one already.

    Attributes:
        variant: the build chooses between the two, so that both count.
        message: what there is to say about it.
    """

    definition: EntityType
    first: EntityType
    variant: bool
    message: str


def repeated(definitions: Sequence[EntityType]) -> Iterator[Repeated]:
    """The definitions that repeat the first one of some of one kind and form."""
    first, *others = definitions
    for other in others:
        if is_variant(other, first):
            message = (
                f"the build tags choose the type {first.name}, also declared at {first.location}: "
                "the schema accepts each"
            )
            yield Repeated(other, first, True, message)
        elif other.language == first.language == "Go" and _folder(other) != _folder(first):
            if other.value or first.value:
                continue
            yield Repeated(other, first, False, already_declared(first))


def already_declared(first: EntityType) -> str:
    """What there is to say about a definition that does not count, because of another one."""
    return (
        f"the kind {first.kind} ({first.form}) is already declared at {first.location}, "
        "which takes precedence"
    )


def merged(variants: Sequence[EntityType]) -> EntityType:
    """One definition with the documents of several variants of it."""
    first, *others = variants
    for other in others:
        known, more = dict(first.recursive), dict(other.recursive)
        both = {name: _either(known[name], more[name]) for name in known.keys() & more.keys()}
        first = first._replace(
            fields=merged_fields(first.fields, other.fields), open=first.open or other.open,
            recursive=tuple(sorted((known | more | both).items())),
        )  # fmt: skip
    return first
