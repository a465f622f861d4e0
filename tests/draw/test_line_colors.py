"""The colours of curves, on the page and in figures: who lacks one kind of cone tells them apart."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb

import vizwidgets
from tests.sights import SIGHTS, least_difference
from vizwidgets.draw.charts import COLORS

FOLDER = Path(vizwidgets.__file__).parent
CHART = (FOLDER / "draw" / "chart.js").read_text()
ON_PAGE = re.findall(r"'(#\w{6})'", CHART.partition("light: [")[2].partition("]")[0])


@pytest.mark.parametrize("sight", SIGHTS)
def test_curves_on_white_are_told_apart_also_without_one_kind_of_cone(sight: str) -> None:
    assert least_difference([to_rgb(color) for color in COLORS], sight) > 15


def test_a_curve_has_the_same_colour_on_the_page_in_a_figure_and_as_a_strategy() -> None:
    style = (FOLDER / "widgets" / "trial.css").read_text()
    arms = re.findall(r"^\.vw-arm-[1-5] \{ --vw-arm: (#\w{6})", style, re.MULTILINE)
    assert [color.lower() for color in ON_PAGE] == arms == [color.lower() for color in COLORS]
