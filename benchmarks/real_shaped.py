"""`python -m benchmarks.real_shaped FOLDER`: documents as Dispatch's users write them.

The same seed gives the same bytes. Without faults `check` has nothing to report but what the definitions of
Dispatch name otherwise than the guide.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.corpus import SEED, write_each
from benchmarks.real_entities import Fields, projects
from benchmarks.real_faults import row_with_fault, text_with_fault, with_fault
from benchmarks.real_rows import TABLES, column_row, rows
from benchmarks.yaml_styles import document, style

CRLF = 0.03
"""The share of files with the line ends of Windows."""
LAYOUTS = ("yaml", "entities", "bolt", "postgres")


def write(
    folder: Path, documents: int, *, per_file: int = 1, faulty: float = 0, seed: int = SEED,
    layout: str = "yaml",
) -> None:  # fmt: skip
    """Write a corpus.

    Args:
        faulty: the share of documents that have one mistake each.
        layout: manifests as YAML, or lines of JSON: stored entities with their kind, what a dump of BoltDB
            has, or rows of PostgreSQL.
    """
    if layout == "yaml":
        write_each(folder, yaml_files(list(manifests(documents, faulty, seed)), per_file, seed))
        return
    lines = list(row_lines(documents, layout, faulty, seed))
    groups = (lines[start : start + per_file] for start in range(0, documents, per_file))
    write_each(folder, map("".join, groups), ".jsonl")


def manifests(count: int, faulty: float = 0, seed: int = SEED) -> Iterator[str]:
    """YAML documents, a share of them with one mistake each; the others are the same whatever the share."""
    return islice(_manifests(faulty, seed), count)


def _manifests(faulty: float, seed: int) -> Iterator[str]:
    for number, project in enumerate(projects(seed)):
        chance = random.Random(f"{seed}/style/{number}")
        author = style(chance)
        mistakes = random.Random(f"{seed}/faults/{number}")
        is_orderly = chance.random() < 0.7
        for manifest in project:
            fields = manifest if is_orderly else _reordered(manifest, chance)
            own_chance = random.Random(chance.getrandbits(64))
            is_faulty, is_textual = mistakes.random() < faulty, mistakes.random() < 0.1
            if is_faulty and not is_textual:
                fields = with_fault(fields, mistakes)
            text = document(fields, author, own_chance)
            yield text_with_fault(text, mistakes) if is_faulty and is_textual else text


def _reordered(fields: Fields, chance: random.Random) -> Fields:
    """The same fields in another order; most people begin with the kind."""
    first = ["kind"] if chance.random() < 0.8 else []
    rest = [name for name in fields if name not in first]
    chance.shuffle(rest)
    return {name: fields[name] for name in [*first, *rest]}


def yaml_files(documents: Sequence[str], per_file: int, seed: int = SEED) -> Iterator[str]:
    """The texts of files, with separators as people put them.

    None ends with a separator, as some do: other tools take that for one more document, and refuse it.
    """
    for start in range(0, len(documents), per_file):
        chance = random.Random(f"{seed}/file/{start}/{per_file}")
        first = "---\n" if chance.random() < 0.35 else ""
        between = chance.choice(("---\n", "---\n", "---\n", "\n---\n", "---\n\n"))
        text = first + between.join(documents[start : start + per_file])
        yield text.replace("\n", "\r\n") if chance.random() < CRLF else text


def row_lines(count: int, layout: str, faulty: float = 0, seed: int = SEED) -> Iterator[str]:
    """Stored entities as lines of JSON, a share of them with one mistake each."""
    mistakes = random.Random(f"{seed}/faults")
    for number, entity in enumerate(islice(rows(seed), count), 1):
        row = row_with_fault(entity, mistakes) if mistakes.random() < faulty else entity
        # A mistake may be in what a key is made of: the key is that of the sound entity.
        line = _laid_out(row, layout, number, f"acme/{entity['kind']}/{entity['name']}")
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def _laid_out(row: Fields, layout: str, number: int, key: str) -> Fields:
    if layout == "postgres":
        return column_row(row, number, key)
    if layout == "bolt":
        kind = row["kind"]
        value = {name: item for name, item in row.items() if name != "kind"}
        key = key.replace(f"/{kind}/", f"/{TABLES.get(kind, kind)}/")
        return {"bucket": "dispatch", "key": key, "lastIndex": number, "value": value}
    return row


def main() -> None:
    """Write a corpus and say what is in it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_shaped")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--per-file", type=int, default=1)
    parser.add_argument("--faulty", type=float, default=0, help="share of documents with a mistake")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--layout", choices=LAYOUTS, default="yaml")
    asked = parser.parse_args()
    write(
        asked.folder, asked.documents, per_file=asked.per_file, faulty=asked.faulty,
        seed=asked.seed, layout=asked.layout,
    )  # fmt: skip
    sizes = [path.stat().st_size for path in asked.folder.rglob("f*.*")]
    print(
        f"{asked.documents:,} documents in {len(sizes):,} files, {sum(sizes) / asked.documents:.0f} bytes each"
    )


if __name__ == "__main__":
    main()
