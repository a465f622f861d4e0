"""How a widget shows itself where there is no browser: a picture in the notebook file."""

from __future__ import annotations

import base64
from typing import Any

import ipywidgets
from IPython.display import Image, display, update_display

from .run import Run


class Still(ipywidgets.VBox):
    """A widget with a static picture; subclasses have a `run` and say what is shown."""

    run: Run
    _display_id: str | None = None
    _still_width: int | None = None  # pixels on the page; None: as many as the picture has

    def _still_png(self) -> bytes:
        """Return the static picture, a PNG file."""
        raise NotImplementedError

    def _words(self) -> str:
        """Return what is shown, in words that do not depend on the machine."""
        raise NotImplementedError

    def _num_views(self) -> int:
        """Return in how many places a browser shows the widget."""
        raise NotImplementedError

    def snapshot(self) -> Image:
        """Return the static picture for a cell of its own: it stays in the saved notebook."""
        self.run.wait_for_orders()
        return Image(self._still_png(), alt=self._words(), width=self._still_width)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**options)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
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
        if self._display_id is not None and not self._num_views() and self.run.is_in_foreground:
            update_display(self._repr_mimebundle_(), raw=True, display_id=self._display_id)
