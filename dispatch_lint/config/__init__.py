"""Settings and limits, as frozen values."""
