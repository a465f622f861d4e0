"""The lines of a queue: orders, and what has become of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from vizwidgets.core.measurement import Measurement
from vizwidgets.core.trial import Order

OPEN = ("waiting", "preparing", "training")  # an order in one of these states is not taken twice


@dataclass
class Entry:
    """One order in the queue.

    Parameters
    ----------
    order : Order
        What is to be measured.
    state : str
        "waiting", "preparing", "training", "done", "skipped", "diverged" or "failed".
    words : str
        What came of it.
    """

    order: Order
    state: str = "waiting"
    words: str = ""


@dataclass(frozen=True)
class Added:
    """What became of orders that were given: new in the queue, in it already, or measured already."""

    new: tuple[Order, ...]
    waiting: tuple[Order, ...]
    known: tuple[Measurement, ...]

    @property
    def words(self) -> str:
        """What to say about it.

        Examples
        --------
        >>> Added((), (Order("a", "b", 2, "from scratch"),), ()).words
        '1 in the queue already'
        """
        parts = [f"{len(self.new)} added"] if self.new else []
        if self.waiting:
            parts.append(f"{len(self.waiting)} in the queue already")
        if self.known:
            parts.append(f"{len(self.known)} measured already: Recompute runs them again")
        return " · ".join(parts)


class Entries:
    """The orders of a queue from the oldest to the newest; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._entries: list[Entry] = []
        self.revision = 0  # counts the changes

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def num_waiting(self) -> int:
        """Number of orders that wait."""
        return sum(entry.state == "waiting" for entry in self)

    def add(self, orders: Iterable[Order], find: Callable[[Order], Measurement | None]) -> Added:
        """Append orders that are not open yet and for which `find` knows no point."""
        new: list[Order] = []
        waiting: list[Order] = []
        known: list[Measurement] = []
        with self._lock:
            for order in orders:
                found = find(order)
                if any(entry.state in OPEN and entry.order.key == order.key for entry in self):
                    waiting.append(order)
                elif found is not None:
                    known.append(found)
                else:
                    new.append(order)
                    self._entries.append(Entry(order))
            self.revision += 1
        return Added(tuple(new), tuple(waiting), tuple(known))

    def clear(self) -> int:
        """Take all orders out that still wait, and return how many."""
        with self._lock:
            left = [entry for entry in self._entries if entry.state != "waiting"]
            number, self._entries = len(self._entries) - len(left), left
            self.revision += 1
        return number

    def take(self) -> Entry | None:
        """Return the oldest order that waits, which is being prepared from now on; None if none waits."""
        with self._lock:
            entry = next((entry for entry in self._entries if entry.state == "waiting"), None)
            if entry is not None:
                self.change(entry, "preparing")
            return entry

    def change(self, entry: Entry, state: str, words: str = "") -> None:
        """Note what becomes of an order."""
        with self._lock:
            entry.state, entry.words = state, words
            self.revision += 1
