"""JSONL files in ranges of lines: the same documents, and the same report, as of the whole file."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_lint.api import make_checker
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.line_ranges import LineRange, line_ranges
from dispatch_lint.documents.reading import read_source
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.run import run
from dispatch_lint.engine.source_check import check_source
from dispatch_lint.model.errors import InputError
from tests.test_merging import JSON_LINES

LIMITS = Limits(document_size=1)
LONG = b'{"kind":"Secret","name":"a","x":"' + b"x" * (1 << 20) + b'"}'


def documents(source: Source, lines: LineRange | None = None) -> list[tuple[Any, ...]]:
    """What is read of a source: numbers, values, problems and places."""
    return [
        (read.number, read.part.value, read.part.problem, read.part.extent, read.error)
        for read in read_source(source, LIMITS, lines=lines).parts
    ]


@given(
    lines=st.lists(st.sampled_from(JSON_LINES), max_size=20),
    ends=st.booleans(),
    size=st.integers(1, 400),
)
def test_ranges_count_lines_and_documents_as_a_whole_file_does(
    lines: list[bytes], size: int, *, ends: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "ranges.jsonl"
    text = b"\n".join(lines) + b"\n" * ends
    file.write_bytes(text)
    source = Source(str(file), "jsonl")
    ranges = list(line_ranges(source, size, LIMITS))
    assert b"".join(text[lines.start : lines.end] for lines in ranges) == text
    ends_before = [0, *(lines.end for lines in ranges)]
    assert [lines.start for lines in ranges] == ends_before[: len(ranges)]
    found = [document for lines in ranges for document in documents(source, lines)]
    assert found == documents(source)


@pytest.mark.parametrize("size", [1, 40, 1 << 19, 1 << 22])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_what_stands_before_a_line_that_is_too_long_is_cut(
    size: int, before: int, tmp_path: Path
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"kind":"Secret","name":"a b"}\n' * before + LONG + b"\n{}\n")
    source = Source(str(file), "jsonl")
    found: list[LineRange] = []
    with pytest.raises(InputError, match=rf"jsonl:{before + 1}: the line is larger than 1 MiB"):
        for lines in line_ranges(source, size, LIMITS):
            found.append(lines)
    assert [document[0] for lines in found for document in documents(source, lines)] == [
        *range(before)
    ]


@pytest.mark.parametrize(
    "now", [b"", b'{"kind":"Secret","name":"x y"}\n', b'\n{"kind":"Secret","name":"a b"}\n']
)
def test_lines_that_changed_since_they_were_cut_are_not_checked(now: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"kind":"Secret","name":"a b"}\n')
    source = Source(str(file), "jsonl")
    (lines,) = line_ranges(source, 1, LIMITS)
    file.write_bytes(now)
    with pytest.raises(InputError, match="the file changed during the check"):
        documents(source, lines)


def test_an_empty_file_is_one_range_and_one_file(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    source = Source(str(tmp_path / "a.jsonl"), "jsonl")
    assert list(line_ranges(source, 1, LIMITS)) == [LineRange(0, 0)]
    assert run(make_checker(Settings()), [source]).summary.files == 1


def test_a_file_that_is_not_there_has_no_ranges(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(line_ranges(Source(str(tmp_path / "none.jsonl"), "jsonl"), 1, LIMITS))


def test_of_some_lines_no_more_is_located_than_is_shown_of_a_file() -> None:
    text = b'{"kind":"Secret","name":"a b"}\n' * 9
    source = Source("lines.jsonl", "jsonl", opener=lambda: BytesIO(text))
    checker = make_checker(Settings(limits=Limits(violations_per_file=4)))
    # The first range has a line, the second the rest of them.
    first, rest = LineRange(0, 31), LineRange(31, len(text), 1, 1)
    reports = [check_source(checker, source, 0, lines) for lines in (first, rest)]
    assert [len(report.violations) for report in reports] == [1, 4]
    assert [sum(report.unlocated.values()) for report in reports] == [0, 4]
