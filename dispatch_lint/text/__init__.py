"""Text: YAML and JSON to values, a path to its place, and edits of a text."""
