"""`python -m benchmarks [--runs N] [--jsonl COUNT] [--stored COUNT]`: writes benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from benchmarks.corpus import manifests, varied, write_entities, write_files, write_lines
from benchmarks.measuring import Measured, measure
from benchmarks.stores import stores_report

ROOT = Path(__file__).parent.parent
# Not in this repository: git ignores what is built here, and a walk honours that.
WORK = Path(tempfile.gettempdir()) / f"dispatch-lint-bench-{os.getpid()}"
SCHEMA = ROOT / "schemas" / "dispatch.schema.json"
BIN = Path(sys.executable).parent
NODE = BIN.parent / "peers/node_modules/.bin"
DOCUMENTS = 10_000


def own(paths: list[str], *more: str) -> list[str]:
    """Our own command."""
    return [str(BIN / "dispatch-lint"), "check", "--isolated", "--require-documents", "--quiet", *more,
            *paths]  # fmt: skip


def peers(folder: Path, per_file: int) -> dict[str, list[str]]:
    """The command of each peer that is there, over the files of a folder."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.yaml"))
    found = {}
    if (BIN / "yamllint").exists():
        found["yamllint"] = [str(BIN / "yamllint"), "-d", "relaxed", *paths]
    if per_file > 1:
        return found  # the others read the first document of a file only
    if (BIN / "check-jsonschema").exists():
        found["check-jsonschema"] = [
            str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), *paths
        ]  # fmt: skip
    if (NODE / "jsonschema").exists():
        found["@sourcemeta/jsonschema"] = [
            str(NODE / "jsonschema"), "validate", "--fast", str(SCHEMA), ".", "--extension", ".yaml"
        ]  # fmt: skip
    if (NODE / "ajv").exists():
        found["ajv-cli"] = [
            str(NODE / "ajv"), "validate", "-s", str(SCHEMA), "-d", "*/*.yaml", "--strict=false"
        ]  # fmt: skip
    if program := shutil.which("kubeconform"):
        found["kubeconform"] = [program, "-n", "2", "-schema-location", str(SCHEMA), "."]
    return found


def limit(folder: Path, format_: str) -> float:
    """Seconds that the native parser and the native validator alone take for the same bytes."""
    import json

    import ryaml

    from dispatch_lint.schema.load import load_catalogue
    from dispatch_lint.settings import Settings

    catalogue = load_catalogue(Settings())
    texts = [path.read_text() for path in folder.rglob(f"*.{format_}")]
    form: Literal["stored", "manifest"] = "manifest" if format_ == "yaml" else "stored"
    validators = {kind: catalogue.schema(kind, form).validator for kind in catalogue.kinds}
    start = time.perf_counter()
    for text in texts:
        if format_ == "yaml":
            values = ryaml.loads_all(text)  # type: ignore[attr-defined]
        elif format_ == "json":
            values = json.loads(text)
        else:
            values = [json.loads(line) for line in text.splitlines()]
        for value in values:
            validators[value["kind"]].is_valid(value)
    return time.perf_counter() - start


def alone(folder: Path, jobs: int, runs: int) -> Measured:
    """What a run takes without its start-up, and without what is judged at the end."""
    command = [sys.executable, "-m", "benchmarks.alone", str(jobs)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    seconds = [
        float(
            subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, check=True
            ).stdout
        )
        for _ in range(runs)
    ]
    return Measured(statistics.median(seconds), 0)


Row = tuple[str, str, Measured, int]


def rows(runs: int, jsonl: int) -> list[Row]:
    """All measurements: `(corpus, tool, measured, documents)`."""
    measured: list[Row] = []
    for corpus, count, per_file, of in (
        ("10,000 files", DOCUMENTS, 1, manifests), ("10,000 varied files", DOCUMENTS, 1, varied),
        ("100 files of 100", DOCUMENTS, 100, manifests),
        ("1,000 files of 100", 10 * DOCUMENTS, 100, manifests),
    ):  # fmt: skip
        folder = WORK / corpus.replace(" ", "-").replace(",", "")
        write_files(folder, count, per_file, manifests=of)
        commands = {
            "dispatch-lint": own(["."], "--no-cache"),
            "dispatch-lint -j 1": own(["."], "--no-cache", "--jobs", "1"),
            "dispatch-lint, again": own(["."]),
        }
        if count == DOCUMENTS:
            commands |= peers(folder, per_file)
        for name, command in commands.items():
            measured.append((corpus, name, measure(command, folder, runs), count))
        if count > DOCUMENTS:
            measured += [
                (
                    corpus,
                    f"dispatch-lint -j {jobs}, documents alone",
                    alone(folder, jobs, runs),
                    count,
                )
                for jobs in (1, 2)
            ]
        bare = Measured(limit(folder, "yaml"), 0)
        measured.append((corpus, "native parser and validator alone", bare, count))
        for share in (0.01, 0.2):
            worse = WORK / f"{folder.name}-{share}"
            write_files(worse, count, per_file, share, of)
            taken = measure(own(["."], "--no-cache"), worse, runs)
            measured.append((corpus, f"dispatch-lint, {share:.0%} faulty", taken, count))
    one = WORK / "one"
    write_files(one, 1, 1)
    often = max(runs, 7)
    few = {
        "dispatch-lint": own(["d000/f00000.yaml"], "--no-cache"),
        "dispatch-lint, again": own(["d000/f00000.yaml"]),
        **peers(one, 1),
        "dispatch-lint check --help": [str(BIN / "dispatch-lint"), "check", "--help"],
        "dispatch-lint explain": [str(BIN / "dispatch-lint"), "explain", "schema"],
        "a bare interpreter": [sys.executable, "-c", "pass"],
    }
    for name, command in few.items():
        measured.append(("one small file", name, measure(command, one, often), 1))
    measured += entity_rows(runs, jsonl)
    return measured


