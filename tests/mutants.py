"""`python tests/mutants.py [FILE…]`: does a test fail for each small mistake in the rules and the engine?

The mistakes are those of cosmic-ray. Each is made in a process of its own, which runs the tests
that reach the line, those that take little time first, until one fails. Mistakes in annotations
are left out (nobody reads annotations at run time here), and those that change no result: the size
of a cache, a precedence by one, `is` with a literal.
"""

from __future__ import annotations

import ast
import difflib
import json
import os
import signal
import subprocess
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
MAX_SECONDS = 120
# Tests that run the command, in processes of its own: they say nothing of which lines they reach,
# and are run where no other test fails.
COMMANDS = ["tests/test_limits.py", "tests/test_cli.py", "tests/test_parallel.py"]
LEFT_OUT = (
    "audit", "bolt", "dispatch_database", "editors", "format_schemas", "hooks", "html", "init", "lsp",
    "packaging", "parallel", "readme", "store_faults",
)  # fmt: skip
SLOW = 3.0  # seconds
BUDGET = 20.0
"""Seconds of tests for each mistake: what the quick ones do not notice, the slow ones seldom do."""
PYTEST = ["-q", "-x", "-p", "no:cacheprovider", "--tb=no", "--no-header"]


class Mutant(NamedTuple):
    """A mistake: where it is (lines from 1), and the text of the file with it."""

    file: Path
    operator: str
    first: int
    last: int
    text: str


class Test(NamedTuple):
    """A test by its node ID, and how many seconds it takes."""

    name: str
    seconds: float


def mutants(file: Path) -> Iterator[Mutant]:
    """All mistakes of cosmic-ray in a file that a program could notice."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    text = file.read_text("utf-8")
    tree = get_ast_from_path(file)
    seen = {_meaning(text)}
    for name in operator_names():
        if get_operator(name).arguments():
            continue
        operator = get_operator(name)()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for occurrence, ((first, _), (last, _)) in enumerate(places):
            mutated = mutate_code(text, operator, occurrence)
            meaning = _meaning(mutated or "")
            if not meaning or meaning in seen:
                continue
            seen.add(meaning)
            yield Mutant(file, name.partition("/")[2], first, last, mutated)


def _meaning(text: str) -> str:
    """What a program says, without annotations and what only type checkers read."""
    try:
        with warnings.catch_warnings(action="error"):
            compile(text, "", "exec")
    except (SyntaxError, SyntaxWarning):  # an error in itself, or `is` with a literal
        return ""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.test, node.body = ast.Constant(None), [ast.Pass()]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "precedence":
            node.value = ast.Constant(None)
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [
                one for one in node.decorator_list if "cache" not in ast.unparse(one)
            ]
    return ast.dump(tree)


class Recorder:
    """A plugin of pytest that keeps how long tests take."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Adds up set-up, call and teardown."""
        self.seconds[report.nodeid] += report.duration


def survey(folder: Path) -> dict[str, dict[int, list[Test]]]:
    """Which tests reach which line of which file; -1 stands for what is run at import.

    Raises:
        SystemExit: A test fails without any mistake.
    """
    times = folder / "seconds.json"
    code = (
        "import json, sys, pytest; from tests.mutants import Recorder; one = Recorder();"
        "rc = pytest.main(sys.argv[2:], plugins=[one]);"
        "open(sys.argv[1], 'w').write(json.dumps(one.seconds)); sys.exit(rc)"
    )
    chosen = [
        str(file)
        for file in sorted(Path("tests").glob("test_*.py"))
        if file.stem.removeprefix("test_") not in LEFT_OUT
    ]
    subprocess.run(
        [sys.executable, "-c", code, str(times), *PYTEST, "-n", "auto", "--cov", "--cov-context=test",
         "--cov-report=", *chosen],
        check=True, env={**os.environ, "COVERAGE_FILE": str(folder / "coverage")},
    )  # fmt: skip
    import coverage

    seconds = json.loads(times.read_text("utf-8"))
    reader = coverage.CoverageData(str(folder / "coverage"))
    reader.read()
    reached: dict[str, dict[int, list[Test]]] = {}
    for file in reader.measured_files():
        lines: dict[int, list[Test]] = {}
        for line, contexts in reader.contexts_by_lineno(file).items():
            names = {one.partition("|")[0] for one in contexts if one}
            known = [Test(name, seconds[name]) for name in names if name in seconds]
            lines[line] = sorted(known, key=lambda one: one.seconds)
        reached[file] = lines
    return reached


