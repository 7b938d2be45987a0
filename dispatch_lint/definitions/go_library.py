"""Types of Go itself and of well-known packages, as encoding/json writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch_lint.definitions.model import Type

_DATE = (
    r"\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|[12]\d))"
)
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
_HOURS = r"[+-]([01]\d|2[0-3])"
RFC_3339 = f"^{_DATE}T{_TIME}(Z|{_HOURS}:[0-5]\\d)$"
COLUMN_TIME = f"^{_DATE}[T ]{_TIME}(Z|{_HOURS}(:?[0-5]\\d)?)?$"
"""A time as the columns of a store may have it, without a zone."""
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_MAX_FLOAT32 = 3.4028234663852886e38


def _integer(bits: int) -> Type:
    return Type("integer").limited(minimum=-(2 ** (bits - 1)), maximum=2 ** (bits - 1) - 1)


def _unsigned(bits: int) -> Type:
    return Type("unsigned").limited(minimum=0, maximum=2**bits - 1)


TIME = Type("time").limited(pattern=RFC_3339)
BYTES = Type("string", nullable=True).limited(contentEncoding="base64", pattern=BASE64)
BASIC: Mapping[str, Type] = {
    "string": Type("string"),
    **{f"int{bits}": _integer(bits) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": _unsigned(bits) for bits in (8, 16, 32, 64)},
    "int": _integer(64), "rune": _integer(32), "uint": _unsigned(64), "uintptr": _unsigned(64),
    "byte": _unsigned(8),
    "float32": Type("number").limited(minimum=-_MAX_FLOAT32, maximum=_MAX_FLOAT32),
    "float64": Type("number"),
    "bool": Type("boolean"),
}  # fmt: skip
"""The predeclared types."""
ANYTHING = frozenset({
    "any", "error", "complex64", "complex128", "encoding/json.RawMessage",
    "encoding/json/jsontext.Value",
})  # fmt: skip
"""Types of Go itself that may be anything, or that JSON has no values for."""
_STRFMT = "github.com/go-openapi/strfmt"
EXTERNAL: Mapping[str, Type] = {
    "time.Time": TIME,
    "time.Duration": _integer(64),
    "time.Month": _integer(64),
    "time.Weekday": _integer(64),
    "encoding/json.Number": Type("number"),
    # It reads more forms than the one that it writes.
    f"{_STRFMT}.DateTime": Type("time"),
    **{f"{_STRFMT}.{name}": Type("string") for name in (
        "Base64", "CreditCard", "Date", "Duration", "Email", "Hostname", "ISBN", "IPv4", "IPv6",
        "MAC", "Password", "SSN", "URI", "UUID", "UUID3", "UUID4", "UUID5", "ULID",
    )},
    **dict.fromkeys(["net.IP", "net/netip.Addr", "net/netip.AddrPort", "net/netip.Prefix"],
                    Type("string")),
}  # fmt: skip
"""Types of packages, by the import path."""
WITHOUT_METHODS: Mapping[str, Type] = {
    "time.Time": Type("object"),
    "math/big.Int": Type("object"),
    "encoding/json.RawMessage": BYTES,
    "encoding/json.Number": Type("string"),
    "net.IP": BYTES,
    **dict.fromkeys(["net/netip.Addr", "net/netip.AddrPort", "net/netip.Prefix"], Type("object")),
    f"{_STRFMT}.DateTime": Type("object"),
    f"{_STRFMT}.Date": Type("object"),
    f"{_STRFMT}.Base64": BYTES,
    f"{_STRFMT}.Duration": _integer(64),
    f"{_STRFMT}.ULID": Type("any", nullable=True),
}
"""What is left of types of packages in `type Moment time.Time`, which has none of their methods."""
_SHORT = {"/".join(name.split("/")[-1:]): type_ for name, type_ in EXTERNAL.items()}


def external(name: str) -> Type | None:
    """A type of a package by its import path, or by the name of the package alone."""
    return EXTERNAL.get(name) or (_SHORT.get(name) if "/" not in name else None)


WITHOUT_FIELDS = frozenset({"sync.Mutex", "sync.RWMutex", "sync.Once", "sync.WaitGroup", "sync.Map"})  # fmt: skip
"""Structs that have nothing on the wire: to embed one changes nothing."""

_KUBERNETES = "k8s.io/apimachinery/pkg/apis/meta/v1"
WITHOUT_METHODS_OF_THEIR_OWN = frozenset({
    *(f"{_KUBERNETES}.{name}" for name in ("TypeMeta", "ObjectMeta", "ListMeta")),
    "gorm.io/gorm.Model", "github.com/jinzhu/gorm.Model",
})  # fmt: skip
"""Structs that many embed, and that are written by their fields."""

_INTEGER_TEXT = "-?(0|[1-9][0-9]*)"
_QUOTED = {
    "boolean": "^(true|false)$",
    "integer": f"^{_INTEGER_TEXT}$",
    "unsigned": "^(0|[1-9][0-9]*)$",
    "number": f"^{_INTEGER_TEXT}(\\.[0-9]+)?([eE][+-]?[0-9]+)?$",
    "string": r'^"([^"\\\u0000-\u001f]|\\(["\\/bfnrt]|u[0-9a-fA-F]{4}))*"$',
}


def quoted(type_: Type) -> Type:
    """What the option `string` of a json tag makes of a type: text that has the value as JSON."""
    sort = "string" if type_.wire_type == "enum" else type_.wire_type
    if sort not in _QUOTED or dict(type_.limits).get("contentEncoding"):
        return type_
    text = Type("string", pointer=type_.pointer, nullable=type_.nullable)
    return text.limited(contentMediaType="application/json", pattern=_QUOTED[sort])


def keys(type_: Type) -> Mapping[str, Any]:
    """What holds for the keys of a map, which JSON has as text."""
    if type_.text or type_.wire_type not in ("integer", "unsigned"):
        return {}
    sign = "[+-]?" if type_.wire_type == "integer" else ""
    return {"propertyNames": {"pattern": f"^{sign}[0-9]+$"}}


PATTERN_NAMES: Mapping[str, str] = {
    RFC_3339: "an RFC 3339 time, like 2026-01-31T12:00:00Z",
    COLUMN_TIME: "an RFC 3339 time, like 2026-01-31T12:00:00Z",
    BASE64: "base64",
    _QUOTED["boolean"]: "the text true or false",
    _QUOTED["integer"]: "the text of an integer",
    _QUOTED["unsigned"]: "the text of an integer from 0",
    _QUOTED["number"]: "the text of a number",
    _QUOTED["string"]: 'JSON text inside of text, like "\\"a\\""',
}
"""What the patterns stand for that are made here, in words."""
