"""How long a live run waits for a browser that does not answer."""

from __future__ import annotations

from time import monotonic

MIN_TURNS = 15  # a browser has so many turns to answer, however long each of them takes


class Patience:
    """Counts the time without a sign of life from a browser.

    Of the time from one turn of the run to the next only a small part counts: while a step takes long, or
    other runs have their turns, no frame is sent that a browser could answer.

    Parameters
    ----------
    seconds : float
        After which it is at an end.

    Examples
    --------
    >>> patience = Patience(0.0)
    >>> patience.is_over()  # nobody has looked yet, so nobody has gone
    False
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waited: float | None = None  # None: no browser has looked yet
        self._counted_at = 0.0

    def seen(self) -> None:
        """Note a sign of life."""
        self._waited, self._counted_at = 0.0, monotonic()

    def begin_anew(self) -> None:
        """Forget how long it was waited before."""
        if self._waited is not None:
            self.seen()

    def is_over(self) -> bool:
        """Count the time since the last turn, and return whether it has been too long; once each turn."""
        if self._waited is None:
            return False
        now = monotonic()
        self._waited += min(now - self._counted_at, self.seconds / MIN_TURNS)
        self._counted_at = now
        return self._waited > self.seconds
