"""Additions to JSON with comments: every other byte stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_lint.model.location import Path
from dispatch_lint.text.jsonc import value_of, with_added, with_value


@pytest.mark.parametrize(("text", "path", "value", "expected"), [
    ("{}", ("a",), 1, '{\n  "a": 1\n}'),
    ("{\n}\n", ("a",), {"b": [1]}, '{\n  "a": {\n    "b": [\n      1\n    ]\n  }\n}\n'),
    ('{"x": 1}', ("a",), 1, '{"x": 1, "a": 1}'),
    ('{"x": 1, }', ("a",), 1, '{"x": 1, "a": 1 }'),
    ('{\n\t"x": 1 // one, two\n\t// last\n}\n', ("a",), 2,
     '{\n\t"x": 1, // one, two\n\t"a": 2\n\t// last\n}\n'),
    ('// head\r\n{\r\n    "x": 1, // one\r\n}', ("a",), 2,
     '// head\r\n{\r\n    "x": 1, // one\r\n    "a": 2\r\n}'),
    ('{\n  "l": [\n    "x"\n  ]\n}', ("l", 1), "y", '{\n  "l": [\n    "x",\n    "y"\n  ]\n}'),
    ('{\n  "l": ["x", /* , */]\n}', ("l", 1), "y", '{\n  "l": ["x", "y" /* , */]\n}'),
    ('{\n  "o": {} // none\n}', ("o", "a"), 1, '{\n  "o": {\n    "a": 1\n  } // none\n}'),
    ('\ufeff{"x": "//"}', ("a",), 1, '\ufeff{"x": "//", "a": 1}'),
])  # fmt: skip
def test_additions(text: str, path: Path, value: object, expected: str) -> None:
    assert with_added(text, path, value) == expected


def test_another_value() -> None:
    assert with_value('{"a": /* b */ "c", }', ("a",), ["d"]) == '{"a": /* b */ ["d"], }'


@pytest.mark.parametrize("text", ["", "{", "{}{}", '{"a": }', "// only"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        with_added(text, ("b",), 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/*,\"'", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xy", max_size=2), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


GAPS = ["", " ", "\n", "\r\n\t", "/* , } */", "// ]\n"]


def written(value: object, gaps: st.DataObject) -> str:
    """A value with blanks, comments and trailing commas in it."""

    def gap() -> str:
        gap: str = gaps.draw(st.sampled_from(GAPS))
        return gap

    def last() -> str:
        comma: str = gaps.draw(st.sampled_from(["", ","]))
        return comma

    if isinstance(value, dict):
        inner = [f"{gap()}{json.dumps(key)}{gap()}:{gap()}{written(item, gaps)}{gap()}"
                 for key, item in value.items()]  # fmt: skip
        return "{" + ",".join(inner) + (last() if inner else "") + gap() + "}"
    if isinstance(value, list):
        inner = [f"{gap()}{written(item, gaps)}{gap()}" for item in value]
        return "[" + ",".join(inner) + (last() if inner else "") + gap() + "]"
    return json.dumps(value)


@given(st.dictionaries(st.text("xy", max_size=2), JSON, max_size=3), JSON, st.data())
def test_whatever_is_written_only_the_addition_is_new(
    value: dict[str, object], new: object, data: st.DataObject
) -> None:
    text = written(value, data)
    assert value_of(text) == value
    changed = with_added(text, ("new",), new)
    assert value_of(changed) == {**value, "new": new}
    rest = iter(changed)
    assert all(letter in rest for letter in "".join(text.split()))
