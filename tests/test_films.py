"""Each live widget of the lessons has a good run that plays without weights, and is the run of its cell."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from vizwidgets.draw.film import read_film

ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
FILMS = ROOT / "notebooks" / "films"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("make_films", ROOT / "data_scripts" / "make_films.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def widgets() -> Iterator[Any]:
    """Yield lesson, cell of a widget, and the code after it."""
    for lesson in LESSONS:
        code = [cell for cell in nbformat.read(lesson, 4).cells if cell.cell_type == "code"]
        for cell, after in zip(code, code[1:], strict=False):
            if "widget" in cell.metadata.get("tags", []):
                yield pytest.param(lesson, cell, after, id=f"{lesson.stem}-{cell.id}")


WIDGETS = list(widgets())


def constructor(source: str) -> ast.Call:
    """Return the call that makes the widget of a cell."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return next(
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr.endswith(("Explorer", "Lab", "Wall", "Graph"))
    )


def values_of(record: Any, name: str) -> Iterator[Any]:
    """Yield whatever a record says under a name, at any depth."""
    if isinstance(record, dict):
        yield from ([record[name]] if name in record else [])
    for each in record.values() if isinstance(record, dict) else record if isinstance(record, list) else []:
        yield from values_of(each, name)


def test_films_are_those_of_the_widgets_and_together_small_enough():
    wanted = {
        FILMS / lesson.stem / f"{cell.id}.html" for lesson, cell, _ in (each.values for each in WIDGETS)
    }
    assert set(FILMS.rglob("*.html")) == wanted
    assert sum(path.stat().st_size for path in wanted) < 8_000_000


@pytest.mark.parametrize(("lesson", "cell", "after"), WIDGETS)
def test_a_film_is_of_its_widget_with_the_settings_of_its_cell(lesson, cell, after):
    path = FILMS / lesson.stem / f"{cell.id}.html"
    assert path.stat().st_size < 1_000_000
    film, call = read_film(path), constructor(cell.source)
    assert film.kind == call.func.attr
    assert film.steps[-1] == film.last
    written = {word.arg: word.value for word in call.keywords}
    known = {name: value.value for name, value in written.items() if isinstance(value, ast.Constant)}
    known |= {"seed": 0} if isinstance(written.get("seed"), ast.Name) else {}
    for name, value in known.items():
        said = list(values_of(film.record, name))
        assert not said or value in said, f"{name} is {value!r} in the lesson; the film was made with {said}"


@pytest.mark.parametrize(("lesson", "cell", "after"), WIDGETS)
def test_the_cell_after_a_widget_says_how_its_good_run_is_played(lesson, cell, after):
    *_, last = after.source.splitlines()
    assert last == f'# vw.load_film("films/{lesson.stem}/{cell.id}.html")  # a good run'


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_cells_that_make_films_have_all_the_names_that_they_use(script, lesson, tmp_path):
    defined = set(dir(builtins))
    for cell in script.cells_to_run(lesson, nbformat.read(lesson, 4), tmp_path):
        tree = ast.parse(cell.source)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        defined |= {node.id for node in names if isinstance(node.ctx, ast.Store)}
        defined |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                defined |= {alias.asname or alias.name for alias in node.names}
            elif isinstance(node, ast.FunctionDef):
                defined.add(node.name)
        assert {node.id for node in names} <= defined, cell.source


def test_each_run_is_saved_right_after_its_still(script):
    sources = [cell.source for cell in script.cells_to_run(LESSONS[1], nbformat.read(LESSONS[1], 4))]
    saves = [k for k, source in enumerate(sources) if ".save(" in source]
    assert len(saves) == 2 and all("run_to_end()" in sources[k - 1] for k in saves)
    assert sources[saves[0]].startswith("trainer.save(") and "train.html" in sources[saves[0]]


def test_walls_are_computed_anew_before_they_are_filmed(script):
    sources = [cell.source for cell in script.cells_to_run(LESSONS[4], nbformat.read(LESSONS[4], 4))]
    for name in ("wall", "edges"):
        made = next(k for k, source in enumerate(sources) if f"{name} = vw.FilterWall(" in source)
        assert f"{name}.run.reset()" in sources[made + 1] and f"{name}.run_to_end()" in sources[made + 2]


def test_films_of_runs_have_many_pictures():
    few = {"autodiff_graph": 18, "node_explorer": 1}  # its steps; of a unit that is read there is one
    for path in FILMS.rglob("*.html"):
        assert len(read_film(path).pictures) >= few.get(path.stem, 25), path


@pytest.mark.parametrize("lesson", ["06_transfer_learning", "07_playing_for_data"])
def test_what_was_measured_before_on_the_machine_that_made_a_film_is_not_in_it(lesson):
    record = read_film(FILMS / lesson / "lab.html").record
    own = [point for point in record["measurements"] if point["origin"] == "yours"]
    assert len(own) <= len(record["landed"]) == 1
    assert "before" not in record["queue"][0]["words"]


def test_records_of_films_are_plain_data():
    for path in FILMS.rglob("*.html"):
        json.dumps(read_film(path).record, allow_nan=False)
