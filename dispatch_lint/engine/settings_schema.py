"""The JSON Schema of the settings: for editors, and for whoever generates a settings file."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from dispatch_lint.config.definition_settings import WIRE_TYPES
from dispatch_lint.config.limits import MAX_DEPTH, Limits
from dispatch_lint.config.settings import SEVERITIES, OpenQuestions, Settings
from dispatch_lint.documents.formats import ENDINGS
from dispatch_lint.engine.rule_options import default_of
from dispatch_lint.schema.shape import DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dispatch_lint.rule import Rule
    from dispatch_lint.schema.shape import Schema

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": ["array", "string"], "items": _TEXT}
_RULE_NAME = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_LIMITS = {
    "document-size": "MiB of a YAML or JSON file, or of a line of JSONL.",
    "depth": "Levels of nested values.",
    "aliases": "Values that the aliases of one YAML document stand for.",
    "values": "Values of a document, the names of its fields included, and documents of a YAML or JSON text.",
    "violations-per-file": "Violations of one file that are shown; the others are counted.",
    "fields": "Fields that the definitions of a run lead to, types inside types included; those "
    "inside more than 8 types of Go count more.",
}
_QUESTIONS = {
    "kind-field": "Whether stored entities have a field `kind`.",
    "foreign-key-value": "What a foreign key holds.",
    "organization-field": "The field that holds the organization.",
    "desired-state": "The severity of desired state outside of the spec.",
}
_DESCRIPTIONS = {
    "include": "The files that the walk of a folder reads: globs as in .gitignore. Files with other endings "
    f"than {', '.join(ENDINGS)}, in lower or upper case, are only read where they are named as a path.",
    "exclude": "Files and folders that the walk of a folder leaves out: globs as in .gitignore.",
    "schemas": "Folders of JSON Schemas to use instead of the built-in ones.",
    "definitions": "Go and OpenAPI definitions that add kinds, or replace built-in ones.",
    "base-entity": "A base entity that differs from the guide's on purpose.",
    "plugins": "Files and folders of rules of your own. They need trust, because they are run.",
    "store": "The store that knows what else exists: the path of a SQLite file, or a URL "
             "(sqlite:///…, postgresql://…, bolt:///…).",
    "ledger": "The file with all IDs that were ever used, as `store export --ledger` writes it.",
    "baseline": "The file with known violations, which do not fail, as `check --write-baseline` writes it.",
    "organization": "The organization of documents that do not name one, as manifests do not.",
    "select": "Check only these rules; `all` is every rule.",
    "ignore": "Do not check these rules.",
    "extend-select": "Check these rules as well, such as rules that are off by default.",
    "severity": "The severity of all findings of a rule.",
    "fail-level": "The lowest severity that makes the exit code 1.",
    "per-path": "Rules that are off for the files that match a glob.",
    "kinds": "The kind of documents that do not name it, by the globs of their files; "
             "`file#Model` names a model of an OpenAPI file.",
    "references": "What a field refers to, where its name and definition do not say so: "
                  '`"Kind.field" = "Kind"`, or `"none"`.',
    "external": "Entities that exist elsewhere, as Kind/name, where `*` stands for any text: a reference "
                "to one is resolved.",
    "complete": "Whether the documents of a run are all there is: then each reference must resolve.",
    "open-questions": "Answers to what the guide leaves open.",
    "rules": "Options of rules: `dispatch-lint explain RULE` lists them.",
    "limits": "Bounds of what a run reads.",
}  # fmt: skip


def settings_schema(rules: Mapping[str, type[Rule]], *, more_rules: bool = True) -> Schema:
    """The schema (draft-07) of a `dispatch-lint.toml`, and of the table `[tool.dispatch-lint]`.

    Args:
        rules: the rules whose names and options are known.
        more_rules: whether plugins may have others, so that no name of a rule is wrong.
    """
    properties = {
        key: {"description": description, **_value(key, rules, more_rules=more_rules)}
        for key, description in _DESCRIPTIONS.items()
    }
    return {
        "$schema": DRAFT,
        "title": "Settings of dispatch-lint",
        "description": "dispatch-lint.toml, or [tool.dispatch-lint] in pyproject.toml. Paths are "
                       "relative to the file.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }  # fmt: skip


def _value(key: str, rules: Mapping[str, type[Rule]], *, more_rules: bool) -> Schema:
    names = _texts_of(_rule_name(rules, more_rules=more_rules))
    tables: dict[str, Schema] = {
        "definitions": {"anyOf": [_TEXT, _SELECTION, {"type": "array", "items": {
            "anyOf": [_TEXT, _SELECTION]}}]},
        "base-entity": _BASE_ENTITY,
        "select": names, "ignore": names, "extend-select": names,
        "organization": {**_TEXT, "pattern": "^[A-Za-z0-9_-]+$"},
        "severity": _rules_to({"enum": [*SEVERITIES]}, rules, more_rules=more_rules),
        "fail-level": {"enum": [name for name in SEVERITIES if name != "off"]},
        "per-path": {"type": "object", "additionalProperties": names},
        "kinds": {"type": "object", "additionalProperties": _TEXT},
        "references": {"type": "object", "additionalProperties": {
            "anyOf": [_TEXT, {"type": "object", "additionalProperties": _TEXT}]}},
        "external": _texts_of({**_TEXT, "pattern": "^[^/]+/."}),
        "complete": {"type": "boolean"},
        "open-questions": _questions(),
        "rules": {
            "type": "object",
            "properties": {name: _options(rule) for name, rule in rules.items()},
            "additionalProperties": {"type": "object"} if more_rules else False,
        },
        "limits": _limits(),
    }  # fmt: skip
    single = key in ("store", "ledger", "baseline")
    schema = tables.get(key) or (_TEXT if single else _TEXTS)
    return {**schema, **_default(key)}


_SELECTION: Schema = {
    "type": "object",
    "properties": {"path": _TEXT, "include": _TEXTS, "exclude": _TEXTS},
    "required": ["path"],
    "additionalProperties": False,
}
_BASE_ENTITY: Schema = {
    "type": "object",
    "properties": {
        "type": {"description": "The Go type, as Type or package.Type.", **_TEXT},
        "fields": {
            "description": "The names of the fields, or a table of names and types.",
            "anyOf": [_TEXTS, {"type": "object", "additionalProperties": {"enum": [*WIRE_TYPES]}}],
        },
        "statuses": {"description": "The values of `status`.", **_TEXTS},
    },
    "additionalProperties": False,
}


def _texts_of(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _rule_name(rules: Iterable[str], *, more_rules: bool) -> Schema:
    known: Schema = {"enum": ["all", *rules]}
    # Names that are known are offered also where others are allowed.
    return {"anyOf": [known, {"type": "string", "pattern": _RULE_NAME}]} if more_rules else known


def _rules_to(value: Schema, rules: Mapping[str, type[Rule]], *, more_rules: bool) -> Schema:
    properties = {name: {"description": rule.summary, **value} for name, rule in rules.items()}
    more: Schema = {"patternProperties": {_RULE_NAME: value}} if more_rules else {}
    return {"type": "object", "properties": properties, **more, "additionalProperties": False}


def _default(key: str) -> Schema:
    """The default of a setting; nothing where it has none, or its parts have theirs."""
    value = getattr(Settings(), key.replace("-", "_"))
    if key == "fail-level":
        return {"default": str(value)}
    if isinstance(value, tuple) and type(value) is tuple:
        return {"default": [*value]}
    return {"default": value} if isinstance(value, bool) else {}


def _questions() -> Schema:
    hints, defaults = get_type_hints(OpenQuestions), OpenQuestions()
    properties = {
        key: {"description": description, "enum": [*get_args(hints[key.replace("-", "_")])],
              "default": getattr(defaults, key.replace("-", "_"))}
        for key, description in _QUESTIONS.items()
    }  # fmt: skip
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _limits() -> Schema:
    properties: dict[str, Schema] = {
        key: {"description": description, "type": "integer", "minimum": 1,
              "default": getattr(Limits(), key.replace("-", "_"))}
        for key, description in _LIMITS.items()
    }  # fmt: skip
    properties["depth"]["maximum"] = MAX_DEPTH
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _options(rule: type[Rule]) -> Schema:
    hints = get_type_hints(rule.Options)
    properties: dict[str, Schema] = {}
    for option in fields(rule.Options):
        schema = _of_hint(hints[option.name])
        default = default_of(option)
        if isinstance(default, str | int) or (isinstance(default, float) and isfinite(default)):
            schema["default"] = default
        properties[option.name.replace("_", "-")] = schema
    return {
        "description": rule.summary, "type": "object", "properties": properties,
        "additionalProperties": False,
    }  # fmt: skip


def _of_hint(hint: Any) -> Schema:
    """The schema of the values of an option."""
    origin = get_origin(hint)
    if origin is tuple:
        return {"type": "array", "items": _TEXT}
    if origin is Literal:
        return {"enum": [*get_args(hint)]}
    if origin in (Union, UnionType):
        choices = [_of_hint(choice) for choice in get_args(hint) if choice is not NoneType]
        return choices[0] if len(choices) == 1 else {"anyOf": choices}
    names = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object"}
    name = names.get(origin or hint)
    return {"type": name} if name else {}
