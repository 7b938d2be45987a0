"""What a rule is.

A rule is a small class in a file named after it. It says what it checks by the methods it has:

- `check_field(field)`: one field name, of a document or of a definition;
- `check(document)`: one document;
- `collect(document)` and `judge(group, facts, world)`: facts from every document, grouped under
  a key, each group judged once.

It yields paths and messages. It never computes places, never prints, never reads a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from dispatch_lint.violation import Finding, Severity

if TYPE_CHECKING:
    from dispatch_lint.definitions.model import Form
    from dispatch_lint.documents.document import Document
    from dispatch_lint.schema.catalogue import Catalogue
    from dispatch_lint.schema.shape import Shape
    from dispatch_lint.settings import Settings
    from dispatch_lint.suppression import Suppression
    from dispatch_lint.violation import Path

UNRANKED = 1000
"""The precedence of a rule that speaks whatever others say of the same path."""


@dataclass(frozen=True, slots=True)
class NoOptions:
    """The options of a rule that has none."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text, and exactly what the rule says of it.

    Attributes:
        text: the content of a file.
        violations: `(pointer, message)` of each violation; none for a valid example.
        file: its name, which says the format.
        settings: what a settings file would say.
    """

    text: str
    violations: tuple[tuple[str, str], ...] = ()
    file: str = "example.yaml"
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldUse:
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


class Fact(NamedTuple):
    """What one document says to a group.

    Attributes:
        source, document: which document it is, by the numbers the engine gives.
        data: a few plain values.
    """

    source: int
    document: int
    path: Path
    data: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A violation that a group of facts shows, at the place of one of them."""

    fact: Fact
    message: str
    on: Literal["key", "value"] = "value"
    severity: Severity | None = None
    help: str = ""
    related: tuple[tuple[Fact, str], ...] = ()


@dataclass
class World:
    """What a judge may ask beyond its facts.

    Attributes:
        closed: what is not there is missing, because the documents are complete.
        kinds: the kinds of which the run has documents.
        external: whether the settings declare an entity, by kind and name, to exist elsewhere.
        groups: the groups of the rule that begin with a text, with their facts.
        group: the facts of one group of the rule.
    """

    closed: bool
    kinds: set[str]
    external: Callable[[str, str], bool]
    groups: Callable[[str], Iterator[tuple[str, Sequence[Fact]]]]
    group: Callable[[str], Sequence[Fact]]
    not_judged: int = 0
    """References that nothing could be said of."""


class Rule:
    """The base of all rules.

    Attributes:
        name: kebab-case, the same as the file's.
        summary: one line.
        guide: the section of the guide it states, or None where Dispatch's behaviour asks for it.
        severity: of its violations, where they say nothing else.
        scope: what it looks at, as RULES names it.
        precedence: for one path the rule with the lowest speaks; see `UNRANKED`.
        default: whether it is on where the settings say nothing.
        reads_text: it has something to say only of documents that were read with their places:
            what it reports makes the fast reader step aside.
        reads_content: it speaks also of a document that fits its closed schema.
        form: the only form that `check` speaks of.
        needs: the field without which `check` has nothing to say.
        facts: the table of facts that it judges; rules that name one share its facts.
        question: the open question of the guide that it depends on, by its key in the settings.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    guide: ClassVar[str | None] = None
    severity: ClassVar[Severity] = Severity.ERROR
    precedence: ClassVar[int] = UNRANKED
    default: ClassVar[bool] = True
    explains_undeclared: ClassVar[bool] = False
    """Whether it reports every undeclared field, so that what it stands for is not missed again."""
    reads_text: ClassVar[bool] = False
    reads_content: ClassVar[bool] = True
    form: ClassVar[Form | None] = None
    needs: ClassVar[str] = ""
    facts: ClassVar[str] = ""
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

    def check(self, document: Document) -> Iterator[Finding]:
        """Check one document that parses."""
        return iter(())

    def collect(self, document: Document) -> Iterator[tuple[str, Path, tuple[Any, ...]]]:
        """Facts of one document: `(group, path, data)`."""
        return iter(())

    def judge(self, group: str, facts: Sequence[Fact], world: World) -> Iterator[Judgement]:
        """Judge all facts of one group."""
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
        scopes = {"check_field": "field", "check": "entity", "collect": "corpus",
                  "check_suppression": "suppression"}  # fmt: skip
        return [scope for method, scope in scopes.items() if cls.has(method)]

    @classmethod
    def documentation(cls) -> str:
        """The docstring, unindented."""
        import inspect

        return inspect.cleandoc(cls.__doc__ or "")


def defining_problem(rule: type[Rule]) -> str | None:
    """Why a class is no usable rule, or None."""
    name = getattr(rule, "name", None)
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        return f"its name {name!r} is not kebab-case"
    if not getattr(rule, "summary", ""):
        return "it has no summary"
    if not is_dataclass(rule.Options):
        return "its Options are no dataclass"
    if not rule.scopes():
        return "it has none of the methods check_field, check, and collect with judge"
    return None


def option_names(rule: type[Rule]) -> list[str]:
    """The rule's options as the settings spell them."""
    return [one.name.replace("_", "-") for one in fields(rule.Options)]
