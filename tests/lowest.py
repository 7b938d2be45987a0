"""The lowest version of each dependency that `pyproject.toml` allows, as pip takes requirements.

`python tests/lowest.py > lowest.txt`; see `make lowest`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
EXTRAS = ("lsp", "postgresql")


def main() -> None:
    """Print one requirement a line."""
    wanted = [*PROJECT["dependencies"]]
    for extra in EXTRAS:
        wanted += PROJECT["optional-dependencies"][extra]
    for one in wanted:
        print(one.replace(">=", "=="))


if __name__ == "__main__":
    main()
