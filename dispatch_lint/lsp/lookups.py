"""The store and the ledger that settings name: each question is a short read of its own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dispatch_lint.api import store_rows
from dispatch_lint.lsp.inputs import known_inputs, state_of
from dispatch_lint.model.errors import StoreError
from dispatch_lint.store.urls import scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dispatch_lint.config.settings import Settings
    from dispatch_lint.documents.classify import Classifier
    from dispatch_lint.lsp.inputs import Stamp
    from dispatch_lint.store.rows import StoreRows

from contextlib import contextmanager

RETRY = 30
"""Seconds after which a server that did not answer is asked again."""


class Lookups:
    """A store and a ledger that may come, go, and be replaced while an editor runs.

    Attributes:
        problem: why they cannot be used; empty where they can.
    """

    def __init__(self, settings: Settings, classifier: Classifier) -> None:
        self._settings, self._classifier = settings, classifier
        self._state: dict[str, Stamp] | None = None
        self._rows: StoreRows | None = None
        self._failed = 0.0
        self.problem = ""

    @contextmanager
    def reading(self) -> Iterator[StoreRows | None]:
        """The rows for one question; None where there is no store, or none that can be used.

        Nothing is locked afterwards, and the next question sees the next state.

        Raises:
            StoreError: inside of the context, from the rows; they are not used again until they
                have changed.
        """
        try:
            yield self._open()
        except StoreError as error:
            self._fail(error)
            raise
        finally:
            self._release()

    def names(self, kind: str, limit: int) -> Sequence[str]:
        """The first names of a kind in the store."""
        try:
            with self.reading() as rows:
                return rows.names(kind, limit) if rows is not None else ()
        except StoreError:
            return ()

    def _open(self) -> StoreRows | None:
        settings = self._settings
        if not (settings.store or settings.ledger):
            return None
        state = state_of(known_inputs(settings))
        is_known = state == self._state
        if is_known and (not self.problem or time.monotonic() < self._failed + RETRY):
            return self._rows
        self.close()
        self._state = state
        try:
            self._rows, self.problem = store_rows(settings, self._classifier), ""
        except StoreError as error:
            self._fail(error)
        return self._rows

    def _fail(self, error: StoreError) -> None:
        self.close()
        self.problem, self._failed = str(error), time.monotonic()

    def _release(self) -> None:
        """Close connections; a Bolt file was copied, and its copy is kept."""
        store = self._rows.store if self._rows is not None else None
        if store is not None and scheme_of(self._settings.store or "") != "bolt":
            store.close()

    def close(self) -> None:
        """Forget what was opened."""
        if self._rows is not None and self._rows.store is not None:
            self._rows.store.close()
        self._rows = None
