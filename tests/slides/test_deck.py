"""A deck is one page with all its paths; the map leads to each slide from the lecture and from the lesson."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser

import nbformat
import numpy as np
import pytest

from slides.__main__ import main
from slides.building import lesson_deck, write_decks
from slides.deck import Deck, deck_page, map_page
from slides.slide import read_slides
from tests.slides.small_lesson import small_lesson, write_small_lesson
from vizwidgets.draw.film import Film, Scene
from website.lessons import Lesson, save_executed


@pytest.fixture(scope="module")
def deck() -> Deck:
    return Deck("03_hills", tuple(read_slides(small_lesson(), {"live": 1.0})))


@pytest.fixture(scope="module")
def page(deck) -> str:
    return deck_page(deck)


def section(page: str, name: str) -> str:
    return re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)[0]


class Tags(HTMLParser):
    """Checks that what is opened is closed, and gathers addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "link", "img", "br"):
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "data-src")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing_from_elsewhere(page):
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.addresses and not any(":" in address or address.startswith("/") for address in tags.addresses)


def test_each_slide_knows_the_shortest_path_that_it_lies_on(page):
    found = re.findall(r'<section id="(\w+)".*?data-minutes="(\d+)"', page)
    assert dict(found) == dict(
        title="5", idea="15", printed="45", ask="45", picture="5", live="15", table="45", learned="15"
    )


def test_the_first_slide_is_the_title(page):
    assert "<h1>Hills</h1>" in section(page, "title") and page.count("<h1>") == 1
    assert "<h2>A hill</h2>" in section(page, "picture")


def test_a_film_is_loaded_when_its_slide_comes(page):
    frame = 'data-src="films/03_hills/live.html#slide+light" title="Explorer(a channel)"'
    assert frame in section(page, "live")


def test_the_speaker_reads_prose_exercise_and_place(page):
    notes = section(page, "idea").split('<aside class="notes">')[1]
    assert "Take a step." in notes and "1. Take one step: no more" in notes and "<code>idea</code>" in notes


def test_a_title_with_html_in_it_stays_a_title(deck):
    lesson = small_lesson()
    lesson.cells[0].metadata.slide["title"] = "<script>alert(1)</script>"
    page = deck_page(Deck("03_hills", tuple(read_slides(lesson))))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_map_leads_from_the_lecture_and_from_the_lesson_to_slide_function_and_exercise(deck):
    page = map_page([deck])
    lecture, course = page.split("<h2>Slide, lesson, function, exercise</h2>")
    assert "Transfer Learning" in lecture and 'href="03_hills.html#/idea"' in lecture
    row = next(row for row in course.split("<tr>") if "#/idea" in row)
    assert "1 · Up" in row and "<code>vw.step</code>" in row and "1. Take one step: no more" in row
    assert [f"?path={minutes}" in page for minutes in (5, 15, 45)] == [True] * 3
    assert [deck.count(minutes) for minutes in (5, 15, 45)] == [2, 5, 8]


@pytest.fixture
def course(tmp_path):
    """The small lesson as it was written, and as it ran."""
    lesson = Lesson(write_small_lesson(tmp_path / "03_hills.ipynb"))
    save_executed(small_lesson(), lesson.stem, [], "library", tmp_path / "executed")
    return lesson, tmp_path / "executed", tmp_path / "films"


def test_pictures_come_from_the_lesson_as_it_ran_and_words_from_the_lesson_as_it_is(course, tmp_path):
    written, executed, films = course
    notebook = nbformat.read(written.path, 4)
    notebook.cells[0].metadata.slide["title"] = "Mountains"
    nbformat.write(notebook, written.path)
    deck = lesson_deck(Lesson(written.path), executed, films)
    assert deck.title == "Mountains" and deck.slides[4].parts[0].picture.shape == 4


def test_what_a_deck_needs_lies_beside_it(course, tmp_path):
    lesson, executed, films = course
    (films / "03_hills").mkdir(parents=True)
    scenes = [Scene(step, np.full((8, 8, 3), 99 * step, np.uint8), "") for step in range(2)]
    Film.of(scenes, title="gray", kind="Explorer", alt="gray").save(films / "03_hills" / "live.html")
    page = deck_page(lesson_deck(lesson, executed, films))
    assert '<img class="still" src="pictures/03_hills/live-0.webp"' in page
    assert 'data-src="films/03_hills/live.html#slide+light"' in page
    index = write_decks([lesson_deck(lesson, executed, films)], tmp_path / "out")
    for page in (index, index.with_name("03_hills.html")):
        tags = Tags()
        tags.feed(page.read_text())
        for address in tags.addresses:
            assert (page.parent / re.split("[?#]", address)[0]).is_file(), address


def test_a_link_to_a_lesson_leads_to_its_deck_or_where_there_is_none_to_the_map(course, tmp_path):
    lesson, executed, films = course
    notebook = nbformat.read(lesson.path, 4)
    notebook.cells[4].source = "See [there](04_bad.ipynb), and [here](03_hills.ipynb)."
    nbformat.write(notebook, lesson.path)
    write_decks([lesson_deck(Lesson(lesson.path), executed, films)], tmp_path / "out")
    page = (tmp_path / "out" / "03_hills.html").read_text()
    assert '<a href="index.html">there</a>, and <a href="03_hills.html">here</a>' in page


def test_a_lesson_that_failed_or_never_ran_has_no_deck(course):
    lesson, executed, films = course
    save_executed(small_lesson(), lesson.stem, ["picture"], "library", executed)
    with pytest.raises(ValueError, match="failed at cell 'picture'"):
        lesson_deck(lesson, executed, films)
    with pytest.raises(ValueError, match="has not run"):
        lesson_deck(lesson, executed.with_name("nowhere"), films)


def test_the_others_are_made_where_one_lesson_fails(course, tmp_path, monkeypatch, capsys):
    lesson, _, _ = course
    module = sys.modules["slides.__main__"]
    good, bad = lesson, Lesson(tmp_path / "04_bad.ipynb")
    monkeypatch.setattr(module, "lessons", lambda: [good, bad])
    monkeypatch.setattr(module, "bring_up_to_date", lambda found: iter(["03_hills: has run already"]))

    def deck(each):
        if each is bad:
            raise ValueError("failed at cell 'x'.")
        return Deck(each.stem, tuple(read_slides(small_lesson())))

    monkeypatch.setattr(module, "lesson_deck", deck)
    assert main(["--out", str(tmp_path / "out")]) == 1
    assert "04_bad: no deck, the lesson failed at cell 'x'." in capsys.readouterr().out
    assert (tmp_path / "out" / "03_hills.html").is_file()
    assert main(["03", "--out", str(tmp_path / "out")]) == 0


def test_a_lesson_that_there_is_not_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["99"])
    assert "no lesson 99" in capsys.readouterr().err
