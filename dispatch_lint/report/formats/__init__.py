"""One module an output format: a function `report(outcome) -> Iterator[str]`."""
