"""`python -m benchmarks [--runs N] [--jsonl COUNT] [--stored COUNT]`: writes benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.corpus import write_files, write_jsonl
from benchmarks.measuring import Measured, measure
from benchmarks.stores import stores_report

ROOT = Path(__file__).parent.parent
WORK = ROOT / ".bench"
SCHEMA = ROOT / "schemas" / "dispatch.schema.json"
BIN = Path(sys.executable).parent
DOCUMENTS = 10_000


def tools(paths: list[str]) -> dict[str, list[str]]:
    """The command of each tool that is there, over some files."""
    found = {"dispatch-lint": [str(BIN / "dispatch-lint"), "check", "--isolated", "-q", *paths]}
    if (BIN / "check-jsonschema").exists():
        found["check-jsonschema"] = [
            str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), *paths
        ]  # fmt: skip
    if (BIN / "yamllint").exists():
        found["yamllint"] = [str(BIN / "yamllint"), "-d", "relaxed", *paths]
    return found


def rows(runs: int, jsonl: int) -> list[tuple[str, str, Measured, int]]:
    """All measurements: `(corpus, tool, measured, documents)`."""
    measured = []
    for corpus, per_file in (("10,000 files", 1), ("100 files of 100", 100)):
        folder = WORK / corpus.replace(" ", "-").replace(",", "")
        write_files(folder, DOCUMENTS, per_file)
        paths = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.yaml"))
        for name, command in tools(paths).items():
            if name == "check-jsonschema" and per_file > 1:
                continue  # it reads the first document of a file only
            measured.append((corpus, name, measure(command, folder, runs), DOCUMENTS))
    one = WORK / "one"
    write_files(one, 1, 1)
    for name, command in tools(["d000/f00000.yaml"]).items():
        measured.append(("one small file", name, measure(command, one, max(runs, 5)), 1))
    bare = [sys.executable, "-c", "pass"]
    measured.append(("one small file", "a bare interpreter", measure(bare, one, max(runs, 5)), 1))
    if jsonl:
        write_jsonl(WORK / "jsonl" / "entities.jsonl", jsonl)
        command = tools(["entities.jsonl"])["dispatch-lint"]
        taken = measure(command, WORK / "jsonl", 0)
        measured.append((f"JSONL of {jsonl:,} entities", "dispatch-lint", taken, jsonl))
    return measured


def report(measured: list[tuple[str, str, Measured, int]]) -> str:
    """The results as Markdown, with the ratio to dispatch-lint in the same run."""
    own = {corpus: one.seconds for corpus, name, one, _ in measured if name == "dispatch-lint"}
    tools_used = ("check-jsonschema", "yamllint", "jsonschema-rs", "ryaml")
    lines = [
        "# Benchmark results", "",
        "<!-- Written by `make bench`. -->", "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; "
        + ", ".join(f"{name} {version(name)}" for name in tools_used) + ".",
        "Whole processes, start-up included; the median of the runs. Ratio: the tool's time over "
        "that of dispatch-lint.", "",
        "| corpus | tool | seconds | documents a second | ratio | peak memory, MiB |",
        "|---|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for corpus, name, one, documents in measured:
        rate = f"{documents / one.seconds:,.0f}" if documents > 1 else ""
        ratio = one.seconds / own[corpus]
        lines.append(
            f"| {corpus} | {name} | {one.seconds:.2f} | {rate} | {ratio:.2f} | {one.memory:.0f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    parser.add_argument("--jsonl", type=int, default=1_000_000, help="entities; 0 leaves it out")
    parser.add_argument("--stored", type=int, default=1_000_000,
                        help="entities in the largest store; 0 leaves stores out")  # fmt: skip
    arguments = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    text = report(rows(arguments.runs, arguments.jsonl))
    if arguments.stored:
        text += stores_report(WORK, arguments.stored)
    print(text)
    (ROOT / "benchmarks" / "RESULTS.md").write_text(text, encoding="utf-8")
    shutil.rmtree(WORK, ignore_errors=True)


if __name__ == "__main__":
    main()
