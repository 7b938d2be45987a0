"""`python tests/fuzz.py SECONDS [TARGET…]`: what users write, mutated, for as long as there is time.

Every input has to end within a time, without a traceback, and the same whichever way it is read.
What is found is written to a file that can be given to `check`, and belongs into the tests.
"""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dispatch_lint.documents import json_placed, json_text, yaml_placed, yaml_text
from dispatch_lint.documents.source import Format, InputError, Source
from dispatch_lint.engine import Run
from dispatch_lint.plugins import instantiate, load_rules
from dispatch_lint.schema.load import load_catalogue
from dispatch_lint.settings import Settings, SettingsError, parse
from dispatch_lint.violation import Violation
from tests.readers import agree

ROOT = Path(__file__).parent.parent
MAX_SECONDS = 10
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


def seeds(*patterns: str) -> list[str]:
    """The texts of files of this project."""
    return [
        path.read_text("utf-8")
        for one in patterns
        for path in sorted(ROOT.glob(one))
        if path.stat().st_size < 20_000
    ]


def mutated(chance: random.Random, text: str, others: list[str]) -> str:
    """A text with a few mistakes: pieces that go, come twice, move, or come from elsewhere."""
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
            other = chance.choice(others)
            at = chance.randrange(len(other) + 1)
            text = text[:start] + other[at : at + chance.choice([5, 40, 300])] + text[end:]
        else:
            text = text[:start] + chr(chance.choice([*range(128), 0x2028, 0x10FFFF])) + text[end:]
    return text[:60_000]


SETTINGS = Settings(root=Path("/nowhere"))
CATALOGUE = load_catalogue(SETTINGS)
RULES = instantiate(load_rules(), replace(SETTINGS, select=("all",)), CATALOGUE)


def new_run() -> Run:
    """A run of every rule; what takes long to load is loaded once."""
    return Run(SETTINGS, CATALOGUE, RULES)


def violations(text: str, format_: Format, name: str = "a") -> list[Violation]:
    """What is found in a text."""
    data = text.encode("utf-8", "surrogatepass")
    run = new_run()
    found = list(run.lint([Source(name, format_, opener=lambda: io.BytesIO(data))]))
    internal = [one for one in run.summary.problems if "internal error" in one]
    assert not internal, internal
    return found


def documents(text: str) -> None:
    """YAML: what the fast reader says is what the slow one says, and nothing raises."""
    violations(text, "yaml")
    try:
        values = yaml_text.read_values(text)
    except UnicodeEncodeError:
        values = None
    agree(values, yaml_placed.read_placed(text))


def json_documents(text: str) -> None:
    """JSON and JSONL."""
    violations(text, "jsonl")
    violations(text, "json")
    values = json_text.read_values(text)
    if values is not None:
        parts = json_placed.read_placed(text)
        assert repr([part.value for part in parts]) == repr(values)


def go(text: str) -> None:
    """Go definitions."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.go"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        run = new_run()
        list(run.lint([Source(str(file), "go")]))
        assert not [one for one in run.summary.problems if "internal error" in one]


def settings(text: str) -> None:
    """Settings: taken, or refused in words."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    try:
        parse(table.get("tool", {}).get("dispatch-lint", table))
    except SettingsError as error:
        assert str(error)


TABLES = [
    "select = ['all']\nfail-level = 'info'\n[severity]\nschema = 'warning'\n[limits]\ndepth = 3\n",
    "[kinds]\n'*.yaml' = 'Secret'\n[references]\n'Driver.type' = 'DriverType'\nDriver.image = 'none'\n",
    "[open-questions]\nkind-field = 'required'\n[rules.foreign-key-value]\naccepts = 'key'\n",
]
ROWS = [
    '{"key": "acme/Function/f", "value": {"id": "1", "name": "f", "organizationId": "acme", "status": "READY"}}\n',
    '[{"key": "Secret/acme/s", "id": "2", "name": "s", "type": "SecretEntity", "organization_id": "acme", '
    '"created_time": "2026-01-01 00:00:00", "delete": "false", "reason": "null", "tags": "{}", '
    '"value": {"id": "2", "name": "s", "organizationId": "acme", "secrets": {"a": "b"}}}]\n',
]
TARGETS: dict[str, tuple[Callable[[str], None], list[str]]] = {
    "documents": (documents, seeds("examples/**/*.yaml")),
    "suppressions": (documents, [
        "# dispatch-lint: ignore-file[name-format] old\nkind: Secret\nname: a b\nsecrets: {}\n",
        "---\n# dispatch-lint: ignore[unknown-field, status-value]\nkind: Secret\nnam: a\nstatus: x\n---\n"
        "kind: Image\nname: i/j  # dispatch-lint: ignore[name-format] as it was\nbaseImageName: 'b'\n",
    ]),
    "dumps": (json_documents, [*seeds("examples/**/*.json*"), *ROWS]),
    "go": (go, seeds("schemas/definitions/*.go")),
    "openapi": (documents, [
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    Widget:\n      type: object\n      required: [name]\n"
        "      properties:\n        name: {type: string}\n        secretName: {type: string}\n"
        "        base: {$ref: '#/components/schemas/Widget'}\n        tags: {type: array, items: {type: string}}\n",
        "swagger: '2.0'\ndefinitions:\n  A:\n    allOf: [{$ref: '#/definitions/B'}]\n  B:\n    type: object\n",
    ]),
    "settings": (settings, TABLES),
}  # fmt: skip


def fuzz(name: str, seconds: float, seed: int) -> int:
    """Run one target.

    Returns:
        How many inputs failed.
    """
    target, texts = TARGETS[name]
    chance = random.Random(seed)
    end, tried, failed, slowest = time.monotonic() + seconds, 0, 0, 0.0
    pool = list(texts)
    while time.monotonic() < end and failed < 20:
        text = mutated(chance, chance.choice(pool), pool)
        tried += 1
        if chance.random() < 0.05:  # mistakes upon mistakes
            pool[chance.randrange(len(pool)) if len(pool) > 200 else len(pool) :] = [text]
        start = time.monotonic()
        signal.alarm(MAX_SECONDS)
        try:
            target(text)
        except InputError:
            pass
        except BaseException:
            failed += 1
            file = Path(tempfile.gettempdir()) / f"fuzz-{name}-{seed}-{tried}.txt"
            file.write_bytes(text.encode("utf-8", "surrogatepass"))
            print(f"{name}: {file}\n{traceback.format_exc(limit=-6)}", flush=True)
        finally:
            signal.alarm(0)
        slowest = max(slowest, time.monotonic() - start)
        if len(pool) > 400:
            pool = list(texts)
    print(
        f"{name}: {tried:,} inputs, {failed} failed, the slowest took {slowest:.1f} s", flush=True
    )
    return failed


def _too_long(*_: object) -> None:
    raise TimeoutError(f"it takes more than {MAX_SECONDS} s")


def main() -> None:
    """Run targets one after the other; the exit code says whether all went well."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    signal.signal(signal.SIGALRM, _too_long)
    seed = int(os.environ.get("FUZZ_SEED", time.time()))
    print(f"FUZZ_SEED={seed}")
    failed = sum(fuzz(name, seconds, seed) for name in sys.argv[2:] or TARGETS)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
