"""What the page gets of a segmentation: pictures, bars, labels to read, and what it sends back."""

from __future__ import annotations

import io
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from vizwidgets.draw.class_key import class_key
from vizwidgets.draw.label_picture import LabelLook, error_picture, image_picture, label_picture
from vizwidgets.widgets.segmentation_tiles import Streets, TileWords, class_rows, error_legend, picture_of
from vizwidgets.widgets.segmentation_view import SegmentationView

KEY = class_key(["sky", "road", "car"], ["#80b2e6", "#804080", "#141496"])
LOOK = LabelLook(zoom=2)


class Brightness(nn.Module):
    """Dark pixels are sky, bright ones road; no pixel is a car."""

    def forward(self, images):
        light = images.mean(dim=1)
        return torch.stack([0.5 - light, light - 0.5, torch.full_like(light, -9.0)], dim=1)


@pytest.fixture
def streets() -> Streets:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 2, (3, 12, 16), generator=generator)
    labels[:, 0] = 255
    return Streets(torch.rand(3, 3, 12, 16, generator=generator), labels, KEY)


def test_a_network_is_asked_about_all_images_and_void_pixels_do_not_count(streets):
    answers = streets.ask(Brightness())
    said = (streets.images.mean(dim=1) > 0.5).long()
    assert torch.equal(answers.predicted, said)
    known = streets.labels != 255
    for number in range(2):
        both = ((said == number) & (streets.labels == number) & known).sum()
        either = (((said == number) | (streets.labels == number)) & known).sum()
        assert float(answers.matrix.iou[number]) == pytest.approx(float(both / either))
    one = answers.of(1, streets.labels)
    right = (said[1] == streets.labels[1])[known[1]].float().mean()
    assert one.pixel_accuracy == pytest.approx(float(right))


def test_the_four_pictures_are_those_of_the_image_that_is_asked_for(streets):
    answers = streets.ask(Brightness())
    shown = picture_of(streets, 2, answers, TileWords("image 3 of 3"), LOOK)
    image, truth, said = streets.images[2], streets.labels[2], answers.predicted[2]
    wanted = [
        image_picture(image, 2),
        label_picture(truth, KEY, image, LOOK),
        label_picture(said, KEY, image, LOOK),
        error_picture(said, truth, KEY, image, LOOK),
    ]
    assert all(np.array_equal(one, other) for one, other in zip(shown.pictures, wanted, strict=True))
    assert shown.words["place"] == "image 3 of 3" and shown.words["size"] == [12, 16]


def test_the_labels_that_the_browser_reads_are_truth_and_prediction_byte_by_byte(streets):
    answers = streets.ask(Brightness())
    raw = np.frombuffer(picture_of(streets, 1, answers, TileWords(), LOOK).labels, np.uint8)
    truth, said = raw.reshape(2, 12, 16)
    assert np.array_equal(truth, streets.labels[1].numpy()) and np.array_equal(said, answers.predicted[1])


def test_the_bars_begin_with_the_mean_and_an_absent_class_has_a_dash(streets):
    answers = streets.ask(Brightness())
    rows = class_rows(KEY, answers)
    assert [row["name"] for row in rows] == ["all classes", "sky", "road", "car"]
    sky, road = answers.matrix.iou[:2].tolist()
    assert rows[0]["share"] == pytest.approx((sky + road) / 2)
    assert rows[1]["text"] == f"{sky:.2f}" and rows[1]["color"] == "#80b2e6"
    assert rows[3]["share"] is None and rows[3]["text"] == "–"
    assert all(row["text"] == "–" for row in class_rows(KEY, None))


def test_without_a_network_two_pictures_are_empty_and_say_why(streets):
    shown = picture_of(streets, 0, None, TileWords(note="press Start"), LOOK)
    assert (shown.pictures[2:] == 232).all() and not shown.words["is_known"]
    assert [tile.get("note", "") for tile in shown.words["tiles"]] == ["", "", "press Start", "press Start"]


@pytest.mark.parametrize(
    ("picked", "wanted"),
    [(None, ["wrong", "void: not labelled"]), (2, ["car in both", "missed", "false alarm"])],
)
def test_the_legend_says_what_the_tones_mean(picked, wanted):
    assert [words for _, words in error_legend(KEY, picked, has_void=picked is None)] == wanted


def test_at_rest_the_page_has_pictures_and_labels_in_traits(streets):
    view = SegmentationView()
    shown = picture_of(streets, 0, streets.ask(Brightness()), TileWords(), LOOK)
    view.rest(shown)
    strip = np.asarray(Image.open(io.BytesIO(view.strips[0])))
    assert np.array_equal(strip, np.concatenate(list(shown.pictures), axis=1))
    assert view.labels == shown.labels and view.revision == 1


def test_a_live_frame_travels_with_its_labels(streets):
    view = SegmentationView()
    view.send = Mock()
    shown = picture_of(streets, 0, streets.ask(Brightness()), TileWords(), LOOK)
    view.push(shown)
    (message,), options = view.send.call_args
    assert message["type"] == "frame" and message["rows"] == [shown.words]
    picture, labels = options["buffers"]
    assert labels == shown.labels
    assert Image.open(io.BytesIO(picture)).size == (4 * 32, 24)


def test_what_the_student_picks_and_browses_is_handed_on():
    on_pick, on_browse = Mock(), Mock()
    view = SegmentationView(on_pick=on_pick, on_browse=on_browse)
    for message in ({"type": "pick", "number": 2}, {"type": "pick", "number": -1}):
        view._receive(view, message, [])
    for delta in (5, -1):
        view._receive(view, {"type": "browse", "delta": delta}, [])
    assert [call.args for call in on_pick.call_args_list] == [(2,), (None,)]
    assert [call.args for call in on_browse.call_args_list] == [(1,), (-1,)]
