"""The base entity: its name, and the fields that the server sets (guide, Base Entity)."""

from __future__ import annotations

BASE = "BaseEntity"
SERVER_OWNED = frozenset({
    "id", "status", "reason", "createdTime", "modifiedTime", "created-time", "modified-time",
    "revision",
})  # fmt: skip
"""The fields that the server sets: what a manifest says of them is ignored."""
