"""The catalogue of a run: the built-in schemas, and what the settings put beside them."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.model import BASE
from dispatch_lint.schema.catalogue import Catalogue
from dispatch_lint.schema.folder import EDITOR_FILE, read_folder
from dispatch_lint.schema.kind_schema import CatalogueError

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.schema.shape import Schema


def load_catalogue(settings: Settings) -> Catalogue:
    """The catalogue that the settings ask for (DESIGN, Schemas are the hub).

    `schemas` replaces the built-in schemas, while aliases and the base schemas remain;
    `definitions` adds to them, and a kind defined there replaces that kind in both forms.

    Raises:
        CatalogueError, DefinitionError: a schema or definition cannot be used.
    """
    builtin = read_folder(builtin_folder())
    schemas = builtin
    if settings.schemas:
        schemas = {name: one for name, one in builtin.items() if one.get("x-dispatch-kind") == BASE}
        for folder in settings.schemas:
            schemas |= read_folder(settings.root / folder)
    if settings.definitions:
        schemas = _with_definitions(schemas, settings)
    questions = settings.open_questions
    catalogue = Catalogue(
        schemas,
        aliases={
            str(one["x-dispatch-kind"]): tuple(one["x-dispatch-aliases"])
            for one in builtin.values()
            if "x-dispatch-aliases" in one
        },
        references=settings.references,
        organization_field=questions.organization_field,
        kind_field=questions.kind_field,
    )
    for kind in (settings.kind, *settings.kinds.values()):
        if kind is not None and catalogue.resolve(kind) is None:
            from dispatch_lint.naming import did_you_mean

            meant = did_you_mean(kind, catalogue.document_kinds)
            raise CatalogueError(f'there is no kind "{kind}"{meant}')
    return catalogue


def _with_definitions(schemas: dict[str, Schema], settings: Settings) -> dict[str, Schema]:
    from dispatch_lint.definitions.model import DefinitionError
    from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths
    from dispatch_lint.schema.generate import generate

    paths = [settings.root / one for one in settings.definitions]
    for path in paths:
        if not path.exists():
            raise DefinitionError(f"definitions: {path} does not exist")
    known = Catalogue(deepcopy(schemas))
    conventions = conventions_of(known, settings)
    found = read_paths([str(path) for path in paths], settings, conventions)
    if not found.types:
        raise DefinitionError(
            f"definitions: no kind is declared in {', '.join(settings.definitions)}"
        )
    defined = generate(kinds_of(found, conventions))
    kinds = {one["x-dispatch-kind"] for name, one in defined.items() if name != EDITOR_FILE}
    kept = {name: one for name, one in schemas.items() if one.get("x-dispatch-kind") not in kinds}
    return kept | {f"definitions:{name}": one for name, one in defined.items()}
