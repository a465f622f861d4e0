"""Images with what a classifier says of them: right answers in gray, wrong ones framed and crossed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from .fonts import font
from .pixels import Bytes, to_bytes

PAPER, RIGHT, WRONG, UNKNOWN = "#ffffff", "#404040", "#8f1d00", "#595959"
LINE, GAP, FRAME = 22, 5, 3  # pixels: caption, between pictures, frame of a wrong one
LETTERS, SMALLEST = 18, 12  # pixels, of which a projector shows as many
Fonts = Mapping[bool, ImageFont.FreeTypeFont]  # of right answers, and of wrong ones


def answer_sheet(
    images: Tensor, truths: Sequence[str], guesses: Sequence[str] | None, columns: int, side: int = 64
) -> Bytes:
    """Lay images out in rows, each with the predicted class beneath.

    Parameters
    ----------
    images : Tensor
        (N, C, H, W) in [0, 1].
    truths : sequence of str
        The right class of each.
    guesses : sequence of str or None
        The predicted class of each; None where nothing is predicted yet: the right class is written then.
    columns : int
        Images in a row.
    side : int
        Width of an image on the sheet, in pixels.

    Returns
    -------
    array
        (H, W, 3) uint8.

    Examples
    --------
    >>> import torch
    >>> answer_sheet(torch.zeros(4, 1, 8, 8), "0123", "0133", columns=2, side=32).shape
    (123, 79, 3)
    """
    rows = -(-len(images) // columns)
    width, height = side + 2 * GAP, side + LINE + GAP
    sheet = Image.new("RGB", (columns * width - GAP, rows * height - GAP + 2 * FRAME + 4), PAPER)
    pen = ImageDraw.Draw(sheet)
    fonts = {is_wrong: _letters({*truths, *(guesses or ())}, side, is_wrong) for is_wrong in (False, True)}
    for index, image in enumerate(images):
        left, top = GAP // 2 + index % columns * width, FRAME + index // columns * height
        sheet.paste(_sized(to_bytes(image), side), (left, top))
        guess = None if guesses is None else guesses[index]
        _label(pen, (left, top), side, (truths[index], guess), fonts)
    return np.asarray(sheet)


def _label(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], side: int, said: tuple[str, str | None], fonts: Fonts
) -> None:
    (left, top), (truth, guess) = corner, said
    is_wrong = guess is not None and guess != truth
    color = WRONG if is_wrong else UNKNOWN if guess is None else RIGHT
    if is_wrong:
        pen.rectangle((left - 1, top - 1, left + side, top + side), outline=WRONG, width=FRAME)
    words = _words(guess or truth, is_wrong)
    pen.text((left + side / 2, top + side + LINE / 2 + 1), words, color, fonts[is_wrong], anchor="mm")


def _words(name: str, is_wrong: bool) -> str:
    return f"✗ {name}" if is_wrong else name


def _letters(names: Iterable[str], side: int, is_wrong: bool) -> ImageFont.FreeTypeFont:
    """Return letters with which each name stays beneath its picture, and off the next name."""
    words = [_words(name, is_wrong) for name in names]
    size = LETTERS
    while size > SMALLEST and max(map(font(size, is_wrong).getlength, words), default=0) > side:
        size -= 1
    return font(size, is_wrong)


def _sized(picture: Bytes, side: int) -> Image.Image:
    way = Image.Resampling.NEAREST if side % picture.shape[1] == 0 else Image.Resampling.BICUBIC
    return Image.fromarray(picture).resize((side, side), way)
