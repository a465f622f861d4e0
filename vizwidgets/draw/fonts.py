"""The letters of all pictures: matplotlib brings them along, so they are the same on every machine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
from PIL import ImageFont


@cache
def font(size: int, is_bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return DejaVu Sans in a size in pixels; it knows ×, ∂ and ✗ too.

    Examples
    --------
    >>> font(12).getname()
    ('DejaVu Sans', 'Book')
    """
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return ImageFont.truetype(str(folder / f"DejaVuSans{'-Bold' if is_bold else ''}.ttf"), size)
