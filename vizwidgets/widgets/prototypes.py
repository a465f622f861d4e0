"""Prototypes of classes, live: `PrototypeWall`."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor, nn

from vizwidgets.core.images import check_image
from vizwidgets.core.layers import input_shape_of
from vizwidgets.core.prototypes import Answers, Witness
from vizwidgets.draw.curves import human
from vizwidgets.draw.page import TINY
from vizwidgets.draw.pixels import strip, webp
from vizwidgets.draw.prototype_sheet import prototype_sheet
from vizwidgets.draw.prototype_strip import prototype_strip

from .ascent_frame import AscentFrame
from .ascent_words import ascent_code, provenance_line
from .explorer import Curves
from .filmed import Reel
from .prototype_controls import prototype_groups
from .prototype_stepper import PrototypeStepper, as_images
from .prototype_table import PrototypeTable, Reading, best_real, read, says
from .prototype_traits import PrototypeTraits
from .prototype_view import PrototypeView

ASK_SECONDS = 0.25  # the network is asked what it sees not more often than this while running
FILM_SECONDS = 20.0  # a film's scenes are asked about for so long, within these numbers of them:
FEWEST_SCENES, MOST_SCENES = 12, 40  # more of them, sharp as they are, would make a large page
STRETCHED = "shown = (x - x.amin((1, 2, 3), True)) / (x.amax((1, 2, 3), True) - x.amin((1, 2, 3), True))"


class PrototypeWall(PrototypeTraits, AscentFrame):
    """For each class of a classifier an image that its score likes best: all at once, and live.

    Under each picture stand its score and what the network sees in it. Pull a slider while it runs.

    Parameters
    ----------
    model : nn.Module
        A classifier that takes images (N, C, H, W) in [0, 1].
    classes : list of str or int, optional
        Which classes, at most 20; by default all.
    images : Tensor, optional
        Real images (N, C, H, W) in [0, 1] to compare with: the best of each class, by the same score.
    preset : str
        ``"naive"`` (only the score, free to leave [0, 1]), ``"lecture"`` (plain gradient ascent with norm and
        total variation) or ``"tuned"`` (black background, smooth strokes, a moving view).
    **settings
        Traits such as ``tv_weight=1``, ``p_norm_weight``, ``p``, ``center``, ``climbed="softmax"``,
        ``only="7"`` with ``num_starts=6``; fields of `AscentSettings` such as ``seed=1``.

    Raises
    ------
    TypeError, ValueError
        If the model has no classes or too many, or settings do not exist; the message says what does.

    References
    ----------
    Lecture, "Activation Maximization: MNIST Example" and "Practical Considerations".

    Examples
    --------
    >>> net = nn.Sequential(nn.Flatten(), nn.Linear(64, 3)); net.input_shape = (1, 8, 8)
    >>> wall = PrototypeWall(net, num_steps=2)
    >>> wall.run_to_end()
    >>> wall.run.state, wall.image.shape
    ('done', torch.Size([3, 1, 8, 8]))
    """

    _stepper: PrototypeStepper

    def __init__(
        self,
        model: nn.Module,
        classes: Sequence[int | str] | None = None,
        *,
        images: Tensor | None = None,
        preset: str = "tuned",
        **settings: Any,
    ) -> None:
        self._set_up(model, classes, preset, settings)
        if images is not None:
            images = check_image(images, input_shape_of(model)[0])
        self._best = best_real(model, images, self.classes)
        self._witness = Witness(model)
        self._stepper = PrototypeStepper(model, self.order())
        self._answers: Answers | None = None
        self._asked_at = float("-inf")
        super().__init__(self._stepper)
        self.view = PrototypeView(on_seen=self.run.seen)
        self.table = PrototypeTable()
        self.run.observe(self._on_state, "state")
        groups = prototype_groups(self, self.bar.say)
        subtitle = provenance_line(model, self._stepper.ascent.precision)
        self._assemble("Prototypes", subtitle, groups, [self.table])

    # -- in Python ------------------------------------------------------------------------------------

    @property
    def shown(self) -> Tensor:
        """The pictures on the screen, (N, C, H, W) in [0, 1]: those of `image`, rescaled if they left it."""
        self.run.wait_for_orders()
        return self._stepper.shown_images()

    @property
    def numbers(self) -> dict[str, list[float]]:
        """Scores of the raw x*, of the picture shown and of the best real image, one for each picture."""
        self.run.wait_for_orders()
        return self._read().numbers

    def code(self) -> str:
        """Return the Python that gives the images on the screen, with every change on the way."""
        self.run.wait_for_orders()
        source = ascent_code(self._stepper.ascent, self._stepper.num_taken)
        if not self.is_bounded:
            before, _, last = source.rpartition("\n")
            return f"{before}\nx = {last}\n{STRETCHED}"
        return source

    def figure(self) -> Figure:
        """Return the static picture: prototypes with their captions, curves, and a caption."""
        self.run.wait_for_orders()
        names, values, panels = self._curves()
        shown = values[:, : self.run.num_taken + 1]
        numbers = self._read().numbers
        means = {name: float(np.mean(values)) for name, values in numbers.items()}
        known = ", ".join(f"{name} {human(mean)}" for name, mean in means.items() if np.isfinite(mean))
        caption = self._heading() + f"\nmean score: {known}".replace("real", "best real")
        return prototype_sheet(self._stepper.pictures(), self._captions(), names, shown, panels, caption)

    # -- what the frame asks --------------------------------------------------------------------------

    def _on_step(self) -> None:
        if self.view.is_ready and monotonic() - self._asked_at > ASK_SECONDS:
            self._asked_at = monotonic()
            self._answers = self._witness.ask(self._stepper.shown_images(), self._targets())
        super()._on_step()

    def _picture(self) -> np.ndarray:
        self.view.caption(self._live_captions() if self.run.state == "running" else self._captions())
        return strip(self._stepper.pictures())

    def _curves(self) -> Curves:
        return self._stepper.all_curves()

    def _progress_at(self, number: int) -> str:
        activation = human(float(self._stepper.curves.values[0, number]))
        settings = self._stepper.ascent.settings
        what = "score" if self.climbed == "logit" else "probability"
        where = " in the moving view" if settings.jitter or settings.rotate or settings.scale else ""
        return f"step {number} of {settings.num_steps} · mean {what}{where} {activation}"

    def _reel(self, most: int) -> Reel:
        """The network is asked about each scene: of a large one there are fewer."""
        begun = monotonic()
        self._witness.ask(self._stepper.shown_images(), self._targets())
        seconds = monotonic() - begun
        in_time = max(FEWEST_SCENES, int(FILM_SECONDS / max(seconds, 1e-6)))
        return super()._reel(min(most, in_time, MOST_SCENES))

    def _draw(self, number: int, pictures: np.ndarray) -> np.ndarray | bytes:
        drawn = prototype_strip(pictures, self._captions_of(number, pictures))
        return webp(drawn) if max(pictures.shape[1:3]) <= TINY else drawn

    def _captions_of(self, number: int, pictures: np.ndarray) -> list[dict[str, Any]]:
        if number == self.run.num_taken and self.run.state != "running":
            return self._captions()  # with verdicts, as on the page
        targets = self._targets()[: len(pictures)]
        targets += targets[:1] * (len(pictures) - len(targets))  # classes may just have been changed
        answers = self._witness.ask(as_images(pictures), targets)
        scores = [float(score) for score in answers.score]
        return [self._caption(answers, *each) for each in enumerate(scores)]

    def _words(self) -> str:
        if self.only:
            return f"{self.num_starts} starts of class {self.only}"
        return f"prototypes of {len(self.classes)} classes"

    def _on_state(self, change: dict[str, Any]) -> None:
        """While the pictures move, the numbers of the last rest are pale."""
        mark = self.table.add_class if change["new"] == "running" else self.table.remove_class
        mark("vw-stale")

    def _settle(self) -> None:
        if not self.run.has_orders:  # else another picture comes at once: measure that one
            self.table.show(self.model, self.titles, self._targets(), self._read(), self._best)

    # -- numbers and words ----------------------------------------------------------------------------

    def _targets(self) -> tuple[int, ...]:
        """The class of each picture that there is: an order for other ones may still wait."""
        count = len(self._stepper.ascent.image)
        return self.targets if len(self.targets) == count else (self.targets[0],) * count

    def _read(self) -> Reading:
        return read(self._witness, self._stepper, self._targets(), self._best)

    def _live_captions(self) -> list[dict[str, Any]]:
        answers = self._answers
        if answers is None or len(answers.score) != len(self._targets()):
            return self._captions()
        return [self._caption(answers, index, float(score)) for index, score in enumerate(answers.score)]

    def _captions(self) -> list[dict[str, Any]]:
        """Caption the pictures at rest: the score of x* itself, and its verdict where it did not work."""
        reading, ascent = self._read(), self._stepper.ascent
        is_early = self._stepper.is_looking_back or (ascent.num_taken == 0 and not ascent.has_diverged)
        scores = reading.numbers["shown" if self._stepper.is_looking_back else "raw"]
        verdicts = [None] * len(scores) if is_early else list(ascent.verdicts())
        captions = [self._caption(reading.answers, index, score) for index, score in enumerate(scores)]
        for caption, verdict in zip(captions, verdicts, strict=True):
            if verdict is not None and not verdict.is_good:
                caption |= {"verdict": verdict.name, "why": verdict.reason}
        return captions

    def _caption(self, answers: Answers, index: int, score: float) -> dict[str, Any]:
        titles, target = self.titles, self._targets()[index]
        return {
            "title": titles[index] if index < len(titles) else str(index),
            "score": human(score),
            "says": says(self.model, answers, index),
            "isRight": int(answers.said[index]) == target,
            "verdict": "",
            "why": "",
        }
