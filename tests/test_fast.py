"""Accelerators change no report."""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from benchmarks.real_shaped import LAYOUTS, write
from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.document import Document
from dispatch_lint.engine.checker import Checker
from dispatch_lint.engine.run import run
from dispatch_lint.fast import silent_rules
from dispatch_lint.fast.silent_rules import SilentRules
from dispatch_lint.rule import (
    CatalogueView,
    EntityView,
    Finding,
    IdGroup,
    KeyGroup,
    NoOptions,
    Reference,
    Rule,
    Severity,
    TextView,
)
from dispatch_lint.rule.readonly import ReadOnlyView
from tests.command import run_text
from tests.golden.inputs_mutated import write_mutated

ROOT = Path(__file__).parent.parent
SEED = int(os.environ.get("FAST_SEED") or random.randrange(1_000_000))


def report(folder: Path, *, plain: bool) -> str:
    made = run_text(folder, "check", ".", "-f", "json", DISPATCH_LINT_PLAIN="1" if plain else "")
    assert made.returncode in (0, 1), made.stderr
    return made.stdout


@pytest.mark.parametrize("layout", LAYOUTS)
def test_faulty_corpora_get_the_same_report(layout: str, tmp_path: Path) -> None:
    write(tmp_path, documents=300, per_file=20, faulty=0.2, layout=layout, seed=SEED)
    assert report(tmp_path, plain=False) == report(tmp_path, plain=True), f"FAST_SEED={SEED}"


def test_mutated_documents_get_the_same_report(tmp_path: Path) -> None:
    write_mutated(tmp_path, ROOT)
    assert report(tmp_path, plain=False) == report(tmp_path, plain=True)


class ReadsMore(Rule):
    """Says nothing about the first document of a shape, and something about the second."""

    name = "reads-more"
    summary = "what is beyond the shape"


class ReadsValue(ReadsMore):
    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.get("language") == "go":
            yield Finding(("language",), "go")


class ReadsName(ReadsMore):
    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.name == "b3":
            yield Finding(("name",), "go")


class ReadsOrder(ReadsMore):
    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.field_names[-1] == "kind":
            yield Finding((), "go")


class ReadsKey(ReadsMore):
    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        if group.name == "b3":
            yield Finding(("name",), "go")


class ReadsMember(ReadsMore):
    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        if group.entities[0].name == "b3":
            yield Finding(("name",), "go")


class ReadsTarget(ReadsMore):
    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if reference.target is not None and reference.target.name == "b3":
            yield Finding(reference.path, "go")


class ReadsState(ReadsMore):
    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if reference.state == "missing":
            yield Finding(reference.path, "go")


class ReadsByClass(ReadsMore):
    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        match entity:
            case EntityView(kind="Image", name="i3"):
                yield Finding(("name",), "go")


class ReadsNoField(ReadsMore):
    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if reference.target is not None and reference.target.get("tags"):
            yield Finding(reference.path, "go")


@pytest.mark.parametrize(
    "rule",
    [
        ReadsState,
        ReadsByClass,
        ReadsNoField,
        ReadsValue,
        ReadsName,
        ReadsOrder,
        ReadsKey,
        ReadsMember,
        ReadsTarget,
    ],
)
def test_a_rule_that_reads_more_is_always_asked(rule: type[Rule], tmp_path: Path) -> None:
    texts = [
        f"kind: BaseImage\nname: b{number}\nstatus: DELETED\ndockerUrl: d\nlanguage: {language}\n---\n"
        f"kind: Image\nname: i{number}\nbaseImageName: b{number}\n"
        for number, language in enumerate(["js", "js", "js", "go"])
    ]
    texts[-1] = (
        texts[-1].replace("kind: BaseImage\n", "").replace("\n---", "\nkind: BaseImage\n---")
    )
    texts[-1] = texts[-1].replace("name: b3", "name: b3\ntags: [{key: a, value: b}]", 1)
    (tmp_path / "a.yaml").write_text("---\n".join(texts))
    settings = parse({"external": [f"BaseImage/{name}" for name in ("b0", "b1", "b2")]})
    found = run(checker_of(rule, settings), sources_of([str(tmp_path)], settings)).violations
    assert [violation.message for violation in found] == ["go"]


class ReadsFieldNames(ReadsMore):
    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        for name in entity.fields:
            if name == "secrets":
                yield Finding((name,), "go")


class ReadsFieldNamesOfMember(ReadsMore):
    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        for entity in group.entities:
            if "secrets" in entity.fields:
                yield Finding(("secrets",), "go", entity=entity)


class ReadsIdentity(ReadsMore):
    def check_key(self, group: KeyGroup) -> Iterator[Finding]:
        for entity in group.entities:
            if entity is group.entities[0]:
                yield Finding(("secrets",), "go", entity=entity)


@pytest.mark.parametrize("rule", [ReadsFieldNames, ReadsFieldNamesOfMember, ReadsIdentity])
def test_rules_are_not_fooled_by_the_proxy(rule: type[Rule], tmp_path: Path) -> None:
    text = "---\n".join(
        f"kind: Secret\nname: s{number}\nsecrets: {{a: b}}\n" for number in range(4)
    )
    (tmp_path / "a.yaml").write_text(text)
    settings = Settings()
    found = run(checker_of(rule, settings), sources_of([str(tmp_path)], settings)).violations
    assert [violation.range.line for violation in found] == [3, 7, 11, 15]


