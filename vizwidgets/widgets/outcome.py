"""A prediction beside what came."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any, SupportsFloat

import anywidget
import traitlets
from torch import Tensor

from vizwidgets.grading.progress.keeper import KEEPER

from .number_asked import number_in_words
from .prediction import DATA, LISTENERS, OPTIONS, STYLE, UNITS, known_prediction

CLOSE = 0.1  # a number is close when it is off by a tenth of what came at most
CLOSE_PERCENT = 5.0  # and so are percentages, when they are off by so many points
AGREES = {True: "As you predicted.", False: "Otherwise than you predicted: here is something to learn."}
IS_CLOSE = {True: "Close.", False: "Not close: here is something to learn."}
SCRIPT = """
export default { render({ model, el }) {
  const show = () => { el.innerHTML = model.get('page'); };
  model.on('change:page', show);
  show();
  return () => model.off('change:page', show);
} };
"""


class OutcomeCard(anywidget.AnyWidget):
    """Shows what a student predicted and, where that can be said in a word, what came.

    Made by `outcome`.

    Parameters
    ----------
    question : str
        As in `predict`.
    came : str or number, optional
        What came; None where the student is to look.
    unit : str
        Of a number.
    """

    _esm = SCRIPT
    _css = STYLE

    page = traitlets.Unicode(help="What is shown, as HTML.").tag(sync=True)

    def __init__(self, question: str, came: str | SupportsFloat | None = None, unit: str = "") -> None:
        super().__init__()
        self.question, self.came, self.unit = question, came, unit
        self.renew()

    def renew(self) -> None:
        """Show what was predicted by now, and note the outcome beside it."""
        known = known_prediction(self.question)
        came = self._came()
        self.said = known.answer if known is not None else ""
        if known is not None and came and known.outcome != came:
            KEEPER.note(replace(known, outcome=came))
        shown = f"{self.said} {self.unit}".strip() if self.said else "nothing yet"
        pairs = [("You predicted", shown), *([("What came", came)] if came else [])]
        self.words = ", ".join(f"{name.lower()}: {value}" for name, value in pairs)
        rows = "".join(f"<p><small>{name}</small> <b>{escape(value)}</b></p>" for name, value in pairs)
        verdict = verdict_on(self.said, self.came, self.unit)
        hint = f"<p class='vw-predict-hint'>{verdict}</p>" if verdict else ""
        self.page = f"<div class='vw-predict'><div class='vw-predict-pairs'>{rows}</div>{hint}</div>"

    def _came(self) -> str:
        return "" if self.came is None else in_words(self.came, self.unit)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        data = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        data["text/plain"] = f"Outcome({self.question}: {self.words})"
        shown = "" if self.came is None else f"<p><small>What came</small> <b>{escape(self._came())}</b></p>"
        compare = f"{shown}<p class='vw-predict-hint'>Compare it with your prediction.</p>"
        page = self.page if self.said else f"<div class='vw-predict'>{compare}</div>"
        data["text/html"] = f"<style>{STYLE}</style>{page}"  # for a page without a kernel: it knows of nobody
        came = self.came if self.came is None or isinstance(self.came, str) else float(self.came)
        data[DATA] = {"question": self.question, "came": came, "unit": self.unit}
        return data, {}


def outcome(question: str, came: str | SupportsFloat | None = None) -> OutcomeCard:
    """Show what was predicted, beside what came.

    Parameters
    ----------
    question : str
        As in `predict`.
    came : str or number, optional
        One of the options, or a number (a tensor of one will do). Left out, the student is to look.

    Returns
    -------
    OutcomeCard
        It follows when the prediction is changed. Without a prediction it says so, and nothing fails.

    Raises
    ------
    ValueError
        If it is no option of the `predict` above, or not one finite number where a number was asked for.

    Examples
    --------
    >>> outcome("goat on mars", "a sheep").words
    'you predicted: nothing yet, what came: a sheep'
    """
    came = _value(question, came)
    card = OutcomeCard(question, came, UNITS.get(question, ""))
    LISTENERS[question] = card.renew
    return card


def _value(question: str, came: Any) -> Any:
    """Return what came, a number as a plain one; ValueError where nobody could have predicted it."""
    options, unit = OPTIONS.get(question, ()), UNITS.get(question, "")
    if came is None or (isinstance(came, str) and (came in options or not (options or unit))):
        return came
    if options:
        raise ValueError(f"the outcome of {question!r} is one of {', '.join(options)}; got {came!r}.")
    with suppress(TypeError, ValueError, RuntimeError):
        value = came.item() if isinstance(came, Tensor) else came
        if not isinstance(value, str) and abs(float(value)) < float("inf"):
            return value
    raise ValueError(f"the outcome of {question!r} is one {number_in_words(unit)}; got {came!r}.")


def in_words(came: str | SupportsFloat, unit: str = "") -> str:
    """Return an outcome as it is shown.

    Examples
    --------
    >>> in_words(196, "pixels"), in_words(0.98765), in_words(20637.2), in_words("a sheep")
    ('196 pixels', '0.988', '20,637', 'a sheep')
    """
    if isinstance(came, str):
        return came
    number = float(came)
    return f"{number:,.0f} {unit}".strip() if abs(number) >= 1000 else f"{number:.3g} {unit}".strip()


def verdict_on(said: str, came: str | SupportsFloat | None, unit: str = "") -> str:
    """Return a word on a prediction; "" where there is none, or only a person could tell.

    Examples
    --------
    >>> verdict_on("a goat", "a sheep"), verdict_on("200", 196), verdict_on("40", 196), verdict_on("", 1)
    ('Otherwise than you predicted: here is something to learn.', 'Close.',
     'Not close: here is something to learn.', '')
    """
    if not said or came is None:
        return ""
    if isinstance(came, str):
        return AGREES[said == came]
    try:
        distance = abs(float(said) - float(came))
    except ValueError:
        return ""
    return IS_CLOSE[distance <= slack(float(came), unit)]


def slack(came: float, unit: str = "") -> float:
    """Return how far off a number may be to be called close.

    Examples
    --------
    >>> slack(200), slack(10, "%"), slack(90, "% of them")
    (20.0, 5.0, 9.0)
    """
    return max(CLOSE * abs(came), CLOSE_PERCENT if unit.startswith("%") else 0)
