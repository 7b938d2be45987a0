"""The built-in rules, one file each. Dropping a file here registers the rule."""
