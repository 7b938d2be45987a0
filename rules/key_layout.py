"""key-layout: code builds keys as <organization>/<kind>/<name>."""

import re
from collections.abc import Iterator, Sequence

from dispatch_lint.rule import Example, Finding, PackageView, Rule

_ORGANIZATION = r"(?i)org"
_KIND = r"(?i)kind|type|\bdt\b"
_KEY = r"(?i)key"


class KeyLayout(Rule):
    """ "The format of the key is the same for all entities": `<organization>/<kind>/<name>`. A
    function with "key" in its name is reported if it joins an organization and a kind with slashes
    in another order.
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
            (("", "buildKey builds keys as <dt>/<orgID>/<name>; the guide requires "
              "<organization>/<kind>/<name>"),),
            file="shop.go",
        ),
    )  # fmt: skip

    def check_package(self, package: PackageView) -> Iterator[Finding]:
        for expression in package.key_expressions:
            if re.search(_KEY, expression.function) and not _is_proper(expression.parts):
                shown = "/".join(f"<{part}>" for part in expression.parts)
                message = (f"{expression.function} builds keys as {shown}; the guide requires "
                           "<organization>/<kind>/<name>")  # fmt: skip
                yield Finding((), message, location=expression.location,
                              help="put the organization first, then the kind")  # fmt: skip


def _is_proper(parts: Sequence[str]) -> bool:
    """Whether the organization is first, and the kind not last; also where either is missing."""
    organization = _position(parts, _ORGANIZATION)
    kind = _position(parts, _KIND)
    if organization is None or kind is None or organization == kind:
        return True
    last = len(parts) - 1
    return organization == 0 and not kind == last > 1


def _position(parts: Sequence[str], pattern: str) -> int | None:
    return next((index for index, part in enumerate(parts) if re.search(pattern, part)), None)
