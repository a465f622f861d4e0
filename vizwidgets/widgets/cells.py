"""Which notebook cell made which run, so that running the cell again ends the old loop."""

from __future__ import annotations

import sys
import weakref
from typing import Protocol


class Stoppable(Protocol):
    """A run as the register sees it."""

    def end(self) -> None:
        """Stop for good; harmless when it is not running."""


_RUNS: dict[str, tuple[str, list[weakref.ref[Stoppable]]]] = {}


def running_cell() -> tuple[str, str] | None:
    """Name the cell and the execution that this code runs in.

    Returns
    -------
    tuple of str, or None
        The cell's id and the id of this execution of it; None outside a notebook, or where the front
        end does not tell (then the acknowledgement watchdog of `Run` ends what nobody looks at).
    """
    ipython = sys.modules.get("IPython")  # never imported for this: outside a notebook it is not there
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    parent = kernel.get_parent() or {}
    cell = parent.get("metadata", {}).get("cellId")
    return (cell, parent.get("header", {}).get("msg_id", "")) if cell else None


def claim_cell(run: Stoppable, cell: tuple[str, str] | None = None) -> None:
    """End the runs that an earlier execution of the same cell made, and remember this one.

    ipywidgets keeps each widget alive in a table of its own, so an old explorer would go on computing
    for ever after its output is gone.

    Parameters
    ----------
    run : Stoppable
        The new run.
    cell : tuple of str, optional
        Cell id and execution id; found by `running_cell` when not given.
    """
    place = cell or running_cell()
    if place is None:
        return
    cell_id, execution = place
    known, runs = _RUNS.get(cell_id, ("", []))
    if known != execution:  # two explorers made by one execution live side by side
        for reference in runs:
            old = reference()
            if old is not None:
                old.end()
        runs = []
    _RUNS[cell_id] = (execution, [*runs, weakref.ref(run)])
