"""Generated corpora: manifests, stored entities and rows of a store; clean, and with faults."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.corpus import ODD_FIELDS, entities, manifests, varied, write_files
from tests.golden.writing import json_lines, write

SEED = 25
DOCUMENTS = 300
STYLES = {"uniform": manifests, "varied": varied}
SHARES = {"clean": 0.0, "faulty-1": 0.01, "faulty-20": 0.2}
SIZES = {"single": 1, "fifty": 50}


def write_generated(folder: Path) -> None:
    """Write the folders `corpora`, `jsonl`, `stored` and `estate`."""
    for style, texts in STYLES.items():
        for share_name, share in SHARES.items():
            for size_name, size in SIZES.items():
                name = f"{style}-{share_name}-{size_name}"
                write_files(folder / "corpora" / name, DOCUMENTS, size, share, texts)
    write(folder / "jsonl", {
        "clean.jsonl": json_lines(entities(600)),
        "faulty-1.jsonl": json_lines(_faulty(entities(600), 100)),
        "faulty-20.jsonl": json_lines(_faulty(entities(600), 5)),
        "list.json": json.dumps(list(_faulty(entities(300), 5)), indent=1),
        "manifests.jsonl": json_lines(_manifest_values(200)),
        "broken.jsonl": _broken_lines(),
    })  # fmt: skip
    rows = list(_faulty_rows())
    write(folder / "stored", {
        "postgres.json": json.dumps([_postgres_row(*row) for row in rows], indent=1),
        "postgres.jsonl": json_lines(_postgres_row(*row) for row in rows),
        "libkv.jsonl": json_lines(_libkv_row(*row) for row in rows),
        "libkv.json": json.dumps([_libkv_row(*row) for row in rows]),
    })  # fmt: skip
    write(folder / "estate", {"estate.jsonl": json_lines(_estate())})


def _faulty(values: Iterator[dict[str, Any]], every: int) -> Iterator[dict[str, Any]]:
    """The same entities, each `every`th with a fault of another kind."""
    faults: list[dict[str, Any]] = [
        *ODD_FIELDS, {"name": "two words"}, {"kind": "Functon"}, {"createdTime": "yesterday"},
        {"delete": "no"}, {"modifiedTime": "2025-01-01T00:00:00Z"}, {"tags": {"a": 1}},
        {"organizationId": ""}, {"status": "ERROR"}, {"reason": ["late"]}, {"id": 7},
    ]  # fmt: skip
    for number, value in enumerate(values):
        yield value | faults[number // every % len(faults)] if number % every == 0 else value


def _manifest_values(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(SEED)
    for number in range(count):
        value: dict[str, Any] = {
            "kind": "Function", "name": f"function-{number}", "image": f"image-{number % 7}",
            "sourcePath": "src", "secrets": [f"secret-{number % 5}"], "timeout": number,
        }  # fmt: skip
        if number % 9 == 0:
            value |= chance.choice(
                [{"imageName": "x"}, {"status": "ready"}, {"timeout": "soon"}, {"Name": "y"}]
            )
        yield value
    for number in range(6):
        yield {"kind": "Image", "name": f"image-{number}", "baseImage": "base", "größe": "é😀"}


def _broken_lines() -> str:
    """Lines of JSON, among them some that are none."""
    lines = [json.dumps(value) for value in entities(60)]
    lines[3] = lines[3][:-1]
    lines[7] = ""
    lines[9] = "not json"
    lines[12] = '{"kind": "Secret", "kind": "Image", "name": "twice"}'
    lines[15] = '{"kind": "Secret", "name": "\\u00e9 \\/"}'
    lines[20] = '{"kind": "Secret", "name": "a", "revision": 123456789012345678901234567890}'
    lines[21] = '{"kind": "Secret", "name": "b", "revision": NaN}'
    lines[22] = "[" + lines[22] + "]"
    lines[25] = "\t" + lines[25] + "  "
    lines[30] = '"text"'
    return "\n".join(lines)


def _base(chance: random.Random, kind: str, name: str, organization: str) -> dict[str, Any]:
    return {
        "kind": kind, "id": f"{chance.getrandbits(64):016x}", "name": name,
        "organizationId": organization, "createdTime": "2026-02-01T10:00:00.5Z",
        "modifiedTime": "2026-02-02T10:00:00Z", "revision": chance.randrange(9), "version": 0,
        "state": None, "status": chance.choice(["READY", "READY", "CREATING", "DELETING", "ERROR"]),
        "reason": None, "tags": None, "delete": False,
    }  # fmt: skip


def _faulty_rows() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """`(key, kind, value)` of rows in both layouts of keys, some of them wrong."""
    chance = random.Random(SEED)
    kinds = ["Secret", "Image", "Function", "API", "Application", "Subscription", "ServiceInstance"]
    for number in range(80):
        kind = chance.choice(kinds)
        name, organization = f"{kind.lower()}-{number}", chance.choice(["acme", "globex"])
        value = _base(chance, kind, name, organization)
        if kind == "Function":
            value |= {"image": f"image-{chance.randrange(80)}", "secrets": [], "faasId": "f"}
        key = f"{organization}/{kind}/{name}"
        fault = chance.randrange(14)
        if fault == 0:
            key = f"{kind}/{organization}/{name}"
        elif fault == 1:
            key = f"{organization}/{kind}/other"
        elif fault == 2:
            key = f"{organization}-{kind}-{name}"
        elif fault == 3:
            value |= {"status": "ready"}
        elif fault == 4:
            value |= {"unknown_field": [1, {"a": None}]}
        elif fault == 5:
            del value["id"]
        elif fault == 6:
            value |= {"delete": True}
        if chance.random() < 0.5:
            del value["kind"]
        yield key, kind, value


def _postgres_row(key: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": key, "id": value.get("id"), "name": value["name"], "type": kind,
        "organization_id": value["organizationId"], "created_time": value["createdTime"],
        "modified_time": value["modifiedTime"], "revision": value["revision"],
        "version": value["version"], "spec": None, "status": value["status"], "reason": None,
        "tags": value["tags"], "delete": value["delete"], "value": value,
    }  # fmt: skip


def _libkv_row(key: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"bucket": "dispatch", "key": key, "lastIndex": 7, "value": value}


def _estate() -> Iterator[dict[str, Any]]:
    """Entities of three organizations that refer to each other, with what goes wrong between them."""
    chance = random.Random(SEED)
    organizations = ["acme", "globex", "initech"]
    for name in organizations:
        yield _base(chance, "Organization", name, name)
    for number in range(60):
        organization = chance.choice(organizations)
        yield _base(chance, "Image", f"image-{number % 50}", organization) | {
            "baseImageName": "base"
        }
    for number in range(60):
        yield _base(chance, "Secret", f"secret-{number % 55}", chance.choice(organizations)) | {
            "secrets": {"a": "b"}
        }
    for number in range(200):
        value = _base(chance, "Function", f"function-{number % 190}", chance.choice(organizations))
        image = f"image-{chance.randrange(55)}"
        value |= {
            "image": chance.choice([image, image, image, f"acme/Image/{image}", "imag-1", ""]),
            "secrets": [f"secret-{chance.randrange(60)}"], "handler": "h", "faasId": "f",
            "imageURL": "", "schema": {}, "timeout": 0,
        }  # fmt: skip
        if number % 40 == 0:
            value["id"] = "0" * 16
        if number % 11 == 0:
            value["tags"] = {"Application": chance.choice(["shop", "shpo"])}
        yield value
    yield _base(chance, "Application", "shop", "acme")
