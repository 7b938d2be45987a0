"""The workspace of the language server: one file is checked beside all others as they are now."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from dispatch_lint.documents.reading import SourceText, read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.lsp.configuration import Ways
from dispatch_lint.lsp.entities import EntityName, documents, field_in, find, names, references
from dispatch_lint.lsp.folder import Folder
from dispatch_lint.lsp.navigation import lenses, links
from dispatch_lint.lsp.session import Session
from dispatch_lint.lsp.symbols import document_symbols
from dispatch_lint.lsp.text import Text
from dispatch_lint.lsp.worker import MOST_INSIDE, Worker
from dispatch_lint.lsp.workspace import Workspace
from dispatch_lint.text.yaml_composing import read_composed

IMAGE = "kind: Image\nname: {}\nbaseImageName: base\n"
FUNCTION = "kind: Function\nname: {}\nimage: {}\nhandler: h\n"


class Editor:
    """An editor with one folder; what it opens is checked at once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.outdated: list[str] = []
        self.meanwhile: list[Callable[[], object]] = []
        """What requests do that are answered at the next pauses."""
        self.session = Session(Ways(), self._pause, self.outdated.append)
        self.folder: Folder = self.session.add_folder(str(root))
        self.load()

    def _pause(self) -> None:
        if self.meanwhile:
            self.meanwhile.pop(0)()

    def load(self) -> None:
        self.folder.refresh(with_rules=True)
        for _ in self.workspace.load(self.session.buffer_of):
            pass

    @property
    def workspace(self) -> Workspace:
        assert self.folder.workspace is not None
        return self.folder.workspace

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str) -> list[str]:
        """The rules that a buffer violates."""
        self.session.put(self.uri(name), text, 1, "yaml")
        checked = self.session.check(self.uri(name))
        return [violation.rule for violation in checked[1].violations] if checked else []

    def close(self, name: str) -> None:
        del self.session.buffers[self.uri(name)]
        self.session.forget(self.uri(name))

    def rules(self, name: str) -> list[str]:
        """The rules that a file violates, with the lines."""
        key = os.path.realpath(self.root / name)
        return [violation.rule for violation in self.workspace.check(key).violations]

    def reread(self, name: str) -> None:
        key = os.path.realpath(self.root / name)
        self.workspace.read(key, str(self.root / name))


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    (tmp_path / "image.yaml").write_text(IMAGE.format("nodejs"))
    (tmp_path / "function.yaml").write_text(FUNCTION.format("f", "nodejs"))
    (tmp_path / "rows.jsonl").write_text('{"kind": "Function", "name": "g", "image": "nodejs"}\n')
    return Editor(tmp_path)


def test_what_changes_in_one_file_shows_in_others(editor: Editor) -> None:
    assert editor.open("function.yaml", FUNCTION.format("f", "nodejs")) == []
    editor.outdated.clear()
    editor.open("image.yaml", IMAGE.format("nodejs") + "# a comment changes nothing\n")
    assert editor.outdated == []
    editor.open("image.yaml", IMAGE.format("python"))
    assert editor.outdated == [editor.uri("function.yaml")]
    assert editor.rules("function.yaml") == ["unresolved-reference"]
    editor.session.forget_places()  # settings may have changed meanwhile
    editor.close("image.yaml")
    assert editor.outdated == [editor.uri("function.yaml")] * 2
    assert editor.rules("function.yaml") == []


def test_a_similar_name_that_comes_changes_what_is_suggested(editor: Editor) -> None:
    assert editor.open("function.yaml", FUNCTION.format("f", "pyton")) == ["unresolved-reference"]
    editor.outdated.clear()
    (editor.root / "python.yaml").write_text(IMAGE.format("python"))
    editor.reread("python.yaml")
    assert editor.outdated == [editor.uri("function.yaml")]
    key = os.path.realpath(editor.root / "function.yaml")
    (violation,) = editor.workspace.check(key).violations
    assert 'did you mean "python"?' in violation.message


def test_an_open_buffer_goes_before_its_file(editor: Editor) -> None:
    editor.open("function.yaml", FUNCTION.format("f", "nodjs"))
    (editor.root / "function.yaml").write_text("kind: Secret\nname: s\n")
    editor.load()
    assert editor.rules("function.yaml") == ["unresolved-reference"]
    editor.close("function.yaml")
    assert names(editor.workspace, "Secret") == ["s"]


