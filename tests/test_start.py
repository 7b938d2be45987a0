"""What a run imports: the time of a check of one small file is that of its imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NOT_NEEDED = [
    "concurrent.futures", "difflib", "heapq", "importlib.metadata", "jsonschema", "multiprocessing",
    "ruamel", "shutil", "sqlalchemy", "sqlite3", "subprocess", "tempfile", "tomllib", "tree_sitter",
    "dispatch_lint.cli.rules", "dispatch_lint.cli.watching", "dispatch_lint.definitions.go_library",
    "dispatch_lint.definitions.model", "dispatch_lint.documents.line_ranges",
    "dispatch_lint.documents.stored_entity", "dispatch_lint.documents.undeclared",
    "dispatch_lint.engine.definition_check", "dispatch_lint.engine.locate",
    "dispatch_lint.fix.rounds", "dispatch_lint.report.baseline", "dispatch_lint.schema.bounds",
    "dispatch_lint.schema.diff", "dispatch_lint.schema.explainer", "dispatch_lint.schema.generate",
    "dispatch_lint.store.opening", "dispatch_lint.text.files", "psycopg",
]  # fmt: skip


@pytest.mark.skipif("coverage" in sys.modules, reason="coverage itself imports some of them")
def test_a_check_of_one_manifest_imports_only_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("kind: Secret\nname: a\nsecrets:\n  password: x\n")
    code = (
        "import sys; from dispatch_lint.cli import cli;"
        "cli.main(['check', 'a.yaml'], standalone_mode=False);"
        "print(*(name for name in sys.argv[1:] if name in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-P", "-c", code, *NOT_NEEDED], cwd=tmp_path, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    *_, imported = result.stdout.splitlines()
    assert not imported
