"""Files that a real Bolt made, whole and damaged: see bolt/generate.go."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from dispatch_lint.documents.source import BadRow
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.bolt import BoltFile
from dispatch_lint.text.json_reader import read_value
from tests.test_cli import check, run

FILES = Path(__file__).parent / "bolt"


def read(path: Path) -> dict[str, object]:
    return dict(BoltFile(path, path.name).rows())


def test_all_entities_are_found_in_order() -> None:
    rows = read(FILES / "large.db")
    numbers = [*range(30), *range(110, 150)]
    assert list(rows) == [
        *(f"Application/acme/shop-{number:03}" for number in numbers), "SecretEntity/acme/long",
    ]  # fmt: skip
    last = rows["SecretEntity/acme/long"]
    assert isinstance(last, dict)
    assert (last["bucket"], last["lastIndex"]) == ("dispatch", 151)
    assert last["value"]["secrets"] == {"key": "x" * 9000}
    assert list(dict(BoltFile(FILES / "large.db", "x").rows(["Application/acme/shop-120"]))) == [
        "Application/acme/shop-120"
    ]


def test_small_and_empty_buckets() -> None:
    assert list(read(FILES / "small.db")) == ["Application/acme/shop"]
    assert read(FILES / "empty.db") == {}


def test_values_are_bounded_before_they_are_read() -> None:
    with pytest.raises(ValueError, match="more than 1,000,000 values"):
        read_value(b'{"spec":[' + b"{}," * 1_000_000 + b"1]}")
    assert len(read_value('["' + "[1]," * 1_000_000 + '"]')) == 1


def test_values_that_are_no_entities_are_named(tmp_path: Path) -> None:
    rows = read(FILES / "odd.db")
    assert [name.rpartition("/")[2] for name, row in rows.items() if isinstance(row, BadRow)] == [
        "broken", "list", "short",
    ]  # fmt: skip
    url = f"bolt://{FILES}/odd.db"
    code, out, error = check(tmp_path, url, "-f", "concise")
    assert code == 2
    assert f"{url}: Application/acme/broken: the value cannot be read: it is not JSON" in error
    assert "1 document in 1 store checked" in out
    result = run(tmp_path, "store", "import", url, "--store", "refs.db")
    assert result.returncode == 2
    assert b"Application/acme/list: the value is not a JSON object" in result.stderr


def test_check_and_import_by_url(tmp_path: Path) -> None:
    url = f"bolt://{FILES}/large.db"
    code, out, _ = check(tmp_path, url, "--ignore", "status-value", "-f", "concise")
    assert code == 1
    assert "(71 entities)" in out
    assert out.endswith("71 documents in 1 store checked, 0 skipped, closed world: "
                        "all references checked.\n")  # fmt: skip
    (tmp_path / "f.yaml").write_text("kind: Function\nname: f\nimage: i\nsecrets: [lon, long]\n")
    code, out, _ = check(tmp_path, "f.yaml", "--store", url, "-f", "concise", "--organization",
                         "acme")  # fmt: skip
    assert 'f.yaml:4:11: error[unresolved-reference] there is no Secret "lon"; did you mean' in out
    said = run(tmp_path, "store", "import", url, "--store", "refs.db").stdout
    assert said.startswith(b"71 added")


@pytest.mark.parametrize("name", ["small.db", "large.db"])
def test_a_file_that_is_cut_off_is_an_error(name: str, tmp_path: Path) -> None:
    data = (FILES / name).read_bytes()
    whole = read(FILES / name)
    for size in (0, 1, 100, 4096, 5000, 8192, 9000, 16384, len(data) // 2):
        cut = tmp_path / "cut.db"
        cut.write_bytes(data[:size])
        try:
            found = read(cut)
        except StoreError as error:
            assert "cut.db: " in str(error)
        else:
            assert found == whole  # nothing was lost: only free pages were behind


def test_a_damaged_file_is_an_error_or_reads_as_it_was(tmp_path: Path) -> None:
    data = (FILES / "large.db").read_bytes()
    chance = random.Random(7)
    file = tmp_path / "damaged.db"
    errors = 0
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data)) if chance.random() < 0.3 else (
                chance.randrange(0, len(data), 4096) + chance.randrange(64)
            )  # fmt: skip
            changed[at] = chance.randrange(256)
        file.write_bytes(changed)
        try:
            rows = list(BoltFile(file, "damaged.db").rows())
        except StoreError:
            errors += 1
        else:
            assert len(rows) <= 71 + 200  # a count that was changed shows less, or free pages
    assert errors


def test_a_circle_of_pages_is_an_error(tmp_path: Path) -> None:
    data = bytearray((FILES / "large.db").read_bytes())
    pages = [
        page for page in range(2, len(data) // 4096)
        if struct.unpack_from("<QHH", data, page * 4096)[:2] == (page, 1)
    ]  # fmt: skip
    for page in pages:
        for element in range(struct.unpack_from("<QHH", data, page * 4096)[2]):
            struct.pack_into("<Q", data, page * 4096 + 16 + element * 16 + 8, page)
    file = tmp_path / "circle.db"
    file.write_bytes(data)
    with pytest.raises(StoreError, match="is reached twice"):
        read(file)


def test_the_older_state_is_read_where_the_newer_was_cut_short(tmp_path: Path) -> None:
    data = bytearray((FILES / "small.db").read_bytes())
    transactions = [struct.unpack_from("<Q", data, page * 4096 + 16 + 48)[0] for page in (0, 1)]
    newer = transactions.index(max(transactions))
    data[newer * 4096 + 16 + 30] ^= 1  # its checksum is wrong now
    file = tmp_path / "torn.db"
    file.write_bytes(data)
    assert read(file) in ({}, read(FILES / "small.db"))
    data[(1 - newer) * 4096 + 16 + 30] ^= 1
    file.write_bytes(data)
    with pytest.raises(StoreError, match="not a Bolt file, or both of its meta pages are damaged"):
        read(file)


def test_other_files_and_missing_ones_are_errors(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + bytes(9000))
    os.mkfifo(tmp_path / "pipe.db")
    for name, said in (("x.db", "not a Bolt file"), ("gone.db", "No such file"),
                       ("pipe.db", "not a regular file")):  # fmt: skip
        code, _, error = check(tmp_path, f"bolt://{name}")
        assert code == 2
        assert f"dispatch-lint: bolt://{name}: {said}" in error


def test_a_file_that_is_named_like_a_document_says_how_to_name_it(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes((FILES / "small.db").read_bytes())
    code, _, error = check(tmp_path, "x.db")
    assert code == 2 and "write bolt://x.db" in error
    (tmp_path / "y.db").write_bytes(b"SQLite format 3\0" + bytes(90))
    assert "write sqlite:///y.db" in check(tmp_path, "y.db")[2]


def test_a_file_in_use_is_left_alone(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    file = tmp_path / "used.db"
    file.write_bytes((FILES / "small.db").read_bytes())
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import fcntl; f = open({str(file)!r}, 'rb'); fcntl.flock(f, "
         f"{fcntl.LOCK_EX}); print('held', flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        with pytest.raises(StoreError, match="in use by a running Dispatch"):
            read(file)
    finally:
        holder.communicate(b"\n")


def bolt_file(pages: list[bytes]) -> bytes:
    """A Bolt file whose page 2 is the root; its pages are of 4096 bytes, or more where they are longer."""
    from dispatch_lint.store.bolt import _MAGIC, _META, _PAGE, _VERSION, _fnv64a

    total = 2 + sum(-(-len(page) // 4096) for page in pages)
    metas = []
    for number in (0, 1):
        data = _META.pack(_MAGIC, _VERSION, 4096, 0, 2, 0, 3, total, number, 0)
        data = data[:-8] + struct.pack("<Q", _fnv64a(data[:-8]))
        metas.append((_PAGE.pack(number, 4, 0, 0) + data).ljust(4096, b"\0"))
    return b"".join([*metas, *pages])


def crowded(elements: int, flags: int, value: tuple[int, bytes]) -> bytes:
    """A leaf page all of whose elements have the same key and value."""
    from dispatch_lint.store.bolt import _LEAF, _PAGE

    size, data = value
    start = _PAGE.size + elements * _LEAF.size
    length = -(-(start + 1 + len(data)) // 4096)
    page = _PAGE.pack(2, 2, elements, length - 1)
    for number in range(elements):
        page += _LEAF.pack(flags, start - _PAGE.size - number * _LEAF.size, 1, size)
    return (page + b"k" + data).ljust(length * 4096, b"\0")


@pytest.mark.parametrize("page", [
    crowded(20_000, 1, (16, struct.pack("<QQ", 2, 0))),  # buckets that all have the first page as root
    crowded(20_000, 1, (200_000, b"x" * 200_000)),  # inner pages that overlap
    crowded(20_000, 0, (200_000, b"x" * 200_000)),  # values that do
])  # fmt: skip
def test_pages_are_read_once(page: bytes, tmp_path: Path) -> None:
    (tmp_path / "d.db").write_bytes(bolt_file([page]))
    code, _, error = check(tmp_path, "bolt://d.db", seconds=8)
    assert code == 2 and "the file is damaged" in error
