"""The version, in a module of its own so that a build reads it without an import."""

__version__ = "0.2.0"
