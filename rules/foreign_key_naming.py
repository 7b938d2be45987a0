"""foreign-key-naming: a foreign key is named after the entity, without a suffix."""

from collections.abc import Iterator

from dispatch_lint.rule import Example, FieldView, Finding, Rule, plural, read_foreign_key


class ForeignKeyNaming(Rule):
    """ "Foreign keys fields should simply be the name of the referenced object (i.e. `secret` or
    `secrets` not `secretName` or `secretNames`)". Fields whose stem is a kind are reported, and
    fields that the schema declares as references.
    """

    name = "foreign-key-naming"
    summary = "a foreign key with the redundant suffix Name"
    guide = "Additional Properties"
    valid = (
        Example("kind: Subscription\nname: s\neventType: a.b\nfunction: hello\n"),
        Example("kind: Widget\nname: a\nnickName: b\n"),
        # The definition has the suffix; unknown-field reports the other case.
        Example("kind: Image\nname: a\nBaseImageName: b\n"),
        # Not the name of a reference: unknown-field says what is meant.
        Example("kind: Image\nname: a\nbaseImageNames: b\n"),
        Example("kind: Secret\nname: a\nsecretNames: {a: b}\n"),
    )
    invalid = (
        Example(
            "kind: Subscription\nname: s\neventType: a.b\nfunctionName: hello\n",
            (("/functionName", 'the foreign key "functionName" has a redundant suffix; rename it to "function"'),),
            fixed="kind: Subscription\nname: s\neventType: a.b\nfunction: hello\n",
        ),
        Example(
            "kind: Widget\nname: a\nsecretNames: [b]\n",
            (("/secretNames", 'the foreign key "secretNames" has a redundant suffix; rename it to "secrets"'),),
            fixed="kind: Widget\nname: a\nsecrets: [b]\n",
        ),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\n",
            (("/baseImageName",
              'the foreign key "baseImageName" has a redundant suffix; rename it to "baseImage"'),),
        ),
    )  # fmt: skip

    def check_field(self, field: FieldView) -> Iterator[Finding]:
        proper = self._proper(field)
        if proper is not None:
            message = (
                f'the foreign key "{field.name}" has a redundant suffix; rename it to "{proper}"'
            )
            yield Finding((), message, on="key", help=f'rename it to "{proper}"',
                      fix=field.rename_to(proper))  # fmt: skip

    def _proper(self, field: FieldView) -> str | None:
        """The name without the suffix; None where it has no redundant one."""
        # What differs from a declared name in case only has the suffix from the definition.
        if field.standard or field.case_only or (field.declared and field.reference is None):
            return None
        foreign = read_foreign_key(field.name, self.catalogue.kind_names)
        if foreign and foreign.suffix.startswith("Name"):
            if field.closed and not field.declared:
                return _meant(field, foreign.proper, foreign.stem, plural(foreign.stem))
            return field.meant or foreign.proper
        if field.declared and field.name != "name":
            # A declared reference may have any stem: `ownerName`.
            if field.name.endswith("Name"):
                return field.name.removesuffix("Name")
            if field.name.endswith("Names"):
                return plural(field.name.removesuffix("Names"))
        return None


def _meant(field: FieldView, *proper: str) -> str | None:
    """The declared foreign key that a name stands for, if it is one of the proper names.

    None where it is not: then the suffix is not what is wrong with the name.
    """
    return field.meant if field.meant_reference and field.meant in proper else None
