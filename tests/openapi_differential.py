"""Schemas held against an independent reader of OpenAPI: what a description allows fits, and no more.

Usage: python -m tests.openapi_differential [DESCRIPTIONS] [SEED]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from random import Random
from typing import Any

import jsonschema
import jsonschema_rs

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.openapi import Description
from dispatch_lint.definitions.reading import read_sources
from dispatch_lint.model.reference import Form
from dispatch_lint.schema.generate import entity_schema
from dispatch_lint.text.json_reader import read_json
from tests.differential import command, compare
from tests.go_differential import mutations

VERSIONS = ("2.0", "3.0.3", "3.1.0")
_WORDS = ("a", "Bc", "x-y", "", "long enough text", "2024-01-02T03:04:05Z")
_FIELDS = ("size", "owner", "a-b", "level", "parts")


def is_available() -> bool:
    """Whether the independent reader is installed."""
    return find_spec("openapi_schema_validator") is not None


@dataclass(frozen=True)
class Difference:
    """A value about which a description and a schema disagree."""

    seed: int
    description: str
    value: str
    message: str

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.message}\n  {self.value}\n  {self.description}"


class _Descriptions:
    """Makes random descriptions of one version, and values for them."""

    def __init__(self, random: Random, version: str) -> None:
        self._random, self._version = random, version
        self.prefix = "#/definitions/" if version == "2.0" else "#/components/schemas/"
        self.models: dict[str, Any] = {}
        self._known = ["Level"]

    def make(self) -> dict[str, Any]:
        """A description with a model Widget, which is an entity."""
        for name in ("Level", "Part", "Base", "Left", "Right"):
            self.models[name] = self.schema(2, model=name)
        self._known.append("Part")
        widget = self._object(0)
        widget["properties"] |= {"kind": {"type": "string"}, "name": {"type": "string"}}
        base = self.models["Base"]
        for name in base["properties"].keys() & widget["properties"].keys():
            # What both declare has one type: no value is a text and a list.
            if base["properties"][name].get("type", "") != widget["properties"][name].get("type"):
                del base["properties"][name]
                base["required"] = [other for other in base.get("required", ()) if other != name]
        if self._random.random() < 0.4 and base["properties"]:
            part = {"$ref": f"{self.prefix}Base"}
            widget = {"allOf": [part, widget]} if self._random.random() < 0.5 else widget | {"allOf": [part]}  # fmt: skip
        self.models["Widget"] = widget
        if self._version == "2.0":
            return {"swagger": "2.0", "definitions": self.models}
        return {"openapi": self._version, "components": {"schemas": self.models}}

    def schema(self, depth: int, model: str = "") -> dict[str, Any]:
        """A random schema."""
        random = self._random
        if model == "Level":
            return {"type": "string", "enum": ["low", "high"]}
        if model == "Base":
            return self._object(2)
        if model in ("Left", "Right"):
            told = {
                "type": "object",
                "properties": {"sort": {"type": "string"}, model.lower(): self.schema(3)},
            }
            return told | {"required": ["sort"], "additionalProperties": False}
        kind = random.choice(
            ["string", "string", "integer", "number", "boolean", "enum", "ref", "object", "array",
             "map", "any", "union", "told", "all", "const", "several"]
        )  # fmt: skip
        if depth > 2 and kind in ("object", "array", "map", "union", "all", "several"):
            kind = "string"
        schema = self._plain(kind, depth)
        return self._nullable(schema) if random.random() < 0.3 else schema

    def _plain(self, kind: str, depth: int) -> dict[str, Any]:
        random = self._random
        if kind == "string":
            texts: dict[str, Any] = random.choice(
                [{}, {"maxLength": 4}, {"minLength": 1}, {"pattern": "^[a-z]*$"}]
            )
            return {"type": "string", **texts}
        if kind in ("integer", "number"):
            limits: dict[str, Any] = random.choice([{}, {"minimum": 0}, {"maximum": 9, "minimum": -3}, {"multipleOf": 2},
                                    self._exclusive()])  # fmt: skip
            form = {"format": "int32"} if kind == "integer" and random.random() < 0.3 else {}
            return {"type": kind, **limits, **form}
        if kind == "enum":
            values: list[list[Any]] = [["a", "b"], [1, 2], [1, 2.5], ["a", 1]]
            return {"enum": random.choice(values)}
        if kind == "ref":
            ref = {"$ref": f"{self.prefix}{random.choice([*self._known, 'Widget'])}"}
            beside: dict[str, Any] = random.choice([{}, {}, {"maxLength": 3}, {"description": "A part."}])  # fmt: skip
            return ref | beside if self._version == "3.1.0" else ref
        if kind == "object":
            return self._object(depth + 1)
        if kind == "array":
            return {"type": "array", "items": self.schema(depth + 1), **random.choice([{}, {"maxItems": 2}])}  # fmt: skip
        if kind == "map":
            further = random.choice([self.schema(depth + 1), True, {}])
            return {"type": "object", "additionalProperties": further,
                    **random.choice([{}, {}, {"minProperties": 1}, {"maxProperties": 1.0}])}  # fmt: skip
        if kind == "all":
            inner = random.choice(["string", "integer", "enum", "object"])
            near: dict[str, Any] = {"maxLength": 3, "minimum": 1}
            if inner == "object":
                near = {"properties": {"other": self.schema(3)}, "required": ["other"]}
            return {"allOf": [self._plain(inner, 3), near]}
        if kind == "const" and self._version == "3.1.0":
            return {"const": random.choice(["a", 1, True])}
        if kind == "several" and self._version == "3.1.0":
            return {"type": ["string", "object"], "maxLength": 5,
                    "properties": {"size": self.schema(depth + 2)}}  # fmt: skip
        if kind == "union" and self._version != "2.0":
            return {
                random.choice(["oneOf", "anyOf"]): [self.schema(depth + 1), self.schema(depth + 1)]
            }
        if kind == "told" and self._version != "2.0":
            left, right = f"{self.prefix}Left", f"{self.prefix}Right"
            return {"oneOf": [{"$ref": left}, {"$ref": right}],
                    "discriminator": {"propertyName": "sort", "mapping": {"l": left, "r": right}}}  # fmt: skip
        return {"type": "boolean"} if kind == "boolean" else {}

    def _exclusive(self) -> dict[str, Any]:
        if self._version == "3.1.0":
            return {"exclusiveMinimum": 1}
        return {"minimum": 1, "exclusiveMinimum": True}

    def _object(self, depth: int) -> dict[str, Any]:
        random = self._random
        names = random.sample(_FIELDS, random.randint(1, 3))
        further: dict[str, Any] = random.choice([{}, {}, {"additionalProperties": True}, {"additionalProperties": False},
                                 {"additionalProperties": {"type": "integer"}}])  # fmt: skip
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: self.schema(depth + 1) for name in names},
            "required": random.sample(names, random.randint(0, 1)),
            **further,
        }
        if not schema["required"]:
            del schema["required"]
        if self._version != "2.0" and depth < 2 and random.random() < 0.2:
            schema["anyOf"] = [
                {"type": "object", "properties": {name: self.schema(depth + 2)}} for name in ("left", "right")
            ]  # fmt: skip
        return schema

    def _nullable(self, schema: dict[str, Any]) -> dict[str, Any]:
        if self._version == "3.1.0":
            if isinstance(schema.get("type"), str) and "enum" not in schema:
                return schema | {"type": [schema["type"], "null"]}
            return {"oneOf": [schema, {"type": "null"}]}
        if "$ref" in schema:
            return schema
        return schema | ({"x-nullable": True} if self._version == "2.0" else {"nullable": True})

    # Values

    def value(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """A value that probably fits a schema."""
        random = self._random
        if "$ref" in schema and depth > 4:
            return None
        if "$ref" in schema:
            return self.value(self.models[schema["$ref"].rpartition("/")[2]], depth)
        if random.random() < 0.15:
            return None
        if "discriminator" in schema:
            sort, ref = random.choice([*schema["discriminator"]["mapping"].items()])
            told = self.value(self.models[ref.rpartition("/")[2]], depth)
            return told and told | {"sort": random.choice([sort, ref.rpartition("/")[2]])}
        for key in ("oneOf", "anyOf"):
            if key in schema and "properties" not in schema:
                return self.value(random.choice(schema[key]), depth)
        if "enum" in schema:
            return random.choice(schema["enum"])
        if "const" in schema:
            return schema["const"]
        if "allOf" in schema and not any(
            part.keys() & {"$ref", "properties"} for part in schema["allOf"]
        ):
            return self.value(random.choice(schema["allOf"]), depth)
        if "allOf" in schema or "properties" in schema:
            return self._mapping(schema, depth)
        types = schema.get("type", random.choice(["string", "integer", "boolean"]))
        type_ = random.choice(types) if isinstance(types, list) else types
        if type_ == "array":
            return [self.value(schema["items"], depth + 1) for _ in range(random.randint(0, 3))]
        if type_ == "object":
            inner = schema.get("additionalProperties")
            inner = inner if isinstance(inner, dict) else {}
            words = random.sample(_WORDS, random.randint(0, 2))
            return {word: self.value(inner, depth + 1) for word in words}
        numbers = (0, 1, 2, -1, 8, 2**40)
        if type_ == "number":
            return random.choice([*numbers, 1.5, 2.5e10])
        values = {"string": random.choice(_WORDS), "integer": random.choice(numbers),
                  "boolean": random.random() < 0.5, "null": None}  # fmt: skip
        return values[type_]

    def _mapping(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for part in schema.get("allOf", ()):
            inner = self.value(part, depth)
            value |= inner if isinstance(inner, dict) else {}
        if "anyOf" in schema:
            inner = self.value(self._random.choice(schema["anyOf"]), depth + 1)
            value |= inner if isinstance(inner, dict) else {}
        for name, field in schema.get("properties", {}).items():
            if self._random.random() < 0.8 or name in schema.get("required", ()):
                value[name] = self.value(field, depth + 1)
        if schema.get("additionalProperties") is True:
            value["further"] = 1
        elif isinstance(schema.get("additionalProperties"), dict):
            value["further"] = self.value(schema["additionalProperties"], depth + 1)
        return value


def differences(seed: int) -> Iterator[Difference]:
    """The values of one random description that it allows, and our schema refuses."""
    random = Random(seed)
    version = random.choice(VERSIONS)
    maker = _Descriptions(random, version)
    description = maker.make()
    text = json.dumps(description)
    theirs = _independent(description, version)
    ours, strict = (jsonschema_rs.Draft7Validator(_schema(text, form)) for form in ("manifest", "stored"))  # fmt: skip
    for _ in range(20):
        value = maker.value(maker.models["Widget"])
        if not isinstance(value, dict):
            continue
        value |= {"kind": "Widget", "name": "a"}
        if not any(_errors(theirs, value)):
            for error in ours.iter_errors(value):
                yield Difference(seed, text, json.dumps(value), error.message)
        for changed in mutations(value, random):
            if strict.is_valid(changed) and (problem := _refused(theirs, changed)):
                yield Difference(seed, text, json.dumps(changed), f"not allowed: {problem}")


def _errors(theirs: Any, value: dict[str, Any]) -> list[Any]:
    """What the independent reader has against a value."""
    try:
        return [*theirs.iter_errors(value)]
    except TypeError:  # it wants to look up a discriminator that is a list
        return [jsonschema.ValidationError("not one of the models", schema_path=["oneOf"])]


def _refused(theirs: Any, value: dict[str, Any]) -> str:
    """Why a value is not allowed, if a schema can say that.

    A schema takes null for whatever may be missing, has the fields of all alternatives in one
    object, and does not say that only one of several alternatives may hold.
    """
    for error in _errors(theirs, value):
        path = {str(step) for step in error.absolute_schema_path}
        # What one of several schemas does not declare, another does.
        several = any(f'"{key}"' in json.dumps(theirs.schema) for key in ("allOf", "anyOf"))
        elsewhere = "additionalProperties" in path and several
        unsaid = elsewhere or bool(path & {"oneOf", "anyOf"})
        whole = isinstance(error.instance, float) and error.instance.is_integer()
        if error.instance is not None and not (unsaid or whole):
            return f"{error.json_path}: {error.message}"
    return ""


def _schema(text: str, form: Form = "manifest") -> dict[str, Any]:
    part = next(iter(read_json(text, Limits())))
    found = read_sources([], [Description("api.json", part)], Conventions(foreign=True))
    widget = next(type_ for type_ in found.types if type_.name == "Widget")
    return entity_schema(widget._replace(form=form))


def _independent(description: dict[str, Any], version: str) -> Any:
    """The model Widget as the independent reader reads it; it knows Swagger 2.0 as OpenAPI 3.0."""
    from openapi_schema_validator import OAS30Validator, OAS31Validator

    text = json.dumps(description).replace("x-nullable", "nullable")
    document = json.loads(text)
    _close_alternatives(document)
    # Both may be alternatives by `$ref`; what is in `allOf` has to be open.
    named = [_models(document)[name] for name in ("Part", "Widget")]
    _close_alternatives({"oneOf": [model for model in named if "allOf" not in model]})
    prefix = "definitions" if version == "2.0" else "components/schemas"
    reader = OAS31Validator if version == "3.1.0" else OAS30Validator
    return reader(document | {"$ref": f"#/{prefix}/Widget"})


def _models(document: dict[str, Any]) -> dict[str, Any]:
    models = document.get("definitions") or document["components"]["schemas"]
    assert isinstance(models, dict)
    return models


def _close_alternatives(value: Any) -> None:
    """Let alternatives refuse the fields that only others declare.

    JSON Schema allows them there with any value, as it does with all fields that are not declared;
    the schemas of kinds do not.
    """
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        _close_alternatives(inner)
    if not isinstance(value, dict):
        return
    parts = [*value.get("anyOf", []), *value.get("oneOf", [])]
    if "properties" not in value:
        for part in parts:
            if "properties" in part:
                part.setdefault("additionalProperties", False)
        return
    declared = [set(part.get("properties", ())) for part in parts]
    for part, own in zip(parts, declared, strict=True):
        for name in set().union(*declared) - own if own else ():
            part["properties"][name] = {"not": {}}


def run(total: int, seed: int, seconds: float = 1e9) -> tuple[int, list[Difference]]:
    """Compare random descriptions, as many as there is time for.

    Returns:
        How many descriptions, and the differences.
    """
    return compare(lambda seed, _: differences(seed), total, seed, seconds, batch=1)


def main(arguments: Sequence[str]) -> int:
    """Compare thousands of descriptions, and print the differences."""
    missing = "" if is_available() else "openapi-schema-validator"
    return command(arguments, run, "descriptions", missing)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
