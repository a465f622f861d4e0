"""Leaks: a secret line is found wherever it stands in the release, and nothing else is called one."""

from __future__ import annotations

import pytest

from tests.grading.sheets.tiny import NAME, cell_of, tiny_source
from vizwidgets.grading.sheets.build import release_of
from vizwidgets.grading.sheets.leaks import find_leaks

SOLUTION = "return largest - x.amin(dim=1)"
HIDDEN = "assert close(spread(mixed), [max(row) - min(row) for row in mixed.tolist()])"


def test_what_is_built_shows_nothing() -> None:
    assert find_leaks(tiny_source(), release_of(tiny_source(), NAME)) == []


def test_the_source_itself_shows_everything() -> None:
    lines = {leak.line for leak in find_leaks(tiny_source(), tiny_source())}
    assert {SOLUTION, HIDDEN} <= lines


@pytest.mark.parametrize(("line", "secret"), [(SOLUTION, "q1"), (HIDDEN, "q1_hidden")])
@pytest.mark.parametrize("place", ["title", "setup", "q1_try", "q2", "q2_check", "q3"])
def test_a_secret_line_is_found_in_words_code_and_answers(line: str, secret: str, place: str) -> None:
    release = release_of(tiny_source(), NAME)
    cell_of(release, place).source += f"\n    # see {line.replace(' - ', '  -  ')}"
    (leak,) = [leak for leak in find_leaks(tiny_source(), release) if leak.line == line]
    assert (leak.secret, leak.place) == (secret, place)
    assert str(leak).startswith(f"{place} shows a line of {secret}")


def test_a_secret_line_is_found_in_outputs_and_metadata() -> None:
    release = release_of(tiny_source(), NAME)
    release.metadata["note"] = SOLUTION
    cell_of(release, "q1_try").outputs = [{"output_type": "stream", "name": "stdout", "text": [SOLUTION]}]
    places = {leak.place for leak in find_leaks(tiny_source(), release)}
    assert places == {"metadata note", "q1_try outputs 0 text 0"}


def test_a_line_that_a_visible_check_shows_on_purpose_is_no_secret_of_a_hidden_one() -> None:
    source = tiny_source()
    line = "row = torch.tensor([1.0, 2.0, 4.0])"
    for name in ("q1_check", "q1_hidden"):
        cell = cell_of(source, name)
        cell.source = cell.source.replace("with checks", f"{line}\nwith checks", 1)
    assert find_leaks(source, release_of(source, NAME)) == []


def test_a_solution_in_a_visible_check_is_a_leak() -> None:
    source = tiny_source()
    cell = cell_of(source, "q1_check")
    cell.source = cell.source.replace("with checks", "largest = x.amax(dim=1)\nwith checks", 1)
    assert [leak.line for leak in find_leaks(source, release_of(source, NAME))] == ["largest = x.amax(dim=1)"]


def test_a_model_answer_in_words_is_a_secret_too() -> None:
    release = release_of(tiny_source(), NAME)
    cell_of(
        release, "q3_words"
    ).source += (
        "\nIt takes the two outermost numbers only, so that one outlier changes it as much as it likes."
    )
    assert [leak.secret for leak in find_leaks(tiny_source(), release)] == ["q3"]
