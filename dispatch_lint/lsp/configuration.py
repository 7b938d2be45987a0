"""The settings of a workspace, with all that they name: kinds, rules, baseline, store, ledger."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.api import known_rules, load_settings, make_checker
from dispatch_lint.documents.catalogue_files import builtin_kinds
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.excludes import Excludes
from dispatch_lint.engine.checker import Checker, Options
from dispatch_lint.lsp.inputs import rule_inputs, state_of
from dispatch_lint.lsp.lookups import Lookups
from dispatch_lint.lsp.untrusted import Packages, restricted, with_known_rules
from dispatch_lint.model.errors import UserError
from dispatch_lint.model.violation import Severity
from dispatch_lint.report.named_baseline import find_baseline, without_limit
from dispatch_lint.trust import UntrustedError

if TYPE_CHECKING:
    from pathlib import Path

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.model.violation import Violation
    from dispatch_lint.report.baseline import Baseline


class Ways:
    """How an editor wants workspaces to be checked.

    Attributes:
        trust: whether settings may ask for code, servers, and paths elsewhere.
        declared_names: whether infos about names that the built-in definitions declare are shown.
        packages: the packages that rules may come from.
        show_references: the command of the editor that shows the references to the entity at a
            position; empty where it has none.
    """

    def __init__(self, *, trust: bool = False) -> None:
        self.trust = self._trust_all = trust
        self.declared_names = False
        self.packages = Packages()
        self.show_references = ""

    def take(self, options: object) -> None:
        """Take the initialization options of an editor."""
        if not isinstance(options, dict):
            return
        # An extension hands on what the editor knows, such as VS Code's workspace trust.
        self.trust = self.trust or options.get("trust") is True
        self.declared_names = options.get("declaredNames") is True
        command = options.get("showReferencesCommand")
        self.show_references = command if isinstance(command, str) else ""

    def outside(self) -> Ways:
        """The ways for a file outside of the folders that the editor has opened, and may trust."""
        ways = copy(self)
        ways.trust = self._trust_all
        return ways


class Configuration:
    """The settings of a folder, and what is made of them. It does not change, but for the baseline.

    Attributes:
        untrusted: what the settings ask for and do not get; None where they get all.
        classifier: as the command `rename` reads documents; the checker's own also repairs open
            schemas.
        baseline_problem: why the baseline cannot be used; empty where it can.

    Raises:
        UserError: the settings, a schema, a definition or a rule cannot be used.
    """

    def __init__(self, root: Path, ways: Ways, *, isolated: bool = False) -> None:
        """Read the settings.

        Args:
            isolated: whether the settings file is not to be used.
        """
        self.untrusted: UntrustedError | None = None
        if not isolated:
            ways.packages.add(root, trust=ways.trust)
        try:
            with ways.packages.shown():
                # What is isolated is a text without a file, which is in no tree.
                self.settings = load_settings(root, isolated=isolated, trust=ways.trust or isolated)
            known = known_rules(self.settings)
        except UntrustedError as error:
            self.untrusted = error
            settings = restricted(error)
            known = known_rules(settings)
            self.settings = with_known_rules(settings, known)
        self.read_baseline()
        has_baseline = self.settings.baseline is not None
        checked = without_limit(self.settings) if has_baseline else self.settings
        # The only rules may be among what needs trust; then it is asked for, and nothing checked.
        is_less = self.untrusted is not None
        self.checker = make_checker(checked, Options(), known, may_be_empty=is_less)
        self.catalogue = self.checker.catalogue
        self._hidden = set() if ways.declared_names else builtin_kinds(self.catalogue)
        if self._hidden >= self.catalogue.kinds.keys():  # then they need no locations
            self.checker = self._with_options(checked, Options(fold=True))
        self.classifier = Classifier(self.settings, self.catalogue)
        self.lookups = Lookups(self.settings, self.classifier)
        self.excludes = Excludes(self.settings)
        self._rule_inputs = state_of(rule_inputs(self.settings))

    def read_baseline(self) -> None:
        """Read the baseline, which may have changed; where it cannot be used, none."""
        self.baseline: Baseline | None = None
        self.baseline_problem = ""
        try:
            self.baseline = find_baseline(self.settings)
        except UserError as error:
            self.baseline_problem = str(error)

    @cached_property
    def fixing_checker(self) -> Checker:
        """A checker that locates all violations one by one, as fixes need them."""
        return self._with_options(
            without_limit(self.settings), Options(unfolded=True, fold=True), is_fast=False
        )

    def _with_options(
        self, settings: Settings, options: Options, *, is_fast: bool = True
    ) -> Checker:
        checker = self.checker
        return Checker(
            settings, checker.catalogue, checker.rules, known=checker.known, options=options,
            off=checker.off, accelerator=checker.accelerator if is_fast else None,
        )  # fmt: skip

    def shows(self, violation: Violation) -> bool:
        """Whether an editor shows a violation: nobody can act on the names that we declare."""
        is_info = bool(violation.heading) and violation.severity is Severity.INFO
        return not (is_info and violation.heading.partition(".")[0] in self._hidden)

    def has_current_rules(self) -> bool:
        """Whether schemas, definitions and plugins are what they were."""
        return self._rule_inputs == state_of(rule_inputs(self.settings))
