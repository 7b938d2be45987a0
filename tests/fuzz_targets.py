"""What is fuzzed: for each kind of input a function that raises if something is wrong, and seeds."""

from __future__ import annotations

import io
import json
import random
import re
import tempfile
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_lint.api import make_checker
from dispatch_lint.config.settings import Settings, SettingsError, parse
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.run import run
from dispatch_lint.model.errors import InputError, StoreError
from dispatch_lint.store.bolt import BoltFile
from dispatch_lint.text.json_reader import read_json
from dispatch_lint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from dispatch_lint.text.tree import Node, Part

ROOT = Path(__file__).parent.parent
WORDS = [
    "---\n", "...\n", "kind: ", "name: ", "Function", "Secret", "status: READY\n", "status: ready\n",
    "# dispatch-lint: ignore[name-format]\n", "# dispatch-lint: ignore-file[all", "&a ", "*a", "<<: *a\n",
    "!!str ", "!x ", "| \n", ">-\n  ", "{", "}", "[", "]", "'", '"', "\\u0000", "\\", "\t", "\r\n", "\r",
    "\x00", "\ufeff", "\u2028", "\x85", "é", "😀", "\ud800", "yes", "0o17", "0x1F", "1e999", ".inf", "~",
    "? ", ": ", "- ", ",", "%YAML 1.1\n", "null", "-" * 40, "[" * 300, "{a: " * 120, "9" * 500,
    "apiVersion: v1\n", "organizationId: acme\n", "# yaml-language-server: $schema=x\n", "key", "value",
    "`json:\"a,omitempty\"`", "struct {", "BaseEntity", "*", "map[string]", "type A ", "// +dispatch:kind=",
    "openapi: 3.0.0\n", "$ref: '#/definitions/A'\n", "components:\n  schemas:\n", "allOf:\n",
]  # fmt: skip


def seeds(*patterns: str) -> list[bytes]:
    """Files of this project."""
    found = [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]
    return [path.read_bytes() for path in found if path.stat().st_size < 20_000]


