"""Fields of documents and of definitions, as rules about them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType, Field
    from dispatch_lint.model.fix import Fix
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.shape import Shape


class FieldUse(NamedTuple):
    """A field name in a document or a definition.

    Attributes:
        parent: the shape of the object that has the field.
        declared: whether a schema declares the field.
        shape: the shape of a declared field.
        value: the value of an undeclared field.
        closed: whether the object allows declared fields only.
        meant: the declared field that an undeclared one is probably a misspelling of.
        case_only: it differs from `meant` in case only; dispatch accepts that.
    """

    name: str
    kind: str
    form: Form
    parent: Shape
    declared: bool = True
    shape: Shape | None = None
    value: Any = None
    closed: bool = False
    meant: str | None = None
    case_only: bool = False

    @property
    def standard(self) -> str:
        """The other standard that the name follows, such as CloudEvents."""
        return (self.shape.standard if self.shape else "") or self.parent.standard

    @property
    def many(self) -> bool:
        """Whether it holds a list."""
        return self.shape.many if self.shape else isinstance(self.value, list)


def rename_fix(field: FieldUse, name: str) -> Fix | None:
    """The fix that renames a field of a document.

    None for a declared field, because a definition is not changed automatically, and for a name
    that the kind does not have either.
    """
    from dispatch_lint.model.fix import Fix, Rename

    if field.declared or (field.closed and name not in field.parent.properties):
        return None
    return Fix("unsafe", f"rename it to {name}", (Rename((), name),))


class Member(NamedTuple):
    """One field of a definition, or of a type that the definition uses.

    Attributes:
        owner: the name of the type that declares it.
        definition: the definition that uses the type.
        use: the field as the rules about names see it.
    """

    field: Field
    owner: str
    definition: EntityType
    use: FieldUse
