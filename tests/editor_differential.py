"""What an editor shows is what `check` finds: after random edits, saves, renames, deletions, settings.

`python -m tests.editor_differential [FILES] [EDITS] [SEED]` runs it for a larger workspace.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.uris import to_fs_path

from dispatch_lint.lsp.text import Text
from dispatch_lint.model.location import Range
from tests.editor import Editor
from tests.golden.inputs_mutated import _mutate

ROOT = Path(__file__).parents[1]
SETTINGS = [
    "", 'complete = true\n', 'ignore = ["unresolved-reference"]\n', 'exclude = ["b/"]\n',
    '[per-path]\n"a/" = ["status-value", "unknown-field"]\n', 'organization = "acme"\n',
    'external = ["Image/*"]\ncomplete = true\n', 'include = ["/a/", "/b/"]\n',
    'store = "sqlite:///store.db"\n', 'store = "sqlite:///store.db"\nbaseline = "baseline.json"\n',
    'baseline = "baseline.json"\n',
]  # fmt: skip
FOLDERS = ("", "a/", "b/", "a/c/")
Shown = tuple[str, str, str, str, tuple[int, int, int, int]]
"""File, rule, severity, message with help, and place of a violation."""
DECLARED = {("info", "foreign-key-naming"), ("info", "initialism-spelling")}
"""Infos about names that the built-in definitions declare, which an editor does not show."""
_SEVERITIES = {1: "error", 2: "warning", 3: "info"}


def texts(chance: random.Random) -> list[str]:
    """Manifests, whole files of them and single ones, most with mistakes."""
    whole = [file.read_text("utf-8") for file in sorted((ROOT / "examples").rglob("*.yaml"))]
    parts = [part for text in whole for part in re.split(r"(?m)^---$", text) if part.strip()]
    found = []
    for text in [*whole, *parts, *parts]:
        for _ in range(chance.choice([0, 1, 1, 2, 3])):
            text = _mutate(chance, text)
        found.append(text)
    return found


class Work:
    """A folder, and an editor that changes it at random."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root, self.chance = root, chance
        self.texts = texts(chance)
        self.editor = Editor()
        self.asked: set[asyncio.Future[Any]] = set()
        self.said = ""
        """What the last command wrote about itself."""

    def fill(self, count: int) -> None:
        """Write files."""
        for folder in FOLDERS:
            (self.root / folder).mkdir(exist_ok=True)
        for number in range(count):
            folder = FOLDERS[number % len(FOLDERS)]
            text = self.texts[number % len(self.texts)]
            if number >= len(self.texts):
                text = _mutate(self.chance, text)
            (self.root / folder / f"{number:04}.yaml").write_text(text, "utf-8", newline="")

    def files(self) -> list[Path]:
        return sorted(self.root.rglob("*.yaml"))

    def step(self) -> None:
        """One thing that somebody does, in the editor or beside it."""
        chance, editor = self.chance, self.editor
        opened = sorted(editor.texts)
        kind = chance.choices(
            ["open", "edit", "save", "close", "ask", "rename", "delete", "write", "settings",
             "store", "baseline"],
            [6, *([10, 4, 2, 6] if opened else [0] * 4), 2, 1, 2, 2, 1, 1],
        )[0]  # fmt: skip
        if kind == "open":
            file = chance.choice(self.files())
            if file.as_uri() not in editor.texts:
                editor.open(file)
        elif kind == "edit":
            uri = chance.choice(opened)
            editor.change(uri, _mutate(chance, editor.texts[uri]))
        elif kind == "save":
            uri = chance.choice(opened)
            editor.save(uri)
            editor.tell(Path(to_fs_path(uri) or ""))
        elif kind == "close":
            editor.close(chance.choice(opened))
        elif kind == "ask":
            self._ask(chance.choice(opened))
        elif kind == "store":
            self._store() if chance.random() < 0.7 else self._remove("store.db")
        elif kind == "baseline":
            self._baseline() if chance.random() < 0.7 else self._remove("baseline.json")
        elif kind == "settings":
            file = self.root / "dispatch-lint.toml"
            file.write_text(chance.choice(SETTINGS))
            editor.tell(file)
        else:
            self._beside(kind)

    def complete(self) -> None:
        """Write what the settings name and is not there: without it `check` does not begin."""
        settings = self.root / "dispatch-lint.toml"
        named = settings.read_text() if settings.exists() else ""
        if "store" in named and not (self.root / "store.db").exists():
            self._store()
        if "baseline" in named and not (self.root / "baseline.json").exists():
            self._baseline()
            assert (self.root / "baseline.json").exists(), self.said

    def _store(self) -> None:
        """Write or replace the store."""
        file, new = self.root / "store.db", self.root / "new.db"
        example = self.chance.choice(sorted((ROOT / "examples" / "manifests").glob("*.yaml")))
        self._run("store", "import", "--isolated", "--store", f"sqlite:///{new}", str(example))
        new.replace(file)
        self.editor.tell(file)

    def _baseline(self) -> None:
        """Write the baseline of the files as they are."""
        file = self.root / "baseline.json"
        self._run("check", "--isolated", "--baseline", str(file), "--write-baseline")
        self.editor.tell(file)

    def _remove(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)
        self.editor.tell(self.root / name)

    def _run(self, *arguments: str) -> None:
        """Run a command that other people, or a job, run beside the editor; it may find nothing."""
        command = [sys.executable, "-m", "dispatch_lint", *arguments]
        done = subprocess.run(command, cwd=self.root, capture_output=True, check=False)
        self.said = done.stderr.decode()

    def _ask(self, uri: str) -> None:
        """Send requests, whose answers nobody waits for: edits come in between."""
        here = lsp.TextDocumentIdentifier(uri)
        start = lsp.Position(self.chance.randrange(20), 8)
        client, place = self.editor.client, lsp.Range(start, start)
        context = lsp.CodeActionContext([])
        for request in (
            client.text_document_hover_async(lsp.HoverParams(here, start)),
            client.text_document_code_action_async(lsp.CodeActionParams(here, place, context)),
            client.text_document_code_lens_async(lsp.CodeLensParams(here)),
            client.text_document_completion_async(lsp.CompletionParams(here, start)),
        ):
            task = asyncio.ensure_future(request)
            self.asked.add(task)

    def _beside(self, kind: str) -> None:
        chance, editor = self.chance, self.editor
        closed = [file for file in self.files() if file.as_uri() not in editor.texts]
        if not closed:
            return
        file = chance.choice(closed)
        if kind == "rename":
            new = self.root / chance.choice(FOLDERS) / f"n{chance.randrange(10**6)}.yaml"
            file.rename(new)
            editor.tell(file, new)
        elif kind == "delete":
            file.unlink()
            editor.tell(file)
        else:
            file.write_text(chance.choice(self.texts), "utf-8", newline="")
            editor.tell(file)

    def expected(self) -> set[Shown]:
        """What `check` finds in the files and buffers as they are now."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / self.root.name
            shutil.copytree(self.root, copy)
            for uri, text in self.editor.texts.items():
                relative = Path(to_fs_path(uri) or "").relative_to(self.root)
                (copy / relative).write_bytes(text.encode())
            done = subprocess.run(
                [sys.executable, "-m", "dispatch_lint", "check", "-f", "json", "."], cwd=copy,
                capture_output=True, check=False,
            )  # fmt: skip
            assert done.stdout, done.stderr.decode()
            report: Any = json.loads(done.stdout)
            texts = {
                one["file"]: Text((copy / one["file"]).read_bytes().decode())
                for one in report["violations"]
            }
        return {
            (
                one["file"], one["rule"], one["severity"], one["message"].split("\n")[0],
                _place(texts[one["file"]], texts[one["file"]].range(
                    Range(one["line"], one["column"], one["endLine"], one["endColumn"])
                )),
            )
            for one in report["violations"]
            if (one["severity"], one["rule"]) not in DECLARED
        }  # fmt: skip

    def shown(self, uri: str, found: Any) -> set[Shown]:
        """Diagnostics of a file as `check` lists violations."""
        file = Path(to_fs_path(uri) or "")
        text = Text(self.editor.texts[uri] if uri in self.editor.texts else
                    file.read_bytes().decode())  # fmt: skip
        name = file.relative_to(self.root).as_posix()
        return {
            (
                name, str(one.code), _SEVERITIES[int(one.severity)], one.message.split("\n")[0],
                _place(text, one.range),
            )
            for one in found
        }  # fmt: skip

    async def pulled(self) -> set[Shown]:
        """All that the editor is told when it asks."""
        report = await self.editor.client.workspace_diagnostic_async(
            lsp.WorkspaceDiagnosticParams([])
        )
        return {
            shown
            for item in report.items
            if isinstance(item, lsp.WorkspaceFullDocumentDiagnosticReport)
            for shown in self.shown(item.uri, item.items)
        }

    def pushed(self) -> set[Shown]:
        """What the editor was sent of its open buffers."""
        return {
            shown
            for uri in self.editor.texts
            for shown in self.shown(uri, self.editor.published.get(uri, (None, ()))[1])
        }


def _place(text: Text, place: lsp.Range) -> tuple[int, int, int, int]:
    """A range of an editor as lines and columns; what is behind the end of a line is that end."""
    return (*text.line_and_column(place.start), *text.line_and_column(place.end))


async def differences(
    root: Path, count: int, edits: int, seed: int, *, pull: bool
) -> tuple[set[Shown], set[Shown], int]:
    """What the editor shows too much, and what it does not, after random edits; and of how many."""
    work = Work(root, random.Random(seed))
    work.fill(count)
    await work.editor.start(root, pull=pull, progress=True)
    try:
        await work.editor.until(lambda: any(
            isinstance(value, dict) and value.get("kind") == "end" for value in work.editor.progress
        ), 300)  # fmt: skip
        for number in range(edits):
            work.step()
            if number % 10 == 0:
                await asyncio.sleep(0.2)
        await asyncio.gather(*work.asked)
        work.complete()
        await asyncio.sleep(1)
        expected = await asyncio.to_thread(work.expected)
        if pull:
            found = await work.pulled()
            return found - expected, expected - found, len(expected)
        opened = {
            Path(to_fs_path(uri) or "").relative_to(root).as_posix() for uri in work.editor.texts
        }
        expected = {shown for shown in expected if shown[0] in opened}
        with contextlib.suppress(TimeoutError):
            await work.editor.until(lambda: work.pushed() == expected, 20)
        found = work.pushed()
        return found - expected, expected - found, len(expected)
    finally:
        await work.editor.stop()


def main() -> None:
    """Run it, with pulled and with pushed diagnostics; by default with another seed each time."""
    given = [int(text) for text in sys.argv[1:]]
    count, edits, seed = [*given, *[1000, 200, random.randrange(10**6)][len(given) :]]
    failed = False
    for pull in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve() / "work"
            root.mkdir()
            more, less, total = asyncio.run(differences(root, count, edits, seed, pull=pull))
        failed = failed or bool(more or less)
        print(
            f"seed {seed}, pull={pull}: {total} violations, {len(more)} too many, {len(less)} missing"
        )
        for mark, shown in [*(("+", one) for one in more), *(("-", one) for one in less)][:30]:
            print(mark, shown)
    sys.exit(failed)


if __name__ == "__main__":
    main()
