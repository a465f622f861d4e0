"""A film as an animated GIF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from .film_scenes import decode_picture

if TYPE_CHECKING:
    from .film import Film


def film_gif(film: Film) -> bytes:
    """Return a film as the bytes of an animated GIF."""
    frames = [Image.fromarray(decode_picture(picture)) for picture in film.pictures]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    return buffer.getvalue()
