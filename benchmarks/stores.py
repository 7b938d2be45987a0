"""The reference store at scale: import, a full check, and a check of a few changed manifests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.corpus import changed_manifests, write_entities
from benchmarks.measuring import BIN, Measured, measure
from tests import postgres

CHANGED = 100


def stores_report(work: Path, largest: int) -> str:
    """Measure every backend that is there, on a tenth and on the whole, as Markdown."""
    folder = work / "stores"
    folder.mkdir(parents=True)
    (folder / "changed.yaml").write_text(changed_manifests(CHANGED))
    (folder / "empty.jsonl").write_text("")
    sizes = (largest // 10, largest)
    for size in sizes:
        write_entities(folder / f"{size}.jsonl", size)
    lines = [
        "", "## Stores", "",
        f"{sizes[0]:,} and {sizes[1]:,} entities with two references each, as JSONL; growth is the "
        "time of the larger over that of the smaller. The full check is of all entities against "
        f"the store that holds them; {CHANGED} changed manifests are checked against the store of "
        f"{sizes[1]:,} entities and against an empty one. One run each.", "",
        f"| store | job | seconds, {sizes[0]:,} | seconds, {sizes[1]:,} | growth | peak memory, "
        "MiB |", "|---|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    with _stores(folder) as stores:
        for name, url in stores.items():
            lines += _rows(folder, name, url, sizes)
    return "\n".join(lines) + "\n"


def _rows(folder: Path, name: str, url: str, sizes: tuple[int, int]) -> Iterator[str]:
    jobs: dict[str, list[Measured]] = {}
    for size in sizes:
        store = url.format(size=size)
        source = f"{size}.jsonl"
        jobs.setdefault("import", []).append(_run(folder, "store", "import", source, store=store))
        jobs.setdefault("import again", []).append(
            _run(folder, "store", "import", source, store=store)
        )
        jobs.setdefault("full check", []).append(
            _run(folder, "check", "--isolated", "-q", source, store=store)
        )
    for job, (small, large) in jobs.items():
        yield (
            f"| {name} | {job} | {small.seconds:.1f} | {large.seconds:.1f} | "
            f"{large.seconds / small.seconds:.1f} | {max(small.memory, large.memory):.0f} |"
        )
    empty = url.format(size="empty")
    _run(folder, "store", "import", "empty.jsonl", store=empty)
    check = ("check", "--isolated", "-q", "--organization", "acme", "changed.yaml")
    few = [_run(folder, *check, store=one, runs=5) for one in (empty, url.format(size=sizes[1]))]
    yield (
        f"| {name} | {CHANGED} changed manifests (empty store, {sizes[1]:,}) | "
        f"{few[0].seconds:.2f} | {few[1].seconds:.2f} | {few[1].seconds / few[0].seconds:.1f} | "
        f"{few[1].memory:.0f} |"
    )


def _run(folder: Path, *arguments: str, store: str, runs: int = 0) -> Measured:
    return measure([str(BIN / "dispatch-lint"), *arguments, "--store", store], folder, runs)


@contextmanager
def _stores(folder: Path) -> Iterator[dict[str, str]]:
    """The URL of each backend that can be had here, with a place for the size."""
    urls = {"SQLite": "{size}.db"}
    found = postgres.binaries()
    if found is None:
        yield urls
        return
    with postgres.running(found) as server:
        import psycopg

        for size in [path.stem for path in folder.glob("*.jsonl")]:
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "s{size}"'.encode())
        yield urls | {"PostgreSQL": server.url("s{size}")}
