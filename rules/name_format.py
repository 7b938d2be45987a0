"""name-format: a name is fit to be part of a key."""

import re
from collections.abc import Iterator
from functools import lru_cache

from dispatch_lint.documents.document import Document
from dispatch_lint.model.reference import Form
from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule
from dispatch_lint.schema.patterns import fits

# The store's own check, `^[\w\d\-]+$`, as Go means it: ASCII, up to the end of the text.
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")


class NameFormat(Rule):
    """ "`name` is used as the key (namespaced with organization and entity type)", so it holds
    no `/`, no white space, and only what the Entity Store takes: letters, digits, `_` and `-`.
    Some kinds have a narrower pattern of their own.
    """

    name = "name-format"
    summary = "a name that cannot be part of a key"
    needs = ("name",)
    guide = "Key"
    valid = (Example("kind: Secret\nname: open-sesame_2\n"),)
    invalid = (
        Example(
            "kind: Secret\nname: open/sesame\n",
            (("/name", '"open/sesame" cannot be part of a key: it contains "/"'),),
        ),
        Example(
            "kind: Secret\nname: open sesame\n",
            (("/name", '"open sesame" cannot be part of a key: it contains white space'),),
        ),
        Example(
            "kind: Driver\nname: Ticker\ntype: ticker\n",
            (("/name", '"Ticker" does not match the pattern of Driver names, '
              "^[a-z0-9][a-z0-9-]*$"),),
        ),
    )  # fmt: skip

    def check(self, document: Document) -> Iterator[Finding]:
        name = document.entity.get("name")
        pattern = self._pattern(document.kind, document.form)
        if name == "":
            yield Finding(("name",), "the name is empty: it cannot be part of a key")
        elif isinstance(name, str) and not _NAME.match(name):
            yield Finding(("name",), f'"{name}" cannot be part of a key: it contains {_bad(name)}',
                          help='use letters, digits, "_" and "-" only')  # fmt: skip
        elif isinstance(name, str) and pattern and not fits(pattern, name):
            yield Finding(
                ("name",),
                f'"{name}" does not match the pattern of {document.kind} names, {pattern}',
            )

    @lru_cache(maxsize=100)  # noqa: B019 (a rule lives as long as its run)
    def _pattern(self, kind: str, form: Form) -> str:
        """The pattern of the names of a kind; empty where they have none of their own."""
        known = self.catalogue.kinds.get(kind)
        manifest = known.forms.get("manifest") if known else None
        for schema in (self.catalogue.schema(kind, form), manifest):
            shape = schema.shape.properties.get("name") if schema else None
            if shape and shape.pattern:
                return shape.pattern
        return ""


def _bad(name: str) -> str:
    if "/" in name:
        return '"/"'
    first = next(letter for letter in name if not _NAME.match(letter))
    return "white space" if first.isspace() else f'"{first}"'
