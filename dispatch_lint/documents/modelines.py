"""`# yaml-language-server: $schema=…`: what an editor is told about a document holds for us too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.reference import Form
    from dispatch_lint.text.tree import Part

MARK = "yaml-language-server"
# At the beginning of a line no scalar of an entity goes on: this is a comment.
_MODELINE = re.compile(rf"^#[ \t]*{MARK}[ \t]*:[ \t]*\$schema=(?P<schema>\S+)", re.MULTILINE)


class Modeline(NamedTuple):
    """What the schema of a document says of it.

    Attributes:
        schema: as the comment names it.
        ours: whether it is a schema of Dispatch.
        kind, form: what the document is by that schema; None where it leaves that open.
    """

    schema: str
    ours: bool
    kind: str | None = None
    form: Form | None = None


class Modelines:
    """Reads the modelines of a run; each schema once."""

    def __init__(self) -> None:
        self._known: dict[Path, Modeline | None] = {}

    def read(self, part: Part | None, source: Source) -> Modeline | None:
        """The modeline of a document; None where there is none, or its schema is not at hand.

        A document may have one of its own. Nothing is fetched: a schema on a server says nothing.
        """
        schema = schema_named(part) if part is not None and source.format == "yaml" else None
        file = _local(schema, source) if schema else None
        if schema is None or file is None:
            return None
        if file not in self._known:
            self._known[file] = _judge(schema, file)
        return self._known[file]


def schema_named(part: Part) -> str | None:
    """The schema that the modeline of a YAML document names."""
    text = part.lines.text
    if text.find(MARK, part.start, part.end) < 0:
        return None
    match = _MODELINE.search(text, part.start, part.end)
    return match["schema"] if match else None


def modeline(schema: str) -> str:
    """The comment that names a schema."""
    return f"# {MARK}: $schema={schema}"


def _local(schema: str, source: Source) -> Path | None:
    from urllib.parse import unquote, urlsplit

    url = urlsplit(schema)
    if url.scheme == "file":
        return Path(unquote(url.path))
    if url.scheme:
        return None
    folder = Path(source.path or "").parent
    return (folder / schema.partition("#")[0]).absolute()


def _judge(name: str, file: Path) -> Modeline | None:
    try:
        schema: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(schema, dict):
        return None
    kind, form = schema.get("x-dispatch-kind"), schema.get("x-dispatch-form")
    if isinstance(kind, str) and form in ("stored", "manifest"):
        return Modeline(name, ours=True, kind=kind, form=form)
    # The schema for editors leaves the kind open: each of its definitions has one.
    definitions = schema.get("definitions")
    if isinstance(definitions, dict) and any(
        isinstance(one, dict) and "x-dispatch-kind" in one for one in definitions.values()
    ):
        return Modeline(name, ours=True, form="manifest")
    return Modeline(name, ours=False)
