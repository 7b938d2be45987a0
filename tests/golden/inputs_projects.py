"""Folders as users have them: manifests of a shop, a store, a repository of git, a project to begin with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tests.golden.inputs_definitions import AFTER, BASE, BEFORE, WIDGET
from tests.golden.writing import json_lines, write

SHOP: dict[str, str | bytes] = {
    "manifests/images.yaml": "# Images.\nkind: BaseImage\nname: nodejs-base\ndockerUrl: example/nodejs:1\n"
    "language: nodejs\n---\nkind: Image\nname: nodejs\nbaseImageName: nodejs-base\n",
    "manifests/functions.yaml": "kind: Function\nname: hello\nsourcePath: hello.js\nimage: nodejs  # the image\n"
    "secrets: [open-sesame, 'other']\n---\nkind: Function\nname: bye\nsourcePath: bye.js\nimage: \"nodjs\"\n"
    "Timeout: 3\nstatus: ready\n---\nkind: API\nname: get-hello\nfunction: hello\nenabled: yes\nmethods: [GET]\n",
    "manifests/secrets.json": '{"kind": "Secret", "name": "open-sesame", "secrets": {"a": "b"}, "naem": 1}\n',
    "manifests/legacy/old.yaml": "kind: Secret\nname: Old_Name\nfoo_bar: 1\ntags:\n  - {key: Application, value: shop}\n",
    "charts/templates/secret.yaml": "kind: Secret\nname: {{ .Values.name }}\n",
    "charts/Chart.yaml": "apiVersion: v2\nname: chart\n",
    ".github/workflows/ci.yaml": "name: ci\non: push\njobs: {}\n", "ignored/a.yaml": "kind: Secret\nname: a b\n",
    ".gitignore": "ignored/\n*.tmp.yaml\n!kept.tmp.yaml\n", "b.tmp.yaml": "kind: Secret\nname: c d\n",
    "kept.tmp.yaml": "kind: Secret\nname: e f\n", "notes.txt": "kind: Secret\nname: g h\n",
}  # fmt: skip


def _entity(
    kind: str, identity: str, name: str, organization: str = "acme", **fields: object
) -> dict[str, object]:
    return {
        "kind": kind, "id": identity, "name": name, "organizationId": organization,
        "createdTime": "2026-01-01T00:00:00Z", "modifiedTime": "2026-01-02T00:00:00Z", "revision": 3,
        "version": 0, "state": None, "status": "READY", "reason": None, "tags": None, "delete": False,
    } | fields  # fmt: skip


def write_projects(folder: Path, root: Path) -> None:
    """Write the folders `shop`, `store`, `history`, `project`, `inner` and `bolt`."""
    write(folder / "shop", SHOP)
    first = [
        _entity("Organization", "o1", "acme"), _entity("Organization", "o2", "globex", "globex"),
        _entity("BaseImage", "b1", "base", language="nodejs", dockerUrl="x"),
        _entity("Image", "i1", "nodejs", baseImageName="base"),
        _entity("Image", "i2", "java", "globex", baseImageName="base", status="ERROR", reason=["no base"]),
        _entity("Function", "f1", "hello", image="nodejs", secrets=["s"], tags={"role": "test", "Application": "shop"}),
        _entity("Secret", "s1", "s", secrets={"a": "b"}), _entity("Secret", "s2", "gone", status="DELETED", secrets={}),
        _entity("Application", "a1", "shop", tags={"role": "test"}, delete=True, status="DELETING"),
    ]  # fmt: skip
    second = [
        _entity("Image", "i9", "nodejs", baseImageName="base"), _entity("Secret", "s2", "again", secrets={}),
        _entity("Function", "f1", "hello", image="java", secrets=["s", "gone"], revision=2, status="CREATING"),
        _entity("Function", "f2", "bye", image="nodjs", secrets=[]), _entity("Secret", "s1", "s", "globex", secrets={}),
    ]  # fmt: skip
    write(folder / "store", {
        "first.jsonl": json_lines(first), "second.jsonl": json_lines(second),
        "bad.jsonl": json_lines(first[:2]) + "{\n", "manifests/a.yaml": SHOP["manifests/functions.yaml"],
    })  # fmt: skip
    shutil.copytree(root / "tests/bolt", folder / "bolt", ignore=shutil.ignore_patterns("large.db"))
    _write_history(folder / "history")
    write(folder / "project", {
        **{name: text for name, text in SHOP.items() if name.startswith(("manifests", "charts"))},
        "pkg/entities/base.go": BASE, "pkg/entities/widget.go": WIDGET,
    })  # fmt: skip
    _git(folder / "project", "init", "-q", ".")


def _write_history(folder: Path) -> None:
    """A repository with two states of definitions."""
    write(
        folder, {"pkg/base.go": BASE, "pkg/shop.go": BEFORE, "a.yaml": "kind: Secret\nname: a b\n"}
    )
    _git(folder, "init", "-q", "-b", "main", ".")
    for tag, text in (("v1", BEFORE), ("v2", AFTER)):
        write(folder, {"pkg/shop.go": text})
        _git(folder, "add", ".")
        _git(folder, "commit", "-q", "-m", tag)
        _git(folder, "tag", tag)


def _git(folder: Path, *arguments: str) -> None:
    person = {
        f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER")
        for name, value in (("NAME", "a"), ("EMAIL", "a@example.com"), ("DATE", "2026-01-01T00:00:00Z"))
    }  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull,
                   "GIT_CONFIG_NOSYSTEM": "1", **person}  # fmt: skip
    subprocess.run(["git", *arguments], cwd=folder, env=environment, check=True)
