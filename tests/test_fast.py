"""Accelerators change no report."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.real_shaped import LAYOUTS, write
from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.engine.checker import Checker
from dispatch_lint.engine.run import run
from dispatch_lint.fast.silent_rules import SilentRules
from dispatch_lint.rule import EntityView, Finding, KeyGroup, NoOptions, Reference, Rule
from tests.golden.inputs_mutated import write_mutated

ROOT = Path(__file__).parent.parent
SEED = int(os.environ.get("FAST_SEED") or random.randrange(1_000_000))


def report(folder: Path, *, plain: bool) -> str:
    environment = {**os.environ, "DISPATCH_LINT_PLAIN": "1" if plain else ""}
    made = subprocess.run(
        [sys.executable, "-m", "dispatch_lint", "check", ".", "-f", "json"], cwd=folder,
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip
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


def checker_of(rule: type[Rule], settings: Settings) -> Checker:
    catalogue = load_catalogue(settings)
    rules = [rule(NoOptions(), settings, catalogue)]
    return Checker(settings, catalogue, rules, accelerator=SilentRules())


def test_it_is_on_unless_the_environment_says_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPATCH_LINT_PLAIN", raising=False)
    assert make_checker(parse({})).accelerator is not None
    monkeypatch.setenv("DISPATCH_LINT_PLAIN", "1")
    assert make_checker(parse({})).accelerator is None
