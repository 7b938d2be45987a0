"""Documentation pages that are generated from rules: for `explain`, `rules`, and docs/rules.md."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from dispatch_lint.engine.plugins import file_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dispatch_lint.rule import Example, Rule


def page(rule: type[Rule]) -> Iterator[str]:
    """The Markdown page of one rule."""
    yield f"## {rule.name}"
    yield ""
    yield f"{rule.summary[:1].upper()}{rule.summary[1:]}."
    yield ""
    file = file_of(rule)
    origin = os.path.relpath(file) if file else "what Dispatch does"
    guide = f'guide, section "{rule.guide}"' if rule.guide else origin
    state = "" if rule.default else " Off by default."
    yield f"Severity: {rule.severity}. Looks at: {', '.join(rule.scopes())}. From: {guide}.{state}"
    yield ""
    yield rule.documentation()
    yield ""
    if file and rule.guide:
        yield f"It is in {origin}."
        yield ""
    if rule.question:
        yield f"Open question of the guide: `open-questions.{rule.question}`."
        yield ""
    yield from _options(rule)
    yield from _example("Wrong", rule.invalid[:1])
    yield from _example("Right", rule.valid[:1])


def _options(rule: type[Rule]) -> Iterator[str]:
    options = fields(rule.Options)
    if not options:
        return
    yield f"Options, under `[tool.dispatch-lint.rules.{rule.name}]`:"
    yield ""
    hints = get_type_hints(rule.Options)
    for option in options:
        name = option.name.replace("_", "-")
        default = option.default if option.default is not MISSING else "required"
        yield f"- `{name}`: {_hint(hints[option.name])}; default {_toml(default)}"
    yield ""


def _hint(hint: Any) -> str:
    choices = get_args(hint)
    if choices:
        return ", ".join(f"`{_toml(choice)}`" for choice in choices if choice is not Ellipsis)
    return "`true` or `false`" if hint is bool else str(getattr(hint, "__name__", hint))


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _example(title: str, examples: Sequence[Example]) -> Iterator[str]:
    for example in examples:
        yield f"{title}:"
        yield ""
        ending = example.file.rpartition(".")[2]
        yield from _block(example.text, ending if ending in ("yaml", "go") else "json")
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


def _block(text: str, language: str) -> Iterator[str]:
    yield f"```{language}"
    yield text.rstrip("\n")
    yield "```"
    yield ""


def book(rules: Mapping[str, type[Rule]]) -> str:
    """The text of docs/rules.md: a table of all rules, and their pages."""
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

from dispatch_lint.documents.document import Document
from dispatch_lint.rule import Example, Rule
from dispatch_lint.model.violation import Finding, Severity


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

    def check(self, document: Document) -> Iterator[Finding]:
        if document.name == "TODO":
            yield Finding(("name",), '"TODO" is no name for an entity')
'''


def scaffold(name: str) -> tuple[str, str]:
    """The name and text of a file for a new rule."""
    class_name = "".join(word.capitalize() for word in name.split("-"))
    return f"{name.replace('-', '_')}.py", TEMPLATE.format(name=name, class_name=class_name)
