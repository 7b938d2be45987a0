"""Entities as a team that uses Dispatch has them: images, secrets, drivers, functions and what calls them.

A project is a group of manifests that refer to each other. Names are ASCII; texts are in several alphabets.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Fields = dict[str, Any]


class Plain(str):
    """A text that is written as it is, without quotes."""


LANGUAGES = ("nodejs", "python3", "java", "powershell")
SUFFIXES = {"nodejs": "js", "python3": "py", "java": "java", "powershell": "ps1"}
VERBS = (
    "resize", "send", "import", "export", "clean", "notify", "index", "sign", "merge", "score",
    "archive", "convert", "validate", "enrich", "route", "encrypt", "publish", "sync",
)  # fmt: skip
NOUNS = (
    "image", "invoice", "order", "report", "customer", "thumbnail", "metric", "ticket", "parcel",
    "payment", "alert", "log", "backup", "session", "message", "catalogue", "price", "contract",
)  # fmt: skip
TEAMS = ("checkout", "Gießerei Süd", "données", "склад", "配送", "ops", "platform", "Ünal & Söhne")
TEXTS = (
    "Sends the invoice to the customer", "Prüft Aufträge, bevor sie ins Lager gehen",
    "Redimensionne les images déposées par les clients", "Проверяет остатки на складе",
    "配送状況を確認する", "Keeps what the auditors ask for", "Años fiscales: entrada y salida",
    "Called from the nightly job; see the runbook before you change the timeout",
    "Łączy rekordy klientów z dwóch źródeł", "Only for the demo, don't use it elsewhere",
)  # fmt: skip
PROPERTIES = (
    "name", "place", "email", "amount", "currency", "createdAt", "items", "address", "bucket",
    "path", "width", "height", "retries", "customerId", "locale", "callback", "comment", "labels",
)  # fmt: skip
EVENTS = ("created", "deleted", "changed", "tick", "vm.powered.on", "uploaded", "failed")


def projects(seed: int) -> Iterator[list[Fields]]:
    """Groups of 15 to 35 manifests without end; what is referred to comes before what refers to it."""
    shared: list[str] = []
    for number in count():
        project = _Project(number, random.Random(f"{seed}/project/{number}"), shared)
        yield project.manifests()
        # The images of the first project are used by all of them.
        shared = shared or project.images


@dataclass
class _Project:
    """One project in the making: what has a name can be referred to by what follows."""

    number: int
    chance: random.Random
    shared: list[str]
    images: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    drivers: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    def manifests(self) -> list[Fields]:
        """All manifests of the project."""
        chance = self.chance
        self._pairs = [(verb, noun) for verb in VERBS for noun in NOUNS]
        chance.shuffle(self._pairs)
        self._joined: Callable[[list[str]], str] = chance.choice(
            ("-".join, "-".join, "-".join, "_".join, _camel)
        )
        steps: tuple[tuple[int, Callable[[], list[Fields]]], ...] = (
            (1, self._image), (chance.randrange(2, 6), self._secret),
            (chance.randrange(2), self._driver), (chance.randrange(2), self._service),
            (chance.randrange(6, 16), self._function), (chance.randrange(1, 5), self._api),
            (chance.randrange(1, 4), self._subscription), (chance.randrange(2), self._policy),
            (int(chance.random() < 0.3), self._account),
        )  # fmt: skip
        found = [manifest for times, step in steps for _ in range(times) for manifest in step()]
        if self.number % 20 == 0:
            found.insert(0, {"kind": "Organization", "name": f"org-{self.number}"})
        return found

    def _name(self, *words: str) -> str:
        return self._joined([*words, str(self.number)])

    def _tags(self) -> Fields:
        chance = self.chance
        if chance.random() < 0.35:
            return {}
        values: tuple[tuple[str, object], ...] = (
            ("role", chance.choice(("test", "prod", "demo"))), ("team", chance.choice(TEAMS)),
            ("note", chance.choice(TEXTS)), ("tier", chance.randrange(1, 5)),
            ("since", chance.choice((Plain("2026-03-01"), "2025-11-30T08:00:00Z"))),
            ("cost-centre", f"{chance.randrange(10_000):05}"), ("version", "1.10"),
        )  # fmt: skip
        chosen = chance.sample(values, chance.choice((1, 1, 1, 2, 2, 3)))
        return {"tags": [{"key": key, "value": value} for key, value in chosen]}

    def _image(self) -> list[Fields]:
        chance = self.chance
        found: list[Fields] = []
        for language in chance.sample(LANGUAGES, chance.choice((1, 1, 2))):
            base = self._name(language, "base")
            version = f"0.{chance.randrange(9)}.{chance.randrange(30)}"
            found.append({"kind": "BaseImage", "name": base, "language": language,
                          "dockerUrl": f"registry.example.com/acme/{language}-base:{version}"} | self._tags())  # fmt: skip
            image: Fields = {"kind": "Image", "name": self._name(language), "baseImageName": base}
            if chance.random() < 0.4:
                libraries = [f"{noun}-client=={chance.randrange(9)}.{chance.randrange(20)}"
                             for noun in chance.sample(NOUNS, 4)]  # fmt: skip
                image["runtimeDependencies"] = {"manifest": "\n".join(libraries) + "\n"}
            if chance.random() < 0.2:
                image["systemDependencies"] = {"packages": [{"name": "curl", "version": "7.61.1-r3"},
                                                            {"name": "libxml2", "version": "2.9.10"}]}  # fmt: skip
            self.images.append(image["name"])
            found.append(image | self._tags())
        return found

    def _secret(self) -> list[Fields]:
        chance = self.chance
        entries: dict[str, object] = {
            "username": f"svc-{chance.choice(NOUNS)}",
            "password": f"{chance.getrandbits(60):x}!{chance.choice('äöß%&@')}",
            "token": f"{chance.getrandbits(160):040x}",
            "url": f"postgres://db-{self.number}.example.com:5432/{chance.choice(NOUNS)}?sslmode=require",
            "validUntil": Plain(f"2027-0{chance.randrange(1, 10)}-01T00:00:00Z"),
            "port": chance.randrange(1024, 65536), "enabled": True,
            "account": "0042", "comment": chance.choice(TEXTS),
            "tls.key": _armour(chance), "config.json": '{"retries": 3, "hosts": ["a", "b"]}',
            "hosts": "10.0.0.1 a.example.com\n10.0.0.2 b.example.com\n",
        }  # fmt: skip
        keys = chance.sample(sorted(entries), chance.choice((1, 2, 2, 3, 4)))
        name = self._name(self._pairs.pop()[1], chance.choice(("key", "login", "secret")), str(len(self.secrets)))  # fmt: skip
        self.secrets.append(name)
        secret = {"kind": "Secret", "name": name, "secrets": {key: entries[key] for key in keys}}
        return [secret | self._tags()]

    def _driver(self) -> list[Fields]:
        chance = self.chance
        verb, noun = self._pairs.pop()
        type_ = f"{noun}-events-{self.number}"
        name = f"{verb}-{noun}-{self.number}"
        self.drivers.append(noun)
        driver: Fields = {"kind": "Driver", "name": name, "type": type_, "config": [
            {"key": "seconds", "value": chance.randrange(1, 600)},
            {"key": "host", "value": f"vc-{self.number}.example.com:443"},
        ][: chance.choice((1, 2))]}  # fmt: skip
        if self.secrets and chance.random() < 0.6:
            driver["secrets"] = [chance.choice(self.secrets)]
        image = f"registry.example.com/drivers/{noun}:v{chance.randrange(20)}"
        return [{"kind": "DriverType", "name": type_, "image": image} | self._tags(),
                driver | self._tags()]  # fmt: skip

    def _service(self) -> list[Fields]:
        chance = self.chance
        name = self._name(self._pairs.pop()[1], "db")
        self.services.append(name)
        service: Fields = {"kind": "ServiceInstance", "name": name,
                   "serviceClass": chance.choice(("postgresql", "redis", "rabbitmq")),
                   "servicePlan": chance.choice(("small", "large-ha")),
                   "parameters": {"size": chance.randrange(1, 100), "region": "eu-west-1",
                                  "flags": {"backup": True, "window": "02:00-03:00"}}}  # fmt: skip
        if self.secrets and chance.random() < 0.5:
            service["secretParameters"] = [chance.choice(self.secrets)]
        return [service | self._tags()]

    def _function(self) -> list[Fields]:
        chance = self.chance
        verb, noun = self._pairs.pop()
        name = self._name(verb, noun)
        self.functions.append(name)
        language = chance.choice(LANGUAGES)
        suffix = SUFFIXES[language]
        function: Fields = {"kind": "Function", "name": name}
        if chance.random() < 0.12:
            code = f"def handle(ctx, payload):\n    # {chance.choice(TEXTS)}\n    return {{'{noun}': payload}}\n"
            encoded = base64.encodebytes(code.encode()).decode()
            function["source"] = encoded if chance.random() < 0.5 else encoded.replace("\n", "")
        else:
            function["sourcePath"] = f"{chance.choice(('./', '', 'src/'))}{language}/{verb}_{noun}.{suffix}"  # fmt: skip
        function["image"] = chance.choice(self.images + self.shared)
        if chance.random() < 0.5:
            function["handler"] = f"{verb}_{noun}.handle"
        if chance.random() < 0.75:
            function["schema"] = self._function_schema()
        if self.secrets and chance.random() < 0.5:
            function["secrets"] = chance.sample(self.secrets, min(len(self.secrets), chance.choice((1, 1, 2, 3))))  # fmt: skip
        if self.services and chance.random() < 0.3:
            function["services"] = [chance.choice(self.services)]
        if chance.random() < 0.35:
            function["timeout"] = chance.choice((500, 1000, 30_000, 120_000))
        return [function | self._tags()]

    def _function_schema(self) -> Fields:
        chance = self.chance
        size = chance.choice((0, 0, 1, 2, 3, 5, 8, 12))
        if not size:
            return {}
        schema: Fields = {"in": json_schema(chance, size)}
        if chance.random() < 0.6:
            schema["out"] = json_schema(chance, chance.choice((1, 1, 2, 4)))
        return schema

    def _api(self) -> list[Fields]:
        chance = self.chance
        verb, noun = self._pairs.pop()
        api: Fields = {
            "kind": "API", "name": self._name(verb, noun, "api"), "enabled": chance.random() < 0.9,
            "function": chance.choice(self.functions),
            "methods": chance.sample(("GET", "POST", "PUT", "DELETE"), chance.choice((1, 1, 2))),
            "protocols": chance.choice((["https"], ["http", "https"])),
            "uris": [f"/{noun}s", f"/v1/{noun}s/{{id}}"][: chance.choice((1, 1, 2))],
        }  # fmt: skip
        if chance.random() < 0.3:
            api |= {"hosts": [f"{noun}.example.com"], "authentication": "public", "cors": True}
        if self.secrets and chance.random() < 0.2:
            api["tls"] = chance.choice(self.secrets)
        return [api | self._tags()]

    def _subscription(self) -> list[Fields]:
        chance = self.chance
        source = chance.choice(self.drivers or ["order"])
        subscription: Fields = {
            "kind": "Subscription", "eventType": f"{source}.{chance.choice(EVENTS)}",
            "function": chance.choice(self.functions), "name": self._name(*self._pairs.pop(), "sub"),
        }  # fmt: skip
        if self.secrets and chance.random() < 0.3:
            subscription["secrets"] = [chance.choice(self.secrets)]
        return [subscription | self._tags()]

    def _policy(self) -> list[Fields]:
        chance = self.chance
        rules = [
            {"subjects": [f"{chance.choice(VERBS)}-bot@example.com", "ci-user"][: chance.choice((1, 2))],
             "resources": chance.choice((["*"], ["function", "image"])),
             "actions": chance.choice((["*"], ["get", "create", "update"]))}
            for _ in range(chance.choice((1, 1, 2, 4)))
        ]  # fmt: skip
        return [{"kind": "Policy", "name": self._name("policy"), "global": False, "rules": rules}]

    def _account(self) -> list[Fields]:
        key = base64.b64encode(self.chance.randbytes(96)).decode()
        return [{"kind": "ServiceAccount", "name": self._name("ci"), "publicKey": key,
                 "domain": "svc.example.com"}]  # fmt: skip


def json_schema(chance: random.Random, size: int) -> Fields:
    """A JSON Schema of an object with some properties: about four lines of YAML for each."""
    names = chance.sample(PROPERTIES, size)
    properties: Fields = {}
    for name in names:
        properties[name] = chance.choice((
            {"type": "string"}, {"type": "string", "minLength": 1, "pattern": "^[A-Za-z]+$"},
            {"type": "string", "description": chance.choice(TEXTS), "default": "nobody"},
            {"type": "integer", "minimum": 0, "maximum": chance.randrange(1, 9000)},
            {"type": "number", "multipleOf": 0.01}, {"type": "boolean", "default": False},
            {"type": "string", "format": "date-time", "examples": ["2026-01-01T00:00:00Z"]},
            {"type": "string", "enum": ["EUR", "USD", "NO", "on"]},
            {"type": "array", "items": {"type": "string"}, "maxItems": 10},
            {"type": "object", "properties": {"street": {"type": "string"}, "zip": {"type": "string"}},
             "required": ["street"]},
        ))  # fmt: skip
    schema: Fields = {"type": "object", "properties": properties}
    if chance.random() < 0.3:
        schema = {"$schema": "http://json-schema.org/draft-04/schema#", "title": chance.choice(TEXTS)} | schema  # fmt: skip
    if chance.random() < 0.7:
        schema["required"] = names[: chance.randrange(1, size + 1)]
    if chance.random() < 0.2:
        schema["additionalProperties"] = False
    return schema


def _armour(chance: random.Random) -> str:
    """The body of a key as PEM has it; its head and foot would cut the file at their dashes."""
    return base64.encodebytes(chance.randbytes(48 * chance.randrange(4, 14))).decode()


def _camel(words: list[str]) -> str:
    head, *rest = words
    return head + "".join(word.capitalize() for word in rest)
