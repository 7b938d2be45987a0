"""Values that every part of the product shares. This package imports nothing of ours."""
