"""Pictures to choose from, each as a model takes it, with the Python that gives it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PureWindowsPath

from PIL import Image
from torch import Tensor

from vizwidgets.core.images import check_image
from vizwidgets.data.examples import GRAY
from vizwidgets.data.photos import as_image, list_photos, photo, read_picture
from vizwidgets.data.sheep_goats import compose, draw_animal, draw_background

from .shortcut_tests import TEST_SEED

Shape = tuple[int, int, int]
ANIMALS = (("sheep", 0), ("goat", 1), ("sheep", 2), ("goat", 3))  # kind, and number in the set that tests
GROUNDS = ("grass", "rock")
SIDES = 8, 1024  # pixels in which animals can be drawn
LONGEST = 40  # letters of a title


@dataclass(frozen=True)
class Offer:
    """A picture that can be chosen.

    Parameters
    ----------
    title : str
        Its name. That of a student's file is as hostile as anything from outside: escape it in HTML.
    code : str
        The Python expression that gives the same image; empty where there is none.
    read : callable
        Returns the image, (1, C, H, W) in [0, 1].
    """

    title: str
    code: str
    read: Callable[[], Tensor]


def handed_over(images: Tensor, shape: Shape, titles: Sequence[str] | None = None) -> list[Offer]:
    """Return images that are there already, which must be of the model's size.

    Raises
    ------
    TypeError, ValueError
        If they are no images, of another size, or have another number of titles.
    """
    batch = check_image(images, shape[0])
    if tuple(batch.shape[2:]) != shape[1:]:
        wanted, got = (" × ".join(map(str, size)) for size in (shape[1:], batch.shape[2:]))
        raise ValueError(
            f"the model was made for images of {wanted} pixels; got {got}. Resize them first: "
            "vw.photo(path, size) cuts a picture, torch.nn.functional.interpolate scales a tensor."
        )
    names = [f"image {number}" for number in range(len(batch))] if titles is None else list(titles)
    if len(names) != len(batch):
        raise ValueError(f"titles must be one for each of {len(batch)} images; got {len(names)}.")
    return [
        Offer(clean(name), _part_code(images, number), batch[number : number + 1].clone)
        for number, name in enumerate(names)
    ]


def bundled(shape: Shape) -> list[Offer]:
    """Return the photographs that scikit-image brings along."""
    return [Offer(name, _photo_code(name, shape), partial(_photo, name, shape)) for name in list_photos()]


def drawn(shape: Shape) -> list[Offer]:
    """Return sheep and goats on grass and on rock, the ones of `ShortcutLab`, drawn in the model's size."""
    if not SIDES[0] <= max(shape[1:]) <= SIDES[1]:
        return []
    return [
        Offer(
            f"{kind} {number // 2 + 1} on {ground} (drawn)",
            _scene_code(kind, number, ground, shape),
            partial(_scene, kind, number, ground, shape),
        )
        for kind, number in ANIMALS
        for ground in GROUNDS
    ]


def from_path(path: str, shape: Shape) -> tuple[Offer, str]:
    """Return a student's picture by its path, and in words what was done to it.

    Raises
    ------
    ValueError, OSError
        If there is no such picture; see `vizwidgets.data.photos.photo`.
    """
    title = clean(path)
    image, words = _cut(read_picture(path), title, shape)
    return Offer(title, _photo_code(path, shape), image.clone), words


def from_bytes(name: str, content: bytes, shape: Shape) -> tuple[Offer, str]:
    """Return an uploaded picture, and in words what was done to it.

    Raises
    ------
    ValueError
        If it is no picture, damaged or too large.
    """
    title = clean(name)
    image, words = _cut(read_picture(content), title, shape)
    return Offer(title, "", image.clone), words


def clean(name: str) -> str:
    """Return a file's name as a title: without folders and letters that do not print, and not too long.

    Examples
    --------
    >>> clean("/home/me/cat.png"), clean("a\\nb\\u202egnp.jpg"), len(clean("x" * 300 + ".png"))
    ('cat.png', 'a b gnp.jpg', 40)
    """
    last = PureWindowsPath(name).name or name  # knows both kinds of slashes
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    if len(text) > LONGEST:
        text = text[: LONGEST - 9] + "…" + text[-8:]
    return text or "no name"


def _cut(picture: Image.Image, title: str, shape: Shape) -> tuple[Tensor, str]:
    height, width = shape[1:]
    done = [f"{title}: {picture.height} × {picture.width} pixels"]
    if picture.height * width != picture.width * height:
        done.append("the middle cut out")
    if (picture.height, picture.width) != (height, width):
        done.append(f"scaled to {height} × {width}")
    if shape[0] == 1:
        done.append("in gray, as the model takes it")
    return _colored(as_image(picture, (height, width)), shape), ", ".join(done) + "."


def _colored(image: Tensor, shape: Shape) -> Tensor:
    return (image * GRAY).sum(dim=1, keepdim=True).clamp(0, 1) if shape[0] == 1 else image


def _photo(name: str, shape: Shape) -> Tensor:
    return _colored(photo(name, shape[1:]), shape)


def _scene(kind: str, number: int, ground: str, shape: Shape) -> Tensor:
    seed, side = (TEST_SEED, number), max(shape[1:])
    image, _ = compose(draw_animal(kind, seed, side), draw_background(ground, seed, side))
    return _colored(_middle(image[None], shape), shape).contiguous()


def _middle(image: Tensor, shape: Shape) -> Tensor:
    top, left = ((image.shape[axis] - shape[axis - 1]) // 2 for axis in (2, 3))
    return image[:, :, top : top + shape[1], left : left + shape[2]]


def _part_code(images: Tensor, number: int) -> str:
    return f"images[{number}:{number + 1}]" if images.ndim == 4 else "images[None]"


def _photo_code(source: str, shape: Shape) -> str:
    size = shape[1] if shape[1] == shape[2] else shape[1:]
    return _color_code(f"vw.photo({source!r}, size={size})", shape)


def _scene_code(kind: str, number: int, ground: str, shape: Shape) -> str:
    side = max(shape[1:])
    place = f"({TEST_SEED}, {number}), {side}"
    source = (
        f"vw.compose(vw.draw_animal({kind!r}, {place}), vw.draw_background({ground!r}, {place}))[0][None]"
    )
    if shape[1] != shape[2]:
        top, left = ((side - length) // 2 for length in shape[1:])
        source += f"[:, :, {top}:{top + shape[1]}, {left}:{left + shape[2]}]"
    return _color_code(source, shape)


def _color_code(source: str, shape: Shape) -> str:
    if shape[0] != 1:
        return source
    weights = ", ".join(f"{weight:.3f}" for weight in GRAY.flatten().tolist())
    return f"({source} * torch.tensor([{weights}]).view(3, 1, 1)).sum(1, keepdim=True).clamp(0, 1)"
