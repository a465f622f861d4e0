"""What drives a channel in its best examples: what autograd finds, on what the unit sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.draw.captions import FIRST_LINE
from vizwidgets.draw.color_scale import color_scale, laid_over
from vizwidgets.draw.example_saliency import STRENGTH, example_saliency
from vizwidgets.draw.pixels import to_bytes

IMAGES = torch.rand(6, 3, 16, 16, generator=torch.Generator().manual_seed(2))
CHANNEL, SIDE, GAP = 5, 80, 6  # side: exactly ten pixels for each one of a crop of 8


def found(model: Any, k: int = 3) -> Any:
    return vw.top_examples(model, "block2_conv1", IMAGES, k=k, by="max", progress=False)[CHANNEL]


def by_autograd(model: Any, example: Any) -> torch.Tensor:
    """The largest absolute derivative (H, W) of the unit, read from the cut network."""
    image = example.image[None].clone().requires_grad_()
    row, column = example.location
    (gradient,) = torch.autograd.grad(model[:4](image)[0, CHANNEL, row, column], image)
    return gradient[0].abs().amax(dim=0)


def cell(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    """One picture of the sheet, its pixels as they were before they became squares of ten."""
    top, left = row * (SIDE + FIRST_LINE + GAP), column * (SIDE + GAP)
    return sheet[top + 5 : top + SIDE : 10, left + 5 : left + SIDE : 10]


def test_each_column_is_what_the_unit_sees_and_its_gradient_by_autograd() -> None:
    model = small_net()
    examples = found(model)
    sheet = np.asarray(example_saliency(model, "block2_conv1", CHANNEL, examples, side=SIDE))
    assert sheet.shape[1] == 3 * (SIDE + GAP) - GAP
    for column, example in enumerate(examples):
        seen = model_field(model).seen(example.location, (16, 16))
        rows, columns = (slice(top := min(part.start, 8), top + 8) for part in seen)
        values = by_autograd(model, example)
        assert float(values.sum()) == pytest.approx(float(values[rows, columns].sum()), rel=1e-5)
        pixels, values = to_bytes(example.image[:, rows, columns]), values[rows, columns]
        assert np.array_equal(cell(sheet, 0, column), pixels)
        wanted = laid_over(pixels, values, color_scale([values]), STRENGTH)
        assert np.abs(cell(sheet, 1, column).astype(int) - wanted).max() <= 1


def model_field(model: Any) -> Any:
    return next(layer.field for layer in vw.list_layers(model) if layer.alias == "block2_conv1")


def test_each_method_has_a_row_of_its_own() -> None:
    model = small_net()
    examples = found(model, k=2)
    draw = lambda methods: np.asarray(  # noqa: E731
        example_saliency(model, "block2_conv1", CHANNEL, examples, methods, side=SIDE)
    )
    both, guided = draw(["gradient", "guided"]), draw("guided")
    line = SIDE + FIRST_LINE + GAP
    assert both.shape[0] == 3 * line - GAP and guided.shape[0] == 2 * line - GAP
    assert np.array_equal(both[2 * line : 2 * line + SIDE], guided[line : line + SIDE])
    assert not np.array_equal(both[line : line + SIDE], guided[line : line + SIDE])


def test_options_reach_the_method() -> None:
    model = small_net()
    examples = found(model, k=1)
    draw = lambda noise: np.asarray(  # noqa: E731
        example_saliency(model, "block2_conv1", CHANNEL, examples, "smoothgrad", side=SIDE, noise=noise)
    )
    assert not np.array_equal(draw(0.01), draw(0.5))
    with pytest.raises(ValueError, match="has no option 'noisy'"):
        example_saliency(model, "block2_conv1", CHANNEL, examples, "smoothgrad", noisy=1)


@pytest.mark.parametrize(("place", "corner"), [((0, 0), (0, 0)), ((0, 5), (0, 8)), ((5, 5), (8, 8))])
def test_a_crop_that_would_leave_the_image_is_moved_into_it(place: Any, corner: Any) -> None:
    model = small_net()
    example = vw.Example(IMAGES[0], 0, 1.0, place, IMAGES[0])
    sheet = np.asarray(example_saliency(model, "block2_conv1", CHANNEL, [example], side=SIDE))
    inside = IMAGES[0][:, corner[0] : corner[0] + 8, corner[1] : corner[1] + 8]
    assert np.array_equal(cell(sheet, 0, 0), to_bytes(inside))


def test_an_image_that_is_smaller_than_the_receptive_field_is_shown_as_it_is() -> None:
    model = small_net()
    small = vw.Example(IMAGES[0][:, :6, :7], 0, 1.0, (0, 0), IMAGES[0])
    sheet = np.asarray(example_saliency(model, "block2_conv1", CHANNEL, [small], side=70))
    assert np.array_equal(sheet[5:60:10, 5:70:10], to_bytes(small.image))


def test_what_can_not_be_drawn_is_answered_in_words() -> None:
    model = small_net()
    whole = vw.top_examples(model, vw.class_score("goat"), IMAGES, k=1, progress=False)
    for examples, methods, words in (
        ([], "gradient", "at least one example and one method"),
        (found(model), [], "at least one example and one method"),
        (whole, "gradient", "an example must have a place in the layer's map"),
        (found(model), "gradcan", "method must be one of"),
    ):
        with pytest.raises(ValueError, match=words):
            example_saliency(model, "block2_conv1", CHANNEL, examples, methods)
    with pytest.raises(ValueError, match=r"channel must be in 0\.\.7"):
        example_saliency(model, "block2_conv1", 8, found(model))
