"""What the rules say, beyond their examples: what a small mistake in one of them would change."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.api import make_checker
from dispatch_lint.config.settings import parse
from dispatch_lint.documents.source import Source
from dispatch_lint.documents.stored_entity import StoredEntity
from dispatch_lint.engine.members import Wanted
from dispatch_lint.engine.run import run
from dispatch_lint.engine.similar_names import FEW_NAMES, MAX_COMPARED
from dispatch_lint.rule import stored
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.rows import StoreRows
from tests.conftest import Lint, shown
from tests.test_cli import check

Files = str | dict[str, str]
Said = list[tuple[str, str]]
UUID = "9884824d-d16f-465a-9cc7-49330b7e1b02"


def widget(reference: str, field: str, wire: str) -> dict[str, str]:
    """A definition with a foreign key."""
    return {
        "shop.go": "package shop\n\ntype Widget struct {\n\tBaseEntity\n"
        f'\t// +dispatch:reference={reference}\n\t{field} `json:"{wire}"`\n}}\n'
    }


def entities(*several: dict[str, Any]) -> dict[str, str]:
    """Stored entities, a line each."""
    return {"e.jsonl": "".join(stored(one.pop("kind"), **one) for one in map(dict, several))}


def rows(*keys: str, **value: Any) -> dict[str, str]:
    """The same Application under some keys."""
    entity = {"id": "1", "name": "shop", "organizationId": "acme", "kind": "Application", **value}
    return {"e.jsonl": "".join(json.dumps({"key": key, "value": entity}) + "\n" for key in keys)}


def key_function(name: str, *parts: str) -> dict[str, str]:
    """Code that puts a key together."""
    asked = f'fmt.Sprintf("{"/".join(["%s"] * len(parts))}", {", ".join(parts)})'
    return {
        "shop.go": 'package shop\n\nimport "fmt"\n\n'
        f"func {name}(org, kind, name string) string {{\n\treturn {asked}\n}}\n"
    }


def struct(*fields: str, name: str = "Widget", base: str = "\tBaseEntity\n") -> dict[str, str]:
    """A definition in Go."""
    return {
        "shop.go": f"package shop\n\ntype {name} struct {{\n{base}"
        + "".join(f"\t{one}\n" for one in fields) + "}\n"
    }  # fmt: skip


def times(created: Any, modified: Any, **more: Any) -> dict[str, str]:
    return entities(
        {"kind": "Application", "createdTime": created, "modifiedTime": modified, **more}
    )


def columns(created: str, modified: str) -> dict[str, str]:
    """A row of Dispatch's table, as Postgres exports it."""
    row = {
        "key": "acme/Application/a", "id": "1", "name": "a", "organization_id": "acme",
        "created_time": created, "modified_time": modified,
        "value": {"id": "1", "name": "a", "organizationId": "acme", "status": "READY"},
    }  # fmt: skip
    return {"e.jsonl": json.dumps(row) + "\n"}


def field(name: str, type_: str, wire: str) -> str:
    return f'{name} {type_} `json:"{wire}"`'


def two(stored_fields: list[str], others: list[str], form: str = "manifest") -> dict[str, str]:
    """A stored kind in Go, and its other definition."""
    return {
        "shop.go": struct(*stored_fields)["shop.go"]
        + f"\n// +dispatch:kind=Widget\n// +dispatch:form={form}\ntype Model struct {{\n"
        + "".join(f"\t{one}\n" for one in others) + "}\n"
    }  # fmt: skip


def api(type_: str) -> str:
    """The model of a kind in OpenAPI, with a field of a type."""
    return (
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    Widget:\n      type: object\n      properties:\n"
        "        kind: {type: string}\n        name: {type: string}\n"
        f"        size: {{type: {type_}}}\n"
    )


def secret(organization: str = "acme", **more: Any) -> dict[str, Any]:
    return {"kind": "Secret", "organizationId": organization, "name": "s", "secrets": {}, **more}


def function(organization: str = "acme", **more: Any) -> dict[str, Any]:
    return {
        "kind": "Function", "organizationId": organization, "id": f"f-{organization}", "image": "i",
        "secrets": ["s"], **more,
    }  # fmt: skip


def image(**more: Any) -> dict[str, Any]:
    return {"kind": "Image", "id": "i-17", "name": "nodejs", **more}


