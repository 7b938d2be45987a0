"""Text of documents as a terminal, or a log, may be given it."""

from __future__ import annotations

ESCAPED = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))} | {
    number: f"\\u{number:04x}"
    for number in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


def harmless(text: str) -> str:
    """A text with its control characters escaped, so that a terminal obeys none of them."""
    if text.isascii() and text.isprintable():
        return text  # nearly always
    return text.translate(ESCAPED)
