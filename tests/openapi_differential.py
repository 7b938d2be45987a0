"""Schemas held against an independent reader of OpenAPI: what a description allows fits.

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

import jsonschema_rs

from dispatch_lint.config.limits import Limits
from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.reading import Description, read_sources
from dispatch_lint.schema.generate import entity_schema
from dispatch_lint.text.json_reader import read_json
from tests.differential import command, compare

VERSIONS = ("2.0", "3.0.3", "3.1.0")
_WORDS = ("a", "Bc", "x-y", "", "long enough text", "2024-01-02T03:04:05Z")
_FIELDS = ("size", "owner", "a-b", "level", "parts")


def is_available() -> bool:
    """Whether the independent reader is installed."""
    return find_spec("openapi_schema_validator") is not None


@dataclass(frozen=True)
class Difference:
    """A value that a description allows, and a schema refuses."""

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
        for name in ("Level", "Part", "Base"):
            self.models[name] = self.schema(2, model=name)
        self._known.append("Part")
        widget = self._object(0)
        widget["properties"] |= {"kind": {"type": "string"}, "name": {"type": "string"}}
        if self._random.random() < 0.4 and self.models["Base"].get("properties"):
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
        kind = random.choice(
            ["string", "string", "integer", "number", "boolean", "enum", "ref", "object", "array",
             "map", "any", "union"]
        )  # fmt: skip
        if depth > 2 and kind in ("object", "array", "map", "union"):
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
            return {"$ref": f"{self.prefix}{random.choice(self._known)}"}
        if kind == "object":
            return self._object(depth + 1)
        if kind == "array":
            return {"type": "array", "items": self.schema(depth + 1), **random.choice([{}, {"maxItems": 2}])}  # fmt: skip
        if kind == "map":
            return {"type": "object", "additionalProperties": self.schema(depth + 1)}
        if kind == "union" and self._version != "2.0":
            return {
                random.choice(["oneOf", "anyOf"]): [self.schema(depth + 1), self.schema(depth + 1)]
            }
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
        if "$ref" in schema:
            return self.value(self.models[schema["$ref"].rpartition("/")[2]], depth)
        if random.random() < 0.15:
            return None
        for key in ("oneOf", "anyOf"):
            if key in schema and "properties" not in schema:
                return self.value(random.choice(schema[key]), depth)
        if "enum" in schema:
            return random.choice(schema["enum"])
        if "allOf" in schema or "properties" in schema:
            return self._mapping(schema, depth)
        types = schema.get("type", random.choice(["string", "integer", "boolean"]))
        type_ = random.choice(types) if isinstance(types, list) else types
        if type_ == "array":
            return [self.value(schema["items"], depth + 1) for _ in range(random.randint(0, 3))]
        if type_ == "object":
            inner = schema.get("additionalProperties", {})
            return {word: self.value(inner, depth + 1) for word in random.sample(_WORDS, 2)}
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
    ours = jsonschema_rs.Draft7Validator(_schema(text))
    for _ in range(20):
        value = maker.value(maker.models["Widget"])
        if not isinstance(value, dict):
            continue
        value |= {"kind": "Widget", "name": "a"}
        if theirs.is_valid(value):
            for error in ours.iter_errors(value):
                yield Difference(seed, text, json.dumps(value), error.message)


def _schema(text: str) -> dict[str, Any]:
    part = next(iter(read_json(text, depth=Limits().depth)))
    found = read_sources([], [Description("api.json", part)], Conventions(foreign=True))
    return entity_schema(next(type_ for type_ in found.types if type_.name == "Widget"))


def _independent(description: dict[str, Any], version: str) -> Any:
    """The model Widget as the independent reader reads it; it knows Swagger 2.0 as OpenAPI 3.0."""
    from openapi_schema_validator import OAS30Validator, OAS31Validator

    text = json.dumps(description).replace("x-nullable", "nullable")
    document = json.loads(text)
    _close_alternatives(document)
    _close_alternatives({"oneOf": [_models(document)["Part"]]})
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
