"""foreign-key-plurality: lists are plural, single references singular."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    Example,
    FieldView,
    Finding,
    Rule,
    Severity,
    kind_field,
    plural,
    read_foreign_key,
)


class ForeignKeyPlurality(Rule):
    """ "`secret` or `secrets`": a list of references is named in the plural, a single one in the
    singular.
    """

    name = "foreign-key-plurality"
    summary = "a list reference in the singular, or a single one in the plural"
    guide = "Additional Properties"
    severity = Severity.WARNING
    valid = (Example("kind: Widget\nname: a\nsecrets: [b]\nfunction: c\n"),)
    invalid = (
        Example(
            "kind: Widget\nname: a\nsecret: [b]\n",
            (("/secret", 'the foreign key "secret" holds a list; rename it to "secrets"'),),
            fixed="kind: Widget\nname: a\nsecrets: [b]\n",
        ),
        Example(
            "kind: Widget\nname: a\nfunctions: b\n",
            (
                (
                    "/functions",
                    'the foreign key "functions" holds a single name; rename it to "function"',
                ),
            ),
            fixed="kind: Widget\nname: a\nfunction: b\n",
        ),
    )

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        if field.standard or (field.closed and not field.declared):
            return
        proper = self._proper(field)
        if proper is not None and proper != field.name:
            holds = "a list" if field.many else "a single name"
            message = f'the foreign key "{field.name}" holds {holds}; rename it to "{proper}"'
            yield Finding((), message, on="key", help=f'rename it to "{proper}"',
                      fix=field.rename_to(proper))  # fmt: skip

    def _proper(self, field: FieldView) -> str | None:
        """The name in the proper number; None where it does not name a kind."""
        if field.declared:
            return _proper_declared(field)
        foreign = read_foreign_key(field.name, self.catalogue.kind_names)
        if foreign is None or foreign.suffix or not isinstance(field.value, str | list):
            return None
        kind = kind_field(foreign.kind)
        return plural(kind) if field.many else kind


def _proper_declared(field: FieldView) -> str | None:
    if field.reference is None or field.reference.key:
        return None
    kind = kind_field(field.reference.kind)
    # A role may stand before the kind: `sourceFunctions`.
    for stem in (kind, kind[:1].upper() + kind[1:]):
        wrong, right = (stem, plural(stem)) if field.many else (plural(stem), stem)
        if field.name.endswith(wrong):
            return field.name.removesuffix(wrong) + right
    return None
