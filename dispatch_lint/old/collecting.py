"""When Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

_AS_USUAL = gc.get_threshold()


def collect_seldom() -> None:
    """A run keeps many small objects and makes hardly a cycle: only the young are looked through."""
    gc.set_threshold(200_000, 1_000, 1_000)


def collect_as_usual() -> None:
    """SQLAlchemy leaves cycles behind, with all that was written, and a server runs for days."""
    gc.set_threshold(*_AS_USUAL)