def test_a_buffer_that_is_closed_while_files_are_read(editor: Editor) -> None:
    editor.open("function.yaml", FUNCTION.format("f", "gone"))
    (editor.root / "dispatch-lint.toml").write_text("complete = true\n")
    editor.folder.refresh(with_rules=True)
    steps = editor.workspace.load(editor.session.buffer_of)
    next(steps)
    editor.close("function.yaml")
    for _ in steps:
        pass
    assert editor.rules("function.yaml") == []


def test_files_that_come_and_go_while_files_are_found(editor: Editor) -> None:
    """Between the steps of a walk, watchers tell of files whose folders it has seen already."""
    (editor.root / "later").mkdir()
    (editor.root / "later" / "a.yaml").write_text(IMAGE.format("a"))
    steps = editor.workspace.load(editor.session.buffer_of)
    while next(steps) == (0, 0):
        if (editor.root / "image.yaml").exists():
            (editor.root / "image.yaml").unlink()
            editor.reread("image.yaml")
            (editor.root / "function2.yaml").write_text(FUNCTION.format("f2", "a"))
            editor.reread("function2.yaml")
    for _ in steps:
        pass
    assert names(editor.workspace, "Image") == ["a"]
    assert names(editor.workspace, "Function") == ["f", "f2", "g"]
    (editor.root / "function2.yaml").unlink()
    editor.load()
    assert names(editor.workspace, "Function") == ["f", "g"]


def test_a_link_that_is_found_before_its_target(editor: Editor) -> None:
    (editor.root / "a-link.yaml").symlink_to(editor.root / "z.yaml")
    (editor.root / "z.yaml").write_text(IMAGE.format("z"))
    editor.load()
    (found,) = find(editor.workspace, EntityName("Image", "z", None))
    assert Path(editor.workspace.name(found.key)).name == "z.yaml"


def test_a_key_is_repeated_where_a_run_says_so(editor: Editor) -> None:
    """The second file of a run has the violation, whichever is open."""
    assert editor.open("again.yaml", FUNCTION.format("f", "nodejs")) == []
    key = os.path.realpath(editor.root / "function.yaml")
    (violation,) = editor.workspace.check(key).violations
    assert violation.rule == "unique-key"
    assert [Path(place.file).name for place in violation.related] == ["again.yaml"]


def test_entities_and_their_references(editor: Editor) -> None:
    workspace, entity = editor.workspace, EntityName("Image", "nodejs", None)
    (found,) = find(workspace, entity)
    assert (Path(found.key).name, found.range.line, found.range.column) == ("image.yaml", 2, 7)
    places = [(Path(place.key).name, place.range.line) for place in references(workspace, entity)]
    assert places == [("function.yaml", 3), ("rows.jsonl", 1)]
    assert names(workspace, "Function") == ["f", "g"]


def test_a_file_that_cannot_be_read(editor: Editor) -> None:
    (editor.root / "image.yaml").write_bytes(b"kind: \xff\n")
    editor.reread("image.yaml")
    checked = editor.workspace.check(os.path.realpath(editor.root / "image.yaml"))
    assert not checked.violations and "not UTF-8" in checked.problems[0]
    assert find(editor.workspace, EntityName("Image", "nodejs", None)) == []


@pytest.mark.parametrize("left_out", ["exclude", ".gitignore"])
def test_what_is_left_out_is_not_checked(left_out: str, editor: Editor) -> None:
    assert editor.open("old/b.yaml", "kind: Secret\nname: a b\n") == ["name-format"]
    if left_out == "exclude":
        (editor.root / "dispatch-lint.toml").write_text('exclude = ["old/"]\n')
    else:
        (editor.root / ".gitignore").write_text("old/\n")
    editor.load()
    editor.session.forget_places()
    assert editor.open("old/b.yaml", "kind: Secret\nname: a b\n") == []


