"""Every lesson has the skeleton that students learn to expect. That it runs is tested by nbval."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

import nbformat
import pytest

LESSONS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
TAGS = {"setup", "exercise", "widget", "slow", "answer", "needs-weights", "slide"}


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request) -> nbformat.NotebookNode:
    return nbformat.read(request.param, as_version=nbformat.NO_CONVERT)


def tags(cell: nbformat.NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def code_cells(lesson: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def bullets(text: str, after: str) -> list[str]:
    """Return the bullet list that follows the words `after`."""
    lines = text.split(after, 1)[1].splitlines()[1:]
    return [line for line in lines if re.match(r"\s*([-*]|\d+\.)\s", line)]


def test_it_is_a_valid_notebook_of_the_present_format(lesson):
    nbformat.validate(lesson)
    assert (lesson.nbformat, lesson.nbformat_minor) == (4, 5)
    assert lesson.metadata.kernelspec.name == "python3"


def test_no_outputs_and_no_execution_counts_are_committed(lesson):
    for cell in code_cells(lesson):
        assert cell.outputs == []
        assert cell.execution_count is None
    assert "widgets" not in lesson.metadata


def test_tags_come_from_the_closed_list(lesson):
    assert set().union(*map(tags, lesson.cells)) <= TAGS


def test_code_cells_are_short(lesson):
    lengths = [len(cell.source.strip().splitlines()) for cell in code_cells(lesson)]
    assert max(lengths) <= 25
    assert median(lengths) <= 6


def test_code_cells_define_no_class(lesson):
    for cell in code_cells(lesson):
        assert not re.search(r"^\s*class \w+", cell.source, re.MULTILINE), cell.source


def test_it_opens_with_its_title_and_what_you_will_learn(lesson):
    first = lesson.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert re.search(r"\d+\s+minutes", first.source)
    assert len(bullets(first.source, "You will learn")) == 3


def test_it_closes_with_what_you_have_learned_and_its_sources(lesson):
    prose = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"]
    closing = next(source for source in reversed(prose) if "You have learned" in source)
    assert len(bullets(re.split(r"sources", closing, flags=re.I)[0], "You have learned")) == 3
    assert "sources" in "\n".join(prose[prose.index(closing):]).lower()


def test_the_setup_cell_comes_first_and_sets_the_seed(lesson):
    setup = code_cells(lesson)[0]
    assert "setup" in tags(setup)
    assert len(setup.source.splitlines()) <= 10
    assert re.search(r"^seed\s*=", setup.source, re.MULTILINE)


def test_every_live_widget_is_followed_by_a_cell_that_needs_no_browser(lesson):
    cells = code_cells(lesson)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if "widget" in tags(cell):
            assert following is not None and "widget" not in tags(following), cell.source
