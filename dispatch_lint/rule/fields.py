"""Field names of documents and of definitions, as rules about them see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from dispatch_lint.model.fix import Fix, Rename
from dispatch_lint.rule.readonly import read_only

if TYPE_CHECKING:
    from dispatch_lint.documents.document import Document, Undeclared
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form, ReferenceTarget
    from dispatch_lint.schema.shape import Shape


class DefinedField(NamedTuple):
    """What the definition says of a field, beside its name on the wire.

    Attributes:
        owner: the name of the type that declares it.
        language: of the definition.
        source_name: its name in the source, such as the Go name.
        tagged: whether its name on the wire comes from a tag.
        tag_problem: what is wrong with the tag, as a message; empty for nothing.
    """

    owner: str
    language: Literal["Go", "OpenAPI"]
    source_name: str
    tagged: bool
    tag_problem: str


class FieldView(NamedTuple):
    """One field name, of a document or of a definition (guide, Additional Properties).

    Attributes:
        name: on the wire.
        kind, form: of the entity; the kind may be unknown.
        path: of the field from the root of a document; `()` for one that a schema declares.
        declared: whether a schema declares it.
        reference: what it refers to, if it is declared as a foreign key: `kind`, `by`, `prefix`,
            and `key` where only one entry of a map refers.
        many: whether it holds a list.
        standard: the other standard that the name follows, such as CloudEvents; or empty.
        closed: whether the object allows declared fields only.
        siblings: the names of the fields that the object declares.
        value: the value of an undeclared field.
        meant: the declared field that an undeclared one is probably a misspelling of.
        meant_reference: what that field refers to, if it is declared as a foreign key.
        case_only: it differs from `meant` in case only; dispatch accepts that.
        twins: the names in its object that dispatch reads as one field, in the order of the text;
            empty but for an undeclared field that repeats another in another case.
        definition: what a definition says of it; None where a document has the field.
    """

    name: str
    kind: str
    form: Form
    path: Path = ()
    declared: bool = True
    reference: ReferenceTarget | None = None
    many: bool = False
    standard: str = ""
    closed: bool = False
    siblings: frozenset[str] = frozenset()
    value: Any = None
    meant: str | None = None
    meant_reference: ReferenceTarget | None = None
    case_only: bool = False
    twins: tuple[str, ...] = ()
    definition: DefinedField | None = None

    @classmethod
    def of_shape(
        cls, name: str, kind: str, form: Form, parent: Shape, shape: Shape,
        definition: DefinedField | None = None,
    ) -> FieldView:  # fmt: skip
        """A declared field.

        Args:
            parent: the shape of the object that has the field.
        """
        return cls(
            name, kind, form, reference=shape.reference, many=shape.many,
            standard=shape.standard or parent.standard, siblings=parent.names,
            definition=definition,
        )  # fmt: skip

    @classmethod
    def undeclared(cls, document: Document, field: Undeclared) -> FieldView:
        """A field of a document that no schema declares."""
        meant = field.parent.properties[field.meant] if field.meant else None
        return cls(
            field.name, document.kind, document.form, field.path, declared=False,
            many=isinstance(field.value, list), standard=field.parent.standard,
            closed=field.closed, siblings=field.parent.names, value=read_only(field.value),
            meant=field.meant, meant_reference=meant.reference if meant else None,
            case_only=field.case_only, twins=field.twins,
        )  # fmt: skip

    def rename_to(self, name: str) -> Fix | None:
        """The fix that renames a field of a document, for a finding with the path `()`.

        None for a declared field, because a definition is not changed automatically, and for a name
        that the kind does not have either.
        """
        if self.declared or (self.closed and name not in self.siblings):
            return None
        return Fix("unsafe", f"rename it to {name}", (Rename((), name),))
