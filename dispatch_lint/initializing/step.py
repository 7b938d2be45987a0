"""What `init` does with one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """What is done with one file.

    Attributes:
        file: its path relative to the root.
        text: its whole new text; None where the file is not changed.
        summary: the change, or why there is none.
        missing: the lines that the user has to add.
        needs: a file that the new text names, and that another step writes.
    """

    file: Path
    text: str | None
    summary: str
    missing: str = ""
    needs: Path | None = None
