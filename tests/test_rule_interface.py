"""What rules may do: they import one package, and no mistake of one takes the others with it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import parse
from dispatch_lint.documents.source import Source
from dispatch_lint.engine import checker as checker_module
from dispatch_lint.engine import definition_check, locate, source_check
from dispatch_lint.engine.checker import Checker, Options
from dispatch_lint.engine.plugins import load_rules
from dispatch_lint.engine.precedence import PRECEDENCE, RuleFinding, subject_of
from dispatch_lint.engine.rule_failures import PluginError
from dispatch_lint.engine.run import run
from dispatch_lint.rule import SCOPES, EntityView, Finding, Rule, stored
from dispatch_lint.rule.defining import GONE
from tests.command import WAIT, interruptible, run_text
from tests.conftest import Lint, remembering
from tests.test_cli import check
from tests.test_cli import run as run_command

ROOT = Path(__file__).parent.parent
RULES = load_rules()


# What a rule imports


@pytest.mark.parametrize("file", sorted((ROOT / "rules").glob("*.py")), ids=lambda file: file.stem)
def test_a_rule_imports_the_package_of_rules_only(file: Path) -> None:
    modules: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules.append(node.module or "")
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
    ours = {module for module in modules if module.partition(".")[0].startswith("dispatch_lint")}
    assert ours <= {"dispatch_lint.rule"}


# What a rule defines

DEFINES = """
from dataclasses import dataclass, field
from typing import Literal
from dispatch_lint.rule import *
class Mine({base}):
    "It is mine."
    name = "mine"
    summary = "mine"
    {definition}
"""
CHECKS = "def check_entity(self, entity): return ()"


def refusal(definition: str, folder: Path, base: str = "Rule") -> str:
    """Why a rule is not loaded."""
    (folder / "mine.py").write_text(DEFINES.format(definition=definition, base=base))
    with pytest.raises(PluginError) as error:
        load_rules([folder / "mine.py"])
    return str(error.value)


@pytest.mark.parametrize("definition", ["{} = None", "def {}(self, *_): return ()"])
@pytest.mark.parametrize("name", GONE)
def test_what_rules_had_before_is_refused(name: str, definition: str, tmp_path: Path) -> None:
    """And what to do instead is said."""
    said = refusal(f"{definition.format(name)}\n    {CHECKS}", tmp_path)
    assert said == (
        f"{tmp_path}/mine.py: Mine is not a rule: it defines `{name}`, "
        f"which is no longer part of a rule: {GONE[name]}"
    )


@pytest.mark.parametrize(("definition", "said"), [
    ("name = type('Text', (str,), {})('mine')", "its name is 'mine' of the class Text, which is not a str"),
    ("guide = type('Text', (str,), {})('Key')", "its guide is 'Key' of the class Text, which is not a str"),
    ("severity = 'error'", "its severity is 'error', which is not a Severity"),
    ("documentation = 'https://example.com'",
     "it defines `documentation`, which it inherits and the engine calls: name it otherwise"),
    ("def has(self, tag): return True", "it defines `has`, which it inherits and the engine calls: name it otherwise"),
    ("scopes = ()", "it defines `scopes`, which it inherits and the engine calls: name it otherwise"),
])  # fmt: skip
def test_attributes_are_of_the_types_of_the_engine(
    definition: str, said: str, tmp_path: Path
) -> None:
    """A violation has some, and goes from one process to another."""
    assert refusal(f"{CHECKS}\n    {definition}", tmp_path).endswith(f"Mine is not a rule: {said}")


@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_a_file_of_rules_is_a_regular_file(kind: str, tmp_path: Path) -> None:
    """A pipe waits for somebody who writes to it, and a device may have no end."""
    file = tmp_path / "mine.py"
    if kind == "device":
        file.symlink_to("/dev/zero")
    else:
        os.mkfifo(file) if kind == "pipe" else file.mkdir()
    with pytest.raises(PluginError, match=r"fails to load: \w*Error: "):
        load_rules([tmp_path])


def test_a_rule_whose_class_raises_is_refused(tmp_path: Path) -> None:
    base = "Rule, metaclass=type('Meta', (type(Rule),), {'summary': property(lambda self: 1 / 0)})"
    said = refusal(f"del summary\n    {CHECKS}", tmp_path, base)
    assert said.endswith("mine.py: Mine is not a rule: ZeroDivisionError: division by zero")


def test_a_method_that_is_made_is_in_no_file(tmp_path: Path) -> None:
    """The line is then that of the class."""
    bad_rule(tmp_path, CHECKS)
    file = tmp_path / "bad.py"
    text = file.read_text().replace(
        "class Bad(", "import dataclasses\n@dataclasses.dataclass\nclass Bad("
    )
    file.write_text(text)
    error = check(tmp_path)[2]
    assert error.startswith("dispatch-lint: the rule bad (bad.py:18) cannot be used: TypeError: ")


def test_what_a_base_class_defines_is_refused_too(tmp_path: Path) -> None:
    base = "type('Base', (Rule,), {'needs': ('image',)})"
    assert "it defines `needs`" in refusal(CHECKS, tmp_path, base)


def test_what_successors_name_exists() -> None:
    methods = re.findall(r"override `(\w+)", " ".join(GONE.values()))
    assert methods and set(methods) <= {*SCOPES, "collect"}


@pytest.mark.parametrize(("definition", "said"), [
    ("def check_entity(self): return ()",
     "its method `check_entity` must take one argument: `check_entity(self, entity)`"),
    ("def check_key(self, key, facts): return ()",
     "its method `check_key` must take one argument: `check_key(self, group)`"),
    ("def check_reference(self, *, reference): return ()",
     "its method `check_reference` must take one argument: `check_reference(self, reference)`"),
    ("check_id = None", "its method `check_id` must take one argument: `check_id(self, group)`"),
    ("def collect(self): return ()\n    def judge(self, group): return ()",
     "its method `collect` must take one argument: `collect(self, entity)`"),
    ("def collect(self, entity): return ()\n    def judge(self, group, facts, world): return ()",
     "its method `judge` must take one argument: `judge(self, group)`"),
    ("def check_enity(self, entity): return ()",
     'nothing calls its method `check_enity`; did you mean "check_entity"?'),
    (f"{CHECKS}\n    def check_keys(self, group): return ()",
     'nothing calls its method `check_keys`; did you mean "check_key"?'),
    *((f"{CHECKS}\n    def {name}(self, entity): return ()",
       f'nothing calls its method `{name}`; did you mean "{meant}"?')
      for name, meant in (("checkEntity", "check_entity"), ("chek_key", "check_key"),
                          ("check_entty", "check_entity"), ("Judge", "judge"))),
    ("def collect(self, entity): return ()", "it has `collect` but no `judge`; it needs both"),
    (f"{CHECKS}\n    def judge(self, group): return ()",
     "it has `judge` but no `collect`; it needs both"),
    ("pass", "it has no method that checks anything"),
    (f"question = 'kind-feild'\n    {CHECKS}",
     'its question "kind-feild" is none of kind-field, foreign-key-value, organization-field, desired-state'),
])  # fmt: skip
def test_methods_that_nothing_calls_are_refused(definition: str, said: str, tmp_path: Path) -> None:
    assert refusal(definition, tmp_path) == f"{tmp_path}/mine.py: Mine is not a rule: {said}"


def test_a_rule_may_be_abstract(tmp_path: Path) -> None:
    definition = f"import abc\n    helper = abc.abstractmethod(lambda self: 1)\n    {CHECKS}"
    text = DEFINES.format(definition=definition, base="Rule, __import__('abc').ABC")
    own = "class Own(Mine):\n    name = 'own'\n    helper = None\n"
    (tmp_path / "own.py").write_text(text.replace('name = "mine"', "") + own)
    assert load_rules([tmp_path / "own.py"])["own"].scopes() == ["entity"]


def test_helpers_may_have_names_like_those_of_methods(tmp_path: Path) -> None:
    helpers = "_check_entity = checked = checker = judges = collected = None"
    (tmp_path / "mine.py").write_text(
        DEFINES.format(definition=f"{helpers}\n    {CHECKS}", base="Rule")
    )
    assert load_rules([tmp_path / "mine.py"])["mine"].scopes() == ["entity"]


@pytest.mark.parametrize("parameters", ["self, anything", "self, *all", "self, entity, more=()"])
def test_a_method_may_call_its_argument_as_it_likes(parameters: str, tmp_path: Path) -> None:
    definition = f"def check_entity({parameters}): return ()"
    (tmp_path / "mine.py").write_text(DEFINES.format(definition=definition, base="Rule"))
    assert load_rules([tmp_path / "mine.py"])["mine"].scopes() == ["entity"]


# Which of several rules reports

ALWAYS = {
    "name-reuse": "its key is taken again, which is no matter of how its name is written",
    "reason-without-error": "the reason contradicts the status, whoever wrote the two",
    "unique-key": "two have the key, however it is written",
    "unused-entity": "nothing refers to it, however its name is written",
}
"""Rules that report beside others about the same subject, and why."""


def test_the_order_names_rules() -> None:
    ordered = [name for names in PRECEDENCE for name in names]
    assert len(ordered) == len(set(ordered))
    assert set(ordered) <= RULES.keys()
    assert ALWAYS.keys() <= RULES.keys() - set(ordered)


@pytest.fixture
def reporting(monkeypatch: pytest.MonkeyPatch) -> dict[object, set[str]]:
    """The rules that have a finding about a subject, by place and subject; nothing excludes any."""
    found: dict[object, set[str]] = defaultdict(set)
    violation = Checker.violation

    def recorded(self: Checker, document: Any, rule: Rule, finding: Finding, *more: Any) -> Any:
        place = (document.source.name, document.number)
        found[place, subject_of(finding)].add(rule.name)
        return violation(self, document, rule, finding, *more)

    def of_definitions(findings: list[RuleFinding], *_: object) -> list[RuleFinding]:
        for rule, finding in findings:
            found[finding.location, subject_of(finding)].add(rule.name)
        return findings

    monkeypatch.setattr(Checker, "violation", recorded)
    monkeypatch.setattr(definition_check, "resolve", of_definitions)
    monkeypatch.setattr(source_check, "resolve", lambda findings, *_: findings)
    monkeypatch.setattr(checker_module, "resolve_field", lambda findings: findings)
    monkeypatch.setattr(locate, "kept", lambda findings, *_: [True] * len(findings))
    return found


def test_rules_about_one_subject_have_an_order(
    reporting: dict[object, set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the examples of all rules, with all rules switched on."""
    monkeypatch.chdir(tmp_path)
    examples = [
        example
        for rule in RULES.values()
        for example in (*rule.valid, *rule.invalid)
        if not example.before
    ]
    for number, example in enumerate(examples):
        file = tmp_path / str(number) / example.file
        file.parent.mkdir(parents=True)
        file.write_text(example.text)
        settings = parse({**example.settings, "select": ["all"]})
        sources = sources_of([str(file.relative_to(tmp_path))], settings)
        store = remembering(example.store) if example.store else None
        run(make_checker(settings, Options(unfolded=True)), sources, store=store)
    several = {name for names in reporting.values() if len(names) > 1 for name in names}
    assert len(several) > 15
    ordered = {name for names in PRECEDENCE for name in names}
    assert several - ordered == set(ALWAYS)


