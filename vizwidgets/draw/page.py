"""A sheet of paper for pictures and words, measured as on the page and drawn finer."""

from __future__ import annotations

from PIL import Image, ImageDraw

from .fonts import font
from .page_lines import shortened
from .pixels import Bytes

INK, FAINT, PAPER, EMPTY = "#1a1a1a", "#5f5f5f", "#ffffff", "#ececec"
SMALLEST = 9  # letters are shrunk down to this, then shortened
TINY = 64  # up to this side pixels are shown as squares


class Page:
    """Draws in pixels of the page, whatever the zoom.

    Parameters
    ----------
    width, height : float
        On the page.
    zoom : int
        Pixels of the sheet for each one on the page.
    """

    def __init__(self, width: float, height: float, zoom: int = 2) -> None:
        self.zoom = zoom
        self.sheet = Image.new("RGB", (round(width * zoom), round(height * zoom)), PAPER)
        self.pen = ImageDraw.Draw(self.sheet)

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: int = 13,
        *,
        anchor: str = "lm",
        ink: str = INK,
        width: float | None = None,
        is_bold: bool = False,
    ) -> None:
        """Write one line; with a width its letters shrink, and then it is shortened, until it fits."""
        letters = font(size * self.zoom, is_bold)
        if width is not None:
            while size > SMALLEST and letters.getlength(text) > width * self.zoom:
                size -= 1
                letters = font(size * self.zoom, is_bold)
            text = shortened(text, width, size, is_bold)
        self.pen.text((x * self.zoom, y * self.zoom), text, ink, letters, anchor=anchor)

    def length(self, text: str, size: int) -> float:
        """Return how wide a line is on the page."""
        return font(size * self.zoom).getlength(text) / self.zoom

    def lines(self, x: float, y: float, lines: list[str], size: int = 12, ink: str = FAINT) -> None:
        """Write lines around a middle."""
        height = size * 1.4
        for index, line in enumerate(lines):
            self.words(x, y + (index - (len(lines) - 1) / 2) * height, line, size, anchor="mm", ink=ink)

    def box(self, x: float, y: float, width: float, height: float, fill: str | tuple[int, ...]) -> None:
        """Fill a rectangle."""
        zoom = self.zoom
        corners = (x * zoom, y * zoom, (x + width) * zoom - 1, (y + height) * zoom - 1)
        self.pen.rectangle(corners, fill=fill)

    def picture(self, x: float, y: float, pixels: Bytes, width: float, height: float) -> None:
        """Show a picture; a small one with its pixels as squares."""
        size = max(1, round(width * self.zoom)), max(1, round(height * self.zoom))
        is_whole = size[0] % pixels.shape[1] == 0 and size[1] % pixels.shape[0] == 0
        is_tiny = max(pixels.shape[:2]) <= TINY
        way = Image.Resampling.NEAREST if is_whole or is_tiny else Image.Resampling.LANCZOS
        made = Image.fromarray(pixels)
        made = made if made.size == size else made.resize(size, way)
        self.sheet.paste(made, (round(x * self.zoom), round(y * self.zoom)))

    def ring(self, x: float, y: float, radius: float = 7) -> None:
        """Mark a point with a ring and four ticks that show on any ground: white, edged with black."""
        for width, color in ((4.0, "#000000"), (2.0, PAPER)):
            thick, reach = round(width * self.zoom), radius + (5 if color == PAPER else 6)
            self._circle(x, y, radius + width / 2, color, thick)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                start, end = (radius, reach)
                line = [(x + dx * start, y + dy * start), (x + dx * end, y + dy * end)]
                self.pen.line([(a * self.zoom, b * self.zoom) for a, b in line], color, thick)

    def _circle(self, x: float, y: float, radius: float, color: str, thick: int) -> None:
        corners = [part * self.zoom for part in (x - radius, y - radius, x + radius, y + radius)]
        self.pen.ellipse(corners, outline=color, width=thick)
