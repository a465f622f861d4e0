"""Curves keep each point; the thinned ones keep each peak."""

import numpy as np
import pytest

from vizwidgets.draw.charts import curve_figure
from vizwidgets.draw.curves import Curves, decimate, human


def test_curves_grow_past_their_first_store_and_can_be_cut():
    curves = Curves()
    for step in range(500):
        curves.append({"a": step, "b": -step})
    assert curves.values.shape == (2, 500)
    assert curves.values[:, 499].tolist() == [499, -499]
    curves.cut(10)
    curves.append({"a": 7.0})
    assert len(curves) == 11
    assert curves.values[0, 10] == 7 and np.isnan(curves.values[1, 10])


@pytest.mark.parametrize("length", [1, 599, 600, 601, 2000, 12345])
def test_thinned_curves_keep_their_extremes_and_their_ends(length):
    values = np.random.default_rng(length).normal(size=(3, length)).astype(np.float32)
    thin = decimate(values, 600)
    assert thin.shape[1] <= 600 and thin.flags["C_CONTIGUOUS"] and thin.dtype == np.float32
    np.testing.assert_array_equal(thin.min(axis=1), values.min(axis=1))
    np.testing.assert_array_equal(thin.max(axis=1), values.max(axis=1))
    assert np.isin(thin, values).all()


def test_thinning_a_rising_curve_keeps_it_rising():
    assert (np.diff(decimate(np.arange(5000.0)[None], 300)) >= 0).all()


def test_numbers_are_read_at_a_glance():
    assert human(999.6) == "1k"
    assert human(0) == "0"
    assert human(float("inf")) == "–"


def test_a_figure_has_one_axis_per_panel_and_the_picture():
    values = np.random.default_rng(0).normal(size=(3, 40))
    panels = [("objective", [0, 1]), ("regularizers", [2])]
    figure = curve_figure(
        ["objective", "activation", "tv"], values, panels, np.zeros((8, 8, 3), np.uint8), "A"
    )
    assert len(figure.axes) == 3
    assert [line.get_label() for line in figure.axes[1].lines] == ["objective", "activation"]
    drawn = figure.axes[2].lines[0].get_ydata()
    np.testing.assert_array_equal(drawn, values[2])
