"""The two relations that a run holds, entities and references, and the facts of further rules."""