def tests_of(mutant: Mutant, reached: dict[str, dict[int, list[Test]]]) -> list[str]:
    """The tests that a mistake concerns, the rule's own examples first, then the quick ones."""
    lines = reached.get(str(mutant.file), {})
    found = {one for line in range(mutant.first, mutant.last + 1) for one in lines.get(line, [])}
    if not found:  # a class's own lines are run when it is imported: whoever uses the file may tell
        found = {one for tests in lines.values() for one in tests}
    rule = mutant.file.stem.replace("_", "-")
    usual = [one for one in found if one.seconds < SLOW]
    usual.sort(key=lambda one: (f"[{rule}" not in one.name, one.seconds))
    spent = accumulate(one.seconds for one in usual)
    return [one.name for one, seconds in zip(usual, spent, strict=True) if seconds < BUDGET]


class Mutated(MetaPathFinder, Loader):
    """Imports one module with a mistake in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        package = {"rules": "dispatch_lint_rules", "dispatch_lint": "dispatch_lint"}
        self.name = f"{package[mutant.file.parent.name]}.{mutant.file.stem}"

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The one module that is ours."""
        if fullname != self.name:
            return None
        return spec_from_loader(fullname, self, origin=str(self.mutant.file))

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file with the mistake."""
        code: CodeType = compile(self.mutant.text, str(self.mutant.file), "exec")
        module.__file__ = str(self.mutant.file)
        exec(code, module.__dict__)


def hand_on(mutant: Mutant, folder: Path) -> None:
    """Make the Pythons that tests start import the mistake too: each looks for a `sitecustomize`."""
    (folder / "mutant.json").write_text(json.dumps([str(mutant.file), *mutant[1:]]), "utf-8")
    (folder / "sitecustomize.py").write_text(
        "import json, pathlib, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.mutants import Mutant, Mutated\n"
        f"file, *rest = json.loads(pathlib.Path({str(folder / 'mutant.json')!r}).read_text('utf-8'))\n"
        "sys.meta_path.insert(0, Mutated(Mutant(pathlib.Path(file), *rest)))\n",
        "utf-8",
    )
    os.environ["PYTHONPATH"] = str(folder)


def survives(mutant: Mutant, tests: list[str]) -> bool:
    """Whether all tests pass, in time, with a mistake; so they do where there are none."""
    import pytest

    if not tests:
        return True

    child = os.fork()
    if child == 0:
        os.setsid()
        signal.alarm(MAX_SECONDS)  # a mistake may make an endless loop
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = 1
        try:
            sys.meta_path.insert(0, Mutated(mutant))
            code = int(pytest.main([*PYTEST, *tests]))
            if not code and mutant.file.parent.name == "dispatch_lint":
                with TemporaryDirectory() as folder:
                    hand_on(mutant, Path(folder))
                    code = int(pytest.main([*PYTEST, *COMMANDS]))
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what the tests left running
    return status == 0


def difference(mutant: Mutant) -> str:
    """The lines of a file that a mistake changes."""
    lines = mutant.file.read_text("utf-8").splitlines(), mutant.text.splitlines()
    changed = [
        line
        for line in difflib.unified_diff(*lines, lineterm="", n=0)
        if line[:2] not in ("--", "++", "@@")
    ]
    return "\n".join(f"    {line}" for line in changed)


def main() -> None:
    """Tries every mistake, and prints those that no test notices."""
    os.chdir(ROOT)
    os.environ["CI"] = "true"  # the same examples for each mistake
    files = sys.argv[1:] or [
        "dispatch_lint/engine.py",
        *map(str, sorted(Path("rules").glob("[!_]*.py"))),
    ]
    with TemporaryDirectory() as folder:
        reached = survey(Path(folder))
    for module in ("hypothesis", "jsonschema_rs", "ruamel.yaml", "sqlalchemy", "tree_sitter_go"):
        import_module(module)  # once, before the forks
    made = left = 0
    for of_rules in (False, True):
        names = [one for one in files if one.startswith("rules") == of_rules]
        if of_rules and names:
            import_module("dispatch_lint.cli.check")  # only the rules are left to load
        with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
            for name in names:
                several = list(mutants(ROOT / name))
                asked = [tests_of(mutant, reached) for mutant in several]
                said = list(pool.map(survives, several, asked))
                for mutant, tests, survived in zip(several, asked, said, strict=True):
                    if survived:
                        print(
                            f"{name}:{mutant.first}: {mutant.operator}, {len(tests)} tests\n{difference(mutant)}"
                        )
                made, left = made + len(said), left + sum(said)
                print(f"{name}: {len(said) - sum(said)} of {len(said)} killed", flush=True)
    print(f"{made - left} of {made} killed, {(made - left) / max(1, made):.1%}")


if __name__ == "__main__":
    main()
