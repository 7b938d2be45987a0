"""The mistakes that people make in manifests and rows, one to a document."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.real_entities import Fields, Plain

Fault = Callable[[Fields], Fields]


def with_fault(fields: Fields, chance: random.Random) -> Fields:
    """The same entity with one mistake, in a manifest."""
    return chance.choice(_MANIFEST + _OF_KIND.get(fields["kind"], ()))(fields)


def row_with_fault(entity: Fields, chance: random.Random) -> Fields:
    """The same entity with one mistake, in a store."""
    return chance.choice(_ROW)(entity)


def text_with_fault(text: str, chance: random.Random) -> str:
    """The same document with one mistake that only a text can have."""
    return text + chance.choice((
        "kind: Function\n", "extra: [one, two\n", "handler: 'main.handle\n", "\tindented: true\n",
    ))  # fmt: skip


def _renamed(old: str, new: str) -> Fault:
    return lambda fields: {new if name == old else name: value for name, value in fields.items()}


def _without(gone: str) -> Fault:
    return lambda fields: {name: value for name, value in fields.items() if name != gone}


def _set(name: str, value: object) -> Fault:
    return lambda fields: fields | {name: value}


_MANIFEST: tuple[Fault, ...] = (
    _set("created_at", "2026-01-01"), _set("status", "ready"), _set("status", "Active"),
    lambda fields: fields | {"kind": fields["kind"] + "s"},
    lambda fields: fields | {"name": fields["name"] + " copy"},
    lambda fields: fields | {"name": fields["name"].replace("-", "/") + "/"},
    _without("name"), _set("tags", {"role": "test"}), _set("tags", [{"key": "active", "value": Plain("yes")}]),
    _set("tags", [{"key": "version", "value": Plain("1.10")}]), _set("tag", [{"key": "a", "value": "b"}]),
    _set("lables", {"role": "test"}),
)  # fmt: skip
_OF_KIND: dict[str, tuple[Fault, ...]] = {
    "Function": (
        _renamed("image", "imageName"), _renamed("image", "img"), _without("image"),
        _set("timeout", "30s"), _set("timeOut", 3000), _set("secrets", "database"),
        _set("image", "nodejs-that-is-gone"), _set("secrets", ["no-such-secret"]),
        _set("secretNames", ["a"]), _set("source_path", "./main.py"),
    ),
    "Image": (_renamed("baseImageName", "baseImage"), _set("baseImageName", "no-such-base")),
    "BaseImage": (_renamed("dockerUrl", "dockerImage"), _without("language")),
    "API": (_renamed("uris", "urls"), _set("enabled", "true"), _set("function", "no-such-function"),
            _set("methods", "GET"), _renamed("function", "functionName")),
    "Secret": (_renamed("secrets", "secret"), _set("secrets", {"debug": Plain("on")}),
               _set("secrets", {"key": "-----BEGIN KEY-----\nAAAA\n-----END KEY-----\n"})),
    "Subscription": (_renamed("eventType", "event-type"), _without("function"),
                     _set("function", "no-such-function"), _set("eventType", "vm powered on")),
    "Driver": (_renamed("type", "driverType"), _set("config", {"seconds": 2}),
               _set("name", "Upper-Case")),
    "Policy": (_set("global", "no"), _set("rules", {"subjects": ["ci-user"]})),
}  # fmt: skip
_ROW: tuple[Fault, ...] = (
    _set("status", "ready"), _set("status", "UNKNOWN"), _set("revision", "soon"),
    _set("modifiedTime", "2020-01-01T00:00:00Z"), _set("createdTime", "yesterday"),
    _set("organizationId", ""), _without("id"), _set("created_at", "2026-01-01T00:00:00Z"),
    _set("tags", [{"key": "role", "value": "test"}]), _set("sourcPath", "./main.py"),
    lambda entity: entity | {"status": "ERROR", "reason": None},
    lambda entity: entity | {"name": entity["name"] + "/copy"},
)  # fmt: skip
