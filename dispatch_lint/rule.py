"""What a rule is.

A rule is a small class in a file named after it. It says what it checks by the methods it has:

- `check_field(field)`: one field name, of a document or of a definition;
- `check(document)`: one document;
- `collect(entity)` and `judge(group, facts, world)`: facts from every document, grouped under a
  key, each group judged once;
- `check_member`, `check_definition`, `check_definitions`, `check_layout`: what definitions say.

It yields paths and messages. It never computes places, never prints, never reads a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from dispatch_lint.model.violation import Finding, Severity

if TYPE_CHECKING:
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.definitions.go_syntax import KeyExpression
    from dispatch_lint.definitions.model import EntityType, Field
    from dispatch_lint.documents.document import Document, ForeignKey
    from dispatch_lint.documents.suppressions import Suppression
    from dispatch_lint.model.fix import Fix
    from dispatch_lint.model.location import Path
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.diff import SchemaChange
    from dispatch_lint.schema.shape import Shape


@dataclass(frozen=True)
class NoOptions:
    """The options of a rule that has none."""


class Example(NamedTuple):
    """A text, and exactly what the rule says of it.

    Attributes:
        text: the content of a file.
        violations: `(pointer, message)` of each violation; none for a valid example.
        file: its name, which says the format.
        settings: what a settings file would say.
        store: the entities that a store holds, as JSONL; without it there is no store.
        before: the definition as it was, for rules about changes.
        fixed: the text after all fixes, unsafe ones too, where the rule has fixes.
    """

    text: str
    violations: tuple[tuple[str, str], ...] = ()
    file: str = "example.yaml"
    settings: Mapping[str, Any] = MappingProxyType({})
    store: str = ""
    before: str = ""
    fixed: str = ""


def stored(kind: str, **fields: Any) -> str:
    """A stored entity as a line of JSON, for examples: the base fields, and what differs."""
    base = {
        "kind": kind, "id": "1", "name": "shop", "organizationId": "acme", "revision": 0,
        "version": 0, "state": None, "status": "READY", "reason": None, "tags": None,
        "delete": False,
    }  # fmt: skip
    return json.dumps(base | fields) + "\n"


class FieldUse(NamedTuple):
    """A field name, where a document or a definition has it.

    Attributes:
        declared: whether a schema declares it; otherwise it is the author's own.
        closed: whether the object takes declared fields only.
        meant: the declared field that an undeclared one probably stands for.
        case_only: it differs from `meant` in nothing but case: dispatch takes it.
    """

    name: str
    kind: str
    form: Form
    parent: Shape
    declared: bool = True
    shape: Shape | None = None
    value: Any = None
    closed: bool = False
    meant: str | None = None
    case_only: bool = False

    @property
    def standard(self) -> str:
        """The other standard that the name follows, such as CloudEvents."""
        return (self.shape.standard if self.shape else "") or self.parent.standard

    @property
    def many(self) -> bool:
        """Whether it holds a list."""
        return self.shape.many if self.shape else isinstance(self.value, list)


def rename_fix(field: FieldUse, name: str) -> Fix | None:
    """The fix that gives a field of a document another name.

    A definition is for people to mend, and a name that the kind does not have is no better.
    """
    from dispatch_lint.model.fix import Fix, Rename

    if field.declared or (field.closed and name not in field.parent.properties):
        return None
    return Fix("unsafe", f"rename it to {name}", (Rename((), name),))


class Member(NamedTuple):
    """One field of a definition, or of a type that a definition leads to.

    Attributes:
        owner: the name of the type that declares it.
        definition: the definition that leads to it.
        use: the field as the rules about names see it.
    """

    field: Field
    owner: str
    definition: EntityType
    use: FieldUse


class Entity(Protocol):
    """What `collect` is told of an entity: a document of the run, or what a store remembers.

    Attributes:
        organization: None where nothing says it.
        key: `<organization>/<kind>/<name>` (guide, Key), with `-` for what is not known.
        identity: the ID, or empty.
        revision_of: what kind of source counts its revisions; empty where they say nothing.
        uses: every foreign key that is set.
        contained: the entities it holds as values, as a service class its plans: `(path, kind,
            name)`.
        entity: the entity as plain values.
    """

    @property
    def form(self) -> Form: ...
    @property
    def kind(self) -> str: ...
    @property
    def organization(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def identity(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def revision(self) -> int | None: ...
    @property
    def revision_of(self) -> str: ...
    @property
    def uses(self) -> Sequence[ForeignKey]: ...
    @property
    def contained(self) -> Sequence[tuple[Path, str, str]]: ...
    @property
    def entity(self) -> Any: ...


STORE = -1
"""The source of facts that a store remembers."""


class Fact(NamedTuple):
    """What one entity says to a group.

    Attributes:
        source, document: which document it is, by the numbers the engine gives.
        data: a few plain values.
        row: the key of the row, where the source is a store that is being checked.
        place: the place that a store remembers, as `Place` of the store writes it.
    """

    source: int
    document: int
    path: Path
    data: tuple[Any, ...]
    row: str = ""
    place: str = ""

    @property
    def stored(self) -> bool:
        """Whether a store, or its ledger, remembers it; it is not of the run itself."""
        return self.source == STORE


class Judgement(NamedTuple):
    """A violation that a group of facts shows, at the place of one of them.

    Attributes:
        subject: what it speaks about, where that is not the path of the fact: see `Finding`.
        related: further places, each with what it has to do with the violation.
        fix: what removes the violation, where there is something.
    """

    fact: Fact
    message: str
    on: Literal["key", "value"] = "value"
    severity: Severity | None = None
    help: str = ""
    subject: Path | None = None
    related: tuple[tuple[Fact, str], ...] = ()
    fix: Fix | None = None


Read = TypeVar("Read")


class World(Protocol):
    """What a judge may ask beyond its facts."""

    not_judged: int
    """References that nothing could be said of."""

    @property
    def closed(self) -> bool:
        """Whether what is not there is missing: the documents are complete, or there is a store."""

    @property
    def stored(self) -> bool:
        """Whether there is a store, which has seen what came before."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of which the run has documents."""

    def external(self, kind: str, name: str) -> bool:
        """Whether the settings declare an entity to exist elsewhere."""

    def group(self, name: str) -> Sequence[Fact]:
        """The facts of another group; see `Rule.asks`."""

    def read(
        self, reader: Callable[[str, Sequence[Fact]], Read], group: str, facts: Sequence[Fact]
    ) -> Read:
        """What a reader makes of the group that is judged: once for all rules that ask it."""

    def near(self, kind: str, name: str, fits: Callable[[Fact], bool]) -> list[str]:
        """Names of entities of a kind that a name was probably meant to be, best first.

        Args:
            fits: whether an entity, by its fact under `by_name`, comes into question.
        """


