"""Pictures of a wall's row on its way, small and few: what a film shows between its start and its end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizwidgets.core.wall import RowAscent
from vizwidgets.draw.film import encode_picture
from vizwidgets.draw.film_scenes import SHARP, decode_picture
from vizwidgets.draw.pixels import strip
from vizwidgets.draw.wall_sheet import thumbnails

from .recorder import spread_out

NUM_STAGES = 8


@dataclass(frozen=True)
class Stage:
    """The pictures of a row after some steps, side by side in a WebP file.

    Parameters
    ----------
    step : int
        Number of steps of the row.
    file : bytes
        The pictures.
    count : int
        How many they are.
    """

    step: int
    file: bytes
    count: int

    def pictures(self) -> np.ndarray:
        """Return the pictures, (N, H, W, 3) bytes."""
        return np.stack(np.split(decode_picture(self.file), self.count, axis=1))


def stages_of(ascent: RowAscent, side: int) -> list[Stage]:
    """Return stages of a row between its start and where it is now.

    Parameters
    ----------
    ascent : RowAscent
        Its past goes when the row is done.
    side : int
        Of each picture, in pixels.
    """
    stages = []
    for number in spread_out(ascent.num_taken + 1, NUM_STAGES + 2)[1:-1]:
        pictures = thumbnails(ascent.frame(number), side)
        stages.append(Stage(number, encode_picture(strip(pictures), SHARP), len(pictures)))
    return stages
