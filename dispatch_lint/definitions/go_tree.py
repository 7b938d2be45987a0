"""Go packages, and how they find each other: by import path and alias, without a toolchain."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_syntax import GoFile, read_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch_lint.definitions.go_syntax import Constant, GoType

_PACKAGE = re.compile(rb"^package[ \t]+(\w+)", re.MULTILINE)


@dataclass
class GoPackage:
    """The files of one folder."""

    folder: str
    files: list[GoFile] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """As the files call it."""
        names = Counter(file.package for file in self.files if file.package)
        return names.most_common(1)[0][0] if names else self.folder.rpartition("/")[2]

    @cached_property
    def types(self) -> dict[str, tuple[GoFile, GoType]]:
        """The types it declares, each with its file."""
        return {name: (file, one) for file in self.files for name, one in file.types.items()}

    @cached_property
    def constants(self) -> dict[str, list[Constant]]:
        """Its constants by the type they have, as it is written."""
        found: dict[str, list[Constant]] = {}
        for file in self.files:
            for constant in file.constants:
                found.setdefault(constant.type, []).append(constant)
        return found


class GoTree:
    """Packages by folder. A folder is read when something in it is asked for.

    Args:
        files: the names of all files, and what reads each.
        modules: import paths of folders that a go.mod names, by folder.
    """

    def __init__(
        self, files: Iterable[tuple[str, Callable[[], bytes]]], modules: dict[str, str]
    ) -> None:
        self._readers: dict[str, list[tuple[str, Callable[[], bytes]]]] = {}
        for name, reader in files:
            folder = name.rpartition("/")[0] or "."
            self._readers.setdefault(folder, []).append((name, reader))
        self._modules = modules
        self._packages: dict[str, GoPackage] = {}

    @property
    def folders(self) -> list[str]:
        return list(self._readers)

    @property
    def read(self) -> list[GoPackage]:
        """The packages that were read so far, in the order of their folders."""
        return [self._packages[folder] for folder in sorted(self._packages)]

    def package(self, folder: str) -> GoPackage | None:
        """The package of a folder, if there is Go in it."""
        if folder not in self._readers:
            return None
        if folder not in self._packages:
            files = [read_go(reader(), name) for name, reader in self._readers[folder]]
            self._packages[folder] = GoPackage(folder, files)
        return self._packages[folder]

    def imported(self, path: str) -> GoPackage | None:
        """The package of an import path, if it is in the tree."""
        for module, folder in self._roots:
            if path == module or path.startswith(f"{module}/"):
                inner = path[len(module) + 1 :]
                joined = "/".join(
                    one for one in (folder.rstrip("/"), inner) if one not in ("", ".")
                )
                package = self.package(joined or ".")
                if package is not None:
                    return package
        return None

    @cached_property
    def _roots(self) -> list[tuple[str, str]]:
        """Import paths of folders, the longest first.

        Where no go.mod says it, the imports do: `example.com/shop/pkg/store` in a tree that has a
        folder `pkg/store` says that the tree is `example.com/shop`. The folder that the most
        imports agree on is taken.
        """
        known = {module: folder for folder, module in self._modules.items()}
        if not known:
            votes: Counter[tuple[str, str]] = Counter()
            for path in self._import_paths():
                parts = path.split("/")
                for cut in range(1, len(parts)):
                    inner, prefix = "/".join(parts[cut:]), "/".join(parts[:cut])
                    for folder in self._by_ending.get(inner, ()):
                        votes[prefix, folder[: -len(inner)].rstrip("/") or "."] += len(parts) - cut
            # An import agrees with every cut of itself: the one for the most imports counts.
            known = {module: folder for (module, folder), _ in votes.most_common(1)}
        return sorted(known.items(), key=lambda one: -len(one[0]))

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        """Folders by every ending of their path."""
        found: dict[str, list[str]] = {}
        for folder in self._readers:
            parts = folder.split("/")
            for cut in range(len(parts)):
                found.setdefault("/".join(parts[cut:]), []).append(folder)
        return found

    def _import_paths(self) -> set[str]:
        return {
            path
            for package in self._packages.values()
            for file in package.files
            for path in file.imports.values()
            if "/" in path
        }

    def lookup(
        self, package: GoPackage, file: GoFile, name: str
    ) -> tuple[GoPackage, GoFile, GoType] | None:
        """The type that a name means in a file: `Tags`, or `entitystore.Tags`."""
        qualifier, dot, simple = name.rpartition(".")
        if not dot:
            found = package.types.get(name)
            return (package, *found) if found else None
        other = self._qualified(file, qualifier)
        found = other.types.get(simple) if other else None
        return (other, *found) if other and found else None

    def _qualified(self, file: GoFile, qualifier: str) -> GoPackage | None:
        if qualifier in file.imports:
            return self.imported(file.imports[qualifier])
        # Without an alias it is the package's own name, which the path may not end in:
        # `…/entity-store` calls itself entitystore.
        for alias, path in file.imports.items():
            if alias == path:
                last = path.rpartition("/")[2]
                if _plain(last) == _plain(qualifier) or last.startswith("v"):
                    package = self.imported(path)
                    if package is not None and package.name == qualifier:
                        return package
        for alias, path in file.imports.items():
            package = self.imported(path) if alias == path else None
            if package is not None and package.name == qualifier:
                return package
        return None


def _plain(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(".", "").lower()
