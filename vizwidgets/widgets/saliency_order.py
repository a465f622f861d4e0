"""What a `SaliencyExplorer` is asked to compute, as values: images, target, methods and their options."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from torch import Tensor

from vizwidgets.core.objectives import Objective

TITLES = {  # in the order of the lecture
    "gradient": "gradient",
    "guided": "guided",
    "smoothgrad": "SmoothGrad",
    "integrated": "integrated gradients",
    "gradcam": "Grad-CAM",
    "occlusion": "occlusion",
}
QUICK = ("gradient", "guided", "gradcam")  # one pass each: they come before the slow ones
Target = int | Objective | None


@dataclass(frozen=True, eq=False)
class Subject:
    """An image that is explained.

    Attributes
    ----------
    image : Tensor
        (1, C, H, W) in [0, 1].
    title : str
        What it is called.
    code : str
        Python that gives the same image; empty if there is none.
    """

    image: Tensor
    title: str = "image"
    code: str = ""

    @cached_property
    def sha256(self) -> str:
        """16 hexadecimal digits that tell this image from all others."""
        pixels = self.image.detach().float().cpu().contiguous().numpy()
        return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()[:16]


@dataclass(frozen=True)
class Job:
    """One map: of which image, for which target, by which method, with which options."""

    image: str  # its sha256
    target: str
    method: str
    options: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Order:
    """All maps that are to be seen: for each image one by each method.

    Attributes
    ----------
    subjects : tuple of Subject
        One row each.
    target : int, Objective or None
        Class index or objective; None: for each image the class that is predicted.
    methods : tuple of str
        In the order in which they stand side by side.
    options : dict
        From a method to its options.
    """

    subjects: tuple[Subject, ...]
    target: Target
    methods: tuple[str, ...]
    options: dict[str, dict[str, Any]]

    def job(self, subject: Subject, target: Target, method: str) -> Job:
        """Return the job of one map, once it is known which class is predicted."""
        options = tuple(sorted(self.options.get(method, {}).items()))
        return Job(subject.sha256, repr(target), method, options)

    @property
    def in_turn(self) -> list[str]:
        """The methods in the order in which they are computed: those that are soon done come first."""
        return sorted(self.methods, key=lambda method: method not in QUICK)
