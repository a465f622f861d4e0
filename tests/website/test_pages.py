"""The sources of the pages: what is shown of a lesson, and what is not."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import nbformat
from nbformat.v4 import new_output
from PIL import Image

from website.lessons import lessons, save_executed
from website.pages import Pages

WIDGET = "application/vnd.jupyter.widget-view+json"


def png(size: tuple[int, int]) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(text: str, size: tuple[int, int] = (8, 4), **more: object) -> nbformat.NotebookNode:
    return new_output("display_data", {"image/png": png(size), "text/plain": text, **more})


def written(root: Path) -> tuple[Pages, list[str]]:
    pages = Pages(root / "made", root, root / "executed")
    return pages, pages.write(lessons(root / "notebooks"))


def run_first(root: Path) -> None:
    """Keep an executed copy of the first lesson: two widgets, a picture, a table."""
    notebook = lessons(root / "notebooks")[0].notebook
    _, wall, climb, picture, table = notebook.cells
    wall.metadata.tags = climb.metadata.tags = ["widget"]
    nbformat.write(notebook, root / "notebooks" / "00_first.ipynb")
    wall.outputs = [shown("Wall(of 3 filters)", **{WIDGET: {"model_id": "1"}})]
    climb.outputs = [shown("Climb(a filter)", **{WIDGET: {"model_id": "2"}})]
    picture.outputs = [shown("<PIL.Image.Image>", (20, 10))]
    table.outputs = [new_output("display_data", {"text/html": "<table></table>", "text/plain": "name"})]
    save_executed(notebook, "00_first", [], "library", root / "executed")


def outputs(pages: Pages, stem: str, cell: str) -> list[str]:
    page = nbformat.read(pages.sources / "lessons" / f"{stem}.ipynb", as_version=4)
    found = next(each for each in page.cells if each.id == cell)
    return [output.data["text/html"] for output in found.outputs]


def test_a_film_stands_in_place_of_its_widget(root):
    run_first(root)
    pages, _ = written(root)
    (climb,) = outputs(pages, "00_first", "cell_1")
    assert 'src="../films/00_first/cell_1.html" title="Film: &quot;gray&quot; &amp; more"' in climb
    film = "films/00_first/cell_1.html"
    assert (pages.files / film).read_text() == (root / "notebooks" / film).read_text()


def test_a_widget_without_a_film_leaves_its_picture_and_what_it_shows_in_words(root):
    run_first(root)
    pages, _ = written(root)
    (wall,) = outputs(pages, "00_first", "cell_0")
    assert 'alt="Wall: of 3 filters" width="8" height="4"' in wall
    with Image.open(pages.files / "pictures" / "00_first" / "cell_0-0.webp") as picture:
        assert picture.size == (8, 4)
        assert picture.convert("RGB").getpixel((0, 0)) == (0, 128, 128)


def test_a_film_that_cannot_be_read_leaves_the_picture_in_its_place(root):
    run_first(root)
    (root / "notebooks" / "films" / "00_first" / "cell_1.html").write_text("<html>cut sho")
    pages, _ = written(root)
    (climb,) = outputs(pages, "00_first", "cell_1")
    assert 'alt="Climb: a filter"' in climb and "iframe" not in climb


def test_what_the_author_says_of_a_picture_comes_before_the_code_that_made_it(root):
    run_first(root)
    assert 'alt="Picture made by vw.show(x)"' in outputs(written(root)[0], "00_first", "cell_2")[0]
    lesson = lessons(root / "notebooks")[0].notebook
    lesson.cells[3].metadata.alt = "two goats"
    nbformat.write(lesson, root / "notebooks" / "00_first.ipynb")
    assert 'alt="two goats"' in outputs(written(root)[0], "00_first", "cell_2")[0]


def test_a_lesson_that_failed_is_named_and_shown_up_to_the_cell_that_failed(root):
    run_first(root)
    notebook = lessons(root / "notebooks")[1].notebook
    for number, cell in enumerate(notebook.cells[1:]):
        cell.outputs = [new_output("stream", name="stdout", text=f"said by {number}")]
    save_executed(notebook, "01_second", ["cell_1"], "library", root / "executed")
    pages, failed = written(root)
    assert failed == ["01_second"]
    cells = nbformat.read(pages.sources / "lessons" / "01_second.ipynb", as_version=4).cells
    assert [cell.outputs[0].text if cell.outputs else None for cell in cells if cell.cell_type == "code"] == [
        "said by 0",
        "said by 1",
        None,
    ]
    after = cells[[cell.id for cell in cells].index("cell_1") + 1].source
    assert "stopped at the cell above (`cell_1`)" in after


def test_a_lesson_that_was_never_run_says_so_and_is_named(root):
    run_first(root)
    pages, failed = written(root)
    assert failed == ["01_second"]
    assert "could not be run" in (pages.sources / "lessons" / "01_second.ipynb").read_text()
    assert (pages.files / "notebooks" / "01_second.ipynb").exists()


def test_the_guide_of_the_assignments_ends_where_it_turns_to_those_who_teach(root):
    run_first(root)
    guide = (written(root)[0].sources / "assignments" / "index.md").read_text()
    assert "for you" in guide and "for others" not in guide


def test_the_first_page_has_the_map_of_the_course(root):
    run_first(root)
    start = (written(root)[0].sources / "index.md").read_text()
    assert "| [01 A small lesson](lessons/01_second.ipynb) | Lecture · 5 minutes |" in start
    assert "\n00 A small lesson <lessons/00_first>\n01 A small lesson <lessons/01_second>\n" in start


def test_texts_link_to_pages(root):
    run_first(root)
    changelog = (written(root)[0].sources / "more" / "changelog.md").read_text()
    assert "[the lesson](../lessons/00_first.ipynb)" in changelog
