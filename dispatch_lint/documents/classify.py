"""Decides which documents are entities, and their form, kind and organization.

The test is the one that docs/reference/inputs.md states.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.globs import first_match
from dispatch_lint.documents.conversion import converted
from dispatch_lint.documents.document import Document, Row, Undeclared
from dispatch_lint.documents.modelines import Modeline, Modelines
from dispatch_lint.documents.source import relative_name
from dispatch_lint.documents.store_dump import (
    entity_of_row,
    has_kind,
    kinds_in_key,
    organization_of_key,
    read_row,
)
from dispatch_lint.model.patterns import compiled
from dispatch_lint.naming import nearest
from dispatch_lint.schema.validation import is_valid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.source import Source
    from dispatch_lint.documents.stored_entity import StoredEntity
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.catalogue import Catalogue, Kind
    from dispatch_lint.text.tree import Part

_KIND_LINE = r"(?m)^kind:[ \t]*(?P<quote>[\"']?)(?P<kind>[\w.-]+)(?P=quote)[ \t]*(?:#.*)?\r?$"  # fmt: skip
_OF_VIOLATIONS = frozenset({"rule", "severity", "pointer", "endLine", "endColumn", "fingerprint"})
"""Fields of a violation in a report: so many that no entity has them all."""
_NOT_OURS = r"(?m)^(?:apiVersion|metadata)[ \t]*:"
_JSON_KIND = r'"kind"\s*:\s*"(?P<kind>[\w.-]+)"'
_JSON_STORED = r'"organizationId"\s*:\s*"'


class Skipped(NamedTuple):
    """A document that is not an entity, and why. It is counted, and no rule checks it.

    Attributes:
        number: counts all documents of the source from 0.
        describes_api: it is an OpenAPI description: its models are checked as definitions, and
            it does not count as skipped.
    """

    number: int
    reason: str
    describes_api: bool = False


Explains = Callable[[Document, Undeclared], bool]
"""Whether a rule reports an undeclared field of a document. Then the field is repaired."""


def _closed(_: Document, field: Undeclared) -> bool:
    return field.closed


class Classifier:
    """Decides what each document is, validates it, and repairs misspelled fields.

    Args:
        explains: whether a misspelled field is reported. Such a field is repaired: other rules
            see it under the name that was meant.
    """

    def __init__(
        self, settings: Settings, catalogue: Catalogue, explains: Explains = _closed
    ) -> None:
        self.settings, self.catalogue = settings, catalogue
        self._explains = explains
        self.organization_field = catalogue.organization_field
        self._mapped: dict[str, str | None] = {}
        self._modelines = Modelines()

    def read(self, part: Part, source: Source, index: int) -> Document | Skipped:
        """Read a part that parses as an entity document.

        Args:
            index: counts the documents of the source from 0.

        Returns:
            The document, or why the part is not an entity.
        """
        value = part.value
        if not isinstance(value, dict):
            return self._no_mapping(value, source, index, part)
        row = read_row(value, self.organization_field)
        if row is not None:
            return self._row(row, value, source, index, part)
        if ("swagger" in value or "openapi" in value) and _is_openapi(value):
            return Skipped(index, "it describes an API: its models are definitions", True)
        written = self._written_kind(value)
        modeline = self._modelines.read(part, source)
        if modeline is not None and not modeline.ours:
            return _foreign_schema(modeline, index)
        if "apiVersion" in value or "metadata" in value:
            return Skipped(index, "it has apiVersion or metadata: a Kubernetes object")
        mapped = self.settings.kind or self._mapped_kind(source)
        if mapped is None and modeline is not None:
            mapped = modeline.kind
        reason = self._skip_reason(value, written, source) if mapped is None else None
        if reason:
            return Skipped(index, reason)
        kind_name = self.settings.kind or written or mapped or ""
        form = modeline.form if modeline is not None else None
        return self._document(value, kind_name, written, source, index, part, form)

    def unparsed(self, part: Part, source: Source, index: int, *, beside: bool) -> (
        Document | Skipped
    ):  # fmt: skip
        """Classify a part that does not parse.

        It counts as an entity where the user named the file, where its text names a kind or has
        the fields of a stored entity, where a modeline names a schema of Dispatch, or where the
        file has other entities.

        Args:
            beside: whether another document of the file is an entity.
        """
        modeline = self._modelines.read(part, source)
        kind_name = self._kind_of_text(part.text, source)
        if modeline is not None and not modeline.ours and not source.named:
            return _foreign_schema(modeline, index)
        if kind_name is None and modeline is not None:
            kind_name = modeline.kind or ""
        if kind_name is None and not beside and not source.named:
            return Skipped(index, "it does not parse, and does not look like an entity")
        kind = self.catalogue.resolve(kind_name or "") or self.catalogue.near(kind_name or "")
        name = kind.name if kind else kind_name or ""
        form = self.settings.form or "manifest"
        return Document(
            source, index, None, None, form, name, self.catalogue.schema(name, form), part,
            valid=False, known=kind is not None, organization=self.settings.organization,
        )  # fmt: skip

    def _kind_of_text(self, text: str, source: Source) -> str | None:
        """The kind that a text names, whether it parses or not.

        Empty for a stored entity without a kind; None for a text that is not an entity's.
        """
        forced = self.settings.kind or self._mapped_kind(source)
        if forced:
            return forced
        if source.format == "yaml":
            match = compiled(_KIND_LINE).search(text)
            if match and not compiled(_NOT_OURS).search(text) and self._is_kind(match["kind"]):
                return match["kind"]
        if source.format != "yaml" or text.lstrip().startswith("{"):
            match = compiled(_JSON_KIND).search(text)
            if '"apiVersion"' not in text and match and self._is_kind(match["kind"]):
                return match["kind"]
            if compiled(_JSON_STORED).search(text):
                return ""
        return None

    def _is_kind(self, name: str) -> bool:
        return name in self.catalogue.document_kinds or self.catalogue.near(name) is not None

    def _no_mapping(self, value: Any, source: Source, index: int, part: Part) -> Document | Skipped:
        from dispatch_lint.documents.stored_entity import StoredEntity  # only stores need it

        if isinstance(value, StoredEntity):
            return self._stored(value, source, index, part)
        if value is None:
            return Skipped(index, "it is empty")
        return Skipped(index, f"it is a {_json_type(value)}, not a mapping")

    def _written_kind(self, value: Mapping[str, Any]) -> str | None:
        """The kind that a document names, in a misspelled `kind` field too."""
        written = value.get("kind")
        if isinstance(written, str):
            return written
        if "kind" in value or _name_field(value) is None:
            return None
        for field, kind in value.items():
            if not isinstance(kind, str):
                continue
            if field.lower() == "kind":  # dispatch reads it as `kind`
                return None if _is_of_kubernetes(value) else kind
            # `kimd` is a misspelling only where what it names is certainly a kind.
            if kind in self.catalogue.document_kinds and nearest(field, ["kind"], cutoff=0.7):
                return kind
        return None

    def _skip_reason(
        self, value: Mapping[str, Any], written: str | None, source: Source
    ) -> str | None:
        """Why a mapping is not an entity; None where it is one."""
        if "fingerprint" in value and value.keys() >= _OF_VIOLATIONS:
            return "it is a violation in a report of dispatch-lint"  # which names a kind, too
        if written is not None:
            if self._is_kind(written) and self._meant_kind(value, written) is not None:
                return None
            if source.named and isinstance(value.get(_name_field(value) or ""), str):
                return None
        stored = "name" in value and self.organization_field in value
        if stored and any(field in value for field in ("id", "status", "revision")):
            return None
        if written is None:
            return "it has neither a kind nor the fields of a stored entity"
        return f'its kind "{written}" is unknown'

    def _meant_kind(self, value: Mapping[str, Any], name: str) -> Kind | None:
        """The kind that a document names, or probably means: then it has a field of that kind.

        Other programs have kinds of similar names: `kind: secret` is one of Drone CI.
        """
        kind = self.catalogue.resolve(name)
        if kind is not None:
            return kind
        kind = self.catalogue.near(name)
        others = value.keys() - {"kind", _name_field(value)}
        if kind is None or not others:
            return kind
        own = tuple(sorted(
            {field for schema in kind.forms.values() for field in schema.shape.properties}
        ))  # fmt: skip
        return kind if any(nearest(field, own) for field in others) else None

    def _mapped_kind(self, source: Source) -> str | None:
        """The kind that the setting `kinds` gives to the documents of a source."""
        if not self.settings.kinds:
            return None
        if source.name not in self._mapped:
            name = relative_name(source, self.settings.root)
            self._mapped[source.name] = first_match(name, self.settings.kinds)
        return self._mapped[source.name]

    def _stored(self, stored: StoredEntity, source: Source, index: int, part: Part) -> Document:
        entity = stored.entity
        written = entity.get("kind")
        schema = self.catalogue.schema(stored.kind, stored.form)
        return self._completed(Document(
            source, index, entity, entity, stored.form, stored.kind, schema, part,
            is_valid(schema, entity), known=self.catalogue.resolve(stored.kind) is not None,
            written_kind=written if isinstance(written, str) else None,
            organization=stored.organization,
        ))  # fmt: skip

    def _completed(self, document: Document) -> Document:
        """A document with its undeclared fields, those repaired that a rule reports."""
        if document.is_clean:
            return document
        from dispatch_lint.documents.undeclared import find_undeclared, repaired

        def explains(field: Undeclared) -> bool:
            return self._explains(document, field)

        shape, kinds = document.schema.shape, self.catalogue.kind_names
        fields = find_undeclared(document.value, shape, kinds, explains)
        if not fields:
            return document
        return repaired(
            document._replace(undeclared=fields), [field for field in fields if explains(field)]
        )

    def _document(
        self, value: dict[str, Any], kind_name: str, written: str | None, source: Source, index: int,
        part: Part, form: Form | None = None,
    ) -> Document:  # fmt: skip
        form = self.settings.form or form or self._form(value, written)
        kind = self._meant_kind(value, kind_name)
        name = kind.name if kind else kind_name
        organization = value.get(self.organization_field)
        if not (isinstance(organization, str) and organization):
            organization = self.settings.organization
        schema = self.catalogue.schema(name, form)
        document = self._completed(Document(
            source, index, value, value, form, name, schema, part, is_valid(schema, value),
            known=kind is not None, written_kind=written, organization=organization,
        ))  # fmt: skip
        return converted(document) if form == "manifest" else document

    def _form(self, value: Mapping[str, Any], written: str | None) -> Form:
        if self.organization_field in value:
            return "stored"
        if written is not None:
            return "manifest"
        if all(field in value for field in ("id", "status", "name")):
            return "stored"
        return "manifest"

    def _row(
        self, row: Row, value: Mapping[str, Any], source: Source, index: int, part: Part
    ) -> Document:
        entity = entity_of_row(row, value)
        written = entity.get("kind")
        in_key = kinds_in_key(row.key, entity.get(self.organization_field))
        stated = [self.settings.kind, written, value.get("type")]
        names = [name for name in (*stated, *in_key) if isinstance(name, str) and name]
        kinds = chain(map(self.catalogue.resolve, names), map(self.catalogue.near, names))
        kind = next((kind for kind in kinds if kind is not None), None)
        # A kind of the user's own; a part of a key of another layout may be anything.
        own = names if has_kind(row.key) else [name for name in names if name in stated]
        kind_name = kind.name if kind else own[0] if own else ""
        organization = entity.get(self.organization_field)
        if not (isinstance(organization, str) and organization):
            # This identifies the entity; organization-single reports the missing field.
            organization = value.get("organization_id") or organization_of_key(
                row.key, self.catalogue
            )
        schema = self.catalogue.schema(kind_name, "stored")
        return self._completed(Document(
            source, index, entity, entity, "stored", kind_name, schema, part,
            is_valid(schema, entity), known=kind is not None,
            written_kind=written if isinstance(written, str) else None,
            organization=organization if isinstance(organization, str) else self.settings.organization,
            row=row,
        ))  # fmt: skip


def _name_field(value: Mapping[str, Any]) -> str | None:
    """The field that dispatch reads as `name`: it does not regard the case of fields."""
    if "name" in value:
        return "name"
    return next((field for field in value if field.lower() == "name"), None)


def _is_of_kubernetes(value: Mapping[str, Any]) -> bool:
    """Whether a mapping has a field, in any case, that tells an object of Kubernetes."""
    return not {"apiversion", "metadata"}.isdisjoint(map(str.lower, value))


def _is_openapi(value: object) -> bool:
    from dispatch_lint.definitions.model import is_openapi

    return is_openapi(value)


def _foreign_schema(modeline: Modeline, index: int) -> Skipped:
    return Skipped(
        index, f"its modeline names {modeline.schema}, which is not a schema of Dispatch"
    )


def _json_type(value: object) -> str:
    if isinstance(value, list):
        return "list"
    return "text" if isinstance(value, str) else "single value"
