"""The site as it lies in its folder: all of it is there, and nothing that should not be."""

from __future__ import annotations

import re
from html import unescape

import nbformat
import pytest

from website.lessons import NOTEBOOKS, ROOT, lessons, read_executed
from website.links import faults

LESSONS = lessons()
SOURCES = sorted(NOTEBOOKS.glob("assignments/source/*/*.ipynb"))


def test_every_lesson_was_run_without_a_fault(site):
    assert site.failed == []


def test_the_tool_that_made_the_pages_has_no_complaint(site):
    assert site.warnings == ""


def test_no_page_names_a_folder_of_the_computer_that_made_it(site):
    named = [path.name for path in site.folder.rglob("*.html") if str(ROOT) in path.read_text()]
    assert named == []


def test_every_link_leads_somewhere_every_picture_has_words_and_no_page_fetches_from_another_host(site):
    assert list(faults(site.folder)) == []


def test_it_is_small_enough_for_a_slow_connection(site):
    sizes = [path.stat().st_size for path in site.folder.rglob("*") if path.is_file()]
    assert sum(sizes) < 60e6


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_picture_that_a_lesson_shows_is_on_its_page_or_there_is_a_film_in_its_place(site, lesson):
    page = (site.folder / "lessons" / f"{lesson.stem}.html").read_text()
    for cell in read_executed(lesson).cells:
        drawn = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        shown = re.findall(rf'<img src="\.\./pictures/{lesson.stem}/{cell.id}-\d+\.webp"', page)
        filmed = f'<iframe src="../films/{lesson.stem}/{cell.id}.html"' in page
        assert filmed or len(shown) == len(drawn), cell.id


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_the_notebook_that_a_page_offers_is_the_lesson(site, lesson):
    assert (site.folder / "notebooks" / lesson.path.name).read_bytes() == lesson.path.read_bytes()


@pytest.mark.parametrize("sheet", SOURCES, ids=lambda path: path.stem)
def test_no_solution_and_no_hidden_check_of_a_graded_sheet_is_on_the_site(site, sheet):
    texts = [path.read_text(errors="ignore") for path in site.folder.rglob("*.ipynb")]
    texts += [unescape(re.sub(r"<[^>]+>", "", path.read_text())) for path in site.folder.rglob("*.html")]
    cells = nbformat.read(sheet, as_version=4).cells
    secrets = [secret for cell in cells for secret in solutions(cell.source)]
    assert len(secrets) >= 4
    for secret in secrets:
        assert not any(secret in text for text in texts), secret


def solutions(source: str) -> list[str]:
    """Return the longest line of each solution of a cell: long enough that nobody writes it by chance."""
    marked = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL)
    longest = [max(text.splitlines(), key=len).strip() for text in marked]
    return [line for line in longest if len(line) > 25]
