"""Films of labs with a queue: trainings one after the other, and points that land on a chart."""

from __future__ import annotations

import numpy as np
import pytest

from tests.widgets.test_trial_lab import HEAD, SCRATCH, TinyLab, tiny_trial
from vizwidgets.core.measurement import Measurements
from vizwidgets.data.measurement_store import MeasurementStore
from vizwidgets.draw.film_scenes import decode_picture
from vizwidgets.draw.lab_scene import steady
from vizwidgets.draw.learning_chart import learning_chart


@pytest.fixture
def lab(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    made = TinyLab(MeasurementStore("tiny", tmp_path / "none.json"))
    made.recorder.share = 1e6  # of a busy machine, too, each step is noted
    yield made
    made.close()


def step_by_step(lab: TinyLab, count: int) -> None:
    for _ in range(count):
        lab.run.step()
    assert lab.run.wait(20)


def test_steps_are_counted_through_and_curves_joined_with_a_gap(lab):
    first, second = lab._order(), lab._order(seed=1)
    lab.add([first, second])
    lab.run_to_end()
    film = lab.film()
    assert film.steps == tuple(range(10)) and film.last == 9  # twice the start and four steps
    alone = []
    for order in (first, second):
        losses = [step.loss for step in tiny_trial(order).training]
        alone += [np.nan, *losses]
    np.testing.assert_allclose(film.values[film.names.index("loss")], alone, rtol=1e-5)
    assert f"{first.words}, step 0 of 4" in film.words[0] and f"{second.words}, step 0 of 4" in film.words[5]
    assert film.words[4].endswith(" · 1 point landed") and film.words[-1].endswith(" · 2 points landed")
    assert "left" not in " ".join(film.words) and film.kind == "TinyLab"


def test_a_point_lands_when_it_was_measured_and_nothing_else_moves(lab):
    lab.add([lab._order(), lab._order(seed=1)])
    lab.run_to_end()
    pictures = [decode_picture(picture).astype(int) for picture in lab.film().pictures]
    charts = [picture[30:250, 8 + 16 :] for picture in pictures]  # at the right of the sheet
    changed = [bool((np.abs(after - before) > 60).any())
               for before, after in zip(charts, charts[1:], strict=False)]  # fmt: skip
    assert changed == [number in (4, 9) for number in range(1, 10)]


def test_a_chart_that_stands_still_has_room_for_every_point_of_the_film():
    store = [tiny_trial(TinyLab._order(_Chosen(), seed=seed, num_labels=count)).run()
             for seed, count in ((0, 2), (1, 8))]  # fmt: skip
    charts = steady([learning_chart(Measurements(store[:count]), counts=()) for count in (0, 1, 2)])
    assert len({(chart.low, chart.high, chart.counts) for chart in charts}) == 1
    assert charts[0].counts[-1] >= 8 and charts[0].low <= min(point.score for point in store)
    assert [len(chart.arms) for chart in charts] == [0, 1, 1]


class _Chosen:
    chosen = {"strategy": HEAD, "num_labels": 2, "seed": 0}


def test_a_training_that_is_begun_anew_leaves_no_trace_of_its_first_beginning(lab):
    lab.add([lab._order()])
    step_by_step(lab, 4)  # taken from the queue, prepared, and two steps
    assert lab.film().steps[-1] == 2
    lab.run.reset()
    assert lab.run.wait(20)
    with pytest.raises(RuntimeError, match="nothing to film"):
        lab.film()
    lab.run_to_end()
    film = lab.film()
    assert film.steps == tuple(range(5)) and film.values.shape[1] == 5


def test_a_training_that_is_skipped_is_followed_by_the_next(lab):
    lab.add([lab._order(), lab._order(strategy=SCRATCH)])
    step_by_step(lab, 4)
    lab.skip()
    lab.run_to_end()
    film = lab.film()
    assert film.steps == (0, 1, 2, 3, 4, 5, 6, 7) and np.isnan(film.values[0, [0, 3]]).all()
    assert SCRATCH in film.words[-1] and film.words[-1].endswith("1 point landed")


def test_a_lab_that_has_not_trained_has_no_film(lab):
    lab.add()
    with pytest.raises(RuntimeError, match="nothing to film yet"):
        lab.film()


def test_controls_that_are_set_to_another_task_afterwards_leave_the_film_as_it_was(lab, monkeypatch):
    lab.add([lab._order()])
    lab.run_to_end()
    before = lab.film()
    monkeypatch.setattr(lab, "_draw_trial", lambda trial: np.zeros((20, 30, 3), np.uint8))
    lab.run.refresh()
    assert lab.run.wait(20)
    assert lab.film().pictures == before.pictures
