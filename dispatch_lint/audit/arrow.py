"""Rows of Arrow batches as Python values, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pyarrow as pa

Row = tuple[Any, ...]
ROWS = 2_000
"""Rows of a batch."""


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[Row]:
    """The rows of batches."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _batch_of(rows: Sequence[Row], fields: Mapping[str, pa.DataType]) -> pa.RecordBatch:
    """Rows as one batch.

    Args:
        fields: the types of the columns, by name.
    """
    import pyarrow as pa

    columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * len(fields)
    arrays = [
        pa.array(column, type_) for column, type_ in zip(columns, fields.values(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, list(fields))


def batches_of(rows: Iterable[Row], fields: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """Rows as batches of `ROWS`, however many there are; one at least."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= ROWS:
            yield _batch_of(batch, fields)
            batch = []
    yield _batch_of(batch, fields)
