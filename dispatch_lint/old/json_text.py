"""JSON text → documents as plain values: an object, an array of objects, or one object a line.

As with YAML, it is fast and steps aside where something is odd; `json_placed` has the places and
decides.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from dispatch_lint.config.limits import CURRENT, is_too_deep


class _Odd(ValueError):
    """Something that only the slow way can report."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise _Odd("a field stands twice")
    return value


def _refuse_constant(name: str) -> Any:
    raise _Odd(f"{name} is not JSON")


def _integer(text: str) -> int:
    if len(text) > 400:
        raise _Odd("the number is too long")
    return int(text)


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer
)


def read_value(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: where `json_placed` has to look.
    """
    try:
        value = _decoder.decode(text)
    except RecursionError as error:
        raise _Odd("nested too deep") from error
    if is_too_deep(value):
        raise _Odd("nested too deep")
    return value


_PAYS = 100_000
"""Bytes of lines after which it pays to import a faster parser."""
_read = 0
_parser: Any = None


def read_line(line: bytes) -> Any:
    """The value of a line of JSONL.

    Raises:
        ValueError: where `json_placed` has to look.
    """
    if (_parser or _count(len(line))) and type(value := _quickly(line)) is dict:
        return value
    try:
        return read_value(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _Odd("it is not UTF-8") from error


def _count(size: int) -> Any:
    """The faster parser, once it pays to load it."""
    global _read, _parser
    _read += size
    if _read >= _PAYS:
        import orjson

        _parser = orjson
    return _parser


def _quickly(line: bytes) -> Any | None:
    """The value of a line, or of a text, where the faster parser may be trusted with it.

    It takes the last of several equal fields for good, and reads long numbers as others. What it
    writes for its value is no such line.
    """
    try:
        value = _parser.loads(line)
        if type(value) not in _NESTED:
            return None
        plain = _parser.dumps(value) == line.rstrip()
    except (ValueError, TypeError):  # TypeError: nested deeper than it writes
        return None
    if not plain and _fields(value, 0) != _written_fields(line):
        return None
    if line.count(b"{") + line.count(b"[") > CURRENT.depth and is_too_deep(value):
        return None
    return value


def _written_fields(line: bytes) -> int:
    """How many fields a line has, or more; less than nothing where they cannot be counted.

    Every field has its colon behind the quote. Where there are as many of them as fields were
    read, none was read over another, and none stands inside a text.
    """
    if len(line.split(None, 2)) > 1 and (b" :" in line or b"\t" in line or b"\r:" in line):
        return -2  # there may be space before a colon
    return line.count(b'":')


_PLAIN = frozenset({str, int, bool, type(None)})
_NESTED = frozenset({dict, list})
_MAX_DEPTH = 20


def _fields(value: Any, depth: int) -> int:
    """How many fields there are, inside and out; less than nothing where a value is odd."""
    if depth > _MAX_DEPTH:
        return -1
    found, inside = (len(value), value.values()) if type(value) is dict else (0, value)
    types = set(map(type, inside))
    if types <= _PLAIN:
        return found
    if float in types:
        return -1  # long integers are read so
    for one in [one for one in inside if type(one) in _NESTED]:
        more = _fields(one, depth + 1)
        if more < 0:
            return -1
        found += more
    return found


def read_values(text: str) -> list[Any] | None:
    """The documents of a JSON text as plain values, or None where `json_placed` has to look."""
    value = None
    with suppress(UnicodeEncodeError):
        data = text.encode()
        value = _quickly(data) if _parser or _count(len(data)) else None
    try:
        value = read_value(text) if value is None else value
    except ValueError:
        return None
    return value if isinstance(value, list) else [value]
