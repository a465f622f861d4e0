"""A film as an animated GIF that tells something by itself: beneath the picture, the title and the step."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from .film_changes import whole_pictures
from .film_file import words_at
from .page import Page
from .pixels import Bytes

if TYPE_CHECKING:
    from .film import Film

MOST_BYTES = 3_000_000
MOST_FRAMES = 48
LEAST_SIDE, MOST_SIDE = 220, 640  # pixels of the larger side; a smaller picture is shown in larger squares
LEAST_WIDTH = 300  # that a title can be read
FRAME_MS, SLOW_MS, FIRST_MS, LAST_MS = 125, 1000, 1000, 3000
ROUND_MS = 6000  # that a round takes if there are few frames
ROUNDS = 3  # then it rests on its last picture: what moves for ever keeps a reader from reading
NUM_COLORS = 208  # of the pictures; the caption has its own
WHITE = 255  # its place among the colours
CAPTION, MARGIN = 44, 6  # pixels
BAR, BAR_GROUND = "#0b63c5", "#d9dfe6"


def film_gif(film: Film) -> bytes:
    """Return a film as the bytes of an animated GIF of at most about 3 MB.

    It has fewer frames than the film and fewer colours, no curves and no record. Browsers read no alternative
    text in a GIF: whoever shows it on a page writes ``film.alt`` there; it stands in the file's comment too.

    Parameters
    ----------
    film : Film
        What is shown.
    """
    kept = set(_evenly(len(film.pictures), MOST_FRAMES))
    pictures = enumerate(whole_pictures(film.pictures))
    frames = [_frame(film, index, pixels) for index, pixels in pictures if index in kept]
    while True:
        made = _encode(frames, film.alt)
        if len(made) <= MOST_BYTES or len(frames) <= 2:
            return made
        fewer = max(2, len(frames) * MOST_BYTES // len(made))
        frames = [frames[place] for place in _evenly(len(frames), fewer)]


def _evenly(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers 0..count-1, evenly spread, with the first and the last.

    Examples
    --------
    >>> _evenly(9, 3), _evenly(2, 5)
    ([0, 4, 8], [0, 1])
    """
    return np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()


def _frame(film: Film, index: int, pixels: Bytes) -> Image.Image:
    """Draw one picture with the caption beneath: title, status line, and how far the film is."""
    height, width = _shown_size(*pixels.shape[:2])
    page = Page(max(width + 2 * MARGIN, LEAST_WIDTH), height + MARGIN + CAPTION, zoom=1)
    left, inside = MARGIN, page.sheet.width - 2 * MARGIN
    page.picture((page.sheet.width - width) / 2, MARGIN, pixels, width, height)
    page.words(left, height + MARGIN + 12, film.title, 12, width=inside, is_bold=True)
    page.words(left, height + MARGIN + 28, words_at(film, index), 11, width=inside)
    share = index / max(len(film.pictures) - 1, 1)
    page.box(left, page.sheet.height - 6, inside, 3, BAR_GROUND)
    page.box(left, page.sheet.height - 6, max(1, share * inside), 3, BAR)
    return page.sheet


def _shown_size(height: int, width: int) -> tuple[int, int]:
    """Return how large a picture is shown: whole multiples of a small one, a large one shrunk.

    Examples
    --------
    >>> _shown_size(28, 28), _shown_size(224, 448), _shown_size(600, 1280)
    ((224, 224), (224, 448), (300, 640))
    """
    side = max(height, width)
    if side < LEAST_SIDE:
        factor = math.ceil(LEAST_SIDE / side)
        return height * factor, width * factor
    shrink = min(1.0, MOST_SIDE / side)
    return round(height * shrink), round(width * shrink)


def _encode(frames: Sequence[Image.Image], comment: str) -> bytes:
    palette = _palette(frames)
    drawn = [_in_colors(frame, palette) for frame in frames]
    each = min(max(ROUND_MS // len(drawn), FRAME_MS), SLOW_MS)
    times = [FIRST_MS, *[each] * (len(drawn) - 2), LAST_MS][-len(drawn) :]
    how = {"duration": times, "loop": ROUNDS - 1, "comment": comment.encode()}
    buffer = io.BytesIO()
    drawn[0].save(buffer, "GIF", save_all=True, append_images=drawn[1:], optimize=False, **how)
    return buffer.getvalue()


def _in_colors(frame: Image.Image, palette: Image.Image) -> Image.Image:
    """Return a frame in the colours of the palette; dots for colours between them would move like noise."""
    drawn = frame.quantize(palette=palette, dither=Image.Dither.NONE)
    white = Image.fromarray((np.asarray(frame) == 255).all(axis=2))
    drawn.paste(WHITE, mask=white)  # the nearest colour is sought roughly, and paper is seen everywhere
    return drawn


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """Return the colours of all frames, the same for each, so that nothing flickers."""
    some = [frames[index] for index in _evenly(len(frames), 6)]
    joined = Image.fromarray(np.concatenate([np.asarray(frame)[::2, ::2] for frame in some]))
    covered = joined.quantize(NUM_COLORS, Image.Quantize.MAXCOVERAGE)  # keeps what is vivid and rare
    found = covered.getpalette() or []
    grays = [level for step in range(14) for level in (26 + step * 229 // 13,) * 3]
    bar = [part for color in (BAR, BAR_GROUND) for part in bytes.fromhex(color[1:])]
    palette = Image.new("P", (1, 1))
    colors = [*found[: 3 * NUM_COLORS], *[255] * (3 * NUM_COLORS - len(found)), *grays, *bar]
    palette.putpalette([*colors, *[255] * (3 * WHITE + 3 - len(colors))])
    return palette
