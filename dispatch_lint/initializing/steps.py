"""The steps of `init`: settings, a hook and editor files, each with its whole new text."""

from __future__ import annotations

import json
import os
import re
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from dispatch_lint.addresses import REPOSITORY, page
from dispatch_lint.config.named_files import read_regular
from dispatch_lint.config.settings_file import FILE
from dispatch_lint.config.tree import exists
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.modelines import modeline, schema_named
from dispatch_lint.documents.reading import read_documents
from dispatch_lint.documents.source import Source
from dispatch_lint.fix.fixed import full_text
from dispatch_lint.initializing.schema_copy import EDITOR_SCHEMA
from dispatch_lint.initializing.step import Step
from dispatch_lint.model.errors import InputError
from dispatch_lint.naming import count
from dispatch_lint.schema.folder import MAX_BYTES
from dispatch_lint.text.jsonc import value_of, with_added, with_value
from dispatch_lint.version import __version__

if TYPE_CHECKING:
    from dispatch_lint.initializing.survey import Found
    from dispatch_lint.model.location import Path as FieldPath

HOOKS = Path(".pre-commit-config.yaml")
EDITOR_SETTINGS = Path(".vscode/settings.json")
PROBLEM_MATCHER = Path(".github/dispatch-lint-matcher.json")


