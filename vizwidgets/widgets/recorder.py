"""What is noted of a run while it goes, so that a film can be made of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar

Seen = TypeVar("Seen")

MOST_SCENES = 64  # of a film
SHARE = 0.05  # of the time of a run that its notes may take,
ALLOWANCE = 0.1  # and seconds that they may take at once: a run that is over soon is noted step by step


@dataclass(frozen=True)
class Note(Generic[Seen]):
    """What was seen at a step."""

    step: int
    words: str
    seen: Seen


class Recorder(Generic[Seen]):
    """Notes what is seen of a run, now and then: it costs little time, and the notes stay few.

    When there are too many every second one is dropped, and from then on half as many steps are noted. A
    run that goes back, to its beginning or to an earlier step, takes its later notes along.

    Parameters
    ----------
    most : int
        Notes that are kept at most, 3 or more.
    share : float, optional
        Share of the time that the notes may take while the run goes; by default `SHARE`. 1 or more where a
        film of many scenes is worth a slow run.
    clock : callable
        Returns seconds.

    Attributes
    ----------
    seconds : float
        What all notes took so far.

    Examples
    --------
    >>> recorder = Recorder(most=4, share=1.0)
    >>> for step in range(9):
    ...     recorder.note(step, lambda: (f"step {step}", step * step))
    >>> [note.step for note in recorder.notes]
    [0, 4, 8]
    """

    def __init__(
        self,
        most: int = MOST_SCENES,
        share: float | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.most, self.share = most, SHARE if share is None else share
        self._clock = clock
        self._notes: list[Note[Seen]] = []
        self.seconds = 0.0
        self._stride, self._due = 1, 0
        self._credit, self._counted_at = ALLOWANCE, clock()

    @property
    def notes(self) -> tuple[Note[Seen], ...]:
        """The notes so far, in the order of their steps."""
        return tuple(self._notes)

    def clear(self) -> None:
        """Forget all notes."""
        self._notes = []
        self._stride, self._due = 1, 0

    def note(self, step: int, look: Callable[[], tuple[str, Seen]]) -> None:
        """Note a step while the run goes, if it is due and there is time for it.

        Parameters
        ----------
        step : int
            Number of steps taken.
        look : callable
            Returns the status line in words, and what is to be kept; not called where nothing is noted.
        """
        is_back = bool(self._notes) and step < self._notes[-1].step
        if is_back or (step >= self._due and self._has_credit()):
            self.keep(step, look)

    def keep(self, step: int, look: Callable[[], tuple[str, Seen]]) -> None:
        """Note a step in any case: the run rests there, or something has just happened."""
        begun = self._clock()
        self.cut(step)
        self._notes.append(Note(step, *look()))
        while len(self._notes) > self.most:
            self._stride *= 2
            self._notes = [*self._notes[:-1:2], self._notes[-1]]
        self._due = step + self._stride
        taken = self._clock() - begun
        self.seconds, self._credit = self.seconds + taken, self._credit - taken

    def cut(self, step: int) -> None:
        """Forget this step and what came after it: the run has gone back."""
        kept = [note for note in self._notes if note.step < step]
        if not kept:
            self.clear()
        self._notes = kept

    def _has_credit(self) -> bool:
        now = self._clock()
        self._credit = min(ALLOWANCE, self._credit + self.share * (now - self._counted_at))
        self._counted_at = now
        return self._credit > 0


def spread_out(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers 0..count-1, as even as can be, the first and the last among them.

    Examples
    --------
    >>> spread_out(10, 4), spread_out(3, 8), spread_out(5, 1)
    ([0, 3, 6, 9], [0, 1, 2], [4])
    """
    if most < 2 or count < 2:
        return list(range(count))[-1:]
    chosen = min(count, most)
    return [round(place * (count - 1) / (chosen - 1)) for place in range(chosen)]
