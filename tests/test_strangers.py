"""Rules that were written from docs/writing-rules.md alone, wherever rules run."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as lsp
from pytest_lsp import ClientServerConfig, LanguageClient

from dispatch_lint.rule import stored
from tests.command import WAIT, run_text

STRANGERS = Path(__file__).parent / "strangers"
RULES = ["approved-image", "one-handler", "owner-tag", "secret-name"]
SETTINGS = f"""
plugins = ["{STRANGERS}"]
select = {json.dumps(RULES)}
organization = "acme"
"""
IMAGES = """\
kind: Image
name: nodejs
baseImageName: base
---
kind: Image
name: python
baseImageName: base
tags: [{key: approved, value: "yes"}]
"""
FUNCTIONS = """\
kind: Function
name: pay
image: nodejs
status: READY
handler: shop.run
sourcePath: shop.js
---
kind: Function
name: bill
image: python
status: READY
handler: shop.run
sourcePath: shop.js
tags: [{key: owner, value: ada}]
---
kind: Function
name: send
image: nodejs
status: CREATING
handler: send.run
sourcePath: send.js
tags: [{key: owner, value: ada}]
---
kind: Secret
name: key
"""
FOUND = [
    ("functions.yaml", 1, "owner-tag", "the Function has no tag owner"),
    ("functions.yaml", 3, "approved-image", 'the Image "nodejs" has no tag approved'),
    ("functions.yaml", 5, "one-handler", "acme/Function/bill has the same handler and sourcePath"),
    ("functions.yaml", 12, "one-handler", "acme/Function/pay has the same handler and sourcePath"),
    ("functions.yaml", 25, "secret-name", 'the name "key" does not begin with acme-'),
]
USERS = """\
from dispatch_lint.rule import Finding, Rule


class Users(Rule):
    \"\"\"Says who refers to each key: equal foreign keys of several entities are told apart.\"\"\"

    name = "users"
    summary = "who refers to a key"

    def check_key(self, group):
        users = sorted(reference.entity.key for reference in group.references)
        yield Finding((), f"{group.is_referred_to}: {', '.join(users)}")

    def check_reference(self, reference):
        if reference.entity.name == reference.value:
            yield Finding((), "it refers to itself")
