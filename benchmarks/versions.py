"""`python -m benchmarks.versions COMMAND_A COMMAND_B`: two installed versions side by side, as Markdown.

Both check the same corpora in turns, with one process and with as many as they take by themselves. No run
finds a cache. Nothing here fails because a version is slow.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import write_files, write_lines
from benchmarks.measuring import Command, Measured, runs_in_turns
from benchmarks.real_shaped import write

JOBS = {"-j1": ["-j1"], "default": []}


class Corpus(NamedTuple):
    """What is checked, and what writes it into a folder."""

    name: str
    write: Callable[[Path], None]


def corpora(documents: int) -> Iterator[Corpus]:
    """All corpora, of so many documents or ten times as many."""
    many = 10 * documents
    for per_file in (1, 50, 500):
        yield Corpus(
            f"real-shaped, {documents:,} documents, {per_file} to a file",
            partial(write, documents=documents, per_file=per_file),
        )
    for share in (0.01, 0.2):
        for per_file in (1, 50):
            yield Corpus(
                f"real-shaped, {share:.0%} faulty, {per_file} to a file",
                partial(write, documents=documents, per_file=per_file, faulty=share),
            )
    for layout in ("entities", "postgres"):
        yield Corpus(
            f"real-shaped {layout}, JSONL, {many:,} rows in one file",
            partial(write, documents=many, per_file=many, layout=layout),
        )
    yield Corpus(f"uniform, {documents:,} files", partial(write_files, count=documents, per_file=1))
    for count in (documents, many):
        yield Corpus(
            f"uniform, {count:,} documents, 100 to a file",
            partial(write_files, count=count, per_file=100),
        )
    yield Corpus(f"uniform JSONL, {many:,} documents, 100 to a file",
                 partial(write_lines, count=many, per_file=100))  # fmt: skip
    yield Corpus("one small file", partial(write_files, count=1, per_file=1))


def compare(
    versions: dict[str, list[str]], corpus: Corpus, folder: Path, rounds: int
) -> Iterator[str]:
    """The rows of a table, one for each number of processes."""
    corpus.write(folder)
    commands = {
        f"{version} {jobs}": Command(
            [*words, "check", "--isolated", *options, "."], folder, None, first=True
        )
        for jobs, options in JOBS.items()
        for version, words in versions.items()
    }
    taken = runs_in_turns(commands, rounds)
    for jobs in JOBS:
        yield _row(f"{corpus.name} | {jobs}", *(taken[f"{version} {jobs}"] for version in versions))


HEAD = (
    "| corpus | jobs | processor s, A | B | A/B | wall s, A (min, median) | B | A/B | MiB, A | B | exit |",
    "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
)


def _row(name: str, a: list[Measured], b: list[Measured]) -> str:
    cells = [name]
    processor = [statistics.median(run.processor for run in runs) for runs in (a, b)]
    cells += [f"{seconds:.2f}" for seconds in processor]
    cells.append(f"{processor[0] / processor[1]:.2f}")
    wall = [[run.seconds for run in runs] for runs in (a, b)]
    cells += [f"{min(seconds):.2f}, {statistics.median(seconds):.2f}" for seconds in wall]
    cells.append(f"{statistics.median(wall[0]) / statistics.median(wall[1]):.2f}")
    cells += [f"{max(run.memory for run in runs):.0f}" for runs in (a, b)]
    # Different codes mean that the two did not do the same work.
    codes = [",".join(str(code) for code in sorted({run.code for run in runs})) for runs in (a, b)]
    cells.append(codes[0] if codes[0] == codes[1] else f"{codes[0]} / {codes[1]}")
    return "| " + " | ".join(cells) + " |"


def _words(command: str) -> list[str]:
    """A command with its program as an absolute path: it is run in another folder."""
    program, *more = shlex.split(command)
    found = shutil.which(program)
    if found is None:
        raise SystemExit(f"there is no command {program}")
    return [str(Path(found).absolute()), *more]


def main() -> None:
    """Compare, and print a row as soon as there is one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions")
    parser.add_argument("a", metavar="COMMAND_A")
    parser.add_argument("b", metavar="COMMAND_B")
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", metavar="NAME", help="corpora whose name contains this")
    asked = parser.parse_args()
    versions = {"A": _words(asked.a), "B": _words(asked.b)}
    chosen = [corpus for corpus in corpora(asked.documents) if (asked.only or "") in corpus.name]
    if not chosen:
        raise SystemExit(f"no corpus has {asked.only} in its name")
    print(f"A: {asked.a}; B: {asked.b}; {asked.rounds} rounds in turns, {os.cpu_count()} cores.\n")
    print(*HEAD, sep="\n", flush=True)
    for corpus in chosen:
        with tempfile.TemporaryDirectory(prefix="dispatch-lint-bench-") as folder:
            for row in compare(versions, corpus, Path(folder), asked.rounds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
