"""`check --watch`: checks again whenever a file changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch_lint.cli.arguments import replaced_options
from dispatch_lint.cli.formats import ARGUMENTS
from dispatch_lint.cli.output import remark
from dispatch_lint.naming import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WRITING = ("fix", "add_ignore", "write_baseline")
"""The options that change files, which would start the next check."""
_FLAG = "--watch"


def watch(paths: Sequence[str], options: dict[str, Any]) -> int:
    """Check paths, and again at each change of a file in them, until Ctrl-C.

    Each check is a process of its own: changed rules and definitions are loaded anew.

    Raises:
        click.UsageError: there is nothing to watch, or an option changes files.
        click.ClickException: the package that watches is not installed.
    """
    from dispatch_lint.documents.source import is_url

    writing = [name for name in _WRITING if options[name] not in (False, None)]
    if writing:
        raise click.UsageError(f"--watch only reports: leave out --{writing[0].replace('_', '-')}")
    watched = [path for path in (*paths, *options["index"]) if path != "-" and not is_url(path)]
    if len(watched) < len(paths):
        raise click.UsageError("--watch needs files and folders, not standard input or a store")
    for path in watched:
        if not Path(path).exists():
            raise click.UsageError(f"{path}: no such file or folder")
    try:
        import watchfiles
    except ImportError:
        raise click.ClickException(
            "--watch needs a further package: pip install 'dispatch-lint[watch]'"
        ) from None
    outputs = {os.path.realpath(name) for name in options["output"]}
    # What a shell redirects to a file of a watched folder would start the next check.
    streams = [os.fstat(descriptor) for descriptor in (1, 2)]

    class Filter(watchfiles.DefaultFilter):
        """All files but those of version control and of caches, and the reports themselves."""

        def __call__(self, change: watchfiles.Change, path: str) -> bool:
            if os.path.realpath(path) in outputs or _is_one_of(path, streams):
                return False
            return super().__call__(change, path)

    arguments = without_watch(click.get_current_context())
    _check(arguments)
    watched += [path for path in _named_by_settings(options) if Path(path).exists()]
    for changes in watchfiles.watch(*watched, watch_filter=Filter(), raise_interrupt=True):
        remark("")
        remark(f"{count(len({path for _, path in changes}), 'file')} changed: {_shown(changes)}")
        _check(arguments)
    return 0


def _is_one_of(path: str, files: Iterable[os.stat_result]) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:  # it was removed
        return False
    return any(os.path.samestat(status, file) for file in files)


def _named_by_settings(options: dict[str, Any]) -> list[str]:
    """The settings file, and the files and folders that it names; none where it cannot be used."""
    from dispatch_lint.cli.options import settings_from
    from dispatch_lint.model.errors import UserError

    try:
        settings = settings_from(options)
    except UserError:
        return []  # the check has printed why
    named = (*settings.schemas, *settings.definitions, *settings.plugins, settings.ledger,
             settings.baseline)  # fmt: skip
    files = [settings.file] if settings.file else []
    return [str(path) for path in (*files, *(settings.root / name for name in named if name))]


def without_watch(context: click.Context) -> list[str]:
    """The arguments of the current command without `--watch`."""
    return replaced_options(
        context.command, context, context.meta[ARGUMENTS],
        lambda argument: [] if argument == _FLAG else [argument],
    )  # fmt: skip


def _check(arguments: Sequence[str]) -> None:
    # `-P`: what lies in the checked folder is not imported instead of a module.
    command = [sys.executable, "-P", "-m", "dispatch_lint", "check", *arguments]
    subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    remark("Watching for changes; Ctrl-C ends.")


def _shown(changes: Iterable[tuple[Any, str]]) -> str:
    names = sorted({os.path.relpath(path) for _, path in changes})
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
