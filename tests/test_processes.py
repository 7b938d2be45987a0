"""Work in other processes: in order or not, and whatever becomes of one of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dispatch_lint.model.errors import InputError
from dispatch_lint.processes import NotStarted, Workers, _work, processes_for, usable_processors
from tests.command import WAIT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked")


def answers(function: Callable[[int], Any], count: int = 20, processes: int = 3) -> list[Any]:
    with Workers(function, range(count), processes) as workers:
        found = list(workers.in_order())
    assert multiprocessing.active_children() == []
    return found


def slow_at_first(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0)
    return number * number


@pytest.mark.parametrize("processes", [1, 3, 50])
def test_results_are_those_of_one_process(processes: int) -> None:
    expected = [(number, number * number) for number in range(20)]
    assert answers(slow_at_first, processes=processes) == expected
    with Workers(slow_at_first, range(20), processes) as workers:
        found = list(workers.as_done())
    assert sorted(found) == expected
    assert answers(slow_at_first, count=0, processes=processes) == []


def test_what_is_not_wanted_any_more_is_not_waited_for() -> None:
    start = time.monotonic()
    with Workers(time.sleep, [0, 600, 600, 600], 2) as workers:
        assert next(workers.in_order()) == (0, None)
    assert time.monotonic() - start < WAIT
    assert multiprocessing.active_children() == []


def note_process(folder: Path, number: int) -> bytes:
    (folder / f"{number}").write_text(str(os.getpid()))
    return b"x" * 20_000_000


def test_a_process_that_is_killed_while_it_sends_is_one_error(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match="a worker process was killed"),
        Workers(partial(note_process, tmp_path), range(4), 2) as workers,
    ):
        results = workers.in_order()
        next(results)
        while not (tmp_path / "1").exists():
            time.sleep(0.01)
        time.sleep(0.5)
        os.kill(int((tmp_path / "1").read_text()), signal.SIGKILL)
        list(results)
    assert multiprocessing.active_children() == []


def forks(folder: Path, number: int) -> int:
    if os.fork() == 0:
        (folder / f"{os.getpid()}").touch()
    return number


def test_a_copy_that_the_work_makes_of_its_process_ends_there(tmp_path: Path) -> None:
    assert answers(partial(forks, tmp_path)) == [(number, number) for number in range(20)]
    deadline = time.monotonic() + WAIT
    copies = [int(file.name) for file in tmp_path.iterdir()]
    while any(is_running(copy) for copy in copies) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(is_running(copy) for copy in copies)


def is_running(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_process_whose_parent_is_gone_ends_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = multiprocessing.Pipe()
    ours.send(0)
    # Nobody reads the answer: the other end is closed before it is sent.
    process = multiprocessing.get_context("fork").Process(
        target=_work, args=(str, [b"x" * 20_000_000], theirs, [ours])
    )
    process.start()
    theirs.close()
    ours.close()
    process.join(WAIT)
    assert process.exitcode == 0
    assert capfd.readouterr() == ("", "")


def test_no_thread_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert answers(slow_at_first)[3] == (3, 9)


def raises(number: int) -> int:
    class Local(InputError):
        pass

    if number == 2:
        raise Local("of a class that cannot be sent")
    if number == 3:
        raise ValueError("what is wrong")
    return number


def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(InputError, match="of a class that cannot be sent"):
        answers(raises, 3)
    with (
        pytest.raises(ValueError, match="what is wrong") as raised,
        Workers(raises, [3], 1) as workers,
    ):
        list(workers.as_done())
    assert "in raises" in raised.value.__notes__[0]


def test_where_there_is_no_fork_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert usable_processors() == 1 and processes_for(0, 10**9, 1) == 1
    with pytest.raises(NotStarted):
        Workers(slow_at_first, range(3), 2)


def test_few_items_are_work_for_one_process() -> None:
    assert processes_for(0, 5, 6) == 1 and processes_for(0, 6, 6) == usable_processors()
    assert processes_for(3, 0, 6) == 3
