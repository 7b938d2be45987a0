"""What settings ask for beyond choosing rules and naming files inside their tree."""

from __future__ import annotations

import json
import os
import re
import sys
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dispatch_lint.config.limits import WITHOUT_TRUST, key_of
from dispatch_lint.config.tree import is_file, is_folder, is_inside, tree_of
from dispatch_lint.store.urls import POSTGRES, bolt_path, scheme_of, shown, sqlite_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dispatch_lint.config.settings import Settings


class Demand(NamedTuple):
    """One thing that settings ask for.

    Attributes:
        setting: the key of the settings; `packages` for installed code, `file` for the settings
            file itself.
        what: the sentence that messages have.
        code: the file or folder of the code that would be run.
        value: what the settings name.
    """

    setting: str
    what: str
    code: Path | None = None
    value: str = ""


def demands_of(settings: Settings) -> list[Demand]:
    """What settings ask for that needs trust, in the order of the settings."""
    tree = tree_of(settings.file.parent if settings.file else settings.root)
    return [
        *_settings_file(settings, tree),
        *_code(settings),
        *_server(settings),
        *_paths(settings, tree),
        *_limits(settings),
        *(demand for demands in packages_of(tree).values() for demand in demands),
    ]


def _settings_file(settings: Settings, tree: Path) -> Iterator[Demand]:
    if settings.file is not None and not is_inside(settings.file, tree):
        yield Demand("file", "the file is a link that leads out of this folder")


def _code(settings: Settings) -> Iterator[Demand]:
    for path in settings.plugins:
        yield Demand("plugins", f"`plugins` runs the code in {_quoted(path)}",
                     settings.root / path, path)  # fmt: skip


def _server(settings: Settings) -> Iterator[Demand]:
    if settings.store and scheme_of(settings.store) in POSTGRES:
        yield Demand("store", f"`store` connects to the server {shown(settings.store)}",
                     value=settings.store)  # fmt: skip


def _paths(settings: Settings, tree: Path) -> Iterator[Demand]:
    """The paths that lead out of the tree, and those of links in folders of schemas."""
    for setting, name in _named(settings):
        path = settings.root / name
        outside = [path] if not is_inside(path, tree) else []
        if setting == "schemas" and not outside:
            outside = [file for file in _schema_files(path) if not is_inside(file, tree)]
        for found in outside:
            link = "" if found == path else f", with a link {_quoted(found.name)}"
            yield Demand(setting, f"`{setting}` leads out of this folder: {_quoted(name)}{link}",
                         value=name)  # fmt: skip


def _named(settings: Settings) -> Iterator[tuple[str, str]]:
    """The paths that the settings name, each with its key."""
    for setting in ("schemas", "definitions"):
        for path in getattr(settings, setting):
            yield setting, path
    for setting in ("ledger", "baseline"):
        if getattr(settings, setting):
            yield setting, getattr(settings, setting)
    path_of = {"sqlite": sqlite_path, "bolt": bolt_path}.get(scheme_of(settings.store or ""))
    if settings.store and path_of is not None:
        from dispatch_lint.model.errors import StoreError

        try:
            yield "store", str(path_of(settings.store))
        except StoreError:
            return  # the URL has no path: opening it reports that


def _limits(settings: Settings) -> Iterator[Demand]:
    """The limits that are raised so far that a document could take all memory."""
    for (name, number), most in zip(settings.limits._asdict().items(), WITHOUT_TRUST, strict=True):
        if number > most:
            yield Demand("limits", f"`limits.{key_of(name)}` is above {most:,}",
                         value=f"{name}={number}")  # fmt: skip


def _schema_files(folder: Path) -> Iterator[Path]:
    """The files of a folder of schemas, and of the folders in it, that are read."""
    if not is_folder(folder):
        return  # `glob` raises where the name is too long
    yield from folder.glob("*.json")
    yield from folder.glob("*/*.json")


def packages_of(tree: Path) -> dict[str, list[Demand]]:
    """The packages with rules or formats that lie in a tree, and that are imported, by folder.

    What the running interpreter installed itself, such as the `.venv` of a project, is not of the
    tree.

    Args:
        tree: as `tree_of` returns it.
    """
    inside = [folder for folder in sys.path if Path(os.path.realpath(folder)).is_relative_to(tree)]
    if not inside:
        return {}  # nearly always
    from importlib.metadata import distributions, entry_points

    own = _installed_folders()
    # By the names that Python has: what it finds in a folder depends on its name (`*.egg`), and a
    # link has another than what it leads to.
    others = [folder for folder in inside if os.path.realpath(folder) not in own]
    if not any(True for _ in distributions(path=others)):
        return {}  # such as the `bin` of a `.venv`

    from dispatch_lint.engine.installed import GROUP as RULES
    from dispatch_lint.report import GROUP as FORMATS

    found: dict[str, list[Demand]] = {}
    # What metadata say of themselves may be wrong. These are the entry points that are loaded: an
    # editable installation, which lies in the tree and is listed twice, is found where `pip` put it.
    for entry in (*entry_points(group=RULES), *entry_points(group=FORMATS)):
        if entry.dist is None:
            continue
        name, folder = entry.dist.name, os.path.realpath(str(entry.dist.locate_file("")))
        if folder in own or not Path(folder).is_relative_to(tree) or _is_ours(name, folder):
            continue
        top = Path(folder) / re.split("[.:]", entry.value, maxsplit=1)[0].strip()
        what = f"the package {_quoted(name or entry.name)} in {_quoted(folder)} would be run"
        found.setdefault(folder, []).extend(
            Demand("packages", what, code, entry.value) for code in [*_modules(top)] or [top]
        )
    return {folder: sorted(found[folder]) for folder in sorted(found)}


def _modules(top: Path) -> Iterator[Path]:
    """The folder and the files that Python may import by a name: source text and compiled ones."""
    if is_folder(top):
        yield top
    yield from filter(is_file, top.parent.glob(f"{escape(top.name)}.*"))


def _is_ours(name: str, folder: str) -> bool:
    """Whether a package is the running dispatch-lint itself, checked in its own repository."""
    here = os.path.realpath(Path(__file__).parents[2])
    return name == "dispatch-lint" and here == folder


def _installed_folders() -> frozenset[str]:
    """The folders that the running interpreter installs packages into."""
    import site
    import sysconfig

    folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    return frozenset(map(os.path.realpath, folders))


def _quoted(text: str | Path) -> str:
    return json.dumps(str(text), ensure_ascii=False)