def test_a_link_is_no_twin_of_its_target(editor: Editor) -> None:
    (editor.root / "link.yaml").symlink_to(editor.root / "function.yaml")
    editor.load()
    assert editor.open("link.yaml", FUNCTION.format("f", "nodejs")) == []
    assert editor.open("link.yaml", FUNCTION.format("f", "nodjs")) == ["unresolved-reference"]
    outside = editor.root.parent / f"{editor.root.name}-link.yaml"
    outside.symlink_to(editor.root / "function.yaml")
    editor.session.put(outside.as_uri(), FUNCTION.format("f", "nodejs"), 1, "yaml")
    checked = editor.session.check(outside.as_uri())
    assert checked is not None and checked[1].violations == []


def test_a_file_outside_is_checked_by_itself(editor: Editor) -> None:
    outside = editor.root.parent / f"{editor.root.name}-outside.yaml"
    for name in ("f", "other b"):
        editor.session.put(outside.as_uri(), FUNCTION.format(name, "gone"), 1, "yaml")
        checked = editor.session.check(outside.as_uri())
        assert checked is not None
        rules = [violation.rule for violation in checked[1].violations]
        assert rules == (["name-format"] if " " in name else [])
    assert editor.rules("function.yaml") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_edits_keep_the_lines(encoding: str) -> None:
    chance, letters = random.Random(7), "ab\r\n\ufeff😀é"
    text = Text("a😀\r\nb\rc\n", encoding)
    for _ in range(2_000):
        start, end = sorted(chance.randrange(len(text.text) + 1) for _ in range(2))
        place = text.place_of(start, end)
        if (text.offset(place.start), text.offset(place.end)) != (start, end):
            continue  # inside of the end of a line
        new = "".join(chance.choice(letters) for _ in range(chance.randrange(4)))
        expected = Text(f"{text.text[:start]}{new}{text.text[end:]}", encoding)
        text = text.changed([lsp.TextDocumentContentChangePartial(place, new)])
        assert text.lines == expected.lines
        assert text.text == expected.text


def test_positions_count_only_what_ends_a_line() -> None:
    text = Text("a\u2028b\x85c\x0cd\r\ne\rf\n😀g")
    assert text.lines == ["a\u2028b\x85c\x0cd\r\n", "e\r", "f\n", "😀g"]
    change = lsp.TextDocumentContentChangePartial(
        lsp.Range(lsp.Position(3, 2), lsp.Position(3, 3)), "h"
    )
    assert text.changed([change]).text.endswith("😀h")
    assert text.line_and_column(lsp.Position(3, 2)) == (4, 2)
    assert text.position(4, 2) == lsp.Position(3, 2)
    assert Text("😀g", "utf-8").position(1, 2) == lsp.Position(0, 4)
    assert Text("\ufeffab").position(1, 2) == lsp.Position(0, 2)


MANY = "".join(f"kind: Secret\nname: s-{number}\n---\n" for number in range(500))


def test_a_file_that_is_opened_while_it_is_read(editor: Editor) -> None:
    assert editor.open("function.yaml", FUNCTION.format("f", "nodejs")) == []
    (editor.root / "image.yaml").write_text(MANY + IMAGE.format("nodejs"))
    editor.meanwhile.append(lambda: editor.open("image.yaml", MANY + IMAGE.format("python")))
    editor.reread("image.yaml")
    assert not editor.meanwhile
    assert names(editor.workspace, "Image") == ["python"]
    assert editor.rules("function.yaml") == ["unresolved-reference"]


def test_what_is_read_while_a_buffer_is_checked(editor: Editor) -> None:
    editor.meanwhile.append(lambda: editor.open("image.yaml", IMAGE.format("python")))
    text = MANY + FUNCTION.format("f", "nodejs")
    assert editor.open("function.yaml", text) == ["unresolved-reference"]
    newer = text.replace("nodejs", "python")
    editor.meanwhile.append(lambda: editor.open("function.yaml", newer))
    assert editor.open("function.yaml", text + "# \n") == []
    assert not editor.meanwhile and editor.rules("function.yaml") == []
    assert len(references(editor.workspace, EntityName("Image", "python", None))) == 1


