"""What a look at the text of the pages can find: broken links, and what no page mentions."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from dispatch_lint import addresses
from dispatch_lint.report import formats
from tests.docs.running import BLOCK, DOCS, ROOT

UNTESTED_REASONS = {
    "it installs from a package registry",
    "it needs a server",
    "it needs a cluster",
    "it changes your machine",
    "it is for another program",
    "it takes long",
}
"""Why commands of a page are only parsed."""
_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
_FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"^ *```.*?^ *```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def written_files() -> list[Path]:
    """The Markdown that people read, but that of the changes."""
    names = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
    return [*(ROOT / name for name in names), *sorted(DOCS.rglob("*.md"))]


def inline_commands() -> list[str]:
    """The commands of ours in the sentences of all pages; those of the changes may be gone."""
    found = []
    for file in written_files():
        if file.name != "CHANGELOG.md":
            text = _FENCE.sub("", file.read_text(encoding="utf-8"))
            found += re.findall(r"`(dispatch-lint\s[^`]+)`", text)
    return [" ".join(command.split()) for command in found]


def broken_links() -> list[str]:
    """Links that lead to no file, or to no heading, and addresses of the site without a page."""
    broken = []
    for file in written_files():
        text = _CODE.sub("", file.read_text(encoding="utf-8"))
        for target in (match["target"] for match in _LINK.finditer(text)):
            if not _leads_somewhere(file, target):
                broken.append(f"{file.relative_to(ROOT)}: {target}")
    return broken


def _leads_somewhere(file: Path, target: str) -> bool:
    if target.startswith(addresses.DOCUMENTATION):
        path, _, anchor = target.removeprefix(addresses.DOCUMENTATION).partition("#")
        path = path.strip("/").removesuffix(".html") or "index"
        page = DOCS / f"{path}.md"
        return page.exists() and (not anchor or anchor in anchors(page))
    if re.match(r"[a-z]+:", target):
        return target.startswith(("https://", "mailto:"))
    path, _, anchor = unquote(target).partition("#")
    page = (file.parent / path) if path else file
    if DOCS in file.parents and DOCS not in page.resolve().parents:
        return False  # of the site, only its own pages can be reached
    return page.exists() and (not anchor or anchor in anchors(page))


def anchors(page: Path) -> set[str]:
    """The anchors of the headings of a page."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    found = set()
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        found.add(re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", plain.lower()).strip()))
    return found


def undocumented() -> list[str]:
    """Report formats that the page about reports does not have."""
    page = (DOCS / "reference" / "reports.md").read_text(encoding="utf-8")
    return [name for name in formats() if f"| `{name}` |" not in page]


# Workflows

_SCHEMAS = {
    ".github/workflows/*": "github-workflows",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ".github/ISSUE_TEMPLATE/*": "github-issue-forms",
    ".gitlab-ci.yml": "gitlab-ci",
    "azure-pipelines.yml": "azure-pipelines",
    "action.yml": "github-actions",
}
"""Files of CI systems, and the schemas that check-jsonschema has of them."""


class Workflow(NamedTuple):
    """A file of a CI system.

    Attributes:
        name: what it is called, which says what it is.
        place: the page that prints it, or the file itself.
    """

    name: str
    place: str
    text: str


def workflows() -> list[Workflow]:
    """Those of the project, and those that the pages print."""
    found = [
        Workflow(path := file.relative_to(ROOT).as_posix(), path, file.read_text(encoding="utf-8"))
        for file in (ROOT / "action.yml", *sorted((ROOT / ".github").rglob("*.yml")))
    ]
    for file in written_files():
        for block in BLOCK.finditer(file.read_text(encoding="utf-8")):
            if block["file"] and (schema_of(block["file"]) or block["file"] == "Jenkinsfile"):
                found.append(Workflow(block["file"], file.name, block["text"]))
    return found


def schema_of(name: str) -> Any:
    """The schema of a file of a CI system; None if there is none."""
    from check_jsonschema.builtin_schemas import get_builtin_schema

    kind = next((kind for glob, kind in _SCHEMAS.items() if fnmatchcase(name, glob)), None)
    return get_builtin_schema(f"vendor.{kind}") if kind else None


def commands_in(workflow: Workflow) -> list[str]:
    """The commands of ours in a workflow, as a shell runs them."""
    lines = (
        re.sub(r"^\s*(- )?(run|script)?:?\s*", "", line) for line in workflow.text.splitlines()
    )
    commands = (re.sub(r"^(- )?(\.venv/bin/)?", "", line) for line in lines)
    return [command for command in commands if command.startswith("dispatch-lint ")]
