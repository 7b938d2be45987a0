"""Modelines: `# yaml-language-server: $schema=…`, which name the schema of a YAML document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.config.named_files import read_regular
from dispatch_lint.model.patterns import compiled
from dispatch_lint.schema.folder import MAX_BYTES

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.reference import Form
    from dispatch_lint.text.tree import Part

MARK = "yaml-language-server"
# A scalar of an entity is indented where it continues: a `#` in the first column is a comment.
_MODELINE = rf"(?m)^#[ \t]*{MARK}[ \t]*:[ \t]*\$schema=(?P<schema>\S+)"


class Modeline(NamedTuple):
    """What a modeline states about a document.

    Attributes:
        schema: the path or URL of the schema, as the comment has it.
        ours: whether it is a schema of Dispatch.
        kind, form: those of the schema; None where it is for several.
    """

    schema: str
    ours: bool
    kind: str | None = None
    form: Form | None = None


class Modelines:
    """Reads the modelines of a run, and each schema file once."""

    def __init__(self) -> None:
        self._read: dict[Path, Modeline | None] = {}

    def read(self, part: Part | None, source: Source) -> Modeline | None:
        """The modeline of a document; None where it has none, or the schema is not a local file.

        Each document of a file may have one of its own. Nothing is fetched from the network.
        """
        schema = schema_named(part) if part is not None and source.format == "yaml" else None
        file = _local(schema, source) if schema else None
        if schema is None or file is None:
            return None
        if file not in self._read:
            self._read[file] = _read_schema(schema, file)
        return self._read[file]


def schema_named(part: Part) -> str | None:
    """The schema that the modeline of a YAML document names."""
    text = part.lines.text
    if text.find(MARK, *part.place) < 0:
        return None
    match = compiled(_MODELINE).search(text, part.start, part.end)
    return match["schema"] if match else None


def modeline(schema: str) -> str:
    """The comment that names a schema."""
    return f"# {MARK}: $schema={schema}"


def _local(schema: str, source: Source) -> Path | None:
    """The path of a schema that is a file, relative to the source; None for another URL."""
    from urllib.parse import unquote, urlsplit

    try:
        url = urlsplit(schema)
    except ValueError:  # `https://[HOST]/…`, a placeholder that nobody has filled in
        return None
    if url.scheme not in ("", "file"):
        return None
    folder = Path(source.path or "").parent
    name = unquote(url.path) if url.scheme else schema.partition("#")[0]
    file = (folder / name).absolute()
    return None if file.anchor.startswith(("//", "\\\\")) else file  # a share of the network


def _read_schema(name: str, file: Path) -> Modeline | None:
    """The modeline that names a schema file; None where the file is not a JSON object."""
    try:
        schema: Any = json.loads(read_regular(file, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(schema, dict):
        return None
    kind, form = schema.get("x-dispatch-kind"), schema.get("x-dispatch-form")
    if isinstance(kind, str) and form in ("stored", "manifest"):
        return Modeline(name, ours=True, kind=kind, form=form)
    # The schema for editors is for all kinds: each of its definitions has one.
    definitions = schema.get("definitions")
    if isinstance(definitions, dict) and any(
        isinstance(definition, dict) and "x-dispatch-kind" in definition
        for definition in definitions.values()
    ):
        return Modeline(name, ours=True, form="manifest")
    return Modeline(name, ours=False)
