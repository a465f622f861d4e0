"""From what the stepper knows to what is seen: tiles of the page, and rows of the sheet on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn

from vizwidgets.core.explainer import Explanation
from vizwidgets.core.saliency import magnitudes
from vizwidgets.draw.color_scale import TOP, ColorScale, color_scale, laid_over
from vizwidgets.draw.pixels import to_bytes
from vizwidgets.draw.saliency_sheet import ImageRow, Panel, cut_words

from .saliency_order import TITLES, Subject
from .saliency_stepper import SaliencyStepper
from .saliency_view import RowPicture
from .saliency_words import HELP, PIECES, said_of, target_words

EMPTY = 232  # gray of a picture that is not there yet
ZERO_WORDS = "0 everywhere: no pixel moves this score"
ZERO = {"gradcam": "nothing positive: no place of this layer speaks for the score"}  # the rest is clipped


@dataclass(frozen=True)
class Look:
    """How maps are shown: reduction of channels, strength over the image, who shares a scale."""

    reduce: str
    strength: float
    scale: str


class SaliencyTiles:
    """Draws what a stepper knows; a map that has not changed is not drawn again.

    Parameters
    ----------
    model : nn.Module
        For the names of its classes.
    stepper : SaliencyStepper
        What is drawn.
    """

    def __init__(self, model: nn.Module, stepper: SaliencyStepper) -> None:
        self._model, self._stepper = model, stepper
        self._values: dict[tuple[str, str], tuple[Explanation, str, Tensor]] = {}
        self._rows: dict[str, tuple[Any, RowPicture, list[Explanation | None]]] = {}

    # -- values ---------------------------------------------------------------------------------------

    def values(self, subject: Subject, method: str, reduce: str) -> Tensor | None:
        """Return the map (H, W) as far as it is known, 0 or more; None if nothing is."""
        known = self._stepper.explanation(subject, method)
        if known is None:
            return None
        place = subject.sha256, method
        kept = self._values.get(place)
        if kept is None or kept[0] is not known or kept[1] != reduce:
            kept = known, reduce, magnitudes(known.attribution, method, reduce)[0]
            self._values[place] = kept
        return kept[2]

    def _scales(self, look: Look) -> list[list[ColorScale]]:
        """Return the scale of each map of each image."""
        order = self._stepper.order
        maps = [[[] if (values := self.values(subject, method, look.reduce)) is None else [values]
                 for method in order.methods] for subject in order.subjects]  # fmt: skip
        if look.scale == "image":
            return [[color_scale(one) for one in row] for row in maps]
        if look.scale == "row":
            return [[color_scale(sum(row, []))] * len(row) for row in maps]
        everything = color_scale([each for row in maps for one in row for each in one])
        return [[everything] * len(row) for row in maps]

    # -- for the page ---------------------------------------------------------------------------------

    def rows(self, look: Look) -> tuple[list[RowPicture], list[str]]:
        """Return what the page shows: a row for each image, and the numbers of the bar that all share."""
        scales = self._scales(look)
        rows = [
            self._row(subject, look, of_row)
            for subject, of_row in zip(self._stepper.order.subjects, scales, strict=True)
        ]
        self._forget_others()
        bar = ticks_of(scales[0][0]) if look.scale == "global" and scales and scales[0] else []
        return rows, bar

    def cut_note(self, rows: Sequence[RowPicture], bar: Sequence[str]) -> str:
        """Return what "≥" on a colour bar means, if it is to be seen."""
        ticks = [*bar, *(text for row in rows for text in row.words["bar"])]
        ticks += [text for row in rows for tile in row.words["tiles"] for text in tile.get("ticks", ())]
        return cut_words(TOP) if any(text.startswith("≥") for text in ticks) else ""

    def _forget_others(self) -> None:
        """Keep what is drawn of the images that are shown, and nothing else."""
        shown = {subject.sha256 for subject in self._stepper.order.subjects}
        self._values = {place: kept for place, kept in self._values.items() if place[0] in shown}
        self._rows = {image: kept for image, kept in self._rows.items() if image in shown}

    def _row(self, subject: Subject, look: Look, scales: Sequence[ColorScale]) -> RowPicture:
        stepper, methods = self._stepper, self._stepper.order.methods
        known = [stepper.explanation(subject, method) for method in methods]
        refused = [stepper.refusal(subject, method) for method in methods]
        said = said_of(self._model, stepper, subject)
        now = (subject.title, look, methods, list(map(id, known)), scales, refused, said)
        kept = self._rows.get(subject.sha256)
        if kept is not None and kept[0] == now and all(map(_is, kept[2], known)):
            return kept[1]
        tiles = [self._image_tile(subject)]
        pictures = [to_bytes(subject.image)]
        for method, scale in zip(methods, scales, strict=True):
            tile, picture = self._map_tile(subject, method, look, scale)
            tiles.append(tile)
            pictures.append(picture)
        words: dict[str, Any] = {"tiles": tiles, "bar": []}
        if look.scale == "row" and len(scales):
            words["bar"] = ticks_of(scales[0])
        made = RowPicture(words, np.stack(pictures))
        self._rows[subject.sha256] = (now, made, known)
        return made

    def _image_tile(self, subject: Subject) -> dict[str, Any]:
        said = said_of(self._model, self._stepper, subject)
        return {"title": subject.title, "words": said, "alt": f"{subject.title}. {said}"}

    def _map_tile(
        self, subject: Subject, method: str, look: Look, scale: ColorScale
    ) -> tuple[dict[str, Any], np.ndarray]:
        values = self.values(subject, method, look.reduce)
        note, words = self.note(subject, method, values), self.pieces(subject, method)
        target = target_words(self._model, self._stepper, subject)
        alt = f"{TITLES[method]} of {subject.title}, {target}. {note or _strongest(values)}"
        tile: dict[str, Any] = {
            "title": TITLES[method],
            "words": words,
            "note": note,
            "alt": alt,
            "help": HELP[method],
        }
        tile["ticks"] = ticks_of(scale) if look.scale == "image" and not note else []
        pixels = to_bytes(subject.image)
        if values is None or note:
            return tile, np.full_like(pixels, EMPTY)
        return tile, laid_over(pixels, values, scale, look.strength)

    # -- words ----------------------------------------------------------------------------------------

    def note(self, subject: Subject, method: str, values: Tensor | None) -> str:
        """Return what stands in the place of a map that cannot be shown, or the empty string."""
        refusal = self._stepper.refusal(subject, method)
        if refusal:
            return refusal
        if values is None:
            return "…"
        known = self._stepper.explanation(subject, method)
        is_whole = known is not None and known.done == known.total
        if bool((values > 0).any()):
            return ""
        return ZERO.get(method, ZERO_WORDS) if is_whole else "…"

    def pieces(self, subject: Subject, method: str) -> str:
        """Return how far a map is, in words: "7 of 16 samples"."""
        known = self._stepper.explanation(subject, method)
        if known is None or method not in PIECES:
            return ""
        of = f"{known.total}" if known.done == known.total else f"{known.done} of {known.total}"
        return f"{of} {PIECES[method]}"

    # -- for paper ------------------------------------------------------------------------------------

    def sheet_rows(self, reduce: str) -> list[ImageRow]:
        """Return what the sheet draws: images with their maps."""
        stepper = self._stepper
        return [
            ImageRow(
                subject.image[0],
                [self._panel(subject, method, reduce) for method in stepper.order.methods],
                subject.title,
                said_of(self._model, stepper, subject),
            )
            for subject in stepper.order.subjects
        ]

    def _panel(self, subject: Subject, method: str, reduce: str) -> Panel:
        values = self.values(subject, method, reduce)
        note = self.note(subject, method, values)
        if note:
            return Panel(TITLES[method], None, note)
        return Panel(TITLES[method], values, self.pieces(subject, method))


def ticks_of(scale: ColorScale) -> list[str]:
    """Return the numbers of a colour bar."""
    return [text for _, text in scale.ticks()] if scale.end > 0 else []


def _strongest(values: Tensor | None) -> str:
    if values is None:
        return ""
    row, column = divmod(int(values.argmax()), values.shape[1])
    return f"Strongest at row {row}, column {column}."


def _is(one: Any, other: Any) -> bool:
    return one is other
