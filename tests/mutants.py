"""`python tests/mutants.py [FILE…]`: does a test fail for each small mistake in the rules and the engine?

The mistakes are those of cosmic-ray. Each is made in a process of its own, which runs the tests
that reach the line, those that take little time first, until one fails. Mistakes in annotations
are left out (nobody reads annotations at run time here), those in the examples of a rule (they are
tests), and those that change no result: the size of a cache, a precedence by one, `is` with a literal.
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
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from itertools import accumulate, compress, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
MAX_SECONDS = 300
# Tests that run the command, in processes of its own: they say nothing of which lines they reach,
# and are run where no other test fails.
COMMANDS = ("test_limits", "test_parallel")
LEFT_OUT = (
    "audit", "bolt", "dispatch_database", "editors", "format_schemas", "hooks", "html", "init", "lsp",
    "packaging", "readme", "store_faults",
)  # fmt: skip
PACKAGES = {"rules": "dispatch_lint_rules"}
"""Packages that are called otherwise than their folders."""
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
        elif isinstance(node, ast.ClassDef):
            node.decorator_list = []  # how a dataclass is made
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
            asked = node.args  # whether by name or by place is for type checkers to say
            asked.args = [*asked.posonlyargs, *asked.args, *asked.kwonlyargs]
            asked.defaults = [*asked.defaults, *(one for one in asked.kw_defaults if one)]
            asked.posonlyargs, asked.kwonlyargs, asked.kw_defaults = [], [], []
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.test, node.body = ast.Constant(None), [ast.Pass()]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in NO_CODE:
            node.value = ast.Constant(None)
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [
                one for one in node.decorator_list if "cache" not in ast.unparse(one)
            ]
    return ast.dump(tree)


NO_CODE = ("valid", "invalid")
"""What a class says of a rule: its examples are tests themselves."""
Reached = dict[str, dict[int, list[Test]]]
"""Which tests reach which lines of which file."""


class Recorder:
    """A plugin of pytest that keeps how long tests take."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Adds up set-up, call and teardown."""
        self.seconds[report.nodeid] += report.duration


def test_files() -> list[str]:
    """The files of tests that are run."""
    files = sorted(Path("tests").glob("test_*.py"))
    return [str(one) for one in files if one.stem.removeprefix("test_") not in LEFT_OUT]


def survey(folder: Path) -> Reached:
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
    subprocess.run(
        [sys.executable, "-c", code, str(times), *PYTEST, "-n", "auto", "--cov", "--cov-context=test",
         "--cov-report=", *test_files()],
        check=True, env={**os.environ, "COVERAGE_FILE": str(folder / "coverage")},
    )  # fmt: skip
    import coverage

    seconds = json.loads(times.read_text("utf-8"))
    reader = coverage.CoverageData(str(folder / "coverage"))
    reader.read()
    reached: Reached = {}
    for file in reader.measured_files():
        lines: dict[int, list[Test]] = {}
        for line, contexts in reader.contexts_by_lineno(file).items():
            names = {one.partition("|")[0] for one in contexts if one}
            known = [Test(name, seconds[name]) for name in names if name in seconds]
            lines[line] = sorted(known, key=lambda one: one.seconds)
        reached[file] = lines
    return reached


def tests_of(mutant: Mutant, reached: Reached) -> list[str]:
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

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.text, self.name = file, text, module_of(file)

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        """The one module that is ours."""
        if fullname != self.name:
            return None
        return spec_from_loader(fullname, self, origin=str(self.file))

    def exec_module(self, module: ModuleType) -> None:
        """Runs the file with the mistake."""
        module.__file__ = str(self.file)
        exec(compile(self.text, str(self.file), "exec"), module.__dict__)


def module_of(file: Path) -> str:
    """The name of the module that a file is."""
    folder, *rest = file.relative_to(ROOT).with_suffix("").parts
    return ".".join([PACKAGES.get(folder, folder), *rest])


def make(mutant: Mutant) -> None:
    """Make a mistake in this process, where the module is imported already.

    Its classes stay those that everybody knows, and get what the mistaken ones have.
    """
    module = sys.modules[module_of(mutant.file)]
    before = dict(module.__dict__)
    exec(compile(mutant.text, str(mutant.file), "exec"), module.__dict__)
    for name, new in list(module.__dict__.items()):
        old = before.get(name)
        if isinstance(new, type) and isinstance(old, type) and new.__module__ == module.__name__:
            for attribute, value in vars(new).items():
                if attribute not in ("__dict__", "__weakref__", "__slots__"):
                    setattr(old, attribute, value)
            setattr(module, name, old)


