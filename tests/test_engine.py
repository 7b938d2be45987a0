"""The engine by itself: what a run counts, shows, hands on and survives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.api import make_run
from dispatch_lint.config import settings as settings_module
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.plugins import PluginError
from dispatch_lint.index.facts import by_key
from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.old import engine
from dispatch_lint.old.engine import Run
from dispatch_lint.old.looks import digest_of
from dispatch_lint.old.yaml_placed import read_placed
from dispatch_lint.rule import FieldUse, Rule
from tests.conftest import Lint

FUNCTION = {"kind": "Function", "name": "f", "image": "i"}


def run_of(settings: dict[str, Any] | None = None, **options: Any) -> Run:
    run = make_run(settings_module.parse(settings or {}), **options)
    run.sources.append(Source("a.yaml", "yaml"))
    return run


def document_of(run: Run, value: dict[str, Any] | None = None, index: int = 0) -> Document:
    document = run.classifier.read(value or FUNCTION, Source("a.yaml", "yaml"), index)
    assert isinstance(document, Document)
    return document


def rule_of(run: Run, name: str) -> Rule:
    return next(rule for rule in run.rules if rule.name == name)


class Odd(Rule):
    """Complains of every field, twice."""

    name, summary = "odd", "odd"

    def check_field(self, field: FieldUse) -> Iterator[Finding]:
        yield Finding((), f"odd: {field.name}")
        yield Finding((), f"odder: {field.name}")


def odd_run(monkeypatch: pytest.MonkeyPatch, asked: list[FieldUse]) -> Run:
    """A run with one rule, of fields."""

    def check_field(self: Odd, field: FieldUse) -> Iterator[Finding]:
        asked.append(field)
        yield Finding((), f"odd: {field.name}")
        yield Finding((), f"odder: {field.name}")

    monkeypatch.setattr(Odd, "check_field", check_field)
    full = run_of()
    return Run(full.settings, full.catalogue, [Odd(None, full.settings, full.catalogue)])


# What is shown of a file


@pytest.mark.parametrize(("shown", "upcoming", "whether"), [
    (0, 0, True), (2, 0, True), (3, 0, False), (4, 0, False), (2, 1, False), (2, 2, False),
    (1, 1, True), (1, 3, False), (3, 3, False),
])  # fmt: skip
def test_how_much_is_shown_of_a_file(shown: int, upcoming: int, whether: bool) -> None:
    run = run_of({"limits": {"violations-per-file": 3}})
    run.shown["a.yaml"] = shown
    assert run.shows("a.yaml", upcoming) is whether
    assert run.shows("b.yaml") is True
    if not upcoming:
        assert run.shows("a.yaml") is whether
    run.suppressions["a.yaml"] = []
    assert run.shows("a.yaml", upcoming) is True


def test_what_is_too_much_of_a_file_is_counted() -> None:
    run = run_of({"limits": {"violations-per-file": 2}})
    document, rule = document_of(run), rule_of(run, "name-format")
    [document.part] = read_placed("kind: Function\nname: f\nimage: i\n")
    assert run.add(document, rule, Finding(("name",), "no")) is True
    document.kind = ""
    assert run.add(document, rule, Finding(("image",), "no")) is True
    assert [(one.kind, one.pointer, one.range.line) for one in run.found] == [
        ("Function", "/name", 2), (None, "/image", 3),
    ]  # fmt: skip
    assert run.add(document, rule, Finding(("image",), "no")) is False
    assert (len(run.found), run.summary.not_shown["a.yaml"]) == (2, 1)
    assert run.summary.violations[Severity.ERROR] == 1


# What is certain to be reported


@pytest.mark.parametrize(("settings", "quiet", "ignored", "whether"), [
    ({}, Severity.INFO, [], True), ({}, Severity.WARNING, [], True), ({}, Severity.ERROR, [], True),
    ({"severity": {"schema": "info"}}, Severity.INFO, [], True),
    ({"severity": {"schema": "info"}}, Severity.WARNING, [], False),
    ({"severity": {"unknown-field": "warning"}}, Severity.ERROR, [], False),
    ({"severity": {"unknown-field": "warning"}}, Severity.WARNING, [], True),
    ({}, Severity.INFO, ["schema"], False), ({}, Severity.INFO, ["unknown-field"], False),
    ({}, Severity.INFO, ["name-format"], True),
    ({"ignore": ["schema"]}, Severity.INFO, [], False),
])  # fmt: skip
def test_what_does_not_fit_is_sure_to_be_reported(
    settings: dict[str, Any], quiet: Severity, ignored: list[str], whether: bool
) -> None:
    assert run_of(settings, quiet=quiet).explains(frozenset(ignored)) is whether


def test_rules_that_are_ignored_say_nothing() -> None:
    run = run_of()
    document = document_of(run, {**FUNCTION, "name": "a b", "status": "no"})
    said = {rule.name for rule, _ in run.findings(document, frozenset())}
    assert {"name-format", "status-value"} <= said
    left = {rule.name for rule, _ in run.findings(document, frozenset({"name-format"}))}
    assert "name-format" not in left and "status-value" in left


@pytest.mark.parametrize(("value", "whether"), [
    (FUNCTION, True), ({**FUNCTION, "timeout": "soon"}, False), ({**FUNCTION, "x": 1}, False),
    ({"kind": "Widget", "name": "w"}, False),
])  # fmt: skip
def test_a_closed_schema_is_content(value: dict[str, Any], whether: bool) -> None:
    run = run_of()
    assert run.prepare(document_of(run, value)) is whether


@pytest.mark.parametrize(("said", "expected"), [
    ({"a*": ["schema"]}, {"schema"}), ({"b*": ["schema"]}, set()), ({}, set()),
    ({"a*": ["schema"], "*.yaml": ["name-format"]}, {"schema", "name-format"}),
])  # fmt: skip
def test_rules_are_turned_off_by_path(said: dict[str, list[str]], expected: set[str]) -> None:
    run = run_of({"per-path": said})
    assert run.ignored(Source("a.yaml", "yaml")) == expected
    everything = run_of({"per-path": {"a*": ["all"]}})
    assert everything.ignored(Source("a.yaml", "yaml")) == everything.known


# Rules that raise


def test_a_rule_that_raises_is_named_with_the_document() -> None:
    run = run_of()
    rule = rule_of(run, "schema")
    assert run.failed == 0
    for number in (0, 1):
        run.fail(rule, "a.yaml", number, ValueError("no"))
    run.fail(rule, "a.yaml", 1, ValueError("no"))
    run.fail(rule, "the field K.f", -1, ValueError("no"))
    assert run.failed == 4
    said = "internal error in the rule schema: ValueError: no"
    assert run.summary.problems == [
        f"a.yaml: document 0: {said}", f"a.yaml: document 1: {said}", f"the field K.f: {said}",
    ]  # fmt: skip


def test_a_rule_of_fields_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of()
    monkeypatch.setattr(type(rule_of(run, "camel-case-fields")), "check_field", lambda *_: 1 / 0)
    document = document_of(run, {**FUNCTION, "sourcPath": "x", "other": 1})
    said = [finding.path for rule, finding in run.findings(document, frozenset())
            if rule.name == "unknown-field"]  # fmt: skip
    assert sorted(said) == [("other",), ("sourcPath",)]
    assert any("a.yaml: document 0: internal error in the rule camel-case-fields" in one
               for one in run.summary.problems)  # fmt: skip
    run.declarations(document.schema)
    assert any(one.startswith("the field Function.name: internal error in the rule camel-case-fields")
               for one in run.summary.problems)  # fmt: skip


def test_a_rule_that_raises_over_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of()
    collector = run._collectors["references"]
    for method in ("all_facts", "collect", "fact_patterns"):
        monkeypatch.setattr(type(collector), method, lambda *_: 1 / 0)
    document = document_of(run)
    run.collect(document, 0)
    assert len(run.summary.problems) == 1
    assert "internal error in the rule" in run.summary.problems[0]
    assert run.fact_plan(document) is None
    assert any(group.startswith(by_key("")) for _, group, _ in run.kept())  # of the other rules


# What is said of declared fields


def test_of_a_declared_field_the_first_word_of_a_rule_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[FieldUse] = []
    run = odd_run(monkeypatch, asked)
    schema = run.catalogue.schema("Secret", "manifest")
    assert schema is not None
    said = run.declarations(schema)
    assert [finding.message for _, _, finding in said] == [f"odd: {one.name}" for one in asked]
    assert all(finding.severity is Severity.INFO for _, _, finding in said)
    headings = {finding.heading for _, _, finding in said}
    assert {"Secret.name", "Secret.secrets"} <= headings
    for route, _, finding in said:
        source = route.shape.source
        assert finding.declared_at == source
        assert finding.help == (f"change the definition, {source}" if source else "")
    before = len(asked)
    assert run.declarations(schema) is said and len(asked) == before


def test_of_base_fields_rules_are_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of()
    asked: list[str] = []

    def check_field(_: Rule, use: FieldUse) -> Iterator[Finding]:
        asked.append(use.kind)
        return iter(())

    for rule in run._field_rules:
        monkeypatch.setattr(type(rule), "check_field", check_field)
    widget, gadget = (
        document_of(run, {"kind": kind, "name": "w"}).schema for kind in ("Widget", "Gadget")
    )
    assert widget.only_base and gadget.only_base
    assert run.declarations(widget) == [] and set(asked) == {"Widget"}
    assert run.declarations(gadget) == [] and set(asked) == {"Widget"}
    function = document_of(run).schema
    assert run.declarations(function) == [] and set(asked) == {"Widget", "Function"}
    odd = odd_run(monkeypatch, [])
    said = [odd.declarations(schema) for schema in (widget, gadget)]
    assert [one[0][2].heading.partition(".")[0] for one in said] == ["Widget", "Gadget"]


def test_who_speaks_first_of_a_field() -> None:
    run = run_of()
    schema = document_of(run).schema
    one, other = schema.routes[:2]
    finding = Finding((), "no")

    def rule(precedence: int) -> Any:
        return type("R", (), {"precedence": precedence})

    low, high = (one, rule(1), finding), (one, rule(2), finding)
    same, elsewhere = (one, rule(1), finding), (other, rule(0), finding)
    several: Any = [low, high, same, elsewhere]
    assert [engine._speaks_first(each, several) for each in several] == [True, False, True, True]


def test_infos_about_declared_names_are_counted_or_located(lint: Lint, runs: list[Run]) -> None:
    text = "kind: Image\nname: a b\nbaseImageName: base\n"
    located = {one.rule for one in lint(text)}
    folded = {one.rule for one in lint(text, fold=True)}
    assert located - folded == {"foreign-key-naming"}
    assert [run.summary.rules["foreign-key-naming"] for run in runs] == [1, 1]
    [one] = runs[1].declared.values()
    assert (one.heading, one.places, runs[0].declared) == ("Image.baseImageName", 1, {})
    runs[1].count_declared("K.f", "r", "m", "f.go:1")
    runs[1].count_declared("K.f", "r", "m", "f.go:1", 3)
    assert runs[1].declared["K.f", "r"].places == 4


# Several runs, and several processes


def test_what_a_run_kept_is_taken_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("kind: Secret\nname: s\n")
    first = run_of()
    list(first.lint([Source("a.yaml", "yaml")]))
    kept = list(first.kept())
    assert first.kinds == {"Secret"}
    assert {group for table, group, _ in kept if table == "identity"} == {by_key("-/Secret/s")}
    second = make_run(settings_module.parse({}))
    second.preload(Source("a.yaml", "yaml", reported=False), [*kept, ("nobody", "g", kept[0][2])],
                   first.kinds)  # fmt: skip
    assert second.kinds == {"Secret"} and "nobody" not in second._facts
    [said] = second.lint([Source("b.yaml", "yaml")])
    assert (said.rule, said.file, [one.file for one in said.related]) == (
        "unique-key", "b.yaml", ["a.yaml"],
    )  # fmt: skip


def test_what_is_handed_on_is_let_go() -> None:
    run, other = run_of(listing=True), run_of(listing=True)
    run.digests, other.digests = {0: b"a"}, {1: b"b"}
    share = run.drain()
    assert run.digests == {} and run.listed == []
    other.take(share)
    assert other.digests == {0: b"a", 1: b"b"}
    bare = run_of()
    assert bare.digests is None and bare.listed is None
    share = bare.drain()
    assert bare.digests is None and bare.listed is None
    other.take(share)
    assert other.digests == {0: b"a", 1: b"b"} and other.listed == []
    bare.take(other.drain())
    assert bare.digests is None and bare.listed is None


def test_a_run_keeps_all_facts_where_nobody_says_otherwise() -> None:
    assert run_of()._facts["references"].note is None
    assert run_of(rereads=True)._facts["references"].note is not None
    assert run_of({"select": ["all"]}, rereads=True)._facts["references"].note is None


def test_one_process_is_enough_where_nobody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(engine, "check_sources", lambda *said: asked.append(said[2]))
    list(run_of().lint([]))
    run_of().check([])
    list(run_of().lint([], 3))
    assert asked == [1, 1, 3]


def test_tables_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []
    monkeypatch.setattr("dispatch_lint.facts.FactTable.close", lambda table: closed.append(table))
    run = run_of()
    run.check([])
    assert closed == list(run._facts.values())


def test_which_rules_concern_a_document_is_remembered_so_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "MAX_REMEMBERED", 2)
    run = run_of()
    for number in range(5):
        document = document_of(run, {**FUNCTION, f"x{number}": 1})
        assert run.concerned(document, content=False) == run.concerned(document, content=False)
        assert len(run._concerned_by) == min(number + 1, 2)


@pytest.mark.parametrize(("severity", "not_shown"), [
    (Severity.INFO, 0), (Severity.WARNING, 3), (Severity.ERROR, 3),
])  # fmt: skip
def test_what_is_not_located_is_not_shown_only_where_it_would_have_been(
    severity: Severity, not_shown: int
) -> None:
    run = run_of(quiet=Severity.WARNING)
    run.count_unshown("a.yaml", "name-format", severity, places=3)
    assert run.summary.violations[severity] == run.summary.rules["name-format"] == 3
    assert run.summary.not_shown["a.yaml"] == not_shown


def test_what_is_read_is_known_by_its_digest_where_somebody_asks() -> None:
    run = run_of()
    assert run.new_digest(b"a: 1") is None
    run.note_digest(0, None)
    assert run.digests is None
    run.digests = {}
    run.note_digest(0, None)
    assert run.digests == {}
    run.note_digest(7, run.new_digest(b"a: 1"))
    assert run.digests == {7: digest_of(b"a: 1").digest()}


def test_a_run_without_any_rule_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would find nothing, and call all well."""
    monkeypatch.setattr("dispatch_lint.plugins.entry_points", lambda _: [])
    with pytest.raises(PluginError, match="no package offers rules"):
        make_run(settings_module.parse({"select": ["all"]}))
