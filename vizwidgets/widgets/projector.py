"""A page for the lecture hall: no code to be seen, every explorer large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

HERE = Path(__file__).parent


class Projector(anywidget.AnyWidget):
    """The switch of the projector mode, on the page that shows it.

    The mode is the browser's: code cells, prompts and bars are hidden, words and explorers become large,
    Escape or the switch ends it and leaves nothing behind. No run hears of it.

    Parameters
    ----------
    is_on : bool
        Whether the page is projected.

    Examples
    --------
    >>> Projector(is_on=False)
    Projector(off)
    """

    _newest: Projector | None = None
    _esm = HERE / "projector.js"
    _css = HERE / "projector.css"

    is_on = traitlets.Bool(True, help="Whether the page is projected.").tag(sync=True)

    def __repr__(self) -> str:
        return f"Projector({'on' if self.is_on else 'off'})"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        data = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        return {**data, "text/plain": repr(self)}, {}  # stable: nbval compares it


def projector(is_on: bool = True) -> None:
    """Show the notebook as the last row of a lecture hall reads it, until Escape is pressed.

    Code cells, prompts and bars are hidden; words, controls, curves and pictures become large. In an
    explorer the button "Projector", or Shift+P, shows that one alone on the whole screen, with or without
    this.

    Parameters
    ----------
    is_on : bool
        False ends it, as Escape does.

    Raises
    ------
    TypeError
        If `is_on` is not True or False.

    Examples
    --------
    >>> projector(1)
    Traceback (most recent call last):
    TypeError: is_on must be True or False; got 1. vw.projector() begins, vw.projector(False) ends it.
    """
    if not isinstance(is_on, bool):
        raise TypeError(
            f"is_on must be True or False; got {is_on!r}. vw.projector() begins, vw.projector(False) ends it."
        )
    if Projector._newest is not None:
        Projector._newest.close()  # a page has one switch: the former would turn it on when it is loaded
    Projector._newest = Projector(is_on=is_on)
    display(Projector._newest)
