"""How long the language server lets an editor wait: `python -m benchmarks.editing [FILES]...`.

Medians of 20, over the protocol, in workspaces of manifests as users write them.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from benchmarks.corpus import manifests, write_files
from tests.editor import Editor, place

RUNS = 20
EDITS = 2_000


def main() -> None:
    """Print what was measured."""
    for count in map(int, sys.argv[1:] or ["1000", "10000"]):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write_files(root, count, 1, 0, manifests)
            asyncio.run(_measure(root, count))


def _resident(editor: Editor) -> float:
    """The memory of the server, in MB."""
    server: Any = editor.client._server
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def _processor(editor: Editor) -> float:
    """The processor time of the server so far, in seconds: what it is on a machine with much else to do."""
    server: Any = editor.client._server
    threads = Path(f"/proc/{server.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


async def _measure(root: Path, count: int) -> None:
    files = sorted(root.rglob("*.yaml"))
    start = time.perf_counter()
    editor = await Editor().start(root, progress=True)
    uri = editor.open(files[-1])
    await editor.diagnostics(uri)
    _tell(count, "start of the process to first diagnostics", time.perf_counter() - start)
    _tell(count, "the same in processor time", _processor(editor))

    def is_loaded() -> bool:
        return any(isinstance(one, dict) and one.get("kind") == "end" for one in editor.progress)

    await editor.until(is_loaded, 300)
    _tell(count, "start of the process to all files read", time.perf_counter() - start)
    _tell(count, "the same in processor time", _processor(editor))
    text = editor.texts[uri]
    times = []
    for number in range(RUNS):
        begun = time.perf_counter()
        editor.change(uri, f"{text}# {number}\n")
        await editor.diagnostics(uri)
        times.append(time.perf_counter() - begun)
    _tell(count, "keystroke in a comment to diagnostics", statistics.median(times))
    times = []
    for number in range(RUNS):
        begun = time.perf_counter()
        editor.change(uri, text.replace("image: image-", f"image: imag{number}-"))
        await editor.diagnostics(uri)
        times.append(time.perf_counter() - begun)
    _tell(count, "keystroke in a foreign key to diagnostics", statistics.median(times))
    times = []
    for number in range(RUNS):
        other = editor.open(files[-2 - number])
        begun = time.perf_counter()
        await editor.diagnostics(other)
        times.append(time.perf_counter() - begun)
        editor.close(other)
    _tell(count, "first diagnostics of a file that is opened", statistics.median(times))
    times = []
    here = lsp.TextDocumentIdentifier(uri)
    editor.change(uri, text)
    for _ in range(RUNS):
        begun = time.perf_counter()
        await editor.client.text_document_hover_async(lsp.HoverParams(here, place(2, 8)))
        times.append(time.perf_counter() - begun)
    _tell(count, "hover", statistics.median(times))
    for number in range(30):
        editor.change(uri, f"{text}# {number}\n")
    begun = time.perf_counter()
    await editor.client.text_document_hover_async(lsp.HoverParams(here, place(2, 8)))
    _tell(count, "hover behind 30 queued edits", time.perf_counter() - begun)
    large = "---\n".join(manifests(1_000_000 // 140))[:1_000_000].rpartition("---\n")[0]
    big = editor.open(root / "large.yaml", large)
    begun = time.perf_counter()
    found = await editor.client.text_document_document_symbol_async(
        lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(big))
    )
    what = f"documentSymbol of {len(large) / 1e6:.1f} MB, {len(found or ())} documents"
    _tell(count, f"{what}, just opened", time.perf_counter() - begun)
    await editor.diagnostics(big)
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        await editor.client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(big))
        )
        times.append(time.perf_counter() - begun)
    _tell(count, what, statistics.median(times))
    editor.close(big)
    before = _resident(editor)
    for number in range(EDITS):
        editor.change(uri, text.replace("name: function-", f"name: function{number}-"))
        if number % 20 == 0:
            await editor.diagnostics(uri)
    await editor.diagnostics(uri)
    after = _resident(editor)
    print(f"{count:>6} files: memory {before:.0f} MB, after {EDITS} edits {after:.0f} MB")
    await editor.stop()


def _tell(count: int, what: str, seconds: float) -> None:
    print(f"{count:>6} files: {what}: {seconds * 1000:.0f} ms", flush=True)


if __name__ == "__main__":
    main()
