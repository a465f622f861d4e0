"""Make the good runs that the lessons bring along: one film for each live widget.

    python data_scripts/make_films.py            # all of them, some fifteen minutes
    python data_scripts/make_films.py 01 04      # of some lessons only

A lecturer plays them where a live run fails: no weights are needed, and nothing is computed.
Of each lesson its own cells run, but only those that a widget needs; the films go to
`notebooks/films/<lesson>/<id of the widget's cell>.html`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SECONDS_PER_CELL = 3600
# A film of many pictures is worth a slow run. Each is to stay below 1 MB, all sixteen together below 8 MB.
MOST_SCENES = 36
# Points that were measured on this machine before are of other runs: they would be there from the start.
BEFORE = """
import tempfile
from pathlib import Path

from vizwidgets.data import measurement_store
from vizwidgets.draw import film
from vizwidgets.widgets import recorder

film.USUAL_BYTES = 560_000
recorder.SHARE = 1.0
nothing_measured = tempfile.TemporaryDirectory()
measurement_store.cache_dir = lambda: Path(nothing_measured.name)
"""
# Rows that are kept on the disk would be there at once: a film shows them climb.
ANEW = "if isinstance({name}, vw.FilterWall):\n    {name}.run.reset()"
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
    yield new_code_cell(BEFORE)
    for cell in notebook.cells:
        if cell.id in wanted:
            yield new_code_cell(cell.source)
        if cell.id in stills:
            yield new_code_cell(ANEW.format(name=_name_in(cell.source)))
        if widget := saved_after.get(cell.id):
            path = str(film_path(lesson, widget, folder).resolve())
            yield new_code_cell(f"{_name_in(sources[widget])}.save({path!r}, {MOST_SCENES})")


def _name_in(source: str) -> str:
    """Return the name of the widget that a cell makes: its last line shows it."""
    return source.strip().splitlines()[-1]


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
    return [film_path(lesson, cell, folder) for cell in widgets_with_their_stills(notebook)]


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
