"""What a rule yields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from dispatch_lint.model.fix import Fix
    from dispatch_lint.model.location import Location, Path, Range
    from dispatch_lint.model.violation import Severity
    from dispatch_lint.rule.entity import EntityView
    from dispatch_lint.rule.groups import Collected, FormerHolder, Reference

    Related = EntityView | Reference | Collected | FormerHolder | Location
    """What else a finding is about; the engine knows the location of each."""


class Finding(NamedTuple):
    """A deviation: a path and a message. The engine finds the location.

    Attributes:
        path: from the root of the entity; `()` for the entity itself.
        message: quotes the offending value and says what is expected.
        on: whether the key or the value at the path is meant.
        severity: where it differs from the rule's own.
        help: how to fix it, in one line.
        subject: what it is about, if that is not the path: a missing field has no location. Of
            several rules with findings about one subject, one reports (`engine/precedence.py`).
        fix: what removes the violation, if there is a fix.
        entity: of a group, the entity that it is about; None for the one that is checked.
        related: what else it is about, each with a message about its part. `Related` is an
            `EntityView`, `Reference`, `Collected`, `FormerHolder` or `Location`.
        fold: findings of one file with the same fold are reported once, with their count.
        range: the location in the file, for rules about texts: `text.range` gives it.
        location: the location of a definition, for rules about definitions.
        declared_at, heading: set by the engine, for infos about declared names: the `file:line` of
            the definition, or the name of a built-in one, and the name under which they are counted together.
    """

    path: Path
    message: str
    on: Literal["key", "value"] = "value"
    severity: Severity | None = None
    help: str = ""
    subject: Path | None = None
    fix: Fix | None = None
    entity: EntityView | None = None
    related: tuple[tuple[Related, str], ...] = ()
    fold: str = ""
    range: Range | None = None
    location: Location | None = None
    declared_at: str = ""
    heading: str = ""
