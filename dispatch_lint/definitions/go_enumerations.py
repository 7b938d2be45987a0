"""Named types of Go whose constants are all of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_constants import (
    Constant,
    TypeKey,
    constants_by_type,
    constants_of,
)
from dispatch_lint.definitions.go_syntax import read_fields
from dispatch_lint.definitions.go_types import Scope, Target, targets
from dispatch_lint.definitions.model import Enumeration, Type

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from dispatch_lint.definitions.go_package import GoPackage
    from dispatch_lint.definitions.go_tree import GoTree
    from dispatch_lint.model.location import Location


class Enumerations:
    """The enumerations of a tree.

    Args:
        note: is told where an enumeration is open, and why.
    """

    def __init__(self, tree: GoTree, note: Callable[[str, Location], None]) -> None:
        self._tree, self._note = tree, note
        self._constants: dict[str, dict[TypeKey, list[Constant]]] = {}

    def _of_package(self, package: GoPackage) -> dict[TypeKey, list[Constant]]:
        if package.folder not in self._constants:
            self._constants[package.folder] = constants_by_type(self._tree, package)
        return self._constants[package.folder]

    def _constants_of(self, target: Target) -> tuple[list[Constant], Location | None]:
        """The constants of a type in its package, and the location of one that cannot be computed."""
        package, name = target.scope.package, target.declared.name
        constants = self._of_package(package).get(target.key, [])
        unknown = [constant.location for constant in constants if constant.value is None]
        unknown += [
            broken.location for file in package.files_with_constants for broken in file.broken
            if "const" in broken.text and name in broken.text
        ]  # fmt: skip
        return constants, unknown[0] if unknown else None

    def _elsewhere(self, target: Target) -> list[Constant]:
        """The constants of a type in the packages that import it."""
        return [
            constant
            for folder in self._tree.folders_with_constants(target.declared.name)
            if folder != target.scope.package.folder
            for package in [self._tree.package(folder)]
            if package is not None
            for constant in self._of_package(package).get(target.key, ())
        ]

    def of(self, type_: Type, target: Target) -> Type:
        """A named type with the values of its constants, where they are all that it has.

        Numbers are an enumeration where they are counted with `iota`: others can be combined, or
        are only examples.
        """
        text = type_.wire_type in ("string", "enum")
        if not (text or type_.wire_type in ("integer", "unsigned")) or (
            dict(type_.limits).get("contentEncoding")
        ):
            return type_
        constants, unknown = self._constants_of(target)
        elsewhere = self._elsewhere(target)
        # One that only another package has is rather a default than the only value.
        if constants or len(elsewhere) > 1:
            constants = [*constants, *elsewhere]
            unknown = unknown or next(
                (constant.location for constant in elsewhere if constant.value is None), None
            )
        if not constants:
            return type_
        counted = any(constant.counted for constant in constants)
        if not text and not counted:
            return type_
        if unknown is not None:
            self._note(f"the values of {target.declared.name} are open: this cannot be computed",
                       unknown)  # fmt: skip
            return type_._replace(wire_type="string" if text else type_.wire_type, values=())
        values = tuple(
            value for value in constants_of(constants) if isinstance(value.value, str) == text
        )
        return type_._replace(
            wire_type="enum" if text else type_.wire_type, values=values, zero=True
        )

    def statuses(self, scope: Scope, struct: Node) -> Enumeration | None:
        """The named type of the field `status`, if its package declares constants of it."""
        for field in read_fields(struct, scope.file):
            if field.tag.name != "status" or not field.names:
                continue
            for target in targets(self._tree, scope, field.type):
                constants, unknown = self._constants_of(target)
                values = tuple(
                    (constant.value.value, constant.location)
                    for constant in constants
                    if constant.value is not None and isinstance(constant.value.value, str)
                )
                if values:
                    declared = target.declared
                    return Enumeration(
                        declared.name, values, declared.location, unknown is not None
                    )
        return None
