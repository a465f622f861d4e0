"""What nbval runs is kept for the website, cell by cell, and nothing of the test run changes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.website.small_lessons import write_lesson
from website.lessons import Lesson, failed_cells, is_current, read_executed

ROOT = Path(__file__).parents[2]
# nbval in a process of its own, with lessons and executed copies in another folder
RUN = """
import sys
from pathlib import Path
import pytest
from website import recording
folder = Path(sys.argv[1])
recording.NOTEBOOKS, recording.EXECUTED = folder, folder / "executed"
recording.library_digest = lambda: "the library"
words = ["-q", "-p", "no:cacheprovider", "--nbval-lax", "--nbval-current-env", f"--rootdir={folder}"]
sys.exit(pytest.main([*words, *sys.argv[2:]], plugins=[recording]))
"""
PICTURE = """from IPython.display import display, HTML
shown = display(HTML("<b>before</b>"), display_id=True)
print("one")"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two lessons that nbval has run, one of them with a cell that fails, and one that it ran a part of."""
    folder = tmp_path_factory.mktemp("lessons")
    renewal = "print('two'); shown.update(HTML('<b>after</b>'))"
    write_lesson(folder / "00_good.ipynb", PICTURE, renewal, "1 + 1")
    write_lesson(folder / "01_bad.ipynb", "x = 1", "x / 0", "print(x)")
    write_lesson(folder / "02_part.ipynb", "1", "2")
    lessons = ["00_good.ipynb", "01_bad.ipynb", "02_part.ipynb"]
    chosen = [str(folder / name) for name in lessons] + ["--deselect", "02_part.ipynb::Cell 1"]
    command = [sys.executable, "-c", RUN, str(folder), *chosen]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "1 failed, 6 passed, 1 deselected" in ended.stdout, ended.stdout + ended.stderr
    return folder


def executed(folder: Path, name: str) -> nbformat.NotebookNode:
    return read_executed(Lesson(folder / name), folder / "executed")


def test_every_output_of_a_lesson_is_kept_where_it_was_shown(folder):
    _, first, second, third = executed(folder, "00_good.ipynb").cells
    assert [output.output_type for output in first.outputs] == ["display_data", "stream"]
    assert (first.outputs[1].text, second.outputs[0].text) == ("one\n", "two\n")
    assert third.outputs[0].data["text/plain"] == "2"


def test_a_picture_that_was_renewed_later_is_kept_in_its_last_state(folder):
    shown = executed(folder, "00_good.ipynb").cells[1].outputs[0]
    assert shown.data["text/html"] == "<b>after</b>"


def test_a_cell_that_failed_is_named_and_the_cells_after_it_are_kept(folder):
    lesson = executed(folder, "01_bad.ipynb")
    assert failed_cells(lesson) == ["cell_1"]
    assert lesson.cells[2].outputs[0].ename == "ZeroDivisionError"
    assert lesson.cells[3].outputs[0].text == "1\n"


def test_a_lesson_of_which_only_a_part_was_run_is_not_kept(folder):
    assert executed(folder, "02_part.ipynb") is None


def test_a_lesson_is_current_until_its_code_or_the_library_changes(folder, tmp_path):
    lesson = Lesson(folder / "00_good.ipynb")
    assert is_current(lesson, "the library", folder / "executed")
    assert not is_current(lesson, "another library", folder / "executed")
    prose, code = nbformat.from_dict(lesson.notebook), nbformat.from_dict(lesson.notebook)
    prose.cells[0].source, code.cells[1].source = "# Another title", "print('another')"
    nbformat.write(prose, tmp_path / "00_good.ipynb")
    assert is_current(Lesson(tmp_path / "00_good.ipynb"), "the library", folder / "executed")
    nbformat.write(code, tmp_path / "00_good.ipynb")
    assert not is_current(Lesson(tmp_path / "00_good.ipynb"), "the library", folder / "executed")
