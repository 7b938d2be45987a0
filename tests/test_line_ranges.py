"""JSONL files whose lines several processes judge: the same report as of one."""

from __future__ import annotations

from itertools import chain, cycle, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_lint.api import make_run
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.line_ranges import line_ranges
from dispatch_lint.documents.source import Source
from dispatch_lint.model.violation import Severity
from dispatch_lint.old.line_check import LineCheck
from dispatch_lint.old.looks import digest_of
from dispatch_lint.old.outcome import Result

JSON_LINES = [
    b'{"kind":"Secret","name":"s","organizationId":"acme","secrets":{"a":"b"}}',
    b'{"kind":"Secret","name":"s","organizationId":"acme","status":"ready","id":"1"}',
    b'{"kind":"Function","name":"f","image":"nowhere","sourcPath":"x","secrets":["s"]}',
    b'{"bucket":"dispatch","key":"Secret/acme/s","lastIndex":1,'
    b'"value":{"id":"1","name":"s","organizationId":"acme","status":"","revision":0,"tags":null}}',
    b'{"bucket":"dispatch","key":"acme/s","lastIndex":1,'
    b'"value":{"id":"2","name":"t","organizationId":"acme","status":"","revision":0}}',
    b'{"kind":"API","name":"a","organizationId":"acme","id":"3","status":"","revision":0,'
    b'"API":{"organizationID":"acme","function":"f"}}',
    b'{"kind":"Application","name":"a b","name":"a"}',
    b'{"kind":"Pod","apiVersion":"v1"}',
    b'{"kind":"Secret","name":', b"junk", b"{", b"", b" ", b"\t", b"\r", b"\xc2\xa0", b'"text"', b"[]",
    b'\xef\xbb\xbf{"kind":"Secret","name":"s"}', '{"kind":"Secret","name":"Süd"}'.encode(),
]  # fmt: skip
UNREADABLE = [b'{"kind":"Secret","name":"\xe9"}', b'{"kind":"Secret","name":"a\0b"}']


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(st.sampled_from(JSON_LINES), min_size=2, max_size=30),
    unreadable=st.none() | st.tuples(st.sampled_from(UNREADABLE), st.integers(0, 30)),
    ends=st.booleans(),
    limit=st.integers(0, 12),
    jobs=st.integers(2, 4),
    options=st.fixed_dictionaries({
        "fold": st.booleans(), "listing": st.booleans(), "unfolded": st.booleans(),
        "quiet": st.sampled_from(Severity),
    }),
)  # fmt: skip
def test_lines_of_one_file_are_judged_alike_by_several_processes(
    lines: list[bytes], unreadable: tuple[bytes, int] | None, limit: int, jobs: int, *, ends: bool,
    options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    lines = list(lines)
    if unreadable is not None:
        lines.insert(unreadable[1], unreadable[0])
    file = tmp_path_factory.getbasetemp() / "lines.jsonl"
    file.write_bytes(b"\n".join(lines) + b"\n" * ends)

    def checked(jobs: int) -> tuple[Result, dict[int, bytes] | None]:
        run = make_run(Settings(limits=Limits(violations_per_file=limit)), **options)
        run.digests = {}
        result = run.check([Source(str(file), "jsonl")], jobs)
        return result, run.digests

    assert checked(jobs) == checked(1)


@given(
    lines=st.lists(st.sampled_from(JSON_LINES), max_size=20),
    ends=st.booleans(),
    sizes=st.lists(st.integers(1, 200), min_size=1),
)
def test_ranges_count_lines_and_documents_as_a_whole_file_does(
    lines: list[bytes], sizes: list[int], tmp_path_factory: pytest.TempPathFactory,
    *, ends: bool,
) -> None:  # fmt: skip
    file = tmp_path_factory.getbasetemp() / "ranges.jsonl"
    text = b"\n".join(lines) + b"\n" * ends
    file.write_bytes(text)
    source, digest = Source(str(file), "jsonl"), digest_of()
    ranges = line_ranges(source, 7, cycle(sizes), digest)
    assert digest.digest() == digest_of(text).digest()
    assert {one.source for one in ranges} <= {7}
    assert [(0, *line) for line in source.raw_lines()] == [
        (0, *line) for one in ranges for line in source.raw_lines(within=one)
    ]
    assert list(enumerate(source.raw_lines())) == [
        pair for one in ranges for pair in enumerate(source.raw_lines(within=one), one.document)
    ]


@pytest.mark.parametrize("line", [*UNREADABLE, b'{"a":"' + b"x" * (1 << 20) + b'"}'])
def test_a_line_that_ends_the_reading_keeps_a_file_in_one_piece(
    line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b"{}\n" + line + b"\n{}\n")
    monkeypatch.setattr("dispatch_lint.limits.CURRENT.document_size", 1)
    assert line_ranges(Source(str(file), "jsonl"), 0, chain((1,), repeat(1 << 22)), None) == []
    assert line_ranges(Source(str(file), "jsonl"), 0, repeat(1), None) == []


def test_a_file_that_is_not_there_has_no_ranges(tmp_path: Path) -> None:
    assert line_ranges(Source(str(tmp_path / "none.jsonl"), "jsonl"), 0, repeat(1), None) == []


def test_a_process_locates_no_more_than_is_shown_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(b'{"kind":"Secret","name":"a b"}\n' * 9)
    run = make_run(Settings(limits=Limits(violations_per_file=4)))
    run.sources.append(Source(str(file), "jsonl"))
    check, found = LineCheck(run, 0), []
    for lines in line_ranges(run.sources[0], 0, chain((1,), repeat(90)), None):
        check.judge(lines)
        assert check.drain().folds == {}
        share = run.drain()
        found.append((len(share.found), share.summary.not_shown[str(file)]))
    assert found == [(1, 0), (3, 0), (0, 3), (0, 2)]
