"""What documents say of each other: facts in groups, in memory or spilled to disk."""
