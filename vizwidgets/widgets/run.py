"""One run-state machine for every live widget.

It drives anything that can step, go back and begin anew (`Stepper`), and knows nothing of torch,
ipywidgets or matplotlib. Commands come from any thread (the kernel's main thread or one of its
subshells) and never wait for a step: they change the state, and the shared worker does the work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import traitlets

from .states import INTERNAL, TRANSITIONS, Orders, Stepper
from .worker import WORKER, Worker


def _nothing() -> None:
    """Stand in for a listener that nobody gave."""


class Run(traitlets.HasTraits):
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
        Seconds without a sign of life from a browser (`seen`) after which a live run pauses.
    worker : Worker
        The thread that takes the steps.

    Raises
    ------
    RuntimeError
        By a command that is not possible in the state of the moment; nothing changes then.
    """

    state = traitlets.Enum(tuple(TRANSITIONS), "idle", help="Where the run stands.")
    num_taken = traitlets.Int(0, help="Number of steps taken.")
    error = traitlets.Unicode("", help="What ended the run, or the empty string.")
    note = traitlets.Unicode("", help="Why the run paused by itself, or the empty string.")

    def __init__(
        self,
        stepper: Stepper,
        on_step: Callable[[], None] = _nothing,
        on_rest: Callable[[], None] = _nothing,
        *,
        patience: float = 15.0,
        worker: Worker = WORKER,
    ) -> None:
        super().__init__()
        self._stepper, self._on_step, self._on_rest = stepper, on_step, on_rest
        self._patience, self._worker = patience, worker
        self._commands = threading.RLock()  # guards the state and the orders; held for moments only
        self._quiet = threading.Condition(self._commands)
        self._turn = threading.RLock()  # a stepper is not entered twice
        self._orders = Orders()
        self._working_thread: int | None = None
        self._foreground = False  # True while `run_to_end` takes the steps instead of the worker
        self._seen: float | None = None
        self.exception: Exception | None = None

    @property
    def furthest(self) -> int:
        """The last step that `rewind` can go to."""
        return self._stepper.furthest

    # -- commands: any thread, return at once ---------------------------------------------------------

    def allows(self, command: str) -> bool:
        """Whether the command is possible now; views disable their buttons with it."""
        return command in TRANSITIONS[self.state]

    def start(self) -> None:
        """Run, or go on."""
        with self._commands:
            self._go("start")
            self.error, self.note = "", ""
            self._seen = None if self._seen is None else monotonic()
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

    def seen(self) -> None:
        """Note that a browser has drawn a frame."""
        self._seen = monotonic()

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

    @property
    def has_orders(self) -> bool:
        """Whether single commands (step, rewind, reset) wait to be carried out."""
        return bool(self._orders)

    @property
    def is_in_foreground(self) -> bool:
        """Whether `run_to_end` is what takes the steps."""
        return self._foreground

    # -- the worker's side ----------------------------------------------------------------------------

    def has_work(self) -> bool:
        """Whether the worker should come by again."""
        return self._is_pending() and not self._foreground

    def take_turn(self) -> bool:
        """Carry out one order, or take one step; called by the worker.

        Returns
        -------
        bool
            Whether there is more to do.
        """
        if self._foreground:
            return False
        try:
            return self._advance(watched=True)
        except BaseException as stray:  # the worker serves every run and must outlive each of them
            self._fail(RuntimeError(f"{type(stray).__name__}: {stray}"))
            return False

    def _is_pending(self) -> bool:
        with self._commands:
            return bool(self._orders or self.state == "running")

    def _advance(self, *, watched: bool) -> bool:
        with self._turn:
            order, argument = self._next_order(watched)
            try:
                self._carry_out(order, argument)
            except StopIteration:
                self.num_taken = self._stepper.num_taken
                self._close("finish")
                self._on_rest()
            except Exception as failure:  # shown by the view; the run can be rewound or reset
                self._fail(failure)
            finally:
                with self._quiet:
                    self._working_thread = None
                    self._quiet.notify_all()
        return self._is_pending()

    def _next_order(self, watched: bool) -> tuple[str, Any]:
        with self._commands:
            self._working_thread = threading.get_ident()
            if self._orders:
                return self._orders.take()
            if self.state != "running":
                return "nothing", None
            if watched and self._is_forsaken():
                self._close("pause")
                self.note = f"paused by itself: no browser has shown a frame for {self._patience:g} s"
                return "rest", None
            return "go", None

    def _is_forsaken(self) -> bool:
        return self._seen is not None and monotonic() - self._seen > self._patience

    def _carry_out(self, order: str, argument: Any) -> None:
        if order == "nothing":
            return
        if order in {"go", "step"}:
            self._stepper.step()
        elif order == "rewind":
            self._stepper.rewind(argument)
        elif order == "reset":
            self._stepper.reset()
        elif order == "tell":
            argument()
        self.num_taken = self._stepper.num_taken
        if self.state == "running":
            self._on_step()
        else:
            self._on_rest()

    # -- the table ------------------------------------------------------------------------------------

    def _go(self, command: str) -> None:
        with self._commands:
            if not self.allows(command):
                possible = ", ".join(sorted(set(TRANSITIONS[self.state]) - INTERNAL))
                raise RuntimeError(f"cannot {command} a run that is {self.state}; possible now: {possible}")
            self.state = TRANSITIONS[self.state][command]

    def _close(self, command: str) -> None:
        with self._commands:
            if self.allows(command):  # the student may have stopped it in the meantime
                self._go(command)

    def _command(self, command: str, order: str, argument: Any = None) -> None:
        with self._commands:
            self._go(command)
            if command in {"reset", "restart", "rewind", "step"}:
                self.error, self.note, self.exception = "", "", None
            self._order(order, argument)
        self._worker.add(self)

    def _order(self, order: str, argument: Any = None) -> None:
        with self._commands:
            self._orders.add(order, argument)

    def _fail(self, failure: Exception) -> None:
        with self._commands:
            self.exception = failure
            self.error = f"{type(failure).__name__}: {failure}"
            self._close("fail")
        try:
            self._on_rest()
        except Exception as second:  # the view itself is what fails: say both, and live on
            self.error += f"; then {type(second).__name__}: {second}"
