"""The live view: what is sent, when, and what stays. No browser: a list stands in for the comm."""

import io

import numpy as np
import pytest
from PIL import Image

from vizwidgets.widgets import frame_view
from vizwidgets.widgets.live_view import LiveView

PANELS = [("activation", [0]), ("regularizers", [1])]
NAMES = ["activation", "p_norm"]


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

    monkeypatch.setattr(frame_view, "monotonic", lambda: Clock.now)
    return Clock


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr(
        LiveView, "send", lambda _, content, buffers=None: messages.append((content, buffers))
    )
    return messages


def push(view, step=7):
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    values = np.stack([np.arange(step + 1.0), -np.arange(step + 1.0)])
    view.push(picture, NAMES, values, PANELS, step)
    return picture, values


def hear(view, **message):
    view._receive(None, message, None)


def test_a_frame_is_one_message_with_raw_pixels_and_curves(sent):
    picture, values = push(LiveView(), step=7)
    ((message, (pixels, series)),) = sent
    assert (message["type"], message["step"], message["last"]) == ("frame", 7, 7)
    assert (message["height"], message["width"], len(pixels)) == (2, 3, 18)
    assert pixels == picture.tobytes()
    np.testing.assert_array_equal(np.frombuffer(series, np.float32).reshape(2, -1), values)
    assert message["names"] == ["activation", "p-norm"]


def test_long_curves_are_thinned_out(sent):
    push(LiveView(), step=5000)
    assert len(sent[0][1][1]) == 2 * 600 * 4


def test_nothing_is_ready_before_a_browser_looks(clock):
    view = LiveView()
    assert not view.is_ready
    hear(view, type="view", delta=1)
    assert view.is_ready
    hear(view, type="view", delta=-1)
    assert not view.is_ready


def test_a_view_whose_browser_cannot_answer_yet_gets_frames(clock):
    view = LiveView()
    view.is_expected = True
    assert view.is_ready
    hear(view, type="view", delta=1)
    hear(view, type="view", delta=-1)
    assert not view.is_ready


def test_at_most_fifteen_frames_in_a_second(clock, sent):
    view = LiveView()
    hear(view, type="view", delta=1)
    for _ in range(200):
        if view.is_ready:
            push(view)
            hear(view, type="ack", seq=sent[-1][0]["seq"])
        clock.now += 0.005
    assert 12 <= len(sent) <= 16


def test_the_first_and_each_fourth_frame_ask_for_an_acknowledgement_and_six_may_be_under_way(clock, sent):
    view = LiveView()
    hear(view, type="view", delta=1)
    for _ in range(6):
        clock.now += 0.07
        assert view.is_ready
        push(view)
    assert [message["ack"] for message, _ in sent] == [True, False, False, True, False, False]
    clock.now += 0.07
    assert not view.is_ready, "six frames are under way"
    hear(view, type="ack", seq=4)
    assert view.is_ready


def test_a_lost_acknowledgement_does_not_freeze_the_picture(clock, sent):
    view = LiveView()
    hear(view, type="view", delta=1)
    for _ in range(6):
        clock.now += 0.07
        push(view)
    clock.now += 0.26
    assert view.is_ready


def test_a_slow_run_has_each_frame_acknowledged(clock, sent):
    view = LiveView()
    for _ in range(3):
        clock.now += 5
        push(view)
    assert all(message["ack"] for message, _ in sent)


def test_every_sign_of_life_is_passed_on():
    signs = []
    view = LiveView(on_seen=lambda: signs.append(1))
    hear(view, type="view", delta=1)
    hear(view, type="ack", seq=4)
    assert len(signs) == 2


def test_at_rest_the_traits_hold_a_png_the_curves_and_the_words():
    view = LiveView()
    picture = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
    values = np.ones((2, 9), np.float32)
    view.rest(picture, NAMES, values, PANELS, 3, alt="a picture", plot_alt="two curves")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(view.snapshot))), picture)
    assert (view.step, view.last, view.alt, view.plot_alt) == (3, 8, "a picture", "two curves")
    assert len(view.series) == 2 * 9 * 4
    synced = {"snapshot", "series", "names", "panels", "step", "last", "alt", "plot_alt", "revision"}
    assert synced <= set(view.get_state())


def test_the_browser_side_is_one_module_that_offers_render():
    source = str(LiveView._esm)
    assert "export default { render }" in source and "aria-label" in source
