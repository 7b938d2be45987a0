"""Plain scalars: what YAML 1.2 says they are, and what dispatch makes of them."""

from __future__ import annotations

import math
import struct

from dispatch_lint.model.patterns import compiled

_HALF = "[\ud800-\udfff]"
_INT = r"[-+]?[0-9]+\Z"
_OCT = r"0o[0-7]+\Z"
_HEX = r"0x[0-9a-fA-F]+\Z"
_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z"
_INF = r"(?P<sign>[-+]?)\.(inf|Inf|INF)\Z"
_CONSTANTS: dict[str, object] = {
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys(["true", "True", "TRUE"], True),
    **dict.fromkeys(["false", "False", "FALSE"], False),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
}
_NUMBER_STARTS = frozenset("-+.0123456789")
# A number this long is text to every reader that matters, and slow to convert.
_LONGEST_NUMBER = 400
_ONE_TO_NINE, _SURE_DIGITS = frozenset("123456789"), 15


def resolve_core(text: str) -> object:
    """The value of a plain scalar under the YAML 1.2 core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_NUMBER:
        return text
    if compiled(_INT).match(text):
        return int(text)
    if compiled(_OCT).match(text):
        return int(text, 8)
    if compiled(_HEX).match(text):
        return int(text, 16)
    if compiled(_FLOAT).match(text):
        number = float(text)
        return (
            text if math.isinf(number) else number
        )  # as dispatch has it, for which it is no number
    if match := compiled(_INF).match(text):
        return -math.inf if match["sign"] == "-" else math.inf
    return text


def is_long_number(text: str) -> bool:
    """Whether a text is a number that is too long to be converted."""
    return len(text) > _LONGEST_NUMBER and compiled(_FLOAT).match(text) is not None


# What go-yaml v2 resolves by a table (YAML 1.1).
_GO_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_GO_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_GO_SPECIAL = {
    **dict.fromkeys([".nan", ".NaN", ".NAN"], "NaN"),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], "+Inf"),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], "-Inf"),
}
_WORDS = frozenset({*_CONSTANTS, *_GO_TRUE, *_GO_FALSE, *_GO_SPECIAL})
"""Plain scalars without digits that are no text to YAML 1.2, or to dispatch."""
_GO_INT = r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|(?P<oct>0[0-7]*)|(?P<dec>[1-9][0-9]*))\Z"
_GO_BINARY = r"(?P<sign>-?)0b(?P<digits>[01]+)\Z"
_GO_FLOAT = r"[-+]?[0-9]*\.?[0-9]+([eE][-+][0-9]+)?\Z"
_GO_DOT_FLOAT = r"\.[0-9]+([eE][-+]?[0-9]+)?\Z"


def is_text(text: str) -> bool:
    """Whether a plain scalar is text to YAML 1.2 and to dispatch, for all but what begins like a number."""
    return text not in _WORDS and text[0] not in _NUMBER_STARTS


def dispatch_boolean(text: str) -> bool | None:
    """The boolean that dispatch's parser makes of a plain scalar, if it makes one."""
    if text in _GO_TRUE:
        return True
    return False if text in _GO_FALSE else None


def dispatch_text(text: str) -> str:
    """The text that dispatch ends up with where a plain scalar stands for a string.

    Its parser reads YAML 1.1 (go-yaml v2) and then makes text of numbers and booleans again
    (`on` becomes "true", `010` becomes "8", `1.10` becomes "1.1").
    """
    boolean = dispatch_boolean(text)
    if boolean is not None:
        return "true" if boolean else "false"
    if text == "~":
        return ""
    if text in _GO_SPECIAL:
        return _GO_SPECIAL[text]
    number = _go_number(text)
    if number is None or math.isinf(number):
        return text
    return str(number) if isinstance(number, int) else _go_float(number)


