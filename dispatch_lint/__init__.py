"""dispatch-lint: holds Dispatch entities against the Dispatch Development Guide."""

from dispatch_lint.version import __version__

__all__ = ["__version__", "lint"]


def __getattr__(name: str) -> object:
    # `lint` pulls in the engine, which `--version` and `--help` can do without.
    if name == "lint":
        from dispatch_lint.api import lint

        return lint
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
