"""key-layout: code builds keys as <organization>/<kind>/<name>."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dispatch_lint.model.violation import Finding
from dispatch_lint.rule import Example, Rule

if TYPE_CHECKING:
    from dispatch_lint.definitions.go_syntax import KeyExpression

_ORGANIZATION = re.compile(r"org", re.IGNORECASE)
_KIND = re.compile(r"kind|type|\bdt\b", re.IGNORECASE)
_KEY = re.compile(r"key", re.IGNORECASE)


class KeyLayout(Rule):
    """ "The format of the key is the same for all entities": `<organization>/<kind>/<name>`. It
    speaks of functions about keys that put an organization, a kind and a name together with
    slashes, in another order.
    """

    name = "key-layout"
    summary = "code that builds keys in another order"
    guide = "Key"
    valid = (
        Example(
            "package shop\n\nfunc buildKey(org, kind, name string) string {\n"
            '\treturn fmt.Sprintf("%s/%s/%s", org, kind, name)\n}\n',
            file="shop.go",
        ),
        Example(
            "package shop\n\nfunc url(kind, org, name string) string {\n"
            '\treturn fmt.Sprintf("%s/%s/%s", kind, org, name)\n}\n',
            file="shop.go",
        ),
    )
    invalid = (
        Example(
            'package shop\n\nfunc buildKey(dt DataType, orgID, name string) string {\n'
            '\treturn fmt.Sprintf("%s/%s/%s", dt, orgID, name)\n}\n',
            (("", "buildKey builds keys as <dt>/<orgID>/<name>; the guide says "
              "<organization>/<kind>/<name>"),),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_layout(self, layout: KeyExpression) -> Iterator[Finding]:
        if not _KEY.search(layout.function):
            return
        organization = _position(layout, _ORGANIZATION)
        kind = _position(layout, _KIND)
        if organization is None or kind is None or organization == kind:
            return
        last = len(layout.parts) - 1
        if organization != 0 or kind == last > 1:
            shown = "/".join(f"<{part}>" for part in layout.parts)
            message = (
                f"{layout.function} builds keys as {shown}; the guide says "
                "<organization>/<kind>/<name>"
            )
            yield Finding(
                (),
                message,
                location=layout.location,
                help="put the organization first, then the kind",
            )


def _position(layout: KeyExpression, what: re.Pattern[str]) -> int | None:
    return next((index for index, part in enumerate(layout.parts) if what.search(part)), None)
