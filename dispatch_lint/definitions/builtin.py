"""Where the schemas and definitions of Dispatch's own kinds are."""

from __future__ import annotations

from pathlib import Path


def builtin_folder() -> Path:
    """The folder of the built-in schemas; their Go definitions are in `definitions` below it."""
    import dispatch_lint_schemas

    assert dispatch_lint_schemas.__file__
    return Path(dispatch_lint_schemas.__file__).parent
