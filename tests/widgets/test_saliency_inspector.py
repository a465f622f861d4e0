"""The pixel inspector and the errand that it sends the worker on."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
import torch

from tests.core.nets import small_net
from vizwidgets.widgets.errand import Errand
from vizwidgets.widgets.saliency import SaliencyExplorer
from vizwidgets.widgets.worker import Worker

IMAGES = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(2)) * 0.8 + 0.1


@pytest.fixture
def widget() -> SaliencyExplorer:
    made = SaliencyExplorer(small_net(), IMAGES, target="goat", nudge_size=0.01)
    made.run_to_end()
    return made


def answers_of(widget: SaliencyExplorer) -> list[Any]:
    """Record what the view tells the browser."""
    sent: list[Any] = []
    widget.view.send = lambda message, buffers=None: sent.append(message["type"])
    return sent


def tell(widget: SaliencyExplorer, kind: str, *place: int) -> None:
    """Send what the browser sends."""
    widget.view._receive(None, {"type": kind, "place": list(place) or None}, [])
    assert widget.inspector.wait(20)


def derivative(image: torch.Tensor, row: int, column: int) -> torch.Tensor:
    leaf = image.clone().requires_grad_()
    small_net()(leaf)[0, 3].backward()
    return leaf.grad[0, :, row, column]


def test_a_click_reads_derivative_prediction_and_what_the_score_really_does(widget):
    tell(widget, "pin", 0, 5, 9)
    assert (widget.image_number, widget.row, widget.column) == (0, 5, 9)
    found = widget.inspector.nudge
    wanted = derivative(IMAGES[:1], 5, 9)
    assert torch.allclose(found.derivative, wanted, rtol=1e-4)
    assert torch.allclose(found.predicted, 0.01 * wanted, rtol=1e-4)
    nudged = IMAGES[:1].clone()
    nudged[0, 1, 5, 9] += 0.01
    with torch.no_grad():
        change = float(small_net()(nudged)[0, 3] - small_net()(IMAGES[:1])[0, 3])
    assert float(found.actual[1]) == pytest.approx(change, rel=1e-2, abs=1e-6)
    reading = widget.inspector.reading.value
    assert "row 5, column 9" in reading and "goat" in reading
    written = re.findall(r"<td>(.*?)</td>", reading)
    assert written[1] == f"{wanted[0]:+.2g}".replace("-", "−") and len(written) == 18


def test_hovering_reads_and_moves_nothing_and_leaving_goes_back(widget):
    tell(widget, "hover", 0, 2, 3)
    assert "row 2, column 3" in widget.inspector.reading.value
    assert (widget.row, widget.column) == (0, 0) and not widget.inspector.is_pinned
    tell(widget, "leave")
    assert "Point at a pixel" in widget.inspector.reading.value
    tell(widget, "pin", 0, 7, 7)
    tell(widget, "hover", 0, 1, 1)
    tell(widget, "leave")
    assert "row 7, column 7" in widget.inspector.reading.value


def test_every_question_of_the_browser_is_answered_so_that_it_may_ask_again(widget):
    sent = answers_of(widget)
    tell(widget, "hover", 0, 2, 3)
    tell(widget, "leave")
    tell(widget, "pin", 0, 2, 3)
    tell(widget, "pin", 0, 2, 3)  # again the same place: no trait changes
    tell(widget, "pin", 9, 99, 99)  # not there
    tell(widget, "leave")
    assert sent.count("answered") >= 6
    assert "pixel must be in 0..15" in widget.bar.status.value


def test_row_column_and_nudge_size_read_the_pixel_anew(widget):
    widget.inspector.row.value, widget.inspector.column.value = 4, 6
    assert widget.inspector.wait(20)
    assert "row 4, column 6" in widget.inspector.reading.value
    assert widget.view.mark == [0, 4, 6]
    small = widget.inspector.nudge.predicted
    widget.inspector.size.value = 0.1
    assert widget.inspector.wait(20)
    assert torch.allclose(widget.inspector.nudge.predicted, 10 * small, rtol=1e-4)


def test_the_pixel_is_read_again_when_class_or_image_changes(widget):
    tell(widget, "pin", 0, 5, 9)
    before = widget.inspector.nudge.derivative
    widget.class_name = "cat"
    assert widget.run.wait(20) and widget.inspector.wait(20)
    assert "cat" in widget.inspector.reading.value
    assert not torch.equal(widget.inspector.nudge.derivative, before)
    widget.class_name = "goat"
    widget.images.shown = [0, 1]
    assert widget.run.wait(20)
    tell(widget, "pin", 1, 5, 9)
    assert torch.allclose(widget.inspector.nudge.derivative, derivative(IMAGES[1:2], 5, 9), rtol=1e-4)
    assert "image 1" in widget.inspector.reading.value


def test_without_the_gradient_among_the_methods_it_is_computed_once(widget):
    widget.methods = ["gradcam"]
    assert widget.run.wait(20)
    widget._stepper._known = {
        job: each for job, each in widget._stepper._known.items() if job.method == "gradcam"
    }
    tell(widget, "hover", 0, 5, 9)
    assert torch.allclose(widget.inspector.nudge.derivative, derivative(IMAGES[:1], 5, 9), rtol=1e-4)


def test_a_nudge_without_room_is_said_so():
    white = SaliencyExplorer(small_net(), torch.ones(3, 16, 16), nudge_size=0.5)
    white.run_to_end()
    tell(white, "hover", 0, 0, 0)
    assert "no room for this nudge" in white.inspector.reading.value


def test_the_pinned_pixel_is_marked_in_the_static_picture(widget):
    plain = widget.figure().tobytes()
    tell(widget, "pin", 0, 8, 8)
    assert widget.figure().tobytes() != plain


# -- the errand -----------------------------------------------------------------------------------------


def test_of_several_questions_only_the_newest_waits():
    gate, busy, answers = threading.Event(), threading.Event(), []

    def answer(question: int) -> None:
        busy.set()
        gate.wait(10)
        answers.append(question)

    errand = Errand(answer, answers.append, Worker())
    errand.ask(0)
    assert busy.wait(10)
    for question in (1, 2, 3):
        errand.ask(question)
    gate.set()
    assert errand.wait(10) and answers == [0, 3]


def test_a_failure_is_told_in_words_and_the_worker_lives_on():
    worker, told = Worker(), []

    def answer(question: float) -> None:
        told.append(1 / question)

    errand = Errand(answer, told.append, worker)
    errand.ask(0)
    assert errand.wait(10) and told == ["ZeroDivisionError: division by zero"]
    errand.ask(2)
    assert errand.wait(10) and told[-1] == 0.5 and worker.is_alive


def test_bars_show_predicted_and_actual_change_on_one_scale_from_the_middle(widget):
    tell(widget, "pin", 0, 5, 9)
    found = widget.inspector.nudge
    bars = re.findall(r"left:([\d.]+)%;width:([\d.]+)%", widget.inspector.reading.value)
    changes = torch.stack([found.predicted, found.actual], dim=1).flatten()
    assert len(bars) == len(changes) == 6
    for (left, width), change in zip(bars, changes.tolist(), strict=True):
        share = 50 * change / changes.abs().max().item()
        assert float(width) == pytest.approx(abs(share), abs=0.06)
        assert float(left) == pytest.approx(50 + min(share, 0), abs=0.06)


def test_a_click_is_one_question_although_row_and_column_change_one_after_the_other(widget):
    asked: list[Any] = []
    widget.inspector._errand.ask = asked.append
    widget.view._receive(None, {"type": "pin", "place": [0, 5, 9]}, [])
    assert asked == [(0, 5, 9)] and widget.view.mark == [0, 5, 9]
