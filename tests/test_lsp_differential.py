"""The editor shows what `check` finds; `python -m tests.editor_differential` has larger workspaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editor_differential import differences

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(("seed", "pull"), [(11, True), (12, False)])
async def test_an_editor_shows_what_a_run_finds(seed: int, pull: bool, tmp_path: Path) -> None:
    more, less, total = await differences(tmp_path.resolve(), 40, 40, seed, pull=pull)
    assert (more, less) == (set(), set())
    assert total
