"""SaliencyExplorer and clumsy hands: long paths, old messages, rows, words for the page, Start after Stop."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch
from torch import nn

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.layers import nearest
from vizwidgets.widgets.picture_source import LONGEST_WORDS, PictureSource
from vizwidgets.widgets.saliency import SaliencyExplorer

IMAGES = torch.rand(3, 3, 16, 16, generator=torch.Generator().manual_seed(6))


def finished(model: Any = None, **settings: Any) -> SaliencyExplorer:
    made = SaliencyExplorer(model or small_net(), IMAGES, **settings)
    made.run_to_end()
    return made


# -- paths ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["x" * 5000 + ".png", "deep/" * 900 + "x.png"])
def test_a_path_of_thousands_of_letters_is_answered_in_a_few_words(path):
    source = PictureSource((3, 16, 16))
    source.path.value = path
    assert "vw-trouble" in source.note.value and "Errno" not in source.note.value
    assert len(source.note.value) < LONGEST_WORDS + 250
    assert source.image_number == 0


# -- rows -----------------------------------------------------------------------------------------------


def test_with_several_rows_it_says_whose_classes_are_listed_and_which_row_the_list_changes():
    widget = finished()
    hints = widget.target_controls.whose, widget.images.whose
    assert [each.layout.display for each in hints] == ["none", "none"]
    widget.images.shown = [0, 2]
    assert widget.run.wait(20)
    assert hints[0].value == "Classes of: image 2 (last row)"
    assert hints[1].value == "The list changes the last row."
    assert [each.layout.display for each in hints] == ["", ""]
    widget.kind = "channel"
    assert hints[0].layout.display == "none"
    widget.kind = "class"
    widget.images.shown = [1]
    assert widget.run.wait(20)
    assert [each.layout.display for each in hints] == ["none", "none"]


# -- words ----------------------------------------------------------------------------------------------


def test_a_refusal_points_to_what_is_on_the_page():
    model = small_net()
    widget = finished(model, methods=["gradcam"], target=vw.channel("block1_conv1", 0))
    assert widget.run.state == "done"
    widget.gradcam_layer = "block2_conv1"  # comes after the channel that is explained
    assert widget.run.wait(20)
    for words in (widget.bar.status.value, widget.view.rows[0]["tiles"][1]["note"]):
        assert "Options → Layer" in words and "layer=" not in words
    widget.target = None
    widget.target_controls.other.value = "unicorn"
    assert "Other class offers all 4 while you type." in widget.bar.status.value
    assert "model." not in widget.bar.status.value


def test_a_network_without_convolutions_is_pointed_to_a_method_and_not_to_python():
    model = nn.Sequential(nn.Flatten(), seeded(nn.Linear(3 * 16 * 16, 3)))
    model.input_shape = (3, 16, 16)
    widget = finished(model, methods=["gradcam"], target=1)
    assert "the method gradient needs no convolution" in widget.bar.status.value


def test_names_that_contain_what_was_typed_are_offered_first():
    names = ["catamaran", "mat", "bat", "cab", "Egyptian cat", "Siamese cat", "concatenation"]
    assert nearest("cat", names) == "did you mean 'Siamese cat' or 'Egyptian cat' or 'catamaran'? "
    assert nearest(" Cat ", names[:4]).startswith("did you mean 'catamaran' or ")
    assert nearest("a", ["Egyptian cat"]) == nearest("", ["Egyptian cat"]) == ""


@pytest.mark.parametrize("act", ["pixel", "look", "class", "randomize"])
def test_an_old_message_goes_with_the_next_action(act):
    widget = finished(target="dog")
    widget.target_controls.other.value = "unicorn"
    assert "unicorn" in widget.bar.status.value
    if act == "pixel":
        widget.inspector.row.value = 3
    elif act == "look":
        widget.strength = 0.2
    elif act == "class":
        widget.class_name = "cat"
    else:
        widget.randomization.start_button.click()
    assert "unicorn" not in widget.bar.status.value
    assert widget.run.wait(20) and widget.randomization.run.wait(20) and widget.inspector.wait(20)


def test_an_order_that_comes_while_the_last_one_ends_is_carried_out():
    widget = finished(target="goat")
    real = widget._stepper.step

    def late() -> None:
        try:
            real()
        except StopIteration:
            widget._stepper.step = real
            widget.class_name = "cat"  # before the run has heard that there is nothing left
            raise

    widget._stepper.step = late
    widget.class_name = "dog"
    assert widget.run.wait(20) and widget.run.state == "done"
    wanted = vw.saliency_map(small_net(), IMAGES[:1], "cat").values
    assert torch.allclose(widget.maps["gradient"], wanted, rtol=1e-4) and wanted.any()


# -- start after stop -----------------------------------------------------------------------------------


def test_start_goes_on_after_stop_and_makes_only_the_maps_that_are_missing():
    widget = finished(target="goat")
    first = widget.explanation(widget.images.subjects[0], "gradient")
    begun, gate = threading.Event(), threading.Event()
    real = widget._stepper.step
    widget._stepper.step = lambda: (begun.set(), gate.wait(10), real())
    widget.methods = ["gradient", "guided", "gradcam"]
    assert begun.wait(10)
    widget.bar.buttons["stop"].click()
    gate.set()
    assert widget.run.wait(20) and widget.run.state == "stopped"
    start = widget.bar.buttons["start"]
    assert not start.disabled and not widget.maps["gradcam"].any()
    start.click()
    assert widget.run.wait(20) and widget.run.state == "done" and "3 maps" in widget.bar.status.value
    assert widget.explanation(widget.images.subjects[0], "gradient") is first
    wanted = vw.saliency_map(small_net(), IMAGES[:1], "goat", "gradcam").values
    assert torch.allclose(widget.maps["gradcam"], wanted, rtol=1e-4)
