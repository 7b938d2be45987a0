"""Texts of this project and of the generators, each with a few mistakes that people or tools make."""

from __future__ import annotations

import random
import re
from pathlib import Path

from benchmarks.corpus import varied
from tests.golden.writing import write

SEED = 52
COUNT = 200
SCALARS = [
    "yes", "~", "null", "010", "0o17", "0x1F", "1_000", "1.10", "1e3", ".inf", "-.inf", ".nan", "12:30",
    "2026-01-01", "2026-01-01T00:00:00Z", "on", "No", "!!str 1", "!x y", "&a b", "*a", "'it''s'",
    '"\\u00e9"', "|\n    block\n", ">-\n    folded\n    twice\n", "[a, b", "{a: b", "{}", "[]", '""',
    "-", "?", "a: b", "a #b", "# c", "@a", "`b`", "%c", "é", "😀", "\t", "9" * 30, "acme/Image/x",
]  # fmt: skip
LINES = [
    "---", "...", "kind: Secret", "status: READY", "status: ready", "Name: x", "organizationId: acme",
    "# dispatch-lint: ignore[name-format]", "# dispatch-lint: ignore-file[all]", "<<: *a", "? k",
    "- item", "  deeper: 1", "\tkey: tab", "apiVersion: v1", "id: 7", "tags: {a: b}", "secrets: x",
    "%YAML 1.1", "created_at: now", "imageId: x", "key value", "!!map {}", "revision: '3'",
]  # fmt: skip


def write_mutated(folder: Path, root: Path) -> None:
    """Write the folder `mutated`: a folder each for manifests, JSON and definitions."""
    chance = random.Random(SEED)
    texts = [
        part
        for file in sorted((root / "examples").rglob("*.yaml"))
        for part in re.split(r"(?m)^---$", file.read_text("utf-8"))
        if part.strip()
    ]
    texts += list(varied(40))
    whole = [file.read_text("utf-8") for file in sorted((root / "examples").rglob("*.yaml"))]
    json_texts = [
        file.read_text("utf-8")[:6_000] for file in sorted((root / "examples").rglob("*.json*"))
    ]
    go_texts = [
        file.read_text("utf-8")[:8_000]
        for file in sorted((root / "schemas/definitions").glob("*.go"))
    ]
    target = folder / "mutated"
    write(target, {"dispatch-lint.toml": 'organization = "acme"\n'})
    _write(target / "manifests", "yaml", texts, COUNT, chance)
    _write(target / "whole", "yaml", whole, 40, chance)
    _write(target / "json", "json", [*json_texts, *map(_as_json_list, json_texts)], 40, chance)
    _write(target / "jsonl", "jsonl", json_texts, 40, chance)
    _write(target / "go", "go", go_texts, 60, chance)


def _as_json_list(text: str) -> str:
    return f"[{','.join(line for line in text.splitlines() if line)}]"


def _write(folder: Path, ending: str, texts: list[str], count: int, chance: random.Random) -> None:
    for number in range(count):
        text = texts[number % len(texts)]
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            text = _mutate(chance, text)
        name = f"{number:03}" if ending != "go" else f"{number:03}/m{number:03}"
        write(folder, {f"{name}.{ending}": text})


def _mutate(chance: random.Random, text: str) -> str:
    """A text with one mistake."""
    return chance.choice(_MUTATIONS)(chance, text)


def _delete_characters(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    return text[:start] + text[start + chance.choice([1, 1, 2, 5, 30]) :]


def _swap_lines(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def _repeat_line(chance: random.Random, text: str) -> str:
    """A key that stands twice."""
    lines = text.split("\n")
    line = chance.choice(lines)
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def _odd_scalar(chance: random.Random, text: str) -> str:
    values = list(re.finditer(r"(?<=: )[^\n]+", text))
    if not values:
        return text + chance.choice(SCALARS)
    place = chance.choice(values)
    return text[: place.start()] + chance.choice(SCALARS) + text[place.end() :]


def _odd_line(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(LINES))
    return "\n".join(lines)


def _break_quote(chance: random.Random, text: str) -> str:
    start = chance.randrange(len(text) + 1)
    return (
        text[:start] + chance.choice(["'", '"', "[", "]", "{", "}", ": ", " #", "`"]) + text[start:]
    )


def _indent_line(chance: random.Random, text: str) -> str:
    lines = text.split("\n")
    number = chance.randrange(len(lines))
    lines[number] = chance.choice([" ", "  ", "\t"]) + lines[number]
    return "\n".join(lines)


def _rename_key(chance: random.Random, text: str) -> str:
    keys = list(re.finditer(r"[A-Za-z]+(?=\"?:)", text))
    if not keys:
        return text
    place = chance.choice(keys)
    key = place[0]
    other = chance.choice(
        [key.upper(), key[:-1], key + "Id", key + "_name", key.capitalize(), key * 2]
    )
    return text[: place.start()] + other + text[place.end() :]


_MUTATIONS = (
    _delete_characters, _swap_lines, _repeat_line, _odd_scalar, _odd_line, _break_quote, _indent_line,
    _rename_key,
)  # fmt: skip
