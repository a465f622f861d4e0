"""Where the streets of lesson 07 come from: drawn in the look of a camera, or a folder of photographs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import torch
from torch import Generator

from vizwidgets.core.labelled import Pairs
from vizwidgets.data.photos import existing_folder
from vizwidgets.data.scenes import Scenes, scene_split
from vizwidgets.data.scenes.camvid import camvid_folder
from vizwidgets.data.scenes.street_folder import street_folder

CAMERA = "camera look"
CAMVID = "CamVid"
POOL = 128  # drawn streets that the labelled ones are drawn from
STREET_TARGETS = (CAMERA, CAMVID)


@dataclass(frozen=True)
class StreetTarget:
    """Labelled streets to learn from, and others to be tested with.

    Attributes
    ----------
    name, words : str
        What they are called, and what they are.
    read : callable
        From a split, "train" or "test", and a number of images to as many pairs of it.
    size : int
        How many labelled images there are to draw from.
    num_test : int, optional
        How many test images there are; drawn ones are as many as are asked for.
    """

    name: str
    words: str
    read: Callable[[str, int], Pairs]
    size: int
    num_test: int | None = None

    def num_tested(self, num_images: int) -> int:
        """Return how many images `test` returns when so many are asked for."""
        return num_images if self.num_test is None else min(num_images, self.num_test)

    def draw(self, num_labels: int, seed: int) -> Pairs:
        """Return so many labelled images, drawn by the seed; more of a seed contain the fewer.

        Raises
        ------
        ValueError
            If there are not as many.
        """
        if not 1 <= num_labels <= self.size:
            raise ValueError(
                f"num_labels must be in 1..{self.size}, as {self.name!r} has {self.size} labelled images; "
                f"got {num_labels}."
            )
        order = torch.randperm(self.size, generator=Generator().manual_seed(seed))
        images, labels = self.read("train", self.size)
        return images[order[:num_labels]], labels[order[:num_labels]]

    def test(self, num_images: int) -> Pairs:
        """Return the first so many test images, or all if there are fewer; they are in no other split."""
        return self.read("test", num_images)


def street_targets() -> tuple[str, ...]:
    """Return the names of the targets that are at hand: CamVid's photographs only where they were fetched."""
    return (CAMERA, CAMVID) if camvid_folder() is not None else (CAMERA,)


def street_target(name: str, look: float = 1.0) -> StreetTarget:
    """Return a target by its name.

    Parameters
    ----------
    name : str
        One of `street_targets`, or the path of a folder of labelled photographs (see ``street_folder``).
    look : float
        Of drawn streets, 0 (game) to 1 (camera).

    Raises
    ------
    FileNotFoundError, ValueError
        If it is neither.
    """
    if name == CAMERA:
        return StreetTarget(CAMERA, "drawn streets with what a camera adds", partial(_drawn, look=look), POOL)
    folder = camvid_folder() if name == CAMVID else existing_folder(name)
    if folder is None:
        raise ValueError(
            f"CamVid is not at hand; data_scripts/fetch_camvid.py fetches it, or take {CAMERA!r}."
        )
    return _photographs(name, folder)


def _photographs(name: str, folder: Path) -> StreetTarget:
    """Return a folder as a target; what of it can not be read stands in its words."""
    train, test = (_folder(str(folder), split, _stamp(folder)) for split in ("train", "test"))
    words = "; ".join(["photographs of streets", *filter(None, [train.left_out, test.left_out])])
    return StreetTarget(name, words, partial(_photographed, folder=str(folder)), len(train), len(test))


def _drawn(split: str, num_images: int, look: float) -> Pairs:
    return _split(split, float(look), num_images)


@lru_cache(maxsize=8)
def _split(split: str, look: float, num_images: int) -> Pairs:
    """Draw a split once: a hundred streets take seconds."""
    return scene_split(split, look, num_images=num_images).pairs


def _photographed(split: str, num_images: int, folder: str) -> Pairs:
    """Return so many photographs of a folder, evenly spaced: neighbours in a film are nearly the same."""
    there = _folder(folder, split, _stamp(Path(folder)))
    count = min(num_images, len(there))
    return there.subset([place * len(there) // count for place in range(count)]).pairs


@lru_cache(maxsize=4)
def _folder(folder: str, split: str, stamp: int) -> Scenes:
    """Read a folder once, and again when a file in it has changed."""
    return street_folder(folder, split)


def _stamp(folder: Path) -> int:
    return hash(tuple((str(path), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))))
