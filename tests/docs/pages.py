"""Pages of the documentation that follow from the code, by their path in `docs`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import click

from dispatch_lint.api import known_rules
from dispatch_lint.cli import cli
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.rule import Rule
from dispatch_lint.rule_pages import page
from dispatch_lint.schema.catalogue import Kind
from tests.docs import python_page, settings_page

GENERATED = "<!-- Generated from the code by `make docs-update`: do not edit. -->"
SECTIONS = (
    "Base Entity", "Key", "Name and IDs", "OrganizationID", "Spec", "Status", "Reason",
    "Additional Properties",
)  # fmt: skip
"""The sections of the guide, in its order."""
_WIDTH = 88


def pages() -> dict[str, str]:
    """The text of each generated page."""
    rules = known_rules(Settings())
    made = {
        "rules/index.md": rules_index(rules),
        "reference/command-line.md": command_line(),
        "reference/settings.md": settings_page.text(),
        "reference/kinds.md": kinds(),
        "reference/python.md": python_page.text(),
    }
    for rule in rules.values():
        made[f"rules/{rule.name}.md"] = rule_page(rule)
    return {path: without_tags(f"{GENERATED}\n\n{text.rstrip()}\n") for path, text in made.items()}


# The comparison of the README

_SPEED = "10,000 files, seconds"
_COLUMNS = (
    "dispatch-lint",
    "check-jsonschema",
    "kubeconform",
    "yamllint",
    "ryl",
    "spectral",
    "buf",
)


def with_speeds(readme: str, results: str) -> str:
    """The README with the seconds that the benchmark measured, and a dash for what it did not."""
    measured: dict[str, str] = {}
    for tool, seconds in re.findall(
        r"^\| 10,000 files \| ([^|,]+) \| ([\d.]+) \|", results, re.MULTILINE
    ):
        measured.setdefault(tool.split()[0].lower(), seconds)
    cells = " | ".join(measured.get(name, "–") for name in _COLUMNS)
    return re.sub(rf"^\| {_SPEED} \|.*$", f"| {_SPEED} | {cells} |", readme, flags=re.MULTILINE)


# Rules


def rules_index(rules: Mapping[str, type[Rule]]) -> str:
    """All rules, by section of the guide."""
    lines = [
        "# Rules",
        "",
        "Each rule has a page with examples; `dispatch-lint explain RULE` prints it. The severity is",
        "that of most findings: the setting `severity` changes it, or switches a rule off. A rule that",
        "is *fixable* offers fixes: `--fix` makes the safe ones, `--unsafe-fixes` adds the others.",
        "",
    ]
    titles = [f'Section "{section}" of the guide' for section in SECTIONS]
    for section, title in zip((*SECTIONS, None), (*titles, "What Dispatch does"), strict=True):
        found = [rule for rule in rules.values() if rule.guide == section]
        lines += [f"## {title}", ""]
        lines += ["| rule | severity | fixable | what it reports |", "|---|---|---|---|"]
        for rule in found:
            fixable = "yes" if is_fixable(rule) else ""
            off = "" if rule.default else " (off by default)"
            link = f"[{rule.name}]({rule.name}.md)"
            lines.append(f"| {link} | {rule.severity} | {fixable} | {rule.summary}{off} |")
        lines.append("")
    return "\n".join(lines)


def is_fixable(rule: type[Rule]) -> bool:
    """Whether an example of a rule has a fix; a rule with fixes has one."""
    return any(example.fixed for example in rule.invalid)


def rule_page(rule: type[Rule]) -> str:
    """The page of one rule."""
    return "\n".join([*page(rule, level=1), "[All rules](index.md)"])


def without_tags(text: str) -> str:
    """Markdown in which `<name>` outside of code is text, and no tag of HTML."""
    parts = re.split(r"(^```.*?^```|<!--.*?-->|`[^`\n]+`)", text, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [re.sub(r"<(?=[a-z/])", "&lt;", part) for part in parts[::2]]
    return "".join(parts)


# The command line


def command_line() -> str:
    """What `--help` says of each command."""
    lines = [
        "# Command line",
        "",
        "What `dispatch-lint COMMAND --help` prints. Exit codes are on [a page of their own](exit-codes.md).",
        "",
    ]
    for name, command in commands(cli, "dispatch-lint"):
        lines += [f"## {name}", "", "```text", help_of(name, command), "```", ""]
    return "\n".join(lines)


def commands(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, with the words that call each."""
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for word in command.list_commands(context):
            child = command.get_command(context, word)
            if child is not None and not child.hidden:
                yield from commands(child, f"{name} {word}")


def help_of(name: str, command: click.Command) -> str:
    """The help of a command, of a fixed width and without colours."""
    context = click.Context(
        command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )  # fmt: skip
    text = click.unstyle(command.get_help(context))
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


# Kinds


def kinds() -> str:
    """The built-in kinds, with the fields of both forms."""
    lines = [
        "# Kinds",
        "",
        "The kinds that dispatch-lint knows without settings: those of Dispatch. `dispatch-lint schema",
        "show KIND` prints the JSON Schema that this page is made of. A *manifest* is what `dispatch",
        "create -f` reads; the *stored* form is what the Entity Store keeps. Fields in **bold** are",
        "required. In manifests, a text may also be written as a number or boolean.",
        "",
    ]
    catalogue = load_catalogue(Settings())
    for kind in sorted(catalogue.kinds.values(), key=lambda kind: kind.name):
        lines += kind_section(kind)
    return "\n".join(lines)


def kind_section(kind: Kind) -> Iterator[str]:
    yield f"## {kind.name}"
    yield ""
    descriptions = [form.schema.get("description", "") for form in kind.forms.values()]
    if descriptions[0]:
        yield descriptions[0]
        yield ""
    if kind.aliases:
        yield f"Also called {', '.join(kind.aliases)}."
        yield ""
    if kind.nested:
        yield "It exists only as a value inside other entities."
        yield ""
    elif kind.ignored:
        yield "`dispatch create -f` skips manifests of this kind: see [ignored-document](../rules/ignored-document.md)."
        yield ""
    for form, kind_schema in sorted(kind.forms.items()):
        yield f"### {kind.name}, {form}"
        yield ""
        yield "| field | type | refers to | what it is |"
        yield "|---|---|---|---|"
        required = kind_schema.schema.get("required", ())
        for name, shape in kind_schema.schema.get("properties", {}).items():
            shown = f"**`{name}`**" if name in required else f"`{name}`"
            target = shape.get("x-dispatch-reference") or shape.get("items", {}).get(
                "x-dispatch-reference"
            )
            refers = f"{target['kind']}, by {target['by']}" if isinstance(target, Mapping) else ""
            text = shape.get("description", "").replace("|", "\\|")
            yield f"| {shown} | {type_of(shape)} | {refers} | {text} |"
        yield ""


def type_of(shape: Mapping[str, Any]) -> str:
    """The type of a field, in the words of JSON."""
    if "const" in shape:
        return f"`{json.dumps(shape['const'])}`"
    if "enum" in shape:
        return "text: " + ", ".join(f"`{value}`" for value in shape["enum"] if value)
    types = shape.get("type", "any")
    types = [types] if isinstance(types, str) else list(types)
    if "string" in types:
        return "time" if shape.get("format") == "date-time" else "text"
    named = [name for name in types if name != "null"]
    words = {"array": "list", "object": "map" if "properties" not in shape else "object"}
    text = " or ".join(words.get(name, name) for name in named) or "any"
    if "array" in named and isinstance(shape.get("items"), Mapping):
        return f"list of {type_of(shape['items'])}"
    return text
