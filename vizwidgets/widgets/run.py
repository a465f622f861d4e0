"""One run-state machine for every live widget.

It drives anything that can step, go back and begin anew (`Stepper`), and knows nothing of torch,
ipywidgets or matplotlib. Commands come from any thread (the kernel's main thread or one of its
subshells) and never wait for a step: they change the state, and the shared worker does the work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .machine import Machine


class Run(Machine):
    """Drive a stepper: start, pause, step, stop, reset, rewind, and run to the end.

    Only the run writes its traits; views observe them and give commands.

    Parameters
    ----------
    stepper : Stepper
        What takes the steps.
    on_step : callable, optional
        Called after each step while running, on the thread that took it; throttles itself.
    on_rest : callable, optional
        Called whenever the picture stands still: after pause, step, stop, rewind, reset, end, failure.
    patience : float
        Seconds without a sign of life from a browser (`seen`) after which a live run pauses; see `Patience`.
    worker : Worker
        The thread that takes the steps.

    Raises
    ------
    RuntimeError
        By a command that is not possible in the state of the moment; nothing changes then.
    """

    # -- commands: any thread, return at once ---------------------------------------------------------

    def start(self) -> None:
        """Run, or go on."""
        with self._commands:
            self._go("start")
            self.error, self.note = "", ""
            self._patience.begin_anew()
        self._worker.add(self)

    def pause(self) -> None:
        """Hold after the step in flight."""
        self._command("pause", "rest")

    def step(self) -> None:
        """Take a single step."""
        self._command("step", "step")

    def stop(self) -> None:
        """End the run after the step in flight; its picture stays."""
        self._command("stop", "rest")

    def reset(self) -> None:
        """Go back to the start image."""
        self._command("reset", "reset")

    def restart(self) -> None:
        """Begin anew because the settings changed, and go on running if it was running."""
        self._command("restart", "reset")

    def extend(self) -> None:
        """Make a finished run resumable, after its number of steps was raised."""
        self._command("extend", "rest")

    def rewind(self, num_taken: int) -> None:
        """Go back to the state right after `num_taken` steps (0: the start), and hold there.

        Raises
        ------
        ValueError
            If that many steps have not been taken.
        """
        with self._commands:
            furthest = self._stepper.furthest + self._orders.count("step")
            if not 0 <= num_taken <= furthest:
                raise ValueError(f"rewind needs a step in 0..{furthest}, the steps taken; got {num_taken}")
            self._command("rewind", "rewind", num_taken)

    def refresh(self) -> None:
        """Have `on_rest` called once more: something it shows has changed."""
        with self._commands:
            if self.state != "running":
                self._order("rest")
        self._worker.add(self)

    def tell(self, change: Callable[[], None]) -> None:
        """Change what the next step uses: at once, or after the single commands that were given before."""
        with self._commands:
            if self.state != "running" and (self._orders or self._working_thread):
                self._order("tell", change)
            else:
                change()

    def end(self) -> None:
        """Stop if that is possible; harmless otherwise."""
        with self._commands:
            if self.allows("stop"):
                self.stop()

    def fail(self, failure: Exception) -> None:
        """Say that the run can not begin, and why; a reset tries again."""
        self._fail(failure)

    def seen(self) -> None:
        """Note that a browser has drawn a frame."""
        self._patience.seen()

    # -- blocking calls -------------------------------------------------------------------------------

    def run_to_end(self) -> None:
        """Run in the calling thread until the run ends: for tests, nbclient and handouts.

        A finished run is left as it is; a stopped or failed one begins anew. An interrupt leaves the run
        paused, an exception travels on after the run has failed.
        """
        with self._commands:
            if self.state == "done":
                return
            if self.state in {"stopped", "failed"}:
                self.reset()
            if self.state != "running":
                self._go("start")
            self._foreground, self.error, self.note = True, "", ""
        try:
            while self._advance(watched=False):
                pass
        except KeyboardInterrupt:
            self._close("pause")
            self._order("rest")
            raise
        finally:
            self._foreground = False
            self._worker.add(self)
        if self.exception is not None and self.state == "failed":
            raise self.exception

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the commands given so far are carried out and nothing runs.

        Returns
        -------
        bool
            False when the time was over first.
        """
        self._worker.go_on(to_the_end=True)
        with self._quiet:
            return self._quiet.wait_for(lambda: not (self._is_pending() or self._working_thread), timeout)

    def wait_for_orders(self, timeout: float | None = None) -> bool:
        """Block until the single commands given so far (step, rewind, reset) are carried out."""
        if threading.get_ident() == self._working_thread:
            return True  # a listener that asks in the middle of a turn
        with self._quiet:
            return self._quiet.wait_for(
                lambda: self.state == "running" or not (self._orders or self._working_thread), timeout
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no step be taken meanwhile: what is read inside belongs together. Give no blocking call there.

        The run stays in its state, and goes on afterwards.
        """
        with self._turn:
            yield

    @property
    def has_orders(self) -> bool:
        """Whether single commands (step, rewind, reset) wait to be carried out."""
        return bool(self._orders)

    @property
    def is_in_foreground(self) -> bool:
        """Whether `run_to_end` is what takes the steps."""
        return self._foreground
