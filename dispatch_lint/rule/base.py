"""The base class of all rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from dispatch_lint.model.violation import Finding, Severity

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import EntityType
    from dispatch_lint.documents.document import Document
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.rule.corpus import Entity, Fact, Judgement, World
    from dispatch_lint.rule.example import Example
    from dispatch_lint.rule.fields import FieldUse, Member
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.diff import SchemaChange


@dataclass(frozen=True)
class NoOptions:
    """The options of a rule that has none."""


DEFINITION_METHODS = (
    "check_member", "check_definition", "check_definitions", "check_layout", "check_change",
)  # fmt: skip


class Rule:
    """The base of all rules.

    Attributes:
        name: in kebab-case, the same as that of the file.
        summary: what it reports, in one line.
        guide: the section of the guide that it enforces; None where it follows from what Dispatch
            does.
        severity: the severity of findings that have none of their own.
        default: whether it is on without a setting.
        explains_undeclared: whether it reports every undeclared field. Then other rules see such a
            field under the name that was meant.
        reads_content: whether it can have findings in a document that fits its closed schema.
        form: the only form of the documents that `check` is called with; None for both.
        needs: fields, one of which a document must have for `check` to be called.
        facts: the name of the table of its facts; rules with the same name share the table.
        judges_several: it finds nothing in a group with one fact, if there is no store.
        judges_uses: it finds nothing in a group without a foreign key.
        judges_alike: if it finds nothing in a group where facts with the same path and data are
            left out but one, it finds nothing in the whole group.
        asks_referrers: `judge` needs the foreign keys in a reference store too, and not only the
            entities that they name.
        question: the open question of the guide that it depends on, by its key in the settings.
        Options: a dataclass of its options.
        valid, invalid: examples without and with violations.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    guide: ClassVar[str | None] = None
    severity: ClassVar[Severity] = Severity.ERROR
    default: ClassVar[bool] = True
    explains_undeclared: ClassVar[bool] = False
    reads_content: ClassVar[bool] = True
    form: ClassVar[Form | None] = None
    needs: ClassVar[tuple[str, ...]] = ()
    facts: ClassVar[str] = ""
    asks_referrers: ClassVar[bool] = False
    judges_several: ClassVar[bool] = False
    judges_uses: ClassVar[bool] = False
    judges_alike: ClassVar[bool] = False
    question: ClassVar[str | None] = None
    Options: ClassVar[type] = NoOptions
    valid: ClassVar[Sequence[Example]] = ()
    invalid: ClassVar[Sequence[Example]] = ()

    def __init__(self, options: Any, settings: Settings, catalogue: Catalogue) -> None:
        self.options = options
        self.settings = settings
        self.catalogue = catalogue

    def check_field(self, field: FieldUse) -> Iterator[Finding]:
        """Check a field name. Paths of findings are relative to the field: usually `()`."""
        return iter(())

    def check(self, document: Document) -> Iterable[Finding]:
        """Check one document that parses."""
        return ()

    def collect(self, entity: Entity) -> Iterable[tuple[str, Path, tuple[Any, ...]]]:
        """Collect the facts about one entity: `(group, path, data)`, with plain values as data.

        A store is queried for the groups of `by_key`, `by_id` and `by_name` in `index/facts.py`.
        For any other group the whole store is read.
        """
        return ()

    def asks(self, group: str, facts: Sequence[Fact]) -> Iterable[str]:
        """The names of further groups that `judge` needs (`World.group`), to fetch all at once."""
        return ()

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        """Check the facts of one group, those of a store included.

        Judgements about facts of a store are not reported, because only documents are checked.
        """
        return iter(())

    def check_member(self, member: Member) -> Iterator[Finding]:
        """Check a field of a definition. The engine sets the path and location of findings."""
        return iter(())

    def check_definition(self, definition: EntityType) -> Iterator[Finding]:
        """Check one definition. Each finding has a `location`."""
        return iter(())

    def check_definitions(self, definitions: Sequence[EntityType]) -> Iterator[Finding]:
        """Check all definitions of one kind together. Each finding has a `location`."""
        return iter(())

    def check_layout(self, layout: KeyExpression) -> Iterator[Finding]:
        """Check an expression that builds a key. Each finding has a `location`."""
        return iter(())

    def check_change(self, change: SchemaChange) -> Iterator[Finding]:
        """Check a change between two states of definitions."""
        return iter(())

    def check_suppression(self, suppression: Suppression) -> Iterator[Finding]:
        """Check a suppression comment that is wrong or unused; see its `complaint`."""
        return iter(())

    @classmethod
    def has(cls, method: str) -> bool:
        """Whether the rule overrides a method."""
        return getattr(cls, method) is not getattr(Rule, method)

    @classmethod
    def scopes(cls) -> list[str]:
        """What the rule checks: `field`, `entity`, `corpus`, `suppression`, `definition`."""
        scopes = {"check_field": "field", "check": "entity", "judge": "corpus",
                  "check_suppression": "suppression"}  # fmt: skip
        found = [scope for method, scope in scopes.items() if cls.has(method)]
        return found + ["definition"] * any(cls.has(method) for method in DEFINITION_METHODS)

    @classmethod
    def documentation(cls) -> str:
        """The docstring of the class, without indentation."""
        import inspect

        return inspect.cleandoc(cls.__doc__ or "")
