"""Runs the examples of rules, and compares the violations and fixed texts with the stated ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.api import findings_about, make_checker
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.formats import format_of
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.run import run
from dispatch_lint.fix.rounds import fix_sources
from dispatch_lint.model.errors import UserError
from dispatch_lint.rule import Example
from dispatch_lint.rule.example import malformed
from dispatch_lint.store.importing import import_sources
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.rows import StoreRows
from dispatch_lint.text.harmless import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.engine.summary import Result
    from dispatch_lint.rule import Rule

_LOST = ("the fix cannot be written: a Put is for a text, number or boolean that is there, and is no "
         "block of several lines")  # fmt: skip
_KEEPS_STATE = "the rule keeps state between calls: it finds something else when it is asked again"
Violations = tuple[tuple[str, str], ...]
"""The `(pointer, message)` of each violation, as in an `Example`."""


class Difference(NamedTuple):
    """A difference between an example and the result of running it.

    Attributes:
        kind: the attribute of the rule that has the example, `valid` or `invalid`.
        number: the position of the example there, from 0; None for all together.
        what: a message of one line.
        expected, found: the lines that differ; empty where the message states all.
    """

    rule: str
    kind: str
    number: int | None
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
        examples = []
        for kind in ("valid", "invalid"):
            stated = getattr(rule, kind)
            if isinstance(stated, Example) or not isinstance(stated, tuple | list):
                yield Difference(name, kind, None, None, f"`{kind}` is not a tuple of examples; "
                                 f"write {kind} = (Example(…),)")  # fmt: skip
                continue
            if not stated:
                yield Difference(name, kind, None, None, f"there is no {kind} example")
            examples += [(kind, number, example) for number, example in enumerate(stated)]
        shows_fix = any(getattr(example, "fixed", "") for _, _, example in examples)
        for kind, number, example in examples:
            problem = malformed(example)
            if problem:
                yield Difference(name, kind, number, None, problem)
                continue
            try:
                differences = list(_check_example(rules, rule, example, shows_fix=shows_fix))
            except UserError as error:
                differences = [(str(error), (), ())]
            if not differences and bool(example.violations) != (kind == "invalid"):
                has = "has violations" if example.violations else "has no violations"
                differences = [(f"it {has}, and is among the {kind} examples", (), ())]
            for what, expected, found in differences:
                yield Difference(name, kind, number, example, what, expected, found)


def _check_example(
    rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example, *, shows_fix: bool
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    stated = tuple((pointer, message) for pointer, message in example.violations)
    if rule.has("check_change"):
        changes, changes_again = _changes(rules, rule, example)
        if changes_again != changes:
            yield _KEEPS_STATE, _lines(changes), _lines(changes_again)
        elif changes != stated:
            yield "other violations", _lines(stated), _lines(changes)
        return
    checker = make_checker(_settings(rule, example), known=rules)
    result, again = (
        run(checker, [_source(example, example.text)], store=_store(example)) for _ in range(2)
    )
    if result.summary.problems:
        for problem in result.summary.problems:
            yield problem, (), ()
        return
    found, found_again = _violations(result), _violations(again)
    addresses = [message for _, message in found if ADDRESS.search(message)]
    if addresses:
        yield ("the message has the address of an object, which is another one in each run", (),
               tuple(addresses))  # fmt: skip
        return
    if again.summary.problems or found_again != found:
        # Before what is stated: it is no wonder that one of two answers is another.
        yield _KEEPS_STATE, _lines(found), (*again.summary.problems, *_lines(found_again))
        return
    if found != stated:
        lines = [violation.range.line for violation in result.violations]
        yield "other violations", _lines(stated), _lines(found, lines)
        return
    if example.fixed or not shows_fix:
        lost = [violation.pointer for violation in result.violations if violation.is_fix_lost]
        if lost:
            yield _LOST, (), tuple(pointer or "(the document)" for pointer in lost)
            return
        yield from _check_fixed(example, _fixed(rules, rule, example))


def _violations(result: Result) -> Violations:
    return tuple((violation.pointer, violation.message) for violation in result.violations)


def _check_fixed(
    example: Example, fixed: str
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """What differs between the fixed text of an example and the one that it states."""
    if example.fixed and fixed == example.text != example.fixed:
        yield "nothing is fixed", _text_lines(example.fixed), _text_lines(fixed)
    elif example.fixed and fixed != example.fixed:
        yield "another fixed text", _text_lines(example.fixed), _text_lines(fixed)
    elif fixed != example.text and not example.fixed:
        yield ("the rule offers a fix, and no example states the fixed text: fixed=…", (),
               _text_lines(fixed))  # fmt: skip


def _lines(violations: Violations, lines: Sequence[int] = ()) -> tuple[str, ...]:
    """Violations as lines.

    Args:
        lines: the number of the line of each, where they are known.
    """
    places = [f"line {line}: " for line in lines] or [""] * len(violations)
    return tuple(
        f"{place}{pointer or '(the document)'}: {message}"
        for place, (pointer, message) in zip(places, violations, strict=True)
    ) or ("nothing",)


def _text_lines(text: str) -> tuple[str, ...]:
    ending = () if text.endswith("\n") else ("(no line break at the end)",)
    return (*text.splitlines(), *ending)


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


def _store(example: Example) -> StoreRows | None:
    """The rows of a store in memory with the entities of the example's `store`."""
    if not example.store:
        return None
    store = MemoryStore()
    data = example.store.encode("utf-8", "surrogatepass")
    source = Source("store.jsonl", "jsonl", opener=lambda: BytesIO(data))
    settings = Settings()
    import_sources(store, [source], Classifier(settings, load_catalogue(settings)))
    return StoreRows(store, [store])


def _fixed(rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example) -> str:
    """The text of an example after all fixes, unsafe ones too."""
    source = _source(example, example.text)
    fixed = fix_sources(
        lambda sources: _result(rules, rule, example, *sources), [source], unsafe=True
    )
    return fixed.texts.get(source.name, example.text)


def _changes(
    rules: Mapping[str, type[Rule]], rule: type[Rule], example: Example
) -> tuple[Violations, Violations]:
    """The findings of a rule about the change from `before` to `text`, of each of two times.

    Each finding is the name of the change and its message.
    """
    from dispatch_lint.definitions.conventions import Conventions
    from dispatch_lint.definitions.reading import GoSource, read_sources
    from dispatch_lint.schema.diff import compare
    from dispatch_lint.schema.generate import generate

    schemas = []
    for text in (example.before, example.text):
        source = GoSource("example.go", text.encode, named=True)
        types = read_sources([source], [], Conventions(foreign=True)).types
        schemas.append(generate(types))
    changes = [*compare(*schemas)]
    asked = make_checker(_settings(rule, example), known=rules).rule(rule.name)
    first, again = (
        tuple(
            (change.name, finding.message)
            for change in changes
            for finding in findings_about(asked, change)
        )
        for _ in range(2)
    )
    return first, again
