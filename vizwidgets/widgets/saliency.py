"""What a network reacts to in an image, by six methods, live: `SaliencyExplorer`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from vizwidgets.core.layers import check_model
from vizwidgets.draw.saliency_sheet import ZOOM, saliency_sheet

from .cells import claim_cell
from .filmed import Reel
from .saliency_film import saliency_scenes
from .saliency_frame import SaliencyFrame
from .saliency_words import progress_words, saliency_code, saliency_record


class SaliencyExplorer(SaliencyFrame):
    """Pick an image, a class and methods, and see which pixels the network reacts to.

    Maps stand side by side and clear up while they are computed. Point at a pixel to read the derivative of
    the score by each of its colour channels, and to see whether a nudge changes the score as predicted. Press
    Randomize to see whether a map survives the loss of what the network has learned.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]; it is not changed.
    images : Tensor, optional
        Your images (N, C, H, W) in [0, 1] of the model's size; they come first in the list.
    titles : sequence of str, optional
        A name for each of them.
    shown : sequence of int
        Numbers of the images that are shown under each other, at most four; the first one by default.
    **settings
        Traits such as ``methods=["gradient", "guided"]``, ``reduce="l2"``, ``strength=0.7``,
        ``scale="global"``, ``num_samples=32``; and ``target="tabby"``: a class by name or index, an
        objective such as ``vw.channel("block5_conv3", 330)``, or None for the predicted class.

    Raises
    ------
    TypeError, ValueError
        If model, images or settings do not exist or do not fit; the message says what does.

    References
    ----------
    Lecture, "Saliency as Magnitude of Gradient" and "Guided Saliency".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(400, 2))
    >>> net.input_shape = (3, 12, 12)
    >>> explorer = SaliencyExplorer(net, torch.rand(2, 3, 12, 12), methods=["gradient", "guided"])
    >>> explorer.run_to_end()
    >>> explorer.run.state, explorer.maps["guided"].shape
    ('done', torch.Size([1, 12, 12]))
    """

    def __init__(
        self,
        model: nn.Module,
        images: Tensor | None = None,
        *,
        titles: Sequence[str] | None = None,
        shown: Sequence[int] = (0,),
        **settings: Any,
    ) -> None:
        check_model(model)
        self.model = model
        self._choose_images(images, titles, shown)
        self._set_up(settings)
        super().__init__()
        self._make_parts()
        self._assemble()
        claim_cell(self)
        self._begin()

    # -- in Python ------------------------------------------------------------------------------------

    def run_to_end(self) -> None:
        """Compute all maps in the calling thread: for scripts, tests and handouts."""
        self.run.run_to_end()
        self.run.wait_for_orders()  # where the worker was first, its picture may not be there yet

    def end(self) -> None:
        """Stop what runs; harmless when nothing does."""
        self.run.end()
        self.randomization.run.end()

    def close(self) -> None:
        """End the runs and take the widget from the page."""
        if hasattr(self, "randomization"):  # a refused argument ends the constructor before there is a run
            self.end()
        super().close()

    @property
    def maps(self) -> dict[str, Tensor]:
        """The maps on the screen by method, (rows, H, W), 0 or more; 0 where a map is not there (yet)."""
        self.run.wait_for_orders()
        order = self.shown_order
        return {method: torch.stack([self.values(subject, method) for subject in order.subjects])
                for method in order.methods}  # fmt: skip

    def figure(self) -> Image.Image:
        """Return the static picture, in the size that it has on the page."""
        self.run.wait_for_orders()
        return saliency_sheet(self._tiles.sheet_rows(self.reduce), **self._sheet_look()).reduce(ZOOM)

    def _sheet_look(self) -> dict[str, Any]:
        mark = (self.row, self.column) if self.inspector.is_pinned else None
        return {"strength": self.strength, "scale": self.scale, "mark": mark}

    def _reel(self, most: int) -> Reel:
        """Finished maps are kept, and of each some stages: the sheet fills with them, in the look of now."""
        self.run.wait_for_orders()
        with self.run.held():
            sheets, words = self.stages.sheets(self.reduce), progress_words(self, self._stepper)
        if len(sheets) == 1:
            return Reel()
        scenes = saliency_scenes(sheets, most, **self._sheet_look())
        return Reel([*scenes[:-1], replace(scenes[-1], words=words)])

    def code(self) -> str:
        """Return the Python that gives the maps on the screen."""
        self.run.wait_for_orders()
        return saliency_code(self)

    def record(self) -> dict[str, Any]:
        """Return settings, versions and the main numbers of each map as JSON-able data."""
        self.run.wait_for_orders()
        return saliency_record(self)
