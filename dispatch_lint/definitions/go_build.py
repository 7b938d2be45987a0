"""Build constraints of Go: lines `//go:build …`, and file names such as `disk_windows.go`."""

from __future__ import annotations

import re

_SYSTEMS = frozenset([
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux",
    "nacl", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos", "386", "amd64",
    "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
    "riscv64", "s390x", "wasm",
])  # fmt: skip
_HEAD = re.compile(rb"\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*", re.DOTALL)
_GO_BUILD = re.compile(rb"^//go:build[ \t]+(.+?)\r?$", re.MULTILINE)
_PLUS_BUILD = re.compile(rb"^//[ \t]*\+build[ \t]+(.+?)\r?$", re.MULTILINE)
_TOKEN = re.compile(r"\|\||&&|[!()]|[\w.]+")


def is_ignored(source: bytes) -> bool:
    """Whether no build contains a file, because of the tag `ignore`."""
    constraint = _constraint(source)
    return constraint is not None and _Reader(constraint).value() is False


def is_conditional(source: bytes, name: str) -> bool:
    """Whether some builds leave a file out: because of its name, or of a constraint."""
    words = name.rpartition("/")[2].removesuffix(".go").split("_")[1:]
    return not _SYSTEMS.isdisjoint(words[-2:]) or _constraint(source) is not None


def _constraint(source: bytes) -> str | None:
    """The build constraint in the comments above the package clause, as an expression."""
    if b"build" not in source:
        return None
    match = _HEAD.match(source)
    head = match[0] if match else b""
    if line := _GO_BUILD.search(head):
        return line[1].decode("utf-8", "replace")
    lines = [line[1].decode("utf-8", "replace") for line in _PLUS_BUILD.finditer(head)]
    # The older form: a space is `or`, a comma is `and`, and all lines hold.
    parts = ["||".join(f"({option.replace(',', '&&')})" for option in line.split()) for line in lines]  # fmt: skip
    return "&&".join(f"({part})" for part in parts) or None


class _Reader:
    """Evaluates a constraint in which `ignore` is false, and every other tag is unknown."""

    def __init__(self, constraint: str) -> None:
        self._tokens = [*_TOKEN.findall(constraint), ""]

    def value(self) -> bool | None:
        """True, false, or None where that depends on the build."""
        value = self._and()
        while self._tokens[0] == "||":
            self._tokens.pop(0)
            right = self._and()
            value = True if value or right else None if None in (value, right) else False
        return value

    def _and(self) -> bool | None:
        value = self._not()
        while self._tokens[0] == "&&":
            self._tokens.pop(0)
            right = self._not()
            value = False if False in (value, right) else None if None in (value, right) else True
        return value

    def _not(self) -> bool | None:
        token = self._tokens.pop(0) if self._tokens[0] else ""
        if token == "!":
            value = self._not()
            return None if value is None else not value
        if token == "(":
            value = self.value()
            if self._tokens[0] == ")":
                self._tokens.pop(0)
            return value
        return False if token == "ignore" else None
