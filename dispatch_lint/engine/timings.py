"""How long the rules of a run take (`check --verbose`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from time import perf_counter
from typing import Any

from dispatch_lint.engine.rule_results import Observed
from dispatch_lint.rule import SCOPES, Rule

_METHODS = (*SCOPES, "collect")


class RuleTimings:
    """Measures rules.

    Attributes:
        seconds: of each rule, by its name: the time in its methods, and of what they yield.
        calls: how many times its methods were called.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: Counter[str] = Counter()

    def watch(self, rules: Iterable[Rule]) -> None:
        """Measure some rules from now on, in this process."""
        for rule in rules:
            for method in _METHODS:
                if rule.has(method):
                    setattr(rule, method, self._timed(rule.name, getattr(rule, method)))

    def _timed(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def timed(*subjects: Any) -> Any:
            started = perf_counter()
            found = method(*subjects)
            self.seconds[name] += perf_counter() - started
            self.calls[name] += 1
            return _Timed(found, name, self.seconds) if isinstance(found, Iterator) else found

        return timed


class _Timed(Observed):
    """What a rule yields, which takes time."""

    def __init__(self, yielded: Iterator[Any], name: str, seconds: defaultdict[str, float]) -> None:
        super().__init__(yielded)
        self._name, self._seconds = name, seconds

    def __next__(self) -> Any:
        started = perf_counter()
        try:
            return next(self.yielded)
        finally:
            self._seconds[self._name] += perf_counter() - started