# Rules that misbehave

BAD = """
import itertools
import os
from dispatch_lint.rule import *
class Stop(BaseException):
    "It is no Exception."
class Mute(Exception):
    "It has no text."
    def __str__(self):
        raise ValueError("no text")
class Ending(Exception):
    "Its text ends the program."
    def __str__(self):
        raise SystemExit(0)
class Text(str):
    "A text of a class of its own."
class Bad(Rule):
    "It is bad."
    name = "bad"
    summary = "bad"
"""
DOCUMENTS = """\
kind: Secret
name: a b
secrets: {x: y}
tags: [{key: k, value: v}]
---
kind: Secret
name: c
secrets: {x: y}
tags: [{key: k, value: v}]
---
kind: Secret
name: c
secrets: {x: y}
tags: [{key: k, value: v}]
other: [1]
"""
SECOND = "if len(group.entities) > 1:"
COLLECTS = "def collect(self, entity): yield Fact('g')\n"
Case = tuple[str, str]
"""The methods of a rule, and what is said of it."""


def entity_cases(cases: Mapping[str, str]) -> list[Case]:
    """Cases of what a rule does with each entity."""
    return [(f"def check_entity(self, entity):\n    {does}", said) for does, said in cases.items()]


RAISING = {
    "raise ValueError('on purpose')": "ValueError: on purpose",
    "raise ValueError('on\\npurpose')": "ValueError: on",
    "raise Stop('on purpose')": "Stop: on purpose",
    "raise SystemExit(0)": "SystemExit: 0",
    "raise GeneratorExit()": "GeneratorExit (2 further documents)",
    "raise KeyboardInterrupt": "KeyboardInterrupt (2 further documents)",
    "raise MemoryError": "MemoryError (2 further documents)",
    "raise RecursionError('deep')": "RecursionError: deep",
    "raise StopIteration": "StopIteration (2 further documents)",
    "raise StopIteration; yield": "RuntimeError: generator raised StopIteration",
    "self.name = 'other'; return ()": "TypeError: a rule cannot change its `name` during a run",
    "self.severity = 'info'; return ()": "TypeError: a rule cannot change its `severity` during a run",
    "self.options = None; return ()": "TypeError: a rule cannot change its `options` during a run",
    "self.__class__ = Rule; return ()": "TypeError: a rule cannot change its `__class__` during a run",
    "raise Mute()": "Mute: (its text cannot be had: ValueError)",
    "raise Ending()": "Ending: ",
    "return entity.nothing": "AttributeError: ",
    "yield from self.check_entity(entity)": "RecursionError: ",
    "yield 'a text'": "TypeError: it yielded 'a text', which is not a Finding",
    "yield None": "TypeError: it yielded None, which is not a Finding",
    "pass": "TypeError: it returned None: a rule yields its findings",
    "return 42": "TypeError: 'int' object is not iterable",
    "return Finding((), 'm')": "TypeError: it returned a Finding: a rule yields its findings",
    "return 'abc'": "TypeError: it returned a str: a rule yields its findings",
    "yield ((), 'm')": "TypeError: it yielded ((), 'm'), which is not a Finding",
    "yield Finding(['name'], 'm')": "TypeError: a path is ['name'], which is not a tuple",
    "yield Finding('name', 'm')": "TypeError: a path is 'name', which is not a tuple",
    "yield Finding((None,), 'm')": "TypeError: a path is (None,), which is not a tuple",
    "yield Finding((Text('name'),), 'm')": "TypeError: a path is ('name',), which is not a tuple",
    "yield Finding((), Text('m'))": "TypeError: `message` of a Finding is 'm' of the class Text, but must be str",
    "yield Finding((), 'm', fix=Fix('safe', Text('m'), (Put(('name',), 'x'),)))":
        "TypeError: the message of a Fix is 'm' of the class Text, but must be str",
    "yield Finding((), 'm', fix=Fix(Text('safe'), 'm', (Put(('name',), 'x'),)))":
        "TypeError: the safety of a Fix is 'safe' of the class Text, but must be str",
    "raise ValueError('x' * 100_000)": "ValueError: " + "x" * 1_000 + "…",
    "yield Finding((), None)": "TypeError: `message` of a Finding is None",
    "yield Finding((), 'm', on='both')": "TypeError: `on` of a Finding is 'both'",
    "yield Finding((), 'm', severity='error')": "TypeError: `severity` of a Finding is 'error'",
    "yield Finding((), 'm', subject=([],))": "TypeError: ",
    "yield Finding((), 'm', range=Range('x', 0, 2, 3))": "TypeError: ",
    "yield Finding((), 'm', fix='x')": "TypeError: `fix` of a Finding is 'x'",
    "yield Finding((), 'm', fix=Fix('unsafe', 'm', (42,)))": "TypeError: ",
    "yield Finding((), 'm', related=((42, 'it'),))": "TypeError: `entity` and `related` are for ",
    "yield Finding((), 'm', entity='x')": "TypeError: `entity` of a Finding is 'x'",
    "yield Finding((), '')": "TypeError: the message of a Finding is empty",
    "yield Finding((), type('Text', (str,), {})('m'))": "TypeError: `message` of a Finding is 'm'",
    "yield Finding((), 'm', heading='x')": "TypeError: `heading` and `declared_at` of a Finding are set by",
    "yield Finding((), 'm', declared_at='x:1')": "TypeError: `heading` and `declared_at` of a Finding are",
    "yield Finding((), 'm', location=Location('a.yaml', Range(1, 1, 1, 2)))": "TypeError: `location` is for",
    "yield Finding((), 'm', range=Range(1, 1, 1, 2))": "TypeError: `range` is for findings about texts",
    "yield Finding((), 'm', fix=Fix('safe', 'm', ()))": "TypeError: a Fix has no `changes`",
    "yield Finding((), 'm', fix=Fix('safe', 'm', (Put(('name',), 2**64),)))": "TypeError: the value of a Put is a ",
    "yield Finding((), 'm', fix=Fix('safe', 'm', (Put(('name',), 1.5),)))": "TypeError: the value of a Put is 1.5",
    "self.settings.rules['x'] = {}; return ()": "TypeError: a rule cannot change what it is given",
    "self.catalogue.kind_names = (); return ()": "TypeError: a rule cannot change what it is given",
    "self.catalogue.kind('Image').ignored = True; return ()": "AttributeError: ",
    "self.catalogue.spellings('ID', 'stored')[True] = 1; return ()": "TypeError: ",
    "__import__('heapq').heappush(entity.get('tags'), {}); return ()": "TypeError: '<' not supported",
    "return (Finding((), str(number)) for number in itertools.count())":
        "TypeError: it yielded more than 1,0",
    "return itertools.repeat(Finding((), 'm'))": "TypeError: it yielded more than 1,0",
}  # fmt: skip
CHANGING = {
    "entity.fields['name'] = 'x'": "the item 'name' of a dict)",
    "del entity.fields['name']": "the item 'name' of a dict)",
    "entity.fields.update(name='x')": "`update` of a dict)",
    "entity.fields.pop('name')": "`pop` of a dict)",
    "entity.fields.setdefault('x', 1)": "`setdefault` of a dict)",
    "entity.fields.clear()": "`clear` of a dict)",
    "entity.fields['secrets']['x'] = 'z'": "the item 'x' of a dict)",
    "entity.fields['tags'].append(1)": "`append` of a list)",
    "entity.fields['tags'][0]['key'] = 'x'": "the item 'key' of a dict)",
    "entity.fields['tags'].sort()": "`sort` of a list)",
    "entity.get('tags').clear()": "`clear` of a list)",
    "entity.get('secrets').popitem()": "`popitem` of a dict)",
    "entity.tags['x'] = 'y'": "the item 'x' of a dict)",
    "entity.fields['tags'] += [1]": "`+=` of a list)",
    "entity.get('tags').__delitem__(0)": "the item 0 of a list)",
    "entity.name = 'x'": "the attribute 'name' of the EntityView)",
    "list.append(entity.fields['tags'], 1)": "/tags of -/Secret/a b)",
    "dict.__setitem__(entity.get('tags')[0], 'key', 'x')": "/tags/0/key of -/Secret/a b)",
    "dict.__setitem__(entity.fields, 'x', 1)": "/x of -/Secret/a b)",
    "dict.clear(entity.get('secrets'))": "/secrets/x of -/Secret/a b)",
}  # fmt: skip
"""What a rule tries to change, and what the message names."""
OF_OBJECTS = {
    "yield object()": "TypeError: it yielded object, which is not a Finding",
    "yield (Stop('x'), Mute, entity)": "TypeError: it yielded (Stop('x'), <class '",
    "yield [entity, (entity for _ in '1')]":
        "TypeError: it yielded [EntityView, <generator object Bad.check_entity.<locals>.<ge",
    "yield lambda: 1": "TypeError: it yielded <function Bad.check_entity.<locals>.<lambda>>, which is",
    "yield type('Own', (), {'__repr__': lambda self: 1 / 0})()": "TypeError: it yielded Own, which is not a ",
    "yield Finding((), entity)": "TypeError: `message` of a Finding is EntityView, but must be str",
    "yield Finding(('name', object()), 'm')": "TypeError: a path is ('name', object), which is not a tuple",
    "raise KeyError(object())": "KeyError: object",
    "raise ValueError(f'no {entity}')": "ValueError: no EntityView",
}  # fmt: skip
"""What is said of objects that Python shows by their addresses."""
READ_ONLY = "TypeError: a rule cannot change what it is given; a fix says what to change ("
MISBEHAVING: list[Case] = [
    *entity_cases(RAISING),
    *entity_cases({f"{does}; return ()": f"{READ_ONLY}{what}" for does, what in CHANGING.items()}),
    *entity_cases(OF_OBJECTS),
    ("def check_text(self, text): yield 42", "TypeError: it yielded 42, which is not a Finding"),
    ("def check_text(self, text): text.duplicates.append(1)", "AttributeError: "),
    ("def check_text(self, text): text.plain_keys['x'] = 'y'", "TypeError: "),
    ("def check_text(self, text): yield Finding((), 'm', range=Range(3, 5, 2, 1))",
     "TypeError: a Range ends before it begins"),
    ("def check_field(self, field):\n    if field.declared: yield Finding(('x',), 'm')",
     "TypeError: a declared field has no value: the path ('x',) must be ()"),
    ("held = []\ndef check_key(self, group):\n    self.held.append(group.entities[0])\n"
     "    yield Finding((), 'm', entity=self.held[0])", "TypeError: the `entity` of a finding is not a member"),
    ("def check_field(self, field): yield 42", "TypeError: it yielded 42, which is not a Finding"),
    ("def check_field(self, field):\n    if not field.declared: field.value.append(2)\n    return ()",
     READ_ONLY),
    ("def check_key(self, group): raise Stop('on purpose')", "Stop: on purpose"),
    (f"def check_key(self, group):\n    {SECOND} yield Finding((), 'm')",
     "TypeError: a finding about a group must name its `entity`, one of the group"),
    (f"def check_key(self, group):\n    {SECOND} yield Finding((), 'm', entity=group)",
     "TypeError: `entity` of a Finding is "),
    ("def check_key(self, group): yield Finding((), 'm', entity=group.entities[0], related=((42, 'it'),))",
     "TypeError: a finding is about 42, which is not a member of the group"),
    ("def check_key(self, group): yield Finding((), 'm', entity=group.entities[0], related=(42,))",
     "TypeError: "),
    ("def check_key(self, group): yield Finding((), 'm', entity=group.entities[0],"
     " related=((group.entities[0], 42),))", "TypeError: "),
    ("def check_key(self, group):\n    for each in group.entities:\n        each.fields['name'] = 'x'\n"
     "    return ()", READ_ONLY),
    ("def check_key(self, group):\n    group.entities[0].name = 'x'", f"{READ_ONLY}the attribute 'name' of the EntityView)"),
    ("def check_key(self, group):\n    del group.key", f"{READ_ONLY}the attribute 'key' of the KeyGroup)"),
    ("def check_key(self, group):\n    list.append(group.entities[0].fields['tags'], 1)\n    return ()",
     f"{READ_ONLY}/tags of -/Secret/a b)"),
    ("def check_field(self, field):\n    if not field.declared: list.append(field.value, 2)\n    return ()",
     f'{READ_ONLY}the value in the field "other")'),
    ("def collect(self, entity):\n    dict.clear(entity.fields)\n    yield Fact('g')\n"
     "def judge(self, group): return ()", f"{READ_ONLY}/kind of -/Secret/a b)"),
    ("def check_key(self, group): return itertools.repeat(Finding((), 'm', entity=group.entities[0]))",
     "TypeError: it yielded more than 1,0"),
    ("def collect(self, entity): yield Fact('g', [])\ndef judge(self, group): return ()",
     "TypeError: the data of a fact are [], which is not a plain value"),
    ("def collect(self, entity): yield Fact('g', ({},))\ndef judge(self, group): return ()",
     "TypeError: the data of a fact are ({},), which is not a plain value"),
    ("def collect(self, entity): yield Fact('g', entity)\ndef judge(self, group): return ()",
     "TypeError: the data of a fact are EntityView, which is not a plain value"),
    ("def collect(self, entity): yield Fact('g', 1, ['name'])\ndef judge(self, group): return ()",
     "TypeError: a path is ['name'], which is not a tuple"),
    ("def collect(self, entity): yield Fact(None)\ndef judge(self, group): return ()",
     "TypeError: the group of a fact is None, which is not text"),
    ("def collect(self, entity): return None\ndef judge(self, group): return ()", "TypeError: "),
    (f"{COLLECTS}def judge(self, group): raise Stop('on purpose')", "Stop: on purpose"),
    (f"{COLLECTS}def judge(self, group): return {{fact.entity.fields['tags'] for fact in group.facts}}",
     "TypeError: unhashable type"),
    (f"{COLLECTS}def judge(self, group): yield Finding((), 'm')",
     "TypeError: a finding about a group must name its `entity`, one of the group"),
    (f"{COLLECTS}def judge(self, group): yield Finding((), 'm', entity=group.facts[0].entity, related=((group, 'it'),))",
     "TypeError: a finding is about "),
]  # fmt: skip
PROBLEM = re.compile(
    r"dispatch-lint: (\S.*): internal error in the rule bad \(bad\.py:(\d+)\): (.*)"
)


