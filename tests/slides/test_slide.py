"""A slide has what its cell says, and what belongs to it in the lesson."""

from __future__ import annotations

import nbformat
import pytest

from slides.outputs import Picture, shown_outputs
from slides.slide import Slide, read_slides
from tests.slides.small_lesson import small_lesson


@pytest.fixture(scope="module")
def slides() -> dict[str, Slide]:
    return {slide.cell: slide for slide in read_slides(small_lesson())}


def kinds(slide: Slide) -> list[str]:
    return [part.kind for part in slide.parts]


def test_slides_are_the_cells_with_the_tag_in_their_order(slides):
    assert list(slides) == ["title", "idea", "printed", "ask", "picture", "live", "table", "learned"]


def test_of_markdown_is_shown_what_the_cell_says(slides):
    assert kinds(slides["title"]) == [] and kinds(slides["idea"]) == ["formula"]
    assert kinds(slides["ask"]) == ["question"] and slides["ask"].parts[0].html == "<p>And there?</p>\n"
    assert slides["learned"].parts[0].html.count("<li>") == 2


def test_of_code_are_shown_its_lines_and_what_it_printed_but_no_warnings(slides):
    code, output = slides["printed"].parts
    assert "channel" not in code.html and "activation" in code.html
    assert (output.kind, output.html, output.width) == ("printed", "True", 4)


def test_of_what_was_printed_and_a_table_the_table_alone_can_be_shown():
    lesson = small_lesson()
    cell = next(cell for cell in lesson.cells if cell.id == "table")
    cell.outputs.insert(0, nbformat.v4.new_output("stream", name="stdout", text="made with"))
    for show, shown in (("output", ["printed", "table"]), ("table", ["table"]), ("printed", ["printed"])):
        cell.metadata.slide["show"] = show
        assert kinds(next(slide for slide in read_slides(lesson) if slide.cell == "table")) == shown


def test_a_bar_that_counted_how_far_something_was_is_left_out():
    bar = {
        "output_type": "stream",
        "name": "stdout",
        "text": "\rtop:  78%|###  | 3/4 [00:05<00:01]\n3 found\n",
    }
    assert [words.html for words in shown_outputs({"outputs": [bar]}, "")] == ["3 found"]
    bar["text"] = bar["text"][:30]
    assert shown_outputs({"outputs": [bar]}, "") == []


def test_a_picture_says_what_it_shows_and_which_shape_it_has(slides):
    (part,) = slides["picture"].parts
    assert isinstance(part.picture, Picture) and part.picture.shape == 4
    assert part.picture.alt == "A hill · It is green."


def test_a_widget_shows_its_film_and_without_one_its_picture(slides):
    (still,) = slides["live"].parts
    assert still.picture is not None and still.picture.alt == "Explorer(a channel)"
    live = next(slide for slide in read_slides(small_lesson(), {"live"}) if slide.cell == "live")
    assert [(part.kind, part.html) for part in live.parts] == [("film", "Explorer(a channel)")]


def test_a_table_stays_a_table(slides):
    assert "<td>1</td>" in slides["table"].parts[0].html


def test_notes_are_the_prose_before_a_cell_and_the_answer_after_it(slides):
    notes = slides["printed"].notes
    assert "<em>many</em>" in notes and "<strong>Why?</strong>" in notes and "<em>low</em>" in notes
    assert "Take a step" in slides["idea"].notes and "<h2>" not in slides["idea"].notes
    assert slides["picture"].notes == ""  # the answer before it belongs to another one


def test_functions_are_those_of_the_cell_and_of_the_code_that_follows_words(slides):
    assert slides["printed"].functions == ("channel", "activation")
    assert slides["idea"].functions == ("step",)
    assert slides["ask"].functions == ()


def test_section_and_exercise_are_named(slides):
    assert slides["title"].section == "Hills" and slides["picture"].section == "1 · Up"
    assert slides["idea"].exercise == "1. Take one step: no more"
    assert slides["picture"].exercise == ""


def test_an_exercise_that_is_not_there_is_an_error():
    lesson = small_lesson()
    lesson.cells[2].metadata.slide["exercise"] = "gone"
    with pytest.raises(ValueError, match="exercise 'gone'"):
        read_slides(lesson)
