"""One lesson that fails takes none of the others from the site."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output

from tests.slides.small_lesson import small_lesson, write_small_lesson
from website import __main__ as command
from website.building import build
from website.lessons import Lesson, lessons, save_executed
from website.links import faults


@pytest.fixture
def course(root) -> Path:
    """The second lesson failed at the cell that divides by zero."""
    for lesson in lessons(root / "notebooks"):
        notebook = nbformat.from_dict(lesson.notebook)
        notebook.cells[1].outputs = [new_output("stream", name="stdout", text=f"said in {lesson.stem}")]
        failed = ["cell_1"] if lesson.stem == "01_second" else []
        save_executed(notebook, lesson.stem, failed, "any", root / "executed")
    return root


def built(course: Path) -> tuple[list[str], str]:
    found = lessons(course / "notebooks")
    return build(found, course / "site", course / "sources", course / "executed", course)


def test_the_failing_lesson_is_named_the_rest_is_built_and_what_was_there_before_is_gone(course):
    site = course / "site"
    site.mkdir()
    (site / "old.html").write_text("")
    assert built(course) == (["01_second"], "")
    assert not (site / "old.html").exists()
    good, bad = ((site / "lessons" / f"{stem}.html").read_text() for stem in ("00_first", "01_second"))
    assert "said in 00_first" in good and "stopped at the cell above" not in good
    assert "said in 01_second" in bad and "stopped at the cell above" in bad
    assert list(faults(site)) == []


def test_a_lesson_with_slides_has_its_deck_beside_its_page_and_plays_the_films_of_the_site(root):
    lesson = write_small_lesson(root / "notebooks" / "03_hills.ipynb")
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[4].source = "As in [a lesson that did not run](01_second.ipynb)."
    nbformat.write(notebook, lesson)
    save_executed(small_lesson(), lesson.stem, [], "any", root / "executed")
    films = root / "notebooks" / "films"
    (films / "00_first").rename(films / "03_hills")
    (films / "03_hills" / "cell_1.html").rename(films / "03_hills" / "live.html")
    assert built(root)[1] == ""
    page, deck, index = (
        (root / "site" / name).read_text()
        for name in ("lessons/03_hills.html", "decks/03_hills.html", "decks/index.html")
    )
    assert 'href="../decks/03_hills.html?path=15"' in page and 'href="../lessons/03_hills.html"' in deck
    assert 'data-src="../films/03_hills/live.html#slide+light"' in deck and "03_hills" in index
    assert 'href="../notebooks/03_hills.ipynb"' in index and "00_first" not in index
    assert '<a href="../lessons/01_second.html">a lesson that did not run</a>' in deck
    assert list(faults(root / "site")) == []


def test_a_slide_at_fault_is_named_and_costs_the_deck_alone(root):
    lesson = write_small_lesson(root / "notebooks" / "03_hills.ipynb")
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[2].metadata.slide["minutes"] = 7
    nbformat.write(notebook, lesson)
    save_executed(small_lesson(), lesson.stem, [], "any", root / "executed")
    failed, complaints = built(root)
    assert "03_hills" not in failed and "cell 'idea': minutes must be 5, 15 or 45" in complaints
    assert not (root / "site" / "decks").exists()


def test_the_command_says_where_the_site_is_and_ends_with_1_if_a_lesson_failed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "build", lambda found, site: (["01_second"], ""))
    old = Lesson(tmp_path / "05_old.ipynb")
    monkeypatch.setattr(command, "lessons", lambda: [Lesson(tmp_path / "04_new.ipynb"), old])
    monkeypatch.setattr(command, "is_current", lambda lesson, *_: lesson is not old)
    assert command.main(["--as-it-is", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "05_old: as it is, but" in said.out and "04_new" not in said.out
    assert f"{tmp_path / 'index.html'} (0 MB)" in said.out
    assert "FAILED: 01_second" in said.err
