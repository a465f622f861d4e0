"""The target tasks of lesson 06, by name, and a task made of your own photographs."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from functools import cache

import torch
from torch import Generator, Tensor

from vizwidgets.core.whole_numbers import check_seed
from vizwidgets.data.digits import digits, digits_among
from vizwidgets.data.examples import GRAY
from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats, photo_folder, sheep_goats
from vizwidgets.data.small_digits import small_digits
from vizwidgets.data.storage import contents_sha256
from vizwidgets.data.textures import TEXTURES, textures
from vizwidgets.data.transfer_task import TransferTask

DIGITS = tuple("0123456789")
NUM_POOL, NUM_TEST = 300, 200  # drawn animals, half of each kind
POOL_SEED, TEST_SEED = 2000, 3000
TEST_SHARE = 1 / 3  # of a folder of photographs


def transfer_tasks() -> tuple[str, ...]:
    """Return the names that :func:`transfer_task` knows."""
    return tuple(_TASKS)


@cache
def transfer_task(name: str) -> TransferTask:
    """Return a target task by its name; it is read or drawn once.

    Parameters
    ----------
    name : str
        One of :func:`transfer_tasks`.

    Raises
    ------
    ValueError
        If there is no task of that name.
    ArtifactError
        If it needs digits of MNIST that are not in the cache and can not be fetched.

    Examples
    --------
    >>> task = transfer_task("small digits")
    >>> images, labels = task.draw(2, seed=0)
    >>> images.shape, labels.tolist()[:6], task.max_labels
    (torch.Size([20, 1, 28, 28]), [0, 0, 1, 1, 2, 2], 98)
    """
    if name not in _TASKS:
        near = difflib.get_close_matches(str(name), _TASKS, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(_TASKS)
        raise ValueError(f"there is no task {name!r}.{hint} There are: {known}; or vw.folder_task(path).")
    return _TASKS[name](name)


def folder_task(path: str | os.PathLike[str], size: int = 96, seed: int = 0) -> TransferTask:
    """Make a task of your own photographs: one folder for each class.

    A third of each class, drawn by the seed, is for testing. Damaged files are left out, with a warning that
    names them.

    Parameters
    ----------
    path : str or path
        Holds e.g. ``sheep/`` and ``goat/``, as for :func:`photo_folder`.
    size : int
        The shorter side is made this long and the central square cut out.
    seed : int
        Which photographs are for testing.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    TypeError, ValueError
        If there is one class only, or a class with fewer than two whole pictures.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from PIL import Image
    >>> with TemporaryDirectory() as farm:
    ...     for name in ("cat", "dog"):
    ...         (Path(farm) / name).mkdir()
    ...         for number in range(3):
    ...             Image.new("RGB", (40, 30)).save(Path(farm) / name / f"{number}.png")
    ...     task = folder_task(farm, size=32)
    >>> task.class_names, task.max_labels, len(task.test[1])
    (('cat', 'dog'), 2, 2)
    """
    pictures = photo_folder(path, size, masks=False, skip_damaged=True)
    generator = Generator().manual_seed(check_seed(seed))
    is_test = torch.zeros(len(pictures), dtype=torch.bool)
    for label, name in enumerate(pictures.class_names):
        members = torch.nonzero(pictures.labels == label).flatten()
        if len(members) < 2:
            raise ValueError(
                f"class {name!r} has one whole picture only: it takes one to learn from and one to test with."
            )
        number = max(1, round(TEST_SHARE * len(members)))
        is_test[members[torch.randperm(len(members), generator=generator)[:number]]] = True
    words = f"{len(pictures)} photographs of {', '.join(pictures.class_names)}, {size} x {size} pixels"
    if pictures.left_out:
        words += f"; {pictures.left_out.rstrip('.')}"
    pool, test = pictures.chosen(~is_test).pairs, pictures.chosen(is_test).pairs
    held = dict(zip(("pool", "labels", "test", "test labels"), (*pool, *test), strict=True))
    fingerprint = contents_sha256({name: values.numpy() for name, values in held.items()})[:16]
    return TransferTask("your photographs", words, pool, test, pictures.class_names, fingerprint=fingerprint)


def _all_digits(name: str) -> TransferTask:
    return TransferTask(name, "handwritten digits of MNIST", digits("train"), digits("test"), DIGITS)


def _low_digits(name: str) -> TransferTask:
    pool, test = digits_among(range(5), "train"), digits_among(range(5), "test")
    return TransferTask(name, "the digits 0 to 4 of MNIST", pool, test, DIGITS[:5])


def _high_digits(name: str) -> TransferTask:
    pool, test = digits_among(range(5, 10), "train"), digits_among(range(5, 10), "test")
    return TransferTask(name, "the digits 5 to 9 of MNIST", pool, test, DIGITS[5:])


def _small_digits(name: str) -> TransferTask:
    words = "real digits of another source, scikit-learn's load_digits, 8 x 8 pixels enlarged"
    return TransferTask(name, words, small_digits("train"), small_digits("test"), DIGITS)


def _textures(name: str) -> TransferTask:
    words = "pieces of photographs of brick, grass and gravel, 28 x 28 pixels"
    return TransferTask(name, words, textures("train"), textures("test"), TEXTURES)


def _gray_animals(name: str) -> TransferTask:
    words = "drawn animals on four backgrounds, gray, 28 x 28 pixels"
    pool, test = _anywhere(NUM_POOL, 28, POOL_SEED), _anywhere(NUM_TEST, 28, TEST_SEED)
    gray_pool, gray_test = ((_gray(animals.images), animals.labels) for animals in (pool, test))
    return TransferTask(name, words, gray_pool, gray_test, pool.class_names, backgrounds=pool.backgrounds)


def _color_animals(name: str) -> TransferTask:
    words = "drawn animals on four backgrounds, 96 x 96 pixels"
    pool, test = _anywhere(NUM_POOL, 96, POOL_SEED), _anywhere(NUM_TEST, 96, TEST_SEED)
    return TransferTask(name, words, pool.pairs, test.pairs, pool.class_names, backgrounds=pool.backgrounds)


def _tempting_animals(name: str) -> TransferTask:
    words = "to learn from: drawn animals on expected backgrounds; the test: on the opposite ones, 96 x 96"
    return _with_conflict(name, words, sheep_goats(NUM_POOL, seed=POOL_SEED, size=96))


def _repaired_animals(name: str) -> TransferTask:
    words = "to learn from: each kind half on grass, half on rock; the test: on the unexpected one, 64 x 64"
    return _with_conflict(name, words, sheep_goats(NUM_POOL, share=0.5, seed=POOL_SEED, size=64))


def _with_conflict(name: str, words: str, pool: SheepGoats) -> TransferTask:
    """Return a task whose test is the conflict set."""
    test = sheep_goats(NUM_TEST, seed=TEST_SEED, size=pool.images.shape[-1])
    conflict = test.swapped().pairs
    return TransferTask(name, words, pool.pairs, conflict, pool.class_names, test.pairs, pool.backgrounds)


def _anywhere(number: int, size: int, seed: int) -> SheepGoats:
    return sheep_goats(number, seed=seed, size=size, backgrounds=BACKGROUNDS)


def _gray(images: Tensor) -> Tensor:
    return (images * GRAY).sum(dim=1, keepdim=True).clamp(0, 1)


_TASKS: dict[str, Callable[[str], TransferTask]] = {
    "MNIST digits": _all_digits,
    "digits 0-4": _low_digits,
    "digits 5-9": _high_digits,
    "small digits": _small_digits,
    "textures": _textures,
    "sheep and goats (gray)": _gray_animals,
    "sheep and goats": _color_animals,
    "sheep and goats (shortcut)": _tempting_animals,
    "sheep and goats (repaired)": _repaired_animals,
}
