"""The chart of accuracy against labels: what is drawn, where it lies, and no more than is known."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.colors import to_hex

from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.core.phases import STRATEGIES
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.learning_chart import LearningChart, learning_chart, style_of
from vizwidgets.draw.learning_figure import color_of, draw_learning, lab_figure, learning_figure
from vizwidgets.draw.learning_svg import LearningSvg, arm_class, marker

KNOWN = ("from scratch", "feature extractor", "head, then all")


def point(strategy, num_labels, seed, score, **more) -> Measurement:
    return Measurement("digits", "small digits", strategy, num_labels, seed, score, **more)


@pytest.fixture
def points() -> Measurements:
    scores = {2: (0.61, 0.70, 0.75), 10: (0.86, 0.90, 0.91), 50: (0.96,)}
    scratch = [point(KNOWN[0], k, seed, each) for k in scores for seed, each in enumerate(scores[k])]
    return Measurements([*scratch, point(KNOWN[2], 2, 0, 0.82, origin="precomputed")])


def svg(chart: LearningChart) -> ElementTree.Element:
    return ElementTree.fromstring(str(LearningSvg(chart)))


def shapes(picture: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [each for each in picture.iter() if each.get("class") == kind]


def test_points_lie_where_logarithm_and_axis_say(points):
    chart = learning_chart(points, KNOWN, counts=(1, 100))
    places = [chart.place(k) for k in (1, 10, 100)]
    assert places[1] - places[0] == pytest.approx(places[2] - places[1])  # equal ratios, equal steps
    assert all(0 < place < 1 for place in places)
    assert (chart.height(chart.low), chart.height(chart.high)) == (0, 1)
    picture = svg(learning_chart(points.where(strategy=KNOWN[2]), KNOWN, counts=(1, 4)))
    (only,) = [each for each in picture.iter() if each.get("class") == "vw-hollow"]
    xs = [float(number) for number in re.findall(r"[ML]([\d.]+)", only.get("d"))] or [float(only.get("cx"))]
    assert np.mean(xs) == pytest.approx((54 + 630) / 2, abs=1)  # 2 lies midway between 1 and 4


def test_the_band_is_mean_and_deviation_and_ends_where_a_single_seed_begins(points):
    (run,) = learning_chart(points, KNOWN).arms[0].bands()
    assert [each.num_labels for each in run] == [2, 10]
    picture = LearningSvg(learning_chart(points, KNOWN))
    (band,) = shapes(ElementTree.fromstring(str(picture)), "vw-band")
    heights = [float(number) for number in re.findall(r"[ML][\d.]+ ([\d.]+)", band.get("d"))]
    for index, k in enumerate((2, 10)):
        scores = np.array([p.score for p in points.where(strategy=KNOWN[0], num_labels=k)])
        top, bottom = scores.mean() + scores.std(ddof=1), scores.mean() - scores.std(ddof=1)
        assert heights[index] == pytest.approx(picture._y(top), abs=0.1)
        assert heights[-1 - index] == pytest.approx(picture._y(bottom), abs=0.1)


def test_one_seed_has_no_band_no_mean_and_no_stem():
    alone = svg(learning_chart(Measurements([point(KNOWN[0], k, 0, 0.5 + k / 100) for k in (2, 10)]), KNOWN))
    assert not shapes(alone, "vw-band") and not shapes(alone, "vw-stem")
    assert len(shapes(alone, "vw-full")) == 2  # the points themselves


def test_a_single_number_of_labels_has_a_stem_in_place_of_a_band(points):
    picture = svg(learning_chart(points.where(num_labels=2), KNOWN))
    assert len(shapes(picture, "vw-stem")) == 1 and not shapes(picture, "vw-band")


def test_precomputed_points_are_hollow_and_named(points):
    picture = svg(learning_chart(points, KNOWN))
    titles = [each.text for each in picture.iter() if each.tag.endswith("title")]
    assert len(shapes(picture, "vw-hollow")) == 1
    assert sum("(precomputed)" in title for title in titles) == 1
    assert "from scratch, 2 labels, seed 1: 70.0% (yours)" in titles


def test_a_mean_is_full_only_where_a_point_was_measured_here():
    shipped = [
        point(KNOWN[0], k, seed, 0.5 + k / 100, origin="precomputed") for k in (2, 10) for seed in (0, 1)
    ]
    mixed = Measurements([*shipped, point(KNOWN[0], 10, 2, 0.65)])
    picture = svg(learning_chart(mixed, KNOWN))
    assert len(shapes(picture, "vw-hollow")) == 4 + 1 and len(shapes(picture, "vw-full")) == 1 + 1
    means = [line for line in learning_figure(mixed, known=KNOWN).axes[0].lines if line.get_markersize() == 7]
    faces = [(list(line.get_ydata()), to_hex(line.get_markerfacecolor())) for line in means]
    assert faces[1] == ([pytest.approx(52.0)], "#ffffff") and faces[0][1] != "#ffffff"


def test_a_strategy_keeps_its_colour_whatever_else_is_measured(points):
    alone = learning_chart(points.where(strategy=KNOWN[2]), KNOWN)
    both = learning_chart(points, KNOWN)
    assert alone.arm(KNOWN[2]).style == both.arm(KNOWN[2]).style == 2
    labels = ["head, then all, cut 2", *KNOWN, "head, then all, cut 3"]
    assert [style_of(label, KNOWN, labels) for label in labels] == [3, 0, 1, 2, 4]


def test_the_arms_of_the_measured_charts_differ_in_colour():
    known = MeasurementStore("transfer").precomputed
    tasks = dict.fromkeys((each.source, each.target) for each in known)
    charts = [learning_chart(known.where(source=each[0], target=each[1]), STRATEGIES) for each in tasks]
    assert max(len(chart.arms) for chart in charts) == 7
    for chart in charts:
        styles = [arm.style for arm in chart.arms]
        for look in (arm_class, color_of):
            assert len({look(style) for style in styles}) == len(styles), [arm.label for arm in chart.arms]


def test_variants_take_what_no_strategy_has_and_then_what_is_free():
    known = tuple("abcdef")
    labels = ["a", "c", "e", "e, cut 1", "e, cut 2", "e, cut 3", "e, cut 4", "e, cut 5"]
    assert [style_of(label, known, labels) for label in labels] == [0, 2, 4, 6, 1, 3, 5, 7]


def test_neighbouring_strategies_differ_by_marker_not_by_colour_alone():
    drawn = [marker(style, 0, 0, 5, False) for style in range(7)]
    assert len(set(drawn)) == 7


def test_what_needs_no_labels_is_a_level_line(points):
    chart = learning_chart(points + [point("pretrained only", 0, 0, 0.57)], KNOWN)
    assert 0 not in chart.counts and chart.low <= 0.57
    assert len([each for each in svg(chart).iter() if "no labels: 57.0 (1)" in (each.text or "")]) == 1


@pytest.mark.parametrize(("scores", "ends"), [((0.61, 0.97), (0.6, 1.0)), ((0.5, 0.5), (0.45, 0.55)),
                                              ((0.0, 1.0), (0.0, 1.0)), ((), (0.0, 1.0))])  # fmt: skip
def test_the_axis_ends_at_round_numbers_around_the_scores(scores, ends):
    chart = learning_chart(Measurements(point(KNOWN[0], 2, seed, s) for seed, s in enumerate(scores)), KNOWN)
    assert (chart.low, chart.high) == ends and len(chart.ticks()) <= 7
    assert all(chart.low - 1e-9 <= tick <= chart.high + 1e-9 for tick in chart.ticks())


def test_guessing_is_drawn_only_where_it_is_near(points):
    assert learning_chart(points, KNOWN, chance=0.1).chance is None
    near = learning_chart(points, KNOWN, chance=0.5)
    assert near.chance == 0.5 and near.low <= 0.5 and "guessing" in str(LearningSvg(near))


def test_an_empty_chart_can_be_drawn():
    empty = learning_chart(Measurements(), KNOWN)
    assert "No points yet" in svg(empty).get("aria-label")
    assert len(learning_figure(empty).axes) == 1


def test_names_with_signs_do_not_break_the_page():
    odd = svg(learning_chart(Measurements([point("a < b & c", 2, 0, 0.5)])))
    assert "a < b & c, 2 labels, seed 0: 50.0% (yours)" in [e.text for e in odd.iter()]


def test_the_figure_has_the_same_numbers(points):
    figure = learning_figure(points, known=KNOWN)
    (axis,) = figure.axes
    labelled = {line.get_label(): line for line in axis.lines if not line.get_label().startswith("_")}
    scratch = [points.where(strategy=KNOWN[0], num_labels=count) for count in (2, 10, 50)]
    means = [100 * np.mean([each.score for each in some]) for some in scratch]
    np.testing.assert_allclose(labelled[KNOWN[0]].get_ydata(), means)
    assert axis.get_xscale() == "log" and len(axis.collections) == 1  # the band
    assert math.isclose(axis.get_ylim()[1], 100)


def test_the_picture_of_a_lab_has_picture_curves_and_chart(points):
    curves = (["loss", "accuracy"], np.ones((2, 4)), [("loss", [0]), ("accuracy", [1])])
    black = np.zeros((8, 8, 3), np.uint8)
    figure = lab_figure(learning_chart(points, KNOWN), black, curves, "title", "caption")
    assert sum(len(part.axes) for part in figure.subfigs) == 4


def test_drawing_into_an_axis_of_ones_own(points):
    figure = learning_figure(points)
    axis = figure.add_axes((0, 0, 1, 1))
    draw_learning(axis, learning_chart(points, KNOWN))
    assert axis.get_xlabel() == "labels per class (log axis)"