def hand_on(mutant: Mutant, folder: Path) -> None:
    """Make the Pythons that tests start import the mistake too: each looks for a `sitecustomize`."""
    (folder / "mutant.py").write_text(mutant.text, "utf-8")
    (folder / "sitecustomize.py").write_text(
        "import pathlib, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.mutants import Mutated\n"
        f"text = pathlib.Path({str(folder / 'mutant.py')!r}).read_text('utf-8')\n"
        f"sys.meta_path.insert(0, Mutated(pathlib.Path({str(mutant.file)!r}), text))\n",
        "utf-8",
    )
    os.environ["PYTHONPATH"] = str(folder)


class Trial:
    """A plugin of pytest that, instead of running the tests once, runs some for each mistake."""

    def __init__(self, files: list[Path], reached: Reached) -> None:
        self.files, self.reached = files, reached
        self.made = self.left = 0

    def pytest_runtestloop(self, session: Any) -> bool:
        """Tries every mistake, and prints those that no test notices."""
        self.items = {item.nodeid: item for item in session.items}
        self.commands = [one for one in session.items if one.path.stem in COMMANDS]
        for file in self.files:
            several = list(mutants(file))
            text = file.read_text("utf-8")
            none = Mutant(file, "nothing", 1, text.count("\n"), text)
            if not self._tried([none])[0]:
                raise SystemExit(
                    f"{file}: a test fails without any mistake, in a fork of the session"
                )
            survived = self._tried(several)
            for mutant in compress(several, survived):
                print(f"{file.name}:{mutant.first}: {mutant.operator}\n{difference(mutant)}")
            self.made, self.left = self.made + len(several), self.left + sum(survived)
            print(
                f"{file.name}: {len(several) - sum(survived)} of {len(several)} killed", flush=True
            )
        return True

    def _tried(self, several: list[Mutant]) -> list[bool]:
        """Whether all tests pass, in time, with each mistake; so they do where there are none."""
        survived = [False] * len(several)
        running: dict[int, int] = {}
        for number, mutant in enumerate(several):
            if len(running) == os.cpu_count():
                self._wait(running, survived)
            running[self._start(mutant)] = number
        while running:
            self._wait(running, survived)
        return survived

    def _wait(self, running: dict[int, int], survived: list[bool]) -> None:
        child, status = os.wait()
        survived[running.pop(child)] = status == 0
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what the tests left running

    def _start(self, mutant: Mutant) -> int:
        child = os.fork()
        if child == 0:
            os.setsid()
            signal.alarm(MAX_SECONDS)  # a mistake may make an endless loop
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            failed = True
            try:
                failed = self._notices(mutant)
            finally:
                os._exit(failed)
        return child

    def _notices(self, mutant: Mutant) -> bool:
        make(mutant)
        if any_fails(
            [self.items[one] for one in tests_of(mutant, self.reached) if one in self.items]
        ):
            return True
        if mutant.file.parent.name == "rules":  # of a rule its examples say all
            return False
        with TemporaryDirectory() as folder:
            hand_on(mutant, Path(folder))
            return any_fails(self.commands)


def any_fails(items: list[Any]) -> bool:
    """Whether one of some tests fails; the others behind it are not run."""
    from _pytest.runner import runtestprotocol

    for item, following in zip_longest(items, items[1:]):
        if any(one.failed for one in runtestprotocol(item, log=False, nextitem=following)):
            return True
    return False


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
    import pytest

    os.chdir(ROOT)
    os.environ["CI"] = "true"  # the same examples for each mistake
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests interrupt what they start
    rules = sorted(Path("rules").glob("[!_]*.py"))
    engine = sorted(Path("dispatch_lint/engine").glob("[!_]*.py"))
    files = [Path(name) for name in sys.argv[1:]] or [*rules, *engine]
    with TemporaryDirectory() as folder:
        reached = survey(Path(folder))
    trial = Trial([ROOT / one for one in files], reached)
    pytest.main([*PYTEST, "-s", "-p", "no:xdist", *test_files()], plugins=[trial])
    killed = trial.made - trial.left
    print(f"{killed} of {trial.made} killed, {killed / max(1, trial.made):.1%}")


if __name__ == "__main__":
    main()
