"""JSON Schemas: generated from definitions, put together as the catalogue, and validated with."""
