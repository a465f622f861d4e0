"""Random maps: what a map is compared with before it may be praised."""

from __future__ import annotations

import torch
from torch import Tensor

from .whole_numbers import check_seed


def random_map(values: Tensor, seed: int = 0) -> Tensor:
    """Return each map moved to a random place: the same values, as rough or as smooth, pointing nowhere.

    It is moved by a random number of rows and of columns, and what leaves at one side comes in at the other.
    A map of noise would be an opponent too weak for smooth maps: 49 smooth patches resemble each other by
    chance far more often than 50,000 independent pixels do.

    Parameters
    ----------
    values : Tensor
        (N, H, W).
    seed : int
        Of the moves.

    Examples
    --------
    >>> random_map(torch.tensor([[[1, 2, 3, 4, 5, 6]]]), seed=3)
    tensor([[[5, 6, 1, 2, 3, 4]]])
    """
    generator = torch.Generator().manual_seed(check_seed(seed))
    moved = []
    for one in values:
        rows, columns = (int(torch.randint(side, (), generator=generator)) for side in one.shape)
        moved.append(one.roll((rows, columns), (0, 1)))
    return torch.stack(moved)
