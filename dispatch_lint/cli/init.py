"""`dispatch-lint init`: write settings, a hook and editor files for a folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import say
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.initializing.step import Step


@click.command()
@click.option("-y", "--yes", is_flag=True, help="Write every file without asking.")
@click.option(
    "--modelines",
    is_flag=True,
    help="Let each YAML manifest name its schema itself, for editors without settings.",
)
@click.option(
    "--update",
    is_flag=True,
    help="Only renew the schema that was written for editors, without asking.",
)
@settings_options
def command(yes: bool, modelines: bool, update: bool) -> None:
    """Write settings, a pre-commit hook and editor files for this folder.

    Asks before each file. What exists is added to, and never overwritten.
    """
    from dispatch_lint.initializing import plan, plan_update, write

    if update:
        if modelines:
            raise click.UsageError("--update renews the schema only: leave out --modelines")
        step = plan_update(chosen_settings())
        write(step)
        say(f"{step.file}: {step.summary}." if step.text is None
            else f"Wrote {step.file}: {step.summary}.")  # fmt: skip
        return
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("cannot ask without a terminal: use --yes to write every file")
    found, steps = plan(chosen_settings(), modelines=modelines)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.kinds.items()) if kind)
    say(f"Found: {kinds or 'no entity documents'}"
        f"{'; definitions in ' + ', '.join(found.definitions) if found.definitions else ''}"
        f"{'; the store ' + found.store if found.store else ''}.")  # fmt: skip
    declined: set[Path] = set()
    for step in steps:
        if step.needs is not None and step.needs in declined and not step.needs.exists():
            say(f"{step.file}: it stays as it is: it would name {step.needs}, which is not there.")
        elif step.text is None:
            say(f"{step.file}: {step.summary}{':' if step.missing else '.'}")
            if step.missing:
                say(*step.missing.splitlines())
        elif yes or _confirmed(step):
            write(step)
            say(f"Wrote {step.file}: {step.summary}.")
        else:
            declined.add(step.file)
    say("Next: dispatch-lint check")


def _confirmed(step: Step) -> bool:
    """Whether the user wants a file to be written."""
    return click.confirm(harmless(f"Write {step.file} ({step.summary})?"), default=True)
