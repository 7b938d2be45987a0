"""Definitions: Go and OpenAPI text that declares kinds, read into `EntityType`."""

from __future__ import annotations

from dispatch_lint.definitions.model import EntityType, EnumValue, Field, Type
from dispatch_lint.model.reference import ReferenceTarget

__all__ = ["EntityType", "EnumValue", "Field", "ReferenceTarget", "Type"]
