"""Where settings come from: the settings file, or options of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.model.errors import Setting, UserError

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings


def is_given(settings: Settings, setting: Setting) -> bool:
    """Whether a setting, or a value of it, comes from an option of the command line."""
    given = settings.given.get(setting.key, ())
    return bool(given) if setting.value is None else setting.value in given


def is_written(settings: Settings, setting: Setting) -> bool:
    """Whether a setting, or a value of it, comes from the settings file."""
    if settings.written is None or is_given(settings, setting):
        return False
    name = setting.key.replace("-", "_")
    written = getattr(settings.written, name)
    if setting.value is None:
        return bool(getattr(settings, name) == written)
    return written is not None and setting.value in written


def named(settings: Settings, setting: Setting) -> str:
    """What a user calls a setting: the key, or the option that it comes from."""
    return f"--{setting.key}" if is_given(settings, setting) else setting.key


def in_file(error: UserError, settings: Settings) -> UserError:
    """An error about settings, which names the settings file where it is about what that says."""
    if error.setting is None or not is_written(settings, error.setting):
        return error
    return type(error)(f"{settings.file}: {error}")
