"""Graphs of foreign keys: between kinds, or between the entities of documents."""
