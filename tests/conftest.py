"""The one helper of the tests: text in, violations out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from dispatch_lint.api import make_checker, sources_of, store_rows
from dispatch_lint.config import settings as settings_module
from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.classify import Classifier
from dispatch_lint.documents.source import Source
from dispatch_lint.engine.checker import Options
from dispatch_lint.engine.run import run
from dispatch_lint.engine.summary import Result
from dispatch_lint.model.violation import Violation
from dispatch_lint.store.importing import import_sources
from dispatch_lint.store.memory import MemoryStore
from dispatch_lint.store.rows import StoreRows

# On a slow machine too: no timing fails a test.
_ANY_MACHINE = hypothesis_settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
hypothesis_settings.register_profile("desk", _ANY_MACHINE)
# A gate says the same of the same commit; new examples are looked for at the desk.
hypothesis_settings.register_profile("gate", _ANY_MACHINE, derandomize=True)
hypothesis_settings.load_profile("gate" if os.environ.get("CI") else "desk")

Lint = Callable[..., list[Violation]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_vscode.py")


@pytest.fixture
def results() -> list[Result]:
    """The results that `lint` had, the last one last."""
    return []


@pytest.fixture
def lint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, results: list[Result]) -> Lint:
    """Lint texts: `lint({"a.yaml": "…"}, {"select": […]})`."""
    monkeypatch.chdir(tmp_path)

    def check(
        files: Mapping[str, str] | str, settings: Mapping[str, Any] | None = None,
        paths: list[str] | None = None, store: str = "", *, problems: bool = False, jobs: int = 1,
        **options: Any,
    ) -> list[Violation]:  # fmt: skip
        named = {"example.yaml": files} if isinstance(files, str) else files
        for name, text in named.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "surrogatepass"))
        chosen = settings_module.parse(settings or {})
        result = run_over(chosen, paths or list(named), store, jobs=jobs, **options)
        results.append(result)
        assert problems or not result.summary.problems, result.summary.problems
        return result.violations

    return check


def run_over(
    settings: Settings, paths: Sequence[str], store: str = "", *, jobs: int = 1, **options: Any
) -> Result:
    """The result of a run over some paths; the options are those of `Options`.

    Args:
        store: the entities that a store holds, as JSONL; without it there is no store.
    """
    checker = make_checker(settings, Options(**options))
    facts = remembering(store) if store else store_rows(settings, checker.classifier)
    return run(checker, sources_of(paths, settings), jobs=jobs, store=facts)


def remembering(text: str) -> StoreRows:
    """A store in memory that holds the entities of a text of JSONL."""
    chosen = settings_module.Settings()
    store = MemoryStore()
    source = Source("store.jsonl", "jsonl", opener=lambda: BytesIO(text.encode()))
    import_sources(store, [source], Classifier(chosen, load_catalogue(chosen)))
    return StoreRows(store, [store])


def shown(violations: list[Violation]) -> list[str]:
    """Violations as `line:column rule`."""
    return [f"{one.range.line}:{one.range.column} {one.rule}" for one in violations]
