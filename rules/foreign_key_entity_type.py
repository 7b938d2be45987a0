"""foreign-key-entity-type: a foreign key is named after the entity type."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.naming import kind_field, plural
from dispatch_lint.rule import Example, Member, Rule

_WIDGET = "package shop\n\ntype Widget struct {\n\tBaseEntity\n%s}\n"
_MARKED = '\t// +dispatch:reference=Secret\n\t%s `json:"%s"`\n'


@dataclass(frozen=True)
class Options:
    """What the settings can say."""

    roles: tuple[str, ...] = ()
    """Field names that are allowed although they do not name the entity type."""


class ForeignKeyEntityType(Rule):
    """ "Use the entity type as the field name": a field that refers to a DriverType is
    `driverType`, not `type`. A role may stand before the type (`sourceFunction`). Further names
    are allowed by the option `roles`.
    """

    name = "foreign-key-entity-type"
    summary = "a foreign key that is not named after the entity type"
    guide = "Name and IDs"
    severity = Severity.WARNING
    Options = Options
    valid = (
        Example(_WIDGET % (_MARKED % ("BackupSecret string", "backupSecret")), file="shop.go"),
        Example(_WIDGET % (_MARKED % ("Token string", "token")), file="shop.go",
                settings={"rules": {"foreign-key-entity-type": {"roles": ["token"]}}}),
    )  # fmt: skip
    invalid = (
        Example(
            _WIDGET % (_MARKED % ("Token string", "token")),
            (("/fields/token", 'the foreign key "token" refers to a Secret: secret'),),
            file="shop.go",
        ),
        Example(
            _WIDGET % (_MARKED % ("Tokens []string", "tokens")),
            (("/fields/tokens", 'the foreign key "tokens" refers to Secrets: secrets'),),
            file="shop.go",
        ),
    )

    def check_member(self, member: Member) -> Iterator[Finding]:
        field = member.field
        reference = field.reference
        # A tag, or a URL, is no field of its own for the reference.
        if (
            reference is None
            or reference.key
            or reference.prefix
            or field.name in self.options.roles
        ):
            return
        stem = kind_field(reference.kind)
        name = field.name
        for suffix in ("Names", "Name", "IDs", "Ids", "ID", "Id"):
            if name.endswith(suffix) and name != suffix:
                name = name.removesuffix(suffix)
                break
        named = name[:1].lower() + name[1:]
        forms = (stem, plural(stem))
        if named in forms or any(name.endswith(one[:1].upper() + one[1:]) for one in forms):
            return
        many = member.use.many
        proper = plural(stem) if many else stem
        what = f"{plural(reference.kind)}" if many else f"a {reference.kind}"
        message = f'the foreign key "{field.name}" refers to {what}: {proper}'
        yield Finding((), message, on="key", help=f"rename it to {proper}")
