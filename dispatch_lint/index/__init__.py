"""The index: facts about the entities and references of a run, in groups for the corpus rules."""
