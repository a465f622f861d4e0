"""What others wrote and a deck takes along, so that it asks no other host for anything.

reveal.js (MIT licence) comes out of the package `sphinx-revealjs`, MathJax (Apache licence 2.0) out of
`sphinx-mathjax-offline`; of both packages nothing else is used.
"""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

REVEAL = ("dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js", "revealjs/LICENSE")
MATHJAX = ("mathjax/tex-svg.js",)


def copy_reveal(folder: Path) -> None:
    """Copy reveal.js, its style, its speaker's view and its licence.

    Raises
    ------
    RuntimeError
        If the package is not installed.
    """
    _copy("sphinx-revealjs", REVEAL, folder)


def copy_mathjax(folder: Path) -> None:
    """Copy the part of MathJax that sets TeX as pictures of letters, without files of fonts.

    Raises
    ------
    RuntimeError
        If the package is not installed.
    """
    _copy("sphinx-mathjax-offline", MATHJAX, folder)


def _copy(package: str, names: tuple[str, ...], folder: Path) -> None:
    try:
        files = metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise RuntimeError(f"{package} is missing: pip install -e '.[slides]' gets it.") from error
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        found = next(file for file in files if file.as_posix().endswith(f"/{name}"))
        shutil.copyfile(found.locate(), folder / Path(name).name)
