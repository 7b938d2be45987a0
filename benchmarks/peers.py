"""The peers that are here, each with the command that checks a folder."""

from __future__ import annotations

import json
import platform
import re
import shutil
from pathlib import Path
from typing import Any

from benchmarks.measuring import BIN, ROOT, Command

SCHEMA = ROOT / "schemas" / "dispatch.schema.json"
RELAXED = "{extends: relaxed, rules: {new-lines: disable}}"
"""The rules of yamllint that no corpus violates: files with the line ends of Windows are among them."""
NODE = BIN.parent / "peers/node_modules"
READS = {
    "dispatch-lint": "all corpora, with 45 rules, places and references between documents",
    "native parser and validator": "all corpora; a schema, yes or no",
    "@sourcemeta/jsonschema": "all corpora; a schema, up to the first fault of a document (`--fast`)",
    "ryl, yamllint": "YAML; its style, by the rules of `relaxed` without `new-lines`, and no schema",
    "check-jsonschema": "YAML with one document to a file; a schema",
    "ajv-cli": "YAML with one document to a file, but no dates without quotes, which real-shaped "
    "corpora have; a schema",
    "kubeconform": "YAML with an `apiVersion`: it gets the same documents with one; a schema",
}
"""What each tool reads of the corpora, and what it checks."""


def peers(folder: Path, per_file: int) -> dict[str, Command]:
    """The peers over the YAML files of a folder; those that read one document of a file only if it has one.

    Args:
        per_file: documents of a file.
    """
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.glob("*/*.yaml"))
    found = {}
    if (BIN / "yamllint").exists():
        found["yamllint"] = Command([str(BIN / "yamllint"), "-d", RELAXED, *paths], folder)
    if (BIN / "ryl").exists():
        words = [str(BIN / "ryl"), "check", "--no-cache", "-d", RELAXED, "."]
        found["ryl"] = Command(words, folder)
    if per_file == 1 and (BIN / "check-jsonschema").exists():
        words = [str(BIN / "check-jsonschema"), "--schemafile", str(SCHEMA), *paths]
        found["check-jsonschema"] = Command(words, folder)
    # A folder is walked faster than paths are read, but its files may have one document only.
    found |= sourcemeta(folder, [".", "--extension", ".yaml"] if per_file == 1 else paths)
    if per_file == 1 and (NODE / ".bin/ajv").exists():
        options = ["-s", str(SCHEMA), "-d", "*/*.yaml", "--strict=false"]
        found["ajv-cli"] = Command([str(NODE / ".bin/ajv"), "validate", *options], folder)
    return found | kubeconform(folder)


def sourcemeta(folder: Path, inputs: list[str]) -> dict[str, Command]:
    """@sourcemeta/jsonschema over some inputs of a folder; it reads JSONL too.

    The program itself: the command that npm installs starts it by a script of Node.
    """
    machine = {"AMD64": "x86_64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"jsonschema-{platform.system().lower()}-{machine}"
    program = NODE / "@sourcemeta/jsonschema/build/github-releases" / name
    if not program.exists():
        return {}
    program.chmod(0o755)
    words = [str(program), "validate", "--fast", str(SCHEMA), *inputs]
    return {"@sourcemeta/jsonschema": Command(words, folder)}


def versions() -> list[str]:
    """The peers that npm installs, with their versions."""
    files = [NODE / name / "package.json" for name in ("@sourcemeta/jsonschema", "ajv-cli")]
    packages = [json.loads(file.read_text("utf-8")) for file in files if file.exists()]
    return [f"{package['name']} {package['version']}" for package in packages]


def kubeconform(folder: Path) -> dict[str, Command]:
    """kubeconform, which takes no document without an `apiVersion`: it gets a corpus that has them."""
    program = shutil.which("kubeconform")
    if program is None:
        return {}
    twin = folder.with_name(f"{folder.name}-kubeconform")
    schema = twin.with_suffix(".json")
    if not twin.exists():
        for file in folder.glob("*/*.yaml"):
            copy = twin / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(
                re.sub("(?m)^kind:", "apiVersion: v1\nkind:", file.read_text("utf-8")), "utf-8"
            )
        schema.write_text(json.dumps(_with_version(json.loads(SCHEMA.read_text()))))
    words = [program, "-n", "2", "-schema-location", str(schema), "."]
    return {"kubeconform -n 2": Command(words, twin)}


def _with_version(schema: dict[str, Any]) -> dict[str, Any]:
    """The same schema, which allows each manifest an `apiVersion`."""
    for one in schema["definitions"].values():
        one["properties"]["apiVersion"] = {"type": "string"}
    return schema
