"""Documentation pages that are generated from rules: for `explain`, `rules`, and docs/rules."""

from __future__ import annotations

import json
import keyword
import os
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from dispatch_lint import addresses
from dispatch_lint.engine.installed import is_built_in
from dispatch_lint.engine.plugins import file_of
from dispatch_lint.engine.rule_options import default_of
from dispatch_lint.rule import Example
from dispatch_lint.rule.example import malformed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.rule import Rule


def page(rule: type[Rule], *, level: int = 2, with_address: bool = False) -> Iterator[str]:
    """The Markdown page of one rule.

    Args:
        level: of its heading.
        with_address: whether it states its address on the web.
    """
    yield f"{'#' * level} {rule.name}"
    yield ""
    yield f"{rule.summary[:1].upper()}{rule.summary[1:]}."
    yield ""
    origin = _origin(rule)
    state = "" if rule.default else " Off by default."
    scopes = ", ".join(rule.scopes()).replace("corpus", "several entities together")
    yield f"Severity: {rule.severity}. Looks at: {scopes}.{origin}{state}"
    yield ""
    if documentation := rule.documentation():
        yield documentation
        yield ""
    file = file_of(rule)
    if file:
        yield f"It is in {os.path.relpath(file)}."
        yield ""
    if with_address and (address := address_of(rule)):
        yield f"On the web: <{address}>"
        yield ""
    if rule.question:
        yield f"Open question of the guide: `open-questions.{rule.question}`."
        yield ""
    yield from _options(rule)
    yield from _example("Wrong", _first(rule.invalid))
    yield from _example("Right", _first(rule.valid))


def entry(rule: type[Rule]) -> dict[str, Any]:
    """What `rules --format json` has of a rule; each option with its type, in words, and default."""
    hints = get_type_hints(rule.Options)
    options = {
        option.name.replace("_", "-"): {
            "type": _hint(hints[option.name]),
            "default": _plain(option),
        }
        for option in fields(rule.Options)
    }
    return {
        "name": rule.name, "summary": rule.summary, "severity": str(rule.severity),
        "default": rule.default, "guide": rule.guide, "scopes": rule.scopes(),
        "fixable": any(getattr(example, "fixed", "") for example in _listed(rule.invalid)),
        "question": rule.question,
        "builtIn": is_built_in(rule), "options": options, "documentation": rule.documentation(),
    }  # fmt: skip


def _plain(option: Field[Any]) -> Any:
    """The default of an option as JSON has it, else as TOML does: infinity; None where it must be set."""
    default = default_of(option)
    if isinstance(default, float) and not isfinite(default):
        return toml(default)
    return None if default is MISSING else default


def _origin(rule: type[Rule]) -> str:
    """What the rule follows from: for a rule of others only if it names a section of the guide."""
    if rule.guide:
        return f' From: guide, section "{rule.guide}".'
    return " From: what Dispatch does." if is_built_in(rule) else ""


def address_of(rule: type[Rule]) -> str | None:
    """The address of the page about a rule; None for one of others that names none."""
    if is_built_in(rule):
        return addresses.page(f"rules/{rule.name}")
    # Reports and editors make a link of it: nothing that runs.
    return rule.docs if rule.docs and rule.docs.startswith(("https://", "http://")) else None


def _options(rule: type[Rule]) -> Iterator[str]:
    options = fields(rule.Options)
    if not options:
        return
    yield f"Options, under `[tool.dispatch-lint.rules.{rule.name}]`:"
    yield ""
    hints = get_type_hints(rule.Options)
    for option in options:
        name = option.name.replace("_", "-")
        yield f"- `{name}`: {_hint(hints[option.name])}; {_default(option)}"
    yield ""


def _default(option: Field[Any]) -> str:
    default = default_of(option)
    return "it must be set" if default is MISSING else f"default {toml(default)}"


def _hint(hint: Any) -> str:
    """The type of an option, in words."""
    if get_origin(hint) is Literal:
        return ", ".join(f"`{toml(choice)}`" for choice in get_args(hint))
    if get_origin(hint) is tuple:
        return "a list of texts"
    named = {bool: "`true` or `false`", str: "a text", int: "a whole number", float: "a number"}
    return named.get(hint) or f"`{getattr(hint, '__name__', hint)}`"


def toml(value: object) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(_entries(value))} }}" if value else "{}"
    return str(value)


def _entries(table: Mapping[str, Any]) -> Iterator[str]:
    """The entries of a TOML table."""
    for key, value in table.items():
        name = key if re.fullmatch(r"[\w-]+", key, re.ASCII) else json.dumps(key)
        yield f"{name} = {toml(value)}"


def _listed(stated: object) -> Sequence[Example]:
    """The examples that a rule states, which may be anything; `rules test` says what is wrong."""
    return stated if isinstance(stated, list | tuple) and not isinstance(stated, Example) else ()


def _first(stated: object) -> Sequence[Example]:
    """The first of the examples that a rule states, where it is one."""
    return [example for example in _listed(stated)[:1] if not malformed(example)]


def _example(title: str, examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        yield f"{title}:"
        yield ""
        ending = example.file.rpartition(".")[2]
        language = ending if ending in ("yaml", "go") else "json"
        yield from _block(example.text, language)
        if example.settings:
            yield "with the settings"
            yield ""
            yield from _block("\n".join(_entries(example.settings)), "toml")
        if example.before:
            yield "where before there was"
            yield ""
            yield from _block(example.before, "go")
        if example.store:
            yield "where the store has"
            yield ""
            yield from _block(example.store, "json")
        for pointer, message in example.violations:
            yield f"> {f'`{pointer}`: ' if pointer else ''}{message}"
        if example.violations:
            yield ""
        if example.fixed:
            yield "Fixed:"
            yield ""
            yield from _block(example.fixed, language)


def _block(text: str, language: str) -> Iterator[str]:
    yield f"```{language}"
    yield text.rstrip("\n")
    yield "```"
    yield ""


def book(rules: Mapping[str, type[Rule]]) -> str:
    """A page about all rules: a table, and the page of each."""
    lines = ["# Rules", "", "<!-- Generated: `dispatch-lint rules --markdown`. -->", ""]
    lines += ["| rule | severity | guide | what it reports |", "|---|---|---|---|"]
    for rule in rules.values():
        link = f"[{rule.name}](#{rule.name})"
        lines.append(f"| {link} | {rule.severity} | {rule.guide or '-'} | {rule.summary} |")
    lines.append("")
    for rule in rules.values():
        lines += page(rule)
    return "\n".join(lines).rstrip() + "\n"


TEMPLATE = '''"""{name}: what it reports, in a line."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Rule, Severity


class {class_name}(Rule):
    """What the rule is for, and which sentence of the guide it comes from."""

    name = "{name}"
    summary = "an entity named TODO"
    severity = Severity.WARNING
    valid = (Example("kind: Secret\\nname: open-sesame\\n"),)
    invalid = (
        Example(
            "kind: Secret\\nname: TODO\\n",
            (("/name", '"TODO" is no name for an entity'),),
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        if entity.name == "TODO":
            yield Finding(("name",), '"TODO" is no name for an entity')
'''
_TAKEN = frozenset({"EntityView", "Example", "Finding", "Iterator", "Rule", "Severity"})
"""The names that the template imports."""


def scaffold(name: str) -> tuple[str, str]:
    """The name and text of a file for a new rule."""
    class_name = "".join(word.capitalize() for word in name.split("-"))
    if class_name in _TAKEN or keyword.iskeyword(class_name):
        class_name += "Rule"
    return f"{name.replace('-', '_')}.py", TEMPLATE.format(name=name, class_name=class_name)