def bad_rule(folder: Path, methods: str) -> None:
    """Write a rule, and the settings that switch it on."""
    body = "".join(f"    {line}\n" for line in methods.splitlines())
    (folder / "bad.py").write_text(BAD + body)
    (folder / "dispatch-lint.toml").write_text('plugins = ["bad.py"]\n')
    (folder / "a.yaml").write_text(DOCUMENTS)


@pytest.mark.parametrize(("methods", "said"), MISBEHAVING)
def test_a_rule_that_misbehaves_is_one_problem(methods: str, said: str, tmp_path: Path) -> None:
    """That names the rule, its file and the line; and the others find what they find."""
    bad_rule(tmp_path, methods)
    code, out, error = check(tmp_path, "-f", "concise", seconds=20)
    others = {line.split(" ")[1] for line in out.splitlines() if line.startswith("a.yaml:")}
    assert {"error[name-format]", "error[unique-key]", "error[unknown-field]"} <= others
    [line] = error.splitlines()
    problem = PROBLEM.fullmatch(line)
    assert problem is not None, line
    first = BAD[: BAD.index("class Bad")].count("\n") + 1
    assert first <= int(problem[2]) <= first + 4 + methods.count("\n") + 1
    assert problem[3].startswith(said)
    assert " at 0x" not in line  # which is another one in each run
    assert code == 2


