"""One character changed in a clean file: exactly that is reported, at its place."""

from __future__ import annotations

import pytest

from tests.conftest import Lint

CLEAN = """\
kind: BaseImage
name: nodejs-base
dockerUrl: example.com/nodejs-base:1
language: nodejs
---
kind: Image
name: nodejs
baseImageName: nodejs-base
---
kind: Secret
name: open-sesame
secrets:
  password: OpenSesame
---
kind: Function
name: hello
sourcePath: hello.js
image: nodejs
timeout: 30
secrets: [open-sesame]
tags:
  - key: role
    value: test
---
kind: API
name: post-hello
enabled: true
function: hello
methods:
  - POST
---
kind: Driver
name: ticker
type: clock
config:
  - key: seconds
    value: 2
---
kind: DriverType
name: clock
image: example.com/clock:1
"""

EDITS = [
    ("kind: Function", "kind: Funktion", "15:7", "unknown-kind", 'did you mean "Function"?'),
    ("kind: API", "kind: APl", "25:7", "unknown-kind", 'did you mean "API"?'),
    ("kind: Image", "kind: image", "6:7", "unknown-kind", 'did you mean "Image"?'),
    ("kind: Secret", "kimd: Secret", "10:1", "unknown-field", 'did you mean "kind"?'),
    ("sourcePath", "sourcPath", "17:1", "unknown-field", 'did you mean "sourcePath"?'),
    ("image: nodejs\n", "imagee: nodejs\n", "18:1", "unknown-field", 'did you mean "image"?'),
    ("image: nodejs\n", "Image: nodejs\n", "18:1", "unknown-field", 'must be spelled "image"'),
    ("name: hello", "nmae: hello", "16:1", "unknown-field", 'did you mean "name"?'),
    ("baseImageName", "baseImageNam", "8:1", "unknown-field", 'did you mean "baseImageName"?'),
    ("    value: test", "    valu: test", "23:5", "unknown-field", 'did you mean "value"?'),
    ("image: nodejs\n", "image: nodjs\n", "18:8", "unresolved-reference", 'mean "nodejs"?'),
    ("function: hello", "function: hullo", "28:11", "unresolved-reference", 'mean "hello"?'),
    ("[open-sesame]", "[open-sesam]", "20:11", "unresolved-reference", 'mean "open-sesame"?'),
    ("type: clock", "type: clok", "34:7", "unresolved-reference", 'mean "clock"?'),
    ("name: open-sesame", "name: open/sesame", "11:7", "name-format", 'contains "/"'),
    ("name: ticker", "name: Ticker", "33:7", "name-format", "does not match the pattern"),
    ("timeout: 30", "timeout: 3O", "19:10", "schema", "must be an integer"),
    ("timeout: 30", "timeout: 30\nstatus: RAEDY", "20:9", "status-value", 'mean "READY"?'),
    ("enabled: true", "enabled: ture", "27:10", "schema", "must be true or false"),
    ("enabled: true", "enabled: yes", "27:10", "ambiguous-scalar", "dispatch reads `yes` as true"),
    ("value: 2", "value: 02_0", "37:12", "ambiguous-scalar", 'as "16"'),
    ("  - key: role", " - key: role\n  x: y", "23:3", "syntax-error", "did not find"),
    ("secrets: [open", "secrets: [[open", "21:1", "syntax-error", "did not find expected"),
    ("language: nodejs", "name: nodejs", "4:1", "duplicate-field", "already set on line 2"),
    ("example.com/clock:1", "a---b", "41:9", "document-separator", "inside a value"),
    ("sourcePath: hello.js", "sourcePath: [hello.js]", "17:13", "schema", "text, not a list"),
    ("secrets: [open-sesame]", "secretName: open-sesame", "20:1", "foreign-key-naming", 'rename it to "secrets"'),
    ("timeout: 30", "time_out: 30", "19:1", "camel-case-fields", "timeout"),
    ("language: nodejs", "anguage: nodejs", "4:1", "unknown-field", 'mean "language"?'),
]  # fmt: skip


def test_the_clean_file_is_clean(lint: Lint) -> None:
    assert [one for one in lint(CLEAN) if one.severity > 1] == []


@pytest.mark.parametrize(
    ("old", "new", "place", "rule", "message"), EDITS, ids=[f"{e[0]}~{e[1]}".strip() for e in EDITS]
)
def test_edit(old: str, new: str, place: str, rule: str, message: str, lint: Lint) -> None:
    assert old in CLEAN
    index = CLEAN.find(old)
    text = CLEAN[:index] + new + CLEAN[index + len(old) :]
    found = [one for one in lint(text) if one.severity > 1]
    reported = [(f"{one.range.line}:{one.range.column}", one.rule) for one in found]
    # A name that is mistaken leaves what refers to it without a target, and a field that stands
    # for another leaves that one missing: the consequence is reported too, elsewhere.
    if rule in ("name-format", "duplicate-field", "syntax-error"):
        found = [one for one in found if one.rule not in ("unresolved-reference", "schema")]
        reported = [(f"{one.range.line}:{one.range.column}", one.rule) for one in found]
    assert reported == [(place, rule)]
    assert message in found[0].message
