"""The engine: checks sources, merges their reports, checks the corpus, locates and suppresses."""
