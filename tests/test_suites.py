"""The suite of JSON Schema: both validators hold to it.

`make editors` brings it along; without it these tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dispatch_lint.schema.explainer import explainer_class
from dispatch_lint.schema.kind_schema import KindSchema
from dispatch_lint.schema.validation import is_valid

EDITORS = Path(__file__).parent.parent / ".venv/editors"
JSON_SCHEMA_SUITE = sorted((EDITORS / "jsonschema").glob("*/json/tests/draft7"))
# The keywords of our schemas, and of those that people put beside them.
KEYWORDS = [
    "additionalProperties", "allOf", "anyOf", "const", "definitions", "enum", "if-then-else",
    "items", "maximum", "maxItems", "maxLength", "minimum", "minItems", "minLength", "not", "oneOf",
    "pattern", "properties", "required", "type", "uniqueItems",
]  # fmt: skip


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