def test_a_text_that_is_tried_is_not_seen_by_others(editor: Editor) -> None:
    editor.open("image.yaml", MANY + IMAGE.format("nodejs"))
    key = os.path.realpath(editor.root / "image.yaml")
    other = editor.workspace.source(key)
    editor.open("image.yaml", MANY + IMAGE.format("python"))
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(names(editor.workspace, "Image"))
        editor.meanwhile.append(look)

    editor.meanwhile.append(look)
    editor.workspace.check_text(key, other)
    assert seen and all(found == ["python"] for found in seen)
    assert names(editor.workspace, "Image") == ["python"]


def test_references_in_one_file_take_one_reading(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = "---\n".join(FUNCTION.format(f"f-{number}", "nodejs") for number in range(50))
    (editor.root / "many.yaml").write_text(many)
    editor.load()
    calls: list[str] = []

    def counted(source: Source, *args: Any, **options: Any) -> SourceText:
        calls.append(Path(source.name).name)
        return read_source(source, *args, **options)

    monkeypatch.setattr("dispatch_lint.lsp.buffers.read_source", counted)
    found = references(editor.workspace, EntityName("Image", "nodejs", None))
    assert len(found) == 52
    assert calls == ["function.yaml", "many.yaml", "rows.jsonl"]


def test_a_position_costs_the_document_that_it_is_in(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"\ufeff# a comment\n{MANY}{FUNCTION.format('f', 'nodejs')}---\nkind: Secret\nname: t\n"
    editor.session.put(editor.uri("many.yaml"), text, 1, "yaml")
    member = editor.session.member(editor.uri("many.yaml"))
    assert member is not None
    calls: list[int] = []

    def counted(shared: Any, start: int, stop: int) -> Any:
        calls.append(start)
        return read_composed(shared, start, stop)

    monkeypatch.setattr("dispatch_lint.text.yaml_composing.read_composed", counted)
    line = text[: text.index("image: nodejs")].count("\n") + 1

    def look() -> None:
        field = field_in(member.workspace, member.key, line, 8)
        assert field is not None
        assert (field.document.number, field.position.path) == (500, ("image",))
        assert field_in(member.workspace, member.key, 1, 3) is not None  # before the first `---`
        assert field_in(member.workspace, member.key, 10**6, 1) is not None

    look()
    assert len(calls) == 3
    assert len(list(documents(member.workspace, member.key))) == 502
    look()  # what was read whole is not read again
    assert len(calls) == 3 + 502


def test_requests_that_need_a_whole_text_let_others_in(editor: Editor) -> None:
    editor.open("many.yaml", MANY)
    for ask in (document_symbols, lenses, links):
        editor.meanwhile.append(lambda: names(editor.workspace, "Secret"))
        assert list(ask(editor.session, editor.uri("many.yaml"))) or ask is links
        assert not editor.meanwhile


def test_what_is_due_goes_before_what_can_wait() -> None:
    """A buffer that is opened while files are read is checked before the next file."""
    worker, done = Worker(print), []

    def read() -> Iterator[None]:
        for number in range(3):
            done.append(f"file {number}")
            worker.later("check", 0, partial(done.append, "buffer"))
            worker.request(partial(done.append, "request"))
            yield
        worker.stop()

    worker.in_background("load", read())
    worker.start()
    worker._thread.join(60)
    assert done == [name for number in range(3) for name in (f"file {number}", "request", "buffer")]


def test_requests_inside_of_one_another_have_a_bound() -> None:
    """Each that lets others in takes room on the stack."""
    worker, inside, deepest = Worker(print), 0, 0

    def ask(number: int) -> int:
        nonlocal inside, deepest
        inside += 1
        deepest = max(deepest, inside)
        worker.pause()
        inside -= 1
        return number

    answers = [worker.request(partial(ask, number)) for number in range(1000)]
    worker.start()
    assert [answer.result(60) for answer in answers] == list(range(1000))
    worker.stop()
    assert deepest == MOST_INSIDE + 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_a_pipe_is_no_file(editor: Editor) -> None:
    pipe = editor.root / "pipe.yaml"
    os.mkfifo(pipe)

    def write() -> None:
        with suppress(BrokenPipeError):  # it may be opened, and is not read
            pipe.write_text(IMAGE.format("x"))

    threading.Thread(target=write, daemon=True).start()  # else a reader would wait
    editor.reread("pipe.yaml")
    assert os.path.realpath(pipe) not in editor.workspace
    assert editor.session.text_of(str(pipe)) is None
