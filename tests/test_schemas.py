"""Schemas: generated, in the subset, and enforced alike by both validators."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_lint.config.settings import Settings
from dispatch_lint.definitions.builtin import builtin_folder
from dispatch_lint.definitions.model import DefinitionError
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.schema_files import drift, generate_files, write_files
from dispatch_lint.schema.kind_schema import KindSchema
from dispatch_lint.schema.validation import is_valid, schema_errors
from tests.command import run_text
from tests.conftest import Lint

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "schemas").glob("**/*.json"))
CATALOGUE = load_catalogue(Settings())


def keywords(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        yield from schema.items()
        for key, value in schema.items():
            if key in ("properties", "definitions"):
                for inner in value.values():
                    yield from keywords(inner)
            elif key not in ("x-dispatch-reference",):
                yield from keywords(value)
    elif isinstance(schema, list):
        for inner in schema:
            yield from keywords(inner)


def test_all_kinds_and_models_are_there() -> None:
    names = {folder: {file.name.split(".")[0] for file in (ROOT / "schemas" / folder).glob("*.json")}
             for folder in ("stored", "manifest")}  # fmt: skip
    assert len(names["stored"] - {"BaseEntity"}) == 20
    assert len(names["manifest"] - {"BaseEntity"}) == 20


def test_the_built_in_definitions_are_read_where_git_ignores_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in the virtual environment of a project."""
    installed = tmp_path / ".venv" / "dispatch_lint_schemas"
    shutil.copytree(builtin_folder(), installed)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("/.venv\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dispatch_lint.documents.schema_files.builtin_folder", lambda: installed)
    assert list(drift(generate_files([]), installed)) == []


def test_committed_schemas_are_what_the_definitions_generate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert list(drift(generate_files([Path("schemas/definitions")]), Path("schemas"))) == []


def test_drift_from_what_is_no_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copytree(ROOT / "schemas/stored", tmp_path / "s/stored")
    folder = tmp_path / "s/stored"
    for name in ("API", "Secret", "Image", "Source"):
        (folder / f"{name}.schema.json").unlink()
    (folder / "API.schema.json").symlink_to("/dev/zero")
    (folder / "Secret.schema.json").write_bytes(b"\xff\xfe")
    (folder / "Image.schema.json").write_text("[" * 100_000)
    (folder / "Source.schema.json").write_text('{"properties": {"code": true}}')
    files = generate_files([Path("schemas/definitions")])
    told = "\n".join(drift(files, tmp_path / "s"))
    assert "API.schema.json: no text that can be read" in told
    assert "Secret.schema.json: no text that can be read" in told
    assert "Image.schema.json: invalid JSON" in told
    assert "Source.schema.json: code: it is no schema" in told
    (folder / "API.schema.json").unlink()  # writing refuses a link that leads out
    write_files(files, tmp_path / "s")
    assert list(drift(files, tmp_path / "s")) == []


def test_drift_is_told_field_by_field(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copytree(ROOT / "schemas", tmp_path / "s")
    file = tmp_path / "s/stored/Source.schema.json"
    schema = json.loads(file.read_text())
    schema["properties"]["code"]["type"] = "integer"
    del schema["properties"]["status"]
    schema["properties"]["extra"] = {}
    file.write_text(json.dumps(schema))
    (tmp_path / "s/stored/Gone.schema.json").write_text("{}")
    (tmp_path / "s/manifest/API.schema.json").unlink()
    told = [
        line.split("/s/")[1]
        for line in drift(generate_files([Path("schemas/definitions")]), tmp_path / "s")
    ]
    assert told == [
        "manifest/API.schema.json: missing",
        "stored/Source.schema.json: code: type differ",
        "stored/Source.schema.json: extra: the definition does not have it",
        "stored/Source.schema.json: status: the schema does not have it",
        "stored/Gone.schema.json: no definition generates it",
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_schema_is_in_the_subset(file: Path) -> None:
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema_rs.Draft7Validator(schema)
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert {"type", "properties"} <= set(schema)
    for key, value in keywords(schema):
        assert key not in ("$id", "$anchor", "$defs", "unevaluatedProperties", "format")
        assert key != "$ref" or str(value).startswith("#/definitions/")
    for name, field in schema["properties"].items():
        assert field.get("description"), name


@pytest.mark.parametrize("form", ["stored", "manifest"])
def test_leniency_of_the_parser_is_in_the_schema(form: str) -> None:
    fields = CATALOGUE.kinds["Function"].forms[form].schema["properties"]  # type: ignore[index]
    manifest = form == "manifest"
    assert ("number" in fields["image"]["type"]) == manifest
    assert "null" in fields["secrets"]["type"]
    if not manifest:
        assert fields["revision"]["minimum"] == 0


def test_required_fields() -> None:
    manifest = CATALOGUE.kinds["Function"].forms["manifest"].schema
    assert sorted(manifest["required"]) == ["image", "kind", "name"]
    stored = CATALOGUE.kinds["Function"].forms["stored"].schema
    assert "createdTime" not in stored["required"] and "handler" in stored["required"]


def test_references_of_the_catalogue() -> None:
    """What is a reference although not named so, and the other way round."""
    found = {
        f"{schema.kind}.{route}": route.shape.reference
        for schema in CATALOGUE.schemas
        for route in schema.references
        if route.name != "tags"
    }
    said = {name: (one.kind, one.by) for name, one in found.items() if one}
    assert said["Driver.type"] == ("DriverType", "name")
    assert said["Function.services"] == ("ServiceInstance", "name")
    assert said["API.tls"] == said["API.API.tls"] == ("Secret", "name")
    assert said["Run.functionID"] == said["Run.functionId"] == ("Function", "id")
    assert said["Function.sourceURL"] == ("Source", "name")
    for name in (
        "DriverType.image", "Driver.image", "Secret.secrets", "Function.source", "Function.faasId",
        "ServicePlan.planID", "ServiceClass.serviceID", "ServiceBinding.bindingSecret",
        "Run.event.source", "Rule.subjects", "API.organizationId", "API.API.organizationID",
        "Policy.rules", "ServiceClass.plans",
    ):  # fmt: skip
        assert name not in said, name


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4),
    st.lists(st.text(max_size=3), max_size=2), st.just([]), st.just({}),
    st.sampled_from(["READY", "", "a-b", "a.b", "a\n", "Ö", "hello", "CREATE"]),
    st.dictionaries(st.sampled_from(["key", "value", "in", "manifest", "packages"]),
                    st.none() | st.text(max_size=3) | st.lists(st.none(), max_size=1), max_size=2),
)  # fmt: skip


