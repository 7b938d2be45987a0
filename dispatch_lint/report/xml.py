"""Escapes texts for XML, and replaces the characters that XML does not allow."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_OBEYED = re.compile("[\r\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def text(value: str) -> str:
    """A text between tags."""
    return _unobeyed(escape(_NOT_XML.sub("�", value)))


def attribute(value: str) -> str:
    """The value of an attribute, with its quotes."""
    return _unobeyed(quoteattr(_NOT_XML.sub("�", value)))


def _unobeyed(value: str) -> str:
    """Escaped text with references for what a terminal or a CI system would obey."""
    value = value.replace("##", "#&#35;").replace("::", ":&#58;")
    return _OBEYED.sub(lambda match: f"&#{ord(match[0])};", value)
