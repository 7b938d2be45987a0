"""The examples of all rules, each as a case with its own settings and store."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.golden.case import Case, case

SCRIPT = Path(__file__).parent / "dump_rules.py"


@dataclass(frozen=True)
class RuleExample:
    """An example as `dispatch_lint.rule.Example` has it, with the rule that it belongs to."""

    rule: str
    kind: str
    number: int
    text: str
    file: str
    settings: Mapping[str, Any]
    store: str
    before: str

    @property
    def title(self) -> str:
        """A name that no other example has."""
        return f"{self.rule}-{self.kind}-{self.number}"


def load_examples(pythons: Sequence[Path]) -> list[RuleExample]:
    """The examples of the first version that can list them."""
    for python in pythons:
        result = subprocess.run([python, "-P", SCRIPT], capture_output=True, text=True, check=False)
        if result.returncode == 0:
            return [RuleExample(**example) for example in json.loads(result.stdout)]
    raise SystemExit(f"no version lists its rules:\n{result.stderr}")


def toml(table: Mapping[str, Any]) -> str:
    """A table of plain values as TOML."""
    return "".join(f"{json.dumps(key)} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{json.dumps(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def example_cases(examples: Sequence[RuleExample]) -> Iterator[Case]:
    """What `check` reports of each example, and what its fixes would change."""
    for example in examples:
        name = f"rule/{example.rule}/{example.kind}-{example.number}"
        if example.before:
            yield case(
                name, f"schema diff before/{example.file} after/{example.file}",
                files={f"before/{example.file}": example.before,
                       f"after/{example.file}": example.text},
            )  # fmt: skip
            continue
        files = {
            example.file: example.text,
            "dispatch-lint.toml": toml({"select": [example.rule], **example.settings}),
        }
        commands = [f"check -f json -f full {example.file}"]
        if example.kind == "invalid":
            commands.append(f"check --diff --unsafe-fixes --exit-zero {example.file}")
        if example.store:
            files["remembered.jsonl"] = example.store
            commands = ["store import remembered.jsonl --store known.db",
                        *(f"{command} --store known.db" for command in commands)]  # fmt: skip
        yield case(name, *commands, files=files)
