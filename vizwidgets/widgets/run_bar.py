"""The row every explorer has: buttons, the rewind slider and the status line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from time import monotonic

import ipywidgets

from .controls import button
from .pulse import pulse_of
from .run import Run

# command: (icon, what it does)
COMMANDS = {
    "start": ("play", "Start, or go on from the step that is shown"),
    "pause": ("pause", "Hold after this step"),
    "step": ("step-forward", "Take a single step"),
    "reset": ("undo", "Back to the start image"),
    "stop": ("stop", "End the run; its picture stays"),
}
UPDATE_SECONDS = 0.5  # a screen reader reads the status line aloud: not more often than this while running
MESSAGE_SECONDS = 8.0


class RunBar(ipywidgets.VBox):
    """Give commands to a run and say where it stands.

    Parameters
    ----------
    run : Run
        The run that the buttons command.
    describe : callable
        Returns the rest of the status line in words.
    """

    def __init__(self, run: Run, describe: Callable[[], str]) -> None:
        self._run, self._describe = run, describe
        self._follower = _Follower()
        self._message, self._message_until, self._updated_at = "", 0.0, float("-inf")
        self._is_trouble = False
        self.buttons = {
            name: button(name.capitalize(), icon, tooltip, partial(self._give, name))
            for name, (icon, tooltip) in COMMANDS.items()
        }
        self.buttons["start"].add_class("vw-primary")
        self.rewind = ipywidgets.IntSlider(
            0,
            min=0,
            max=0,
            description="Rewind to step",
            tooltip="Show an earlier step; Start and Step go on from there",
            style={"description_width": "initial"},
            layout={"flex": "1 1 18em", "width": "auto", "max_width": "34em"},
        )
        self.rewind.observe(self._on_rewind, "value")
        self.status = ipywidgets.HTML()
        self.status.add_class("vw-status")
        row = ipywidgets.HBox([*self.buttons.values(), self.rewind])
        row.add_class("vw-buttons")
        super().__init__([row, self.status, *pulse_of(run, describe)])
        self.add_class("vw-bar")
        run.observe(lambda _: self.update(), "state")
        self.update()

    def say(self, message: str, is_trouble: bool = True) -> None:
        """Show a message in the status line for some seconds, or until the next command; trouble is red."""
        self._is_trouble = is_trouble
        self._message, self._message_until = message, monotonic() + MESSAGE_SECONDS
        self.update()

    def clear(self) -> None:
        """Take the message away: something was done since."""
        had_message, self._message = bool(self._message), ""
        if had_message:
            self.update()
        else:
            self.tick()

    def tick(self) -> None:
        """Renew the status line and the slider if the last time is long enough ago."""
        if monotonic() - self._updated_at >= UPDATE_SECONDS:
            self.update()

    def update(self) -> None:
        """Renew buttons, slider and status line."""
        self._updated_at = monotonic()
        for name, each in self.buttons.items():
            each.disabled = not self._run.allows(name)
        self._follow()
        self.status.value = self._words()

    def _follow(self) -> None:
        """Set the slider to where the run is; `_on_rewind` knows by the thread that nobody moved it.

        Not by the place alone: the worker may take a step just between.
        """
        self._follower.is_at_work = True
        try:
            furthest, here = self._run.furthest, self._run.num_taken
            self.rewind.max = max(furthest, here)
            self.rewind.value = here
            self.rewind.disabled = furthest == 0
        finally:
            self._follower.is_at_work = False

    def _words(self) -> str:
        run = self._run
        parts = [f"<b>{run.state}</b>", escape(self._describe())]
        parts += [_red(trouble) for trouble in (run.error, run.note) if trouble]
        if self._message and monotonic() < self._message_until:
            parts.append(_red(self._message) if self._is_trouble else escape(self._message))
        return " · ".join(part for part in parts if part)

    def _give(self, command: str) -> None:
        self._message = ""
        try:
            getattr(self._run, command)()
        except RuntimeError as refusal:  # two clicks in quick succession: the second comes too late
            self.say(str(refusal))

    def _on_rewind(self, change: dict[str, int]) -> None:
        if self._follower.is_at_work or change["new"] == self._run.num_taken:
            return
        self._message = ""
        try:
            self._run.rewind(change["new"])
        except (RuntimeError, ValueError) as refusal:
            self.say(str(refusal))


class _Follower(threading.local):
    """Whether this thread moves the slider; each has a mark of its own, for two may do so at a time."""

    is_at_work = False


def _red(trouble: str) -> str:
    return f'<span class="vw-trouble">{escape(trouble)}</span>'
