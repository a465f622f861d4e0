"""Charts of layers: the numbers stand where they belong, and nothing relies on colour alone."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from PIL import Image

from vizwidgets.core.probes import LayerProbes, LinearProbe
from vizwidgets.core.representation_similarity import LayerComparison
from vizwidgets.core.weight_change import LayerChange, WeightChange
from vizwidgets.draw.layer_chart import change_figure, probe_figure
from vizwidgets.draw.similarity_figure import similarity_figure

LAYERS = ("conv1", "conv2", "dense1")


def probes(*shares: float, guess: float = 0.1, layers: tuple[str, ...] = LAYERS) -> LayerProbes:
    """Return probes of pixels first, then of the layers."""
    none = torch.zeros(1)
    pixels, *others = (
        LinearProbe(name, share, 1.0, 1, none)
        for name, share in zip(("pixels", *layers), shares, strict=True)
    )
    return LayerProbes(tuple(others), pixels, guess, 1, 1, 10)


def change(*values: float) -> WeightChange:
    def made(name: str, value: float) -> LayerChange:
        state = "new" if np.isnan(value) else "changed" if value else "as before"
        return LayerChange(name, value, value, 5, state)

    return WeightChange(tuple(map(made, LAYERS, values)))


def words_of(axis: Any) -> list[str]:
    return [text.get_text() for text in axis.texts]


def names_of(axis: Any) -> list[str]:
    return [label.get_text() for label in axis.get_xticklabels()]


def test_a_curve_goes_from_the_pixels_to_the_last_layer() -> None:
    (axis,) = probe_figure(probes(0.5, 0.6, 0.9, 0.7)).axes
    curve, guess = axis.lines
    assert names_of(axis) == ["pixels", *LAYERS]
    assert list(curve.get_xdata()) == [0, 1, 2, 3] and list(curve.get_ydata()) == [0.5, 0.6, 0.9, 0.7]
    assert set(guess.get_ydata()) == {0.1} and words_of(axis) == ["always the commonest class: 10 %"]
    assert axis.get_ylim()[0] == 0 and axis.get_legend() is None


def test_where_all_curves_lie_high_their_part_is_drawn_and_guessing_is_named() -> None:
    (axis,) = probe_figure({"a": probes(0.88, 0.96, 0.97, 0.97), "b": probes(0.93, 0.95, 0.98, 0.94)}).axes
    assert axis.get_ylim()[0] == pytest.approx(0.85) and axis.get_ylim()[1] > 1
    assert words_of(axis) == ["always the commonest class: 10 %, far below"]
    assert len(axis.lines) == 2


def test_dashed_lines_that_nearly_meet_have_one_label() -> None:
    shares = (0.5, 0.6, 0.9, 0.7)
    several = {str(guess): probes(*shares, guess=guess) for guess in (0.11, 0.33, 0.1)}
    (axis,) = probe_figure(several).axes
    assert words_of(axis) == [
        "always the commonest class: 10 % and 11 %",
        "always the commonest class: 33 %",
    ]
    assert [line.get_ydata()[0] for line in axis.lines[3:]] == [0.1, 0.11, 0.33]


def test_several_curves_differ_in_colour_dashes_and_marks() -> None:
    short = probes(0.3, 0.4, 0.2, layers=("conv2", "head"), guess=0.25)
    (axis,) = probe_figure({"first": probes(0.5, 0.6, 0.9, 0.7), "second": short}, "two networks").axes
    curves = [line for line in axis.lines if not line.get_label().startswith("_")]
    assert [line.get_label() for line in curves] == ["first", "second"]
    assert (
        len({line.get_marker() for line in curves}) == len({to_hex(line.get_color()) for line in curves}) == 2
    )
    assert not curves[0].is_dashed() and curves[1].is_dashed()
    assert names_of(axis) == ["pixels", *LAYERS, "head"]
    assert list(curves[1].get_xdata()) == [0, 2, 4]  # each layer at its name
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["first", "second"]
    assert len(words_of(axis)) == 2 and axis.get_title(loc="left") == "two networks"


def test_the_matrix_is_written_number_by_number_and_shown_on_a_scale_from_0_to_1() -> None:
    matrix = torch.tensor([[1.0, 0.25, float("nan")], [0.5, 0.9, 0.1], [0.0, 0.6, 0.75]])
    figure = similarity_figure(LayerComparison(LAYERS, matrix.diagonal(), matrix, 40))
    axis = figure.axes[0]
    words = {text.get_position(): text.get_text() for text in axis.texts}
    assert len(words) == 9
    assert words[(1, 0)] == "0.25" and words[(2, 0)] == "–" and words[(0, 1)] == "0.50"  # column, row
    assert axis.images[0].get_clim() == (0, 1)
    assert axis.get_xlabel() == "after" and axis.get_ylabel() == "before"
    assert [label.get_text() for label in axis.get_yticklabels()] == list(LAYERS)


def test_without_a_matrix_there_is_a_bar_per_layer() -> None:
    figure = similarity_figure(LayerComparison(LAYERS, torch.tensor([1.0, float("nan"), 0.4]), None, 40))
    (axis,) = figure.axes
    assert [bar.get_height() for bar in axis.patches] == pytest.approx([1, 0, 0.4])
    assert words_of(axis) == ["1.00", "–", "0.40"] and "40 images" in axis.get_title(loc="left")


def test_bars_say_how_far_a_layer_has_moved_or_that_it_is_new() -> None:
    (axis,) = change_figure(change(0.0, 0.1234, float("nan"))).axes
    assert [bar.get_height() for bar in axis.patches] == pytest.approx([0, 0.1234, 0])
    assert words_of(axis) == ["0", "0.12", "new"] and names_of(axis) == list(LAYERS)


def test_several_trainings_stand_side_by_side_and_differ_in_hatching() -> None:
    given = {"frozen": change(0, 0, 1.5), "all": change(0.1, float("inf"), 1.0)}
    (axis,) = change_figure(given).axes
    middles = [bar.get_x() + bar.get_width() / 2 for bar in axis.patches]
    assert middles == pytest.approx([-0.2, 0.8, 1.8, 0.2, 1.2, 2.2])
    assert len({bar.get_hatch() for bar in axis.patches}) == 2
    assert words_of(axis) == ["0", "0", "1.5", "0.1", "∞", "1"]


@pytest.mark.parametrize("count", [1, 10, 20])
def test_any_number_of_layers_with_any_name_can_be_drawn(count: int) -> None:
    names = tuple(f"block{number}.of_a_very_long_name" for number in range(count))
    shares = [0.5] * (count + 1)
    values = torch.rand(count, count)
    figures = [
        probe_figure(probes(*shares, layers=names)),
        similarity_figure(LayerComparison(names, values.diagonal(), values, 3)),
        similarity_figure(LayerComparison(names, values.diagonal(), None, 3)),
    ]
    for figure in figures:
        assert Image.open(io.BytesIO(figure._repr_png_())).width >= 400
        assert all(len(name) <= 16 for name in names_of(figure.axes[0]))


@pytest.mark.parametrize("wrong", [None, 3, "probes", [1], {"a": None}, {"a": 3}])
def test_what_is_something_else_is_answered_in_words(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"probes must be what vw.probe_layers\(.*got"):
        probe_figure(wrong)
    with pytest.raises(TypeError, match=r"change must be what vw.weight_change\(.*got"):
        change_figure(wrong)
    with pytest.raises(TypeError, match=r"comparison must be what vw.compare_layers\(.*got"):
        similarity_figure(wrong)


def test_nothing_and_layers_that_differ_are_answered_in_words() -> None:
    with pytest.raises(ValueError, match="probes is empty"):
        probe_figure({})
    one = WeightChange((LayerChange("other", 0.1, 1.0, 5, "changed"),))
    with pytest.raises(ValueError, match="only if they are of the same layers"):
        change_figure({"a": change(0, 0, 0), "b": one})