def settings_step(found: Found, file: Path | None) -> Step:
    if file is not None:
        return Step(Path(os.path.relpath(file)), None, "exists already; not changed")
    lines = [
        "# Settings of dispatch-lint. An unknown key is an error; every key is optional.",
        "",
    ]
    summary = []
    if found.definitions:
        lines += ["# The definitions of your kinds: documents are checked against them.",
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
    return Step(Path(FILE), "\n".join(lines) + "\n",
                f"settings: {' and '.join(summary) or 'the defaults, to be changed'}")  # fmt: skip


def editor_step(found: Found) -> Step:
    globs = sorted(_globs(found))
    yaml_globs = [glob for glob in globs if not glob.endswith(".json")]
    json_globs = [f"/{glob}" for glob in globs if glob.endswith(".json")]
    url = f"./{EDITOR_SCHEMA}"
    text = _text_of(EDITOR_SETTINGS) if EDITOR_SETTINGS.exists() else "{}"
    try:
        new = text if text.strip() else "{}"
        if yaml_globs:
            new = _with_yaml_schema(new, url, yaml_globs)
        if json_globs:
            new = _with_json_schema(new, url, json_globs)
    except (ValueError, TypeError, RecursionError):
        wanted: dict[str, Any] = {}
        if yaml_globs:
            wanted["yaml.schemas"] = {url: yaml_globs}
        if json_globs:
            wanted["json.schemas"] = [{"fileMatch": json_globs, "url": url}]
        missing = json.dumps(wanted, indent=2)[2:-2]
        return Step(EDITOR_SETTINGS, None, "not changed, because it is not a JSON object, or has "
                    "something else there; add", missing)  # fmt: skip
    if new == text:
        return Step(EDITOR_SETTINGS, None, "names the schema already")
    new = new if new.endswith("\n") or EDITOR_SETTINGS.exists() else f"{new}\n"
    return Step(EDITOR_SETTINGS, new, f"the schema applies to {', '.join(globs)}",
                needs=EDITOR_SCHEMA)  # fmt: skip


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
        return Step(
            file, None, "not changed: its documents name a schema already, or begin after `---`"
        )
    return Step(file, mark + body, f"a modeline in {count(added, 'document')}", needs=EDITOR_SCHEMA)


def _text_of(file: Path) -> str:
    """The text of a file that is added to.

    Raises:
        InputError: it cannot be read, is no regular file, or is no text.
    """
    try:
        return read_regular(file, MAX_BYTES).decode()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: this is not UTF-8") from None


def _with_yaml_schema(text: str, url: str, globs: list[str]) -> str:
    """The settings of an editor with a schema for YAML files.

    Raises:
        ValueError, TypeError: they are no JSON object, or the setting has a value of another type.
    """
    present = value_of(text)
    if not isinstance(present, dict):
        raise TypeError
    key = "yaml.schemas"
    if key not in present:
        return with_added(text, (key,), {url: globs})
    table = present[key]
    if not isinstance(table, dict):
        raise TypeError
    if url not in table:
        return with_added(text, (key, url), globs)
    return _with_globs(text, (key, url), table[url], globs)


def _with_json_schema(text: str, url: str, globs: list[str]) -> str:
    """The settings of an editor with a schema for JSON files; see `_with_yaml_schema`."""
    present = value_of(text)
    if not isinstance(present, dict):
        raise TypeError
    key, entry = "json.schemas", {"fileMatch": globs, "url": url}
    if key not in present:
        return with_added(text, (key,), [entry])
    entries = present[key]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TypeError
    at = next((number for number, one in enumerate(entries) if one.get("url") == url), None)
    if at is None:
        return with_added(text, (key, len(entries)), entry)
    path = (key, at, "fileMatch")
    if "fileMatch" not in entries[at]:
        return with_added(text, path, globs)
    return _with_globs(text, path, entries[at]["fileMatch"], globs)


def _with_globs(text: str, path: FieldPath, present: object, globs: list[str]) -> str:
    """A text in which a list of globs has some more; a single glob becomes a list."""
    if isinstance(present, str):
        missing = [glob for glob in globs if glob != present]
        return with_value(text, path, [present, *missing]) if missing else text
    if not isinstance(present, list):
        raise TypeError
    missing = [glob for glob in globs if glob not in present]
    for number, glob in enumerate(missing, len(present)):
        text = with_added(text, (*path, number), glob)
    return text


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
        folder = _as_glob(str(path.parent))
        globs.add(f"{folder}/*{path.suffix}" if alone else _as_glob(name))
    return globs


def _as_glob(name: str) -> str:
    """A glob for a path: any letter for what means something in a glob, or is no Unicode."""
    return re.sub(r"[][{}*!\\\ud800-\udfff]", "?", name)


def hook_step() -> Step:
    entry = [
        "- repo: " + REPOSITORY,
        f"  rev: v{__version__}",
        "  hooks:",
        "    - id: dispatch-lint",
    ]
    if not HOOKS.exists() and not exists(".git"):  # pre-commit reads that of the root alone
        where = f"{page('how-to/pre-commit')}#a-project-in-a-folder"
        return Step(HOOKS, None, f"it belongs to the root of the repository ({where})")
    if not HOOKS.exists():
        text = "repos:\n" + "".join(f"  {line}\n" for line in entry)
        return Step(HOOKS, text, "the hook dispatch-lint; `pre-commit install` activates it")
    text = _text_of(HOOKS)
    if re.search(r"id:\s*[\"']?dispatch-lint\b", text):
        return Step(HOOKS, None, "has the hook already")
    first = _first_repository(text)
    if first is None:
        return Step(HOOKS, None, "not changed, because its list `repos` is not in block style; add",
                    "\n".join(entry))  # fmt: skip
    line, column = first
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines[line].endswith("\r\n") else "\n"
    lines[line:line] = [f"{' ' * column}{text_line}{end}" for text_line in entry]
    return Step(HOOKS, "".join(lines), "the hook dispatch-lint, beside what is there")


def matcher_step() -> Step:
    """The problem matcher, with which GitHub makes annotations of the format `concise`."""
    package = resources.files(__package__)
    text = package.joinpath("problem-matcher.json").read_text(encoding="utf-8")
    if PROBLEM_MATCHER.exists():
        state = "up to date" if _text_of(PROBLEM_MATCHER) == text else "there, and stays as it is"
        return Step(PROBLEM_MATCHER, None, f"it is {state}")
    return Step(PROBLEM_MATCHER, text, "a problem matcher, for the format concise in a workflow")


def _first_repository(text: str) -> tuple[int, int] | None:
    """The number of the line below `repos:`, from 0, and the column of the dashes in that list.

    None where there is no such list in block style.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.nodes import MappingNode

    try:
        # Nodes alone: no scalar is read, which may be a date that no calendar has.
        fields = YAML().compose(text.removeprefix("\ufeff")).value
        above, items = next((key, value.value) for key, value in fields if key.value == "repos")
        item = items[0]
    except (YAMLError, RecursionError, StopIteration, ValueError, AttributeError, LookupError):
        return None
    line = item.start_mark.line
    match = re.match(r"( *)- ", text.splitlines()[line]) if type(item) is MappingNode else None
    return (above.end_mark.line + 1, len(match[1])) if match else None
