"""Rows as Dispatch's stores hold them, made of the manifests that they were created from."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

from benchmarks.real_entities import TEXTS, Fields, projects

UNSET = "0001-01-01T00:00:00Z"
TABLES = {"Secret": "SecretEntity"}
"""What a kind is called in a store, where that is another name."""


def rows(seed: int) -> Iterator[Fields]:
    """Stored entities without end, each with its kind and all fields."""
    for number, project in enumerate(projects(seed)):
        chance = random.Random(f"{seed}/rows/{number}")
        for manifest in project:
            yield from _stored(manifest, chance)


def column_row(entity: Fields, number: int, key: str) -> Fields:
    """An entity as a row of the table in PostgreSQL: the base fields as columns, and all of it as a value."""
    value = {name: item for name, item in entity.items() if name != "kind"}
    kind = entity["kind"]
    return {
        "key": key, "id": value.get("id", ""), "name": value["name"],
        "type": TABLES.get(kind, kind), "organization_id": value["organizationId"],
        "created_time": value["createdTime"], "modified_time": value["modifiedTime"],
        "revision": number, "version": 0, "status": value["status"], "delete": value["delete"],
        "spec": value["state"], "reason": value["reason"], "tags": value["tags"],
        "value": value | {"revision": number - 1},
    }  # fmt: skip


def _stored(manifest: Fields, chance: random.Random) -> Iterator[Fields]:
    """The row of a manifest, after that of the source code of a function, which is stored by itself."""
    kind = manifest["kind"]
    own = {name: value for name, value in manifest.items() if name not in ("kind", "name", "tags")}
    tags = {tag["key"]: _text(tag["value"]) for tag in manifest.get("tags", ())}
    base = _base(kind, manifest["name"], tags or None, chance)
    if kind == "Function":
        source = _base("Source", _uuid(chance), None, chance)
        code = base64.b64encode(chance.randbytes(chance.randrange(60, 400))).decode()
        yield source | {"code": code}
        own |= {"source": source["name"]}
    yield base | _derived(kind, own, base, chance)


def _base(kind: str, name: str, tags: dict[str, str] | None, chance: random.Random) -> Fields:
    created = f"2026-{chance.randrange(1, 7):02}-{chance.randrange(1, 29):02}T{chance.randrange(24):02}:00:00.{chance.randrange(1, 10**9):09}Z"
    is_changed = chance.random() < 0.5
    status = chance.choices(("READY", "ERROR"), (97, 3))[0]
    if kind in ("Source", "Secret", "BaseImage", "Image", "Function", "DriverType", "ServiceInstance"):  # fmt: skip
        status = "READY"  # others refer to it
    return {
        "kind": kind, "id": _uuid(chance), "name": name, "organizationId": "acme",
        "createdTime": created,
        "modifiedTime": created.replace("2026", "2027") if is_changed else created,
        "revision": chance.randrange(1, 40) if is_changed else 0, "version": 0,
        "state": chance.choice((None, None, None, {"replicas": "2", "mode": "blue"})),
        "status": status, "reason": [chance.choice(TEXTS)] if status == "ERROR" else None,
        "tags": tags, "delete": False,
    }  # fmt: skip


def _derived(kind: str, own: Fields, base: Fields, chance: random.Random) -> Fields:
    """What a kind has beside the base fields, from the fields of a manifest."""
    if kind == "Function":
        return {
            "faasId": _uuid(chance), "sourceURL": f"es://{own['source']}",
            "handler": own.get("handler", ""), "image": own["image"], "imageURL": "",
            "functionImageURL": f"registry.example.com/acme/{base['id']}", "schema": own.get("schema", {}),
        } | {name: own[name] for name in ("secrets", "services", "timeout") if name in own}  # fmt: skip
    if kind == "API":
        gateway = {name: value for name, value in own.items() if value is not False}
        return {"API": {"name": f"acme-{base['name']}", "organizationID": "acme"} | gateway}
    if kind == "Policy":
        nothing = {
            "id": "", "name": "", "organizationId": "", "createdTime": UNSET, "modifiedTime": UNSET,
            "revision": 0, "version": 0, "state": None, "status": "", "reason": None, "tags": None,
            "delete": False,
        }  # fmt: skip
        return own | {"rules": [nothing | rule for rule in own["rules"]]}
    if kind == "Secret":
        return {"secrets": {key: _text(value) for key, value in own["secrets"].items()}}
    if kind == "Driver":
        config = {entry["key"]: _text(entry["value"]) for entry in own["config"]}
        return own | {"config": config, "image": "", "expose": False, "url": ""}
    return _STORED_ONLY.get(kind, {}) | own


_STORED_ONLY: dict[str, Fields] = {
    "BaseImage": {"lastPullTime": UNSET},
    "Image": {"dockerUrl": "", "language": "nodejs", "runtimeDependencies": {"manifest": ""},
              "systemDependencies": {"packages": None}, "lastPullTime": UNSET},
    "DriverType": {"expose": False, "builtIn": False},
    "ServiceInstance": {"namespace": "", "secretParameters": None, "instanceID": "", "bind": True},
    "ServiceAccount": {"jwtAlgorithm": "RS256"},
}  # fmt: skip


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str) else json.dumps(value)


def _uuid(chance: random.Random) -> str:
    digits = f"{chance.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
