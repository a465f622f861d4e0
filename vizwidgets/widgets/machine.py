"""The worker's side of a run: its state, the orders that wait, and the turns that carry them out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import traitlets

from .patience import Patience
from .states import INTERNAL, TRANSITIONS, Orders, Stepper
from .worker import WORKER, Worker


def _nothing() -> None:
    """Stand in for a listener that nobody gave."""


class Machine(traitlets.HasTraits):
    """State and turns of a run; `Run` adds the commands, and describes the arguments."""

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
        self._patience, self._worker = Patience(patience), worker
        self._commands = threading.RLock()  # guards the state and the orders; held for moments only
        self._quiet = threading.Condition(self._commands)
        self._turn = threading.RLock()  # a stepper is not entered twice
        self._orders = Orders()
        self._working_thread: int | None = None
        self._foreground = False  # True while `run_to_end` takes the steps instead of the worker
        self.exception: Exception | None = None
        self.asks_page: Callable[[], bool] = bool  # whether a page was asked to say when; see `Pulse`

    @property
    def furthest(self) -> int:
        """The last step that `rewind` can go to."""
        return self._stepper.furthest

    # -- the table ------------------------------------------------------------------------------------

    def allows(self, command: str) -> bool:
        """Whether the command is possible now; views disable their buttons with it."""
        return command in TRANSITIONS[self.state]

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
            self.num_taken = self._stepper.num_taken
        try:
            self._on_rest()
        except Exception as second:  # the view itself is what fails: say both, and live on
            self.error += f"; then {type(second).__name__}: {second}"

    # -- the worker's side ----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Take further turns, now that a page has said so; see `Pulse`."""
        self._worker.go_on()

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
        except KeyboardInterrupt:  # only where the main thread takes the turns
            self._close("pause")
            self._order("rest")
            return True
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
                with self._commands:
                    is_over = not self._orders.count("reset")  # else it was begun anew in the meantime
                    if is_over:
                        self._close("finish")
                if is_over:
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
            if watched and self._patience.is_over():
                self._close("pause")
                self.note = f"paused by itself: no browser has shown a frame for {self._patience.seconds:g} s"
                return "rest", None
            return "go", None

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
