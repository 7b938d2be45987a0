"""The steps of `init`: settings, a hook and editor files, each with its whole new text."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from dispatch_lint.config import settings as settings_module
from dispatch_lint.config.named_files import read_regular
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.modelines import modeline, schema_named
from dispatch_lint.documents.reading import read_documents
from dispatch_lint.documents.source import Source
from dispatch_lint.fix.fixed import full_text
from dispatch_lint.model.errors import InputError
from dispatch_lint.naming import count
from dispatch_lint.schema.folder import MAX_BYTES
from dispatch_lint.schema.generate import dump, editor_schema
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.initializing.survey import Found
    from dispatch_lint.schema.catalogue import Catalogue

HOOKS = Path(".pre-commit-config.yaml")
EDITOR_SETTINGS = Path(".vscode/settings.json")
EDITOR_SCHEMA = Path(".vscode/dispatch.schema.json")
REPOSITORY = "https://github.com/dispatch-lint/dispatch-lint"


@dataclass(frozen=True)
class Step:
    """What is done with one file.

    Attributes:
        file: its path relative to the root.
        text: its whole new text; None where the file is not changed.
        summary: the change, or why there is none.
        missing: the lines that the user has to add.
    """

    file: Path
    text: str | None
    summary: str
    missing: str = ""


def settings_step(found: Found, file: Path | None) -> Step:
    if file is not None:
        return Step(Path(os.path.relpath(file)), None, "it is there already, and stays as it is")
    lines = [
        "# Settings of dispatch-lint. An unknown key is an error; every key is optional.",
        "",
    ]
    summary = []
    if found.definitions:
        lines += ["# What defines your kinds: documents are held against it.",
                  f"definitions = {json.dumps(found.definitions)}"]  # fmt: skip
        summary.append(f"definitions in {', '.join(found.definitions)}")
    if found.store:
        lines += ["# What else exists, for foreign keys and IDs.",
                  f"store = {json.dumps(found.store)}"]  # fmt: skip
        summary.append(f"the store {found.store}")
    lines += [
        "# The organization of manifests, which do not name one:",
        '# organization = "acme"',
        "# Entities that exist elsewhere:",
        '# external = ["Secret/vault-*"]',
        "# What makes a run fail: error, warning or info.",
        'fail-level = "warning"',
    ]
    return Step(Path(settings_module.FILE), "\n".join(lines) + "\n",
                f"settings: {' and '.join(summary) or 'the defaults, to be changed'}")  # fmt: skip


def schema_step(catalogue: Catalogue) -> Step:
    manifests = {
        name: kind.forms["manifest"].schema
        for name, kind in catalogue.kinds.items()
        if "manifest" in kind.forms and not kind.forms["manifest"].only_base and not kind.nested
    }
    text = dump(editor_schema(manifests))
    if EDITOR_SCHEMA.exists() and read_regular(EDITOR_SCHEMA, MAX_BYTES) == text.encode():
        return Step(EDITOR_SCHEMA, None, "it is up to date")
    return Step(EDITOR_SCHEMA, text, f"one schema for manifests of {len(manifests)} kinds")


def editor_step(found: Found) -> Step:
    globs = sorted(_globs(found))
    yaml_globs = [glob for glob in globs if not glob.endswith(".json")]
    json_globs = [f"/{glob}" for glob in globs if glob.endswith(".json")]
    url = f"./{EDITOR_SCHEMA}"
    text = _text_of(EDITOR_SETTINGS) if EDITOR_SETTINGS.exists() else "{}"
    wanted: dict[str, Any] = {}
    if yaml_globs:
        wanted["yaml.schemas"] = {url: yaml_globs}
    if json_globs:
        wanted["json.schemas"] = [{"fileMatch": json_globs, "url": url}]
    try:
        present: Any = json.loads(text) if text.strip() else {}
        if not isinstance(present, dict):
            raise TypeError
        merged = _merge(present, url, yaml_globs, json_globs)
    except (ValueError, TypeError, RecursionError):
        missing = json.dumps(wanted, indent=2)[2:-2]
        return Step(EDITOR_SETTINGS, None, "it has comments, or is no plain JSON object: it stays "
                    "as it is; add", missing)  # fmt: skip
    if merged == present:
        return Step(EDITOR_SETTINGS, None, "it names the schema already")
    indent = re.search(r"\n([ \t]+)\S", text)
    new = json.dumps(merged, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"
    return Step(EDITOR_SETTINGS, new, f"the schema holds for {', '.join(globs)}")


def modeline_step(name: str, classifier: Classifier) -> Step:
    """Add a modeline before each document of a file that has none."""
    source, file = Source(name, "yaml"), Path(name)
    path = os.path.relpath(EDITOR_SCHEMA, file.parent).replace(os.sep, "/")
    comment = modeline(path if path.startswith(".") else f"./{path}")
    text = full_text(source)
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix(mark)
    ending = "\r\n" if "\r\n" in body else "\n"
    added = 0
    for document in reversed(list(read_documents(classifier, source, classifier.settings.limits))):
        assert document.part.node is not None
        start = document.part.node.start
        # A comment cannot precede a document that begins in the same line as `---`.
        alone = start == 0 or body[start - 1] == "\n"
        if alone and schema_named(document.part) is None:
            body = f"{body[:start]}{comment}{ending}{body[start:]}"
            added += 1
    if not added:
        return Step(file, None, "its documents name a schema already, or begin behind `---`")
    return Step(file, mark + body, f"a modeline in {count(added, 'document')}")


def _text_of(file: Path) -> str:
    """The text of a file that is added to.

    Raises:
        InputError: it cannot be read, is no regular file, or is no text.
    """
    try:
        return read_regular(file, MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: this is not UTF-8") from None


def _merge(present: dict[str, Any], url: str, yaml: list[str], json_: list[str]) -> dict[str, Any]:
    """The settings of an editor with the schema added.

    Raises:
        TypeError: a setting has a value of another type than the editor allows.
    """
    merged = json.loads(json.dumps(present))
    if yaml:
        table = merged.setdefault("yaml.schemas", {})
        globs = table.get(url, []) if isinstance(table, dict) else None
        globs = [globs] if isinstance(globs, str) else globs
        if not isinstance(globs, list):
            raise TypeError
        table[url] = [*globs, *(glob for glob in yaml if glob not in globs)]
    if json_:
        entries = merged.setdefault("json.schemas", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise TypeError
        entry = next((entry for entry in entries if entry.get("url") == url), None)
        if entry is None:
            entry = {"fileMatch": [], "url": url}
            entries.append(entry)
        matches = entry.setdefault("fileMatch", [])
        matches += [glob for glob in json_ if glob not in matches]
    return dict(merged)


def _globs(found: Found) -> set[str]:
    """Globs for the manifests.

    A folder in which all files with an ending have manifests only is one glob, such as
    `folder/*.yaml`. Other manifests are named one by one.
    """
    others = {(PurePosixPath(name).parent, PurePosixPath(name).suffix) for name in found.others}
    globs = set()
    for name in found.manifests:
        path = PurePosixPath(name)
        alone = path.parent.parts and (path.parent, path.suffix) not in others
        globs.add(f"{path.parent}/*{path.suffix}" if alone else name)
    return globs


def hook_step() -> Step:
    entry = [
        "- repo: " + REPOSITORY,
        f"  rev: v{__version__}",
        "  hooks:",
        "    - id: dispatch-lint",
    ]
    if not HOOKS.exists():
        text = "repos:\n" + "".join(f"  {line}\n" for line in entry)
        return Step(HOOKS, text, "the hook dispatch-lint; `pre-commit install` puts it to work")
    text = _text_of(HOOKS)
    if re.search(r"id:\s*[\"']?dispatch-lint\b", text):
        return Step(HOOKS, None, "it has the hook already")
    first = _first_repository(text)
    if first is None:
        return Step(HOOKS, None, "its list `repos` is not written as a block: it stays as it is; "
                    "add", "\n".join(entry))  # fmt: skip
    line, column = first
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines[line].endswith("\r\n") else "\n"
    lines[line:line] = [f"{' ' * column}{text_line}{end}" for text_line in entry]
    return Step(HOOKS, "".join(lines), "the hook dispatch-lint, beside what is there")


def _first_repository(text: str) -> tuple[int, int] | None:
    """The number of the line below `repos:`, from 0, and the column of the dashes in that list."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML().load(text)
        (above, _), (item, _) = value.lc.key("repos"), value["repos"].lc.item(0)
    except (YAMLError, AttributeError, KeyError, TypeError, IndexError):
        return None
    match = re.match(r"( *)- ", text.splitlines()[item])
    return (above + 1, len(match[1])) if match else None
