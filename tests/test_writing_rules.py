"""docs/writing-rules.md is true: all of it runs as printed, and its tables have what code states.

`python -m tests.test_writing_rules` writes the tables of the page anew.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from dispatch_lint import rule as interface
from dispatch_lint.documents.suppressions import Scope
from dispatch_lint.model.fix import Safety
from dispatch_lint.rule import Form, Rule
from dispatch_lint.rule.groups import State
from dispatch_lint.schema.schema_change import What

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "writing-rules.md"
BLOCK = re.compile(
    r"(?:^`(?P<file>[^`\n]+)`:\n\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```",
    re.DOTALL | re.MULTILINE,
)
TABLE = re.compile(r"(?<=<!-- table: )(?P<name>[\w ]+) -->\n.*?(?=<!-- end -->)", re.DOTALL)
GIVEN = [
    "EntityView", "FieldView", "Reference", "KeyGroup", "IdGroup", "Group", "Collected", "TextView",
    "CatalogueView", "KindView",
]  # fmt: skip
NAMES = [
    "words_of", "lower_camel", "is_lower_camel", "plural", "kind_field", "read_foreign_key", "is_slip",
    "only_nearest", "did_you_mean",
]  # fmt: skip
YIELDED = ["Finding", "Fix", "Put", "Rename", "Fact", "Example"]
ALIASES = {
    name: f"Literal[{', '.join(map(str, map(json.dumps, get_args(alias))))}]"
    for name, alias in (
        ("Form", Form), ("Safety", Safety), ("Scope", Scope), ("State", State), ("What", What),
    )
} | {"Change": "Put | Rename"}  # fmt: skip
"""Names of types that the tables write out."""
SELDOM = [
    "FormerHolder", "ForeignKey", "Row", "Scalar", "Duplicate", "DefinedField", "DefinitionView",
    "DefinitionField", "PackageView", "SchemaChange", "Suppression", "Location", "Range",
]  # fmt: skip


# The page runs


def test_the_page_runs_as_printed(tmp_path: Path) -> None:
    """Every file of the page is written, and every line of its shell runs, in their order."""
    site = tmp_path / "site"
    folder = tmp_path / "work"
    folder.mkdir()
    text = PAGE.read_text(encoding="utf-8")
    printed = ""
    lines = 0
    for block in BLOCK.finditer(text):
        if block["file"]:
            file = folder / block["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["text"], encoding="utf-8")
        elif block["language"] == "sh":
            for line in block["text"].splitlines():
                printed = run_line(line, folder, site)
                lines += 1
        else:
            assert block["language"] == "text", block[0]
            assert printed == block["text"]
    assert lines > 10
    shop = (folder / "shop.yaml").read_text()
    assert shop == "kind: Function\nname: pay\nimage: nodejs\ntimeout: 30000\n"
    assert printed == "14 examples of 5 rules pass.\n"
    assert re.search("deprecated-target +warning", run_line("dispatch-lint rules", folder, site))


def run_line(line: str, folder: Path, site: Path) -> str:
    """What a line of shell prints; it succeeds. Packages are installed into the folder `site`."""
    if line.startswith("pip install ./"):
        return install(folder / line.split()[-1], site)
    line = line.replace("dispatch-lint ", f"{sys.executable} -m dispatch_lint ")
    result = subprocess.run(
        ["bash", "-ec", line], cwd=folder, capture_output=True, text=True,
        env={
            **os.environ, "PYTHONPATH": os.pathsep.join([str(site), str(ROOT)]),
            "DISPATCH_LINT_TRUST": "1",
        },
        timeout=120,
    )  # fmt: skip
    assert result.returncode == 0, (line, result.stdout, result.stderr)
    return result.stdout


def install(project: Path, site: Path) -> str:
    """Install a package of Python, as pip does: its files, and its entry points as metadata."""
    about = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    name = about["name"].replace("-", "_")
    metadata = site / f"{name}-{about['version']}.dist-info"
    metadata.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n"
    (metadata / "METADATA").write_text(head)
    points = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
        for group, entries in about["entry-points"].items()
    ]
    (metadata / "entry_points.txt").write_text("".join(points))
    (site / name).symlink_to(project / name)
    return ""


def test_rules_of_the_page_are_clean_python(tmp_path: Path) -> None:
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["language"] == "python":
            file = tmp_path / Path(block["file"]).name
            file.write_text(block["text"])
    config = ["--config", str(ROOT / "pyproject.toml")]
    for command in (["check", *config], ["format", "--check", *config]):
        subprocess.run([sys.executable, "-m", "ruff", *command, str(tmp_path)], check=True)
    command = [sys.executable, "-m", "mypy", *map(str, tmp_path.glob("*.py"))]
    subprocess.run(command, check=True, cwd=ROOT)  # with our settings


# Its tables


def test_tables_have_what_the_code_states() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == with_tables(text), "run: python -m tests.test_writing_rules"


def test_every_view_is_in_the_tables() -> None:
    """All that a method is handed, and all that it can be asked for."""
    text = PAGE.read_text(encoding="utf-8")
    values = {"Form", "NoOptions", "Path", "Severity", "Rule"}
    classes = {
        name for name in interface.__all__ if name[0].isupper() and not name.isupper()
    } - values  # fmt: skip
    assert classes == {*GIVEN, *YIELDED, *SELDOM}
    assert [name for name in sorted(classes) if f"### {name}\n" not in text] == []


@pytest.mark.parametrize("method", [name for name in vars(Rule) if name in interface.SCOPES])
def test_every_method_is_documented(method: str) -> None:
    assert f"| `{method}(" in PAGE.read_text(encoding="utf-8")


def with_tables(text: str) -> str:
    """The page with its tables as they have to be."""
    tables = {
        "methods": "\n".join(method_table()),
        "Rule": "\n".join(table(Rule)),
        "given": "\n\n".join(map(section, GIVEN)),
        "yielded": "\n\n".join(map(section, YIELDED)),
        "names": "\n".join(function_table()),
        "seldom": "\n\n".join(map(section, SELDOM)),
    }
    return TABLE.sub(lambda match: f"{match['name']} -->\n\n{tables[match['name']]}\n\n", text)


def method_table() -> Iterator[str]:
    """The methods that a rule overrides, each with its docstring."""
    yield "| method | what it does |"
    yield "|---|---|"
    for name, method in vars(Rule).items():
        if name in interface.SCOPES or name == "collect":
            (_, parameter) = inspect.signature(method).parameters.values()
            yield row(
                [f"{name}({parameter.name}: {shown(parameter.annotation)})"], flat(method.__doc__)
            )


def function_table() -> Iterator[str]:
    """The functions about names, each with its docstring."""
    yield "| function | what it returns |"
    yield "|---|---|"
    for name in NAMES:
        function = inspect.unwrap(getattr(interface, name))
        yield row([f"{name}{signature(function)}"], flat(function.__doc__))


def section(name: str) -> str:
    """The section about a class: its docstring, and its attributes."""
    owner = getattr(interface, name)
    summary = re.sub(r"\n\n(Attributes|Args):.*", "", inspect.getdoc(owner) or "", flags=re.DOTALL)
    return "\n".join([f"### {name}", "", summary, "", *table(owner)])


def table(owner: type) -> Iterator[str]:
    """The public attributes of a class, with their types and what its docstrings state of them."""
    described = dict(descriptions(owner))
    if described:
        yield "| attribute | what it is |"
        yield "|---|---|"
    for names, text in described.items():
        yield row([typed(owner, name) for name in names], text)
    left = [name for name in attributes(owner) if not any(name in names for names in described)]
    if left:
        if described:
            yield ""
        yield f"It {'also ' if described else ''}has {', '.join(f'`{typed(owner, name)}`' for name in left)}."


def descriptions(owner: type) -> Iterator[tuple[tuple[str, ...], str]]:
    """Names of attributes, and their descriptions: of the class, and of its properties and methods."""
    listed = re.search(r"\n\nAttributes:\n(.*)", inspect.getdoc(owner) or "", re.DOTALL)
    for entry in re.split(r"\n(?=    \S)", listed[1]) if listed else ():
        names, _, text = entry.partition(":")
        yield tuple(name.strip() for name in names.split(",")), flat(text)
    for name in attributes(owner):
        value = inspect.getattr_static(owner, name, None)
        if isinstance(value, property) or inspect.isfunction(value):
            yield (name,), flat(value.__doc__)


def attributes(owner: type) -> list[str]:
    """The public attributes of a class, without what only makes one, and those of tuples."""
    names: dict[str, None] = {}
    for base in reversed(owner.__mro__):
        if base in (object, tuple) or base.__module__ == "typing":
            continue
        slots = [name for name in vars(base).get("__slots__", ()) if name != "__dict__"]
        names |= dict.fromkeys([*vars(base).get("__annotations__", ()), *vars(base), *slots])
    return [
        name
        for name in names
        if not name.startswith("_")
        and not hasattr(tuple, name)
        and not isinstance(inspect.getattr_static(owner, name, None), classmethod)
        and not (owner is Rule and hasattr(inspect.getattr_static(owner, name, None), "__code__"))
    ]


def typed(owner: type, name: str) -> str:
    """An attribute with its type, or a method with its parameters."""
    value = inspect.getattr_static(owner, name, None)
    if inspect.isfunction(value):
        return f"{name}{signature(value)}"
    if isinstance(value, property) and value.fget:
        return f"{name}: {shown(value.fget.__annotations__['return'])}"
    if name == "reference":
        return name  # declared by a schema: another class than `Reference`
    for base in owner.__mro__:
        if name in vars(base).get("__annotations__", ()):
            return f"{name}: {shown(vars(base)['__annotations__'][name])}"
    annotation = getattr(vars(owner).get("__init__"), "__annotations__", {}).get(name)
    return f"{name}: {shown(annotation)}" if annotation else name


def signature(function: Callable[..., object]) -> str:
    """The parameters of a function, without `self`, and what it returns."""
    stated = inspect.signature(function)
    parameters = [
        f"{parameter.name}: {shown(parameter.annotation)}"
        for parameter in stated.parameters.values()
        if parameter.name != "self"
    ]
    return f"({', '.join(parameters)}) -> {shown(stated.return_annotation)}"


def shown(annotation: object) -> str:
    """A type as the code has it, with the values of an enumeration."""
    text = str(annotation)
    text = re.sub(r"^ForwardRef\(['\"](.*)['\"]\)$", r"\1", text)
    text = re.sub(r"^ClassVar\[(.*)\]$", r"\1", text)
    text = text.replace("EntityType", "DefinitionView").replace("'", '"')
    return re.sub(r"\w+", lambda match: ALIASES.get(match[0], match[0]), text)


def row(names: list[str], text: str) -> str:
    """A row of a table."""
    listed = ", ".join(f"`{name}`" for name in names).replace("|", "\\|")
    return f"| {listed} | {text.replace('|', chr(92) + '|')} |"


def flat(text: str | None) -> str:
    """A docstring in one line, as a sentence."""
    line = re.sub(r"\s+", " ", text or "").strip()
    return f"{line[:1].upper()}{line[1:]}"


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
