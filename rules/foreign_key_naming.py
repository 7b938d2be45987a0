"""foreign-key-naming: a foreign key is named after the entity, without a suffix."""

from collections.abc import Iterator

from dispatch_lint.model.violation import Finding
from dispatch_lint.naming import read_foreign_key
from dispatch_lint.rule import Example, FieldUse, Rule, rename_fix


class ForeignKeyNaming(Rule):
    """ "Foreign keys fields should simply be the name of the referenced object (i.e. `secret` or
    `secrets` not `secretName` or `secretNames`)". It speaks where the stem is a kind, or where
    the schema declares a reference.
    """

    name = "foreign-key-naming"
    summary = "a foreign key with the redundant suffix Name"
    guide = "Additional Properties"
    valid = (
        Example("kind: Subscription\nname: s\neventType: a.b\nfunction: hello\n"),
        Example("kind: Widget\nname: a\nnickName: b\n"),
    )
    invalid = (
        Example(
            "kind: Subscription\nname: s\neventType: a.b\nfunctionName: hello\n",
            (("/functionName", 'the foreign key "functionName" has a redundant suffix: function'),),
            fixed="kind: Subscription\nname: s\neventType: a.b\nfunction: hello\n",
        ),
        Example(
            "kind: Widget\nname: a\nsecretNames: [b]\n",
            (("/secretNames", 'the foreign key "secretNames" has a redundant suffix: secrets'),),
            fixed="kind: Widget\nname: a\nsecrets: [b]\n",
        ),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\n",
            (("/baseImageName",
              'the foreign key "baseImageName" has a redundant suffix: baseImage'),),
        ),
    )  # fmt: skip

    def check_field(self, field: FieldUse) -> Iterator[Finding]:
        proper = self._proper(field)
        if proper is not None:
            message = f'the foreign key "{field.name}" has a redundant suffix: {proper}'
            yield Finding((), message, on="key", help=f"rename it to {proper}",
                      fix=rename_fix(field, proper))  # fmt: skip

    def _proper(self, field: FieldUse) -> str | None:
        if field.standard:
            return None
        foreign = read_foreign_key(field.name, self.catalogue.kind_names)
        if foreign and foreign.suffix.startswith("Name") and (
            not field.declared or (field.shape and field.shape.reference)
        ):  # fmt: skip
            return field.meant or foreign.proper
        if field.declared and field.shape and field.shape.reference and field.name != "name":
            # A declared reference may have any stem: `ownerName`.
            for suffix, plural in (("Names", "s"), ("Name", "")):
                if field.name.endswith(suffix):
                    return field.name.removesuffix(suffix) + plural
        return None
