"""Text: YAML and JSON values, the places of paths, edits, files."""
