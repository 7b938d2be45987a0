"""dispatch-lint: checks Dispatch entities against the Dispatch Development Guide."""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m dispatch_lint`, which is being looked for, puts the working directory first: a
    # typing.py of a checked repository would be run.
    del sys.path[0]

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.api import lint, load_settings
    from dispatch_lint.config.settings import Settings

__all__ = ["Settings", "__version__", "lint", "load_settings"]

# They bring in the engine, which `--version` and `--help` can do without.
_MODULES = {"lint": "api", "load_settings": "api", "Settings": "config.settings"}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
