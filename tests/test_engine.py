"""The engine by itself: what a run counts, shows and survives."""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dispatch_lint.api import make_checker
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.document import Document
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.checker import Checker, Options
from dispatch_lint.engine.precedence import Claim, resolve
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.rule_failures import PluginError
from dispatch_lint.engine.run import finish, run
from dispatch_lint.engine.similar_names import ComparisonBudget
from dispatch_lint.engine.source_check import check_source
from dispatch_lint.engine.summary import Result
from dispatch_lint.model.violation import Severity
from dispatch_lint.rule import (
    CatalogueView,
    EntityView,
    Fact,
    FieldView,
    Finding,
    Group,
    NoOptions,
    Rule,
    TextView,
)
from dispatch_lint.schema.kind_schema import KindSchema
from tests.conftest import Lint

FUNCTION = "kind: Function\nname: f\nimage: i\n"
NO_TROUBLE: Any = None
"""For what is told of rules that raise, where none does."""


def source_of(text: str, name: str = "a.yaml") -> Source:
    """A source that can be read as often as one likes."""
    format_: Any = {"yaml": "yaml", "jsonl": "jsonl"}[name.rpartition(".")[2]]
    return Source(name, format_, opener=lambda: BytesIO(text.encode()))


def document_of(checker: Checker, text: str = FUNCTION, name: str = "a.yaml") -> Document:
    """The only document of a text."""
    source = source_of(text, name)
    [read] = read_source(source, checker.settings.limits).parts
    document = checker.classifier.read(read.part, source, read.number)
    assert isinstance(document, Document)
    return document


def checker_with(*rules: type[Rule], only: bool = False, **options: Any) -> Checker:
    """A checker with further rules, or with nothing but them."""
    settings = Settings()
    full = make_checker(settings)
    added = [rule(NoOptions(), settings, CatalogueView(full.catalogue)) for rule in rules]
    before = () if only else full.rules
    return Checker(settings, full.catalogue, [*before, *added], options=Options(**options))


def checked(checker: Checker, **files: str) -> Result:
    """The result of a run over texts: `a_yaml="…"`."""
    sources = [source_of(text, name.replace("_", ".")) for name, text in files.items()]
    return run(checker, sources)


# What is shown of a file


@pytest.mark.parametrize(
    ("limit", "shown", "counted"), [(1, 1, 3), (2, 2, 2), (4, 4, 0), (9, 4, 0)]
)
def test_what_is_too_much_of_a_file_is_counted(
    limit: int, shown: int, counted: int, lint: Lint, results: list[Result]
) -> None:
    wrong = "---\n".join(f"kind: Secret\nname: a {number}\n" for number in range(4))
    found = lint({"a.yaml": wrong, "b.yaml": "kind: Secret\nname: b b\n"},
                 {"limits": {"violations-per-file": limit}})  # fmt: skip
    assert [violation.file for violation in found] == ["a.yaml"] * shown + ["b.yaml"]
    summary = results[-1].summary
    assert summary.not_shown == ({"a.yaml": counted} if counted else {})
    assert summary.violations[Severity.ERROR] == summary.rules["name-format"] == 5


def test_of_a_file_with_suppressions_all_are_located(lint: Lint, results: list[Result]) -> None:
    """Which of them are hidden is known by their places."""
    text = "# dispatch-lint: ignore-file[name-format] old\nkind: Secret\nname: a b\n---\nkind: Secret\nname: c d\nstatus: no\n"
    [found] = lint(text, {"limits": {"violations-per-file": 1}})
    assert (found.rule, found.range.line, results[-1].summary.suppressed) == ("unknown-field", 7, 2)


@pytest.mark.parametrize("severity", Severity)
def test_what_is_not_located_is_not_shown_only_where_it_would_have_been(
    severity: Severity, lint: Lint, results: list[Result]
) -> None:
    settings = {"severity": {"name-format": str(severity)}, "limits": {"violations-per-file": 1}}
    text = "---\n".join(f"kind: Secret\nname: a {number}\n" for number in range(4))
    shown = lint(text, settings, quiet=Severity.WARNING)
    summary = results[-1].summary
    assert summary.violations[severity] == summary.rules["name-format"] == 4
    expected = (0, 0) if severity is Severity.INFO else (1, 3)
    assert (len(shown), summary.not_shown["example.yaml"]) == expected


# What is reported as misspelled is judged as what was meant


