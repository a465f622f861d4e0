"""A film on paper: its last picture with its curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .charts import curve_figure, figure_png
from .film_scenes import decode_picture
from .page import TINY
from .pixels import Bytes, png

if TYPE_CHECKING:
    from .film import Film

WIDE = 1.5  # times as wide as high, a picture has no room for curves beside it
TINY_SHOWN = 448  # pixels, about


def film_still(film: Film) -> bytes:
    """Return the last picture as a PNG file, beside it the curves if there are any and there is room."""
    pixels = decode_picture(film.pictures[-1])
    height, width = pixels.shape[:2]
    if not film.panels or width > WIDE * height:
        return png(_enlarged(pixels))
    figure = curve_figure(film.names, film.values, film.panels, pixels, f"{film.title}, {film.words[-1]}")
    for axis in figure.axes:
        for line in axis.lines:  # thinned-out curves have fewer points than steps
            line.set_xdata(np.linspace(0, film.last, film.values.shape[1]))
        if axis.lines:
            axis.relim()
            axis.autoscale_view()
    return figure_png(figure)


def _enlarged(pixels: Bytes) -> Image.Image:
    """Return a tiny picture with its pixels as squares, another one as it is."""
    image, side = Image.fromarray(pixels), max(pixels.shape[:2])
    factor = max(1, TINY_SHOWN // side) if side <= TINY else 1
    return image.resize((image.width * factor, image.height * factor), Image.Resampling.NEAREST)