CUT = "dispatch splits the file at this `---`, which is inside a "
CASES: list[tuple[str, Files, Said]] = [
    # A field that nobody knows does not hide the next.
    ("ambiguous-scalar", "kind: Secret\nname: a\nnope: yes\nsecrets: {b: yes}\n",
     [("/secrets/b", 'dispatch reads `yes` as "true"')]),
    ("ambiguous-scalar", "kind: API\nname: f\nfunction: i\nenabled: yes\n",
     [("/enabled", "dispatch reads `yes` as true, YAML 1.2 reads it as text")]),
    ("ambiguous-scalar", "kind: API\nname: f\nfunction: i\nenabled: 0o17\n", []),
    ("ambiguous-scalar", "kind: Function\nname: f\nimage: i\ntimeout: yes\n", []),
    *(
        ("ambiguous-scalar", f"kind: Function\nname: f\nimage: i\nsourcePath: s\ntimeout: {text}\n",
         [("/timeout", f"dispatch reads `{text}` as {said}")])
        for text, said in [
            ("010", "8, YAML 1.2 reads it as 10"), ("-010", "-8, YAML 1.2 reads it as -10"),
            ("1_000", "1000, YAML 1.2 reads it as text"), ("1_0.0", "10, YAML 1.2 reads it as text"),
            ("0o10", "text, YAML 1.2 reads it as 8"), ("1e3", "text, YAML 1.2 reads it as 1000"),
            ("5.", "text, YAML 1.2 reads it as 5"),
        ]
    ),
    *(
        ("ambiguous-scalar", f"kind: Function\nname: f\nimage: i\nsourcePath: s\ntimeout: {text}\n", [])
        for text in [
            "0x10", "+5", "1.0", "090", "1e+3", ".5e+1", "9223372036854775807", "9223372036854775808",
            "-9223372036854775809", "1_0.5", "~",
        ]
    ),
    ("ambiguous-scalar", "kind: Secret\nname: a\nsecrets: {half: 0.5, oct: 0o7, state: on}\n",
     [("/secrets/state", 'dispatch reads `on` as "true"')]),
    ("ambiguous-scalar",
     "kind: Function\nname: f\nimage: i\nsourcePath: s\ntimeout: 0x1F\nenv: {a: 1}\nhandler: on\n",
     [("/handler", 'dispatch reads `on` as "true"')]),
    # A use that sees its target does not hide one that does not.
    ("cross-organization-reference", entities(secret("a"), function("a"), function("b")),
     [("/secrets/0", 'the only Secret "s" belongs to the organization a, not to b')]),
    ("cross-organization-reference",
     entities(*(secret(one, id=one) for one in "dcba"), function("x")),
     [("/secrets/0", 'every Secret "s" belongs to the organizations a, b, c, d, not to x')]),
    ("cross-organization-reference",
     entities(*(secret(one, id=one) for one in "edcba"), function("x")),
     [("/secrets/0", 'every Secret "s" belongs to the organizations a, b, c, d, e, not to x')]),
    ("cross-organization-reference",
     entities(*(secret(one, id=one) for one in "abcdefghijk"), function("x")),
     [("/secrets/0", 'every Secret "s" belongs to the organizations a, b, c, d, e and 6 more, not to x')]),
    # Of one value, or one line of comments, once; of each.
    ("document-separator",
     "kind: Secret\n# -- a --- b --- c\nname: a\n# --- again\nsecrets:\n  k: a---b---c\n  l: d---e\n",
     [("", CUT + "comment"), ("", CUT + "comment"), ("/secrets/k", CUT + "value"),
      ("/secrets/l", CUT + "value")]),
    ("document-separator", "%YAML 1.1\n---\nkind: Secret\nname: a\n",
     [("", "dispatch splits the file at this `---`, which is behind a directive")]),
    ("duplicate-field", "kind: Secret\nname: a\nsecrets:\n  b: c\n  b: d\n",
     [("/secrets/b", 'the field "b" is already set on line 4')]),
    ("foreign-key-entity-type", widget("Secret", "SecretName string", "secretName"), []),
    ("initialism-spelling", widget("Secret", "XMLHTTPUrl string", "link"),
     [("/fields/link", 'the Go name "XMLHTTPUrl" misspells the initialism Url; rename it to "XMLHTTPURL"')]),
    ("initialism-spelling", widget("Secret", "Identity string", "identity"), []),
    ("foreign-key-entity-type", widget("Secret", "OldSecretNames []string", "oldSecretNames"), []),
    ("foreign-key-entity-type", widget("Secret", "OldSecretID string", "oldSecretID"), []),
    ("foreign-key-entity-type", widget("Secret", "Secret string", "Secret"), []),
    ("foreign-key-entity-type", widget("Secret,prefix=es://", "Url string", "url"), []),
    ("foreign-key-entity-type", widget("Secret", "OwnerName string", "ownerName"),
     [("/fields/ownerName", 'the foreign key "ownerName" refers to a Secret; rename it to "secret"')]),
    ("foreign-key-entity-type", widget("Secret", "Names []string", "Names"),
     [("/fields/Names", 'the foreign key "Names" refers to Secrets; rename it to "secrets"')]),
    ("foreign-key-naming", widget("Secret", "OwnerName string", "ownerName"),
     [("/fields/ownerName", 'the foreign key "ownerName" has a redundant suffix; rename it to "owner"')]),
    ("foreign-key-naming", widget("Secret", "OwnerNames []string", "ownerNames"),
     [("/fields/ownerNames", 'the foreign key "ownerNames" has a redundant suffix; rename it to "owners"')]),
    ("foreign-key-naming", widget("Secret", "Owner string", "owner"), []),
    ("foreign-key-plurality", widget("Secret", "OldSecret []string", "oldSecret"),
     [("/fields/oldSecret", 'the foreign key "oldSecret" holds a list; rename it to "oldSecrets"')]),
    ("foreign-key-plurality", widget("Secret", "OldSecrets string", "oldSecrets"),
     [("/fields/oldSecrets", 'the foreign key "oldSecrets" holds a single name; rename it to "oldSecret"')]),
    ("foreign-key-plurality", widget("Secret", "OldSecrets []string", "oldSecrets"), []),
    ("foreign-key-plurality", widget("Secret", "Secrets string", "secrets"),
     [("/fields/secrets", 'the foreign key "secrets" holds a single name; rename it to "secret"')]),
    ("foreign-key-plurality", widget("Secret", "Owner []string", "owner"), []),
    ("foreign-key-id-suffix", widget("Secret", "OwnerIDs []string", "ownerIDs"),
     [("/fields/ownerIDs", 'the foreign key "ownerIDs" holds a name; rename it to "owners"')]),
    ("foreign-key-id-suffix", widget("Secret", "OwnerId string", "ownerId"),
     [("/fields/ownerId", 'the foreign key "ownerId" holds a name; rename it to "owner"')]),
    # Only what holds a name, by itself, can hold a key instead of it.
    ("foreign-key-value", entities({"kind": "Run", "name": "r", "functionID": "acme/Function/f"}), []),
    ("foreign-key-value",
     "kind: Function\nname: f\nsourceURL: es://acme/Source/x\nimage: acme/Image/y\n"
     "tags:\n- key: Application\n  value: acme/Application/z\n",
     [("/image", '"acme/Image/y" is a constructed key; a foreign key holds the name "y"')]),
    ("foreign-key-value", entities(image(), function(image="i-17")),
     [("/image", '"i-17" is the ID of the Image "nodejs"; a foreign key holds its name')]),
    ("foreign-key-value", entities(image(status="DELETED"), function(image="i-17")), []),
    ("foreign-key-value", entities(secret(id="i-17"), function(image="i-17")), []),
    ("foreign-key-value", entities(function(image=UUID)),
     [("/image", f'"{UUID}" is an ID; a foreign key holds the name of the Image')]),
    # Most stored fields write ID, most of manifests Id; of URL and Url there are as many in those.
    ("initialism-spelling", "kind: Widget\nname: a\nsomeID: x\n",
     [("/someID", 'the field "someID" misspells the initialism ID; rename it to "someId"')]),
    ("initialism-spelling", "kind: Widget\nname: a\nsomeId: x\nimageUrl: x\nimageURL: x\n", []),
    ("initialism-spelling", entities({"kind": "Widget", "someId": "x", "imageUrl": "x", "someID": "x"}),
     [("/someId", 'the field "someId" misspells the initialism Id; rename it to "someID"'),
      ("/imageUrl", 'the field "imageUrl" misspells the initialism Url; rename it to "imageURL"')]),
    # Where only declared fields may stand, an undeclared one is another matter.
    ("initialism-spelling", "kind: Secret\nname: a\nsomeID: x\n", []),
    ("json-tag-malformed", struct('A string `jsno:"a"`', 'B string `json:"b,omitempt"`'),
     [("/fields/A", 'encoding/json ignores the tag key "jsno"; did you mean "json"?'),
      ("/fields/b", 'the json tag has the unknown option "omitempt"; did you mean "omitempty"?')]),
    # BaseEntity's own Spec is the guide's, nobody else's, and nothing else of it.
    ("json-tag-mismatch", struct('Spec string `json:"state"`', 'Phase string `json:"status"`',
                                 name="BaseEntity", base=""),
     [("/fields/status", 'the field is "Phase" in Go but "status" in JSON')]),
    ("json-tag-mismatch", struct('Spec string `json:"state"`', 'A string `json:"z"`', 'Z string `json:"a"`',
                                 "B string"),
     [("/fields/state", 'the field is "Spec" in Go but "state" in JSON'),
      ("/fields/z", 'the field is "A" in Go but "z" in JSON'),
      ("/fields/a", 'the field is "Z" in Go but "a" in JSON')]),
    ("json-tag-missing", struct("A string", 'B string `json:"b"`', "c string"),
     [("/fields/A", 'the field "A" has no json tag, so its JSON name is "A"')]),
    *[("kind-name", struct(name=name),
       [("", f'the type "{name}" has a redundant suffix; rename it to "{stem}"')] if stem else [])
      for name, stem in (("AbcEntity", "Abc"), ("ZyxModel", "Zyx"), ("Model", ""), ("EntityWidget", ""))],
    *[("key-format", rows(key), [("", f'the key "{key}" {problem}')]) for key, problem in (
        ("shop", "has 1 part; the guide requires <organization>/<kind>/<name>"),
        ("acme/Application/shop/x", "has 4 parts; the guide requires <organization>/<kind>/<name>"),
        ("acme//shop", "has an empty part; the guide requires <organization>/<kind>/<name>"),
        ("acme/shop/Application", "has the kind last; the guide requires <organization>/<kind>/<name>"),
        ("aaa/Application/shop", 'does not match its entity: the organization is "acme"'),
        ("zzz/Application/shop", 'does not match its entity: the organization is "acme"'),
        ("acme/Application/aaa", 'does not match its entity: the name is "shop"'),
        ("acme/Application/zzz", 'does not match its entity: the name is "shop"'),
        ("acme/Secret/shop", 'does not match its entity: the kind is "Application"'),
        ("Secret/acme/shop", 'does not match its entity: the kind is "Application"'),
    )],
    ("key-format", rows("acme/Application/shop", organizationId=5), []),
    ("key-format", rows("acme/Widget/shop", kind="Widget"), []),
    ("key-format", rows("acme/Gadget/shop", kind="Widget"),
     [("", 'the key "acme/Gadget/shop" contains an unknown kind')]),
    *[("key-layout", key_function("buildKey", *parts),
       [("", f"buildKey builds keys as {said}; the guide requires <organization>/<kind>/<name>")] if said else [])
      for parts, said in (
          (("org", "kind", "name"), ""), (("name", "org", "kind"), "<name>/<org>/<kind>"),
          (("kind", "org"), "<kind>/<org>"), (("org", "kind"), ""), (("org", "name"), ""),
          (("kind", "name"), ""), (("org", "name", "kind"), "<org>/<name>/<kind>"), (("kind",), ""),
      )],
    ("key-layout", key_function("url", "kind", "org", "name"), []),
    ("schema", "kind: Function\nname: f\nimge: i\n",
     [("", 'the required field "image" is missing')]),
    ("schema", "kind: Function\nname: f\nimage: [a]\ntimeout: x\n",
     [("/image", '"image" must be text, not a list'),
      ("/timeout", '"timeout" must be an integer, not the text "x"')]),
    *(
        ("schema", f"kind: Function\nname: f\nimage: i\ntimeout: {number}\n",
         [("/timeout", f'"timeout" must be at {bound}, not {number}')])
        for number, bound in [(2**63, f"most {2**63 - 1}"), (-(2**63) - 4096, f"least {-(2**63)}")]
    ),
    ("schema", f"kind: Function\nname: f\nimage: i\ntimeout: {2**63 - 1}\n", []),
    ("schema", f"kind: Function\nname: f\nimage: i\ntimeout: {-(2**63)}\n", []),
    ("schema", entities(secret("a", revision=2**64 - 1), secret("a", name="b", id="2", revision=2**64)),
     [("/revision", f'"revision" must be at most {2**64 - 1}, not {2**64}')]),
    # What the slip stands for is a guess.
    ("schema", "kind: Function\nname: f\nimage: i\ntimeuot: x\n", []),
    *[("time-order", times(created, modified),
       [("/modifiedTime", f"modifiedTime {modified} is before createdTime {created}")] if wrong else [])
      for created, modified, wrong in (
          ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", True),
            ("2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
          ("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.25Z", True),
          ("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.50Z", False),
          ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000001Z", False),
          ("2026-01-01T00:00:00.000000001Z", "2026-01-01T00:00:00Z", True),
          ("2026-01-01T00:00:00.1234567899Z", "2026-01-01T00:00:00.1234567891Z", False),
          ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", False),
          ("0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", False),
          ("2026-01-01T01:00:00+02:00", "2025-12-31T23:00:00Z", False),
          ("2026-01-01T01:00:00+02:30", "2025-12-31T22:29:59Z", True),
          ("2026-01-01T01:00:00-02:30", "2026-01-01T03:30:00Z", False),
          ("2026-01-01T01:00:00-02:30", "2026-01-01T03:29:59Z", True),
          (None, "2026-01-01T00:00:00Z", False), (5, "2026-01-01T00:00:00Z", False),
      )],
    *[("time-order", times(wrong, "2026-01-03T00:00:00Z"),
       [("/createdTime", f'"{wrong}" is not an RFC 3339 time such as 2026-01-31T12:00:00Z')])
      for wrong in ("2026-01-01", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z",
                    "9999-12-31T23:59:59-01:00", "2026-01-01T00:00:00", "2026-01-01T00:00:00Zx", "0000-01-01T00:00:00Z",
                    "2026-01-01T00:00:00.Z", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00+0100")],
    ("time-order", times("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", otherTime="noon"),
     [("/otherTime", '"noon" is not an RFC 3339 time such as 2026-01-31T12:00:00Z')]),
    *[("time-order", columns(created, modified),
       [("/modifiedTime", f"modifiedTime {modified} is before createdTime {created}")] if wrong else [])
      for created, modified, wrong in (
          ("2026-01-01 00:00:00", "2026-01-01 00:00:00.5", False),
          ("2026-01-02 00:00:00", "2026-01-01 00:00:00", True),
          ("2026-01-01 00:00:00+00", "2026-01-01 00:00:00+01", True),
          ("2026-01-01 00:00:00+00:30", "2026-01-01 00:00:00", False),
          ("2026-01-01T00:00:00Z", "2026-01-01 00:00:00", False),
      )],
    *[("definition-agreement", two([field("A", mine, wire)], [field("A", theirs, other)], form),
       [(f"/fields/{other}", said)] if said else [])
      for mine, theirs, wire, other, form, said in (
          # A time is a number in the API, and nowhere else.
          ("time.Time", "int64", "a", "a", "manifest", ""), ("int64", "time.Time", "a", "a", "manifest", ""),
          ("time.Time", "string", "a", "a", "manifest",
           'the field "a" of Widget is text here but a time in Widget (stored)'),
          ("time.Time", "int64", "a", "a", "stored",
           'the field "a" of Widget is a whole number here but a time in Widget (stored)'),
          ("int", "int", "aB", "ab", "manifest",
           'Widget names the field "ab" here but "aB" in Widget (stored)'),
          ("int", "int", "ab", "aB", "manifest",
           'Widget names the field "aB" here but "ab" in Widget (stored)'),
          # How a field is spelled at all is for another rule.
          ("int", "int", "ab", "AB", "manifest", ""), ("int", "any", "a", "a", "manifest", ""),
          ("int", "int", "id", "Id", "manifest", ""),
      )],
    ("definition-agreement",
     two([field("A", "int", "a"), field("B", "int", "b")], [field("A", "int", "a"), field("B", "string", "b")]),
     [("/fields/b", 'the field "b" of Widget is text here but a whole number in Widget (stored)')]),
    ("definition-agreement", {"a.yaml": api("string"), "b.yaml": api("integer")},
     [("/fields/size",
       'the field "size" of Widget is a whole number here but text in Widget (OpenAPI)')]),
    ("base-entity", two([], []), []), ("base-entity", {"a.yaml": api("string")}, []),
    *[("base-entity", struct('Name string `json:"name"`', name=name, base=base), [("", f"{name} {said}")])
      for name, base, said in (
          ("Widget", '\tBaseEntity `json:"base"`\n',
           "embeds BaseEntity with a json tag, which nests its fields"),
          ("AWidget", "\tBase BaseEntity\n", "has BaseEntity as a named field, which nests its fields"),
      )],
    ("base-entity",
     {"shop.go": "package shop\n\n// +dispatch:kind=A\n// +dispatch:form=stored\ntype A struct {}\n"},
     [("", "A is a stored kind but does not embed BaseEntity")]),
    ("time-order", times(5, "x"), [("/modifiedTime", '"x" is not an RFC 3339 time such as 2026-01-31T12:00:00Z')]),
    ("unknown-field", "kind: Function\nname: f\nimage: i\nschema: {in: {}, a: {b: c}}\n",
     [("/schema/a", '"schema" has no field "a": dispatch drops it')]),
    ("desired-state",
     entities({**secret(secrets={"desiredState": "x"}), "desired_state": "x", "desired-state": 1}),
     [(f"/{name}", f'desired state belongs in the spec (the field "state"), not in "{name}"')
      for name in ("desired_state", "desired-state")]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "files", "said"), CASES)
def test_what_a_rule_says(rule: str, files: Files, said: Said, lint: Lint) -> None:
    found = lint(files, {"select": [rule]})
    assert [(one.pointer, one.message) for one in found] == said


KEY = {"rules": {"foreign-key-value": {"accepts": "key"}}}
SETTINGS: list[tuple[str, dict[str, Any], Files, Said]] = [
    ("foreign-key-value", {"external": [f"Image/{UUID}"]}, entities(function(image=UUID)), []),
    ("foreign-key-value", KEY, "kind: Function\nname: f\nimage: i\n",
     [("/image", '"i" is a name; the settings require the key "<organization>/Image/i"')]),
    ("foreign-key-value", {"open-questions": {"foreign-key-value": "key"}, "organization": "acme"},
     "kind: Function\nname: f\nimage: i\nsecrets: [acme/Secret/s]\n",
     [("/image", '"i" is a name; the settings require the key "acme/Image/i"')]),
    ("initialism-spelling", {"rules": {"initialism-spelling": {"wire": "go"}}},
     "kind: Widget\nname: a\naUrlUrlB: x\n",
     [("/aUrlUrlB", 'the field "aUrlUrlB" misspells the initialism Url; rename it to "aURLURLB"')]),
    ("initialism-spelling", {"rules": {"initialism-spelling": {"wire": "camel"}}},
     "kind: Widget\nname: a\naURLId: x\n",
     [("/aURLId", 'the field "aURLId" misspells the initialism URL; rename it to "aUrlId"')]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "settings", "files", "said"), SETTINGS)
def test_what_a_rule_says_under_settings(
    rule: str, settings: dict[str, Any], files: Files, said: Said, lint: Lint
) -> None:
    found = lint(files, {"select": [rule], **settings})
    assert [(one.pointer, one.message) for one in found] == said


FIXES: list[tuple[str, dict[str, Any], Files, list[str]]] = [
    ("foreign-key-value", {}, "kind: Function\nname: f\nimage: acme/Image/web\n", ["write web: web"]),
    ("foreign-key-value", KEY, "kind: Function\nname: f\nimage: i\n", []),
    ("foreign-key-value", {**KEY, "organization": "acme"}, "kind: Function\nname: f\nimage: i\n",
     ["write acme/Image/i: acme/Image/i"]),
    ("schema", {}, "kind: Function\nname: f\nimage: i\ntimeout: '5'\n", ["write 5: 5"]),
    ("unresolved-reference", {},
     "kind: Function\nname: f\nimage: nodejs\n---\nkind: Image\nname: nodejx\nbaseImageName: b\n"
     "---\nkind: Image\nname: nodjs\nbaseImageName: b\n", ["write nodjs: nodjs"]),
    ("schema", {}, entities({"kind": "Application", "status": "READ"}), ['write READY: "READY"']),
    ("key-format", {}, rows("acme/shop/Application"),
     ['write acme/Application/shop: "acme/Application/shop"']),
    ("key-format", {}, rows("Application/acme/shop"),
     ['write acme/Application/shop: "acme/Application/shop"']),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "settings", "files", "fixes"), FIXES)
def test_what_a_rule_proposes(
    rule: str, settings: dict[str, Any], files: Files, fixes: list[str], lint: Lint
) -> None:
    found = lint(files, {"select": [rule], **settings})
    assert [
        f"{one.fix.message}: {', '.join(edit.text for edit in one.fix.edits)}"
        for one in found if one.fix is not None
    ] == fixes  # fmt: skip
    assert found


def application(**more: Any) -> dict[str, Any]:
    return {"kind": "Application", **more}


STATUSES = "INITIALIZED, CREATING, READY, UPDATING, DELETING, DELETED, ERROR, MISSING"
SECRET = "kind: Secret\nname: a\n"
FUNCTION = "kind: Function\nname: f\nimage: nodejs\n"
IMAGE = "---\nkind: Image\nname: {}\nbaseImageName: b\n"
INSTANCE = "kind: ServiceInstance\nname: i\nserviceClass: {}\nservicePlan: {}\n"
CLASS = {
    "kind": "ServiceClass",
    "name": "c",
    "broker": "b",
    "plans": [{"name": "p"}],
    "bindable": True,
}
Found = list[tuple[int, str, str, str]]
"""Document, path, severity and message."""
WITH_STORE: list[tuple[str, dict[str, Any], Files, dict[str, Any] | None, Found]] = [
    # Who is gone, is going, or is the same does not hide who is new.
    *[("name-reuse", {}, entities(first, application(id="3")), application(status="DELETING"),
       [(1, "/name", "error", 'the entity that holds the key "acme/Application/shop" is still DELETING')])
      for first in (application(id="2", status="DELETED"), application(id="2", status="DELETING"),
                    application(id="1", status="DELETING"), application(id=""))],
    ("name-reuse", {"organization": "acme"}, {"a.yaml": "kind: Application\nname: shop\n"},
     application(status="DELETING"),
     [(0, "/name", "warning", 'the entity that holds the key "acme/Application/shop" is still DELETING')]),
    ("name-reuse", {}, entities(application(id="3")), application(), []),
    ("name-reuse", {}, entities(application(id="1", name="b")), application(status="DELETING"), []),
    *[("reference-not-ready", {}, entities(secret(status=status), function(name="f")), None,
       [(1, "/secrets/0", "warning", said)] if said else [])
      for status, said in (
          *((one, f'the entity is READY, but the Secret "s" is {one}')
            for one in ("INITIALIZED", "CREATING", "UPDATING", "MISSING")),
          *((one, f'the Secret "s" is {one}') for one in ("DELETING", "DELETED", "ERROR")),
          ("READY", ""), ("", ""),
      )],
    # Uses that say nothing do not hide one that does.
    ("reference-not-ready", {},
     entities(secret(status="CREATING"), function(name="f", status="CREATING"),
              function("x", name="f"), function(name="g")), None,
     [(3, "/secrets/0", "warning", 'the entity is READY, but the Secret "s" is CREATING')]),
    ("revision-order", {}, entities(application(revision=None), application(revision=3)),
     application(revision=4),
     [(1, "/revision", "warning", "revision 3 is lower than revision 4 in the store")]),
    ("revision-order", {}, entities(application(revision=3)), application(revision=None), []),
    ("revision-order", {}, entities(application(revision=3)), application(revision=4, name="b"), []),
    ("revision-order", {}, entities(application(revision=5)), application(revision=4), []),
    ("status-transition", {},
     entities(application(id="2", status="CREATING"), application(id="3", name="c", status="DELETED")),
     application(name="b"),
     [(1, "/status", "warning", 'a new entity starts as INITIALIZED, CREATING or READY, not "DELETED"')]),
    *[("status-transition", {}, entities(application(**now)), application(**before), [])
      for now, before in (
          ({"id": "2", "status": "UPDATING", "revision": 1}, {"name": "b"}),
          ({"id": "2", "status": "strange"}, {"name": "b"}), ({"id": "2", "status": ""}, {"name": "b"}),
          ({"status": "ERROR"}, {"status": "DELETING"}), ({"status": "DELETED"}, {"status": "DELETED"}),
          ({"status": "strange"}, {"status": "DELETED"}), ({"status": "READY"}, {"status": "READY"}),
          ({"status": "READY", "name": "z"}, {"status": "DELETED"}),
      )],
    # A manifest says what somebody wants, not what is: it does not hide what does.
    ("status-transition", {"organization": "acme"},
     {"a.yaml": "kind: Application\nname: shop\nid: '1'\nstatus: READY\n", **entities(application())},
     application(status="DELETING"),
     [(0, "/status", "warning", "the entity was DELETING and cannot be READY again")]),
    ("revision-order", {"organization": "acme"},
     {"a.yaml": "kind: Application\nname: shop\nid: '1'\n", **entities(application(revision=3))},
     application(revision=4), [(0, "/revision", "warning", "revision 3 is lower than revision 4 in the store")]),
    # encoding/json reads one of the two all the same.
    ("json-tag-malformed", {}, struct('A string `jsno:"a"`', 'B string `json:"b,omitempt"`'), None,
     [(0, "/fields/A", "error", 'encoding/json ignores the tag key "jsno"; did you mean "json"?'),
      (0, "/fields/b", "warning",
       'the json tag has the unknown option "omitempt"; did you mean "omitempty"?')]),
    ("status-transition", {}, entities(application(id="2", status="UPDATING")), None, []),
    ("status-value", {}, entities(secret(status=""), secret(status="")), None,
     [(number, "/status", "error",
       f"the status of this Secret is empty; expected one of {STATUSES}") for number in (0, 1)]),
    ("status-value", {}, rows("acme/Application/a", "acme/Application/b", status=""), None,
     [(0, "/status", "error",
       f"the status of this Application is empty; expected one of {STATUSES} (2 entities)")]),
    ("status-value", {}, "kind: Function\nname: f\nimage: i\nstatus: 5\n", None,
     [(0, "/status", "error", f'"5" is not a status; expected one of {STATUSES}')]),
    ("status-delete-flag", {},
     entities(*(application(delete=True, status=status)
                for status in ("DELETING", "DELETED", "ERROR", "CREATING")),
              application(delete="x"), application()), None,
     [(3, "/delete", "info", '"delete" is true, but the status is "CREATING"')]),
    *[("unique-key", settings, {"a.yaml": SECRET, "b.yaml": f"{SECRET}---\n{SECRET}"}, None,
       [(0, "/name", severity, 'the key "-/Secret/a" (no organization) is already taken'),
        (1, "/name", "error", 'the key "-/Secret/a" (no organization) is already taken')])
      for settings, severity in (({}, "info"), ({"complete": True}, "warning"))],
    ("unique-key", {"organization": "acme"}, {"a.yaml": SECRET, **entities(secret(name="a"))}, None, []),
    ("unique-key", {}, entities(secret(), secret(id="2", status="DELETED"), secret(id="3")), None,
     [(2, "/name", "error", 'the key "acme/Secret/s" is already taken')]),
    ("unique-key", {}, entities(secret(id="2")), secret(), []),
    *[("unique-id", {}, entities(*several), None, said) for several, said in (
        ((application(), application(name="b"), application(name="c")),
         [(number, "/id", "error", 'the ID "1" already belongs to acme/Application/shop') for number in (1, 2)]),
        ((application(), secret(id="1")),
         [(1, "/id", "error", 'the ID "1" already belongs to acme/Application/shop')]),
        ((application(), application(organizationId="x")),
         [(1, "/id", "error", 'the ID "1" already belongs to acme/Application/shop')]),
        # The same entity again, or one of an organization that nobody names, is no other.
        ((application(), application()), []), ((application(organizationId=""), application()), []),
        # What is empty is not shared.
        ((application(id=""), application(id="", name="b")),
         [(number, "/id", "error", "the ID is empty") for number in (0, 1)]),
    )],
    *[("unique-id", {}, entities(now), before, [(0, "/id", "error", said)] if said else [])
      for now, before, said in (
          (application(), application(name="b"), 'the ID "1" already belongs to acme/Application/b'),
          (application(), application(status="DELETED"),
           'the ID "1" belonged to acme/Application/shop, which is deleted; IDs are never reused'),
          (application(status="DELETED"), application(status="DELETED"), ""),
          (application(name="b"), application(status="DELETED"),
           'the ID "1" already belongs to acme/Application/shop'),
          (application(id="2"), application(),
           'the ID changed from "1", but acme/Application/shop was not deleted'),
          # name-reuse speaks of one that is going; of one that is gone there is nothing to say.
          (application(id="2"), application(status="DELETING"), ""),
          (application(id="2"), application(status="DELETED"), ""),
          (application(id="2", status="DELETED"), application(), ""), (application(id=""), application(), "the ID is empty"),
          (application(), application(), ""),
      )],
    ("unique-id", {}, entities(application(id="2", status="DELETED"), application(id="2"), application(id="2")),
     application(id="3"),
     [(number, "/id", "error", 'the ID changed from "3", but acme/Application/shop was not deleted') for number in (1, 2)]),
    *[("unique-id", {"organization": "acme"}, {"a.yaml": f"kind: Application\nname: shop\nid: '{id_}'\n"},
       application(status=status), []) for id_, status in (("1", "DELETED"), ("2", "READY"))],
    # A use that is met, that is external, or that cannot be judged does not hide the next.
    *[("unresolved-reference", settings, files, None, said) for settings, files, said in (
        ({}, FUNCTION, []), ({}, FUNCTION + IMAGE.format("nodejs"), []),
        ({"complete": True, "external": ["Image/nodejs"]}, FUNCTION, []),
        ({"complete": True, "external": ["Image/node*"]}, FUNCTION, []),
        ({"complete": True}, FUNCTION, [(0, "/image", "error", 'there is no Image "nodejs"')]),
        ({}, FUNCTION + IMAGE.format("x"), [(0, "/image", "warning", 'there is no Image "nodejs"')]),
        ({}, FUNCTION + IMAGE.format("nodjs") + IMAGE.format("nodejx"),
         [(0, "/image", "warning",
           'there is no Image "nodejs"; did you mean "nodjs" or "nodejx"?')]),
        ({}, FUNCTION + "secrets: [a, b]\n---\nkind: Secret\nname: b\n",
         [(0, "/secrets/0", "warning", 'there is no Secret "a"')]),
        ({}, f"{FUNCTION}secrets: [a]\n---\n{FUNCTION}secrets: [a, b, b]\n---\n{SECRET}",
         [(1, f"/secrets/{number}", "warning", 'there is no Secret "b"') for number in (1, 2)]),
        ({}, entities(secret("a"), function("a"), function("b")),
         [(2, "/secrets/0", "warning", 'there is no Secret "s"')]),
        ({}, entities(secret("x"), function(name="f")),
         [(1, "/secrets/0", "warning", 'there is no Secret "s"')]),
        ({}, entities(secret(status="DELETED"), function(name="f")),
         [(1, "/secrets/0", "warning", 'there is no Secret "s"')]),
        ({}, entities({"kind": "Run", "name": "r", "functionID": "no"}, function(name="f")),
         [(0, "/functionID", "warning", 'there is no Function with the ID "no"')]),
        ({}, entities({"kind": "Run", "name": "r", "functionID": "f-acme"}, function(name="f")), []),
        ({}, {"i.yaml": INSTANCE.format("c", "p"), **entities(CLASS)}, []),
        ({}, {"i.yaml": INSTANCE.format("c", "q"), **entities(CLASS)},
         [(0, "/servicePlan", "warning", 'there is no ServicePlan "q"')]),
        ({}, {"i.yaml": INSTANCE.format("d", "p"), **entities(CLASS)},
         [(0, "/serviceClass", "warning", 'there is no ServiceClass "d"')]),
        ({}, {"i.yaml": f'{INSTANCE.format("d", "q")}---\n{INSTANCE.format("c", "q")}', **entities(CLASS)},
         [(0, "/serviceClass", "warning", 'there is no ServiceClass "d"'),
          (1, "/servicePlan", "warning", 'there is no ServicePlan "q"')]),
    )],
    ("unknown-field", {}, "kind: BaseImage\nname: n\ndockerurl: n\nlanguage: n\ncreatedtime: 1\ncolour: x\n",
     None,
     [(0, "/dockerurl", "warning", "field names are in lower case, as `dispatch get` prints "
       "them; write dockerUrl for dockerurl, createdTime for createdtime"),
      (0, "/colour", "error", 'BaseImage has no field "colour": dispatch drops it')]),
    ("unknown-field", {}, "kind: BaseImage\nname: n\ndockerurl: n\nLanguage: n\n", None,
     [(0, "/dockerurl", "warning", 'the field "dockerurl" must be spelled "dockerUrl"'),
      (0, "/Language", "warning", 'the field "Language" must be spelled "language"')]),
    ("unknown-field", {}, "kind: Policy\nname: n\nrules:\n- subject: [a]\n", None,
     [(0, "/rules/0/subject", "error", '"rules" has no field "subject"; did you mean "subjects"?')]),
    ("unused-entity", {},
     f"{SECRET}---\nkind: Secret\nname: b\n---\nkind: Function\nname: f\nimage: i\nsecrets: [b]\n"
     "---\nkind: Policy\nname: p\nrules: []\n", None,
     [(0, "/name", "info", 'nothing refers to the Secret "a"')]),
    # Who refers to it from another organization refers to another.
    ("unused-entity", {}, entities(secret(status="DELETED"), secret(name="b"), function("x", secrets=["b"])),
     None, [(1, "/name", "info", 'nothing refers to the Secret "b"')]),
    ("unused-entity", {}, entities(secret(name="b")), secret(name="c"),
     [(0, "/name", "info", 'nothing refers to the Secret "b"')]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "settings", "files", "store", "said"), WITH_STORE)
def test_what_a_rule_says_with_a_store(
    rule: str, settings: dict[str, Any], files: Files, store: dict[str, Any] | None, said: Found, lint: Lint,
) -> None:  # fmt: skip
    known = entities(store)["e.jsonl"] if store else ""
    found = lint(files, {"select": [rule], **settings}, store=known)
    assert [(one.document, one.pointer, str(one.severity), one.message) for one in found] == said


class CountingStore(MemoryStore):
    """A store in memory that keeps how much it is asked for at once."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def named(self, names: Sequence[tuple[str, str]]) -> list[StoredEntity]:
        self.asked.append(len(names))
        return super().named(names)

    def with_ids(self, identities: Sequence[str]) -> list[StoredEntity]:
        self.asked.append(len(identities))
        return super().with_ids(identities)


def test_a_store_is_asked_for_many_names_at_once() -> None:
    """It was asked for each that is missing."""
    names = [f"{number:0>70}" for number in range(3_000)]
    text = "kind: Function\nname: f\nimage: i\nsecrets:\n" + "".join(
        f"- x{name}\n" for name in names
    )
    source = Source("a.yaml", "yaml", opener=lambda: BytesIO(text.encode()))
    settings = parse({"select": ["unresolved-reference", "foreign-key-value"]})
    store = CountingStore()
    result = run(make_checker(settings), [source], store=StoreRows(store, [store]))
    assert len(result.violations) == 1_000  # of 3,001: so many are shown
    assert sum(store.asked) > 3_000
    assert len(store.asked) < 20


def test_what_a_question_wants_keeps_no_frames(lint: Lint) -> None:
    """Each of very many kept all that it went through, some kilobytes, as garbage in a circle."""
    text = "kind: Function\nname: f\nimage: i\nsecrets:\n" + "".join(
        f"- s{n}\n" for n in range(100)
    )
    gc.collect()
    gc.disable()
    try:
        lint(text)
        assert not [found for found in gc.get_objects() if type(found) is Wanted]
    finally:
        gc.enable()


def test_of_very_many_names_those_are_found_that_differ_by_a_letter(lint: Lint) -> None:
    """No more are compared one by one than `FEW_NAMES`."""
    text = (
        "kind: Secret\nname: database\n---\n"
        "kind: Function\nname: f\nimage: i\nsecrets: [databose, databoss]\n"
    )
    chosen = {"select": ["unresolved-reference"], "external": ["Image/*"]}
    few = [violation.message for violation in lint(text, chosen)]
    assert few == [
        f'there is no Secret "{name}"; did you mean "database"?'
        for name in ("databose", "databoss")
    ]
    others = "".join(f"---\nkind: Secret\nname: x{number}\n" for number in range(FEW_NAMES))
    many = [violation.message for violation in lint(text + others, chosen)]
    assert many == [few[0], 'there is no Secret "databoss"']


def test_hints_are_the_same_in_every_run(tmp_path: Path) -> None:
    """Near names are looked for in the same order, whatever hashes are, until it takes too long."""
    compared = MAX_COMPARED // FEW_NAMES
    missing = compared + 2  # each is a name too
    texts = [f"kind: Secret\nname: secret-{number:04}\n" for number in range(FEW_NAMES - missing)]
    texts += [
        f"kind: Function\nname: f{number}\nimage: i\nsecrets: [{chr(97 + number) * 3}secret-{number * 150:04}]\n"
        for number in range(missing)
    ]
    for number in range(4):
        (tmp_path / f"{number}.yaml").write_text("---\n".join(texts[number::4]))
    runs = {
        check(tmp_path, ".", "-f", "json", "--select", "unresolved-reference", "--jobs", jobs,
              PYTHONHASHSEED=seed)
        for seed in ("1", "2") for jobs in ("1", "2")
    }  # fmt: skip
    [(_, out, _)] = runs
    violations = json.loads(out)["violations"]
    messages = [
        violation["message"] for violation in violations if violation["pointer"] == "/secrets/0"
    ]
    assert len(messages) == missing
    assert sum("did you mean" in message for message in messages) == compared


@pytest.mark.parametrize(("name", "said"), [
    ("straße", ""), ("Größe", '; rename it to "größe"'), ("größe_x", '; rename it to "größeX"'), ("x²", ': it contains "²"'), ("日本", ""),
])  # fmt: skip
def test_names_beyond_ascii(name: str, said: str, lint: Lint) -> None:
    found = [violation.message for violation in lint(f"kind: Widget\nname: a\n{name}: b\n")]
    assert found == ([f'the field "{name}" is not lower camel case{said}'] if said else [])


@pytest.mark.parametrize(("number", "wrong"), [
    ("1", False), ("1.0", True), ("1e2", True), ("1E+2", True), ("-0.0", True), ("1.5", True), ("1e-1", True),
    ("18446744073709551615", False), ("1e19", True),
])  # fmt: skip
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_go_takes_no_fraction_for_an_integer(
    number: str, wrong: bool, name: str, lint: Lint
) -> None:
    text = (
        f'{{"id":"1","name":"a","organizationId":"b","status":"READY","revision":{number},"version":1,'
        '"delete":false,"createdTime":"0001-01-01T00:00:00Z","modifiedTime":"0001-01-01T00:00:00Z",'
        '"reason":null,"state":null,"tags":null,"secrets":null,"kind":"Secret"}'
    )
    found = lint({name: text}, {"select": ["schema"]})
    assert [violation.pointer for violation in found] == ["/revision"] * wrong
    row = f'{{"key": "Secret/b/a", "value": {text}}}\n'
    assert len(lint({name: row}, {"select": ["schema"]})) == wrong


@pytest.mark.parametrize(("number", "helped"), [
    ("1e3", "write 1000"), ("9007199254740991.0", "write 9007199254740991"), ("9007199254740993.0", ""),
    ("1e19", ""), ("1e30", ""), ("-1e30", ""),
])  # fmt: skip
def test_no_integer_is_offered_for_a_number_that_is_not_exact(
    number: str, helped: str, lint: Lint
) -> None:
    text = (
        f'{{"id":"1","name":"a","organizationId":"b","status":"READY","revision":{number},"version":1,'
        '"delete":false,"createdTime":"0001-01-01T00:00:00Z","modifiedTime":"0001-01-01T00:00:00Z",'
        '"reason":null,"state":null,"tags":null,"secrets":null,"kind":"Secret"}'
    )
    found = lint({"a.json": text}, {"select": ["schema"]})
    (fraction,) = [violation for violation in found if "fraction" in violation.message]
    assert fraction.help == helped
    assert (fraction.fix is not None) == bool(helped)


def test_the_numbers_of_a_manifest_are_rewritten(lint: Lint) -> None:
    for text in ("1.0", "1e+2"):
        manifest = f'{{"kind": "Function", "name": "a", "image": "b", "timeout": {text}}}'
        assert not lint({"a.json": manifest})


def test_the_line_that_declares_a_missing_entity_external(tmp_path: Path) -> None:
    text = "kind: Image\nname: a\nbaseImageName: b\n---\nkind: Function\nname: f\nimage: '[x] y'\n"
    (tmp_path / "a.yaml").write_text(text)
    lines = []
    for before in ("", "external = ['Secret/vault-*']\n"):
        (tmp_path / "dispatch-lint.toml").write_text(before)
        code, out, _ = check(tmp_path, "a.yaml")
        assert code == 1
        line = re.search(r"declare it external: (external = .*)", out)
        assert line is not None
        lines.append(line[1])
        (tmp_path / "dispatch-lint.toml").write_text(f"{line[1]}\n")
        assert check(tmp_path, "a.yaml")[0] == 0
    assert lines[1] == 'external = ["Secret/vault-*", "Image/[[]x] y"]'


@pytest.mark.parametrize(("field", "pointers"), [
    ("methods: [GET, OPTIONS]\nprotocols: [http, https]", []), ("methods: []\nprotocols:", []),
    ("methods: [GIT]", ["/methods/0"]), ("methods: [GET, get]", ["/methods/1"]),
    ("protocols: [htp, https]", ["/protocols/0"]), ("protocols: [tcp]", ["/protocols/0"]),
])  # fmt: skip
def test_what_no_gateway_takes(field: str, pointers: list[str], lint: Lint) -> None:
    found = lint(f"kind: API\nname: a\nfunction: f\n{field}\n", {"select": ["schema"]})
    assert [violation.pointer for violation in found] == pointers


@pytest.mark.parametrize(("schema", "pointers"), [
    ("in: {type: object, required: [], properties: {type: {type: [string, 'null']}}, x-a: 1}", []),
    ("in:\n  out: {additionalProperties: false, items: [{}], dependencies: {a: [b], c: {}}}", []),
    ("in: {type: 5}", ["/schema/in/type"]), ("out: {type: strin}", ["/schema/out/type"]),
    ("in: {properties: {a: {minLength: x}}}", ["/schema/in/properties/a/minLength"]),
    ("in: {required: true}", ["/schema/in/required"]), ("in: text", ["/schema/in"]),
    ("in: {exclusiveMinimum: 3}", ["/schema/in/exclusiveMinimum"]),
    ("in: {items: {properties: {a: true}}}", ["/schema/in/items/properties/a"]),
])  # fmt: skip
def test_the_schemas_of_a_function_are_json_schemas(
    schema: str, pointers: list[str], lint: Lint
) -> None:
    text = f"kind: Function\nname: a\nimage: b\nschema:\n  {schema}\n"
    assert [violation.pointer for violation in lint(text)] == pointers


@pytest.mark.parametrize(("text", "messages"), [
    # The only field that is required and missing has another name: one cause.
    ("imageUrl: x\nlanguage: l\n", ['BaseImage has no field "imageUrl"; did you mean "dockerUrl"?']),
    ("colour: x\nlanguage: l\n", ['BaseImage has no field "colour": dispatch drops it',
                                  'the required field "dockerUrl" is missing']),
    ("imageUrl: 1\nlanguage: l\n", ['BaseImage has no field "imageUrl": dispatch drops it',
                                    'the required field "dockerUrl" is missing']),
    ("imageUrl: x\n", ['BaseImage has no field "imageUrl": dispatch drops it',
                       'the required field "dockerUrl" is missing', 'the required field "language" is missing']),
    ("imageUrl: x\ndockerUrl: d\nlanguage: l\n", ['BaseImage has no field "imageUrl": dispatch drops it']),
])  # fmt: skip
def test_a_field_in_the_place_of_a_required_one(text: str, messages: list[str], lint: Lint) -> None:
    found = lint("kind: BaseImage\nname: b\n" + text)
    assert sorted(violation.message for violation in found) == sorted(messages)


def test_a_declared_name_is_reported_where_it_is_written(lint: Lint) -> None:
    """Of `baseImage` it is said what the schema calls it, and not what the guide calls that."""
    found = lint(
        "kind: Image\nname: i\nbaseImage: b\n---\nkind: Image\nname: j\nbaseImageName: b\n"
    )
    assert [(violation.rule, violation.document) for violation in found] == [
        ("unknown-field", 0), ("foreign-key-naming", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), [
    ("kind: Image\nname: a\nbaseImagename: b\n", 'warning unknown-field must be spelled "baseImageName"'),
    ("kind: Image\nname: a\nbaseImageNames: b\n", 'error unknown-field did you mean "baseImageName"?'),
    ("kind: Secret\nname: a\nsecretNames: {a: b}\n", 'error unknown-field did you mean "secrets"?'),
    ("kind: Function\nname: a\nimage: i\ncreated_at: 3\n", 'error camel-case-fields rename it to "createdTime"'),
    ("kind: Image\nname: a\nbase_image: b\n", 'error camel-case-fields rename it to "baseImageName"'),
    ("kind: Driver\nname: a\ndriver_type: b\n", 'error camel-case-fields rename it to "type"'),
    ("kind: Driver\nname: a\ntype: b\ndriverType: b\n", "error unknown-field dispatch drops it"),
    ("kind: Secret\nname: a\nfunctionName: b\n", "error unknown-field dispatch drops it"),
])  # fmt: skip
def test_advice_on_a_name_is_not_the_next_error(text: str, said: str, lint: Lint) -> None:
    field = text.splitlines()[-1].partition(":")[0]
    severity, rule, advice = said.split(" ", 2)
    found = [one for one in lint(text) if one.pointer == f"/{field}"]
    assert [(str(one.severity), one.rule) for one in found] == [(severity, rule)]
    assert found[0].message.endswith(advice)


@pytest.mark.parametrize(("fields", "said"), [
    ("image: a\nImage: b\n", ["4:1 duplicate-field"]),
    ("image: a\nIMAGE: b\nImage: c\n", ["4:1 duplicate-field", "5:1 duplicate-field"]),
    ("IMAGE: a\nimage: b\nImage: c\n", ["4:1 duplicate-field", "5:1 duplicate-field"]),
    ("IMAGE: a\nImage: b\n", ["3:1 unknown-field", "4:1 duplicate-field"]),
    ("image: a\nName: b\n", ["4:1 duplicate-field"]),
    ("image: a\nKind: Image\n", ["4:1 duplicate-field"]),
    ("image: a\ntags: [{key: a, Key: b, value: c}]\n", ["4:17 duplicate-field"]),
    ("image: a\ncolour: b\nColour: c\n", ["4:1 unknown-field", "5:1 camel-case-fields"]),
])  # fmt: skip
def test_fields_that_dispatch_reads_as_one(fields: str, said: list[str], lint: Lint) -> None:
    assert shown(lint(f"kind: Function\nname: a\n{fields}")) == said


@pytest.mark.parametrize(("key", "rules"), [
    ("", ["key-format"]),
    ("shop", ["key-format"]),
    ("acme//shop", ["key-format"]),
    ("a/b/c/d", ["key-format"]),
    ("acme/Widget/shop", ["initialism-spelling"]),  # a kind of the user's own
])  # fmt: skip
def test_names_are_judged_where_the_key_tells_the_kind(
    key: str, rules: list[str], lint: Lint
) -> None:
    entity = {"id": UUID, "name": "shop", "organizationId": "acme", "faasId": "f"}
    text = json.dumps({"key": key, "value": entity}) + "\n"
    found = lint({"rows.jsonl": text}, {"select": ["key-format", "initialism-spelling"]})
    assert [one.rule for one in found] == rules
