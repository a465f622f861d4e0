"""Where a picture comes from: one that is bundled, drawn or handed over, or the student's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from itertools import count
from typing import Any

import ipywidgets
import traitlets
from torch import Tensor

from . import controls
from .picture_offers import Offer, Shape, bundled, clean, drawn, from_bytes, from_path, handed_over
from .picture_upload import MAX_BYTES, PictureUpload, Upload

LONGEST_WORDS = 300  # letters of a refusal; a path can have thousands
REFUSALS = (ValueError, TypeError, OSError, RuntimeError)  # of `read_picture`, in words


class PictureSource(ipywidgets.VBox):
    """A list to choose a picture from, a field for the path of another one, and a button to upload some.

    Observe `image_number`: when it changes, `image`, `title` and `code` are those of the new picture. What
    cannot be read is said beneath, and the picture stays.

    Parameters
    ----------
    shape : (int, int, int)
        (C, H, W) that the model takes; C is 1 or 3.
    images : Tensor, optional
        (N, C, H, W) or (C, H, W) in [0, 1] of this shape; they come first in the list.
    titles : sequence of str, optional
        A name for each of them.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit, or the model takes no pictures of 1 or 3 channels.

    Examples
    --------
    >>> source = PictureSource((3, 64, 64))
    >>> source.title, source.image.shape, source.code
    ('cat', torch.Size([1, 3, 64, 64]), "vw.photo('cat', size=64)")
    """

    image_number = traitlets.Int(0, help="Number of the picture in the list.")

    def __init__(
        self, shape: Shape, images: Tensor | None = None, titles: Sequence[str] | None = None
    ) -> None:
        if shape[0] not in (1, 3):
            raise ValueError(f"a picture has 1 or 3 channels, but the model takes {shape[0]}.")
        self._shape = shape
        given = [] if images is None else handed_over(images, shape, titles)
        self._offers = [*given, *bundled(shape), *drawn(shape)]
        self._num_offered = len(self._offers)  # what follows them is the student's own
        self._image, self._is_following = self._offers[0].read(), False
        self.pick = controls.dropdown("Image", "A photograph, an image of yours, or a drawn animal", [])
        self.path = ipywidgets.Text(
            description="Your own",
            placeholder="path of a picture, then Enter",
            tooltip="The path of a picture file, as Python sees it; press Enter to read it",
            continuous_update=False,
            style=controls.LABEL,
            layout=controls.ROW,
        )
        self.upload = PictureUpload(self._on_upload)
        self.note = ipywidgets.HTML(layout={"display": "none", "height": "auto", "margin": "0"})
        self.note.add_class("vw-picture-note")
        super().__init__([self.pick, self.path, self.upload, self.note])
        self.add_class("vw-picture-source")
        self._offer()
        self.pick.observe(self._on_pick, "value")
        self.path.observe(self._on_path, "value")

    @property
    def image(self) -> Tensor:
        """The picture, (1, C, H, W) in [0, 1]."""
        return self._image

    @property
    def title(self) -> str:
        """Name of the picture; escape it in HTML, it may be that of a student's file."""
        return self._offers[self.image_number].title

    @property
    def code(self) -> str:
        """The Python expression that gives the same image; empty for an upload.

        Images that were handed over are called ``images``; gray ones need ``import torch`` too.
        """
        return self._offers[self.image_number].code

    @property
    def titles(self) -> tuple[str, ...]:
        """Names of all pictures in the list."""
        return tuple(offer.title for offer in self._offers)

    def read(self, number: int) -> Tensor:
        """Return any picture of the list, (1, C, H, W) in [0, 1]."""
        return self._offers[self._checked(number)].read()

    def take(self, path: str) -> None:
        """Choose a picture by its path, or one of the list by its name.

        Raises
        ------
        ValueError, OSError
            If there is no such picture; the picture stays.
        """
        if path in self.titles[: self._num_offered]:
            self.image_number = self.titles.index(path)
        else:
            self._add([from_path(path, self._shape)])

    # -- the list ---------------------------------------------------------------------------------------

    def _checked(self, number: int) -> int:
        if not 0 <= number < len(self._offers):
            raise ValueError(f"image_number must be in 0..{len(self._offers) - 1}; got {number}.")
        return number

    @traitlets.validate("image_number")
    def _check_number(self, proposal: dict[str, Any]) -> int:
        """Read the picture before the number changes: whoever hears of the change finds it there."""
        self._image = self.read(proposal["value"])
        return proposal["value"]

    @traitlets.observe("image_number")
    def _on_number(self, _: Any) -> None:
        self._follow()

    def _add(self, found: Sequence[tuple[Offer, str]]) -> None:
        first = len(self._offers)
        for offer, _ in found:
            self._offers.append(replace(offer, title=self._distinct(offer.title)))
        self._offer()
        self.image_number = first
        self._say(" ".join(words for _, words in found))

    def _distinct(self, title: str) -> str:
        """Return a title that no other picture has."""
        others = (f"{title} ({number})" for number in count(2))
        return title if title not in self.titles else next(one for one in others if one not in self.titles)

    def _offer(self) -> None:
        """Fill the list with what there is."""
        self._is_following = True  # a new list chooses its first entry by itself: not the student's doing
        try:
            pictures = [(title, number) for number, title in enumerate(self.titles)]
            controls.choose_from(self.pick, pictures, self.image_number)
        finally:
            self._is_following = False

    def _follow(self) -> None:
        self._is_following = True
        try:
            self.pick.value = self.image_number
        finally:
            self._is_following = False
        self._say("")

    # -- what the student does ----------------------------------------------------------------------------

    def _on_pick(self, change: dict[str, Any]) -> None:
        if self._is_following or change["new"] is None:
            return
        try:
            self.image_number = change["new"]
        except REFUSALS as refusal:
            self._follow()
            self._refuse(refusal)

    def _on_path(self, change: dict[str, Any]) -> None:
        path = change["new"].strip().strip("\"'")  # as file managers copy it
        if not path:
            return
        try:
            self.take(path)
        except REFUSALS as refusal:
            self._refuse(refusal)
        else:
            self.path.value = ""  # so that the same path can be read again

    def _on_upload(self, files: Sequence[Upload]) -> None:
        found, refusals = [], []
        for file in files:
            try:
                found.append(self._received(file))
            except REFUSALS as refusal:
                refusals.append(f"{clean(file.name)} {str(refusal).removeprefix('the upload ')}")
        if found:
            self._add(found)
        if refusals:
            self._say(" ".join(refusals), is_trouble=True)

    def _received(self, file: Upload) -> tuple[Offer, str]:
        if file.is_too_large:
            raise ValueError(f"has more than {MAX_BYTES // 1_000_000} MB; write its path instead.")
        return from_bytes(file.name, bytes(file.content), self._shape)

    def _refuse(self, refusal: Exception) -> None:
        self._say(refusal_words(refusal), is_trouble=True)

    def _say(self, words: str, is_trouble: bool = False) -> None:
        tone = "vw-trouble" if is_trouble else "vw-said"
        style = "display: block; line-height: 1.35; overflow-wrap: anywhere"
        said = f'<span role="status" class="{tone}" style="{style}">{escape(words)}</span>'
        self.note.value = said if words else ""
        self.note.layout.display = "" if words else "none"


def refusal_words(refusal: Exception) -> str:
    """Return why a picture is refused, with what the system says in words, and a long path cut.

    Examples
    --------
    >>> refusal_words(OSError(36, "File name too long", "x" * 5000))
    'this path cannot be read: file name too long.'
    """
    if isinstance(refusal, OSError) and refusal.errno is not None:
        return f"this path cannot be read: {os.strerror(refusal.errno).lower()}."
    words, half = str(refusal), LONGEST_WORDS // 2
    return words if len(words) <= LONGEST_WORDS else f"{words[:half]} … {words[-half:]}"
