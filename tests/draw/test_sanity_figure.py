"""The randomization test as a picture: what stands where, and that the points are the test's numbers."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from tests.core.nets import small_net
from vizwidgets.core.sanity import randomization_steps, randomization_test, summarize
from vizwidgets.core.sanity_report import RandomizationTest
from vizwidgets.draw.charts import NotebookFigure
from vizwidgets.draw.color_scale import color_scale
from vizwidgets.draw.pixels import to_bytes
from vizwidgets.draw.sanity_figure import sanity_figure


def made(*methods: str, **options: Any) -> list[RandomizationTest]:
    images = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    return [randomization_test(small_net(), images, method, **options) for method in methods]


def pictures(figure: NotebookFigure, row: int = 0) -> dict[float, np.ndarray]:
    """Return the pictures of a strip by the column of their middle."""
    found = figure.axes[row].images
    return {sum(one.get_extent()[:2]) / 2: np.asarray(one.get_array()) for one in found}


@pytest.mark.parametrize("number", [0, 1])
def test_the_strip_holds_the_image_the_maps_and_what_they_are_compared_with(number: int) -> None:
    (test,) = made("gradient")
    shown = pictures(sanity_figure(test, number))
    assert len(shown) == 1 + 4 + 2
    assert np.array_equal(shown[min(shown)], to_bytes(test.images[number]))
    for place in range(4):
        values = test.maps[place, number]
        assert np.array_equal(shown[place], color_scale([values]).colors(values))


def test_the_points_are_the_means_of_the_test_and_stand_beneath_their_maps() -> None:
    tests = made("gradient", "guided")
    figure = sanity_figure(tests)
    assert len(figure.axes) == 4
    for axis, name in zip(figure.axes[2:], ("rank_correlation", "structural_similarity"), strict=True):
        curves = [line for line in axis.lines if len(line.get_xdata()) == 4]
        for line, test in zip(curves, tests, strict=True):
            assert line.get_label() == test.method
            assert list(line.get_xdata()) == [0, 1, 2, 3]
            assert list(line.get_ydata()) == pytest.approx([1, *getattr(test, name).mean(dim=1).tolist()])
        single = [
            float(line.get_ydata()[0])
            for line in axis.lines
            if line.get_marker() in ("o", "s") and len(line.get_xdata()) == 1
        ]
        edges = [float(getattr(test.edges, name).mean()) for test in tests]
        chance = [float(getattr(test.random, name).mean()) for test in tests]
        assert sorted(single) == pytest.approx(sorted([*edges, *chance]), abs=1e-6)
        assert axis.get_xlim() == figure.axes[0].get_xlim()
    positions = [axis.get_position() for axis in figure.axes]
    assert len({(round(box.x0, 6), round(box.x1, 6)) for box in positions}) == 1


def test_verdict_and_layers_are_written() -> None:
    tests = made("gradient", "gradcam", kind="independent")
    figure = sanity_figure(tests)
    for axis, test in zip(figure.axes, tests, strict=False):
        words = " ".join(text.get_text() for text in axis.texts)
        assert f"{test.method} {test.outcome}" in words and "r = " in words
    names = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    layers = [name.replace("_", "_\n") for name in tests[0].layers]
    assert names == ["the\nimage", "as\ntrained", *layers, "its\nedges", "random\nmap"]
    assert "one at a time" in figure.axes[-1].get_xlabel()


def test_a_figure_for_a_slide_has_one_chart_and_is_lower() -> None:
    (test,) = made("gradient")
    both, one = sanity_figure(test), sanity_figure(test, charts=["rank_correlation"])
    assert len(one.axes) == len(both.axes) - 1 == 2
    assert "rank correlation" in one.axes[-1].get_title(loc="left") and one.axes[-1].get_xlabel()
    assert one.get_figheight() < both.get_figheight() - 1
    with pytest.raises(ValueError, match="charts must be one or more of rank_correlation, .*; got 'r'"):
        sanity_figure(test, charts="r")


@pytest.mark.parametrize("charts", [["rank_correlation"], ["rank_correlation", "structural_similarity"]])
def test_names_of_columns_do_not_touch(charts: list[str]) -> None:
    figure = sanity_figure(made("gradient", "guided"), charts=charts)
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in figure.axes[1].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in zip(boxes, boxes[1:], strict=False))
    assert min(box.y0 for box in boxes) > figure.axes[2].get_tightbbox().y1


def test_a_map_of_zeros_says_so_and_leaves_a_gap() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(768, 2), nn.Linear(2, 2))
    test = randomization_test(net, torch.rand(1, 3, 16, 16), method="gradient")
    blank = test.steps[1].map
    blank.values.zero_()
    figure = sanity_figure(test)
    assert [text.get_text() for text in figure.axes[0].texts][:1] == ["all 0"]
    curve = next(line for line in figure.axes[1].lines if len(line.get_xdata()) == 3)
    assert np.isnan(curve.get_ydata()[1]) and np.isfinite(curve.get_ydata()[[0, 2]]).all()


def test_a_test_that_has_only_begun_is_drawn_too() -> None:
    images = torch.rand(1, 3, 16, 16)
    steps = list(randomization_steps(small_net(), images, "gradient"))
    for count in (1, 2):
        png = sanity_figure(summarize(steps[:count], images))._repr_png_()
        assert Image.open(io.BytesIO(png)).width > 900


def test_what_cannot_be_drawn_is_answered_in_words() -> None:
    (test,) = made("gradient")
    with pytest.raises(ValueError, match="there is no test to draw"):
        sanity_figure([])
    with pytest.raises(ValueError, match=r"a whole number in 0\.\.1, one of the images; got 2"):
        sanity_figure(test, 2)
    with pytest.raises(ValueError, match="the same images and the same layers"):
        sanity_figure([test, *made("guided", layers=["7"])])


@pytest.mark.parametrize("wrong", [None, "guided", 3, torch.rand(2, 3), [None]])
def test_what_is_no_test_is_refused_in_words(wrong: Any) -> None:
    with pytest.raises(TypeError, match="tests must be what vw.randomization_test"):
        sanity_figure(wrong)
    with pytest.raises(TypeError, match="tests must be .* got a list with"):
        sanity_figure([*made("gradient"), wrong])


@pytest.mark.parametrize("number", [1.0, "a", None, True, -1, 99])
def test_a_number_that_is_no_image_is_refused_in_words(number: Any) -> None:
    with pytest.raises(ValueError, match=r"number must be a whole number in 0\.\.1, one of the images; got"):
        sanity_figure(made("gradient"), number)
