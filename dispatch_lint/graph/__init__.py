"""Pictures of what refers to what: kinds, or the entities of documents."""
