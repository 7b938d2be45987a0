"""Reads definitions from paths: Go files, OpenAPI descriptions, and folders of either."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.globs import first_match
from dispatch_lint.config.tree import is_file, real_path
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.model import DefinitionError, DefinitionProblem, is_openapi
from dispatch_lint.definitions.openapi import Description
from dispatch_lint.definitions.reading import GoSource, read_sources
from dispatch_lint.definitions.selection import Selection
from dispatch_lint.definitions.variants import already_declared, merged, repeated, variants_of
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source, relative_name
from dispatch_lint.model.base_entity import BASE
from dispatch_lint.model.errors import InputError
from dispatch_lint.model.progress import Progress, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dispatch_lint.config.limits import Limits
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.definitions.reading import Definitions
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.text.tree import Part

MAX_GO = 16 * 1024 * 1024
"""The largest Go file that is read, in bytes."""
_INCLUDE = ("*.go", "*.json", "*.yaml", "*.yml")


def conventions_of(catalogue: Catalogue, settings: Settings) -> Conventions:
    """The conventions by which code without markers is read.

    What the catalogue has about the fields of a kind (its foreign keys, for example) holds for the
    same fields in the code. The setting `references` overrides it.
    """
    references = {
        (schema.kind, route.name): route.shape.reference
        for schema in catalogue.schemas
        for route in schema.routes
        if len(route.steps) == 1
    }
    for name, reference in settings.references.items():
        kind_name, _, field = name.partition(".")
        kind = catalogue.resolve(kind_name)
        references[kind.name if kind else kind_name, field] = reference
    return Conventions(
        aliases={name: kind for name, kind in catalogue.names.items() if name != kind},
        kinds=frozenset(catalogue.kinds),
        references=references,
        standards={
            schema.kind: schema.shape.standard for schema in catalogue.schemas
            if schema.shape.standard
        } | {"CloudEvent": "CloudEvents"},
        nested=_flagged(catalogue, "x-dispatch-nested"),
        ignored=_flagged(catalogue, "x-dispatch-ignored"),
        foreign=True,
        statuses=frozenset(catalogue.statuses),
        base=settings.base_entity.type or BASE,
        selections=tuple(
            Selection(_relative(settings.root / entry.path), entry.include, entry.exclude)
            for entry in settings.selections
        ),
    )  # fmt: skip


def _relative(path: Path) -> str:
    """A path as sources are named: relative to the working directory where it is below that."""
    absolute = os.path.normpath(path.absolute())
    below = os.path.relpath(absolute)
    return (absolute if below.startswith("..") else below).replace(os.sep, "/")


def _flagged(catalogue: Catalogue, flag: str) -> frozenset[tuple[str, str]]:
    """The kinds, each with a form, whose schemas have a flag set."""
    return frozenset(
        (schema.kind, schema.form) for schema in catalogue.schemas if schema.schema.get(flag)
    )


def go_source(
    source: Source, shown: Callable[[str], str] = lambda name: name, content: bytes | None = None
) -> GoSource:
    """A file as Go source, which is read when it is needed.

    Args:
        shown: how a file is named in locations.
        content: its content, where it was read already.
    """

    def read() -> bytes:
        data = content
        if data is None:
            with source.open() as stream:
                data = stream.read(MAX_GO + 1)
        if len(data) > MAX_GO:
            raise InputError(f"{source.name}: the file is larger than {MAX_GO >> 20} MiB")
        return data

    return GoSource(shown(source.name), read, source.named)


def description(
    source: Source, part: Part, settings: Settings, shown: Callable[[str], str] = lambda name: name
) -> Description:
    """A document that describes an API, as a source of definitions.

    Args:
        shown: how a file is named in locations.
    """
    paths = {shown(source.name): source.name}
    name = relative_name(source, settings.root)

    def kind_of(model: str) -> str | None:
        return first_match(f"{name}#{model}", settings.kinds)

    def other(file: str, address: str) -> tuple[str, Part] | None:
        found = _referred(paths[file], address, settings)
        if found is None:
            return None
        other_name = shown(found[0])
        paths[other_name] = found[0]
        return other_name, found[1]

    return Description(shown(source.name), part, kind_of, other)


def _referred(file: str, address: str, settings: Settings) -> tuple[str, Part] | None:
    """The first document of a file that another one refers to, with its name.

    None if it is not a file of the tree: below the settings, the working directory, or the folder
    of the file that refers to it.
    """
    path = Path(file).parent / address
    resolved = real_path(path)
    roots = (real_path(settings.root), Path.cwd(), real_path(Path(file).parent))
    if not is_file(resolved) or not any(resolved.is_relative_to(root) for root in roots):
        return None
    source = Source(os.path.normpath(path).replace(os.sep, "/"), format_of(path.name) or "yaml")
    try:
        parts = [part for _, part, *_ in read_source(source, settings.limits).parts]
    except InputError:
        return None
    return (source.name, parts[0]) if parts and parts[0].problem is None else None


def read_paths(
    paths: Sequence[str], settings: Settings, conventions: Conventions,
    shown: Callable[[str], str] = lambda name: name, folder: str = "",
    progress: Progress = tell_nobody,
) -> Definitions:  # fmt: skip
    """Read every definition below some paths.

    Args:
        paths: Go files, OpenAPI files, and folders with either.
        shown: how a file is named in `x-dispatch-source`.
        folder: what the names of files are relative to, as they are shown.
        progress: see `read_sources`.

    Raises:
        DefinitionError: a path does not exist, or something cannot be read.
    """
    go: list[GoSource] = []
    descriptions: list[Description] = []
    walked = replace(settings, include=_INCLUDE, exclude=())
    try:
        for source in discover(paths, walked, pipes=False):
            if source.format == "go":
                go.append(go_source(source, shown))
            elif source.rows is None and source.format in ("json", "yaml"):
                for part in _descriptions(source, settings.limits):
                    descriptions.append(description(source, part, settings, shown))
        return read_sources(go, descriptions, conventions, settings.limits.fields, folder, progress)
    except InputError as error:
        raise DefinitionError(str(error)) from error


def _descriptions(source: Source, limits: Limits) -> Iterator[Part]:
    """The OpenAPI descriptions in a file; none where a file that nobody named cannot be read.

    Raises:
        InputError: it is named, and cannot be read, or does not parse.
    """
    try:
        text = source.text(limits)
    except InputError:
        if source.named:
            raise
        return
    if "swagger" not in text and "openapi" not in text:
        return
    for _, part, *_ in read_source(source, limits).parts:
        if part.problem is not None and source.named:
            at = part.problem.range
            raise InputError(f"{source.name}:{at.line}:{at.column}: {part.problem.message}")
        if part.problem is None and is_openapi(part.value):
            yield part


def kinds_of(found: Definitions, conventions: Conventions) -> list[EntityType]:
    """One definition of each kind and form.

    Models that are values and no entities are left out, unless their kind is a known one. Types
    between which the build chooses become one definition that has the documents of each. Where
    two packages declare one kind, the first is taken, and `found.notes` says so.

    Raises:
        DefinitionError: a marker cannot be used, there are more fields than `limits.fields`
            permits, or nothing is declared because of code that could not be read.
    """
    for problem in found.problems:
        if not problem.passed_over or not found.types:
            raise DefinitionError(f"{problem.location}: {problem.message}")
    kinds: dict[tuple[str, str], list[EntityType]] = {}
    for definition in found.types:
        if definition.is_base and definition.name != BASE:
            continue  # a base entity of one's own is no kind
        if not definition.value or definition.kind in conventions.kinds:
            kinds.setdefault((definition.form, definition.kind), []).append(definition)
    for definitions in kinds.values():
        found.notes += [
            DefinitionProblem(again.message, again.definition.location)
            for again in repeated(definitions)
        ]
        found.notes += [
            DefinitionProblem(already_declared(definitions[0]), again.location)
            for again in definitions[1:]
            if again.language == definitions[0].language == "OpenAPI" and not again.value
        ]
    return [merged(variants_of(definitions)) for definitions in kinds.values()]