@pytest.mark.parametrize(("program", "expected"), [
    (["-m", "dispatch_lint", "check"], 130),
    (["-c", "from dispatch_lint import lint\ntry: list(lint('a.yaml'))\nexcept KeyboardInterrupt: exit(7)"], 7),
])  # fmt: skip
def test_who_interrupts_a_rule_interrupts_the_run(
    program: list[str], expected: int, tmp_path: Path
) -> None:
    """By the handler of the command line, or by that of Python."""
    bad_rule(tmp_path, "def check_entity(self, entity):\n    os.kill(os.getpid(), 2); return ()")
    with interruptible():
        run = subprocess.run([sys.executable, *program], cwd=tmp_path, capture_output=True,
                             env={**os.environ, "DISPATCH_LINT_TRUST": "1"}, timeout=WAIT)  # fmt: skip
    assert run.returncode == expected, run.stderr


@pytest.mark.parametrize(("number", "code", "said"), [(2, 130, "interrupted"), (15, 143, "ended")])
def test_a_signal_ends_a_rule_that_does_not_end(
    number: int, code: int, said: str, tmp_path: Path
) -> None:
    """And it is named."""
    bad_rule(tmp_path, "def check_entity(self, entity): self.wait()\n"
             f"def wait(self):\n    os.kill(os.getpid(), {number})\n    while True: pass")  # fmt: skip
    with interruptible():
        run = subprocess.run([sys.executable, "-m", "dispatch_lint", "check", "-j", "1"], cwd=tmp_path,
                             capture_output=True, env={**os.environ, "DISPATCH_LINT_TRUST": "1"},
                             text=True, timeout=WAIT)  # fmt: skip
    first = BAD.count("\n") + 3
    [line] = run.stderr.split()[-1:]
    assert run.returncode == code
    assert f"dispatch-lint: {said} in the rule bad (bad.py:" in run.stderr
    assert line in (f"(bad.py:{first})", f"(bad.py:{first + 1})")


@pytest.mark.parametrize("method", ["check_entity", "check_key"])
def test_what_a_rule_changes_is_as_before_for_others(method: str, tmp_path: Path) -> None:
    """Also where it fails after that."""
    bad_rule(tmp_path, f"def {method}(self, subject):\n"
             "    entity = getattr(subject, 'entities', [subject])[0]\n"
             "    dict.clear(entity.fields['secrets'])\n    raise ValueError('late')")  # fmt: skip
    text = (tmp_path / "bad.py").read_text().replace('name = "bad"', 'name = "later"')
    text = text[: text.index("    dict.clear")].replace("class Bad(", "class Later(")
    shows = "yield Finding((), str(dict(entity.fields['secrets'])), entity="
    shows += "entity)" if method == "check_key" else "None)"
    (tmp_path / "later.py").write_text(f"{text}    {shows}\n")
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["bad.py", "later.py"]\n')
    _, out, error = check(tmp_path, "-f", "concise", "--select", "bad,later")
    assert "ValueError: late" in error and "[later] {'x': 'true'}" in out


