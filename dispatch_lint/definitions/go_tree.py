"""Go packages, and how they find each other: by import path and alias, without a toolchain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_syntax import GoFile, read_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dispatch_lint.definitions.go_syntax import Constant, GoType


@dataclass
class GoPackage:
    """The files of one folder."""

    folder: str
    files: list[GoFile] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """The name in the `package` clauses of most files; else that of the folder."""
        names = Counter(file.package for file in self.files if file.package)
        return names.most_common(1)[0][0] if names else self.folder.rpartition("/")[2]

    @cached_property
    def types(self) -> dict[str, tuple[GoFile, GoType]]:
        """The types that it declares, each with its file."""
        return {
            name: (file, declared) for file in self.files for name, declared in file.types.items()
        }

    @cached_property
    def constants(self) -> dict[str, list[Constant]]:
        """Its constants, by their type as it is written."""
        by_type: dict[str, list[Constant]] = {}
        for file in self.files:
            for constant in file.constants:
                by_type.setdefault(constant.type, []).append(constant)
        return by_type


class GoTree:
    """Packages by folder. A folder is read when a name in it is looked up.

    Args:
        files: the name of each file, and a function that reads it.
        modules: the import path that the go.mod of a folder declares, by folder.
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
    def read(self) -> list[GoPackage]:
        """The packages that were read so far, in the order of their folders."""
        return [self._packages[folder] for folder in sorted(self._packages)]

    def package(self, folder: str) -> GoPackage | None:
        """The package of a folder, if it has Go files."""
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
                steps = (folder.rstrip("/"), inner)
                joined = "/".join(step for step in steps if step not in ("", "."))
                package = self.package(joined or ".")
                if package is not None:
                    return package
        return None

    @cached_property
    def _roots(self) -> list[tuple[str, str]]:
        """Import paths of folders, the longest path first.

        Without a go.mod, they are derived from the imports: an import of
        `example.com/shop/pkg/store` in a tree with a folder `pkg/store` means that the root of the
        tree is `example.com/shop`. The root that most imports agree on is taken.
        """
        roots = {module: folder for folder, module in self._modules.items()}
        if not roots:
            votes: Counter[tuple[str, str]] = Counter()
            for path in self._import_paths():
                parts = path.split("/")
                for cut in range(1, len(parts)):
                    inner, prefix = "/".join(parts[cut:]), "/".join(parts[:cut])
                    for folder in self._by_ending.get(inner, ()):
                        votes[prefix, folder[: -len(inner)].rstrip("/") or "."] += len(parts) - cut
            # An import votes for every prefix of itself, but most for the shortest.
            roots = {module: folder for (module, folder), _ in votes.most_common(1)}
        return sorted(roots.items(), key=lambda root: -len(root[0]))

    @cached_property
    def _by_ending(self) -> dict[str, list[str]]:
        """Folders by every ending of their path."""
        by_ending: dict[str, list[str]] = {}
        for folder in self._readers:
            parts = folder.split("/")
            for cut in range(len(parts)):
                by_ending.setdefault("/".join(parts[cut:]), []).append(folder)
        return by_ending

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
        """The type that a name in a file refers to: `Tags`, or `entitystore.Tags`.

        Returns:
            The type with its package and file; None if it is not in the tree.
        """
        qualifier, dot, simple_name = name.rpartition(".")
        declaring = self._qualified(file, qualifier) if dot else package
        target = declaring.types.get(simple_name) if declaring else None
        return (declaring, *target) if declaring and target else None

    def _qualified(self, file: GoFile, qualifier: str) -> GoPackage | None:
        if qualifier in file.imports:
            return self.imported(file.imports[qualifier])
        # Without an alias, the qualifier is the package's own name, which need not be the end of
        # its path: the package of `…/entity-store` is entitystore. Likely imports come first,
        # because every package that is tried has to be read.
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