Fail = Callable[["Rule", Fact, Exception], None]
"""Is told of a rule that raises, and of the fact it was asked about."""

DEFINITION_METHODS = (
    "check_member", "check_definition", "check_definitions", "check_layout", "check_change",
)  # fmt: skip


class Rule:
    """The base of all rules.

    Attributes:
        name: kebab-case, the same as the file's.
        summary: one line.
        guide: the section of the guide it states, or None where Dispatch's behaviour asks for it.
        severity: of its violations, where they say nothing else.
        scope: what it looks at, as RULES names it.
        default: whether it is on where the settings say nothing.
        reads_content: it speaks also of a document that fits its closed schema.
        form: the only form that `check` speaks of.
        needs: the fields without any of which `check` has nothing to say.
        facts: the table of facts that it judges; rules that name one share its facts.
        judges_several: its judge has nothing to say of a single fact, to which no store adds.
        judges_uses: its judge has nothing to say of facts that no foreign key is among.
        judges_alike: where it has nothing to say of one fact for each different path and data, it
            has nothing to say of all.
        asks_referrers: its judge wants the foreign keys that a store remembers, not only the
            entities that they name.
        question: the open question of the guide that it depends on, by its key in the settings.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    guide: ClassVar[str | None] = None
    severity: ClassVar[Severity] = Severity.ERROR
    default: ClassVar[bool] = True
    explains_undeclared: ClassVar[bool] = False
    """Whether it reports every undeclared field, so that what it stands for is not missed again."""
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
        """Check a field name. Paths of findings are relative to the field: leave them `()`."""
        return iter(())

    def check(self, document: Document) -> Iterable[Finding]:
        """Check one document that parses."""
        return ()

    def collect(self, entity: Entity) -> Iterable[tuple[str, Path, tuple[Any, ...]]]:
        """Facts of one entity: `(group, path, data)`; data are a tuple of plain values.

        Groups that `facts.by_key`, `by_id` and `by_name` name are looked up in a store; for any
        other the whole store is read.
        """
        return ()

    def asks(self, group: str, facts: Sequence[Fact]) -> Iterable[str]:
        """Further groups that `judge` will ask the world for: they are looked up together."""
        return ()

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        """Judge all facts of one group, those of a store included.

        What it says of a fact of the store is not reported: the documents of the run are.
        """
        return iter(())

    def check_member(self, member: Member) -> Iterator[Finding]:
        """Check a field of a definition. Paths of findings are relative to it: leave them `()`."""
        return iter(())

    def check_definition(self, definition: EntityType) -> Iterator[Finding]:
        """Check one definition; each finding says its `location`."""
        return iter(())

    def check_definitions(self, definitions: Sequence[EntityType]) -> Iterator[Finding]:
        """Check all definitions of one kind together; each finding says its `location`."""
        return iter(())

    def check_layout(self, layout: KeyExpression) -> Iterator[Finding]:
        """Check a piece of code that puts texts together; each finding says its `location`."""
        return iter(())

    def check_change(self, change: SchemaChange) -> Iterator[Finding]:
        """Check a change between two states of definitions."""
        return iter(())

    def check_suppression(self, suppression: Suppression) -> Iterator[Finding]:
        """Check a suppression comment that hides nothing."""
        return iter(())

    @classmethod
    def has(cls, method: str) -> bool:
        """Whether the rule has a method of its own."""
        return getattr(cls, method) is not getattr(Rule, method)

    @classmethod
    def scopes(cls) -> list[str]:
        """What the rule looks at."""
        scopes = {"check_field": "field", "check": "entity", "judge": "corpus",
                  "check_suppression": "suppression"}  # fmt: skip
        found = [scope for method, scope in scopes.items() if cls.has(method)]
        return found + ["definition"] * any(cls.has(method) for method in DEFINITION_METHODS)

    @classmethod
    def documentation(cls) -> str:
        """The docstring, unindented."""
        import inspect

        return inspect.cleandoc(cls.__doc__ or "")


GONE = {
    "collect_seldom": "name it `collect`",
    "all_facts": "`collect` gives all facts",
    **dict.fromkeys(
        ("quick_check", "fact_patterns", "seldom_groups", "likeness", "reads", "reads_text"),
        "remove it: the engine takes no hints for speed",
    ),
    "precedence": "remove it: the engine has one ordered list",
}
"""What rules could define once, and what to do about it: nothing that is not called is silent."""


def defining_problem(rule: type[Rule]) -> str | None:
    """Why a class is no usable rule, or None."""
    for owner in rule.__mro__:
        for gone in vars(owner).keys() & GONE.keys():
            return f"it defines `{gone}`, which is not part of a rule any more: {GONE[gone]}"
    name = getattr(rule, "name", None)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return f"its name {name!r} is not kebab-case"
    if not getattr(rule, "summary", ""):
        return "it has no summary"
    if not is_dataclass(rule.Options):
        return "its Options are no dataclass"
    if not rule.scopes():
        return "it has no method that checks anything"
    return None


def option_names(rule: type[Rule]) -> list[str]:
    """The rule's options as the settings spell them."""
    return [one.name.replace("_", "-") for one in fields(rule.Options)]
