"""`dispatch-lint explain RULE`."""

from __future__ import annotations

import click

from dispatch_lint.api import known_rules
from dispatch_lint.cli.options import chosen_settings, settings_options
from dispatch_lint.cli.output import echo
from dispatch_lint.engine.plugins import check_names
from dispatch_lint.rule_pages import page


@click.command()
@click.argument("rule")
@settings_options
def command(rule: str) -> None:
    """Explain a rule: what it reports, why, its options and examples."""
    rules = known_rules(chosen_settings())
    check_names([rule], rules, "explain")
    if rule not in rules:
        raise click.UsageError(f'there is no rule "{rule}"')
    echo("\n".join(page(rules[rule])).rstrip().splitlines())
