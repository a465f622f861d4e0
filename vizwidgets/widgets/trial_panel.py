"""The queue at the side: what to add, what waits, what runs, and what has become of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from itertools import islice

import ipywidgets

from vizwidgets.core.trial import Order

from . import controls
from .trial_entries import Entry
from .trial_queue import TrialQueue
from .trial_tasks import task_names

MARKS = {"waiting": "○", "preparing": "▶", "training": "▶", "done": "✓", "skipped": "–"}  # any other: ✗
MOST = {"waiting": 8, "over": 12}  # lines that are shown
LINE = 220  # letters of what came of an order; its tooltip has all of them


class QueuePanel(ipywidgets.VBox):
    """Buttons that add to a queue, and the list of its orders.

    Parameters
    ----------
    queue : TrialQueue
        What is shown.
    batches : mapping of str to str
        What can be added, each with its tooltip.
    add : callable
        Called with one of the batches, and whether known points are to be measured again.
    skip, clear : callable
        Leave the training of the moment; empty the queue.
    here : callable
        Returns the order of the controls: an order of another target is named with it.
    """

    def __init__(
        self,
        queue: TrialQueue,
        batches: Mapping[str, str],
        add: Callable[[str, bool], None],
        skip: Callable[[], None],
        clear: Callable[[], None],
        here: Callable[[], Order],
    ) -> None:
        self._queue, self._here, self._shown = queue, here, ""
        hints = "; ".join(f"{name}: {hint}" for name, hint in batches.items())
        self.batch = controls.dropdown("Add", hints, list(batches))
        hint, hint_again = "Measure what is not known yet", "Measure it here, also where a point is known"
        self.add = controls.button(
            "Add to the queue", "plus", hint, lambda: add(self.batch.value, False)
        )
        self.again = controls.button("Recompute", "refresh", hint_again, lambda: add(self.batch.value, True))
        self.skip = controls.button("Skip", "step-forward", "Leave this training; go on with the next", skip)
        self.clear = controls.button("Clear", "times", "Take out what still waits", clear)
        self.add.add_class("vw-primary")
        self.list = ipywidgets.HTML()
        title = ipywidgets.HTML('<span class="vw-heading">Queue</span>')
        super().__init__(
            [title, self.batch, _row([self.add, self.again]), self.list, _row([self.skip, self.clear])]
        )
        for name in ("vw-group", "vw-queue"):
            self.add_class(name)
        self.update()

    def update(self) -> None:
        """Write the list anew, if it has changed."""
        words = list_html(self._queue, self._here())
        if words != self._shown:
            self._shown = self.list.value = words
        self.skip.disabled = self._queue.entry is None or self._queue.is_leaving
        self.clear.disabled = not self._queue.entries.num_waiting


def _row(buttons: list[ipywidgets.Button]) -> ipywidgets.HBox:
    row = ipywidgets.HBox(buttons)
    row.add_class("vw-queue-buttons")
    return row


def list_html(queue: TrialQueue, here: Order | None = None) -> str:
    """Return the orders as a list: the one of the moment, those that wait, and the others, newest first."""
    entries = list(queue.entries)
    names = task_names([entry.order for entry in entries] + ([here] if here else []))
    current = queue.entry
    now = [entry for entry in entries if entry is current]
    waiting = [entry for entry in entries if entry.state == "waiting"]
    over = [entry for entry in reversed(entries) if entry is not current and entry.state != "waiting"]
    if not entries:
        return "<i>Empty: choose a run and add it.</i>"
    lines = [_line(entry, names, _now_words(queue), _progress(queue), "vw-now") for entry in now]
    lines += [_line(entry, names, "waits") for entry in islice(waiting, MOST["waiting"])]
    if len(waiting) > MOST["waiting"]:
        more = len(waiting) - MOST["waiting"]
        lines.append(f"<li><span></span><small>and {more} more that wait</small></li>")
    for entry in islice(over, MOST["over"]):
        trouble = "vw-trouble" if entry.state not in MARKS else ""
        said = f"{entry.state}{': ' if entry.words else ''}{entry.words}"
        lines.append(_line(entry, names, said, "", trouble))
    return f"<ol>{''.join(lines)}</ol>"


def _line(
    entry: Entry, names: Mapping[tuple[str, str], str], said: str, more: str = "", kind: str = ""
) -> str:
    mark = MARKS.get(entry.state, "✗")
    short = said if len(said) <= LINE else f"{said[:LINE]}…"
    order = entry.order
    name = names.get((order.source, order.target))
    words = order.words if name is None else f"{name} · {order.words}"
    return (
        f'<li class="{kind}" title="{escape(said)}"><span aria-hidden="true">{mark}</span><span>'
        f"{escape(words)}<small>{escape(short)}</small>{more}</span></li>"
    )


def _now_words(queue: TrialQueue) -> str:
    entry, trial = queue.entry, queue.trial
    if queue.is_leaving:
        return "is left as soon as this step is over"
    if entry is None or trial is None or entry.state == "preparing":
        return "preparing: source network and labelled images"
    score = queue.live_score
    words = f"step {trial.training.num_taken} of {trial.training.num_steps}"
    return words if score is None else f"{words} · {score:.1%} so far"


def _progress(queue: TrialQueue) -> str:
    if queue.trial is None or queue.entry is None or queue.entry.state != "training":
        return ""
    training = queue.trial.training
    most = max(training.num_steps, 1)
    return f'<progress max="{most}" value="{training.num_taken}" aria-label="steps"></progress>'
