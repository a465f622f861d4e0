"""The states of a run, what leads from one to the next, and what a run drives."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

# state -> {command: next state}; a command that is absent is not possible in that state
TRANSITIONS: dict[str, dict[str, str]] = {
    "idle": {"start": "running", "step": "paused", "restart": "idle", "fail": "failed"},
    "running": {
        "pause": "paused",
        "stop": "stopped",
        "rewind": "paused",
        "reset": "idle",
        "restart": "running",
        "finish": "done",
        "fail": "failed",
    },
    "paused": {
        "start": "running",
        "step": "paused",
        "stop": "stopped",
        "rewind": "paused",
        "reset": "idle",
        "restart": "idle",
        "finish": "done",
        "fail": "failed",
    },
    "done": {"rewind": "paused", "extend": "paused", "reset": "idle", "restart": "idle", "fail": "failed"},
    "stopped": {"rewind": "paused", "reset": "idle", "restart": "idle", "fail": "failed"},
    "failed": {"rewind": "paused", "reset": "idle", "restart": "idle"},
}
INTERNAL = {"finish", "fail", "extend", "restart"}  # transitions that no button gives


class Stepper(Protocol):
    """What a run drives; all calls come from one thread at a time."""

    num_taken: int
    furthest: int  # steps that a rewind can go (back or forward) to

    def step(self) -> None:
        """Take one step; raise StopIteration when there is none left."""

    def rewind(self, num_taken: int) -> None:
        """Go back to the state right after that many steps."""

    def reset(self) -> None:
        """Begin anew from the settings of the moment."""


class Orders:
    """What the worker still has to do for one run, oldest first; superfluous orders are dropped.

    Examples
    --------
    >>> orders = Orders()
    >>> orders.add("rewind", 3); orders.add("rewind", 5); orders.take()
    ('rewind', 5)
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Any]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, order: str, argument: Any = None) -> None:
        """Append an order: "step", "rewind", "reset", "tell" or "rest"."""
        if order == "reset":
            kept = [each for each in self._waiting if each[0] == "tell"]
            self._waiting = deque(kept)  # what was asked of the old run is void, not what the new one uses
        elif order == "rest" and self._waiting:
            return  # each order ends at rest anyway
        elif order == "rewind" and self._waiting and self._waiting[-1][0] == "rewind":
            self._waiting.pop()  # a dragged slider: only its newest place counts
        self._waiting.append((order, argument))

    def take(self) -> tuple[str, Any]:
        """Remove and return the oldest order."""
        return self._waiting.popleft()

    def count(self, wanted: str) -> int:
        """Return how many orders of one kind wait."""
        return sum(order == wanted for order, _ in self._waiting)
