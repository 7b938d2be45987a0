"""Files that another process reads before they are wanted: the same bytes, or none."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest

from dispatch_lint.api import check
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.discover import discover
from dispatch_lint.documents.source import SMALL, Source
from dispatch_lint.old import reading_ahead
from dispatch_lint.old.outcome import Result
from dispatch_lint.old.processes import end_process
from dispatch_lint.old.reading_ahead import ReadingAhead, read_ahead
from tests.test_parallel import TEXTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


def sources_of(folder: Path, count: int) -> list[Source]:
    for number in range(count):
        (folder / f"{number}.yaml").write_text(f"kind: Secret\nname: s{number}\n")
    return [Source(str(folder / f"{number}.yaml"), "yaml") for number in range(count)]


def wait_for(ahead: ReadingAhead) -> ReadingAhead:
    """Wait until all has been read."""
    if ahead._reader is not None:
        os.waitid(os.P_PID, ahead._reader, os.WEXITED | os.WNOWAIT)
    return ahead


def test_what_is_read_ahead_is_what_is_there(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, 100)
    (tmp_path / "3.yaml").write_text("")
    (tmp_path / "4.yaml").write_text("x" * (SMALL + 1))
    (tmp_path / "5.yaml").unlink()
    sources[6] = sources[6]._replace(format="jsonl")
    sources[7] = sources[7]._replace(opener=lambda: BytesIO(b"a: 1"))
    ahead = ReadingAhead(sources)
    assert ahead.data(0, sources[0], SMALL) is None, "nobody has stopped it"
    wait_for(ahead).stop()
    for number, source in enumerate(sources):
        expected = None if number in (3, 4, 5, 6, 7) else Path(source.name).read_bytes()
        assert ahead.data(number, source, SMALL) == expected
    assert ahead.data(0, sources[0], 21) is None, "it is larger"
    assert ahead.data(0, sources[0], 22) == b"kind: Secret\nname: s0\n"
    assert ahead.data(0, sources[1], SMALL) is None, "it is another"
    assert ahead.data(100, sources[0], SMALL) is None
    ahead.stop()


def test_whoever_stops_early_has_what_was_read_until_then(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, 3_000)
    seen = set()
    for pause in (0, 0.002, 0.005, 0.02, None):
        ahead = ReadingAhead(sources)
        if pause is None:
            wait_for(ahead)
        else:
            time.sleep(pause)
        ahead.stop()
        read = [ahead.data(number, source, SMALL) for number, source in enumerate(sources)]
        count = read.index(None) if None in read else len(read)
        assert read[:count] == [Path(one.name).read_bytes() for one in sources[:count]]
        assert not any(read[count:])
        seen.add(count)
    assert max(seen) == 3_000 and len(seen) > 1


def test_no_more_is_read_than_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_ahead, "_ROOM", 100)
    sources = sources_of(tmp_path, 10)
    ahead = ReadingAhead(sources)
    wait_for(ahead).stop()
    read = [ahead.data(number, source, SMALL) for number, source in enumerate(sources)]
    assert [one is not None for one in read] == [True] * 4 + [False] * 6


def test_of_few_files_and_for_one_process_nothing_is_read_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = sources_of(tmp_path, 3)
    monkeypatch.setattr(reading_ahead, "MANY", 3)
    for some, jobs, begun in ((sources[:2], 2, False), (sources, 1, False), (sources, 2, True)):
        with read_ahead(some, jobs) as ahead:
            assert (ahead is not None) is begun
    monkeypatch.setattr(os, "fork", lambda: (_ for _ in ()).throw(BlockingIOError()))
    with read_ahead(sources, 2) as ahead:
        assert ahead is None


def test_nobody_reads_on_after_an_error(tmp_path: Path) -> None:
    sources = sources_of(tmp_path, reading_ahead.MANY)
    with pytest.raises(KeyError), read_ahead(sources, 2) as ahead:
        assert ahead is not None and ahead._reader is not None
        reader = ahead._reader
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(reader, 0)


def test_a_signal_while_the_reader_ends_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(pid: int) -> None:
        end_process(pid)
        raise SystemExit(143)

    monkeypatch.setattr("dispatch_lint.reading_ahead.end_process", interrupted)
    sources = sources_of(tmp_path, reading_ahead.MANY)
    with pytest.raises(SystemExit, match="143"), read_ahead(sources, 2) as ahead:
        assert ahead is not None
        ahead.stop()


@pytest.mark.parametrize("limits", [Limits(), Limits(violations_per_file=1)])
def test_the_report_is_the_same_with_files_that_were_read_ahead(
    limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(200):
        text = TEXTS[number % len(TEXTS)].format(n=number, m=number // 20)
        (tmp_path / f"f{number:03}.yaml").write_text(text)
    (tmp_path / "a.go").write_text("package entities\n")
    (tmp_path / "latin.yaml").write_bytes(b"kind: Secret\nname: \xe9\n")
    monkeypatch.chdir(tmp_path)
    settings = Settings(limits=limits)
    sources = list(discover(["."], settings))

    def found(jobs: int) -> Result:
        return check(settings, sources, jobs=jobs, cached=False)

    expected = found(1)
    monkeypatch.setattr(reading_ahead, "MANY", 2)
    assert found(2) == expected
    stop = ReadingAhead.stop
    monkeypatch.setattr(ReadingAhead, "stop", lambda ahead: stop(wait_for(ahead)))
    assert found(2) == expected, "all were read ahead"


def test_files_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = sources_of(tmp_path, 50)
    monkeypatch.setattr(reading_ahead, "MANY", 2)
    begin = ReadingAhead.__init__

    def begin_and_wait(ahead: ReadingAhead, sources: Sequence[Source]) -> None:
        begin(ahead, sources)
        wait_for(ahead)
        for source in sources[5:]:  # the first are checked before anybody asks what was read
            Path(source.name).unlink()

    monkeypatch.setattr(ReadingAhead, "__init__", begin_and_wait)
    result = check(Settings(), sources, jobs=2, cached=False)
    assert (result.summary.documents, result.summary.problems) == (50, [])
