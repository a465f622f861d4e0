"""Several traits that change as one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import traitlets


class Together(traitlets.HasTraits):
    """Traits of which some belong together: one order goes out when the last of them has changed."""

    _is_set_up = False

    def _begin_changes(self) -> None:
        """Make ready, before the first change."""
        self._changing, self._held, self._is_anew_due = threading.RLock(), 0, False

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Let several traits change as one; handlers may come from two threads at once."""
        with self._changing:
            self._held += 1
            try:
                yield
            finally:
                self._held -= 1
                if not self._held:
                    is_anew, self._is_anew_due = self._is_anew_due, False
                    self._on_order(is_anew)

    def _on_order(self, is_anew: bool) -> None:
        """Hear of a change; `is_anew` if it begins a new run."""
