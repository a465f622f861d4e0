"""The Python behind what is on the screen, shown when asked for."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets


class CodeBox(ipywidgets.VBox):
    """A button that shows and hides the code.

    Parameters
    ----------
    code : callable
        Returns the code of the moment.
    """

    def __init__(self, code: Callable[[], str]) -> None:
        self._code = code
        self.toggle = ipywidgets.ToggleButton(
            description="Python code",
            icon="code",
            tooltip="Show the Python that gives this picture",
            layout={"width": "auto"},
        )
        self.text = ipywidgets.HTML(layout={"display": "none"})
        self.text.add_class("vw-code")
        self.toggle.observe(lambda _: self.update(), "value")
        super().__init__([self.toggle, self.text])
        self.add_class("vw-code-box")

    def update(self) -> None:
        """Show the code of the moment, if it is to be seen."""
        is_open = self.toggle.value
        self.text.value = f"<pre>{escape(self._code())}</pre>" if is_open else ""
        self.text.layout.display = "" if is_open else "none"