def mutated(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """A text with a few mistakes: pieces that go, come twice, move, or come from elsewhere."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice([0, 1, 1, 3, 10, 60]))
        kind = chance.randrange(6)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:end] * chance.choice([1, 2, 20]) + text[end:]
        elif kind == 2:
            text = text[:start] + chance.choice(WORDS) + text[start:]
        elif kind == 3:
            text = text[:start] + chance.choice(WORDS) + text[end:]
        elif kind == 4:
            other = chance.choice(others).decode("utf-8", "surrogateescape")
            at = chance.randrange(len(other) + 1)
            text = text[:start] + other[at : at + chance.choice([5, 40, 300])] + text[end:]
        else:
            text = text[:start] + chr(chance.choice([*range(128), 0x2028, 0x10FFFF])) + text[end:]
    return b"".join(_bytes(part) for part in re.split("([\udc80-\udcff])", text[:60_000]))


def _bytes(text: str) -> bytes:
    """The bytes of a text in which those that were none of a text stand as they came."""
    byte = len(text) == 1 and "\udc80" <= text <= "\udcff"
    return text.encode("utf-8", "surrogateescape" if byte else "surrogatepass")


SETTINGS = replace(Settings(root=Path("/nowhere")), select=("all",))
LIMITS = SETTINGS.limits
CATALOGUE = load_catalogue(SETTINGS)
CHECKER = make_checker(SETTINGS)


def check(data: bytes, format_: str) -> None:
    """Nothing that is checked raises, and what is found stands in the text."""
    result = run(CHECKER, [Source("a", format_, opener=lambda: io.BytesIO(data))])
    internal = [problem for problem in result.summary.problems if "internal error" in problem]
    assert not internal, internal
    lines = len(re.findall(rb"\r\n|\r|\n", data)) + 1
    for violation in result.violations:
        place = violation.range
        assert 1 <= place.line <= place.end_line <= lines, violation
        assert place[:2] <= place[2:], violation


def documents(data: bytes) -> None:
    """YAML: each place of a document is inside of it."""
    check(data, "yaml")
    for part in read_yaml(_text(data), LIMITS):
        assert (part.problem is None) or part.value is None
        assert all(part.lines.text[start] == "#" for start, _ in part.comments())
        hold_places(part)
        for place in (*(key.range for key in part.duplicates), *(cut.range for cut in part.cuts)):
            assert place[:2] < place[2:], place


def json_documents(data: bytes) -> None:
    """JSON and JSONL, of entities and of rows: what the standard library reads is read alike."""
    check(data, "jsonl")
    check(data, "json")
    text = _text(data)
    parts = read_json(text, LIMITS)
    for part in parts:
        hold_places(part)
    if any(part.problem for part in parts):
        return
    value = json.loads(text)
    expected = value if isinstance(value, list) else [value]
    assert repr([part.value for part in parts]) == repr(expected)


def hold_places(part: Part) -> None:
    """Fail where a value stands outside of its document, or of what it is inside of.

    An alias stands for a value that is elsewhere in the document.
    """
    waiting: list[Node] = [part.node] if part.node is not None else []
    seen: set[tuple[int, int]] = set()
    while waiting:
        node = waiting.pop()
        assert part.start <= node.start <= node.end <= len(part.lines.text), (node.start, node.end)
        for start, end in node.keys.values():
            assert part.start <= start <= end <= len(part.lines.text), (start, end)
        if node.children and (node.start, node.end) not in seen:  # once, however many aliases
            seen.add((node.start, node.end))
            waiting += node.children.values()


def go(data: bytes) -> None:
    """Definitions in Go."""
    check(data, "go")


def settings(data: bytes) -> None:
    """Settings: taken, or refused in words."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return
    try:
        parse(table.get("tool", {}).get("dispatch-lint", table))
    except SettingsError as error:
        assert str(error)


def bolt(data: bytes) -> None:
    """Files of Bolt: read as far as they are whole, or refused in words."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with suppress(StoreError):
            list(BoltFile(Path(file.name), "a.db").rows())


def _text(data: bytes) -> str:
    """The text of bytes; what is no text has no second reader to agree with.

    Raises:
        InputError: The bytes are no text.
    """
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise InputError(str(error)) from error


TABLES = [
    b"select = ['all']\nfail-level = 'info'\n[severity]\nschema = 'warning'\n[limits]\ndepth = 3\n",
    b"[kinds]\n'*.yaml' = 'Secret'\n[references]\n'Driver.type' = 'DriverType'\nDriver.image = 'none'\n",
    b"[open-questions]\nkind-field = 'required'\n[rules.foreign-key-value]\naccepts = 'key'\n",
]
ROWS = [
    b'{"key": "acme/Function/f", "value": {"id": "1", "name": "f", "organizationId": "acme", "status": "READY"}}\n',
    b'[{"key": "Secret/acme/s", "id": "2", "name": "s", "type": "SecretEntity", "organization_id": "acme", '
    b'"created_time": "2026-01-01 00:00:00", "delete": "false", "reason": "null", "tags": "{}", '
    b'"value": {"id": "2", "name": "s", "organizationId": "acme", "secrets": {"a": "b"}}}]\n',
]
TARGETS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "documents": (documents, seeds("examples/**/*.yaml")),
    "suppressions": (documents, [
        b"# dispatch-lint: ignore-file[name-format] old\nkind: Secret\nname: a b\nsecrets: {}\n",
        b"---\n# dispatch-lint: ignore[unknown-field, status-value]\nkind: Secret\nnam: a\nstatus: x\n---\n"
        b"kind: Image\nname: i/j  # dispatch-lint: ignore[name-format] as it was\nbaseImageName: 'b'\n",
    ]),
    "dumps": (json_documents, [*seeds("examples/**/*.json*"), *ROWS]),
    "go": (go, seeds("schemas/definitions/*.go")),
    "openapi": (documents, [
        b"openapi: 3.0.0\ncomponents:\n  schemas:\n    Widget:\n      type: object\n      required: [name]\n"
        b"      properties:\n        name: {type: string}\n        secretName: {type: string}\n"
        b"        base: {$ref: '#/components/schemas/Widget'}\n        tags: {type: array, items: {type: string}}\n",
        b"swagger: '2.0'\ndefinitions:\n  A:\n    allOf: [{$ref: '#/definitions/B'}]\n  B:\n    type: object\n",
    ]),
    "settings": (settings, TABLES),
    "bolt": (bolt, [file.read_bytes() for file in sorted((ROOT / "tests/bolt").glob("*.db"))]),
}  # fmt: skip
