"""Label images as pictures: every pixel is looked at again one by one, and every number is counted again."""

from __future__ import annotations

import io
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image
from torch import nn

from vizwidgets.draw.class_bars import class_bars_figure
from vizwidgets.draw.class_key import class_key
from vizwidgets.draw.label_names import roomiest, write_names
from vizwidgets.draw.label_picture import (
    BOTH,
    FALSE_ALARM,
    MISSED,
    VOID,
    WRONG,
    LabelLook,
    error_picture,
    error_words,
    label_picture,
)
from vizwidgets.draw.pixels import to_bytes
from vizwidgets.draw.segmentation_figure import segmentation_figure
from vizwidgets.draw.segmentation_sheet import SegmentationRow, legend_entries, segmentation_sheet
from vizwidgets.draw.show_segmentation import show_class_iou, show_segmentation

KEY = class_key(["sky", "road", "car"], [(128, 178, 230), (128, 64, 128), (20, 20, 150)])
PLAIN = LabelLook(zoom=1, strength=1.0, letters=0)


def made(seed: int = 0, size: tuple[int, int] = (12, 16)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an image, its truth with some void, and a prediction."""
    rng = np.random.default_rng(seed)
    image = rng.random((3, *size)).astype(np.float32)
    truth, said = rng.integers(0, 3, size), rng.integers(0, 3, size)
    truth[:2, :5] = 255
    return image, truth, said


def test_at_full_strength_each_pixel_has_the_colour_of_its_class_and_void_has_none_of_them():
    image, truth, _ = made()
    picture = label_picture(truth, KEY, image, PLAIN)
    for row in range(12):
        for column in range(16):
            wanted = [KEY.colors[truth[row, column]]] if truth[row, column] != 255 else VOID
            assert tuple(picture[row, column].tolist()) in wanted


@pytest.mark.parametrize("strength", [0.0, 0.4])
def test_a_weaker_colour_lets_the_gray_image_through(strength):
    image, _, said = made()
    picture = label_picture(said, KEY, image, LabelLook(1, strength, letters=0)).astype(float)
    for row in range(0, 12, 5):
        for column in range(16):
            gray = to_bytes(image)[row, column] @ (0.299, 0.587, 0.114)
            wanted = strength * np.array(KEY.colors[said[row, column]]) + (1 - strength) * gray
            assert picture[row, column] == pytest.approx(wanted, abs=0.51)


def test_labels_are_enlarged_as_squares_and_lines_stand_exactly_between_two_classes():
    image, said = np.full((3, 4, 6), 0.5), np.zeros((4, 6), int)
    said[1:3, 2:4] = 2
    big = label_picture(said, KEY, image, LabelLook(4, 1.0, letters=0))
    assert big.shape == (16, 24, 3)
    for row in range(16):
        for column in range(24):
            here = said[row // 4, column // 4]
            right = said[row // 4, min(column + 1, 23) // 4]
            below = said[min(row + 1, 15) // 4, column // 4]
            dark = 0.3 if here != right or here != below else 1.0
            assert big[row, column] == pytest.approx(dark * np.array(KEY.colors[here]), abs=0.51)


def test_a_picked_class_keeps_its_colour_and_all_others_become_pale_gray():
    image, _, said = made()
    picture = label_picture(said, KEY, image, LabelLook(1, 1.0, picked=2, letters=0))
    is_car = said == 2
    assert (picture[is_car] == KEY.colors[2]).all()
    others = picture[~is_car]
    assert (others.min(axis=1) == others.max(axis=1)).all() and others.min() >= 160


def test_the_error_map_marks_each_wrong_pixel_and_never_a_void_one():
    image, truth, said = made()
    picture = error_picture(said, truth, KEY, image, PLAIN)
    for row in range(12):
        for column in range(16):
            pixel = tuple(picture[row, column].tolist())
            if truth[row, column] == 255:
                assert pixel in VOID
            elif truth[row, column] != said[row, column]:
                assert pixel == WRONG
            else:
                assert len(set(pixel)) == 1 and pixel[0] >= 160


def test_with_a_picked_class_the_error_map_shows_what_its_iou_is_made_of():
    image, truth, said = made()
    picture = error_picture(said, truth, KEY, image, LabelLook(1, picked=1))
    counts = dict.fromkeys(("both", "missed", "alarm"), 0)
    for row in range(12):
        for column in range(16):
            pixel, true, guess = tuple(picture[row, column].tolist()), truth[row, column], said[row, column]
            if true == 255:
                assert pixel in VOID
            elif true == 1 and guess == 1:
                counts["both"] += 1
                assert pixel == BOTH
            elif true == 1:
                counts["missed"] += 1
                assert pixel in MISSED
            elif guess == 1:
                counts["alarm"] += 1
                assert pixel in FALSE_ALARM
            else:
                assert len(set(pixel)) == 1
    union = sum(counts.values())
    words = f"road: {counts['both']} of {union} px · IoU {counts['both'] / union:.2f}"
    assert error_words(said, truth, KEY, picked=1) == words


def test_the_words_of_an_error_map_count_labelled_pixels_only():
    _, truth, said = made()
    wrong = sum(t != s for t, s in zip(truth.flat, said.flat, strict=True) if t != 255)
    known = sum(t != 255 for t in truth.flat)
    share = f"{100 * wrong / known:.0f} % wrong of what is labelled"
    assert error_words(said, truth, KEY) == f"{share}, {100 * 10 / 192:.0f} % void"
    assert error_words(said, np.full_like(truth, 255), KEY).startswith("0 %")
    assert (
        error_words(np.zeros((2, 2), int), np.zeros((2, 2), int), KEY, 2) == "no car here, and none predicted"
    )


@pytest.mark.parametrize(("part", "other"), [(WRONG, BOTH), (MISSED[1], FALSE_ALARM[0]), (WRONG, (160,) * 3)])
def test_tones_differ_in_lightness_so_that_they_are_told_apart_without_colour(part, other):
    light = [np.dot(color, (0.299, 0.587, 0.114)) for color in (part, other)]
    assert abs(light[0] - light[1]) > 25


def test_names_are_written_inside_of_their_class_and_only_where_they_fit():
    values = np.zeros((60, 90), int)
    values[20:50, 30:80] = 1
    values[2:6, 2:6] = 2  # a car too small for its name
    blank = np.full((60, 90, 3), 90, np.uint8)
    written = np.asarray(write_names(blank, values, KEY, 10, zoom=1)) != 90
    rows, columns = np.nonzero(written.any(axis=2))
    assert set(values[rows, columns].tolist()) == {0, 1}
    only = np.asarray(write_names(blank, values, KEY, 10, picked=1, zoom=1)) != 90
    assert set(values[only.any(axis=2)].tolist()) == {1}


def test_the_roomiest_place_holds_the_box_whatever_the_shape():
    rng = np.random.default_rng(1)
    for _ in range(20):
        mask = rng.random((20, 30)) < 0.995
        place = roomiest(mask, 7, 5)
        fits = [
            (row, column)
            for row in range(2, 18)
            for column in range(3, 27)
            if mask[row - 2 : row + 3, column - 3 : column + 4].all()
        ]
        assert (place in fits) if fits else place is None


def test_the_sheet_holds_the_panels_side_by_side_and_says_nothing_of_what_is_not_there():
    image, truth, said = made(size=(30, 40))
    rows = [SegmentationRow(image, truth, {"net": said})]
    look = LabelLook(4, 1.0, letters=0)
    sheet = segmentation_sheet(rows, KEY, look)
    top, step = 2 * 22, 160 + 2 * 10
    places = [24 + place * step for place in range(4)]
    shown = [sheet[top : top + 120, left : left + 160] for left in places]
    assert np.array_equal(shown[1], label_picture(truth, KEY, image, look))
    assert np.array_equal(shown[2], label_picture(said, KEY, image, look))
    assert np.array_equal(shown[3], error_picture(said, truth, KEY, image, look))
    assert (
        segmentation_sheet([SegmentationRow(image, truth)], KEY, look).shape[1] == 2 * 12 * 2 + 2 * step - 20
    )
    several = segmentation_sheet([SegmentationRow(image, truth, {"a": said, "b": truth})], KEY, look)
    assert several.shape[1] == 2 * 12 * 2 + 3 * step - 20 and several.shape[0] > sheet.shape[0]


def test_the_legend_names_every_class_with_its_iou_and_what_the_patterns_mean():
    ious = {"sky": 0.914, "road": float("nan"), "car": 0.0}
    plain = legend_entries(KEY, LabelLook(), ious)
    assert [entry.words for entry in plain] == ["sky 0.91", "road –", "car 0.00", "void", "wrong"]
    assert [tuple(entry.swatch[0, 0]) for entry in plain[:3]] == list(KEY.colors)
    picked = legend_entries(KEY, LabelLook(picked=2), ious)
    assert [entry.words for entry in picked[3:]] == ["void", "car in both", "missed", "false alarm"]
    assert [entry.is_picked for entry in picked[:3]] == [False, False, True]


def test_the_figure_has_the_same_panels_and_the_numbers_of_the_bars():
    image, truth, said = made()
    ious = {"net": [0.9, float("nan"), 0.3]}
    row = SegmentationRow(image, truth, {"net": said}, words={"net": "mean IoU 0.60"})
    figure = segmentation_figure([row], KEY, PLAIN, ious, "after 3 steps")
    pictures = [axis.images[0].get_array() for axis in figure.axes[:4]]
    assert np.array_equal(pictures[3], error_picture(said, truth, KEY, image, PLAIN))
    assert [axis.get_title(loc="left") for axis in figure.axes[:4]] == ["image", "truth", "net", "errors"]
    assert [text.get_text() for text in figure.axes[-1].texts] == ["0.90", "–", "0.30", "0.60"]
    assert [bar.get_width() for bar in figure.axes[-1].patches] == pytest.approx([0.9, 0, 0.3, 0.6])
    assert Image.open(io.BytesIO(figure._repr_png_())).width > 900


def test_bars_of_several_networks_differ_by_pattern_and_leave_absent_classes_out_of_the_mean():
    figure = class_bars_figure({"one": [0.5, 0.7, float("nan")], "two": [float("nan")] * 3}, KEY)
    one, two = figure.axes[0].containers
    assert one[0].get_hatch() != two[0].get_hatch()
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words == ["0.50", "0.70", "–", "0.60", "–", "–", "–", "–"]


class Brightness(nn.Module):
    """Dark pixels are sky, bright ones road, and none is a car."""

    def forward(self, images):
        light = images.mean(dim=1)
        return torch.stack([0.5 - light, light - 0.5, torch.full_like(light, -9.0)], dim=1)


def scenes_of(number: int = 3) -> SimpleNamespace:
    made_ones = [made(seed) for seed in range(number)]
    images, labels = (np.stack([each[place] for each in made_ones]) for place in (0, 1))
    names, colors = KEY.names, KEY.colors
    return SimpleNamespace(
        images=torch.tensor(images), labels=torch.tensor(labels), class_names=names, colors=colors
    )


def test_one_line_shows_what_a_network_says_and_counts_its_iou():
    scenes = scenes_of()
    figure = show_segmentation(scenes, Brightness(), 1, picked="road")
    said = (scenes.images[1].mean(dim=0) > 0.5).long().numpy()
    truth = scenes.labels[1].numpy()
    known = truth != 255
    ious = []
    for number in range(3):
        both = ((said == number) & (truth == number) & known).sum()
        either = (((said == number) | (truth == number)) & known).sum()
        ious.append(both / either)
    words = " ".join(figure.axes[2].get_xlabel().split())  # however it is broken into lines
    right = 100 * (said == truth)[known].mean()
    assert words == f"mean IoU {np.mean(ious):.2f}, {right:.0f} % of pixels right"
    bars = show_class_iou(scenes, {"net": Brightness(), "truth": scenes.labels.clamp(max=2)}).axes[0]
    assert [text.get_text() for text in bars.texts][4:] == ["1.00"] * 4


def test_a_network_and_its_label_images_give_the_same_picture_and_without_either_the_truth_is_shown():
    scenes = scenes_of(2)
    said = (scenes.images.mean(dim=1) > 0.5).long()
    both = [show_segmentation(scenes, each, [0, 1])._repr_png_() for each in (Brightness(), said)]
    assert both[0] == both[1]
    titles = [axis.get_title(loc="left") for axis in show_segmentation(scenes).axes[:4]]
    assert titles == ["image 0", "truth", "image 1", "truth"]
    several = show_segmentation((scenes.images, scenes.labels), {"a": said, "b": said}, [1])
    assert [axis.get_title(loc="left") for axis in several.axes[:6]] == [
        "image 1", "a", "b", "truth", "errors: a", "errors: b",
    ]  # fmt: skip


def test_what_does_not_fit_is_answered_in_words():
    image, truth, said = made()
    with pytest.raises(ValueError, match=r"holds the numbers 7, which no class has: classes are 0\.\.2, 255"):
        label_picture(np.full((12, 16), 7), KEY, image)
    with pytest.raises(ValueError, match=r"the prediction must be \(12, 16\), as the image; got \(11, 16\)"):
        error_picture(said[1:], truth, KEY, image)
    with pytest.raises(ValueError, match="one label image .* got float64"):
        label_picture(said * 1.0, KEY, image)
    with pytest.raises(ValueError, match="there is no class 'bus'; there are sky, road, car"):
        show_segmentation(scenes_of(), said, picked="bus")
    with pytest.raises(ValueError, match="there is no class 3"):
        KEY.number(3)
    with pytest.raises(ValueError, match="each class needs a colour; got 2 classes and 1 colours"):
        class_key(["a", "b"], ["red"])
    with pytest.raises(ValueError, match="there is no image to show"):
        segmentation_sheet([], KEY)
    with pytest.raises(ValueError, match="there is no image to show"):
        segmentation_figure([], KEY)


@pytest.mark.parametrize("wrong", [[3], [-1], [0.5], [], ["a"], [True]])
def test_numbers_that_are_no_images_are_refused_in_words(wrong):
    with pytest.raises(ValueError, match=r"images must be numbers in 0\.\.2; got"):
        show_segmentation(scenes_of(), images=wrong)


def test_scenes_predictions_and_strengths_of_another_kind_are_refused_in_words():
    with pytest.raises(TypeError, match="scenes must be what vw.scenes"):
        show_segmentation(3)
    with pytest.raises(ValueError, match="prediction: one label image for each of 3 is wanted; got 2"):
        show_segmentation(scenes_of(), scenes_of(2).labels)
    with pytest.raises(ValueError, match=r"strength must be in 0\.\.1; got 2"):
        show_segmentation(scenes_of(), strength=2)
    with pytest.raises(ValueError, match="predictions are wanted"):
        show_class_iou(scenes_of(), None)


STREETS = torch.rand(2, 3, 8, 8), torch.arange(128).reshape(2, 8, 8) % 3


def texts_of(figure):
    """Return what is written above and beneath the pictures of a figure, and where, in pixels."""
    FigureCanvasAgg(figure).draw()
    legend = figure.axes[-1].get_legend().findobj(Text)
    texts = [text for text in figure.findobj(Text) if text not in legend and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent()) for text in texts]


@pytest.mark.parametrize("picked", [None, "road"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "name", ["net {}", "net {}, tuned after rendered ones", "efficientnet_lite0_tuned_{}"]
)
def test_no_line_under_or_over_a_picture_touches_another(name, count, picked):
    predictions = {name.format(number): torch.tensor(made(7)[2])[None] for number in range(count)}
    figure = show_segmentation(scenes_of(1), predictions, images=[0], picked=picked)
    places = texts_of(figure)
    assert len(places) == 2 + 4 * count
    for number, (words, box) in enumerate(places):
        assert 0 <= box.x0 and box.x1 <= figure.bbox.x1 and 0 <= box.y0 and box.y1 <= figure.bbox.y1, words
        assert not [other for other, where in places[:number] if box.overlaps(where)], words
        assert not any(axis.get_window_extent().shrunk(0.99, 0.99).overlaps(box) for axis in figure.axes)


@pytest.mark.parametrize(
    ("data", "said", "words"),
    [
        ((STREETS[0][:0], STREETS[1][:0]), STREETS[1][:0], "there is nothing to show: images are"),
        (STREETS, "segmenter", "prediction must be a network or label images .*; got str"),
        (STREETS, {"mine": 3}, "mine must be a network or label images .*; got int"),
        (STREETS, {}, "predictions are wanted"),
        ((("a", "b"), STREETS[1]), STREETS[1], r"images must be a tensor \(N, C, H, W\); got tuple"),
        (((1, 2), STREETS[1]), STREETS[1], r"images must be \(N, C, H, W\) .*; got \(2,\)"),
        ((STREETS[0], STREETS[1][:1]), STREETS[1], r"got \(2, 3, 8, 8\) and \(1, 8, 8\)"),
    ],
)
def test_what_can_not_be_counted_or_shown_is_refused_in_words(data, said, words):
    with pytest.raises((TypeError, ValueError), match=words):
        show_class_iou(data, said)
    if said != {}:
        with pytest.raises((TypeError, ValueError), match=words):
            show_segmentation(data, said, images=[0])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"images": None}, r"images must be numbers in 0\.\.1; got None"),
        ({"images": []}, r"images must be numbers in 0\.\.1; got \[\]"),
        ({"strength": "x"}, r"strength must be in 0\.\.1; got 'x'"),
    ],
)
def test_choices_that_can_not_be_are_refused_in_words(how, words):
    with pytest.raises(ValueError, match=words):
        show_segmentation(STREETS, **how)
