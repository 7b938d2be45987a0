"""Definitions: Go and OpenAPI text that declares kinds, read into `EntityType`."""
