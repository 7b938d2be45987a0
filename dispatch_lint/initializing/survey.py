"""Finds what is in a project: documents, definitions and stores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from dispatch_lint.config.named_files import open_regular
from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.reading import read_documents, read_source
from dispatch_lint.model.errors import InputError
from dispatch_lint.text.scalars import has_half_character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.schema.catalogue import Catalogue

_MAX_FOLDERS = 3
"""The number of definition folders in the settings; if there are more, top folders are named."""


@dataclass
class Found:
    """What was found in a project.

    Attributes:
        manifests: the files with manifests only, which an editor can validate with the schema.
        others: the other YAML and JSON files.
        kinds: the number of documents of each kind.
        definitions: the folders and files that define kinds.
        store: the URL of the store in the project, if there is exactly one.
    """

    manifests: list[str]
    others: list[str]
    kinds: dict[str, int]
    definitions: list[str]
    store: str | None


def survey(settings: Settings, catalogue: Catalogue) -> Found:
    """Read all files in the working directory that `check` would read."""
    found = Found([], [], {}, [], None)
    classifier = Classifier(settings, catalogue)
    for source in discover(["."], settings):
        if source.format == "go":
            continue
        try:
            parts = [part for _, part, *_ in read_source(source, settings.limits).parts]
            documents = list(read_documents(classifier, source, settings.limits))
        except InputError:
            continue  # `check` reports it
        for document in documents:
            found.kinds[document.kind] = found.kinds.get(document.kind, 0) + 1
        others = sum(part.value is not None for part in parts) - len(documents)
        if source.format in ("yaml", "json"):
            only_manifests = (
                documents
                and not others
                and all(document.form == "manifest" for document in documents)
            )
            (found.manifests if only_manifests else found.others).append(source.name)
    found.definitions = _definitions(settings, catalogue)
    stores = list(_stores(classifier))
    found.store = stores[0] if len(stores) == 1 else None
    return found


def _definitions(settings: Settings, catalogue: Catalogue) -> list[str]:
    """The folders of Go files, and the OpenAPI descriptions, that define kinds."""
    from dispatch_lint.documents.definition_files import conventions_of, kinds_of, read_paths

    conventions = conventions_of(catalogue, settings)
    try:
        types = kinds_of(read_paths(["."], settings, conventions), conventions)
    except DefinitionError:
        return []  # `check` reports them
    folders = set()
    for entity_type in types:
        file = PurePosixPath(entity_type.location.file)
        if has_half_character(str(file)):
            continue  # no Unicode, so no settings can name it
        folders.add(file.parent if file.suffix == ".go" else file)
    outer = {folder for folder in folders if not folders & set(folder.parents)}
    if len(outer) > _MAX_FOLDERS:
        outer = {PurePosixPath(*folder.parts[:1]) for folder in outer}
    if len(outer) > _MAX_FOLDERS:
        outer = {PurePosixPath()}
    return sorted(f"./{folder}" if str(folder) != "." else "." for folder in outer)


def _stores(classifier: Classifier) -> Iterator[str]:
    """The URLs of the stores in the working directory, recognized by their first bytes."""
    for file in sorted(Path().iterdir()):
        if has_half_character(file.name) or not file.is_file():
            continue
        if file.suffix in (".db", ".sqlite", ".sqlite3", ".bolt"):
            with open_regular(file) as stream:
                head = stream.read(20)
            if head[16:20] == b"\xed\xda\x0c\xed":
                yield f"bolt://{file}"
            elif head.startswith(b"SQLite format 3\0") and _is_reference_store(file, classifier):
                yield f"sqlite:///{file}"


def _is_reference_store(file: Path, classifier: Classifier) -> bool:
    from dispatch_lint.model.errors import StoreError
    from dispatch_lint.store.opening import open_store

    try:
        open_store(str(file), classifier).close()
    except StoreError:
        return False
    return True
