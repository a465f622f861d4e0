"""How a widget shows itself where there is no browser: a picture in the notebook file."""

from __future__ import annotations

import base64
from typing import Any, Protocol

import ipywidgets
from IPython.display import Image, display, update_display
from matplotlib.figure import Figure
from PIL.Image import Image as Picture

from vizwidgets.draw.charts import figure_png
from vizwidgets.draw.pixels import png

from .bundle import view_bundle
from .filmed import Filmed
from .run import Run


class View(Protocol):
    """What browsers show of the widget: in how many places, and how often it was renewed at rest."""

    num_views: int
    revision: int


class Still(Filmed, ipywidgets.VBox):
    """A widget with a static picture; subclasses have a `run` and a `view`, and say what is shown.

    What it runs can be filmed, saved and loaded again; see `Filmed`.
    """

    run: Run
    view: View
    _display_id: str | None = None
    _still_width: int | None = None  # pixels on the page; None: as many as the picture has
    _png: tuple[int, bytes] = (-1, b"")  # which revision of the view the picture is of, and the picture

    def figure(self) -> Figure | Picture:
        """Return the static picture."""
        raise NotImplementedError

    def _words(self) -> str:
        """Return what is shown, in words that do not depend on the machine."""
        raise NotImplementedError

    def _still_png(self) -> bytes:
        """Return the static picture, a PNG file; it is drawn once for each revision of the view."""
        if self._png[0] != self.view.revision:
            drawn = self.figure()
            self._png = (self.view.revision, figure_png(drawn) if isinstance(drawn, Figure) else png(drawn))
        return self._png[1]

    def snapshot(self) -> Image:
        """Return the static picture for a cell of its own: it stays in the saved notebook."""
        self.run.wait_for_orders()
        return Image(self._still_png(), alt=self._words(), width=self._still_width)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        data = view_bundle(self, **options)
        data["text/plain"] = f"{type(self).__name__}({self._words()})"  # stable: nbval compares it
        data["image/png"] = base64.b64encode(self._still_png()).decode()
        return data

    def _ipython_display_(self) -> None:
        """Show the widget under an id, so that its picture in the file can be renewed."""
        self.run.wait_for_orders()
        if self._display_id is None:
            self._display_id = f"vizwidgets-{self.model_id}"
        display(self._repr_mimebundle_(), raw=True, display_id=self._display_id)

    def _renew_display(self) -> None:
        """Renew the picture in the notebook file, unless a browser would draw the widget anew for it."""
        if self._display_id is not None and not self.view.num_views and self.run.is_in_foreground:
            update_display(self._repr_mimebundle_(), raw=True, display_id=self._display_id)
