"""The language server: the engine's findings while one types (optional extra `[lsp]`)."""
