"""How the fields of a catalogue spell initialisms (guide, Additional Properties)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dispatch_lint.naming import INITIALISMS, words_of

if TYPE_CHECKING:
    from dispatch_lint.model.reference import Form
    from dispatch_lint.schema.kind_schema import KindSchema
    from dispatch_lint.schema.shape import Route

# The guide's own struct says organizationId while its text says relatedID.
EXEMPT = frozenset({"organizationId", "organizationID"})


def initialisms_of(name: str) -> list[tuple[str, str]]:
    """The initialisms of a field name after its first word, as `(ID, Id)`.

    The first word is always in lower case (`httpContext`, `url`), so it does not count.
    """
    words = words_of(name)[1:]
    return [(word.upper(), word) for word in words if word.upper() in INITIALISMS]


def count_spellings(schemas: Iterable[KindSchema], form: Form) -> dict[str, dict[bool, int]]:
    """See `Catalogue.initialisms`."""
    counts: dict[str, dict[bool, int]] = {}
    seen: set[tuple[str, str]] = set()
    for schema in schemas:
        for route in schema.routes if schema.form == form else ():
            declared = (route.shape.source or f"{schema.kind}.{route}", route.name)
            if declared in seen or not counts_for(route):
                continue
            seen.add(declared)
            for initialism, word in initialisms_of(route.name):
                spellings = counts.setdefault(initialism, {True: 0, False: 0})
                spellings[word.isupper()] += 1
    return counts


Spellings = dict[str, dict[bool, int]]
"""How often an initialism is spelled in capitals (True) or camel (False)."""


def added(left: Spellings, right: Spellings) -> Spellings:
    """The sum of two counts."""
    return {
        name: {
            capitals: sum(counts.get(name, {}).get(capitals, 0) for counts in (left, right))
            for capitals in (True, False)
        }
        for name in left | right
    }


def counts_for(route: Route) -> bool:
    """Whether the guide's rules of spelling apply to a declared field."""
    return route.name not in EXEMPT and not (route.shape.standard or route.parent.standard)
