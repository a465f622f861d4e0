"""Make the good runs that the lessons bring along: one film for each live widget.

    python data_scripts/make_films.py            # all of them, some ten minutes
    python data_scripts/make_films.py 01 04      # of some lessons only

A lecturer plays them where a live run fails: no weights are needed, and nothing is computed.
Of each lesson its own cells run, but only those that a widget needs; the films go to
`notebooks/films/<lesson>/<id of the widget's cell>.html`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from vizwidgets.draw.film import encode_picture, read_film
from vizwidgets.widgets.recorder import spread_out

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SECONDS_PER_CELL = 3600
# Of a film: pictures are left out down to so many bytes or pictures, then they are made smaller. All sixteen
# films together are to stay below 8 MB.
MOST_BYTES, FEWEST, MOST_BYTES_OF_FEW = 500_000, 8, 750_000
# What a widget needs beside the first cell of its lesson, and other widgets before it.
NEEDED = {"02_activation_maximization": ["examples_dense"], "04_vgg16_filters": ["fields"]}


def film_path(lesson: Path, cell: str, folder: Path = NOTEBOOKS) -> Path:
    """Return where the film of a widget's cell lies."""
    return folder / "films" / lesson.stem / f"{cell}.html"


def widgets_with_their_stills(notebook: NotebookNode) -> dict[str, str]:
    """Return the ids of the widgets' cells, and after each the id of the code that runs it to its end."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    pairs = zip(code, code[1:], strict=False)
    return {cell.id: after.id for cell, after in pairs if "widget" in cell.metadata.get("tags", [])}


def cells_to_run(lesson: Path, notebook: NotebookNode, folder: Path = NOTEBOOKS) -> Iterator[NotebookNode]:
    """Yield the cells that make the films: some of the lesson, and after each run one that saves it."""
    stills = widgets_with_their_stills(notebook)
    wanted = {"setup", *stills, *stills.values(), *NEEDED.get(lesson.stem, [])}
    saved_after = {still: widget for widget, still in stills.items()}
    sources = {cell.id: cell.source for cell in notebook.cells}
    for cell in notebook.cells:
        if cell.id in wanted:
            yield new_code_cell(cell.source)
        if widget := saved_after.get(cell.id):
            name = sources[widget].strip().splitlines()[-1]  # the last line shows the widget
            path = str(film_path(lesson, widget, folder).resolve())
            yield new_code_cell(f"{name}.save({path!r})")


def make_films(lesson: Path, folder: Path = NOTEBOOKS) -> list[Path]:
    """Run what the widgets of a lesson need, keep the films, and return where they are.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails; films that were made before it stay.
    """
    notebook = nbformat.read(lesson, as_version=4)
    running = new_notebook(cells=list(cells_to_run(lesson, notebook, folder)), metadata=notebook.metadata)
    place = {"metadata": {"path": str(lesson.parent)}}
    NotebookClient(running, timeout=SECONDS_PER_CELL, kernel_name="python3", resources=place).execute()
    return [shorten(film_path(lesson, cell, folder)) for cell in widgets_with_their_stills(notebook)]


def shorten(path: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Leave out pictures of a film, evenly, until its file is small enough; or few are left, which shrink."""
    film = read_film(path)
    most = len(film.pictures)
    while path.stat().st_size > most_bytes and most > FEWEST:
        most = max(FEWEST, most * 4 // 5)
        chosen = spread_out(len(film.pictures), most)
        replace(
            film,
            pictures=tuple(film.pictures[k] for k in chosen),
            steps=tuple(film.steps[k] for k in chosen),
            words=tuple(film.words[k] for k in chosen),
        ).save(path)
    film, scale = read_film(path), 1.0
    while path.stat().st_size > max(most_bytes, MOST_BYTES_OF_FEW):
        scale *= 0.9
        replace(film, pictures=tuple(_smaller(picture, scale) for picture in film.pictures)).save(path)
    return path


def _smaller(picture: bytes, scale: float) -> bytes:
    with Image.open(BytesIO(picture)) as image:
        size = round(image.width * scale), round(image.height * scale)
        return encode_picture(np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the films of the lessons that are named, or of all."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("lesson", nargs="*", help="number of a lesson; all of them if none is named")
    parser.add_argument("--out", type=Path, default=NOTEBOOKS, help="folder in which films/ lies")
    asked = parser.parse_args(arguments)
    for lesson in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        if not asked.lesson or lesson.stem.startswith(tuple(asked.lesson)):
            for path in make_films(lesson, asked.out):
                print(f"{path.relative_to(asked.out)}: {path.stat().st_size / 1000:.0f} kB", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
