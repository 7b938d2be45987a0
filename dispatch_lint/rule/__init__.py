"""All that the author of a rule needs; `docs/writing-rules.md` is the introduction.

A rule is a small class in a file named after it. What it checks follows from the methods that it
overrides:

- `check_text(text)`: a document with its source text;
- `check_field(field)`: a field name in a document or a definition;
- `check_entity(entity)`: one entity by itself;
- `check_key(group)`, `check_id(group)`: all holders of one key, or of one ID;
- `check_reference(reference)`: one foreign key, with every entity that it may mean;
- `collect(entity)` and `judge(group)`: facts of your own, in groups of your own;
- `check_definition`, `check_kind`, `check_package`, `check_change`: definitions;
- `check_suppression`: a suppression comment that is wrong or unused.

A rule yields findings: paths and messages. Locations, fixes, suppressions and processes are the
engine's affair.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dispatch_lint.documents.document import ROW_KEY, ForeignKey, Row
from dispatch_lint.documents.suppressions import Suppression
from dispatch_lint.model.base_entity import BASE, SERVER_OWNED
from dispatch_lint.model.fix import Fix, Put, Rename
from dispatch_lint.model.location import Location, Path, Range
from dispatch_lint.model.reference import Form
from dispatch_lint.model.relations import read_key, same_key
from dispatch_lint.model.violation import Severity
from dispatch_lint.naming import (
    INITIALISMS,
    did_you_mean,
    is_lower_camel,
    is_slip,
    kind_field,
    lower_camel,
    only_nearest,
    plural,
    read_foreign_key,
    words_of,
)
from dispatch_lint.rule.base import SCOPES, NoOptions, Rule
from dispatch_lint.rule.catalogue import CatalogueView, KindView
from dispatch_lint.rule.defining import defining_problem, option_names
from dispatch_lint.rule.definitions import PackageView, guide_fields, repeated
from dispatch_lint.rule.entity import EntityView
from dispatch_lint.rule.example import Example, stored
from dispatch_lint.rule.fields import DefinedField, FieldView
from dispatch_lint.rule.finding import Finding
from dispatch_lint.rule.groups import (
    Collected,
    Fact,
    FormerHolder,
    Group,
    IdGroup,
    KeyGroup,
    Reference,
)
from dispatch_lint.rule.readonly import read_only
from dispatch_lint.rule.text import Scalar, TextView
from dispatch_lint.schema.initialisms import EXEMPT, initialisms_of
from dispatch_lint.schema.patterns import fits
from dispatch_lint.text.scalars import (
    dispatch_boolean,
    dispatch_integer,
    dispatch_text,
    is_null,
    resolve_core,
    text_of,
    whole_number,
)
from dispatch_lint.text.tree import Duplicate

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import EntityType as DefinitionView
    from dispatch_lint.definitions.model import Field as DefinitionField
    from dispatch_lint.schema.schema_change import SchemaChange

__all__ = [  # noqa: RUF022 (sorted by what they are for)
    # A rule, and what it yields
    "Example", "Finding", "Fix", "NoOptions", "Put", "Rename", "Rule", "Severity", "stored",
    # What it is given
    "CatalogueView", "Collected", "DefinedField", "DefinitionField", "DefinitionView", "Duplicate", "EntityView", "Fact",
    "FieldView", "ForeignKey", "Form", "FormerHolder", "Group", "IdGroup", "KeyGroup", "KindView", "Location",
    "PackageView", "Path", "Range", "Reference", "Row", "Scalar", "SchemaChange", "Suppression",
    "TextView",
    # Names, keys and values
    "BASE", "EXEMPT", "INITIALISMS", "ROW_KEY", "SERVER_OWNED", "did_you_mean", "dispatch_boolean",
    "dispatch_integer", "dispatch_text", "fits", "guide_fields", "initialisms_of", "is_null",
    "is_lower_camel", "is_slip", "kind_field", "lower_camel", "only_nearest", "plural", "read_foreign_key",
    "read_key", "repeated", "resolve_core", "same_key", "text_of", "whole_number", "words_of",
    # For the engine
    "SCOPES", "defining_problem", "option_names", "read_only",
]  # fmt: skip

# Few runs have definitions, and what describes them takes long to import.
_OF_DEFINITIONS = {
    "DefinitionField": ("dispatch_lint.definitions.model", "Field"),
    "DefinitionView": ("dispatch_lint.definitions.model", "EntityType"),
    "SchemaChange": ("dispatch_lint.schema.schema_change", "SchemaChange"),
}


def __getattr__(name: str) -> Any:
    if name not in _OF_DEFINITIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, of_module = _OF_DEFINITIONS[name]
    return getattr(import_module(module), of_module)
