"""A question that the worker answers when it comes by; of several only the newest one counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from .worker import WORKER, Worker

Question = TypeVar("Question")


class Errand(Generic[Question]):
    """Answers questions on the thread of the worker, between the steps of the runs.

    Parameters
    ----------
    answer : callable
        Called with the newest question, on the worker's thread.
    fail : callable
        Called with the words of an error.
    worker : Worker
        The thread that answers.

    Examples
    --------
    >>> answers = []
    >>> errand = Errand(answers.append, answers.append)
    >>> errand.ask("row 3?"); errand.wait(5)
    True
    >>> answers
    ['row 3?']
    """

    def __init__(
        self, answer: Callable[[Question], None], fail: Callable[[str], None], worker: Worker = WORKER
    ) -> None:
        self._answer, self._fail, self._worker = answer, fail, worker
        self._quiet = threading.Condition()
        self._waiting: list[Question] = []
        self._is_busy = False

    def ask(self, question: Question) -> None:
        """Have a question answered soon, in place of one that still waits."""
        with self._quiet:
            self._waiting = [question]
        self._worker.add(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is asked; False when the time was over first."""
        self._worker.go_on(to_the_end=True)
        with self._quiet:
            return self._quiet.wait_for(lambda: not (self._waiting or self._is_busy), timeout)

    def has_work(self) -> bool:
        """Whether a question waits."""
        return bool(self._waiting)

    def take_turn(self) -> bool:
        """Answer the newest question; called by the worker, which must outlive every failure."""
        with self._quiet:
            if not self._waiting:
                return False
            question = self._waiting.pop()
            self._is_busy = True
        try:
            self._answer(question)
        except Exception as failure:  # shown in words; the next question is answered again
            self._fail(f"{type(failure).__name__}: {failure}")
        finally:
            with self._quiet:
                self._is_busy = False
                self._quiet.notify_all()
        return self.has_work()
