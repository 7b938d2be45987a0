"""The engine that is being replaced."""
