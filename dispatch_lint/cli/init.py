"""`dispatch-lint init`: write settings, a hook and editor files for a folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import say
from dispatch_lint.text.harmless import harmless

if TYPE_CHECKING:
    from dispatch_lint.initializing.steps import Step


@click.command()
@click.option("-y", "--yes", is_flag=True, help="Write every file without asking.")
@click.option(
    "--modelines",
    is_flag=True,
    help="Let each YAML manifest name its schema itself, for editors without settings.",
)
@settings_options
def command(yes: bool, modelines: bool) -> None:
    """Look at this folder, and write settings, a hook and editor files for it.

    Asks before each file. What exists is added to, and never overwritten.
    """
    from dispatch_lint.initializing import plan, write

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("this is no terminal to ask on: say --yes")
    found, steps = plan(chosen_settings(), modelines=modelines)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(found.kinds.items()) if kind)
    say(f"Found: {kinds or 'no entity documents'}"
        f"{'; definitions in ' + ', '.join(found.definitions) if found.definitions else ''}"
        f"{'; the store ' + found.store if found.store else ''}.")  # fmt: skip
    for step in steps:
        if step.text is None:
            say(f"{step.file}: {step.summary}{':' if step.missing else '.'}")
            if step.missing:
                say(*step.missing.splitlines())
        elif yes or _confirmed(step):
            write(step)
            say(f"Wrote {step.file}: {step.summary}.")
    say("Next: dispatch-lint check")


def _confirmed(step: Step) -> bool:
    """Whether the user wants a file to be written."""
    return click.confirm(harmless(f"Write {step.file} ({step.summary})?"), default=True)
