"""The frame that all explorers share: header, controls, run bar, live view, and a picture for paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.figure import Figure

from .cells import claim_cell, running_cell
from .code_box import CodeBox
from .live_view import LiveView
from .run import Run
from .run_bar import RunBar
from .states import Stepper
from .still import Still

Curves = tuple[Sequence[str], np.ndarray, Sequence[tuple[str, Sequence[int]]]]  # names, values, panels


class Explorer(Still):
    """A run with its controls and its view; subclasses say what is run and what is shown.

    A subclass makes its stepper and its controls, calls `_assemble`, and answers `_picture`, `_curves`,
    `_progress`, `_words`, `figure`, `code` and `record`.

    Parameters
    ----------
    stepper : Stepper
        What takes the steps.
    """

    view: LiveView
    _still_width = 840

    def __init__(self, stepper: Stepper) -> None:
        super().__init__()
        self.run = Run(stepper, self._on_step, self._on_rest)
        self.view = self._make_view()
        self.bar = RunBar(self.run, self._progress)
        self.code_box = CodeBox(self.code)
        claim_cell(self.run)

    # -- what a subclass answers ----------------------------------------------------------------------

    def _make_view(self) -> LiveView:
        """Return the view of the run."""
        return LiveView(on_seen=self.run.seen)

    def _picture(self) -> np.ndarray:
        """Return the picture that is shown now, (H, W, 3) bytes."""
        raise NotImplementedError

    def _curves(self) -> Curves:
        """Return names, values (series, steps) and panels of the curves."""
        raise NotImplementedError

    def _progress(self) -> str:
        """Return the status line after the state, in words."""
        raise NotImplementedError

    def _words(self) -> str:
        """Return what the picture shows, in words that do not depend on the machine."""
        raise NotImplementedError

    def _settle(self) -> None:
        """Bring what is shown only at rest up to date; called after the picture stands still."""

    def figure(self) -> Figure:
        """Return the static picture: image, curves and caption."""
        raise NotImplementedError

    def code(self) -> str:
        """Return the Python that reproduces what is on the screen."""
        raise NotImplementedError

    def record(self) -> dict[str, Any]:
        """Return settings, seed, versions, changes and curves as JSON-able data."""
        raise NotImplementedError

    # -- what all explorers do ------------------------------------------------------------------------

    def run_to_end(self) -> None:
        """Run in the calling thread until the end, as Start does: for scripts, tests and handouts."""
        self.run.run_to_end()

    def close(self) -> None:
        """End the run and take the widget from the page."""
        if hasattr(self, "run"):  # a refused argument ends the constructor before there is a run
            self.run.end()
        super().close()

    def _assemble(
        self, title: str, subtitle: str, side: Sequence[ipywidgets.Widget], foot: Sequence[ipywidgets.Widget]
    ) -> None:
        """Put the parts in their places: controls at the side, bar, view and foot beside them."""
        self.header = ipywidgets.HTML(
            f'<span class="vw-title">{escape(title)}</span>'
            f'<span class="vw-subtitle">{escape(subtitle)}</span>'
        )
        self.header.add_class("vw-header")
        controls, main = ipywidgets.VBox(side), ipywidgets.VBox([self.bar, self.view, *foot, self.code_box])
        controls.add_class("vw-side")
        main.add_class("vw-main")
        body = ipywidgets.HBox([controls, main])
        body.add_class("vw-body")
        self.children = (self.header, body)
        self.add_class("vw-root")
        self._on_rest()

    def _on_step(self) -> None:
        if self.view.is_ready:
            self.view.push(self._picture(), *self._curves(), self.run.num_taken)
        self.bar.tick()

    def _on_rest(self) -> None:
        names, values, panels = self._curves()
        self.view.rest(
            self._picture(),
            names,
            values,
            panels,
            self.run.num_taken,
            alt=f"{self._words()}, step {self.run.num_taken}",
            plot_alt="Curves of " + ", ".join(filter(None, names)).replace("_", " "),
        )
        self.bar.update()
        self._settle()
        self.code_box.update()
        self._renew_display()

    # -- notebooks without a browser ------------------------------------------------------------------

    def _ipython_display_(self) -> None:
        if self._display_id is None:
            self.view.is_expected = running_cell() is not None
        super()._ipython_display_()
