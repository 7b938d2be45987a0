"""Accelerators: without this folder every report is the same, and takes longer. See README.md."""