class Unexplained:
    """The native validator without its errors: jsonschema says them instead."""

    def __init__(self, schema: KindSchema) -> None:
        self.is_valid = schema.validator.is_valid

    def iter_errors(self, value: object) -> Iterator[object]:
        yield from ()


@settings(max_examples=400)
@given(st.data())
def test_the_two_validators_agree(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(sorted(CATALOGUE.schemas, key=lambda s: s.kind + s.form)))
    names = sorted(schema.schema["properties"])
    value = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), VALUES, max_size=8))
    for name in schema.schema["required"]:
        if data.draw(st.booleans()):
            value.setdefault(name, data.draw(VALUES))
    slow = [
        one for one in jsonschema.Draft7Validator(schema.schema).iter_errors(value)
        if one.validator != "pattern"
    ]  # fmt: skip
    explained = list(schema_errors(schema, value))
    unexplained = replace(schema)
    vars(unexplained)["validator"] = Unexplained(schema)
    assert sorted(map(repr, schema_errors(unexplained, value))) == sorted(map(repr, explained))
    if is_valid(schema, value):
        assert not slow
    else:
        undeclared = any(one.validator == "additionalProperties" for one in slow)
        assert explained or undeclared


def test_what_is_no_number_in_json_is_none() -> None:
    """jsonschema takes it for one, the native validator does not: nor does Go write it."""
    schema = CATALOGUE.schema("Function", "manifest")
    assert schema is not None
    said = schema_errors(schema, {"kind": "Function", "name": "f", "image": float("inf")})
    assert [one.message for one in said] == ['"image" must be text, not inf']


def test_editor_schema_chooses_by_kind() -> None:
    schema = json.loads((ROOT / "schemas/dispatch.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert validator.is_valid({"kind": "Secret", "name": "a"})
    assert not validator.is_valid({"kind": "Secret", "name": "a", "image": "b"})
    assert not validator.is_valid({"kind": "Secrt", "name": "a"})
    assert "CloudEvent" not in schema["properties"]["kind"]["enum"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("package x\ntype T struct {", "x.go:2: this is not valid Go"),
        ("package x\n// +dispatch:knd=A\ntype T struct {\n\tBaseEntity\n}\n", 'unknown marker "+dispatch:knd"'),
        ("package x\n// +dispatch:form=both\ntype T struct {\n\tBaseEntity\n}\n", 'form "both" is neither'),
    ],
)  # fmt: skip
def test_bad_definitions_say_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.go").write_text(text)
    with pytest.raises(DefinitionError) as caught:
        generate_files([tmp_path / "x.go"])
    assert said in str(caught.value)


def test_schema_commands(tmp_path: Path, lint: Lint) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_text(tmp_path, "schema", *arguments)

    assert run("check").returncode == 1
    assert run("generate").returncode == 0
    assert run("check").stdout.endswith("are up to date\n")
    assert (
        json.loads(run("show", "SecretEntity", "--form", "stored").stdout)["x-dispatch-kind"]
        == "Secret"
    )
    assert run("show", "Source", "--form", "manifest").returncode == 2


def fields(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "x-dispatch-source" in schema and "description" in schema:
            yield schema
        for inner in schema.values():
            yield from fields(inner)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_editors_offer_is_valid(file: Path) -> None:
    for field in fields(json.loads(file.read_text(encoding="utf-8"))):
        for value in [
            *field.get("examples", ()),
            *([field["default"]] if "default" in field else []),
        ]:
            jsonschema.Draft7Validator(field).validate(value)
        if "enumDescriptions" in field:
            assert len(field["enumDescriptions"]) == len(field["enum"])


def test_examples_and_defaults_reach_the_schema(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text(
        "package a\n\n// +dispatch:form=manifest\n// +dispatch:kind=Widget\ntype Widget struct {\n"
        '\tName *string `json:"name"`\n'
        "\t// +dispatch:example=[1, 2]\n\t// +dispatch:example=[]\n"
        '\tSizes []int `json:"sizes"`\n'
        '\t// +dispatch:example=1\n\tText string `json:"text"`\n'
        '\tOn bool `json:"on,omitempty"`\n\tMaybe *bool `json:"maybe,omitempty"`\n}\n'
    )
    said = generate_files([tmp_path])["manifest/Widget.schema.json"]["properties"]
    assert said["sizes"]["examples"] == [[1, 2], []]
    assert said["text"]["examples"] == ["1"]
    assert said["on"]["default"] is False and "default" not in said["maybe"]
