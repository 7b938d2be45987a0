"""Errors that a user can do something about: they are shown without a traceback."""

from __future__ import annotations

from collections.abc import Sequence


class UserError(Exception):
    """An error whose message says what is wrong and where; every error of ours derives from it."""

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the message: usually one, whatever is quoted in it."""
        return (str(self),)


class InputError(UserError):
    """An input that cannot be read; the message names it."""


class StoreError(InputError):
    """A store that cannot be used; the message names it, and never its password."""