@pytest.mark.parametrize(("settings", "whether"), [
    ({}, True), ({"severity": {"unknown-field": "info"}}, True), ({"ignore": ["unknown-field"]}, False),
    ({"select": ["name-format"]}, False), ({"ignore": ["name-format"]}, True),
])  # fmt: skip
def test_what_is_misspelled_is_repaired_where_it_is_reported(
    settings: dict[str, Any], whether: bool
) -> None:
    document = document_of(make_checker(parse(settings)), FUNCTION.replace("image", "imge"))
    assert ("image" in document.entity) is whether
    assert document.written(("image",)) == (("imge",) if whether else ("image",))
    assert document.value["imge"] == "i" and document.valid is False


@pytest.mark.parametrize(("text", "whether"), [
    (FUNCTION, True), (f"{FUNCTION}timeout: soon\n", False), (f"{FUNCTION}x: 1\n", False),
    ("kind: Widget\nname: w\n", False),
])  # fmt: skip
def test_a_closed_schema_is_content(text: str, whether: bool) -> None:
    assert document_of(make_checker(Settings()), text).is_clean is whether


# Which rules


@pytest.mark.parametrize(("per_path", "expected"), [
    ({"a*": ["schema"]}, {"schema"}), ({"b*": ["schema"]}, set()), ({}, set()),
    ({"a*": ["schema"], "*.yaml": ["name-format"]}, {"schema", "name-format"}),
])  # fmt: skip
def test_rules_are_turned_off_by_path(per_path: dict[str, list[str]], expected: set[str]) -> None:
    checker = make_checker(parse({"per-path": per_path}))
    assert checker.ignored(Source("a.yaml", "yaml")) == expected
    everything = make_checker(parse({"per-path": {"a*": ["all"]}}))
    assert everything.ignored(Source("a.yaml", "yaml")) == everything.known


@pytest.mark.parametrize(("claimed", "left"), [
    ([], ["schema", "of-others"]), ([Claim((("name",), "value"), 99)], ["schema", "of-others"]),
    ([Claim((("name",), "value"), 0)], ["of-others"]), ([Claim((("name",), "key"), 0)], ["schema", "of-others"]),
])  # fmt: skip
def test_of_one_subject_the_rule_that_comes_first_reports(
    claimed: list[Claim], left: list[str]
) -> None:
    def finding(name: str) -> tuple[Rule, Finding]:
        rule = type("Named", (Rule,), {"name": name})
        return rule(NoOptions(), Settings(), NO_TROUBLE), Finding(("name",), name)

    findings = [finding(name) for name in ("unresolved-reference", "schema", "of-others")]
    assert [found.message for _, found in resolve(findings, claimed)] == left


