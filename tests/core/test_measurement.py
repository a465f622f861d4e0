"""Measured points: spread, paired gains, table and files, against NumPy and plain loops."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math

import numpy as np
import pytest

from vizwidgets.core.measurement import Measurement, Measurements
from vizwidgets.core.paired_gain import Gain

SCRATCH, HEAD = "from scratch", "head, then all"


def point(strategy=SCRATCH, num_labels=2, seed=0, score=0.5, **more) -> Measurement:
    target = more.pop("target", "small digits")
    return Measurement("digits", target, strategy, num_labels, seed, score, **more)


@pytest.fixture
def points() -> Measurements:
    scores = np.random.default_rng(0).uniform(0.3, 0.9, (2, 3, 4))
    places = itertools.product(enumerate((SCRATCH, HEAD)), enumerate((2, 10, 50)), range(4))
    return Measurements(point(s, k, seed, scores[i, j, seed]) for (i, s), (j, k), seed in places)


def scores_of(points, strategy, num_labels):
    return np.array([p.score for p in points if (p.strategy, p.num_labels) == (strategy, num_labels)])


def test_the_spread_is_that_of_numpy(points):
    spreads = points.spread()
    assert [(each.label, each.num_labels) for each in spreads] == list(
        itertools.product((SCRATCH, HEAD), (2, 10, 50))
    )
    for each in spreads:
        scores = scores_of(points, each.label, each.num_labels)
        assert (each.num_seeds, each.mean) == (4, pytest.approx(scores.mean()))
        assert each.deviation == pytest.approx(scores.std(ddof=1))


def test_gains_are_paired_by_seed_whatever_the_order_of_the_points(points):
    shuffled = Measurements(points[i] for i in np.random.default_rng(1).permutation(len(points)).tolist())
    for gain in shuffled.gains(HEAD):
        difference = scores_of(points, HEAD, gain.num_labels) - scores_of(points, SCRATCH, gain.num_labels)
        assert list(gain.each) == [0, 1, 2, 3]
        np.testing.assert_allclose(list(gain.each.values()), difference)
        assert gain.deviation == pytest.approx(difference.std(ddof=1))


def test_only_seeds_of_which_both_were_measured_are_compared():
    scratch = [point(SCRATCH, 2, 0, 0.5), point(SCRATCH, 2, 1, 0.6)]
    head = [point(HEAD, 2, 1, 0.9), point(HEAD, 2, 2, 1), point(HEAD, 10, 0, 0.9)]
    (gain,) = Measurements([*scratch, *head]).gains(HEAD)
    assert gain.each == {1: pytest.approx(0.3)} and math.isnan(gain.deviation)
    assert str(gain) == "+30.0 points (1 seed), more seeds would show the spread"


def test_a_label_that_was_not_measured_is_refused_with_those_that_were(points):
    with pytest.raises(ValueError, match="strategy must be one of 'from scratch', 'head, then all'; got"):
        points.gains("head then all")
    with pytest.raises(ValueError, match="over must be one of .*; got 'scratch'"):
        points.gains(HEAD, over="scratch")
    with pytest.raises(ValueError, match="there are no points"):
        points.where(target="textures").gains(HEAD)
    assert Measurements([point(SCRATCH, seed=0), point(HEAD, seed=1)]).gains(HEAD) == ()


@pytest.mark.parametrize(
    ("gains", "finding"),
    [
        ((0.08, 0.11, 0.16), "beyond the spread"),
        ((-0.16, -0.29, -0.22), "beyond the spread"),
        ((0.01, 0.02, -0.001), "within the spread"),
        ((0.03, 0.00006, 0.02), "within the spread"),  # one gain is none: it is written as ±0.0
        ((-0.03, -0.0004, -0.02), "within the spread"),
        ((0.03, 0.0006, 0.03), "beyond the spread"),
        ((0.001, 0.002, 0.9), "within the spread"),  # one sign, but the mean is below the deviation
        ((0.0, 0.02, 0.02), "within the spread"),
        ((0.1, 0.1), "more seeds would show the spread"),
        ((0.1,), "more seeds would show the spread"),
    ],
)
def test_a_gain_is_beyond_the_spread_by_the_stated_rule_only(gains, finding):
    assert Gain(HEAD, SCRATCH, 2, dict(enumerate(gains))).finding == finding


def test_two_tasks_and_two_variants_are_never_averaged():
    mixed = Measurements(
        [point(score=0.2), point(score=0.4, target="textures"), point(score=0.6, variant="cut at dense1",
                                                                      settings={"cut": "dense1"})]
    )  # fmt: skip
    assert [each.mean for each in mixed.spread()] == [0.2, 0.6, 0.4]
    assert mixed.labels == (SCRATCH, "from scratch, cut at dense1")
    assert str(mixed.table()).splitlines()[0].split() == ["source", "target", "strategy", "2"]


def test_of_two_points_for_the_same_order_the_later_one_counts():
    both = Measurements([point(score=0.5, origin="precomputed")]) + [point(score=0.6), point(seed=1)]
    assert [(p.score, p.origin) for p in both] == [(0.6, "yours"), (0.5, "yours")]
    assert len(Measurements([point(), point(settings={"cut": "conv1"})])) == 2


def test_where_takes_a_value_or_several_and_refuses_unknown_names(points):
    assert {p.num_labels for p in points.where(strategy=HEAD, num_labels=(2, 50))} == {2, 50}
    assert len(points.where(strategy=HEAD, seed=3)) == 3
    with pytest.raises(ValueError, match="points have label, num_labels"):
        points.where(accuracy=1)


def test_points_travel_through_json_and_csv_whole():
    whole = point(
        score=0.5,
        details={"iou car": math.nan, "seconds": 2.5},
        settings={"size": (96, 128), "cut": None},
        versions={"torch": "2"},
    )
    back = Measurement.from_data(json.loads(json.dumps(whole.data(), allow_nan=False)))
    assert math.isnan(back.details["iou car"]) and back.key == whole.key
    assert (back.settings, back.versions) == ({"size": [96, 128], "cut": None}, {"torch": "2"})
    rows = list(csv.DictReader(io.StringIO(Measurements([whole, point(HEAD)]).to_csv())))
    assert [row["strategy"] for row in rows] == [SCRATCH, HEAD]
    assert (rows[0]["iou car"], rows[0]["seconds"], rows[1]["seconds"]) == ("", "2.5", "")


def test_the_table_shows_what_is_missing_and_escapes_names(points):
    few = Measurements(p for p in points if (p.strategy, p.num_labels) != (HEAD, 10))
    head, first, second = few.table().rows()
    assert head == ("strategy", "2", "10", "50") and second[2] == "–"
    scores = 100 * scores_of(points, SCRATCH, 2)
    assert first[1] == f"{scores.mean():.1f} ± {scores.std(ddof=1):.1f} (4)"
    assert "a &lt; b" in Measurements([point("a < b")])._repr_html_()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"score": 1.2}, "share in 0..1"),
        ({"score": math.nan}, "share in 0..1"),
        ({"score": 2}, "share in 0..1"),
        ({"score": "0.5"}, "share in 0..1, a number; got '0.5'"),
        ({"score": None}, "share in 0..1, a number; got None"),
        ({"score": True}, "share in 0..1, a number; got True"),
        ({"num_labels": -1}, "num_labels must be a whole number of 0 or more; got -1"),
        ({"num_labels": 1.5}, "num_labels must be a whole number of 0 or more; got 1.5"),
        ({"seed": "x"}, "seed must be a whole number in 0..4294967295; got 'x'"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"strategy": ""}, "strategy must be a name; got ''"),
        ({"strategy": 3}, "strategy must be a name; got 3"),
        ({"target": " "}, "target must be a name; got ' '"),
        ({"origin": "theirs"}, "yours, precomputed"),
    ],
)
def test_impossible_points_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        point(**wrong)


def test_numbers_of_numpy_are_kept_as_those_of_python():
    made = point(HEAD, np.int64(2), np.int32(3), np.float32(0.5))
    same = point(HEAD, 2, 3, 0.5)
    assert made.key == same.key and json.loads(json.dumps(made.data())) == same.data()


def test_a_table_of_no_points_says_so():
    table = Measurements([]).table()
    assert str(table).startswith("no points") and table._repr_html_().startswith("<i>no points")
