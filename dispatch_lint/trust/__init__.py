"""Trust: checking a repository is not running it (docs/security.md).

Settings that are found in a checked tree may by themselves choose and tune rules, and name files
inside the tree. What goes beyond is a `Demand`, and is refused until the user allows it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dispatch_lint.config.settings import SettingsError
from dispatch_lint.trust.demands import Demand, demands_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dispatch_lint.config.settings import Settings

__all__ = ["VARIABLE", "Demand", "UntrustedError", "demands_of", "is_trusted_by_environment", "require"]  # fmt: skip

VARIABLE = "DISPATCH_LINT_TRUST"


class UntrustedError(SettingsError):
    """Settings ask for what nobody has allowed; the message says what, and how to allow it.

    Attributes:
        settings: the settings as they are written.
        demands: what they ask for.
    """

    def __init__(self, settings: Settings, demands: Sequence[Demand]) -> None:
        self.settings, self.demands = settings, demands
        asked = "; ".join(dict.fromkeys(demand.what for demand in demands))
        where = os.path.relpath(settings.file) if settings.file else "this folder"
        super().__init__(
            f"{where} asks for what needs your trust: {asked}. Allow it for this run with --trust "
            f"or {VARIABLE}=1, or for this folder with `dispatch-lint trust`"
        )


def is_trusted_by_environment() -> bool:
    """Whether the environment variable allows what any settings ask for."""
    return os.environ.get(VARIABLE, "").lower() in ("1", "true", "yes")


def require(settings: Settings, replaced: Collection[str] = ()) -> None:
    """Refuse settings that ask for what neither the environment nor a remembered trust allows.

    Args:
        replaced: the settings instead of which the user gave others.

    Raises:
        UntrustedError: they do.
    """
    if is_trusted_by_environment():
        return
    demands = [demand for demand in demands_of(settings) if demand.setting not in replaced]
    if not demands:
        return
    from dispatch_lint.trust.memory import is_remembered

    if not is_remembered(settings):
        raise UntrustedError(settings, demands)
    if any(demand.setting == "packages" for demand in demands):
        # The digest is that of the sources. Python believes some compiled files without a look at
        # them; where it looks for compiled files now, there are none.
        sys.pycache_prefix, sys.dont_write_bytecode = os.devnull, True
