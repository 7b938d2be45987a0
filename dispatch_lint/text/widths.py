"""How many columns of a terminal a text takes."""

from __future__ import annotations

from unicodedata import combining, east_asian_width


def width(text: str) -> int:
    """The columns of a printable text: two for a wide character, none for a combining mark."""
    if text.isascii():
        return len(text)
    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def padded(text: str, columns: int) -> str:
    """A text with spaces behind it, so that it takes some columns."""
    return text + " " * (columns - width(text))
