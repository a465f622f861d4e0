"""What drives a channel in its best examples: what autograd finds, on what the unit sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.draw.color_scale import color_scale, laid_over
from vizwidgets.draw.example_saliency import STRENGTH, example_saliency
from vizwidgets.draw.pixels import LABEL_HEIGHT, to_bytes

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


def cell(sheet: np.ndarray, row: int, column: int, size: tuple[int, int]) -> np.ndarray:
    top, left = row * (SIDE + LABEL_HEIGHT + GAP), column * (SIDE + GAP)
    return sheet[top : top + size[0], left : left + size[1]]


def test_each_column_is_what_the_unit_sees_and_its_gradient_by_autograd() -> None:
    model = small_net()
    examples = found(model)
    sheet = np.asarray(example_saliency(model, "block2_conv1", CHANNEL, examples, side=SIDE))
    longest = max(max(e.crop.shape) for e in examples)
    assert longest == 8
    for column, example in enumerate(examples):
        height, width = example.crop.shape[1:]
        crop = cell(sheet, 0, column, (10 * height, 10 * width))
        assert np.array_equal(crop[5::10, 5::10], to_bytes(example.crop))
        rows, columns = model_field(model).seen(example.location, (16, 16))
        values = by_autograd(model, example)[rows, columns]
        assert float(by_autograd(model, example).sum()) == pytest.approx(float(values.sum()), rel=1e-5)
        wanted = laid_over(to_bytes(example.crop), values, color_scale([values]), STRENGTH)
        drawn = cell(sheet, 1, column, (10 * height, 10 * width))[5::10, 5::10]
        assert np.abs(drawn.astype(int) - wanted).max() <= 1


def model_field(model: Any) -> Any:
    return next(layer.field for layer in vw.list_layers(model) if layer.alias == "block2_conv1")


def test_each_method_has_a_row_of_its_own() -> None:
    model = small_net()
    examples = found(model, k=2)
    draw = lambda methods: np.asarray(  # noqa: E731
        example_saliency(model, "block2_conv1", CHANNEL, examples, methods, side=SIDE)
    )
    both, guided = draw(["gradient", "guided"]), draw("guided")
    line = SIDE + LABEL_HEIGHT + GAP
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


def test_a_crop_at_the_border_is_smaller_by_as_much_as_is_cut_off() -> None:
    model = small_net()
    (inner, outer) = (vw.Example(IMAGES[0], 0, 1.0, place, IMAGES[0]) for place in ((2, 2), (0, 5)))
    sheet = np.asarray(example_saliency(model, "block2_conv1", CHANNEL, [inner, outer], side=SIDE))
    rows, columns = model_field(model).seen((0, 5), (16, 16))
    height, width = rows.stop - rows.start, columns.stop - columns.start
    assert (height, width) == (7, 7)
    assert (cell(sheet, 0, 1, (SIDE, SIDE))[10 * height :] == 255).all()
    assert np.array_equal(
        cell(sheet, 0, 1, (10 * height, 10 * width))[5::10, 5::10], to_bytes(IMAGES[0][:, rows, columns])
    )


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
