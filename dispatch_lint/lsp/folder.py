"""A folder of an editor: its configuration, which may change or fail, and its workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.lsp.configuration import Configuration
from dispatch_lint.lsp.inputs import known_inputs, settings_files, state_of
from dispatch_lint.lsp.workspace import Workspace
from dispatch_lint.model.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dispatch_lint.lsp.configuration import Ways
    from dispatch_lint.lsp.inputs import Stamp

_RULE = "internal error in the rule "


class Folder:
    """A folder with its settings, and with what was read for them.

    Where the settings cannot be used any more, the last good ones stay in use.

    Attributes:
        configuration: None where the settings could never be used.
        workspace: None likewise.
        problem: why the present settings cannot be used; empty where they can.
        failures: rules that failed in checks, each with the message for the first document.
    """

    def __init__(
        self, root: Path, ways: Ways, pause: Callable[[], None], changed: Callable[[str], None]
    ) -> None:
        self.root, self._ways = root, ways
        self._pause, self._changed = pause, changed
        self.configuration: Configuration | None = None
        self.workspace: Workspace | None = None
        self.problem = ""
        self.failures: dict[str, str] = {}
        self._settings: dict[str, Stamp] = {}
        self._known: dict[str, Stamp] = {}

    def configure(self) -> bool:
        """Read the settings, and all that they name.

        Returns:
            Whether there is a new configuration: then all files have to be read anew.
        """
        self._settings = state_of(settings_files(self.root))
        try:
            configuration = Configuration(self.root, self._ways)
        except (UserError, OSError) as error:
            self.problem = str(error)
            self._known = self._state_of_known()
            return False
        self.problem = ""
        self.failures = {}
        self.configuration = configuration
        self.workspace = Workspace(
            self.root, configuration, pause=self._pause, changed=self._changed
        )
        self._known = self._state_of_known()
        return True

    def refresh(self, *, with_rules: bool) -> bool:
        """Notice changes of what the configuration was read from.

        Args:
            with_rules: whether schemas, definitions and plugins may have changed.

        Returns:
            As `configure`.
        """
        if self._settings != state_of(settings_files(self.root)):
            return self.configure()
        configuration = self.configuration
        if configuration is None:
            # What the settings name may be there by now.
            return with_rules and self.configure()
        if with_rules and (self.problem or not configuration.has_current_rules()):
            return self.configure()
        known = self._state_of_known()
        if known != self._known:
            self._known = known
            configuration.read_baseline()
            if self.workspace is not None:
                self.workspace.invalidate_all()
        return False

    def _state_of_known(self) -> dict[str, Stamp]:
        if self.configuration is None:
            return {}
        return state_of(known_inputs(self.configuration.settings))

    @property
    def is_loaded(self) -> bool:
        """Whether all files were read that there are to read."""
        return self.workspace is None or self.workspace.is_loaded

    def note(self, problems: Iterable[str]) -> None:
        """Keep which rules failed in a check: for one document after the other; once is enough."""
        for problem in problems:
            _, mark, rest = problem.partition(_RULE)
            if mark:
                self.failures.setdefault(rest.partition(" ")[0], problem)

    def problems(self) -> list[str]:
        """What keeps the folder from being checked as its settings want."""
        configuration = self.configuration
        found = [self.problem] if self.problem else []
        if configuration is not None:
            found += filter(None, [configuration.baseline_problem, configuration.lookups.problem])
            found += filter(None, [configuration.settings.hint])
        return [*dict.fromkeys([*found, *self.failures.values()])]
