"""Errors that a user can do something about: they are shown without a traceback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple


class Setting(NamedTuple):
    """A setting, or one of its values.

    Attributes:
        key: as in the settings file.
        value: of a list, or the name in a table; None for the setting as a whole.
    """

    key: str
    value: str | None = None


class UserError(Exception):
    """An error whose message says what is wrong and where; every error of ours derives from it."""

    def __init__(self, message: str = "", *, setting: Setting | None = None) -> None:
        """Make an error.

        Args:
            setting: what is wrong, where it is a setting. That it stands in a file, `in_file` says.
        """
        super().__init__(message)
        self.setting = setting

    @property
    def lines(self) -> Sequence[str]:
        """The lines of the message: usually one, whatever is quoted in it."""
        return (str(self),)


@contextmanager
def about(setting: Setting | None) -> Iterator[None]:
    """Errors inside are about a setting, if they say of none that they are about it."""
    try:
        yield
    except UserError as error:
        error.setting = error.setting or setting
        raise


class InputError(UserError):
    """An input that cannot be read; the message names it."""


class StoreError(InputError):
    """A store that cannot be used; the message names it, and never its password."""
