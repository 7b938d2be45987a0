"""Runs the examples of rules, and compares the violations and fixed texts with the stated ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.api import make_checker
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.run import run
from dispatch_lint.fix.rounds import fix_sources
from dispatch_lint.model.errors import UserError
from dispatch_lint.store.facts import StoreFacts
from dispatch_lint.store.importing import import_sources
from dispatch_lint.store.memory import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.engine.summary import Result
    from dispatch_lint.rule import Example, Rule

Violations = tuple[tuple[str, str], ...]
"""The `(pointer, message)` of each violation, as in an `Example`."""


class Difference(NamedTuple):
    """A difference between an example and the result of running it.

    Attributes:
        kind: the attribute of the rule that has the example, `valid` or `invalid`.
        number: the position of the example there, from 0.
        what: a message of one line.
        expected, found: the lines that differ; empty where the message states all.
    """

    rule: str
    kind: str
    number: int
    example: Example | None
    what: str
    expected: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def check_examples(rules: Mapping[str, type[Rule]], names: Iterable[str]) -> Iterator[Difference]:
    """Run the examples of some rules.

    Args:
        rules: all rules by name.
        names: the names of the rules whose examples are run.
    """
    for name in names:
        rule = rules[name]
        examples = [
            (kind, number, example)
            for kind in ("valid", "invalid")
            for number, example in enumerate(getattr(rule, kind))
        ]
        if not (rule.valid and rule.invalid):
            missing = "valid" if rule.invalid else "invalid"
            yield Difference(name, missing, 0, None, f"there is no {missing} example")
        shows_fix = any(example.fixed for _, _, example in examples)
        for kind, number, example in examples:
            try:
                differences = list(_check_example(rules, rule, example, shows_fix=shows_fix))
            except UserError as error:
                differences = [(str(error), (), ())]
            for what, expected, found in differences:
                yield Difference(name, kind, number, example, what, expected, found)


def _check_example(
    rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example, *, shows_fix: bool
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    if rule.has("check_change"):
        found = tuple(_changes(rule, example))
        problems: Sequence[str] = ()
    else:
        result = _result(rules, rule, example, _source(example, example.text))
        found = tuple((violation.pointer, violation.message) for violation in result.violations)
        problems = result.summary.problems
    for problem in problems:
        yield problem, (), ()
    if found != example.violations and not problems:
        yield "other violations", _lines(example.violations), _lines(found)
        return
    if rule.has("check_change") or problems:
        return
    if example.fixed or not shows_fix:
        fixed = _fixed(rules, rule, example)
        if example.fixed and fixed != example.fixed:
            yield "another fixed text", tuple(example.fixed.splitlines()), tuple(fixed.splitlines())
        elif fixed != example.text and not example.fixed:
            yield ("the rule offers a fix, and no example states the fixed text: fixed=…", (),
                   tuple(fixed.splitlines()))  # fmt: skip


def _lines(violations: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(f"{pointer or '(the document)'}: {message}" for pointer, message in violations)


def _settings(rule: type[Rule], example: Example) -> Settings:
    return parse({"select": [rule.name], **example.settings})


def _source(example: Example, text: str) -> Source:
    data = text.encode("utf-8", "surrogatepass")
    return Source(example.file, format_of(example.file) or "yaml", opener=lambda: BytesIO(data))


def _result(
    rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example, *sources: Source
) -> Result:
    settings = _settings(rule, example)
    checker = make_checker(settings, known=rules)
    return run(checker, sources, store=_store(example))


def _store(example: Example) -> StoreFacts | None:
    """The facts of a store in memory with the entities of the example's `store`."""
    if not example.store:
        return None
    store = MemoryStore()
    data = example.store.encode("utf-8", "surrogatepass")
    source = Source("store.jsonl", "jsonl", opener=lambda: BytesIO(data))
    settings = Settings()
    import_sources(store, [source], Classifier(settings, load_catalogue(settings)))
    return StoreFacts(store, [store])


def _fixed(rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example) -> str:
    """The text of an example after all fixes, unsafe ones too."""
    source = _source(example, example.text)
    fixed = fix_sources(
        lambda sources: _result(rules, rule, example, *sources), [source], unsafe=True
    )
    return fixed.texts.get(source.name, example.text)


def _changes(rule: type[Rule], example: Example) -> Iterator[tuple[str, str]]:
    """The findings of a rule about the change from `before` to `text`: its name and message."""
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.reading import GoSource, read_sources
    from dispatch_lint.schema.diff import compare
    from dispatch_lint.schema.generate import generate

    schemas = []
    for text in (example.before, example.text):
        source = GoSource("example.go", text.encode, named=True)
        types = read_sources([source], [], Conventions(foreign=True)).types
        schemas.append(generate(types))
    settings = Settings()
    checking = rule(rule.Options(), settings, load_catalogue(settings))
    for change in compare(*schemas):
        for finding in checking.check_change(change):
            yield change.name, finding.message