def test_the_columns_of_a_row_cannot_be_changed(tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_entity(self, entity): entity.row.columns['x'] = 'y'")
    row = {"key": "SecretEntity/acme/a", "value": json.loads(stored("Secret", name="a")), "id": "1"}
    del row["value"]["kind"]
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    assert "does not support item assignment" in check(tmp_path, "rows.jsonl", "--select", "bad")[2]


@pytest.mark.parametrize("methods", [
    "def check_entity(self, entity):\n    if entity.name:\n        yield 42  # here\n    entity.name",
    "def check_entity(self, entity):\n    yield from self.parts(entity)\n"
    "def parts(self, entity):\n    yield Finding((), 'm', entity=entity)  # here",
    f"def check_key(self, group):\n    {SECOND}\n        yield Finding((), 'm')  # here\n    return",
    f"{COLLECTS}def judge(self, group):\n    for _ in '12':\n"
    "        yield Finding((), 'm', entity=group.facts[0].entity, related=((group, 'it'),))  # here",
    "def collect(self, entity):\n    yield Fact('g')\n    yield Fact('g', [])  # here\n"
    "def judge(self, group): return ()",
    "def check_field(self, field):\n    if not field.declared:\n        yield 42  # here",
    "def check_entity(self, entity):\n    if entity.name:\n        yield Finding(('x',), 'm')  # here",
    "def check_entity(self, entity):\n    return (finding for finding in '1')  # here",
    # What is no generator does not tell where it was made: it is the method.
    "def check_key(self, group): return ()\ndef check_entity(self, entity):  # here\n"
    "    found = []\n    found.append(42)\n    return found",
    "def check_text(self, text): return ()\ndef check_entity(self, entity):  # here\n    pass",
    "def check_text(self, text):  # here\n    return [Finding((), 'm', range=Range(99, 1, 99, 2))]",
    "def check_field(self, field):  # here\n    return [42]\ndef check_entity(self, entity): return ()",
    "def check_key(self, group):  # here\n    return [42]\ndef check_entity(self, entity): return ()",
    "def check_reference(self, reference): return ()\ndef collect(self, entity):  # here\n"
    "    return [42]\ndef judge(self, group): return ()",
    f"{COLLECTS}def judge(self, group):  # here\n    return map(str, group.facts)\n"
    "def check_reference(self, reference): return ()",
    "def check_text(self, text): return ()\ndef check_entity(self, entity):  # here\n"
    "    list.append(entity.fields['tags'], 1)\n    return ()",
    # Only where there is one such method: it is located later, from what it found.
    "def check_key(self, group):  # here\n"
    "    return [Finding(('x',), 'm', entity=group.entities[0])]",
])  # fmt: skip
@pytest.mark.parametrize("options", [[], ["--verbose"]])
def test_the_line_is_that_of_the_yield(methods: str, options: list[str], tmp_path: Path) -> None:
    bad_rule(tmp_path, methods)
    lines = (tmp_path / "bad.py").read_text().splitlines()
    [here] = [number for number, line in enumerate(lines, 1) if line.endswith("# here")]
    assert f"the rule bad (bad.py:{here}): " in check(tmp_path, "--select", "bad", *options)[2]


def test_the_line_may_be_one_of_a_base_class_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "acme_base.py").write_text(
        "from dispatch_lint.rule import *\nclass Base(Rule):\n    def check_entity(self, entity):\n"
        "        if entity.name == 'c': raise ValueError('on purpose')\n        return [42]\n"
    )
    bad_rule(tmp_path, "pass")
    text = (tmp_path / "bad.py").read_text().replace("class Bad(Rule)", "class Bad(Base)")
    (tmp_path / "bad.py").write_text(f"from acme_base import Base\n{text}")
    paths = os.pathsep.join([str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    for options, line in (([], 3), (["--verbose"], 3), (["b.yaml"], 4)):
        (tmp_path / "b.yaml").write_text("kind: Secret\nname: c\nsecrets: {}\n")
        run = run_text(tmp_path, "check", "--trust", "--select", "bad", *options, PYTHONPATH=paths)
        assert f"the rule bad (site/acme_base.py:{line}): " in run.stderr


@pytest.mark.parametrize(("methods", "files"), [
    ("def check_definition(self, definition):  # here\n    return [42]", ["check", "a.go"]),
    ("def check_suppression(self, suppression):  # here\n    return [42]", ["check", "s.yaml"]),
    ("def check_change(self, change):  # here\n    return [42]", ["schema", "diff", "a.go", "b.go"]),
    ("def __init__(self):  # here\n    pass", ["check", "s.yaml"]),
])  # fmt: skip
def test_the_line_of_a_method_that_returns_what_is_wrong(
    methods: str, files: list[str], tmp_path: Path
) -> None:
    bad_rule(tmp_path, f"def check_key(self, group): return ()\n{methods}")
    lines = (tmp_path / "bad.py").read_text().splitlines()
    [here] = [number for number, line in enumerate(lines, 1) if line.endswith("# here")]
    (tmp_path / "a.go").write_text(
        "package a\n\ntype Widget struct {\n\tBaseEntity\n\tSize int\n}\n"
    )
    (tmp_path / "b.go").write_text("package a\n\ntype Widget struct {\n\tBaseEntity\n}\n")
    (tmp_path / "s.yaml").write_text("kind: Secret\nname: a # dispatch-lint: ignore[schmea]\n")
    result = run_text(tmp_path, *files, "--trust")
    assert result.returncode == 2 and f"(bad.py:{here})" in result.stderr, result.stderr


class Endless(Rule):
    """It does not stop."""

    name, summary, found = "endless", "endless", 0

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        while True:
            type(self).found += 1
            yield Finding((), "m")


def test_a_rule_that_does_not_stop_is_soon_stopped() -> None:
    """For each document, so that the report does not depend on the number of processes."""
    checker = make_checker(parse({"select": ["endless"]}), known={"endless": Endless})
    text = b"kind: Secret\nname: a\n---\n" * 200
    result = run(checker, [Source("a.yaml", "yaml", opener=lambda: BytesIO(text))])
    assert result.summary.problems[0].endswith(" for one document or group (199 further documents)")
    assert Endless.found < 200 * 1_100


@pytest.mark.parametrize(("path", "parent"), [
    ("'nowhere',", ""), ("'secrets', 'nowhere', 0", "'secrets',"), ("'tags', 7", "'tags',"),
    ("'name', 'x'", "'name',"), ("'tags', 0, 'x'", "'tags', 0"), ("'tags', -1", "'tags',"),
])  # fmt: skip
def test_what_is_not_there_is_at_its_nearest_parent(path: str, parent: str, tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_entity(self, entity):\n"
             f"    yield Finding(({path}), 'm')\n    yield Finding(({parent}), 'm')")  # fmt: skip
    code, out, error = check(tmp_path, "-f", "concise")
    places = Counter(line.split(" ")[0] for line in out.splitlines() if "error[bad] m" in line)
    assert (code, [*places.values()]) == (2, [2, 2, 2])
    assert error.count("which the document does not have (2 further documents)") == 1


def test_what_a_rule_found_before_it_failed_does_not_count(tmp_path: Path) -> None:
    """Of one document, as of a group."""
    for method, entity in (("check_entity", "None"), ("check_key", "subject.entities[0]")):
        bad_rule(tmp_path, f"def {method}(self, subject):\n"
                 f"    yield Finding((), 'm', entity={entity})\n    raise ValueError('late')")  # fmt: skip
        code, out, error = check(tmp_path, "-f", "concise")
        assert code == 2 and error.count("ValueError: late") == 1
        assert "error[bad]" not in out


@pytest.mark.parametrize(("methods", "said"), [
    ("def check_text(self, text): yield Finding((), 'm', range=Range(999, 1, 999, 2))",
     "it yielded the range (999, 1, 999, 2), which the text does not have"),
    ("def check_entity(self, entity):\n    yield Finding((), 'm', fix=Fix('safe', 'm', (Put(('x',), 'y'),)))",
     "its fix changes ('x',), which the document does not have"),
    ("def check_entity(self, entity):\n    yield Finding((), 'm', fix=Fix('safe', 'm', (Put(('name',), '\\ud83d'),)))",
     "its fix writes '\\ud83d', which no YAML text can hold"),
    ("def check_key(self, group):\n    for entity in group.entities:\n        yield Finding(('name',), 'm', "
     "entity=entity, on='key', fix=Fix('safe', 'm', (Rename(('name',), '\\udc00'),)))",
     "its fix writes '\\udc00', which no YAML text can hold"),
])  # fmt: skip
def test_a_finding_stays_whose_range_or_fix_is_wrong(
    methods: str, said: str, tmp_path: Path
) -> None:
    bad_rule(tmp_path, methods)
    code, out, error = check(tmp_path, "-f", "concise", "--fix")
    assert (code, out.count("error[bad] m")) == (2, 3)
    assert "internal error in the rule bad (bad.py:" in error
    assert f"): ValueError: {said} (2 further" in error


def test_ranges_of_pieces_of_a_text(tmp_path: Path) -> None:
    """In every document of a file, however it is read."""
    bad_rule(tmp_path, "def check_text(self, text):\n    at = text.text.index('name')\n"
             "    yield Finding((), 'm', range=text.range(at, at + 4))")  # fmt: skip
    entity = '{"kind": "Secret", "name": "a"}'
    (tmp_path / "b.json").write_text(f"[\n  {entity},\n  {entity}\n]\n")
    (tmp_path / "c.jsonl").write_text(f"{entity}\n{entity}\n")
    _, out, error = check(tmp_path, ".", "-f", "concise", "--select", "bad")
    places = ["a.yaml:2:1", "a.yaml:7:1", "a.yaml:12:1", "b.json:2:23", "b.json:3:23", "c.jsonl:1:21",
              "c.jsonl:2:21"]  # fmt: skip
    assert [line.partition(": ")[0] for line in out.splitlines() if "[bad]" in line] == places
    assert error == ""


def test_a_range_before_the_document_is_a_mistake(tmp_path: Path) -> None:
    bad_rule(
        tmp_path, "def check_text(self, text): yield Finding((), 'm', range=Range(2, 1, 2, 3))"
    )
    code, out, error = check(tmp_path, ".", "-f", "concise", "--select", "bad")
    assert (code, out.count("error[bad] m")) == (2, 3)
    assert "the range (2, 1, 2, 3), which is before the document: `text.range` gives" in error


FIX = "fix=Fix('safe', 'm', (Put(('x',), 'y'),))"


@pytest.mark.parametrize(("has", "said"), [
    (FIX, "a Fix changes documents; a finding about a definition has none"),
    ("range=Range(1, 1, 1, 2)", "`range` is for findings about texts and suppressions"),
    ("fold='x'", "`fold` is for findings about one document"),
    ("related=((definition, 'it'),)", "a finding about a definition is related to "),
])  # fmt: skip
def test_what_a_finding_about_a_definition_cannot_have(has: str, said: str, tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_definition(self, definition):\n    yield Finding((), 'm', "
             f"location=definition.location, {has})")  # fmt: skip
    (tmp_path / "a.go").write_text("package a\n\ntype Widget struct {\n\tBaseEntity\n}\n")
    code, out, error = check(tmp_path, "-f", "concise")
    assert (code, "[bad]" in out) == (2, False)
    assert f"TypeError: {said}" in error


@pytest.mark.parametrize(("has", "said"), [
    (FIX, "a finding about a suppression has no `fix`: the engine has one"),
    ("range=Range(1, 1, 1, 2)", "a finding about a suppression is at its `range`, with the path ()"),
    ("fold='x'", "`fold` is for findings about one document"),
    ("related=((suppression, 'it'),)", "`entity` and `related` are for findings about groups and"),
])  # fmt: skip
def test_what_a_finding_about_a_suppression_cannot_have(
    has: str, said: str, tmp_path: Path
) -> None:
    bad_rule(
        tmp_path, f"def check_suppression(self, suppression):\n    yield Finding((), 'm', {has})"
    )
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a # dispatch-lint: ignore[schmea]\n")
    code, out, error = check(tmp_path, "-f", "concise", "--select", "bad")
    assert (code, "[bad]" in out) == (2, False)
    assert f"TypeError: {said}" in error


@pytest.mark.parametrize(("value", "does", "said"), [
    ("field.examples[0]", "value.append('x')", "`append` of a list)"),
    ("field.examples[0]", "list.append(value, 'x')", ""),
    ("field.type.item.fields[0].examples[0]", "value['x'] = 1", "the item 'x' of a dict)"),
    ("field.type.item.fields[0].examples[0]", "dict.clear(value)", ""),
])  # fmt: skip
@pytest.mark.parametrize("method", ["check_definition", "check_kind"])
def test_values_of_definitions_are_as_before_for_others(
    method: str, value: str, does: str, said: str, tmp_path: Path
) -> None:
    asks = (f"def {method}(self, given):\n    definition = given if hasattr(given, 'fields') else given[0]\n"
            f"    field = next(one for one in definition.fields if one.name == 'parts')\n    value = {value}\n")  # fmt: skip
    bad_rule(tmp_path, f"{asks}    {does}; return ()")
    text = (tmp_path / "bad.py").read_text().replace('name = "bad"', 'name = "later"')
    text = text.replace(
        f"    {does}; return ()", "    yield Finding((), f'{value}', location=definition.location)"
    )
    (tmp_path / "later.py").write_text(text.replace("class Bad(", "class Later("))
    (tmp_path / "dispatch-lint.toml").write_text('plugins = ["bad.py", "later.py"]\n')
    (tmp_path / "a.go").write_text(
        'package a\n\ntype Part struct {\n\t// +dispatch:example={"a": "b"}\n\tLabels map[string]string `json:"labels"`\n}\n\n'
        'type Widget struct {\n\tBaseEntity\n\t// +dispatch:example=[{}]\n\tParts []Part `json:"parts"`\n}\n'
    )
    _, out, error = check(tmp_path, "a.go", "-f", "concise", "--select", "bad,later")
    assert (
        "[later] [{}]" if value.startswith("field.examples") else "[later] {'a': 'b'}"
    ) in out, out
    assert (f"{READ_ONLY}{said}" if said else "") in error and bool(error) == bool(said)


def test_a_package_is_called_so(tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_package(self, package): raise ValueError('on purpose')")
    body = 'func key(a, b, c string) string { return fmt.Sprintf("%s/%s/%s", a, b, c) }'
    (tmp_path / "a.go").write_text(f"package a\n\n{body}\n")
    error = check(tmp_path, "a.go", "--select", "bad")[2]
    assert error.startswith("dispatch-lint: the package .: internal error in the rule bad (")


def test_a_path_in_a_declared_field_is_refused_in_definitions_too(tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_field(self, field): yield Finding(('x',), 'm')")
    (tmp_path / "a.go").write_text(
        "package a\n\ntype Widget struct {\n\tBaseEntity\n\tSize int\n}\n"
    )
    code, out, error = check(tmp_path, "a.go", "--select", "bad")
    assert (code, "[bad]" in out) == (2, False)
    assert "TypeError: a declared field has no value: the path ('x',) must be ()" in error


def test_a_rule_that_cannot_be_made_for_definitions_is_one_problem(tmp_path: Path) -> None:
    """Their catalogue has other kinds."""
    bad_rule(tmp_path, "def __init__(self, *given):\n    super().__init__(*given)\n"
             "    self.image = self.catalogue.kind('Image').name\n"
             "def check_definition(self, definition): return ()")  # fmt: skip
    (tmp_path / "a.go").write_text("package a\n\ntype Widget struct {\n\tBaseEntity\n}\n")
    code, _, error = check(tmp_path, "a.go", "--select", "bad")
    assert (code, error.count("\n")) == (2, 1)
    assert "the definitions: internal error in the rule bad (bad.py:23): AttributeError: " in error


def test_half_a_character_is_written_to_json(tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_entity(self, entity):\n    if entity.get('name') == 'a':\n"
             "        yield Finding(('name',), 'm', fix=Fix('safe', 'm', (Put(('name',), '\\ud83d'),)))")  # fmt: skip
    (tmp_path / "b.json").write_text('{"kind": "Secret", "name": "a"}')
    assert check(tmp_path, "b.json", "--select", "bad", "--fix")[0] == 0
    assert (tmp_path / "b.json").read_text() == '{"kind": "Secret", "name": "\\ud83d"}'


def test_paths_of_findings_about_fields_are_relative(tmp_path: Path) -> None:
    bad_rule(tmp_path, "def check_field(self, field):\n"
             "    if not field.declared: yield Finding((0,), 'm')")  # fmt: skip
    assert "a.yaml:15:9: error[bad] m" in check(tmp_path, "-f", "concise")[1]


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("does", ["raise ValueError('on purpose')", "subject.kind = ''; return ()"])
@pytest.mark.parametrize("method", ["check_entity", "check_reference", "check_key"])
def test_a_problem_names_the_first_document_and_counts_the_others(
    method: str, does: str, jobs: str, tmp_path: Path
) -> None:
    """However many foreign keys of them are equal, and whichever process checks which."""
    bad_rule(tmp_path, f"def {method}(self, subject): {does}")
    (tmp_path / "a.yaml").unlink()
    for number in range(8):
        text = f"kind: Function\nname: f{number}\nimage: i\n"
        (tmp_path / f"f{number}.yaml").write_text(text + "#" * 2_000 * (8 - number))
    _, _, error = check(tmp_path, ".", "--select", "bad", "-j", jobs)
    [line] = error.splitlines()
    assert line.startswith("dispatch-lint: f0.yaml: document 0: internal error in the rule bad (")
    assert line.endswith(" (7 further documents)")


def test_a_document_is_named_before_an_entity_of_the_store(tmp_path: Path) -> None:
    """Its author can look at it."""
    bad_rule(tmp_path, "def collect(self, entity): raise ValueError('on purpose')\n"
             "def judge(self, group): return ()")  # fmt: skip
    (tmp_path / "known.jsonl").write_text("".join(stored("Secret", id=n, name=n) for n in "abcdef"))
    imported = run_command(
        tmp_path, "store", "import", "known.jsonl", "--store", "refs.db", "--trust"
    )
    assert imported.returncode == 0, imported.stderr
    error = check(tmp_path, "--select", "bad", "--store", "refs.db")[2]
    assert error.startswith("dispatch-lint: a.yaml: document 0: internal error in the rule bad (")
    assert error.endswith(": ValueError: on purpose (8 further documents)\n")


@pytest.mark.parametrize(("methods", "said"), [
    ("def __init__(self, *_): raise SystemExit(0)\ndef check_entity(self, entity): return ()",
     "the rule bad (bad.py:21) cannot be used: SystemExit: 0"),
    ("raise SystemExit(0)", "bad.py fails to load: SystemExit: 0 (line 21)"),
])  # fmt: skip
def test_a_rule_cannot_end_the_program(methods: str, said: str, tmp_path: Path) -> None:
    """It would call all well."""
    bad_rule(tmp_path, methods)
    code, out, error = check(tmp_path)
    assert (code, out) == (2, "")
    assert said in error


NO_TYPE = "which no option can be: write bool, int, float, str, Literal of texts or tuple[str, ...]"


@pytest.mark.parametrize(("options", "said"), [
    ("count: int = 'x'", "its option `count` has the default 'x', which is not int"),
    ("count: int | None = 1.5", "its option `count` has the default 1.5, which is not int | None"),
    ("names: tuple[str, ...] = None", "its option `names` has the default None, which is not tuple[str, ...]"),
    ("names: tuple[str, ...] = ('a', 1)", "its option `names` has the default ('a', 1), which is not tuple[str, ...]"),
    ("names: tuple[str, ...] = field(default_factory=list)",
     "its option `names` has the default [], which is not tuple[str, ...]"),
    ("names: list[str] = ()", f"its option `names` is list[str], {NO_TYPE}"),
    ("names: dict = None", f"its option `names` is dict, {NO_TYPE}"),
    ("sizes: tuple[int, ...] = ()", f"its option `sizes` is tuple[int, ...], {NO_TYPE}"),
    ("sizes: list[int] | None = None", f"its option `sizes` is list[int] | None, {NO_TYPE}"),
    ("level: Literal[1, 2] = 1", f"its option `level` is Literal[1, 2], {NO_TYPE}"),
    ("level: Literal['a', None] = 'a'", f"its option `level` is Literal['a', None], {NO_TYPE}"),
    ("level: Literal['a', True] | None = None", f"its option `level` is Optional[Literal['a', True]], {NO_TYPE}"),
    ("level: Literal['a'] = 'b'", "its option `level` has the default 'b', which is not Literal['a']"),
    ("nothing: None = None", f"its option `nothing` is NoneType, {NO_TYPE}"),
    ("count: 'Count' = 1", "the types of its Options cannot be read: NameError: name 'Count' is not defined"),
    ("names: tuple[str, ...] = field(default_factory=lambda: 1 / 0)",
     "its option `names` has no default: ZeroDivisionError: division by zero"),
])  # fmt: skip
def test_options_are_of_types_that_settings_have(options: str, said: str, tmp_path: Path) -> None:
    definition = f"{CHECKS}\n    @dataclass(frozen=True)\n    class Options:\n        {options}"
    assert refusal(definition, tmp_path).endswith(f"Mine is not a rule: {said}")


@pytest.mark.parametrize(("option", "value", "said"), [
    ("int", "1e3", "a whole number, not 1000.0"), ("int", "true", "a whole number, not true"),
    ("int | None", '"a"', 'a whole number, not "a"'), ("float", '"a"', 'a number, not "a"'),
    ("str", "1", "text, not 1"), ("bool", "1", "true or false, not 1"),
    ("Literal['a', 'b']", "1", 'one of "a", "b", not 1'), ("Literal['a'] | int", "[]", 'one of "a" or a whole number, not []'),
    ("tuple[str, ...]", '"a"', 'a list of texts, not "a"'), ("tuple[str, ...] | None", "[1]", "a list of texts, not [1]"),
])  # fmt: skip
def test_values_of_options_are_of_their_types(
    option: str, value: str, said: str, tmp_path: Path
) -> None:
    """It is said in words of TOML, with the key and the file."""
    option = option.replace("Literal", "__import__('typing').Literal")
    bad_rule(tmp_path, f"from dataclasses import dataclass\n@dataclass(frozen=True)\n"
             f"class Options:\n    x_y: {option}\ndef check_entity(self, entity): return ()")  # fmt: skip
    with (tmp_path / "dispatch-lint.toml").open("a") as settings:
        settings.write(f"[rules.bad]\nx-y = {value}\n")
    code, _, error = check(tmp_path)
    assert code == 2 and f'dispatch-lint.toml: "rules.bad.x-y" must be {said}\n' in error


def test_an_option_may_be_a_list_or_nothing(tmp_path: Path) -> None:
    bad_rule(tmp_path, "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Options:\n"
             "    names: tuple[str, ...] | None = None\ndef check_entity(self, entity):\n"
             "    yield Finding((), str(self.options.names))")  # fmt: skip
    for written, found in (("", "None"), ("[rules.bad]\nnames = ['a', 'b']\n", "('a', 'b')")):
        (tmp_path / "dispatch-lint.toml").write_text(f"plugins = ['bad.py']\n{written}")
        assert check(tmp_path, "--select", "bad", "-f", "concise")[1].count(f"[bad] {found}") == 3


def test_a_default_that_is_no_number_of_json(tmp_path: Path) -> None:
    """Readers of JSON refuse `Infinity`."""
    bad_rule(tmp_path, "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Options:\n"
             "    most: float = float('inf')\ndef check_entity(self, entity): return ()")  # fmt: skip
    read = [
        json.loads(run_command(tmp_path, *command, "--trust").stdout, parse_constant=pytest.fail)
        for command in (["rules", "--format", "json"], ["schema", "show", "settings"])
    ]
    [rule] = [rule for rule in read[0] if rule["name"] == "bad"]
    assert rule["options"] == {"most": {"type": "a number", "default": "inf"}}
    options = read[1]["properties"]["rules"]["properties"]["bad"]["properties"]
    assert options == {"most": {"type": "number"}}


def test_options_that_can_be_changed_are_refused(tmp_path: Path) -> None:
    """Else one document would be checked by what another left."""
    definition = f"@dataclass\n    class Options:\n        most: int = 1\n    {CHECKS}"
    said = (
        "Mine is not a rule: its Options (line 9) can be changed: write `@dataclass(frozen=True)`"
    )
    assert refusal(definition, tmp_path) == f"{tmp_path}/mine.py: {said}"


def test_options_that_are_no_fields_are_refused(tmp_path: Path) -> None:
    definition = f"{CHECKS}\n    class Options(Rule.Options):\n        count: int = 1"
    assert refusal(definition, tmp_path).endswith("its Options are not a dataclass")


@pytest.mark.parametrize(
    "line", ["from ._beside import X", "from beside import X", "import mine.x"]
)
def test_a_file_of_rules_that_imports_another_is_told_so(line: str, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("X = 1\n")
    said = refusal(f"{line}\n    {CHECKS}", tmp_path)
    assert "it imports another file of its folder, but each is loaded by itself" in said


@pytest.mark.parametrize("does", ["print('x')", "sys.stdout.write('x\\n')", "sys.stdout = None"])
def test_what_a_rule_prints_is_in_no_report(does: str, tmp_path: Path) -> None:
    bad_rule(
        tmp_path,
        f"import sys\ndef check_entity(self, entity):\n    import sys\n    {does}; return ()",
    )
    for more in (["-j", "1"], ["-j", "2"]):
        code, out, error = check(tmp_path, ".", "-f", "json", *more)
        assert code == 1 and json.loads(out)["violations"]
        assert error == ("" if "None" in does else "x\n" * 3)


def test_a_rule_that_copies_the_program_makes_no_second_report(tmp_path: Path) -> None:
    copies = (
        "if os.fork():\n        os.wait()"  # what a copy prints is there when this process ends
    )
    bad_rule(tmp_path, f"def check_key(self, group):\n    import os\n    {copies}\n    return ()")
    code, out, _ = check(tmp_path, "-f", "json")
    assert code == 1 and json.loads(out)["violations"]
    code, _, error = check(tmp_path, "--write-baseline", "--baseline", "known.json")
    assert code == 0 and error.count("known.json") == 1


# Rules that ask for more than the relations have

ASKING = """
from dispatch_lint.rule import *
class TargetTags(Rule):
    "It reads the tags of targets."
    name = "target-tags"
    summary = "tags of targets"
    def check_reference(self, reference):
        for target in reference.targets:
            tags = ",".join(f"{key}={value}" for key, value in sorted(target.tags.items()))
            yield Finding(reference.path, f"{target.name}: {tags}")
class Referrers(Rule):
    "It reads the fields of the entities that refer."
    name = "referrers"
    summary = "fields of referrers"
    def check_reference(self, reference):
        entity = reference.entity
        if entity.kind == "Function":
            said = f"{entity.name} {entity.fields['handler']} {entity.get('handler')}"
            yield Finding(reference.path, said)
class References(Rule):
    "It reads the foreign keys to a key."
    name = "references"
    summary = "foreign keys to a key"
    def check_key(self, group):
        names = sorted(str(reference.entity.name) for reference in group.references)
        for entity in group.entities if names else ():
            yield Finding(("name",), " ".join(names), entity=entity)
class Files(Rule):
    "It reads the files of those that refer."
    name = "files"
    summary = "files of referrers"
    def check_key(self, group):
        files = [reference.entity.file.partition(".")[0] or "-" for reference in group.references]
        for entity in group.entities if files else ():
            where = entity.file.partition(".")[0]
            yield Finding(("name",), f"{where}: {' '.join(files)}", entity=entity)
class Elsewhere(Rule):
    "It reads the tags of entities of other organizations."
    name = "elsewhere"
    summary = "tags of others"
    def check_reference(self, reference):
        values = [entity.tags["a"] for entity in reference.elsewhere]
        if values:
            yield Finding(reference.path, str(len(values)))
class Holders(Rule):
    "It reads all entities that have a key."
    name = "holders"
    summary = "fields of holders"
    def check_key(self, group):
        values = [entity.fields["handler"] for entity in group.entities]
        yield Finding(("name",), str(len(values)), entity=group.entities[0])
class Facts(Rule):
    "It reads all entities that it has a fact of."
    name = "facts-of-all"
    summary = "fields of all"
    def collect(self, entity):
        yield Fact("all")
    def judge(self, group):
        values = [fact.entity.fields["handler"] for fact in group.facts]
        yield Finding(("name",), str(len(values)), entity=group.facts[0].entity)
class Tags(Rule):
    "It reads the tags of entities."
    name = "tags"
    summary = "tags"
    def check_entity(self, entity):
        if entity.kind == "Image":
            yield Finding((), f"{entity.name}: {dict(entity.tags)}")
"""
Entities = list[dict[str, Any]]
FILES, FUNCTIONS_OF_EACH = 4, 8
FUNCTIONS: Entities = [
    {"kind": "Function", "name": f"f{number}", "image": "i" if number % 5 else "j",
     "handler": f"h{number}", "secrets": ["s"]}
    for number in range(FUNCTIONS_OF_EACH * FILES)
]  # fmt: skip
IMAGES: Entities = [
    {"kind": "Image", "name": name, "baseImageName": "b",
     "tags": [{"key": "a", "value": name}, {"key": "b", "value": "1"}]}
    for name in "ij"
]  # fmt: skip
SECRETS: Entities = [
    {"kind": "Secret", "name": "s", "secrets": {}, "tags": [{"key": "a", "value": "s"}]}
]
TARGETS: Entities = [*IMAGES, *SECRETS]


def as_stored(entity: Mapping[str, Any], number: int) -> str:
    """An entity as the Entity Store keeps it, as a line."""
    fields = {key: value for key, value in entity.items() if key not in ("kind", "tags")}
    tags = {tag["key"]: tag["value"] for tag in entity.get("tags", ())}
    return stored(entity["kind"], id=f"{entity['kind']}-{number}", **fields, tags=tags or None)


def as_manifest(entity: Mapping[str, Any], number: int) -> str:
    """A manifest as a document of YAML, which JSON is too."""
    return f"---\n{json.dumps(entity)}\n"


def files_of(entities: Entities, ending: str, write: Callable[..., str]) -> dict[str, str]:
    """The texts of some files that have the entities in turn."""
    lines = [write(entity, number) for number, entity in enumerate(entities)]
    return {f"{number}.{ending}": "".join(lines[number::FILES]) for number in range(FILES)}


FORMS: dict[str, Callable[[Entities], dict[str, str]]] = {
    "manifests in YAML": lambda entities: files_of(entities, "yaml", as_manifest),
    "manifests in JSONL": lambda entities: files_of(
        entities, "jsonl", lambda entity, number: json.dumps(entity) + "\n"
    ),
    "stored in JSONL": lambda entities: files_of(entities, "jsonl", as_stored),
}
REFERRING = " ".join(str(number) for number in range(FILES) for _ in range(FUNCTIONS_OF_EACH))
TAGS = {"i": "a=i,b=1", "j": "a=j,b=1", "s": "a=s"}


def expected_of(rule: str, functions: Entities, targets: Entities) -> list[str]:
    """What a rule says of functions and their targets."""
    uses = [(one, name) for one in functions for name in (one["image"], *one["secrets"])]
    if rule == "target-tags":
        return sorted(f"{name}: {TAGS[name]}" for _, name in uses)
    if rule == "referrers":
        return sorted(f"{one['name']} {one['handler']} {one['handler']}" for one, _ in uses)
    return sorted(
        " ".join(sorted(one["name"] for one, name in uses if name == target["name"]))
        for target in targets
    )


@pytest.fixture
def plugin(tmp_path: Path) -> str:
    """The file of the rules that ask for more."""
    file = tmp_path / "asking" / "asking.py"
    file.parent.mkdir()
    file.write_text(ASKING)
    return str(file)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rule", ["target-tags", "referrers", "references"])
def test_what_relations_do_not_have_is_read(
    rule: str, form: str, jobs: int, plugin: str, lint: Lint
) -> None:
    files = FORMS[form]([*FUNCTIONS, *TARGETS])
    settings = {"plugins": [plugin], "select": [rule]}
    found = lint(files, settings, jobs=jobs)
    assert sorted(one.message for one in found) == expected_of(rule, FUNCTIONS, TARGETS)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rule", ["target-tags", "referrers"])
def test_what_relations_do_not_have_is_read_from_a_store(
    rule: str, form: str, jobs: int, plugin: str, lint: Lint
) -> None:
    known = "".join(as_stored(entity, number) for number, entity in enumerate(TARGETS))
    settings = {"plugins": [plugin], "select": [rule], "organization": "acme"}
    found = lint(FORMS[form](FUNCTIONS), settings, store=known, jobs=jobs)
    assert sorted(one.message for one in found) == expected_of(rule, FUNCTIONS, TARGETS)


@pytest.mark.parametrize("jobs", [1, 2])
def test_foreign_keys_of_a_store_are_read(jobs: int, plugin: str, lint: Lint) -> None:
    """Of some that refer documents are there, of others the store."""
    known = "".join(as_stored(entity, number) for number, entity in enumerate(FUNCTIONS[:6]))
    files = FORMS["manifests in YAML"]([*FUNCTIONS[6:], *TARGETS])
    settings = {"plugins": [plugin], "select": ["references"], "organization": "acme"}
    found = lint(files, settings, store=known, jobs=jobs)
    assert sorted(one.message for one in found) == expected_of("references", FUNCTIONS, TARGETS)


@pytest.mark.parametrize("rule", ["target-tags", "referrers", "files"])
def test_a_store_in_a_file_answers_alike(rule: str, plugin: str, tmp_path: Path) -> None:
    (tmp_path / "known.jsonl").write_text(
        "".join(as_stored(entity, number) for number, entity in enumerate(TARGETS))
    )
    imported = run_command(tmp_path, "store", "import", "known.jsonl", "--store", "refs.db")
    assert imported.returncode == 0
    (tmp_path / "known.jsonl").unlink()
    (tmp_path / "dispatch-lint.toml").write_text(f'plugins = ["{plugin}"]\norganization = "acme"\n')
    named: Entities = [*FUNCTIONS, *(SECRETS if rule == "files" else ())]
    for name, text in FORMS["manifests in YAML"](named).items():
        (tmp_path / name).write_text(text)
    results = [
        check(tmp_path, "--select", rule, "--store", "refs.db", "-f", "json", "-j", jobs,
              *sorted(file.name for file in tmp_path.glob("*.yaml")))
        for jobs in ("1", "2")
    ]  # fmt: skip
    assert results[0] == results[1]
    messages = sorted(one["message"] for one in json.loads(results[0][1])["violations"])
    if rule == "files":
        assert messages == [f"0: {REFERRING}"]
    else:
        assert messages == expected_of(rule, FUNCTIONS, TARGETS)


@pytest.mark.parametrize("jobs", [1, 2])
def test_foreign_keys_to_a_key_come_in_the_order_of_their_documents(
    jobs: int, plugin: str, lint: Lint
) -> None:
    """Whichever process checks which file."""
    files = FORMS["manifests in YAML"]([*FUNCTIONS, *SECRETS])
    files["0.yaml"] += "#" * 50_000  # it takes longest
    settings = {"plugins": [plugin], "select": ["files"]}
    [found] = lint(files, settings, jobs=jobs)
    assert found.message == f"0: {REFERRING}"


@pytest.mark.parametrize(("rule", "times", "text"), [
    ("elsewhere", 40, lambda number: stored(
        "Image", name="i", organizationId=f"o{number}", tags={"a": "b"}, baseImageName="b")),
    ("holders", 1_100, lambda _: stored("Function", name="f", image="i", handler="h")),
    ("facts-of-all", 1_100, lambda _: stored("Function", name="f", image="i", handler="h")),
])  # fmt: skip
def test_however_many_entities_are_read(
    rule: str, times: int, text: Callable[[int], str], plugin: str, lint: Lint
) -> None:
    lines = [text(number) for number in range(times)]
    if rule == "elsewhere":
        lines.append(stored("Function", name="f", image="i"))
    [found] = lint({"a.jsonl": "".join(lines)}, {"plugins": [plugin], "select": [rule]})
    assert found.message == str(times)


@pytest.mark.parametrize(("tags", "expected"), [
    ('[{"key": "a", "value": "b"}, {"key": "c", "value": "d"}]', {"a": "b", "c": "d"}),
    ('{"a": "b", "c": "d"}', {"a": "b", "c": "d"}),
    ("null", {}), ("5", {}), ("[]", {}), ("{}", {}), ('["a", null, []]', {}),
    ('{"a": 1, "b": null, "c": "d"}', {"c": "d"}),
    ('[{"key": "a"}, {"value": "b"}, {"key": null, "value": "x"}, {"key": "c", "value": "d"}]', {"c": "d"}),
    ('[{"key": ["a"], "value": "b"}, {"key": "c", "value": "d"}]', {"c": "d"}),
    ('[{"key": {"a": 1}, "value": "b"}]', {}),
])  # fmt: skip
@pytest.mark.parametrize("form", ["manifest", "stored"])
def test_tags_are_a_mapping_in_both_forms(
    form: str, tags: str, expected: dict[str, str], plugin: str, lint: Lint
) -> None:
    image = {"kind": "Image", "name": "i", "baseImageName": "b"}
    if form == "stored":
        image |= json.loads(stored("Image", name="i", baseImageName="b"))
    text = json.dumps(image | {"tags": json.loads(tags)})
    [found] = lint({"a.jsonl": f"{text}\n"}, {"plugins": [plugin], "select": ["tags"]})
    assert found.message == f"i: {expected}"


NAMES = "\n    ".join([
    "name = entity.get('name')",
    "fix = Fix('safe', 'm', (Put(('name',), {}),))",
    "yield Finding(('name',), {}, fix=fix)",
])  # fmt: skip


@pytest.mark.parametrize(("does", "said"), [
    (NAMES.format("name", "'m'"), "a.yaml:2:7: the fix of bad was not applied: it does not remove the violation"),
    (NAMES.format("name + 'x'", "'m'"), "a.yaml:2:7: the fix of bad was not applied: it does not remove the violation"),
    (NAMES.format("name + 'x'", "name"), "a.yaml: the fixes of bad were not applied: each makes another one necessary"),
    (NAMES.format("'p' if name == 'q' else 'q'", "name"), "a.yaml: the fixes of bad were not applied: each makes "),
    ("for name in entity.field_names:\n        yield Finding((name,), name, on='key', fix=Fix('safe', 'm',"
     " (Rename((name,), name + 'x'),)))", "a.yaml: the fixes of bad were not applied: each makes another "),
    ("yield Finding((), 'm', fix=Fix('safe', 'm', (Put(('kind',), 'Image'),)))",
     "a.yaml:1:1: the fix of bad was not applied: it does not remove the violation"),
    ("yield Finding(('kind',), 'm', fix=Fix('safe', 'm', (Put(('kind',), 'Other'),)))",
     "a.yaml:1:7: the fix of bad was not applied: the result would not be valid"),
])  # fmt: skip
def test_a_fix_that_removes_nothing_is_none(does: str, said: str, tmp_path: Path) -> None:
    bad_rule(tmp_path, f"def check_entity(self, entity):\n    {does}")
    for options in (["--fix"], ["--diff"]):
        _, _, error = check(tmp_path, "--select", "bad", *options)
        assert said in error and "fixed " not in error
        assert (tmp_path / "a.yaml").read_text() == DOCUMENTS


@pytest.mark.parametrize("does", ["type(self).severity = 'info'", "type(self).name = 7",
                                  "Rule.severity = 'info'", "type(self).Options = None"])  # fmt: skip
def test_what_a_rule_does_to_its_class_changes_nothing(does: str, tmp_path: Path) -> None:
    bad_rule(
        tmp_path, f"def check_entity(self, entity):\n    {does}\n    yield Finding(('name',), 'm')"
    )
    code, out, error = check(tmp_path, "-f", "concise", "--select", "bad")
    assert (code, out.count("error[bad] m"), error) == (1, 3, "")


def test_a_fix_that_violates_another_rule_names_it(tmp_path: Path) -> None:
    fix = "fix=Fix('safe', 'm', (Put(('name',), 'c d'),))"
    bad_rule(
        tmp_path,
        "def check_entity(self, entity):\n"
        f"    if entity.name == 'c': yield Finding(('name',), 'm', {fix})",
    )
    _, _, error = check(tmp_path, "--select", "bad,name-format", "--fix")
    said = "the fix of bad was not applied: the result would violate name-format"
    assert f"a.yaml:7:7: {said}" in error


def test_a_rule_may_fix_a_field_step_by_step(tmp_path: Path) -> None:
    does = NAMES.format("name[1:]", "name").replace("yield", "if len(name) > 1: yield")
    bad_rule(tmp_path, f"def check_entity(self, entity):\n    {does}")
    _, _, error = check(tmp_path, "--select", "bad", "--fix")
    assert error == "dispatch-lint: fixed 2 violations in 1 file\n"
    assert 'name: "b"' in (tmp_path / "a.yaml").read_text()


@pytest.mark.parametrize(("letters", "is_refused"), [(10, True), (2_000, False)])
def test_a_large_entity_has_more_facts(letters: int, is_refused: bool, tmp_path: Path) -> None:
    body = "def collect(self, entity):\n    yield from [Fact('g')] * 1_500"
    bad_rule(tmp_path, f"{body}\n\ndef judge(self, group):\n    yield from ()")
    (tmp_path / "a.yaml").write_text(f"kind: Secret\nname: a\nsecrets: {{a: {'x' * letters}}}\n")
    code, _, error = check(tmp_path)
    assert ("it yielded more than 1,0" in error, code) == (is_refused, 2 if is_refused else 0)
