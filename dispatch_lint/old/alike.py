"""Documents that are alike: what does not hang on their words is worked out once.

Two documents are alike if they have the same kind and the same fields. What they are, and which
rules concern them, is then the same; and of rules that say which values they read, it is enough
to ask once for the same values. Nothing is reported from here: a document is either clean, or it
is judged as if it were the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dispatch_lint.documents.document import Document
from dispatch_lint.schema.validation import is_valid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch_lint.documents.source import Source
    from dispatch_lint.model.reference import Form
    from dispatch_lint.model.violation import Finding
    from dispatch_lint.old.engine import Run
    from dispatch_lint.old.fact_plan import FactPlan
    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.catalogue import KindSchema
    from dispatch_lint.schema.shape import Route

MAX_REMEMBERED = 10_000
"""Likenesses, and values of one, that are remembered."""
_UNKNOWN: Any = object()
_FLAG = frozenset({"boolean", "null"})


class Likeness(NamedTuple):
    """What documents that are alike have in common.

    Attributes:
        reads: the fields whose values some rules read, and no other values; organization and status.
        quiet: values of `reads` of which those rules have nothing to say, with how documents that
            have them come to their facts.
        plans: the same by organization and status.
        fits: whether an entity fits the schema.
        asked: `quick_check` and `check` of the rules that look at each document.
        declared: what the guide has against fields that their definition declares.
    """

    kind: str
    form: Form
    schema: KindSchema
    written_kind: str
    reads: tuple[str, ...]
    fits: Callable[[Any], bool]
    asked: list[tuple[Callable[[Any], bool], Callable[[Document], Iterable[Finding]]]]
    declared: list[tuple[Route, Rule, Finding]]
    quiet: dict[tuple[Any, ...], FactPlan | None]
    plans: dict[tuple[str | None, str], FactPlan | None]


class Alike:
    """The likenesses of the documents of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known: dict[tuple[Any, ...], Likeness | None] = {}
        self._organization_field = run.catalogue.organization_field
        self._organization = run.settings.organization

    def clean(self, value: Any, source: Source, index: int) -> tuple[Document, Likeness] | None:
        """A document that nobody has anything to say of; None where somebody may have."""
        if type(value) is not dict:
            return None
        try:
            like = self._known.get((value.get("kind"), *value))
            if like is None:
                return None
            plan = like.quiet.get(tuple(map(value.get, like.reads)), _UNKNOWN)
            if plan is _UNKNOWN:
                return None
            if not like.fits(value):
                return None
        # A list or mapping where a word belongs; a value that the validator can make nothing of.
        except Exception:
            return None
        organization = value.get(self._organization_field)
        if not organization or type(organization) is not str:
            organization = self._organization
        document = Document(
            source, index, value, like.form, like.kind, like.schema,
            written_kind=like.written_kind, organization=organization,
        )  # fmt: skip
        try:
            for is_content, check in like.asked:
                if not is_content(value):
                    for _ in check(document):
                        return None
        except Exception:
            return None  # it will raise again, where somebody takes note of it
        document.plan = plan
        return document, like

    def learn(self, document: Document) -> None:
        """Take note of a document of which no rule has anything to say."""
        value, schema = document.value, document.schema
        written = document.written_kind
        if (
            type(written) is not str or written != value.get("kind")
            or self._run.catalogue.resolve(written) is None
            or document.row is not None or document.row_key or document.part is not None
            or schema.only_base or not schema.shape.closed or document.undeclared
        ):  # fmt: skip
            return
        key = (written, *value)
        like = self._known.get(key)
        if like is None:
            if key in self._known or len(self._known) >= MAX_REMEMBERED:
                return
            like = self._known[key] = self._likeness(document, written)
        if like is None or not is_valid(schema, value):
            return
        said = tuple(value.get(one) for one in like.reads)
        if len(like.quiet) < MAX_REMEMBERED and all(
            one is None
            or type(one) is str
            # As keys, 1 and True are the same: only where it cannot be a number.
            or (type(one) is bool and schema.shape.properties[name].types <= _FLAG)
            for name, one in zip(like.reads, said, strict=True)
        ):
            by = (document.organization, document.status)
            if by not in like.plans:
                like.plans[by] = self._run.fact_plan(document)
            like.quiet[said] = like.plans[by]

    def _likeness(self, document: Document, written: str) -> Likeness | None:
        value, schema = document.value, document.schema
        declared = self._run.declarations(schema)
        if any(len(route.steps) > 1 and route.steps[0] in value for route, _, _ in declared):
            return None  # where they are, and how often, is another matter in each
        concerned = self._run.concerned(document, content=True)
        reads = dict.fromkeys(name for rule in concerned for name in rule.reads or ())
        reads |= dict.fromkeys(("status", self._organization_field))
        return Likeness(
            document.kind, document.form, schema, written,
            tuple(name for name in reads if name in value),
            schema.validator.is_valid,
            [(_quick_check(rule, document), rule.check) for rule in concerned if rule.reads is None],
            [one for one in declared if one[0].steps[0] in value], {}, {},
        )  # fmt: skip


def _quick_check(rule: Rule, document: Document) -> Callable[[Any], bool]:
    try:
        return rule.quick_check(document) or _never
    except Exception:
        return _never  # where it raises again, somebody takes note of it


def _never(_: Any) -> bool:
    return False
