"""A cell that does not say well what its slide is, is told so in words."""

from __future__ import annotations

from typing import Any

import pytest

from slides.facts import Facts, read_facts


def cell(kind: str = "code", **said: Any) -> dict[str, Any]:
    return {"id": "goat", "cell_type": kind, "metadata": {"tags": ["slide"], "slide": said}}


def test_what_is_shown_and_which_lines_are_read_from_words():
    said = dict(minutes=15, title="Up", show="code output", lines="2-5")
    assert read_facts(cell(**said)) == Facts(15, "Up", show=("code", "output"), lines=(2, 5))


def test_nothing_but_the_title_may_be_shown():
    assert read_facts(cell(minutes=5, title="Up", show="")).show == ()
    assert read_facts(cell(minutes=5, title="Up")).show is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"title": "Up"}, "5, 15 or 45; got None"),
        ({"title": "Up", "minutes": 10}, "5, 15 or 45; got 10"),
        ({"minutes": 5}, "needs a title"),
        ({"minutes": 5, "title": "up " * 21}, "title may have 60 letters; got 63"),
        ({"minutes": 5, "title": "Up", "line": "x" * 121}, "line may have 120 letters"),
        ({"minutes": 5, "title": "Up", "heading": "?"}, "got 'heading'"),
        ({"minutes": 5, "title": "Up", "show": "output formula"}, "got 'formula'"),
        ({"minutes": 5, "title": "Up", "lines": "3"}, "first-last, as 3-7; got '3'"),
    ],
)
def test_faults_are_named_with_their_cell(said, words):
    with pytest.raises(ValueError, match=f"cell 'goat': .*{words}"):
        read_facts(cell(**said))


def test_words_show_other_parts_than_code():
    assert read_facts(cell("markdown", minutes=5, title="Up", show="formula")).show == ("formula",)
    with pytest.raises(ValueError, match="got 'code'"):
        read_facts(cell("markdown", minutes=5, title="Up", show="code"))
