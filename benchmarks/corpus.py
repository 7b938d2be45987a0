"""Corpora with a fixed seed: small manifests of the shape that users write."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

SEED = 20260101
IMAGES, SECRETS, INSTANCES = 50, 200, 300


def manifests(count: int) -> Iterator[str]:
    """YAML manifests without a mistake, among them what the others refer to."""
    chance = random.Random(SEED)
    for number in range(count):
        if number < IMAGES:
            yield f"kind: Image\nname: image-{number}\nbaseImageName: base\ntags:\n  - key: label\n    value: a{number}\n"
        elif number < IMAGES + SECRETS:
            yield f"kind: Secret\nname: secret-{number - IMAGES}\nsecrets:\n  password: p{number}x\n"
        else:
            yield (
                f"kind: Function\nname: function-{number}\nsourcePath: 'src/f{number}.py'\n"
                f"image: image-{chance.randrange(IMAGES)}\ntimeout: {chance.randrange(1, 9000)}\n"
                f"secrets:\n  - secret-{chance.randrange(SECRETS)}\n"
                f"tags:\n  - key: role\n    value: test{chance.randrange(9)}\n"
            )


def varied(count: int) -> Iterator[str]:
    """YAML as people write it: brackets, comments, times, schemas, other alphabets; none like another."""
    chance = random.Random(SEED)
    for number in range(count):
        digits = f"{chance.getrandbits(128):032x}"
        uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        style = number % 4
        if style == 0:
            yield (
                f"# The function of team {number}.\nkind: Function\nname: function-{number}\n"
                f"sourcePath: ./src/f{number}.py\nimage: image-{chance.randrange(IMAGES)}\n"
                f"handler: 'handler.handle_{number}'\nsecrets: [secret-{number + 2}, secret-{number + 3}]\n"
                f"tags: [{{key: role, value: test{number}}}]  # for the report\n"
            )
        elif style == 1:
            yield (
                f"kind: Function\nname: function-{number}\nsourcePath: src/f{number}.py\n"
                f"image: image-{chance.randrange(IMAGES)}\nschema:\n  in:\n    type: object\n"
                f"    title: Input of {number}\n    required: [name, place{number}]\n    properties:\n"
                f'      name: {{type: string, default: "nobody"}}\n      place{number}: {{type: string}}\n'
                f"  out: {{type: string, maxLength: {number}}}\n"
            )
        elif style == 2:
            yield (
                f"kind: Secret\nname: secret-{number}\nsecrets:\n  account: {uuid}\n"
                f'  since: "2026-01-{number % 28 + 1:02}T10:00:{number % 60:02}Z"\n'
                f"  until: '2026-02-{number % 28 + 1:02}T10:00:00.5Z'\n"
                f'  user: "user: {number}"\n  token: {digits}\n'
            )
        else:
            yield (
                f"kind: Secret\nname: secret-{number}\nsecrets:\n  place: 'Gießerei Süd {number}'\n"
                f"  key: |\n    {digits}\n    {uuid}\n"
            )


def entities(count: int) -> Iterator[dict[str, Any]]:
    """Stored entities without a mistake: bindings of service instances, two references each."""
    chance = random.Random(SEED)
    for number in range(count):
        base = {
            "id": f"{chance.getrandbits(128):032x}", "name": "", "organizationId": "acme",
            "createdTime": "2026-01-01T00:00:00.5Z", "modifiedTime": "2026-01-02T00:00:00Z",
            "revision": number, "version": 0, "state": None, "status": "READY", "reason": None,
            "tags": None, "delete": False,
        }  # fmt: skip
        if number < SECRETS:
            yield base | {"kind": "Secret", "name": f"secret-{number}", "secrets": {"a": "b"}}
        elif number < SECRETS + INSTANCES:
            yield base | {
                "kind": "ServiceInstance", "name": f"instance-{number - SECRETS}",
                "serviceClass": "", "servicePlan": "", "namespace": "", "parameters": None,
                "secretParameters": None, "instanceID": "", "bind": True,
            }  # fmt: skip
        else:
            yield base | {
                "kind": "ServiceBinding", "name": f"binding-{number}",
                "serviceInstance": f"instance-{chance.randrange(INSTANCES)}", "parameters": None,
                "secretParameters": [f"secret-{chance.randrange(SECRETS)}"],
                "bindingID": "", "bindingSecret": "",
            }  # fmt: skip


def changed_manifests(count: int) -> str:
    """Manifests of secrets that a store knows, and of instances that refer to them."""
    return "---\n".join(
        f"kind: ServiceInstance\nname: instance-{number}\nsecretParameters: [secret-{number}]\n"
        "serviceClass: db\nservicePlan: small\n"
        if number % 2
        else f"kind: Secret\nname: secret-{number}\nsecrets: {{password: new}}\n"
        for number in range(count)
    )


MISTAKES = ("status: ready\n", "sourcPath: x\n", "timeout: soon\n", "created_at: today\n")


def faulty(texts: list[str], share: float) -> list[str]:
    """The same manifests, a share of them with a mistake, evenly spread."""
    every = round(1 / share)
    return [
        text + MISTAKES[number // every % len(MISTAKES)] if number % every == 0 else text
        for number, text in enumerate(texts)
    ]


def write_files(
    folder: Path, count: int, per_file: int, share: float = 0,
    manifests: Callable[[int], Iterator[str]] = manifests,
) -> None:  # fmt: skip
    """`count` manifests, `per_file` to a file, a hundred files to a folder; a share is faulty."""
    texts = list(manifests(count))
    if share:
        texts = faulty(texts, share)
    groups = (texts[start : start + per_file] for start in range(0, count, per_file))
    write_each(folder, map("---\n".join, groups))


def write_each(folder: Path, texts: Iterable[str], suffix: str = ".yaml") -> None:
    """Each text as a file, a hundred files to a folder."""
    for number, text in enumerate(texts):
        file = folder / f"d{number // 100:03}" / f"f{number:05}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")


def write_lines(folder: Path, count: int, per_file: int) -> None:
    """`count` manifests as JSONL, `per_file` to a file."""
    from dispatch_lint.config.limits import Limits
    from dispatch_lint.text.yaml_reader import read_yaml

    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        json.dumps(part.value) + "\n"
        for text in manifests(count)
        for part in read_yaml(text, Limits(aliases=0))
    ]
    for number, start in enumerate(range(0, count, per_file)):
        (folder / f"f{number:05}.jsonl").write_text("".join(lines[start : start + per_file]))


ODD_FIELDS = ({"status": "ready"}, {"sourcPath": "x"}, {"revision": "soon"}, {"created_at": "x"})


def write_entities(file: Path, count: int, share: float = 0) -> None:
    """`count` stored entities, one a line, or as a list of JSON; a share has a mistake."""
    file.parent.mkdir(parents=True, exist_ok=True)
    every = round(1 / share) if share else count + 1
    is_list = file.suffix == ".json"
    with file.open("w") as stream:
        stream.write("[\n" * is_list)
        for number, entity in enumerate(entities(count)):
            if share and number % every == 0:
                entity |= ODD_FIELDS[number // every % len(ODD_FIELDS)]
            stream.write(",\n" if is_list and number else "")
            stream.write(json.dumps(entity, separators=(",", ":")))
            stream.write("" if is_list else "\n")
        stream.write("\n]\n" * is_list)
