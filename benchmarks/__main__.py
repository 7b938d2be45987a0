"""`python -m benchmarks [--runs N] [--jsonl COUNT] [--no-hostile] [--stored COUNT]`: writes benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import varied, write_entities, write_files, write_lines
from benchmarks.hostile import hostile_report
from benchmarks.measuring import BIN, ROOT, Command, Measured, in_turns
from benchmarks.peers import READS, peers, sourcemeta
from benchmarks.peers import versions as versions_of_peers
from benchmarks.real_shaped import write as write_real_shaped
from benchmarks.stores import stores_report

# Not in this repository: git ignores what is built here, and a walk honours that.
WORK = Path(tempfile.gettempdir()) / f"dispatch-lint-bench-{os.getpid()}"
OURS = str(BIN / "dispatch-lint")
DOCUMENTS = 10_000
FAULTY = (0.01, 0.2)
"""Shares of documents with a mistake."""


def own(folder: Path, path: str, *more: str, code: int = 0) -> Command:
    """Our own command, over a path of a folder."""
    options = ["--isolated", "--require-documents", "--quiet", *more]
    return Command([OURS, "check", *options, path], folder, code)


def write_varied(folder: Path, count: int, per_file: int, share: float = 0) -> None:
    """Manifests in several styles."""
    write_files(folder, count, per_file, share, varied)


def write_real(folder: Path, count: int, per_file: int, share: float = 0) -> None:
    """Manifests as users write them."""
    write_real_shaped(folder, count, per_file=per_file, faulty=share)


def alone(folder: Path, jobs: int) -> Command:
    """Ours, without start-up and without what is judged at the end."""
    return Command([sys.executable, "-m", "benchmarks.alone", str(jobs)], folder, tells=True)


def limits(folder: Path, format_: str) -> dict[str, Command]:
    """A native parser and a native validator, alone and where they have to read the files."""
    command = [sys.executable, "-m", "benchmarks.limit", format_]
    return {
        "native parser and validator alone": Command(command, folder, tells=True),
        "native parser and validator, files read": Command([*command, "read"], folder, tells=True),
    }


class Row(NamedTuple):
    """One measurement."""

    corpus: str
    tool: str
    measured: Measured
    documents: int


def rows(runs: int, jsonl: int) -> Iterator[Row]:
    """All measurements; those of a corpus are made in turns."""
    few, many = DOCUMENTS, 10 * DOCUMENTS
    for corpus, count, per_file, write in (
        ("real-shaped, 1 to a file", few, 1, write_real), ("real-shaped, 50 to a file", few, 50, write_real),
        ("real-shaped, 500 to a file", few, 500, write_real),
        ("real-shaped, 2,000 files of 50", many, 50, write_real),
        ("10,000 files", few, 1, write_files), ("10,000 varied files", few, 1, write_varied),
        ("100 files of 100", few, 100, write_files), ("1,000 files of 100", many, 100, write_files),
    ):  # fmt: skip
        folder = WORK / corpus.replace(" ", "-").replace(",", "")
        write(folder, count, per_file)
        commands = {
            "dispatch-lint": own(folder, "."),
            "dispatch-lint -j 1": own(folder, ".", "--jobs", "1"),
        }
        for share in FAULTY:
            worse = WORK / f"{folder.name}-{share}"
            write(worse, count, per_file, share)
            commands[f"dispatch-lint, {share:.0%} faulty"] = own(worse, ".", code=1)
        for jobs in (1, 2):
            commands[f"dispatch-lint -j {jobs}, documents alone"] = alone(folder, jobs)
        commands |= limits(folder, "yaml")
        slow = peers(folder, per_file)
        if count > DOCUMENTS:
            slow.pop("yamllint", None)  # minutes
        if write is write_real:
            slow.pop("ajv-cli", None)  # it refuses a date without quotes, which Dispatch takes
        yield from _measured(corpus, count, commands | slow, runs)
    one = WORK / "one"
    write_files(one, 1, 1)
    small = {
        "dispatch-lint": own(one, "d000/f00000.yaml"),
        "dispatch-lint check --help": Command([OURS, "check", "--help"], one),
        "dispatch-lint explain": Command([OURS, "explain", "schema"], one),
        "a bare interpreter": Command([sys.executable, "-c", "pass"], one),
        **peers(one, 1),
    }
    yield from _measured("one small file", 1, small, max(runs, 7))
    yield from entity_rows(runs, jsonl)


def entity_rows(runs: int, jsonl: int) -> Iterator[Row]:
    """The same of stored entities, as lines and as a list of JSON."""
    folder = WORK / "lines"
    write_lines(folder, 10 * DOCUMENTS, 100)
    commands = {"dispatch-lint": own(folder, ".")}
    commands |= sourcemeta(folder, sorted(path.name for path in folder.iterdir()))
    yield from _measured("1,000 JSONL files of 100", 10 * DOCUMENTS, commands, runs)
    sizes = dict.fromkeys((1_000, 10_000, 100_000, jsonl)) if jsonl else ()
    for format_, count in (("JSON", DOCUMENTS), *(("JSONL", one) for one in sizes)):
        file = f"entities.{format_.lower()}"
        folder = WORK / f"{format_}-{count}"
        write_entities(folder / file, count)
        commands = {"dispatch-lint": own(folder, file)}
        if count >= 10 * DOCUMENTS:
            commands["dispatch-lint -j 1"] = own(folder, file, "--jobs", "1")
        if count in (DOCUMENTS, 10 * DOCUMENTS):
            for share in FAULTY:
                worse = WORK / f"{folder.name}-{share}"
                write_entities(worse / file, count, share)
                commands[f"dispatch-lint, {share:.0%} faulty"] = own(worse, file, code=1)
            commands["dispatch-lint -j 1, documents alone"] = alone(folder, 1)
            commands |= limits(folder, format_.lower())
        corpus = f"{format_} of {count:,} entities"
        yield from _measured(corpus, count, commands, runs if count <= 100_000 else 0)


def _measured(corpus: str, count: int, commands: dict[str, Command], runs: int) -> Iterator[Row]:
    for name, one in in_turns(commands, runs).items():
        yield Row(corpus, name, one, count)


def report(measured: list[Row]) -> str:
    """The results as Markdown, with the ratio to dispatch-lint in the same run."""
    ours = {corpus: one.seconds for corpus, name, one, _ in measured if name == "dispatch-lint"}
    tools_used = ("check-jsonschema", "yamllint", "ryl", "jsonschema-rs", "ryaml")
    versions = [*(f"{name} {version(name)}" for name in tools_used), *versions_of_peers()]
    lines = [
        "# Benchmark results", "",
        "<!-- Written by `make bench`. -->", "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; "
        + ", ".join(versions) + ".",
        "Everything is installed as users install it. Whole processes, start-up included; the median "
        "of the runs, made in turns; spread: the slowest run less the fastest. Ratio: the tool's time over that of dispatch-lint, which uses all "
        "cores, unless the row says otherwise. “Documents alone” is to read and judge them, without start-up; the native parser and "
        "validator are given the texts, in one process, or read them.", "",
        "| tool | what it reads of the corpora, and checks |",
        "|---|---|",
        *(f"| {tool} | {what} |" for tool, what in READS.items()), "",
        "| corpus | tool | seconds | spread | documents a second | ratio | peak memory, MiB |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    for corpus, name, one, documents in measured:
        rate = f"{documents / one.seconds:,.0f}" if documents > 1 else ""
        ratio = one.seconds / ours[corpus]
        memory = f"{one.memory:.0f}" if one.memory else ""
        lines.append(f"| {corpus} | {name} | {one.seconds:.2f} | {one.spread:.2f} | {rate} | {ratio:.2f} "
                     f"| {memory} |")  # fmt: skip
    return "\n".join(lines) + "\n"


def _kept(results: Path, section: str) -> str:
    """A section of the last results, which says that it is older; or nothing."""
    text = results.read_text("utf-8") if results.exists() else ""
    found = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    note = "Measured by an earlier version than the table above.\n"
    return f"\n## {section}\n\n{note}{found.replace(f'{note}', '')}" if found else ""


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    parser.add_argument("--jsonl", type=int, default=1_000_000, help="entities; 0 leaves it out")
    parser.add_argument("--hostile", action=argparse.BooleanOptionalAction, default=True,
                        help="inputs that are made to be slow")  # fmt: skip
    parser.add_argument("--stored", type=int, default=1_000_000,
                        help="entities in the largest store; 0 leaves stores out")  # fmt: skip
    parser.add_argument("--estates", type=int, default=0,
                        help="entities of the largest estate, such as 10000000; 0 leaves them out")  # fmt: skip
    arguments = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    text = report([*rows(arguments.runs, arguments.jsonl)])
    results = ROOT / "benchmarks" / "RESULTS.md"
    # What takes long is kept where it is not measured again.
    if arguments.hostile:
        text += hostile_report(WORK)
    else:
        text += _kept(results, "Inputs made to be slow")
    if arguments.stored:
        text += stores_report(WORK, arguments.stored)
    else:
        text += _kept(results, "Stores")
    if arguments.estates:
        from benchmarks.estates import estates_report

        text += estates_report(WORK, arguments.estates)
    else:
        text += _kept(results, "Estates")
    print(text)
    results.write_text(text, encoding="utf-8")
    shutil.rmtree(WORK, ignore_errors=True)


if __name__ == "__main__":
    main()
