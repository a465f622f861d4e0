"""A repository of two lessons, for tests of its pages and of its site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.website.small_lessons import write_lesson
from vizwidgets.draw.film import Film, Scene


@pytest.fixture
def root(tmp_path) -> Path:
    """A repository of two lessons; cells 0 and 1 of the first are widgets, and there is a film of cell 1."""
    notebooks = tmp_path / "notebooks"
    films = notebooks / "films" / "00_first"
    films.mkdir(parents=True)
    scenes = [Scene(step, np.full((8, 8, 3), 40 * step, np.uint8), f"step {step}") for step in range(2)]
    Film.of(scenes, title='"gray" & more', kind="Explorer", alt="a square").save(films / "cell_1.html")
    write_lesson(notebooks / "00_first.ipynb", "wall", "climb", "x = 1\nvw.show(x)", "vw.list_models()")
    write_lesson(notebooks / "01_second.ipynb", "1", "x / 0", "2")
    (notebooks / "assignments").mkdir()
    guide = "# Sheets\n\nfor you\n\n## If you teach\n\nfor others\n"
    (notebooks / "assignments" / "README.md").write_text(guide)
    (tmp_path / "website").mkdir()
    (tmp_path / "website" / "start.md").write_text("# Start\n\n{{ lessons }}\n")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\nSee [the lesson](notebooks/00_first.ipynb).\n")
    return tmp_path