def test_a_run_without_any_rule_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would find nothing, and call all well."""
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    monkeypatch.setattr(sys, "path", standard)
    with pytest.raises(PluginError, match="no rules are installed"):
        make_checker(parse({"select": ["all"]}))


# Rules that raise


class Raising(Rule):
    """Raises wherever it is asked."""

    name, summary = "raising", "raising"

    def check_text(self, text: TextView) -> Iterator[Finding]:
        raise ValueError("of a text")

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        raise ValueError("of an entity")


class RaisingOfFields(Rule):
    """Raises at every field."""

    name, summary = "raising-of-fields", "raising"

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        raise ValueError(f"of a field that is {'declared' if field.declared else 'not'}")


class RaisingOfGroups(Rule):
    """Raises at groups only."""

    name, summary = "raising-of-groups", "raising"

    def collect(self, entity: EntityView) -> Iterator[Fact]:
        yield Fact(str(entity.name))

    def judge(self, group: Group) -> Iterator[Finding]:
        raise ValueError("of a group")


WRONG = "kind: Secret\nname: a b\n---\nkind: Secret\nname: c d\n"


@pytest.mark.parametrize(("rule", "problem"), [
    (Raising, "a.yaml: document 0: internal error in the rule raising (line): ValueError: of a text (1 further document)"),
    (RaisingOfFields, "the field Secret.id: internal error in the rule raising-of-fields (line): ValueError: of a field that is declared (1 further document)"),
    (RaisingOfGroups, "a.yaml: document 0: internal error in the rule raising-of-groups (line): ValueError: of a group (1 further document)"),
])  # fmt: skip
def test_a_rule_that_raises_is_named_with_the_first_document_or_field(
    rule: type[Rule], problem: str
) -> None:
    """And the others find what they find."""
    result = checked(checker_with(rule), a_yaml=WRONG)
    [found] = result.summary.problems
    assert re.sub(r"\(\S+:\d+\)", "(line)", found) == problem
    assert [violation.pointer for violation in result.violations] == ["/name", "/name"]


def test_a_report_does_not_depend_on_an_earlier_one() -> None:
    checker = checker_with(RaisingOfFields)
    first, second = (checked(checker, a_yaml=WRONG) for _ in range(2))
    assert first.summary.problems == second.summary.problems != []


def test_a_rule_that_raises_at_an_undeclared_field() -> None:
    result = checked(checker_with(RaisingOfFields), a_yaml=f"{FUNCTION}sourcPath: x\nother: 1\n")
    found = [
        violation.pointer for violation in result.violations if violation.rule == "unknown-field"
    ]
    assert sorted(found) == ["/other", "/sourcPath"]
    assert len(result.summary.problems) == 1


# Names that definitions declare


class Odd(Rule):
    """Complains of every declared field, twice."""

    name, summary = "odd", "odd"
    asked: ClassVar[list[FieldView]] = []

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        self.asked.append(field)
        yield Finding((), f"odd: {field.name}")
        yield Finding((), f"odder: {field.name}")


def test_of_a_declared_field_the_first_finding_of_a_rule_counts() -> None:
    checker = checker_with(Odd, only=True)
    document = document_of(checker, "kind: Secret\nname: s\nsecrets: {a: b}\n")
    Odd.asked.clear()
    found = list(checker.check_declared(document, NO_TROUBLE))
    assert [(finding.message, finding.heading) for _, _, finding in found] == [
        ("odd: kind", "Secret.kind"), ("odd: name", "Secret.name"), ("odd: secrets", "Secret.secrets"),
    ]  # fmt: skip
    for _, _, finding in found:
        assert finding.severity is Severity.INFO
        assert finding.declared_at == "the built-in definition of Secret"
        assert (
            finding.help == f"the name is that of {finding.declared_at}; keep it in this document"
        )
    before = len(Odd.asked)
    assert list(checker.check_declared(document, NO_TROUBLE)) == found and len(Odd.asked) == before


def test_base_fields_are_those_of_the_kind_that_has_them() -> None:
    """Kinds without a schema of their own share that of the base fields, and not what is found."""
    checker = checker_with(Odd, only=True)
    for kind in ("Widget", "Gadget", "Widget"):
        document = document_of(checker, f"kind: {kind}\nname: w\n")
        assert document.schema.only_base
        headings = {
            finding.heading for _, _, finding in checker.check_declared(document, NO_TROUBLE)
        }
        assert headings == {f"{kind}.kind", f"{kind}.name"}


def complaining(name: str) -> type[Rule]:
    """A rule that complains of every field."""

    def check_field(_: Rule, field: FieldView) -> Iterator[Finding]:
        yield Finding((), name)

    return type("Complaining", (Rule,), {"name": name, "summary": "it", "check_field": check_field})


@pytest.mark.parametrize(("names", "reporting"), [
    (["camel-case-fields", "initialism-spelling"], ["camel-case-fields"]),
    (["initialism-spelling", "camel-case-fields"], ["camel-case-fields"]),
    (["status-value", "name-format"], ["status-value", "name-format"]),
    (["of-others", "camel-case-fields"], ["of-others", "camel-case-fields"]),
])  # fmt: skip
def test_which_rule_reports_a_field(names: list[str], reporting: list[str]) -> None:
    checker = checker_with(*map(complaining, names), only=True)
    found = list(checker.check_declared(document_of(checker), NO_TROUBLE))
    assert [finding.message for route, _, finding in found if route.name == "image"] == reporting


def test_infos_about_declared_names_are_counted_or_located(
    lint: Lint, results: list[Result]
) -> None:
    text = "kind: Image\nname: a b\nbaseImageName: base\n"
    located = {violation.rule for violation in lint(text)}
    folded = {violation.rule for violation in lint(text, fold=True)}
    assert located - folded == {"foreign-key-naming"}
    assert [result.summary.rules["foreign-key-naming"] for result in results] == [1, 1]
    [declared] = results[1].declared
    assert (declared.heading, declared.places, results[0].declared) == (
        "Image.baseImageName",
        1,
        [],
    )


# What is read for keys and references only


def test_of_an_index_nothing_is_reported() -> None:
    text = "kind: Secret\nname: s\nstatus: no\n"
    index = source_of(text)._replace(reported=False)
    checker = make_checker(Settings())
    result = run(checker, [index, source_of("kind: Secret\nname: s\n", "b.yaml")])
    [found] = result.violations
    assert (found.rule, found.file) == ("unique-key", "b.yaml")
    assert [related.file for related in found.related] == ["a.yaml"]
    assert (result.summary.files, result.summary.documents) == (1, 1)


# Places of findings about several documents


def rule_that_counts() -> type[Rule]:
    """A rule that keeps of how many documents it was asked."""

    class Watching(Rule):
        name, summary = "watching", "watching"
        names: ClassVar[list[str]] = []
        fields: ClassVar[list[str]] = []

        def check_entity(self, entity: EntityView) -> Iterator[Finding]:
            self.names.append(str(entity.name))
            return iter(())

        def check_field(self, field: FieldView) -> Iterator[Finding]:
            if not field.declared:
                self.fields.append(field.name)
            return iter(())

    return Watching


@pytest.mark.parametrize("name", ["a_yaml", "a_jsonl"])
def test_a_finding_about_several_documents_is_located_without_further_findings(name: str) -> None:
    watching: Any = rule_that_counts()
    lines = ['{"kind": "Secret", "name": "s"}', '{"kind": "Secret", "name": "t"}'] * 2
    text = "\n".join(lines) if name == "a_jsonl" else "\n---\n".join(lines)
    result = checked(checker_with(watching), **{name: text})
    places = [(violation.rule, violation.document) for violation in result.violations]
    assert places == [("unique-key", 2), ("unique-key", 3)]
    assert watching.names == ["s", "t", "s", "t"]


def test_a_document_is_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def validator(schema: KindSchema, value: object) -> bool:
        asked.append(value)
        return False

    monkeypatch.setattr("dispatch_lint.documents.classify.is_valid", validator)
    checker = make_checker(Settings())
    result = checked(checker, a_yaml=FUNCTION + "---\nkind: Secret\nname: s\nx: y\n")
    assert [value["kind"] for value in asked if isinstance(value, dict)] == ["Function", "Secret"]
    assert result.summary.documents == 2


# Values


def test_documents_and_settings_are_frozen() -> None:
    checker = make_checker(Settings())
    document = document_of(checker)
    for value, field in (
        (document, "kind"), (checker.settings, "kind"), (checker.settings.limits, "depth"),
        (checker.options, "fold"), (document.source, "name"),
    ):  # fmt: skip
        with pytest.raises((AttributeError, FrozenInstanceError)):
            setattr(value, field, "x")
    assert document.kind == "Function"


def test_two_runs_in_one_process_do_not_see_each_other() -> None:
    """Source by source, with other limits and settings."""
    text = "---\n".join(
        f"kind: Function\nname: f {number}\nimage: [[{number}]]\n" for number in range(6)
    )
    chosen: list[dict[str, Any]] = [
        {"limits": {"violations-per-file": 2}}, {"limits": {"depth": 2}}, {"select": ["name-format"]},
        {"organization": "acme", "complete": True}, {"severity": {"name-format": "info"}},
    ]  # fmt: skip
    sources = [source_of(text, f"{name}.yaml") for name in "abc"]
    alone = [run(make_checker(parse(settings)), sources) for settings in chosen]
    assert len({repr(result.summary) for result in alone}) == len(chosen)

    checkers = [make_checker(parse(settings)) for settings in chosen]
    reports = [RunReport() for _ in chosen]
    for position, source in enumerate(sources):
        for checker, report in zip(checkers, reports, strict=True):
            report.add(check_source(checker, source, position))
    interleaved = [
        finish(checker, sources, sources, report)
        for checker, report in zip(checkers, reports, strict=True)
    ]
    assert interleaved == alone


# Names that may have been meant


def test_comparing_ends() -> None:
    budget = ComparisonBudget(5_000)
    allowed = [budget.allows(names) for names in (2_001, 2_000, 2_000, 1_001, 1_000, 0, 1)]
    assert allowed == [False, True, True, False, True, True, False]


def test_what_python_programs_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two checks of one process, each with its own settings, one violation of each in turn."""
    from dispatch_lint import Settings, lint, load_settings

    monkeypatch.chdir(tmp_path)
    Path("many.yaml").write_text("---\n".join(f"kind: Secret\nname: a {n}\n" for n in range(5)))
    few = lint("many.yaml", settings=Settings(limits=Limits(violations_per_file=2)))
    every = lint("many.yaml", settings=load_settings())
    assert [(next(few).message, next(every).message) for _ in range(2)]
    assert (len(list(few)), len(list(every))) == (0, 3)