def entity_rows(runs: int, jsonl: int) -> list[Row]:
    """The same of stored entities, as lines and as a list of JSON."""
    measured: list[Row] = []
    folder = WORK / "lines"
    write_lines(folder, 10 * DOCUMENTS, 100)
    corpus = "1,000 JSONL files of 100"
    commands = {"dispatch-lint": own(["."], "--no-cache"), **peers_of_lines(folder)}
    for name, command in commands.items():
        measured.append((corpus, name, measure(command, folder, runs), 10 * DOCUMENTS))
    sizes = dict.fromkeys((1_000, 10_000, 100_000, jsonl)) if jsonl else ()
    for format_, count in (("JSON", DOCUMENTS), *(("JSONL", one) for one in sizes)):
        corpus = f"{format_} of {count:,} entities"
        file = f"entities.{format_.lower()}"
        folder = WORK / f"{format_}-{count}"
        write_entities(folder / file, count)
        few = runs if count <= 100_000 else 0
        taken = measure(own([file], "--no-cache"), folder, few)
        measured.append((corpus, "dispatch-lint", taken, count))
        if count >= 10 * DOCUMENTS:
            taken = measure(own([file], "--no-cache", "--jobs", "1"), folder, few)
            measured.append((corpus, "dispatch-lint -j 1", taken, count))
        if count in (DOCUMENTS, 10 * DOCUMENTS):
            bare = Measured(limit(folder, format_.lower()), 0)
            measured.append((corpus, "native parser and validator alone", bare, count))
            for share in (0.01, 0.2):
                worse = WORK / f"{folder.name}-{share}"
                write_entities(worse / file, count, share)
                taken = measure(own([file], "--no-cache"), worse, runs)
                measured.append((corpus, f"dispatch-lint, {share:.0%} faulty", taken, count))
    return measured


def peers_of_lines(folder: Path) -> dict[str, list[str]]:
    """The command of the one peer that reads JSONL, of files that are named."""
    if not (NODE / "jsonschema").exists():
        return {}
    return {
        "@sourcemeta/jsonschema": [
            str(NODE / "jsonschema"), "validate", "--fast", str(SCHEMA),
            *sorted(path.name for path in folder.iterdir()),
        ]
    }  # fmt: skip


def report(measured: list[Row]) -> str:
    """The results as Markdown, with the ratio to dispatch-lint in the same run."""
    ours = {corpus: one.seconds for corpus, name, one, _ in measured if name == "dispatch-lint"}
    tools_used = ("check-jsonschema", "yamllint", "jsonschema-rs", "ryaml")
    lines = [
        "# Benchmark results", "",
        "<!-- Written by `make bench`. -->", "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; "
        + ", ".join(f"{name} {version(name)}" for name in tools_used) + ".",
        "Whole processes, start-up included; the median of the runs. Ratio: the tool's time over "
        "that of dispatch-lint, which uses all cores and no cache, unless the row says otherwise; "
        "“again” is a second run over the same files.", "",
        "| corpus | tool | seconds | documents a second | ratio | peak memory, MiB |",
        "|---|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for corpus, name, one, documents in measured:
        rate = f"{documents / one.seconds:,.0f}" if documents > 1 else ""
        ratio = one.seconds / ours[corpus]
        memory = f"{one.memory:.0f}" if one.memory else ""
        lines.append(f"| {corpus} | {name} | {one.seconds:.2f} | {rate} | {ratio:.2f} | {memory} |")
    return "\n".join(lines) + "\n"


def _kept(results: Path, section: str) -> str:
    """A section of the last results, or nothing."""
    text = results.read_text("utf-8") if results.exists() else ""
    found = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return f"\n## {section}\n{found}" if found else ""


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each command")
    parser.add_argument("--jsonl", type=int, default=1_000_000, help="entities; 0 leaves it out")
    parser.add_argument("--stored", type=int, default=1_000_000,
                        help="entities in the largest store; 0 leaves stores out")  # fmt: skip
    parser.add_argument("--estates", type=int, default=0,
                        help="entities of the largest estate, such as 10000000; 0 leaves them out")  # fmt: skip
    arguments = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    os.environ["DISPATCH_LINT_CACHE_DIR"] = str(WORK / "cache")
    text = report(rows(arguments.runs, arguments.jsonl))
    results = ROOT / "benchmarks" / "RESULTS.md"
    # What takes half an hour is kept where it is not measured again.
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
