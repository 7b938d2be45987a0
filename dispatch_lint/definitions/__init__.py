"""Definitions: source text that declares kinds, read into `EntityType`."""

from __future__ import annotations

from dispatch_lint.definitions.model import EntityType, EnumValue, Field, Reference, Type

__all__ = ["EntityType", "EnumValue", "Field", "Reference", "Type"]
