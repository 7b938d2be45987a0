"""`dispatch-lint explain RULE`."""

from __future__ import annotations

import click

from dispatch_lint.api import known_rules
from dispatch_lint.cli.completing import complete_rules
from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo
from dispatch_lint.engine.plugins import check_names
from dispatch_lint.rule_pages import page


@click.command()
@click.argument("names", nargs=-1, metavar="RULE...", shell_complete=complete_rules)
@click.option("--all", "all_", is_flag=True, help="Explain every rule.")
@settings_options
def command(names: tuple[str, ...], all_: bool) -> None:
    """Explain a rule: what it reports, why, its options and examples."""
    if all_ == bool(names):
        raise click.UsageError("name a RULE, or use --all")
    rules = known_rules(chosen_settings())
    check_names(names, rules, "explain")
    for name in names:
        if name not in rules:
            raise click.UsageError(f'there is no rule "{name}"')
    for name in rules if all_ else names:
        lines = "\n".join(page(rules[name], with_address=True)).rstrip().splitlines()
        echo([*lines, ""] if all_ or len(names) > 1 else lines)
