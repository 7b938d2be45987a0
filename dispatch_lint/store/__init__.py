"""The reference store: which entities exist, and which IDs were ever used."""
