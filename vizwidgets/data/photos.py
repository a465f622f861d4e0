"""Photographs: those that scikit-image brings along, and the student's own."""

from __future__ import annotations

import difflib
import importlib.util
import io
import os
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

MAX_PIXELS = 50_000_000
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
# Pillow knows many more kinds; some call other programs (EPS) or fail in ways of their own.
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
MASK_ENDING = ".mask.png"
# CC0 or public domain, in scikit-image's wheel: no network is needed.
_FILES = {
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "rocket": "rocket.jpg",
    "astronaut": "astronaut.png",
    "camera": "camera.png",
    "galaxies": "hubble_deep_field.jpg",
}


def list_photos() -> tuple[str, ...]:
    """Return the names that :func:`photo` knows."""
    return tuple(_FILES)


def photo(source: str | os.PathLike[str] | bytes, size: int | tuple[int, int] | None = None) -> Tensor:
    """Return a photograph: a bundled one by name, or your own by path or from an upload's bytes.

    Parameters
    ----------
    source : str, path or bytes
        A name of :func:`list_photos`, a file, or a file's content. A camera's rotation note is obeyed,
        transparency becomes white.
    size : int or (int, int), optional
        Shrink or enlarge the shorter side to this many pixels and cut out the central square; two numbers
        are height and width of a rectangle instead.

    Returns
    -------
    Tensor
        (1, 3, H, W) in [0, 1].

    Raises
    ------
    ValueError
        If it is no picture, too large, or an unknown name.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> photo("cat", size=224).shape
    torch.Size([1, 3, 224, 224])
    """
    _sides(size)  # before a large file is read
    return as_image(read_picture(source), size)


def read_picture(source: str | os.PathLike[str] | bytes) -> Image.Image:
    """Return a picture in RGB, read as :func:`photo` does, in its own size."""
    return _to_rgb(_open(source))


def as_image(picture: Image.Image, size: int | tuple[int, int] | None = None) -> Tensor:
    """Return an RGB picture as an image (1, 3, H, W) in [0, 1], cut to a size as :func:`photo` does."""
    height_and_width = _sides(size)
    if height_and_width is not None:
        picture = ImageOps.fit(picture, height_and_width[::-1], Image.Resampling.BICUBIC)
    pixels = np.array(picture, dtype=np.float32) / 255
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()


def list_pictures(folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Return the picture files of a folder and the folders in it, in alphabetical order.

    Masks (``NAME.mask.png``) and what is hidden are left out.

    Parameters
    ----------
    folder : str or path
        Where to look.

    Returns
    -------
    tuple of Path

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    TypeError, ValueError
        If it is no name of a folder, or there is no picture in it.
    """
    place = existing_folder(folder)
    found = tuple(
        sorted(
            path
            for path in place.rglob("*")
            if is_picture(path) and not any(map(is_hidden, path.relative_to(place).parents))
        )
    )
    if not found:
        raise ValueError(f"the folder {place.resolve().name!r} holds no pictures ({' '.join(SUFFIXES)}).")
    return found


def existing_folder(folder: str | os.PathLike[str]) -> Path:
    """Return a folder that is there, or say what is wrong with its name."""
    if not isinstance(folder, (str, os.PathLike)):
        raise TypeError(f"a folder is given by its name or path; got {type(folder).__name__}.")
    if not str(folder):
        raise ValueError("a folder needs a name; got ''. '.' is the folder that Python runs in.")
    place = Path(os.path.expanduser(folder))
    if not place.is_dir():
        raise FileNotFoundError(f"there is no folder {str(folder)!r}; looked in {Path.cwd()}.")
    return place


def is_picture(path: Path) -> bool:
    """Whether this is a picture's file, and neither a mask nor hidden."""
    name = path.name.lower()
    is_named_so = name.endswith(SUFFIXES) and not name.endswith(MASK_ENDING)
    return is_named_so and not is_hidden(path) and path.is_file()


def is_hidden(path: Path) -> bool:
    """Whether a file or folder is the computer's own: ``._cat.jpg``, ``.git``, ``__MACOSX``."""
    return path.name.startswith(".") or path.name == "__MACOSX"


def _sides(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    if size is None:
        return None
    sides = size if isinstance(size, tuple) else (size, size)
    if len(sides) != 2 or any(not isinstance(n, int) or isinstance(n, bool) or n < 1 for n in sides):
        raise ValueError(f"size must be a whole number of pixels above 0, or height and width; got {size!r}.")
    return sides


def _open(source: str | os.PathLike[str] | bytes) -> Image.Image:
    """Read and rotate a picture; refuse what is none, or too large, before its pixels are read."""
    name, file = _locate(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we have a limit of our own
            picture = Image.open(file, formats=FORMATS)
        with picture:  # closed also if it breaks off
            if picture.width * picture.height <= MAX_PIXELS:
                return ImageOps.exif_transpose(picture)
    except Image.DecompressionBombError as error:
        raise ValueError(_too_large(name, "far too many pixels")) from error
    except UnidentifiedImageError as error:
        raise ValueError(f"{name} is not a picture that can be read; try a PNG or JPEG file.") from error
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's words for what breaks off or bursts
        raise ValueError(f"{name} is a damaged picture: {str(error).rstrip('.')}.") from error
    raise ValueError(_too_large(name, f"{picture.width:,} x {picture.height:,} pixels"))


def _locate(source: str | os.PathLike[str] | bytes) -> tuple[str, Path | io.BytesIO]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        return "the upload", io.BytesIO(source)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"photo() takes a name, a path or bytes; got {type(source).__name__}.")
    if source in _FILES:
        return str(source), _bundled(_FILES[source])
    path = Path(source).expanduser()
    if path.is_file():
        return path.name, path
    if isinstance(source, str) and not path.suffix:
        raise ValueError(_unknown_name(source))
    if path.is_dir():
        raise ValueError(f"{path.name} is a folder; give the path of one picture in it.")
    raise FileNotFoundError(f"there is no picture file {str(source)!r}; {_near(path)}")


def _bundled(file_name: str) -> Path:
    # Found without importing scikit-image, which takes a second.
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the bundled photographs come with scikit-image: pip install scikit-image.")
    return Path(spec.origin).parent / "data" / file_name


def _near(path: Path) -> str:
    """Return what was perhaps meant by the path of a file that is not there, or where it was looked for."""
    folder = path.parent
    if not folder.is_dir():
        return f"nor a folder {str(folder)!r}; looked in {Path.cwd()}."
    names = [each.name for each in folder.iterdir() if is_picture(each)]
    near = difflib.get_close_matches(path.name, names, n=2, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(str(folder / name)) for name in near)}?"
    return f"looked in {folder.resolve()}."


def _unknown_name(name: str) -> str:
    near = difflib.get_close_matches(name, _FILES, n=2, cutoff=0.4)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return (
        f"there is no photograph {name!r}.{hint} There are: {', '.join(_FILES)}; or give the path of a file."
    )


def _too_large(name: str, found: str) -> str:
    limit = f"{MAX_PIXELS // 1_000_000} million"
    return f"{name} has {found}; at most {limit} are read. Make it smaller, e.g. 2000 on its longer side."


def _to_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I;16"):  # 16 bits per pixel, which convert() would cut off at 255
        picture = Image.fromarray((np.asarray(picture) / 257).round().astype(np.uint8))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")
