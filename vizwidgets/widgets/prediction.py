"""A prediction that a student commits to before running on; it is kept on this computer."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from vizwidgets.grading.progress.course import lesson_of_question
from vizwidgets.grading.progress.entries import Prediction
from vizwidgets.grading.progress.keeper import KEEPER, now
from vizwidgets.grading.progress.place import notebook_name

from .number_asked import is_number, most, number_in_words

HERE = Path(__file__).parent
STYLE = (HERE / "prediction.css").read_text(encoding="utf-8")
DATA = "application/vnd.vizwidgets.prediction+json"  # of both cards, for pages that are made of a notebook
LONGEST = 300  # characters of an answer
HINTS = {"choice": "Decide before you read on.", "number": "Write a number down before you read on."}


class PredictionCard(anywidget.AnyWidget):
    """Choices, or a line to fill in, and a button to commit; afterwards it shows what was predicted.

    Made by `predict`.

    Parameters
    ----------
    question : str
        What it is about.
    options : tuple of str
        To choose from; empty for a number or a few words.
    unit : str
        Of the number; empty for a few words. ``%``, and ``of 8`` and the like, say how large it can be.
    on_commit : callable, optional
        Called with the answer.
    """

    _esm = (HERE / "prediction.js").read_text(encoding="utf-8")
    _css = STYLE

    question = traitlets.Unicode(help="What it is about.").tag(sync=True)
    kind = traitlets.Enum(("choice", "number", "words"), help="What an answer is.").tag(sync=True)
    options = traitlets.List(traitlets.Unicode(), help="What can be chosen.").tag(sync=True)
    unit = traitlets.Unicode(help="Of a number.").tag(sync=True)
    most = traitlets.Float(None, allow_none=True, help="The largest number; None: any.").tag(sync=True)
    answer = traitlets.Unicode(help="What the student has committed to; empty before.").tag(sync=True)
    shown = traitlets.Unicode(help="The answer with its unit.").tag(sync=True)
    note = traitlets.Unicode(help="What went wrong while it was kept.").tag(sync=True)

    def __init__(
        self,
        question: str,
        options: tuple[str, ...] = (),
        unit: str = "",
        *,
        answer: str = "",
        on_commit: Callable[[str], None] | None = None,
    ) -> None:
        kind = "choice" if options else "number" if unit else "words"
        super().__init__(question=question, kind=kind, options=list(options), unit=unit, most=most(unit))
        self._on_commit = on_commit
        self._show(answer)
        self.on_msg(self._receive)

    def commit(self, answer: str | float) -> None:
        """Predict this.

        Parameters
        ----------
        answer : str or float
            One of the options, a number, or a few words: as the card asks.

        Raises
        ------
        ValueError
            If it is none of them.

        Examples
        --------
        >>> card = PredictionCard("how far it sees", unit="pixels")
        >>> card.commit(40)
        >>> card.shown
        '40 pixels'
        """
        words = _cleaned(answer)
        if self.kind == "choice" and words not in self.options:
            raise ValueError(f"a prediction is one of {', '.join(self.options)}; got {words!r}.")
        if self.kind == "number" and not is_number(words):
            wanted = number_in_words(self.unit)
            raise ValueError(f"a prediction is a {wanted}, such as 12 or 0.5; got {words!r}.")
        if self.most is not None and not 0 <= float(words) <= self.most:
            raise ValueError(f"a prediction is a number from 0 to {self.most:,g} here; got {words!r}.")
        if not words:
            raise ValueError("a prediction has a few words; got none.")
        self._show(words)
        if self._on_commit is not None:
            self._on_commit(words)

    def _show(self, answer: str) -> None:
        with self.hold_sync():
            self.shown = f"{answer} {self.unit}".strip() if answer else ""
            self.answer = answer

    def _receive(self, _: Any, message: Any, __: Any) -> None:
        if isinstance(message, dict) and message.get("type") == "commit":
            KEEPER.presence.see()
            try:
                self.commit(str(message.get("answer", "")))
            except ValueError as error:
                self.note = str(error)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle = super()._repr_mimebundle_(**options)
        data = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        answer = self.shown or f"{' or '.join(self.options)}?"
        data["text/plain"] = f"Prediction({self.question}: {answer})"  # stable: nbval may compare it
        data["text/html"] = _page(self)
        data[DATA] = {name: getattr(self, name) for name in ("question", "kind", "options", "unit")}
        return data, {}


def predict(question: str, *options: str, unit: str = "") -> PredictionCard:
    """Ask for a prediction, before the answer is computed.

    Parameters
    ----------
    question : str
        What it is about, in a few words; `outcome` takes the same ones.
    *options : str
        What can be chosen. Without any, the answer is a number if there is a `unit`, else a few words.
    unit : str
        Of the number. With ``%`` it is from 0 to 100, with ``of 8`` from 0 to 8.

    Returns
    -------
    PredictionCard
        What was predicted before is shown and can be changed. Where a person sits at the notebook it is kept
        in a file on this computer (see `progress`); elsewhere it is known until the kernel ends. It is sent
        nowhere.

    Raises
    ------
    ValueError
        If the question is empty, there is one option only, two are the same, or there are options and a unit.

    Examples
    --------
    >>> predict("goat on grass", "a goat", "a sheep").options
    ['a goat', 'a sheep']
    """
    _check(question, options, unit)
    KEEPER.visit(lesson_of_question(question))
    lesson = lesson_of_question(question) or notebook_name()
    known = known_prediction(question)
    answer = known.answer if known is not None and (not options or known.answer in options) else ""

    def keep(said: str) -> None:
        KEEPER.note(Prediction(lesson, question, said, at=now()))
        card.note = KEEPER.news() or (card.note if KEEPER.trouble else "")
        if question in LISTENERS:
            LISTENERS[question]()

    card = PredictionCard(question, options, unit, answer=answer, on_commit=keep)
    card.note = KEEPER.news()
    UNITS[question], OPTIONS[question] = unit, options
    return card


def known_prediction(question: str) -> Prediction | None:
    """Return what was predicted, in this kernel or before; None if nothing was."""
    lesson = lesson_of_question(question) or notebook_name()
    found = [one for one in KEEPER.book().predictions(lesson) if one.question == question]
    return found[0] if found else None


UNITS: dict[str, str] = {}  # question: unit of its number, of what was asked in this kernel
OPTIONS: dict[str, tuple[str, ...]] = {}  # question: what could be chosen
LISTENERS: dict[str, Callable[[], None]] = {}  # question: whom to tell when the prediction is changed


def _check(question: Any, options: tuple[Any, ...], unit: Any) -> None:
    """Raise ValueError where a card could not be answered, or its answers not be told apart."""
    if not isinstance(question, str) or not question.strip():
        raise ValueError(
            f'predict takes a question of a few words, as in vw.predict("a goat on grass"); got {question!r}.'
        )
    for option in options:
        if not isinstance(option, str) or not option or option != _cleaned(option):
            raise ValueError(
                f"an option is a few words without spaces around them; got {option!r}. A number is asked for "
                f'with a unit: vw.predict({question!r}, unit="pixels").'
            )
    if same := [option for option in dict.fromkeys(options) if options.count(option) > 1]:
        raise ValueError(f"options differ from each other; got {same[0]!r} {options.count(same[0])} times.")
    if len(options) == 1 or (options and unit):
        raise ValueError(
            "predict takes a question and two options or more, or a question and a unit= for a number, or a "
            f"question alone for a few words; got {len(options)} options and unit={unit!r}."
        )


def _cleaned(answer: str | float) -> str:
    """Return an answer without line breaks and spaces around it, and not too long to be kept."""
    return " ".join(str(answer).split())[:LONGEST]


def _page(card: PredictionCard) -> str:
    """Return the card for a page without a kernel: choices can be marked, and nothing is kept."""
    title = f"<legend class='vw-predict-title'><small>Your prediction</small>{escape(card.question)}</legend>"
    name = escape(card.question, quote=True)
    choices = "".join(
        f"<label class='vw-predict-choice'><input type='radio' name='{name}'"
        f"{' checked' if option == card.answer else ''}> <span>{escape(option)}</span></label> "
        for option in card.options
    )
    said = f"<p class='vw-predict-answer'>{escape(card.shown)}</p>" if card.shown and not choices else ""
    hint = HINTS.get(card.kind, "Write it down, in a few words, before you read on.")
    below = f"<p class='vw-predict-hint'>{hint}</p>"
    body = f"<fieldset>{title}<div class='vw-predict-row'>{choices}{said}</div></fieldset>"
    return f"<style>{STYLE}</style><div class='vw-predict'>{body}{below}</div>"