"""
"""A rule that asks who has each of equal foreign keys."""
Found = list[tuple[str, int, str, str]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "dispatch-lint.toml").write_text(SETTINGS)
    (folder / "images.yaml").write_text(IMAGES)
    (folder / "functions.yaml").write_text(FUNCTIONS)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_text(folder, *arguments, SPARK_LOCAL_IP="127.0.0.1")


def check(folder: Path, *arguments: str) -> Found:
    """The file, line, rule and message of each violation that `check` finds."""
    result = run(folder, "check", *arguments, "-f", "json")
    assert result.returncode == 1 and not result.stderr, result.stderr
    return shown(json.loads(result.stdout)["violations"])


def shown(violations: list[dict[str, object]]) -> Found:
    return sorted(
        (str(violation["file"]), int(str(violation["line"])), str(violation["rule"]), str(violation["message"]))
        for violation in violations
    )  # fmt: skip


@pytest.mark.parametrize("file", sorted(STRANGERS.glob("*.py")), ids=lambda file: file.stem)
def test_their_examples(file: Path, tmp_path: Path) -> None:
    assert len(file.read_text().splitlines()) <= 40
    result = run(tmp_path, "rules", "test", str(file))
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith("examples of 1 rule pass.\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_in_check(jobs: str, root: Path) -> None:
    assert check(root, ".", "--jobs", jobs) == FOUND


def test_with_fix(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root, tmp_path, dirs_exist_ok=True)
    run(tmp_path, "check", "--fix", "--unsafe-fixes")
    assert (tmp_path / "functions.yaml").read_text() == FUNCTIONS.replace("name: key", "name: acme-key")  # fmt: skip
    assert check(tmp_path) == FOUND[:-1]


def test_with_a_store(tmp_path: Path) -> None:
    """The store has the Image, another Function, and an earlier version of the same Function."""
    (tmp_path / "dispatch-lint.toml").write_text(SETTINGS)
    (tmp_path / "pay.yaml").write_text(FUNCTIONS.partition("---")[0])
    code = {"handler": "shop.run", "sourcePath": "shop.js", "image": "nodejs"}
    earlier = stored("Function", id="2", name="pay", **code)
    (tmp_path / "store.jsonl").write_text(stored("Image", id="1", name="nodejs") + earlier)
    imported = run(tmp_path, "store", "import", "store.jsonl", "--store", "sqlite:///refs.db")
    assert imported.returncode == 0, imported.stderr
    arguments = ("pay.yaml", "--store", "sqlite:///refs.db")
    found = [(line, rule) for _, line, rule, _ in check(tmp_path, *arguments)]
    assert found == [(1, "owner-tag"), (3, "approved-image")]
    (tmp_path / "store.jsonl").write_text(stored("Function", id="3", name="old", **code))
    assert run(tmp_path, "store", "import", "store.jsonl", "--store", "sqlite:///refs.db").returncode == 0  # fmt: skip
    assert check(tmp_path, *arguments)[2:] == [
        ("pay.yaml", 5, "one-handler", "acme/Function/old has the same handler and sourcePath")
    ]


@pytest_lsp.fixture(  # type: ignore[untyped-decorator]
    config=ClientServerConfig(server_command=[sys.executable, "-m", "dispatch_lint", "lsp"])
)
async def client(lsp_client: LanguageClient, root: Path) -> AsyncIterator[None]:
    await lsp_client.initialize_session(
        lsp.InitializeParams(
            capabilities=lsp.ClientCapabilities(),
            root_uri=root.as_uri(),
            initialization_options={"trust": True},
        )
    )
    yield
    await lsp_client.shutdown_session()


@pytest.mark.asyncio
async def test_in_the_language_server(client: LanguageClient, root: Path) -> None:
    uri = (root / "functions.yaml").as_uri()
    document = lsp.TextDocumentItem(uri, "yaml", 1, FUNCTIONS)
    client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
    expected = [entry[:3] for entry in FOUND]
    found: list[tuple[str, int, str]] = []
    # The file alone is judged first, and again once the other files of the folder have been read.
    async with asyncio.timeout(WAIT):
        while found != expected:
            await client.wait_for_notification(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
            found = sorted(
                ("functions.yaml", diagnostic.range.start.line + 1, str(diagnostic.code))
                for diagnostic in client.diagnostics[uri]
            )
    secret = next(entry for entry in client.diagnostics[uri] if entry.code == "secret-name")
    actions = await client.text_document_code_action_async(
        lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(uri), secret.range, lsp.CodeActionContext([secret])
        )
    )
    assert actions and isinstance(actions[0], lsp.CodeAction)
    assert actions[0].edit is not None and actions[0].edit.changes is not None
    assert [edit.new_text for edit in actions[0].edit.changes[uri]] == ["acme-key"]


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_in_audit(tmp_path: Path) -> None:
    pytest.importorskip("pyspark")
    code = {"handler": "shop.run", "sourcePath": "shop.js"}
    owner = {"owner": "ada"}
    (tmp_path / "dispatch-lint.toml").write_text(
        SETTINGS.replace("]", ', "mine"]', 1).replace('["app', '["users", "unused-entity", "app')
        + "complete = true\n"
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "users.py").write_text(USERS)
    (tmp_path / "rows.jsonl").write_text(
        stored("BaseImage", id="0", name="base")
        + stored("Image", id="1", name="nodejs", baseImageName="base")
        + stored("Image", id="2", name="python", baseImageName="base", tags={"approved": "yes"})
        + stored("Function", id="3", name="pay", image="nodejs", **code)
        + stored("Function", id="4", name="bill", image="python", tags=owner, **code)
        + stored("Function", id="5", name="send", image="nodejs", status="CREATING", tags=owner)
        + stored("Secret", id="6", name="key", secrets={})
    )
    options = ("--output", "found", "-f", "jsonl", "--master", "local[2]")
    result = run(tmp_path, "audit", "rows.jsonl", *options, "--conf", "spark.ui.enabled=false")
    assert result.returncode == 1, result.stderr[-3000:]
    lines = [
        line
        for file in (tmp_path / "found" / "violations").glob("*.json")
        for line in file.read_text().splitlines()
    ]
    found = shown([json.loads(line) for line in lines])
    assert found == check(tmp_path, "rows.jsonl")
    assert sorted(rule for _, _, rule, _ in found if rule in RULES) == [
        "approved-image", "one-handler", "one-handler", "owner-tag", "secret-name",
    ]  # fmt: skip
    said = [message for _, _, rule, message in found if rule == "users"]
    assert said[0] == "True: acme/Image/nodejs, acme/Image/python"
    assert "True: acme/Function/pay, acme/Function/send" in said
    assert not any(rule == "unused-entity" and "BaseImage" in text for _, _, rule, text in found)
