"""What a lab leaves on paper."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vizwidgets.core.measurement import Measurements
from vizwidgets.draw.charts import NotebookFigure
from vizwidgets.draw.learning_chart import learning_chart
from vizwidgets.draw.learning_figure import lab_figure
from vizwidgets.draw.street_figure import street_figure

GAINS = "64 labelled images: +8.5 ± 0.9 points (3 seeds: +7.5 +8.9 +9.1), beyond the spread; " * 5
PICTURE = np.zeros((40, 160, 3), np.uint8)
NO_CURVES = [], np.ones((0, 1)), []


@pytest.mark.parametrize(
    "drawn",
    [
        lambda words: lab_figure(learning_chart(Measurements()), PICTURE, NO_CURVES, "", words),
        lambda words: street_figure(PICTURE, NO_CURVES, learning_chart(Measurements()), "", words),
    ],
    ids=["transfer", "streets"],
)
def test_the_gains_beneath_the_figure_of_a_lab_stand_within_it(
    drawn: Callable[[str], NotebookFigure],
) -> None:
    figure = drawn(GAINS)
    figure.canvas.draw()
    words = figure.get_supxlabel()
    assert words.split() == GAINS.split()
    taken = figure.findobj(lambda each: getattr(each, "get_text", str)() == words)[0].get_window_extent()
    assert taken.x0 > 0 and taken.x1 < figure.bbox.x1 and taken.y0 >= 0
