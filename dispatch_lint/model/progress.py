"""How a long run says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the amount of work that was done since the last call, and the amount of all work."""


def tell_nobody(_amount: int, _total: int) -> None:
    """The progress of a run that nobody watches."""
