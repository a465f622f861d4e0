"""Cards of predictions for a reader without a kernel: guess, then see what came.

What `vw.predict` asked and `vw.outcome` answered stands as data in the lesson as it ran. Without scripts a
card is a question whose answer is folded; with them it is the card of the notebook (`predictions.js`), and
what came follows the guess.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from vizwidgets.widgets import prediction
from vizwidgets.widgets.number_asked import most
from vizwidgets.widgets.outcome import AGREES, IS_CLOSE, in_words, slack

DATA = prediction.DATA
SCRIPT = Path(__file__).with_suffix(".js")
EXPORT = "export default { render };"  # makes a module of a script; a page from a disk can load none


@dataclass(frozen=True)
class Came:
    """What came of a prediction.

    Attributes
    ----------
    place : str
        Where it stands on the page.
    value : str or float, optional
        One of the options, or a number; None where the reader is to look.
    unit : str
        Of a number.
    """

    place: str
    value: str | float | None
    unit: str

    @property
    def words(self) -> str:
        """What came, as it is read; empty where the reader is to look."""
        return "" if self.value is None else in_words(self.value, self.unit)


def what_came(cells: Iterable[NotebookNode]) -> dict[str, Came]:
    """Return what came of each question of an executed lesson."""
    found = {}
    for cell in cells:
        for output in cell.get("outputs", ()):
            said = output.get("data", {}).get(DATA, {})
            if "came" in said:
                found[said["question"]] = Came(f"cell-{cell.id}", said["came"], said["unit"])
    return found


def card(said: Mapping[str, Any], came: Mapping[str, Came]) -> str:
    """Return the HTML of a card: of a question, or of what came.

    Parameters
    ----------
    said : mapping
        What `vw.predict` or `vw.outcome` left as data.
    came : mapping
        From question to what came, of the same lesson.

    Examples
    --------
    >>> asked = {"question": "how far it sees", "kind": "number", "options": [], "unit": "pixels"}
    >>> page = card(asked, {"how far it sees": Came("cell-sees", 196.0, "pixels")})
    >>> "<summary>What came</summary><p><b>196 pixels</b>" in page
    True
    """
    known = came.get(said["question"])
    if "came" in said:
        return _answer(said["question"], known) if known else ""
    return _question(said, known)


def _question(said: Mapping[str, Any], came: Came | None) -> str:
    title = f'<p class="vw-predict-title"><small>Your prediction</small>{escape(said["question"])}</p>'
    number = said["unit"] if said["unit"].startswith("of ") else f"in {said['unit']}"
    asked = " or ".join(said["options"]) or {"number": number}.get(said["kind"], "in a few words")
    told = ""
    if came is not None:
        link = f'<a href="#{came.place}">{"How it came about" if came.words else "See what came"}</a>'
        words = f"<b>{escape(came.words)}</b> · " if came.words else ""
        told = f"<details><summary>What came</summary><p>{words}{link}</p></details>"
    known = {**said, "most": most(said["unit"]), **_verdict(said["kind"], came)}
    values = json.dumps(known, ensure_ascii=False)
    inner = f"{title}<p>{escape(asked)}?</p>{told}"
    return (
        f'<div class="course-guess" data-card="{escape(values)}"><div class="vw-predict">{inner}</div></div>'
    )


def _verdict(kind: str, came: Came | None) -> dict[str, Any]:
    """Return what a script needs to judge a guess: which one is right, and what is said of it."""
    value = None if came is None else came.value
    right: str | list[float] | None = None
    if kind == "choice" and isinstance(value, str):
        right = value
    elif kind == "number" and came is not None and isinstance(value, float):
        off = slack(value, came.unit)
        right = [value - off, value + off]
    verdicts = AGREES if kind == "choice" else IS_CLOSE
    return {"right": right, "yes": verdicts[True], "no": verdicts[False]}


def _answer(question: str, came: Came) -> str:
    words = f"<p><small>What came</small> <b>{escape(came.words)}</b></p>" if came.words else ""
    return (
        f'<div class="vw-predict course-came" id="{came.place}" data-question="{escape(question)}">'
        f'<div class="vw-predict-pairs">{words}</div>'
        '<p class="vw-predict-hint">Compare it with your prediction.</p></div>'
    )


def script() -> str:
    """Return the script of the cards: the notebook's own card, and what a page does with it.

    Raises
    ------
    ValueError
        If the notebook's script does not end as it did when this was written.
    """
    theirs = (prediction.HERE / "prediction.js").read_text(encoding="utf-8")
    if theirs.count(EXPORT) != 1:
        raise ValueError(f"prediction.js must say {EXPORT!r} once, for a page that can load no module.")
    return f"(() => {{\n{theirs.replace(EXPORT, '')}\n{SCRIPT.read_text(encoding='utf-8')}}})();\n"
