"""unresolved-reference: a foreign key names an entity that exists."""

from collections.abc import Iterator

from dispatch_lint.rule import (
    Example,
    Finding,
    Fix,
    Put,
    Reference,
    Rule,
    Severity,
    only_nearest,
    stored,
)

_FEW = 5
"""Entities that a line of the settings can name beside another one."""


class UnresolvedReference(Rule):
    """ "Relationships (i.e. foreign keys) use `name`": the name has to be that of a live entity
    of the kind, in the same organization.

    Manifests are often partial: what they refer to may have been created by a command. Where
    nothing says that the documents are complete, a reference is judged only if the run has
    documents of the kind at all, and is then a warning; the rest is counted as not judged. With
    a store, or `complete = true`, a missing entity is an error. The setting `external` declares
    entities that exist elsewhere; Brokers always do, because Dispatch never stores one. The fix
    writes the nearest name, where none is as near.
    """

    name = "unresolved-reference"
    summary = "a foreign key to an entity that does not exist"
    guide = "Name and IDs"
    valid = (
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: nodejs\n"
        ),
        Example("kind: Function\nname: f\nimage: nodejs\n"),
        Example(
            "kind: Image\nname: a\nbaseImageName: b\n---\nkind: Function\nname: f\nimage: c\n",
            settings={"external": ["Image/c"]},
        ),
        Example("kind: Function\nname: f\nimage: nodejs\n", store=stored("Image", name="nodejs")),
    )
    invalid = (
        Example(
            "kind: Image\nname: nodejs\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: nodjs\n",
            (("/image", 'there is no Image "nodjs"; did you mean "nodejs"?'),),
            fixed="kind: Image\nname: nodejs\nbaseImageName: b\n---\nkind: Function\nname: f\nimage: nodejs\n",
        ),
        Example(
            "kind: Image\nname: node-8\nbaseImageName: b\n---\n"
            "kind: Image\nname: node-9\nbaseImageName: b\n---\n"
            "kind: Function\nname: f\nimage: node-7\n",
            (("/image", 'there is no Image "node-7"; did you mean "node-9" or "node-8"?'),),
        ),
        Example(
            "kind: Function\nname: f\nimage: nodejs\n",
            (("/image", 'there is no Image "nodejs"'),),
            settings={"complete": True},
        ),
        Example(
            "kind: Function\nname: f\nimage: nodjs\n",
            (("/image", 'there is no Image "nodjs"; did you mean "nodejs"?'),),
            store=stored("Image", name="nodejs"),
            fixed="kind: Function\nname: f\nimage: nodejs\n",
        ),
    )

    def check_reference(self, reference: Reference) -> Iterator[Finding]:
        if any(target.live for target in reference.targets) or reference.state != "missing":
            return
        kind, near = reference.kind, reference.near
        what = f'{kind} with the ID "{reference.value}"'
        if reference.by == "name":
            what = f'{kind} "{reference.value}"'
        meant, fix = "", None
        if near:
            names = " or ".join(f'"{name}"' for name in near)
            meant = f"; did you mean {names}?"
        nearest = only_nearest(reference.value, near, cutoff=0)
        if nearest is not None:
            change = Put(reference.path, f"{reference.prefix}{nearest}")
            fix = Fix("unsafe", f"write {nearest}", (change,))
        yield Finding(
            reference.path,
            f"there is no {what}{meant}",
            severity=None if reference.closed else Severity.WARNING,
            help=f"create the {kind}, correct the name, or declare it external: "
            f"{self._declaration(kind, reference.value)}",
            fix=fix,
        )

    def _declaration(self, kind: str, name: str) -> str:
        """The line of the settings that declares an entity external."""
        from glob import escape
        from json import dumps

        entity = f"{kind}/{escape(name)}"
        declared = self.settings.external
        if len(declared) > _FEW:
            return f"add {dumps(entity)} to `external` in the settings"
        return f"external = {dumps([*declared, entity], ensure_ascii=False)}"
