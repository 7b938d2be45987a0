"""Whether rules keep state: what they find must not hang on what they were asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.engine.run import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dispatch_lint.documents.source import Source
    from dispatch_lint.engine.checker import Checker
    from dispatch_lint.engine.summary import Result
    from dispatch_lint.store.rows import StoreRows

Input = tuple["Source", "StoreRows | None"]
"""A source, and the store that it is checked against."""


def order_matters(checker: Checker, inputs: Sequence[Input]) -> list[str]:
    """The sources of which a checker finds something else when it is asked in another order.

    The same rules are asked twice about each source by itself, the second time from the last
    source to the first.
    """
    forward = dict(_results(checker, inputs))
    backward = dict(_results(checker, reversed(inputs)))
    return [name for name, result in forward.items() if backward[name] != result]


def _results(checker: Checker, inputs: Iterable[Input]) -> Iterable[tuple[str, Result]]:
    for source, store in inputs:
        yield source.name, run(checker, [source], store=store)
