"""The built-in output formats: each module has a function `report(outcome) -> Iterator[str]`."""
