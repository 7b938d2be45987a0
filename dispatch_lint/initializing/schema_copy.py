"""The project's own copy of the schema for editors, with the version that wrote it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.config.named_files import read_regular
from dispatch_lint.initializing.step import Step
from dispatch_lint.model.errors import InputError
from dispatch_lint.schema.editor_schema import editor_schema
from dispatch_lint.schema.folder import MAX_BYTES
from dispatch_lint.schema.generate import dump
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.schema.catalogue import Catalogue

EDITOR_SCHEMA = Path(".vscode/dispatch.schema.json")
_COMMENT = "Written by dispatch-lint {version}. `dispatch-lint init --update` renews it."
_WRITTEN_BY = re.compile(
    rb'^  "\$comment": "Written by dispatch-lint (?P<version>\d{1,9}(?:\.\w{1,9}){0,9})\.',
    re.MULTILINE,
)


def schema_step(catalogue: Catalogue) -> Step:
    """Write the copy, or renew it; one that a newer version wrote stays.

    Raises:
        InputError: the copy that exists cannot be read.
    """
    manifests = {
        name: kind.forms["manifest"].schema
        for name, kind in catalogue.kinds.items()
        if "manifest" in kind.forms and not kind.forms["manifest"].only_base and not kind.nested
    }
    schema = editor_schema(manifests)
    comment = {"$comment": _COMMENT.format(version=__version__)}
    text = dump({"$schema": schema["$schema"], **comment, **schema})
    summary = f"one schema for manifests of {len(manifests)} kinds"
    present = _present()
    if present == text.encode():
        return Step(EDITOR_SCHEMA, None, "it is up to date")
    if present is None:
        return Step(EDITOR_SCHEMA, text, summary)
    version = _version(present)
    if version is None or _numbers(version) == _numbers(__version__):
        return Step(EDITOR_SCHEMA, text, summary)
    if _numbers(version) > _numbers(__version__):
        return Step(EDITOR_SCHEMA, None, f"dispatch-lint {version} wrote it, which is newer than "
                    f"this one ({__version__}): it stays as it is")  # fmt: skip
    return Step(EDITOR_SCHEMA, text, f"{summary}, from {version} to {__version__}")


def update_step(catalogue: Catalogue) -> Step:
    """Renew the copy.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    if not EDITOR_SCHEMA.exists():
        raise InputError(f"no {EDITOR_SCHEMA} to renew; write it with `dispatch-lint init`")
    return schema_step(catalogue)


def _present() -> bytes | None:
    """The copy that exists."""
    if not EDITOR_SCHEMA.exists():
        return None
    try:
        return read_regular(EDITOR_SCHEMA, MAX_BYTES)
    except OSError as error:
        raise InputError(f"{EDITOR_SCHEMA}: {error.strerror or error}") from None


def _version(text: bytes) -> str | None:
    """The version that wrote a copy; None for copies of before 0.2, and of other programs."""
    found = _WRITTEN_BY.search(text)
    return found["version"].decode() if found else None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))
