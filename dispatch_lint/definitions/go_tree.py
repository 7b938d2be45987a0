"""Go packages, and how they find each other: by import path and alias, without a toolchain."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dispatch_lint.definitions.go_syntax import GoFile, read_go

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dispatch_lint.definitions.go_syntax import Broken, GoConstant, GoType

_PACKAGE = re.compile(rb"^package[ \t]+(\w+)", re.MULTILINE)


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
    def types(self) -> dict[str, list[tuple[GoFile, GoType]]]:
        """The types that it declares, each with its file.

        A name has several where build constraints choose between files.
        """
        types: dict[str, list[tuple[GoFile, GoType]]] = {}
        for file in self.files:
            for name, declared in file.types.items():
                types.setdefault(name, []).append((file, declared))
        return types

    @cached_property
    def constants_by_name(self) -> dict[str, tuple[GoFile, GoConstant]]:
        """Its constants, each with its file."""
        return {
            constant.name: (file, constant) for file in self.files for constant in file.constants
        }

    @cached_property
    def methods(self) -> dict[str, dict[str, bool]]:
        """The marshaling methods of its types, by type; of each, whether its receiver is a pointer."""
        methods: dict[str, dict[str, bool]] = {}
        for file in self.files:
            for name, own in file.methods.items():
                methods.setdefault(name, {}).update(own)
        return methods

    @cached_property
    def broken(self) -> dict[str, Broken]:
        """The structs that do not parse, by name."""
        return {name: broken for file in self.files for broken in file.broken for name in broken.types}  # fmt: skip

    @property
    def vendored(self) -> bool:
        """Whether it is a copy of somebody else's code: it declares no kinds."""
        return "vendor" in self.folder.split("/")


class GoTree:
    """Packages by folder. A folder is read when a name in it is looked up.

    Args:
        files: the name of each file, and a function that reads it.
        modules: the import path that the go.mod of a folder declares, by folder.
        vendored: the files of a vendored package, by the path of its folder.
    """

    def __init__(
        self, files: Iterable[tuple[str, Callable[[], bytes]]], modules: dict[str, str],
        vendored: Callable[[str], Iterable[tuple[str, Callable[[], bytes]]]] = lambda _: (),
    ) -> None:  # fmt: skip
        self._readers: dict[str, list[tuple[str, Callable[[], bytes]]]] = {}
        for name, reader in files:
            folder = name.rpartition("/")[0] or "."
            self._readers.setdefault(folder, []).append((name, reader))
        self._modules, self._vendored = modules, vendored
        self._names: dict[str, str] = {}
        self._packages: dict[str, GoPackage] = {}
        self._folders: dict[str, str | None] = {}
        self._qualifiers: dict[tuple[str, str], GoPackage | None] = {}

    @property
    def read(self) -> list[GoPackage]:
        """The packages that were read so far, in the order of their folders."""
        return [self._packages[folder] for folder in sorted(self._packages)]

    def has(self, folder: str) -> bool:
        """Whether a folder has Go files."""
        return folder in self._readers

    def package(self, folder: str) -> GoPackage | None:
        """The package of a folder, if it has Go files."""
        if folder not in self._readers:
            return None
        if folder not in self._packages:
            files = [read_go(reader(), name) for name, reader in self._readers[folder]]
            self._packages[folder] = GoPackage(folder, files)
        return self._packages[folder]

    def _name(self, folder: str) -> str:
        """The name of the package of a folder, which need not be that of the folder."""
        if folder not in self._names:
            match = None
            for _, reader in self._readers[folder]:
                match = _PACKAGE.search(reader())
                if match:
                    break
            self._names[folder] = match[1].decode() if match else folder.rpartition("/")[2]
        return self._names[folder]

    def imported(self, path: str) -> GoPackage | None:
        """The package of an import path, if it is in the tree, or vendored there."""
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
                if joined in self._readers:
                    yield joined
        if "." not in path.partition("/")[0]:
            return  # a package of Go's own library
        for folder in dict.fromkeys([*(folder for _, folder in self._roots), "."]):
            joined = _joined(folder, f"vendor/{path}")
            files = list(self._vendored(joined))
            if files:
                self._readers[joined] = files
                yield joined

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
        found = [(declaring, *target) for target in declaring.types.get(simple_name, ())]
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
            if folder is not None and self._name(folder) == qualifier:
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
