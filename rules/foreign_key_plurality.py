"""foreign-key-plurality: lists are plural, single references singular."""

from collections.abc import Iterator

from dispatch_lint.model.violation import Finding, Severity
from dispatch_lint.naming import kind_field, plural, read_foreign_key
from dispatch_lint.rule import Example, FieldUse, Rule, rename_fix


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
            (("/secret", 'the foreign key "secret" holds a list: secrets'),),
            fixed="kind: Widget\nname: a\nsecrets: [b]\n",
        ),
        Example(
            "kind: Widget\nname: a\nfunctions: b\n",
            (("/functions", 'the foreign key "functions" holds a single name: function'),),
            fixed="kind: Widget\nname: a\nfunction: b\n",
        ),
    )

    def check_field(self, field: FieldUse) -> Iterator[Finding]:
        if field.standard or (field.closed and not field.declared):
            return
        proper = self._proper(field)
        if proper is not None and proper != field.name:
            holds = "a list" if field.many else "a single name"
            message = f'the foreign key "{field.name}" holds {holds}: {proper}'
            yield Finding((), message, on="key", help=f"rename it to {proper}",
                      fix=rename_fix(field, proper))  # fmt: skip

    def _proper(self, field: FieldUse) -> str | None:
        if field.declared:
            reference = field.shape.reference if field.shape else None
            if reference is None or reference.key:
                return None
            stem = kind_field(reference.kind)
            # A role may stand before the kind: `sourceFunctions`.
            for one in (stem, stem[:1].upper() + stem[1:]):
                wrong, right = (one, plural(one)) if field.many else (plural(one), one)
                if field.name.endswith(wrong):
                    return field.name.removesuffix(wrong) + right
            return None
        foreign = read_foreign_key(field.name, self.catalogue.kind_names)
        if foreign is None or foreign.suffix or not isinstance(field.value, str | list):
            return None
        kind = kind_field(foreign.kind)
        return plural(kind) if field.many else kind
