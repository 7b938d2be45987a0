"""The base class of all rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from dispatch_lint.model.violation import Severity

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.rule.catalogue import CatalogueView
    from dispatch_lint.rule.definitions import PackageView
    from dispatch_lint.rule.entity import EntityView
    from dispatch_lint.rule.example import Example
    from dispatch_lint.rule.fields import FieldView
    from dispatch_lint.rule.finding import Finding
    from dispatch_lint.rule.groups import Fact, Group, IdGroup, KeyGroup, Reference
    from dispatch_lint.rule.text import TextView
    from dispatch_lint.schema.schema_change import SchemaChange


@dataclass(frozen=True, eq=False, repr=False)  # generating unused methods delays the start
class NoOptions:
    """The options of a rule that has none."""


SCOPES = {
    "check_text": "text", "check_field": "field", "check_entity": "entity",
    "check_key": "corpus", "check_id": "corpus", "check_reference": "corpus", "judge": "corpus",
    "check_suppression": "suppression",
    "check_definition": "definition", "check_kind": "definition", "check_package": "definition",
    "check_change": "definition",
}  # fmt: skip
"""The methods that a rule overrides, and what each checks."""


_OF_CLASS = frozenset({
    "name", "summary", "guide", "severity", "default", "question", "docs", "Options", "valid",
    "invalid",
})  # fmt: skip
"""What a rule is: the class says it."""
_OF_RUN = frozenset({"options", "settings", "catalogue"})


class Rule:
    """The base of all rules. What a rule checks follows from the methods that it overrides.

    A rule yields findings: a path and a message. It never computes locations, prints, reads a file,
    or changes what it is given, and it keeps nothing from one call to the next.

    Attributes:
        name: in kebab-case. A file that has one rule is best named after it; the engine does not ask.
        summary: what it reports, in one line.
        guide: the section of the guide that it enforces, shown as it is written; None where it
            follows from what Dispatch does.
        severity: the severity of findings that have none of their own.
        default: whether it is on without a setting.
        question: the open question of the guide that it depends on, by its key in the settings.
        docs: the address of a page about it, which reports and editors link to; the pages of
            built-in rules are found by their names.
        Options: a frozen dataclass of its options.
        valid, invalid: examples without and with violations.
        options: the values of its options, from the settings.
        settings: all settings of the run.
        catalogue: the kinds that the run knows.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    guide: ClassVar[str | None] = None
    severity: ClassVar[Severity] = Severity.ERROR
    default: ClassVar[bool] = True
    question: ClassVar[str | None] = None
    docs: ClassVar[str | None] = None
    Options: ClassVar[type] = NoOptions
    valid: ClassVar[Sequence[Example]] = ()
    invalid: ClassVar[Sequence[Example]] = ()
    _is_foreign = False
    """Whether somebody else wrote it, who may not know what it cannot do; set by the engine."""

    def __new__(cls, *_: Any) -> Self:
        """Create a rule that stays what its class says now: the class is part of other runs too."""
        rule = super().__new__(cls)
        vars(rule).update((name, getattr(cls, name)) for name in _OF_CLASS if hasattr(cls, name))
        return rule

    def __init__(self, options: Any, settings: Settings, catalogue: CatalogueView) -> None:
        self.options = options
        self.settings = settings
        self.catalogue = catalogue

    def __setattr__(self, name: str, value: object) -> None:
        # The engine, and other documents, go by what a rule was when the run began.
        if name in _OF_CLASS or name == "__class__" or (name in _OF_RUN and name in vars(self)):
            raise TypeError(f"a rule cannot change its `{name}` during a run")
        super().__setattr__(name, value)

    def check_text(self, text: TextView) -> Iterable[Finding]:
        """Check the text of a document: also of one that does not parse."""
        return ()

    def check_field(self, field: FieldView) -> Iterable[Finding]:
        """Check a field name, of a document or of a definition.

        Paths of findings are relative to the field: `()`, or what is in an undeclared field.
        """
        return ()

    def check_entity(self, entity: EntityView) -> Iterable[Finding]:
        """Check one entity by itself."""
        return ()

    def check_key(self, group: KeyGroup) -> Iterable[Finding]:
        """Check all holders of one key. Each finding names its `entity`, one of `group.entities`.

        Entities that others contain, as a service class its plans, hold no key.
        """
        return ()

    def check_id(self, group: IdGroup) -> Iterable[Finding]:
        """Check all holders of one ID. Each finding names its `entity`, one of `group.entities`."""
        return ()

    def check_reference(self, reference: Reference) -> Iterable[Finding]:
        """Check one foreign key of a document. Findings are about the entity that has it."""
        return ()

    def collect(self, entity: EntityView) -> Iterable[Fact]:
        """Collect facts about one entity, for `judge`."""
        return ()

    def judge(self, group: Group) -> Iterable[Finding]:
        """Check all facts of one group. Each finding names its `entity`, that of a fact.

        Findings about entities of the store are not reported, because only documents are checked.
        """
        return ()

    def check_definition(self, definition: EntityType) -> Iterable[Finding]:
        """Check one definition. Each finding has a `location`.

        A baseline knows a finding by its path, such as `("fields", field.name)`: with `()`, those
        about one definition are one to it, and one that is new takes the place of one that is gone.
        """
        return ()

    def check_kind(self, definitions: Sequence[EntityType]) -> Iterable[Finding]:
        """Check all definitions of one kind together. Each finding has a `location`."""
        return ()

    def check_package(self, package: PackageView) -> Iterable[Finding]:
        """Check a Go package that has key expressions. Each finding has a `location`."""
        return ()

    def check_change(self, change: SchemaChange) -> Iterable[Finding]:
        """Check a change between two states of definitions, for `schema diff`.

        A change with a finding counts as breaking, and is shown with the rule and the message.
        """
        return ()

    def check_suppression(self, suppression: Suppression) -> Iterable[Finding]:
        """Check a suppression comment that is wrong or unused; see its `complaint`.

        The engine has the location of a finding, and the fix, which removes the comment.
        """
        return ()

    @classmethod
    def has(cls, method: str) -> bool:
        """Whether the rule overrides a method."""
        return getattr(cls, method) is not getattr(Rule, method)

    @classmethod
    def scopes(cls) -> list[str]:
        """What the rule checks, see `SCOPES`."""
        return list(dict.fromkeys(scope for method, scope in SCOPES.items() if cls.has(method)))

    @classmethod
    def documentation(cls) -> str:
        """The docstring of the class, without indentation."""
        import inspect

        return inspect.cleandoc(cls.__doc__ or "")
