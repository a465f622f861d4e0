"""Which images a `SaliencyExplorer` shows: one, or up to four under each other to compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
import traitlets
from torch import Tensor

from vizwidgets.draw.saliency_sheet import MOST_ROWS

from . import controls
from .picture_source import PictureSource
from .saliency_order import Subject


class SaliencyImages(ipywidgets.VBox):
    """A picker for the image of the last row, and buttons for more rows or fewer.

    Parameters
    ----------
    shape : (int, int, int)
        (C, H, W) that the model takes.
    images : Tensor, optional
        Images of the student, which come first in the list.
    titles : sequence of str, optional
        A name for each of them.
    shown : sequence of int
        Numbers in the list of the images that are shown first.
    on_change : callable
        Called when other images are shown.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit, or there are no such numbers.

    Examples
    --------
    >>> images = SaliencyImages((3, 64, 64), shown=[0, 1])
    >>> [subject.title for subject in images.subjects]
    ['cat', 'coffee']
    """

    shown = traitlets.List(traitlets.Int(), [0], help="Numbers in the list of the images, one for each row.")

    def __init__(
        self,
        shape: tuple[int, int, int],
        images: Tensor | None = None,
        titles: Sequence[str] | None = None,
        shown: Sequence[int] = (0,),
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.source = PictureSource(shape, images, titles)
        self._on_change: Callable[[], None] = lambda: None
        self._read: dict[int, Subject] = {}
        self._is_following = False
        self.more = controls.button("Add a row", "plus", "Show one more image under this one", self.add_row)
        self.fewer = controls.button("Remove", "minus", "Take the last row away", self.remove_row)
        buttons = ipywidgets.HBox([self.more, self.fewer])
        buttons.add_class("vw-sal-buttons")
        self.whose = ipywidgets.HTML("The list changes the last row.")
        self.whose.add_class("vw-sal-caption")
        super().__init__([self.source, self.whose, buttons])
        self.source.observe(self._on_pick, "image_number")
        self.observe(self._on_shown, "shown")
        self.shown = list(shown)
        self._follow()
        self._on_change = on_change

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The images that are shown, from the first row to the last."""
        return tuple(self._subject(number) for number in self.shown)

    def add_row(self) -> None:
        """Show one more image, the next of the list that is not shown yet."""
        hidden = [number for number in range(len(self.source.titles)) if number not in self.shown]
        after = [number for number in hidden if number > self.shown[-1]]
        if len(self.shown) < MOST_ROWS and hidden:
            self.shown = [*self.shown, (after or hidden)[0]]

    def remove_row(self) -> None:
        """Take the last row away."""
        if len(self.shown) > 1:
            self.shown = self.shown[:-1]

    @traitlets.validate("shown")
    def _check_shown(self, proposal: dict[str, Any]) -> list[int]:
        numbers, count = proposal["value"], len(self.source.titles)
        if not 1 <= len(numbers) <= MOST_ROWS:
            raise ValueError(f"1 to {MOST_ROWS} images are shown at a time; got {len(numbers)}.")
        for number in numbers:
            if not 0 <= number < count:
                raise ValueError(f"there are images 0..{count - 1} in the list; got {number}.")
            self._subject(number)  # read now: a picture that cannot be read changes nothing
        return numbers

    def _on_shown(self, _: Any) -> None:
        self._read = {number: self._read[number] for number in self.shown}
        self._follow()
        self._on_change()

    def _on_pick(self, change: dict[str, Any]) -> None:
        if not self._is_following:
            self.shown = [*self.shown[:-1], change["new"]]

    def _subject(self, number: int) -> Subject:
        if number not in self._read:
            self._choose(number)
            self._read[number] = Subject(self.source.image, self.source.title, self.source.code)
        return self._read[number]

    def _follow(self) -> None:
        self._choose(self.shown[-1])
        self.whose.layout.display = "" if len(self.shown) > 1 else "none"
        self.more.disabled = len(self.shown) >= MOST_ROWS
        self.fewer.disabled = len(self.shown) < 2

    def _choose(self, number: int) -> None:
        self._is_following = True
        try:
            self.source.image_number = number
        finally:
            self._is_following = False
