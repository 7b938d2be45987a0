"""secret-name: the name of a Secret says whose it is."""

from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Fix, Put, Rule

ACME = {"organization": "acme"}


class SecretName(Rule):
    """Secrets of several organizations lie in one vault."""

    name = "secret-name"
    summary = "a Secret whose name does not begin with its organization"
    valid = (
        Example("kind: Secret\nname: acme-key\n", settings=ACME),
        Example("kind: Secret\nname: key\n"),
    )
    invalid = (
        Example(
            "kind: Secret\nname: key\n",
            (("/name", 'the name "key" does not begin with acme-'),),
            settings=ACME,
            fixed="kind: Secret\nname: acme-key\n",
        ),
    )

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        name, prefix = entity.name, f"{entity.organization}-"
        if entity.kind == "Secret" and entity.organization and name and not name.startswith(prefix):
            fix = Fix("unsafe", f"write {prefix}{name}", (Put(("name",), f"{prefix}{name}"),))
            yield Finding(("name",), f'the name "{name}" does not begin with {prefix}', fix=fix)
