"""The JSON Schemas of Dispatch's kinds, generated from `definitions/`. Data, no code."""