class ReadsFields(ReadsMore):
    """Looks at one field, and at others only where that one has some value."""

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        first = entity.get("revision")
        second = entity.get("reason") if first is None else entity.get("status")
        third = entity.get("name") if second in ("x", True) else None
        if first is True or second == "y" * 150 or third in ("n3", "n77"):
            yield Finding(("name",), f"{first!r:.5} {second!r:.5} {third}")


def test_documents_are_told_apart_by_what_rules_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(SEED)
    values: list[object] = [None, True, 1, "", "x", "y" * 150, [], {"a": 1}, "1", False]
    many = [*values, *(f"v{number}" for number in range(silent_rules.FEW_VALUES + 5))]
    documents = [
        {"kind": "Secret", "name": f"n{number % 90}", "revision": chance.choice(values),
         "reason": chance.choice(many), "status": chance.choice(values[:6]), "secrets": {}}
        for number in range(600)
    ]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, documents)))
    # As if each value fitted its schema: no other document is looked at in this way.
    monkeypatch.setattr(Document, "is_clean", True)
    settings = parse({"limits": {"violations-per-file": 1_000}})
    checkers = [checker_of(ReadsFields, settings), checker_of(ReadsFields, settings)]
    checkers[1].accelerator = None
    fast, plain = (
        run(checker, sources_of([str(tmp_path)], settings)).violations for checker in checkers
    )
    assert fast == plain, f"FAST_SEED={SEED}"
    assert len({violation.message for violation in plain}) > 3


VIEWS: Mapping[str, type] = {
    "check_text": TextView, "check_entity": EntityView, "check_key": KeyGroup, "check_id": IdGroup,
    "check_reference": Reference,
}  # fmt: skip
FIELDS = ("name", "image", "status", "tags", "id", "secrets")


def looks(view: type) -> Iterator[tuple[str, ...]]:
    """All that a rule can look at: attributes, and methods with their argument."""
    for attribute in dir(view):
        if not attribute.startswith("_") and attribute not in ("range", "get", "has", "declares"):
            yield (attribute,)
    if view is EntityView:
        yield from itertools.product(("get", "has", "declares"), FIELDS)


def seen(subject: Any, look: Sequence[str]) -> Any:
    """What is seen; of several views, the first."""
    value = getattr(subject, look[0])
    if len(look) > 1:
        return value(look[1])
    if isinstance(value, Sequence) and value and isinstance(value[0], ReadOnlyView):
        return value[0]
    return [*value] if isinstance(value, Iterator) else value


def looking(method: str, path: Sequence[Sequence[str]], number: int) -> type[Rule]:
    """A rule that looks at one thing, and has a finding about a third of what it sees there."""

    def ask(self: Rule, subject: Any) -> Iterator[Finding]:
        value = subject
        for look in path:
            if value is not None:
                value = seen(value, look)
        shown = type(value).__name__ if isinstance(value, ReadOnlyView) else repr(value)
        if crc32(shown.encode("utf-8", "replace")) % 3 == number % 3:
            members = getattr(subject, "entities", ())
            yield Finding((), f"{method} {path}", entity=members[0] if members else None)

    names = {"name": f"looking-{number}", "summary": "sees", "severity": Severity.ERROR}
    return type("Looking", (Rule,), {**names, method: ask})


def all_looking(chance: random.Random) -> Iterator[type[Rule]]:
    """A rule for each thing that one can look at, and for each of a view that one is led to."""
    for method, view in VIEWS.items():
        for look in looks(view):
            inner = looks(EntityView) if look[0] in TO_ENTITIES else ()
            for path in ([look], *([look, further] for further in inner)):
                yield looking(method, path, chance.randrange(1_000_000))


TO_ENTITIES = ("entities", "stored", "entity", "target", "targets", "elsewhere", "with_id")


@pytest.mark.parametrize("layout", ["yaml", "entities"])
def test_whatever_a_rule_looks_at_is_noted(layout: str, tmp_path: Path) -> None:
    write(tmp_path, documents=80, per_file=20, faulty=0.1, layout=layout, seed=SEED)
    settings = parse({"limits": {"violations-per-file": 1_000_000}})
    catalogue = load_catalogue(settings)
    rules = [
        rule(NoOptions(), settings, CatalogueView(catalogue))
        for rule in all_looking(random.Random(SEED))
    ]
    fast, plain = (
        run(Checker(settings, catalogue, rules, accelerator=accelerator),
            sources_of([str(tmp_path)], settings))
        for accelerator in (SilentRules(), None)
    )  # fmt: skip
    assert fast.violations == plain.violations, f"FAST_SEED={SEED}"
    assert len({violation.rule for violation in plain.violations}) > 50


def checker_of(rule: type[Rule], settings: Settings) -> Checker:
    catalogue = load_catalogue(settings)
    rules = [rule(NoOptions(), settings, CatalogueView(catalogue))]
    return Checker(settings, catalogue, rules, accelerator=SilentRules())


def test_it_is_on_unless_the_environment_says_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPATCH_LINT_PLAIN", raising=False)
    assert make_checker(parse({})).accelerator is not None
    monkeypatch.setenv("DISPATCH_LINT_PLAIN", "1")
    assert make_checker(parse({})).accelerator is None
