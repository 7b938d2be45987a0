"""Inputs → numbered rows: `file, block, line, document, text`.

A row is a line of JSON, or a row of whatever Spark reads as one. Files may be read in blocks by
several tasks: rows are numbered within their block, and each block ends with a row that says how
many there were, so that the lines of a file can be told later without reading it in order.

Texts are bytes: Spark's strings need not be UTF-8, and Arrow cannot make Python's strings of those
that are not. `reading.read_line` reports them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dispatch_lint.model.errors import InputError
from dispatch_lint.store.urls import shown as shown_url

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

ROWS = "file string, block bigint, line bigint, document bigint, text binary"
TEXT_ENDINGS = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz", ".txt")
_ENDINGS = {".parquet": "parquet", ".orc": "orc", ".csv": "csv", ".avro": "avro"}


def read_rows(
    spark: SparkSession, inputs: list[str], format_: str | None, options: dict[str, str]
) -> DataFrame:
    """The rows of all inputs, numbered within their blocks.

    Args:
        inputs: paths that Spark reads, `jdbc:…` URLs, or `table:NAME`.
        format_: of Spark's data sources; None to tell by the name. `jsonl` is a JSON object a line.
        options: of the data source, such as `dbtable`.

    Raises:
        InputError: Spark cannot read an input.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f

    found: DataFrame | None = None
    for path in inputs:
        try:
            frame, name, text = _frame(spark, path, format_, options)
            place: list[Any] = [f.lit(name), f.spark_partition_id().cast("bigint")]
            if name is None:
                place = [f.col("_metadata.file_path"), f.col("_metadata.file_block_start")]
            columns = f.col("value") if text else _as_json(frame)
            rows = frame.select(
                place[0].alias("file"),
                place[1].alias("block"),
                columns.cast("binary").alias("text"),
            ).mapInArrow(number_rows, ROWS)
        except (PySparkException, Py4JError) as error:
            raise InputError(f"{shown(path)}: {str(error).splitlines()[0]}") from error
        found = rows if found is None else found.unionByName(rows)
    assert found is not None
    return found


def _frame(
    spark: SparkSession, path: str, format_: str | None, options: dict[str, str]
) -> tuple[DataFrame, str | None, bool]:
    """An input as Spark reads it; its name, where its rows are in no file; whether it is text."""
    if path.startswith("table:"):
        return spark.table(path.removeprefix("table:")), path, False
    if path.startswith("jdbc:"):
        reader = spark.read.format("jdbc").option("url", path).options(**options)
        return reader.load(), shown(path), False
    chosen = format_ or _format_of(spark, path)
    if chosen == "jsonl":
        return spark.read.options(**options).text(path), None, True
    return spark.read.format(chosen).options(**options).load(path), None, False


def _format_of(spark: SparkSession, path: str) -> str:
    name = path.rstrip("/*").lower()
    if name.endswith(TEXT_ENDINGS):
        return "jsonl"
    for ending, format_ in _ENDINGS.items():
        if name.endswith(ending):
            return format_
    # A folder: the files in it say what they are.
    listed = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(path)
    files = [row[0] for row in listed.select("path").limit(1000).collect()]
    for file in files:
        for ending, format_ in {**dict.fromkeys(TEXT_ENDINGS, "jsonl"), **_ENDINGS}.items():
            if file.lower().endswith(ending):
                return format_
    raise InputError(f"{shown(path)}: what format is this? Name it by --input-format")


def _as_json(frame: DataFrame) -> Any:
    """A row as the text of an entity, or of a row of Dispatch's."""
    from pyspark.sql import functions as f
    from pyspark.sql.types import BinaryType, StringType

    types = {field.name: field.dataType for field in frame.schema.fields}
    if list(types) == ["value"] and isinstance(types["value"], StringType):
        return f.col("value")  # a column of JSON
    packed = [
        name for name in ("value", "spec", "reason", "tags")
        if isinstance(types.get(name), StringType | BinaryType)
    ]  # fmt: skip
    options = {"ignoreNullFields": "false"}
    if "key" in types and "value" in packed:
        # JSON columns come as text: they go in as they are, not as text in a text.
        plain = [f.col(name) for name in types if name not in packed]
        start = f.to_json(f.struct(*plain), options)
        texts = [
            f.concat(f.lit(f',"{name}":'), f.coalesce(f.col(name).cast("string"), f.lit("null")))
            for name in packed
        ]
        return f.concat(f.regexp_replace(start, r"\}$", ""), *texts, f.lit("}"))
    return f.to_json(f.struct(*[f.col(name) for name in types]), options)


def textual(inputs: list[str], format_: str | None) -> bool:
    """Whether the rows are lines of files, whose columns mean something to people."""
    named = [path for path in inputs if not path.startswith(("table:", "jdbc:"))]
    if format_ is not None:
        return format_ == "jsonl" and named == inputs
    return named == inputs and all(path.lower().endswith((".jsonl", ".ndjson")) for path in inputs)


def number_rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows with their numbers in their block; empty lines are counted, and left out."""
    import pyarrow as pa

    from dispatch_lint.documents.line_ranges import is_blank

    lines: Counter[tuple[str, int]] = Counter()
    documents: Counter[tuple[str, int]] = Counter()
    for batch in batches:
        columns: list[list[Any]] = [[], [], [], [], []]
        for file, block, text in zip(
            *(column.to_pylist() for column in batch.columns), strict=True
        ):
            key = (file, block)
            if text is not None and not is_blank(text):
                for column, value in zip(
                    columns, (*key, lines[key], documents[key], text), strict=True
                ):
                    column.append(value)
                documents[key] += 1
            lines[key] += 1
        yield _batch(pa, columns)
    keys = list(lines)
    yield _batch(pa, [
        [file for file, _ in keys], [block for _, block in keys], [lines[key] for key in keys],
        [documents[key] for key in keys], [None] * len(keys),
    ])  # fmt: skip


def _batch(pa: Any, columns: list[list[Any]]) -> Any:
    types = [pa.string(), pa.int64(), pa.int64(), pa.int64(), pa.binary()]
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, ["file", "block", "line", "document", "text"])


def shown(name: str) -> str:
    """An input, or a file of one, as reports show it: without a password, relative where it can be."""
    import os
    import re

    if scheme := re.match(r"jdbc:(?:\w+:)?(?://)?", name):
        # Each driver has its own form of an account, and of parameters.
        return scheme[0] + re.split(r"[?;(]", name[scheme.end() :].rpartition("@")[2])[0]
    parts = urlsplit(name)
    if parts.scheme in ("", "file"):
        path = unquote(parts.path) if parts.scheme else name
        relative = os.path.relpath(path)
        return (path if relative.startswith("..") else relative).replace(os.sep, "/")
    has_account = "://" in name and not re.match(r"[\w.+-]+://[^/:@]*(?::\d+)?(?:/|\Z)", name)
    return shown_url(name) if has_account else name