def text_of(value: object) -> str:
    """A number or boolean as YAML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


NULL_TAG = "tag:yaml.org,2002:null"
_GO_KEYS = {"NaN": ".nan", "+Inf": ".inf", "-Inf": "-.inf"}


def is_null(text: str) -> bool:
    """Whether a plain scalar is null."""
    return text in _CONSTANTS and _CONSTANTS[text] is None


def has_half_character(text: str) -> bool:
    """Whether a text holds half of a surrogate pair: JSON has an escape for it, YAML has none."""
    return not text.isascii() and compiled(_HALF).search(text) is not None


def dispatch_key(text: str) -> str | None:
    """The field name that dispatch ends up with for a plain key; None where it refuses the file.

    Its parser makes text of keys that are numbers and booleans, and takes no null, and no integer
    beyond 63 bits.
    """
    if is_null(text):
        return None
    number = _go_number(text)
    if isinstance(number, int):
        return str(number) if number < 2**63 else None
    read = dispatch_text(text)
    return _GO_KEYS.get(read, read) if text in _GO_SPECIAL or number is not None else read


def dispatch_integer(text: str) -> int | None:
    """The integer of 64 bits that dispatch's parser makes of a plain scalar, if it makes one."""
    return whole_number(_go_number(text))


def whole_number(value: object) -> int | None:
    """A number without a fraction as an integer of 64 bits; None for all else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if -(2**63) <= value < 2**63 and value == int(value) else None


def may_differ(text: str, value: object) -> bool:
    """Whether dispatch may make something else of a plain scalar than is written, or than YAML 1.2.

    Args:
        value: what YAML 1.2 makes of it.
    """
    if type(value) is int and text[0] in _ONE_TO_NINE and len(text) <= _SURE_DIGITS:
        return False  # most numbers; a digit in front makes it a decimal one
    if dispatch_text(text) != text or compiled(_OCT).match(text) is not None:
        return True
    if not isinstance(value, float):
        return False
    # `1.0` may stand for an integer, and `0.5e1` is text to dispatch.
    return whole_number(value) is not None or _go_number(text) != value


def _go_number(text: str) -> int | float | None:
    if not text or text[0] not in _NUMBER_STARTS or len(text) > _LONGEST_NUMBER:
        return None
    if text[0] == ".":
        return float(text) if compiled(_GO_DOT_FLOAT).match(text) else None
    plain = text.replace("_", "")
    number = _go_integer(plain)
    if number is None and compiled(_GO_FLOAT).match(plain):
        return float(plain)
    return number


def _go_integer(plain: str) -> int | None:
    if match := compiled(_GO_INT).match(plain):
        digits, base = next(
            (match[name], base)
            for name, base in (("hex", 16), ("oct", 8), ("dec", 10))
            if match[name]
        )
        number = int(digits, base) * (-1 if match["sign"] == "-" else 1)
        # ParseUint takes no sign, ParseInt no more than 63 bits.
        limit = 2**63 if match["sign"] else 2**64
        return number if -(2**63) <= number < limit else None
    if match := compiled(_GO_BINARY).match(plain):
        number = int(match["digits"], 2) * (-1 if match["sign"] else 1)
        return number if -(2**63) <= number < 2**64 else None
    return None


def _go_float(value: float) -> str:
    """Go's strconv.FormatFloat(value, 'g', -1, 32): the shortest that a float32 keeps."""
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = math.inf
    if math.isinf(single):
        return "+Inf" if value > 0 else "-Inf"
    if single == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    from decimal import Decimal  # few documents have numbers where a text belongs

    shortest = next(
        text
        for text in (f"{single:.{digits}e}" for digits in range(17))
        if struct.unpack("f", struct.pack("f", float(text)))[0] == single
    )
    sign, digits_tuple, exponent = Decimal(shortest).normalize().as_tuple()
    assert isinstance(exponent, int)
    digits = "".join(map(str, digits_tuple))
    scientific = exponent + len(digits) - 1
    text = "-" if sign else ""
    # 'g' at the shortest precision turns to an exponent below -4 and from 6 on.
    if scientific < -4 or scientific >= 6:
        mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
        return f"{text}{mantissa}e{'-' if scientific < 0 else '+'}{abs(scientific):02d}"
    return text + format(Decimal((0, digits_tuple, exponent)), "f")
