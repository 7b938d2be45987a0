"""Escapes texts for XML, and replaces the characters that XML does not allow."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """A text between tags."""
    return escape(_NOT_XML.sub("�", value))


def attribute(value: str) -> str:
    """The value of an attribute, with its quotes."""
    return quoteattr(_NOT_XML.sub("�", value))
