"""`python -m benchmarks.alone JOBS`: seconds that a run takes to read and judge the documents below.

Start-up, the walk and what is judged at the end, of all documents together, are left out. What is
imported only once there is a document belongs to start-up.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from dispatch_lint.api import make_checker, sources_of
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.checker import Options
from dispatch_lint.engine.parallel import check_sources

FIRST = b"kind: Secret\nname: first\nsecrets: {}\n"


def main() -> None:
    """Measure one run."""
    settings = replace(Settings(), root=Path.cwd())
    checker = make_checker(settings, Options(fold=True))
    check_sources(checker, [Source("first.yaml", "yaml", opener=lambda: BytesIO(FIRST))])
    sources = sources_of(["."], settings)
    start = time.perf_counter()
    check_sources(checker, sources, int(sys.argv[1]))
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
