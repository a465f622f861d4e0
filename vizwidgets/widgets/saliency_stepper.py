"""What the run of a `SaliencyExplorer` drives: the maps that are asked for, piece by piece."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

from torch import Tensor, nn

from vizwidgets.core.explainer import Explainer, Explanation
from vizwidgets.core.objectives import Objective
from vizwidgets.core.weights import weight_versions

from .ascent_target import why_no_classes
from .saliency_order import Job, Order, Subject
from .saliency_words import page_words

KEPT = 60  # maps that are kept; 60 of 224 x 224 pixels need 36 MB
PIECE_SECONDS = 0.15  # how long a piece of work may take while somebody watches


class SaliencyStepper:
    """Computes the maps of an order, the quick methods first; what an earlier order has found is kept.

    A method that a model cannot be explained by is left out, with its reason (`refusal`), and the others go
    on. All calls of the network are made under `lock`, so that the inspector may ask it in between.

    Parameters
    ----------
    model : nn.Module
        Its weights are read now, and again at each reset without a new order.
    order : Order
        What is asked for first.

    Examples
    --------
    >>> import torch
    >>> order = Order((Subject(torch.rand(1, 3, 2, 2)),), 1, ("gradient",), {})
    >>> stepper = SaliencyStepper(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)), order)
    >>> stepper.step()
    >>> stepper.explanation(order.subjects[0], "gradient").attribution.shape
    torch.Size([1, 3, 2, 2])
    """

    def __init__(self, model: nn.Module, order: Order) -> None:
        self.model, self.order, self._asked = model, order, order
        self.lock = threading.RLock()
        self.is_watched = False
        self.num_taken = self.furthest = 0
        self._has_classes = not why_no_classes(model)
        self._forget()

    def _forget(self) -> None:
        self._versions = weight_versions(self.model)
        self.explainer = Explainer(self.model)
        self._known: dict[Job, Explanation] = {}
        self._refused: dict[Job, str] = {}
        self._scores: dict[str, Tensor] = {}
        self._seconds = 0.0  # for one image there and back; not known yet
        self._drop()

    def _drop(self) -> None:
        """Give up what is being worked on."""
        self._work: Iterator[Explanation] | None = None
        self.current: tuple[Subject, str] | None = None

    # -- what the run asks ----------------------------------------------------------------------------

    def ask(self, order: Order) -> None:
        """Take note of another order; the next `reset` begins it."""
        self._asked = order

    def ask_again(self) -> None:
        """Ask for the same maps: the next `reset` keeps those that are there."""
        self._asked = replace(self._asked)

    def reset(self) -> None:
        """Begin the order that was asked for; without a new one forget its maps and read the weights anew."""
        with self.lock:
            if self.current is not None:
                self._known.pop(self.job(*self.current), None)  # half a map is none
            if self._asked is self.order:
                self._forget()
            self._drop()
            self.order, self.num_taken = self._asked, 0
            for job in list(self._known)[: max(0, len(self._known) - KEPT)]:
                del self._known[job]

    def rewind(self, num_taken: int) -> None:
        """Go back to the beginning, which is the only place behind."""
        self.reset()

    def step(self) -> None:
        """Do one piece of work on the first map that is missing; StopIteration when none is."""
        with self.lock:
            if self._work is None and not self._begin():
                raise StopIteration
            if self.current is not None:
                self._advance(self.job(*self.current))
            self.num_taken += 1

    def _begin(self) -> bool:
        """Begin the next map; False if all are there."""
        for subject in self.order.subjects:
            if self._has_classes and subject.sha256 not in self._scores:
                scores = self.explainer.scores(subject.image)
                self._has_classes = scores.dim() == 2  # else feature maps: `explain` says what to do
                if self._has_classes:
                    self._scores[subject.sha256] = scores[0]
        for subject in self.order.subjects:
            for method in self.order.in_turn:
                job = self.job(subject, method)
                if job in self._refused or self._is_finished(job):
                    continue
                self._start(subject, method, job)
                return True
        return False

    def _start(self, subject: Subject, method: str, job: Job) -> None:
        target, options = self.target_of(subject), self.order.options.get(method, {})
        at_once = max(1, int(PIECE_SECONDS / self._seconds)) if self.is_watched and self._seconds else None
        if self.is_watched and not self._seconds:
            at_once = 1
        try:
            self._work = self.explainer.explain(subject.image, target, method, at_once=at_once, **options)
            self.current = subject, method
        except (ValueError, TypeError) as refusal:
            self._refused[job] = page_words(str(refusal))

    def _advance(self, job: Job) -> None:
        assert self._work is not None
        begun = perf_counter()
        try:
            piece = next(self._work, None)
        except (ValueError, TypeError) as refusal:  # the method cannot explain this model: the others can
            self._refused[job] = page_words(str(refusal))
            self._known.pop(job, None)
            self._drop()
            return
        if piece is not None:
            self._known[job] = piece
        if job.method == "gradient":
            self._seconds = perf_counter() - begun
        if piece is None or piece.done == piece.total:
            self._drop()

    # -- what is known --------------------------------------------------------------------------------

    @property
    def has_old_weights(self) -> bool:
        """Whether the model has learned since its weights were read."""
        return weight_versions(self.model) != self._versions

    def scores(self, subject: Subject) -> Tensor | None:
        """Return the class scores (K,) of an image; None if there are none (yet)."""
        return self._scores.get(subject.sha256)

    def target_of(self, subject: Subject) -> int | Objective | None:
        """Return what is explained of an image: the class, also a predicted one; None if not known yet."""
        if self.order.target is not None:
            return self.order.target
        return self.predicted(subject)

    def predicted(self, subject: Subject) -> int | None:
        """Return the likeliest class of an image; None if it is not known (yet)."""
        scores = self.scores(subject)
        return None if scores is None else int(scores.argmax())

    def explanation(self, subject: Subject, method: str) -> Explanation | None:
        """Return what is known of a map; None if nothing is."""
        return self._known.get(self.job(subject, method))

    def refusal(self, subject: Subject, method: str) -> str:
        """Return why there is no such map, or the empty string."""
        return self._refused.get(self.job(subject, method), "")

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Methods that this order asks for in vain, each once with its reason."""
        pairs = [(method, self.refusal(subject, method)) for subject in self.order.subjects
                 for method in self.order.methods]  # fmt: skip
        return list(dict.fromkeys((method, why) for method, why in pairs if why))

    @property
    def num_maps(self) -> tuple[int, int]:
        """How many maps are finished, and how many are asked for."""
        jobs = [
            self.job(subject, method) for subject in self.order.subjects for method in self.order.methods
        ]
        return sum(map(self._is_finished, jobs)), len(jobs)

    @property
    def has_all(self) -> bool:
        """Whether every map is there, or cannot be."""
        pairs = [(subject, method) for subject in self.order.subjects for method in self.order.methods]
        return all(self.refusal(*pair) or self._is_finished(self.job(*pair)) for pair in pairs)

    def _is_finished(self, job: Job) -> bool:
        known = self._known.get(job)
        return known is not None and known.done == known.total

    def job(self, subject: Subject, method: str) -> Job:
        """Return what a map of this order is known by."""
        return self.order.job(subject, self.target_of(subject), method)
