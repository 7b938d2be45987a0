"""foreign-key-entity-type: a foreign key is named after the entity type."""

from collections.abc import Iterator
from dataclasses import dataclass

from dispatch_lint.rule import Example, FieldView, Finding, Rule, Severity, kind_field, plural

_WIDGET = "package shop\n\ntype Widget struct {\n\tBaseEntity\n%s}\n"
_MARKED = '\t// +dispatch:reference=Secret\n\t%s `json:"%s"`\n'


@dataclass(frozen=True)
class Options:
    """The options of the rule."""

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
            (
                (
                    "/fields/token",
                    'the foreign key "token" refers to a Secret; rename it to "secret"',
                ),
            ),
            file="shop.go",
        ),
        Example(
            _WIDGET % (_MARKED % ("Tokens []string", "tokens")),
            (
                (
                    "/fields/tokens",
                    'the foreign key "tokens" refers to Secrets; rename it to "secrets"',
                ),
            ),
            file="shop.go",
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        reference = field.reference
        if field.definition is None or reference is None or field.name in self.options.roles:
            return
        if reference.key or reference.prefix:
            return  # the field is a map of tags or a URL, and only a part of it refers
        stem = kind_field(reference.kind)
        if _is_named_after(field.name, (stem, plural(stem))):
            return
        proper = plural(stem) if field.many else stem
        target = plural(reference.kind) if field.many else f"a {reference.kind}"
        message = f'the foreign key "{field.name}" refers to {target}; rename it to "{proper}"'
        yield Finding((), message, on="key", help=f'rename it to "{proper}"')


def _is_named_after(name: str, stems: tuple[str, str]) -> bool:
    """Whether a name, less a suffix of references, ends in the entity type."""
    for suffix in ("Names", "Name", "IDs", "Ids", "ID", "Id"):
        if name.endswith(suffix) and name != suffix:
            name = name.removesuffix(suffix)
            break
    roles = tuple(stem[:1].upper() + stem[1:] for stem in stems)
    return name[:1].lower() + name[1:] in stems or name.endswith(roles)
