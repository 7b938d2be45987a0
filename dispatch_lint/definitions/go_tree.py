"""Go packages, and how they find each other: by import path and alias, without a toolchain."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_chunks import imported_in_constants
from dispatch_lint.definitions.go_outline import import_paths
from dispatch_lint.definitions.go_package import GoPackage, GoSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.definitions.go_syntax import GoFile, GoType


class GoTree:
    """Packages by folder.

    Args:
        modules: the import path that the go.mod of a folder declares, by folder.
        passed_over: the files of a package that is read for its types only, by its folder.
    """

    def __init__(
        self, sources: Iterable[GoSource], modules: dict[str, str],
        passed_over: Callable[[str], Iterable[GoSource]] = lambda _: (),
    ) -> None:  # fmt: skip
        by_folder: dict[str, list[GoSource]] = {}
        for source in sources:
            by_folder.setdefault(source.folder, []).append(source)
        self._packages = {folder: GoPackage(folder, found) for folder, found in by_folder.items()}
        self._modules, self._passed_over = modules, passed_over
        self._used: set[str] = set()
        self._folders: dict[str, str | None] = {}
        self._qualifiers: dict[tuple[str, str], GoPackage | None] = {}

    @property
    def used(self) -> list[GoPackage]:
        """The packages that were asked for so far, in the order of their folders."""
        return [self._packages[folder] for folder in sorted(self._used)]

    def package(self, folder: str) -> GoPackage | None:
        """The package of a folder, if it has Go files."""
        if folder in self._packages:
            self._used.add(folder)
        return self._packages.get(folder)

    def folders_with_constants(self, name: str) -> list[str]:
        """The folders that may have constants of a type of another package, by its name."""
        return sorted(self._imported_in_constants.get(name, ()))

    @cached_property
    def _imported_in_constants(self) -> dict[str, set[str]]:
        """The folders whose constants mention a name of another package, by the name."""
        folders: dict[str, set[str]] = {}
        for folder, package in self._packages.items():
            for source in package.sources:
                for name in imported_in_constants(source.text):
                    folders.setdefault(name, set()).add(folder)
        return folders

    def imported(self, path: str) -> GoPackage | None:
        """The package of an import path, if it is in the tree."""
        folder = self._folder(path)
        return self.package(folder) if folder is not None else None

    def _folder(self, path: str) -> str | None:
        if path not in self._folders:
            self._folders[path] = next(self._candidates(path), None)
        return self._folders[path]

    def _candidates(self, path: str) -> Iterator[str]:
        """The folders with the package of an import path."""
        for module, folder in self._roots:
            if path == module or path.startswith(f"{module}/"):
                joined = _joined(folder, path[len(module) + 1 :])
                if joined in self._packages or self._adds(joined):
                    yield joined
        if "." not in path.partition("/")[0]:
            return  # a package of Go's own library
        for folder in dict.fromkeys([*(folder for _, folder in self._roots), "."]):
            joined = _joined(folder, f"vendor/{path}")
            if self._adds(joined):
                yield joined

    def _adds(self, folder: str) -> bool:
        """Add the package of a folder, if it is one that is read for its types only."""
        files = list(self._passed_over(folder))
        if files:
            self._packages[folder] = GoPackage(folder, files, only_types=True)
        return bool(files)

    def only_for_types(self) -> Iterator[GoPackage]:
        """The packages that others import, and that are read for their types only."""
        for path in sorted(self._import_paths()):
            folder = self._folder(path)
            if folder is not None and self._packages[folder].only_types:
                yield self._packages[folder]

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
        for folder in self._packages:
            parts = folder.split("/")
            for cut in range(len(parts)):
                by_ending.setdefault("/".join(parts[cut:]), []).append(folder)
        return by_ending

    def _import_paths(self) -> set[str]:
        sources = (source for package in self._packages.values() for source in package.sources)
        paths = set().union(*(import_paths(source.text) for source in sources))
        return {path for path in paths if "/" in path}

    def lookup(
        self, package: GoPackage, file: GoFile, name: str
    ) -> list[tuple[GoPackage, GoFile, GoType]]:
        """The types that a name in a file may refer to: `Tags`, or `entitystore.Tags`.

        Returns:
            The type with its package and file: several where build constraints choose between
            them, none if it is not in the tree.
        """
        qualifier, dot, simple_name = name.rpartition(".")
        declaring = self.qualified(file, qualifier) if dot else package
        if declaring is None:
            return []
        found = [(declaring, *target) for target in declaring.types(simple_name)]
        if not found and not dot and "." in file.imports:
            declaring = self.imported(file.imports["."])
            return self.lookup(declaring, file, name) if declaring not in (None, package) else []
        return found

    def import_path(self, file: GoFile, qualifier: str) -> str:
        """The import path that a qualifier in a file stands for; itself where nothing says so."""
        if qualifier in file.imports:
            return file.imports[qualifier]
        likely = (path for path in file.imports.values() if _ends_with(path, qualifier))
        return next(likely, qualifier)

    def qualified(self, file: GoFile, qualifier: str) -> GoPackage | None:
        """The package that a qualifier in a file stands for, if it is in the tree."""
        key = (file.text.name, qualifier)
        if key not in self._qualifiers:
            self._qualifiers[key] = self._find_qualified(file, qualifier)
        return self._qualifiers[key]

    def _find_qualified(self, file: GoFile, qualifier: str) -> GoPackage | None:
        if qualifier in file.imports:
            return self.imported(file.imports[qualifier])
        # Without an alias, the qualifier is the package's own name, which need not be the end of
        # its path: the package of `…/entity-store` is entitystore. Likely imports come first.
        paths = [path for alias, path in file.imports.items() if alias == path]
        for path in sorted(paths, key=lambda path: not _ends_with(path, qualifier)):
            folder = self._folder(path)
            if folder is not None and self._packages[folder].name == qualifier:
                return self.package(folder)
        return None


def _joined(folder: str, inner: str) -> str:
    steps = (folder.rstrip("/"), inner)
    return "/".join(step for step in steps if step not in ("", ".")) or "."


def _ends_with(path: str, qualifier: str) -> bool:
    """Whether an import path probably has a package of that name: `…/entity-store`, `…/yaml.v2`."""
    *_, above, last = ("", *path.split("/"))
    last = above if re.fullmatch(r"v[0-9]+", last) else last
    plain = re.sub(r"\.v[0-9]+\Z", "", last)
    return re.sub(r"[-_.]", "", plain).lower() == qualifier.replace("_", "").lower()
