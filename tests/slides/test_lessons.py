"""Every lesson has three paths that a lecturer can walk, and its slides can be read from the last row."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode

from slides.facts import PATHS, is_slide
from slides.lecture import HEADINGS
from slides.slide import Slide, read_slides
from website.lessons import Lesson, lessons

LESSONS = lessons()
ROOM = {5: (3, 5), 15: (7, 12), 45: (8, 30)}  # slides at least and at most on each path
COLUMNS, ROWS = 80, 12  # of code in letters of 24 pixels


@pytest.fixture(params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request) -> Lesson:
    return request.param


@pytest.fixture
def slides(lesson) -> list[Slide]:
    return read_slides(lesson.notebook)


def cell_of(lesson: Lesson, slide: Slide) -> NotebookNode:
    return next(cell for cell in lesson.notebook.cells if cell.id == slide.cell)


def test_each_path_has_as_many_slides_as_its_minutes_have_room_for(slides):
    for minutes in PATHS:
        least, most = ROOM[minutes]
        assert least <= sum(slide.facts.minutes <= minutes for slide in slides) <= most, minutes


def test_each_path_begins_with_the_title_and_ends_with_what_was_learned(slides):
    assert (slides[0].cell, slides[0].facts.minutes) == ("title", 5)
    assert (slides[-1].cell, slides[-1].facts.minutes) == ("learned", 15)


def test_every_slide_of_words_shows_some(lesson, slides):
    for slide in slides[1:]:
        if cell_of(lesson, slide).cell_type == "markdown":
            assert slide.parts, f"{slide.cell} shows nothing"


def test_code_on_slides_is_short_and_narrow(slides):
    for slide in slides:
        for part in slide.parts:
            if part.kind == "code":
                assert part.width <= COLUMNS and part.html.count("\n") < ROWS, slide.cell


def test_a_deck_has_the_title_of_its_lesson(lesson, slides):
    assert slides[0].facts.title == lesson.title


def test_titles_are_not_said_twice(slides):
    titles = [slide.facts.title for slide in slides]
    assert len(set(titles)) == len(titles)


def test_slides_name_slides_of_the_lecture_that_there_are(slides):
    assert {slide.facts.lecture for slide in slides} - {""} <= set(HEADINGS)


def test_no_cell_says_that_it_is_a_slide_without_the_tag(lesson):
    assert all(is_slide(cell) for cell in lesson.notebook.cells if "slide" in cell.metadata)


def test_every_slide_of_the_lecture_is_brought_to_life():
    shown = {slide.facts.lecture for lesson in LESSONS for slide in read_slides(lesson.notebook)}
    assert set(HEADINGS) - shown == set()


def test_every_widget_of_the_lessons_is_on_a_slide_or_beside_its_picture():
    for lesson in LESSONS:
        cells = lesson.notebook.cells
        for place, cell in enumerate(cells):
            if "widget" in cell.metadata.get("tags", ()):
                assert any(is_slide(each) for each in cells[place : place + 4]), (lesson.stem, cell.id)
