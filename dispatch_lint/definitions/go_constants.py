"""The values of Go constants, and which of them make up an enumeration."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.definitions.go_comments import read_comment
from dispatch_lint.definitions.go_nodes import text_of
from dispatch_lint.definitions.go_text import unquoted
from dispatch_lint.definitions.model import EnumValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from dispatch_lint.definitions.go_package import GoPackage
    from dispatch_lint.definitions.go_syntax import GoConstant, GoFile
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.model.location import Location

Value = str | int | float | bool | None
TypeKey = tuple[str, str]
"""The folder and the name of a type; an empty folder for one that is not in the tree."""
_MAX_NESTING = 40
"""Constants that are defined by other constants, and expressions inside expressions."""
_MAX_SHIFT = 128
_MAX_BITS = 512
"""Bits of a number: Go itself computes no constant with more."""
_MAX_TEXT = 10_000
"""Letters of a text that is put together; what is longer is no value of an enumeration."""
_STRING: TypeKey = ("", "string")
_FUNCTIONS = frozenset(
    {"len", "cap", "real", "imag", "unsafe.Sizeof", "unsafe.Alignof", "unsafe.Offsetof"}
)
"""What looks like a conversion of a constant, and is none."""
_OPERATORS: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_,
    "|": operator.or_, "^": operator.xor, "&^": lambda left, right: left & ~right,
}  # fmt: skip


class Computed(NamedTuple):
    """The value of a constant or expression.

    Attributes:
        value: None if it cannot be computed.
        type: its type, whatever aliases name it; None if it has none.
        counted: whether it counts the constants of a group, by `iota` and without shifts.
    """

    value: Value
    type: TypeKey | None = None
    counted: bool = False


class Constant(NamedTuple):
    """A constant of a named type."""

    name: str
    value: EnumValue | None
    location: Location
    counted: bool


def constants_by_type(tree: GoTree, package: GoPackage) -> dict[TypeKey, list[Constant]]:
    """The constants of a package by their type, which any package may declare, in the order of the code.

    A text without a type belongs to the type of the texts above it in its group, if both are
    exported or neither is: it can be used as one of them. A value that cannot be computed is None.
    """
    by_type: dict[TypeKey, list[Constant]] = {}
    for file in package.files_with_constants:
        group, like = 0, ""
        group_type: TypeKey | None = None
        for constant in file.constants:
            computed = _computed(tree, package, file, constant, 0, {})
            if constant.group != group:
                group, group_type, like = constant.group, None, ""
            type_ = computed.type
            if type_:
                group_type = type_
                like = constant.name if isinstance(computed.value, str) else ""
            elif (
                like
                and group_type
                and isinstance(computed.value, str)
                and (like[:1].isupper() == constant.name[:1].isupper())
            ):
                type_ = group_type
            if type_ and constant.name != "_":
                by_type.setdefault(type_, []).append(_constant(constant, computed, file))
    return by_type


def _constant(constant: GoConstant, computed: Computed, file: GoFile) -> Constant:
    value = computed.value
    known = isinstance(value, str | int) and not isinstance(value, bool)
    assert not known or isinstance(value, str | int)
    comment = read_comment(constant.node, file.text).text
    names = constant.node.children_by_field_name("name")
    place = next((node for node in names if text_of(node) == constant.name), constant.node)
    meaning = "" if isinstance(value, str) else constant.name
    return Constant(
        constant.name, EnumValue(value, comment, meaning) if known else None,  # type: ignore[arg-type]
        file.text.location(place), computed.counted,
    )  # fmt: skip


def _computed(
    tree: GoTree, package: GoPackage, file: GoFile, constant: GoConstant, depth: int,
    known: dict[tuple[str, str], Computed],
) -> Computed:  # fmt: skip
    evaluator = _Evaluator(tree, package, file, constant.iota, known)
    declared = evaluator.type_key(text_of(constant.type)) if constant.type is not None else None
    if constant.value is None:
        return Computed(None, declared)
    computed = evaluator.evaluate(constant.value, depth)
    return computed._replace(type=declared or computed.type)


class _Evaluator:
    """Evaluates the expressions of one constant.

    Args:
        known: the constants that were computed for it, by their folder and name.
    """

    def __init__(
        self, tree: GoTree, package: GoPackage, file: GoFile, iota: int,
        known: dict[tuple[str, str], Computed],
    ) -> None:  # fmt: skip
        self._tree, self._package, self._file, self._iota = tree, package, file, iota
        self._known = known

    def type_key(self, name: str) -> TypeKey:
        """The type that a name stands for, through aliases."""
        package, file = self._package, self._file
        for _ in range(_MAX_NESTING):
            found = self._tree.lookup(package, file, name)
            if not found:
                return "", name
            package, file, declared = found[0]
            if not declared.alias:
                return package.folder, declared.name
            name = text_of(declared.type)
        return "", name

    def evaluate(self, node: Node, depth: int) -> Computed:
        if depth > _MAX_NESTING:
            return Computed(None)
        syntax, text = node.type, text_of(node)
        if syntax in ("interpreted_string_literal", "raw_string_literal"):
            return Computed(unquoted(text))
        if syntax == "int_literal":
            return Computed(integer(text))
        if syntax == "rune_literal":
            letter = unquoted(f'"{text[1:-1]}"')
            return Computed(ord(letter) if len(letter) == 1 else None)
        if syntax in ("true", "false"):
            return Computed(syntax == "true")
        if syntax == "iota" or text == "iota":
            return Computed(self._iota, counted=True)
        if syntax == "identifier":
            return self._named(self._package, text, depth)
        if syntax == "selector_expression":
            return self._selected(text, depth)
        if syntax == "parenthesized_expression" and node.named_children:
            return self.evaluate(node.named_children[0], depth + 1)
        if syntax == "binary_expression":
            return self._binary(node, depth)
        if syntax == "unary_expression":
            return self._unary(node, depth)
        if syntax in ("call_expression", "type_conversion_expression"):
            return self._converted(node, depth)
        return Computed(None)

    def _named(self, package: GoPackage, name: str, depth: int) -> Computed:
        target = package.constants_by_name.get(name)
        if target is None:
            return Computed(None)
        key = package.folder, name
        if key not in self._known:
            found = _computed(self._tree, package, *target, depth + 1, self._known)
            self._known[key] = found._replace(counted=False)
        return self._known[key]

    def _selected(self, text: str, depth: int) -> Computed:
        qualifier, _, name = text.rpartition(".")
        package = self._tree.qualified(self._file, qualifier)
        if package is None:
            return Computed(None)
        return self._named(package, name, depth)

    def _binary(self, node: Node, depth: int) -> Computed:
        left_node, right_node = (node.child_by_field_name(name) for name in ("left", "right"))
        if left_node is None or right_node is None:
            return Computed(None)
        left, right = (self.evaluate(part, depth + 1) for part in (left_node, right_node))
        sign = text_of(node.child_by_field_name("operator"))
        counted = (left.counted or right.counted) and sign not in ("<<", ">>")
        value = _combined(sign, left.value, right.value)
        return Computed(value, left.type or right.type, counted)

    def _unary(self, node: Node, depth: int) -> Computed:
        operand = node.child_by_field_name("operand")
        inner = self.evaluate(operand, depth + 1) if operand is not None else Computed(None)
        sign = text_of(node.child_by_field_name("operator"))
        if isinstance(inner.value, bool) or not isinstance(inner.value, int) or sign not in "+-":
            return inner._replace(value=None)
        return inner._replace(value=-inner.value if sign == "-" else inner.value)

    def _converted(self, node: Node, depth: int) -> Computed:
        """`Mode("a")`: the value, with the type that it is converted to."""
        function = node.child_by_field_name("function") or node.child_by_field_name("type")
        arguments = node.child_by_field_name("arguments")
        operands = arguments.named_children if arguments else node.named_children[-1:]
        name = text_of(function)
        if len(operands) != 1 or not re.fullmatch(r"[\w.]+", name) or name in _FUNCTIONS:
            return Computed(None)
        inner = self.evaluate(operands[0], depth + 1)
        type_ = self.type_key(name)
        if type_ == _STRING and not isinstance(inner.value, str):
            return Computed(None, type_)
        return inner._replace(type=type_)


def _combined(sign: str, left: Value, right: Value) -> Value:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if sign == "+" and len(left) + len(right) <= _MAX_TEXT else None
    if type(left) is not int or type(right) is not int:
        return None
    return _as_of_go(_computed_number(sign, left, right))


def _computed_number(sign: str, left: int, right: int) -> int | None:
    if sign in ("<<", ">>"):
        if not 0 <= right <= _MAX_SHIFT:
            return None
        return left << right if sign == "<<" else left >> right
    if sign in ("/", "%") and right:
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if sign == "/" else left - quotient * right
    return _OPERATORS[sign](left, right) if sign in _OPERATORS else None


def integer(literal: str) -> int | None:
    """The number of an integer literal; None if it is none, or larger than Go computes."""
    plain = literal.replace("_", "")
    try:
        return _as_of_go(int(plain, 8 if re.fullmatch(r"0[0-7]+", plain) else 0))
    except ValueError:  # also for thousands of digits
        return None


def _as_of_go(number: int | None) -> int | None:
    """A number; None if it is larger than Go computes."""
    return number if number is not None and number.bit_length() <= _MAX_BITS else None


def constants_of(constants: list[Constant]) -> Iterator[EnumValue]:
    """The values of some constants, each once."""
    seen: set[str | int | float] = set()
    for constant in constants:
        value = constant.value
        if value is not None and value.value not in seen:
            seen.add(value.value)
            yield value
