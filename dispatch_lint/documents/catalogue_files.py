"""The catalogue of a run: the built-in schemas, and those that the settings add or replace."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dispatch_lint.config.tree import exists
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.errors import Setting, about
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.folder import EDITOR_FILE, read_folder
from dispatch_lint.schema.kind_schema import CatalogueError
from dispatch_lint.schema.shape import schema_of_field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.schema.shape import Schema


def load_catalogue(settings: Settings) -> Catalogue:
    """The catalogue that the settings ask for.

    `schemas` replaces the built-in schemas, while aliases and the base schemas remain;
    `definitions` adds to them, and a kind defined there replaces that kind in both forms.

    Raises:
        CatalogueError, DefinitionError: a schema or definition cannot be used.
    """
    builtin = read_folder(builtin_folder())
    schemas = builtin
    if settings.schemas:
        schemas = {
            name: schema
            for name, schema in builtin.items()
            if schema.get("x-dispatch-kind") == BASE
        }
        for folder in settings.schemas:
            with about(Setting("schemas", folder)):
                schemas |= read_folder(settings.root / folder)
    unused: tuple[str, ...] = ()
    if settings.definitions:
        with about(Setting("definitions")):
            schemas, unused = _with_definitions(schemas, settings)
    questions = settings.open_questions
    if settings.base_entity.statuses is not None:
        _set_statuses(schemas.values(), settings.base_entity.statuses)
    with about(Setting("schemas" if settings.schemas else "definitions")):
        catalogue = Catalogue(
            schemas,
            aliases=_aliases(builtin.values(), schemas.values()),
            references=settings.references,
            organization_field=questions.organization_field,
            kind_field=questions.kind_field,
        )
    catalogue.unused = unused
    _check_kinds(settings, catalogue)
    return catalogue


def _check_kinds(settings: Settings, catalogue: Catalogue) -> None:
    """Refuse settings that name kinds which do not exist.

    Raises:
        CatalogueError: there is one.
    """
    named: list[tuple[str, str, Setting | None]] = []
    if settings.kind is not None:
        named.append((settings.kind, "", None))
    named += [(kind, "", Setting("kinds", glob)) for glob, kind in settings.kinds.items()]
    for glob in settings.external:
        kind, _, name = glob.partition("/")
        setting = Setting("external", glob)
        if not kind or not name or "/" in name:  # no name has a slash: it would resolve nothing
            raise CatalogueError(f'external: "{glob}" must be <kind>/<name>', setting=setting)
        if not set(kind) & set("*?["):
            named.append((kind, f'external: "{glob}": ', setting))
    for kind, where, about_ in named:
        if catalogue.resolve(kind) is None and kind not in catalogue.kind_names:
            from dispatch_lint.naming import did_you_mean

            hint = did_you_mean(kind, catalogue.document_kinds)
            message = f'{where}there is no kind "{kind}"{hint}'
            raise CatalogueError(message, setting=about_)


def builtin_kinds(catalogue: Catalogue) -> set[str]:
    """The kinds of a catalogue that are part of dispatch-lint, and that no definition replaces."""
    return {schema.kind for schema in catalogue.schemas if schema.built_in}


def _with_definitions(
    schemas: dict[str, Schema], settings: Settings
) -> tuple[dict[str, Schema], tuple[str, ...]]:
    """Schemas, in which the kinds that the setting `definitions` declares are added or replaced.

    Returns:
        The schemas, and messages about names in the settings that no type has.
    """
    from dispatch_lint.definitions.model import DefinitionError
    from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths
    from dispatch_lint.schema.generate import generate

    paths = [settings.root / path for path in settings.definitions]
    for path, value in zip(paths, settings.definitions, strict=True):
        if not exists(path):
            setting = Setting("definitions", value)
            raise DefinitionError(f"definitions: {path} does not exist", setting=setting)
    conventions = conventions_of(Catalogue(deepcopy(schemas)), settings)
    found = read_paths([str(path) for path in paths], settings, conventions)
    defined_kinds = kinds_of(found, conventions)  # first: it says why nothing could be read
    if not found.types:
        raise DefinitionError(
            f"definitions: no kind is declared in {', '.join(settings.definitions)}"
        )
    defined = generate(defined_kinds)
    own = [schema for name, schema in defined.items() if name != EDITOR_FILE]
    renamed = {
        alias: schema["x-dispatch-kind"]
        for schema in own
        for alias in schema.get("x-dispatch-aliases", ())
    }
    kinds = {schema["x-dispatch-kind"] for schema in own} | renamed.keys()
    kept = {
        name: schema
        for name, schema in schemas.items()
        if schema.get("x-dispatch-kind") not in kinds
    }
    for schema in (*kept.values(), *own):
        _rename_references(schema, renamed)
    defined = {f"definitions:{name}": schema for name, schema in defined.items()}
    return kept | defined, tuple(filter(None, (*found.unused, found.without_base)))


def _rename_references(value: Any, renamed: Mapping[str, str]) -> None:
    """Let foreign keys to a kind that became an alias refer to the kind of that alias."""
    if isinstance(value, list):
        for item in value:
            _rename_references(item, renamed)
    elif isinstance(value, dict):
        reference = value.get("x-dispatch-reference")
        if isinstance(reference, dict):
            kind = reference.get("kind")
            if isinstance(kind, str) and kind in renamed:
                value["x-dispatch-reference"] = reference | {"kind": renamed[kind]}
        for inner in value.values():
            _rename_references(inner, renamed)


def _aliases(builtin: Iterable[Schema], schemas: Iterable[Schema]) -> dict[str, tuple[str, ...]]:
    """The aliases of the built-in kinds, without those that a kind of the user's has taken."""
    taken = {
        alias: schema["x-dispatch-kind"]
        for schema in schemas
        for alias in (schema.get("x-dispatch-kind"), *schema.get("x-dispatch-aliases", ()))
        if "x-dispatch-kind" in schema
    }
    return {
        str(kind): tuple(
            alias for alias in schema["x-dispatch-aliases"] if taken.get(alias, kind) == kind
        )
        for schema in builtin
        if "x-dispatch-aliases" in schema and (kind := schema["x-dispatch-kind"])
    }


def _set_statuses(schemas: Iterable[Schema], statuses: tuple[str, ...]) -> None:
    """Let the statuses of the settings be those of the base entity, and of the built-in kinds."""
    guide: list[str] = []
    for schema in schemas:
        if schema.get("x-dispatch-kind") == BASE and not guide:
            guide = [value for value in schema_of_field(schema, "status").get("enum", ()) if value]
    for schema in schemas:
        status = schema_of_field(schema, "status")
        values = status.get("enum", [])
        if values and all(value in values for value in guide):  # which need not be texts
            status["enum"] = [*statuses, *(value for value in values if value not in guide)]
            status.pop("enumDescriptions", None)
