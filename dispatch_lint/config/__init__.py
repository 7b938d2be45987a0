"""Settings and limits: frozen values that are handed down."""
