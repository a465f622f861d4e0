"""A target task of transfer learning: few labelled images to learn from, many others to be tested with."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from vizwidgets.core.whole_numbers import check_seed, whole_number

Pairs = tuple[Tensor, Tensor]


@dataclass(frozen=True, eq=False)
class TransferTask:
    """Images to draw a few labelled ones from, and others to test with.

    Attributes
    ----------
    name, words : str
        What it is called, and what it is in a line.
    pool, test : (Tensor, Tensor)
        Images (N, C, H, W) in [0, 1] with labels (N,); no image is in both.
    class_names : tuple of str
        What the labels mean.
    expected : (Tensor, Tensor) or None
        Where `test` is the conflict set: the same animals in the same order on the expected background.
    backgrounds : Tensor or None
        (N,), those of the pool. Where they are known, each class is drawn from the same backgrounds in turn:
        else a few images would by chance teach that sheep stand in the snow.
    fingerprint : str
        Hash of images and labels where they may change under the same name, as in a folder; else empty.
    """

    name: str
    words: str
    pool: Pairs
    test: Pairs
    class_names: tuple[str, ...]
    expected: Pairs | None = None
    backgrounds: Tensor | None = None
    fingerprint: str = ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """(C, H, W) of one image."""
        return tuple(self.pool[0].shape[1:])

    @property
    def max_labels(self) -> int:
        """How many images of each class can be drawn: all of the smallest class."""
        return int(self.pool[1].bincount(minlength=len(self.class_names)).min())

    def draw(self, num_labels: int, seed: int) -> Pairs:
        """Return `num_labels` images of each class with their labels, drawn by the seed.

        Ten of a seed contain the two of the same seed, so that what more labels bring is not chance.

        Parameters
        ----------
        num_labels : int
            Images of each class, 1..`max_labels`.
        seed : int
            Which ones, 0..2**32 - 1.

        Returns
        -------
        images, labels : Tensor
            Class by class.

        Raises
        ------
        ValueError
            If there are not as many, or a number is out of range.
        """
        chosen = self._chosen(num_labels, seed)
        return self.pool[0][chosen], self.pool[1][chosen]

    def rest(self, num_labels: int, seed: int) -> Pairs:
        """Return the images of the pool that `draw` does not draw: to choose settings by, never the test."""
        is_left = torch.ones(len(self.pool[1]), dtype=torch.bool)
        is_left[self._chosen(num_labels, seed)] = False
        return self.pool[0][is_left], self.pool[1][is_left]

    def _chosen(self, num_labels: int, seed: int) -> Tensor:
        number = whole_number(num_labels)
        if number is None or not 1 <= number <= self.max_labels:
            raise ValueError(
                f"num_labels, the labelled images of each class, must be in 1..{self.max_labels} for "
                f"{self.name!r}; got {num_labels!r}."
            )
        generator = Generator().manual_seed(check_seed(seed))
        order = torch.randperm(len(self.pool[1]), generator=generator)
        kinds = self._kinds(generator)
        groups = [order[self.pool[1][order] == label] for label in range(len(self.class_names))]
        return torch.cat([_in_turn(group, kinds[group])[:number] for group in groups])

    def _kinds(self, generator: Generator) -> Tensor:
        """Return which images are drawn in turn: the backgrounds, in an order of the seed."""
        if self.backgrounds is None:
            return torch.zeros_like(self.pool[1])
        return torch.randperm(int(self.backgrounds.max()) + 1, generator=generator)[self.backgrounds]

    def __repr__(self) -> str:
        return f"TransferTask({self.name!r}: {self.words})"


def _in_turn(members: Tensor, kinds: Tensor) -> Tensor:
    """Return the members so that one of each kind comes first, then a second of each, and so on."""
    rounds = torch.zeros_like(kinds)
    for kind in kinds.unique():
        is_such = kinds == kind
        rounds[is_such] = torch.arange(int(is_such.sum()))
    return members[(rounds * (int(kinds.max()) + 1) + kinds).argsort()]
