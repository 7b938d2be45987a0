"""`dispatch-lint trust`: remember that the settings of a folder may ask for more."""

from __future__ import annotations

from pathlib import Path

import click

from dispatch_lint.cli.output import say, tell


@click.command()
@click.argument("folder", metavar="[PATH]", default=".",
                type=click.Path(exists=True, path_type=Path))  # fmt: skip
@click.option("--list", "list_", is_flag=True, help="List the settings that are trusted.")
@click.option("--revoke", is_flag=True, help="Trust nothing in the folder or below it any more.")
def command(folder: Path, list_: bool, revoke: bool) -> int:
    """Trust what the settings of a folder ask for: code, servers, paths that lead elsewhere.

    It is remembered in your own configuration, with a digest of what is asked for: when the
    settings or the code of the plug-ins change, you are asked again.
    """
    from dispatch_lint.api import load_settings
    from dispatch_lint.trust.demands import demands_of
    from dispatch_lint.trust.memory import forget, remember, remembered_settings

    folder = folder if folder.is_dir() else folder.parent
    if list_ and revoke:
        raise click.UsageError("use --list or --revoke, not both")
    if list_:
        entries = sorted(remembered_settings().items())
        say(*(f"{file}, since {entry['since']}" for file, entry in entries))
        if not entries:
            tell("no folder is trusted")
        return 0
    if revoke:
        gone = forget(folder)
        say(*(f"{file} is no longer trusted" for file in gone))
        if not gone:
            tell(f"nothing in {folder} was trusted")
        return 0 if gone else 1
    settings = load_settings(folder, trust=True)
    demands = demands_of(settings)
    where = str(settings.file or folder)
    if not demands:
        tell(f"nothing to trust: {where} asks for no code, server or path elsewhere")
        return 0
    remember(settings)
    say(f"Trusted {where} to do this, until it changes:",
        *(f"  {what}" for what in dict.fromkeys(demand.what for demand in demands)))  # fmt: skip
    return 0
