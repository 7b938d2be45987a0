"""The language server: violations while one types (optional extra `[lsp]`)."""
