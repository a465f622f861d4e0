"""The run bar of a compute graph: one step back is as near as one step on."""

from __future__ import annotations

from collections.abc import Callable

from .controls import button
from .run import Run
from .run_bar import RunBar

TOOLTIPS = {
    "start": "Go through the nodes by itself, on from the step that is shown; at the end, once more",
    "step": "One node on (arrow key right in the graph)",
    "reset": "Back to where only the inputs are known",
}


class GraphBar(RunBar):
    """Buttons, rewind slider and status line, with a button for one step back and none to stop.

    Parameters
    ----------
    run : Run
        The run that the buttons command.
    describe : callable
        Returns the rest of the status line in words.
    """

    def __init__(self, run: Run, describe: Callable[[], str]) -> None:
        self.back = button("Back", "step-backward", "One node back (arrow key left)", self._go_back)
        super().__init__(run, describe)
        for name, tooltip in TOOLTIPS.items():
            self.buttons[name].tooltip = tooltip
        made = self.buttons
        row = self.children[0]
        row.children = (made["start"], made["pause"], self.back, made["step"], made["reset"], self.rewind)

    def update(self) -> None:
        """Renew buttons, slider and status line."""
        super().update()
        self.buttons["start"].disabled = not (self._run.allows("start") or self._run.state == "done")
        self.back.disabled = not (self._run.num_taken and self._run.allows("rewind"))

    def press(self, key: str) -> None:
        """Answer an arrow key in the graph."""
        self._run.wait_for_orders(1.0)
        if key == "ArrowRight" and self._run.allows("step"):
            self._give("step")
        elif key == "ArrowLeft" and self._run.num_taken:
            self._go_back()
        elif key == "Home" and self._run.num_taken:
            self.rewind.value = 0

    def _give(self, command: str) -> None:
        if command == "start" and self._run.state == "done":
            super()._give("reset")  # a short way, which one may want to see again
        super()._give(command)

    def _go_back(self) -> None:
        self._run.wait_for_orders(1.0)
        self.rewind.value = max(0, self._run.num_taken - 1)
