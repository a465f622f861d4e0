"""What a picture shows is said by whoever wrote the lesson, in a sentence or two."""

from __future__ import annotations

import pytest

from website.lessons import lessons, read_executed
from website.pictures import WIDGET


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.stem)
def test_every_picture_that_no_widget_speaks_for_is_said_in_words_of_its_own(ran, lesson):
    words = {cell.id: cell.metadata.get("alt", "") for cell in lesson.notebook.cells}
    said = []
    for cell in read_executed(lesson).cells:
        shown = [output.get("data", {}) for output in cell.get("outputs", [])]
        if any("image/png" in data and WIDGET not in data for data in shown):
            said.append(words[cell.id])
    assert len(set(said)) == len(said) > 0
    assert [each for each in said if not 20 <= len(each) <= 300 or not each.endswith(".")] == []
