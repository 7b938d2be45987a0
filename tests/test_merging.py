"""Reports are merged in any order and grouping: the result is that of one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch_lint.api import make_checker
from dispatch_lint.config.limits import Limits
from dispatch_lint.config.settings import Settings, parse
from dispatch_lint.documents.line_ranges import LineRange, line_ranges
from dispatch_lint.documents.source import BadRow, Source
from dispatch_lint.engine.checker import Checker, Options
from dispatch_lint.engine.report import RunReport
from dispatch_lint.engine.run import finish, run
from dispatch_lint.engine.source_check import check_source
from dispatch_lint.engine.summary import Result
from dispatch_lint.index.index import MAX_IN_MEMORY, Index
from dispatch_lint.model.violation import Severity
from tests.conftest import run_over

JSON_LINES = [
    b'{"kind":"Secret","name":"s","organizationId":"acme","secrets":{"a":"b"}}',
    b'{"kind":"Secret","name":"s","organizationId":"globex","status":"ready","id":"1"}',
    b'{"kind":"Function","name":"f","image":"nowhere","sourcPath":"x","secrets":["s"]}',
    b'{"kind":"Function","name":"f","organizationId":"globex","image":"i","secrets":["s", "t"]}',
    b'{"kind":"Image","name":"i","organizationId":"acme","baseImageName":"b"}',
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
    b'{"kind":"Secret","name":"\xe9"}', b'{"kind":"Secret","name":"a\0b"}',
]  # fmt: skip
YAML = [
    b"kind: Secret\nname: s\n",
    b"kind: Function\nname: a b\nimage: i\nsecrets: [s, x]\nstatus: no\n",
    b"# dispatch-lint: ignore-file[name-format, unique-key]\nkind: Secret\nname: a b\n---\nkind: Secret\nname: s\n",
    b"kind: Image\nname: i  # dispatch-lint: ignore[schema]\nbaseImageName: b\n",
    b"kind: Secret\nname: [\n", b"name: [\n---\nkind: Secret\nname: z\n", b"name: [\n", b"kind: \xe9\n",
    b"openapi: 3.0.0\ncomponents: {schemas: {Image: {properties: {kind: {}, name: {}, a_b: {type: string}}}}}\n",
    b"openapi: 3.0.0\ncomponents: {schemas: {Image: {properties: {kind: {}, name: {}, a_b: {}}}}}\n",
    b"{kind: Pod, apiVersion: v1}\n---\nkind: Widget\nname: w\n---\nkind: Image\nname: i\nbaseImageName: b\n",
]  # fmt: skip


class Rows:
    """A store of some rows, one of which holds no entity."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def rows(self, keys: Any = None) -> Iterator[tuple[str, Any]]:
        for name in self._names:
            if keys is None or name in keys:
                entity = {"kind": "Secret", "name": name, "organizationId": "acme"}
                yield name, BadRow("no entity") if name == "bad" else entity

    def count(self) -> int:
        return len(self._names)

    def close(self) -> None:
        pass


def text_source(name: str, data: bytes, *, reported: bool = True) -> Source:
    format_: Any = name.rpartition(".")[2]
    return Source(name, format_, reported=reported, opener=lambda: BytesIO(data))


LINES = st.lists(st.sampled_from(JSON_LINES), min_size=1, max_size=20).map(b"\n".join)


@st.composite
def any_sources(draw: st.DrawFn) -> list[Source]:
    """Files of every format, what is read for keys only, and perhaps a store."""
    sources = [text_source(f"{n}.jsonl", draw(LINES)) for n in range(draw(st.integers(1, 2)))]
    for number, data in enumerate(draw(st.lists(st.sampled_from(YAML), max_size=6))):
        sources.append(text_source(f"{number}.yaml", data))
    if draw(st.booleans()):
        sources.append(text_source("index.jsonl", draw(LINES), reported=False))
    if draw(st.booleans()):
        sources.append(Source("bolt://x", "rows", rows=Rows(["a b", "bad", "s", "s2"])))
    return sources


CHECKERS = st.builds(
    lambda limit, options, chosen: make_checker(
        replace(parse(chosen), limits=Limits(violations_per_file=limit)), Options(**options)
    ),
    st.integers(1, 12),
    st.fixed_dictionaries({
        "fold": st.booleans(), "listing": st.booleans(), "unfolded": st.booleans(),
        "quiet": st.sampled_from(Severity),
    }),
    st.sampled_from([
        {}, {"complete": True}, {"organization": "acme"}, {"per-path": {"*.yaml": ["name-format"]}},
        {"extend-select": ["unused-entity"]}, {"severity": {"unique-key": "info", "schema": "warning"}},
    ]),
)  # fmt: skip


def merged(
    checker: Checker, sources: list[Source], size: int, limit: int, draw: st.DataObject
) -> Result:
    """The result of pieces that were checked in any order, and merged in any grouping."""
    pieces: list[tuple[int, LineRange | None]] = []
    for position, source in enumerate(sources):
        if source.format == "jsonl":
            ranges = line_ranges(source, size, checker.settings.limits)
            pieces += [(position, lines) for lines in ranges]
        else:
            pieces.append((position, None))
    reports = [RunReport(index=Index(limit))]
    for position, lines in draw.draw(st.permutations(pieces)):
        if draw.draw(st.booleans()):
            reports.append(RunReport(index=Index(limit)))
        reports[-1].add(check_source(checker, sources[position], position, lines))
    while len(reports) > 1:
        taken = reports.pop(draw.draw(st.integers(0, len(reports) - 1)))
        reports[draw.draw(st.integers(0, len(reports) - 1))].merge(taken)
    return finish(checker, sources, sources, reports[0])


@settings(max_examples=150)
@given(
    any_sources(), CHECKERS, st.integers(1, 400), st.sampled_from([1, 2_000, MAX_IN_MEMORY]), st.data()
)  # fmt: skip
def test_reports_are_merged_in_any_order_and_grouping(
    sources: list[Source], checker: Checker, size: int, limit: int, data: st.DataObject
) -> None:
    result = merged(checker, sources, size, limit, data)
    # Of lines that are read together there is one reading.
    assert result._replace(readings={}) == run(checker, sources)._replace(readings={})


@pytest.mark.parametrize("limit", [7, 3_000])
def test_facts_on_disk_are_judged_alike(limit: int) -> None:
    text = "---\n".join(
        f"kind: Function\nname: f{number % 40}\nimage: i{number % 7}\n" for number in range(50)
    )
    text += "---\nkind: Image\nname: i1\nbaseImageName: b\n"
    sources = [text_source("a.yaml", text.encode())]
    checker = make_checker(Settings())
    report = RunReport(index=Index(limit))
    report.add(check_source(checker, sources[0]))
    result = finish(checker, sources, sources, report)
    assert result == run(checker, sources)
    assert {violation.rule for violation in result.violations} == {
        "unique-key", "unresolved-reference", "foreign-key-naming",
    }  # fmt: skip


def test_a_run_over_files_is_that_of_their_texts(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(JSON_LINES))
    found = run_over(Settings(), ["a.jsonl"])
    source = text_source("a.jsonl", b"\n".join(JSON_LINES))
    assert found.violations == run(make_checker(Settings()), [source]).violations
