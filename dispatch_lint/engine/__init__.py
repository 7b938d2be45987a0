"""The engine: check one source, merge reports, judge the index, locate, suppress."""
