"""name-format: a name is fit to be part of a key."""

import re
from collections.abc import Iterator

from dispatch_lint.rule import EntityView, Example, Finding, Form, Rule, fits, stored

# The store's own check, `^[\w\d\-]+$`, as Go means it: ASCII, up to the end of the text.
_NAME = re.compile(r"[A-Za-z0-9_-]+\Z")


class NameFormat(Rule):
    """ "`name` is used as the key (namespaced with organization and entity type)", so it holds
    no `/`, no white space, and only what the Entity Store takes: letters, digits, `_` and `-`.
    Some kinds have a narrower pattern of their own. The organization is a part of the key as well.
    """

    name = "name-format"
    summary = "a name that cannot be part of a key"
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
        Example(
            stored("Secret", organizationId="acme/shop"),
            (("/organizationId", '"acme/shop" cannot be part of a key: it contains "/"'),),
            file="e.json",
        ),
    )  # fmt: skip

    def check_entity(self, entity: EntityView) -> Iterator[Finding]:
        field = self.catalogue.organization_field
        organization = entity.get(field) if entity.form == "stored" else None
        if isinstance(organization, str) and organization and not _NAME.match(organization):
            yield _characters(field, organization)
        name = entity.get("name")
        if not isinstance(name, str):
            return
        if name == "":
            yield Finding(("name",), "the name is empty: it cannot be part of a key")
        elif not _NAME.match(name):
            yield _characters("name", name)
        elif (pattern := self._pattern(entity.kind, entity.form)) and not fits(pattern, name):
            message = f'"{name}" does not match the pattern of {entity.kind} names, {pattern}'
            yield Finding(("name",), message)

    def _pattern(self, kind: str, form: Form) -> str:
        """The pattern of the names of a kind; empty where they have none of their own."""
        pattern = self.catalogue.pattern(kind, form, "name")
        known = self.catalogue.kind(kind)
        if pattern or known is None or "manifest" not in known.forms:
            return pattern
        return self.catalogue.pattern(kind, "manifest", "name")


def _characters(field: str, text: str) -> Finding:
    """A finding about a text with characters that no part of a key has."""
    return Finding((field,), f'"{text}" cannot be part of a key: it contains {_bad(text)}',
                   help='use letters, digits, "_" and "-" only')  # fmt: skip


def _bad(name: str) -> str:
    if "/" in name:
        return '"/"'
    first = next(letter for letter in name if not _NAME.match(letter))
    return "white space" if first.isspace() else f'"{first}"'
