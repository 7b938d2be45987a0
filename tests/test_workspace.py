"""The workspace of the language server: one file is checked beside all others as they are now."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types as lsp

from dispatch_lint.lsp.completion import completions
from dispatch_lint.lsp.mentions import EntityName
from dispatch_lint.lsp.workspace import Workspace

IMAGE = "kind: Image\nname: {}\nbaseImageName: base\n"
FUNCTION = "kind: Function\nname: {}\nimage: {}\nhandler: h\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "image.yaml").write_text(IMAGE.format("nodejs"))
    (tmp_path / "function.yaml").write_text(FUNCTION.format("f", "nodejs"))
    (tmp_path / "rows.jsonl").write_text('{"kind": "Function", "name": "g", "image": "nodejs"}\n')
    workspace = Workspace(tmp_path)
    workspace.load()
    return workspace


def rules(workspace: Workspace, name: str) -> list[str]:
    return [violation.rule for violation in workspace.lint(str(workspace.root / name))]


def test_what_changes_in_one_file_shows_in_others(workspace: Workspace) -> None:
    assert rules(workspace, "function.yaml") == []
    image = str(workspace.root / "image.yaml")
    workspace.open(image, IMAGE.format("python"))
    assert rules(workspace, "function.yaml") == ["unresolved-reference"]
    workspace.close(image)
    assert rules(workspace, "function.yaml") == []
    Path(image).unlink()
    workspace.reread(image)
    workspace.open(str(workspace.root / "other.yaml"), IMAGE.format("nodejs1"))
    assert rules(workspace, "function.yaml") == ["unresolved-reference"]
    assert rules(workspace, "image.yaml") == []


def test_an_open_buffer_goes_before_its_file(workspace: Workspace) -> None:
    file = workspace.root / "function.yaml"
    workspace.open(str(file), FUNCTION.format("f", "nodjs"))
    file.write_text("kind: Secret\nname: s\n")
    workspace.reread(str(file))
    assert rules(workspace, "function.yaml") == ["unresolved-reference"]


def test_whichever_file_is_checked_repeats_the_key(workspace: Workspace) -> None:
    names = ["function.yaml", "again.yaml"]
    workspace.open(str(workspace.root / "again.yaml"), FUNCTION.format("f", "nodejs"))
    for name, other in (names, names[::-1]):
        (violation,) = workspace.lint(str(workspace.root / name))
        assert violation.rule == "unique-key"
        assert [Path(place.file).name for place in violation.related] == [other]


def test_entities_and_their_references(workspace: Workspace) -> None:
    entity = EntityName("Image", "nodejs", None)
    (found,) = workspace.find(entity)
    assert (Path(found.file).name, found.range.line, found.range.column) == ("image.yaml", 2, 7)
    places = [(Path(place.file).name, place.range.line) for place in workspace.references(entity)]
    assert sorted(places) == [("function.yaml", 3), ("rows.jsonl", 1)]
    assert workspace.names("Function") == ["f", "g"]


def test_a_file_that_cannot_be_read(workspace: Workspace) -> None:
    file = workspace.root / "image.yaml"
    file.write_bytes(b"kind: \xff\n")
    workspace.reread(str(file))
    assert rules(workspace, "image.yaml") == []
    assert workspace.find(EntityName("Image", "nodejs", None)) == []


def test_completion_on_the_line_between_documents(workspace: Workspace) -> None:
    lines = ["kind: Image\n", "---\n", "kind: Secret\n"]
    assert list(completions(workspace, lines, lsp.Position(1, 3))) == []
