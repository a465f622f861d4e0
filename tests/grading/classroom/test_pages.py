"""Pages can be read in light, in the dark and on paper, and find their titles in the sheet."""

from __future__ import annotations

import re

import pytest
from nbformat import v4

from tests.grading.classroom.papers import release_notebook
from vizwidgets.grading.classroom.papers.pages import TEMPLATES, in_words, page
from vizwidgets.grading.classroom.papers.questions import headings_of, questions_of, sheet_title
from vizwidgets.grading.sheets.sheet import Sheet

CSS = (TEMPLATES / "page.css").read_text(encoding="utf-8")
PALETTES = [
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", body))
    for body in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
]
PAIRS = [
    *((ink, "paper") for ink in ("ink", "quiet", "good", "bad", "wait", "accent")),
    *((ink, "ground") for ink in ("ink", "quiet", "keyword", "string", "comment", "number", "name")),
    *(("ink", soft) for soft in ("good-soft", "bad-soft", "wait-soft")),
]


def luminance(color: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark", "paper"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_every_text_has_the_contrast_that_wcag_demands(palette, ink, ground):
    one, other = sorted((luminance(palette[ink]), luminance(palette[ground])))
    assert (other + 0.05) / (one + 0.05) >= 4.5


def test_there_are_three_palettes_with_the_same_colours():
    assert len(PALETTES) == 3
    assert PALETTES[0].keys() == PALETTES[1].keys() == PALETTES[2].keys()


def test_no_template_asks_for_anything_from_elsewhere():
    for path in TEMPLATES.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://|url\(|@import|<script|<link|<img|\bon\w+=|\|\s*safe", text), (
            path.name
        )


def test_what_is_shown_is_escaped():
    told = dict.fromkeys(("sheet_title", "title", "name", "date", "problem", "file", "receipt"), "<b>")
    shown = page("not_graded.html", **told)
    assert "<b>" not in shown and "&lt;b&gt;" in shown


def test_titles_come_from_the_headings_of_the_sheet():
    sheet = Sheet(release_notebook())
    assert sheet_title(sheet) == "A1 · Looking"
    assert [(each.name, each.title) for each in questions_of(sheet)] == [
        ("q1", "Q1 · Doubling"), ("q2", "Q2 · Halving"), ("q3", "Q3 · In words"),
    ]  # fmt: skip
    assert [each.cells for each in questions_of(sheet)] == [("q1_check", "q1_hidden"), ("q2_check",), ("q3",)]
    assert sheet_title(Sheet(v4.new_notebook(), "a9_nothing")) == "a9 nothing"


def test_a_comment_in_an_example_is_no_heading():
    assert headings_of("## Real (2 points)\n\n```python\n# no heading\n```\n#hashtag\n\n# Last #") == [
        "Real",
        "Last",
    ]


@pytest.mark.parametrize(
    ("points", "words"), [(0.1 + 0.2, "0.3"), (100.0, "100"), (0.0, "0"), (2 / 3, "0.67")]
)
def test_points_are_written_as_people_write_them(points, words):
    assert in_words(points) == words
