"""The run of a `SaliencyExplorer`: what was stopped goes on with Start, and maps that are finished stay."""

from __future__ import annotations

from .run import Run
from .saliency_stepper import SaliencyStepper


class SaliencyRun(Run):
    """A run that starts from "stopped" too: each map is a piece of work of its own, so nothing is lost.

    Examples
    --------
    >>> import torch
    >>> from .saliency_order import Order, Subject
    >>> order = Order((Subject(torch.rand(1, 3, 2, 2)),), 1, ("gradient",), {})
    >>> model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 2))
    >>> run = SaliencyRun(SaliencyStepper(model, order))
    >>> run.step(); run.stop(); run.start(); run.wait(20)
    True
    >>> run.state
    'done'
    """

    _stepper: SaliencyStepper

    def allows(self, command: str) -> bool:
        """Whether the command is possible now."""
        return super().allows(command) or (command == "start" and self.state == "stopped")

    def start(self) -> None:
        """Compute the maps that are missing; half a map, which a stop may leave, is made anew."""
        with self._commands:
            if self.state == "stopped":
                self.tell(self._stepper.ask_again)
                self.restart()
            super().start()
