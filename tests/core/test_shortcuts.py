"""What shows a shortcut, on networks whose answers are known and against double loops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from vizwidgets.core.masked_saliency import animal_contrast, background_share
from vizwidgets.core.shortcuts import bare_predictions, flip_rate, shortcut_report


@dataclass(frozen=True)
class Toys:
    """A toy animal is two pixels on the left, red (0) or blue (1); the rest is a gray background."""

    images: Tensor
    labels: Tensor
    masks: Tensor | None


LABELS = torch.tensor([0, 1, 0, 1])


def toys(grays: list[float], has_animal: bool = True) -> Toys:
    images = torch.tensor(grays).view(-1, 1, 1, 1).expand(-1, 3, 2, 5).clone()
    masks = torch.zeros(len(grays), 2, 5)
    if has_animal:
        images[:, :, :, 0] = 0.0
        images[torch.arange(len(grays)), 2 * LABELS[: len(grays)], :, 0] = 1.0
        masks[:, :, 0] = 1
    return Toys(images, LABELS[: len(grays)], masks)


EXPECTED, SWAPPED = toys([0.2, 0.8, 0.2, 0.8]), toys([0.8, 0.2, 0.8, 0.2])
BARE = toys([0.2, 0.8, 0.2, 0.8], has_animal=False)


class Weighted(nn.Module):
    """Scores (-s, s) for s = the weighted sum of the pixels plus a constant."""

    def __init__(self, weights: Tensor, bias: float = 0.0) -> None:
        super().__init__()
        self.weights, self.bias = nn.Parameter(weights), bias

    def forward(self, images: Tensor) -> Tensor:
        score = (images * self.weights).sum(dim=(1, 2, 3)) + self.bias
        return torch.stack([-score, score], dim=1)


def looks_at_the_animal() -> Weighted:
    weights = torch.zeros(3, 2, 5)
    weights[0, :, 0], weights[2, :, 0] = -1.0, 1.0
    return Weighted(weights)


def looks_at_the_background() -> Weighted:
    weights = torch.zeros(3, 2, 5)
    weights[:, :, 1:] = 1.0
    return Weighted(weights, bias=-12.0)  # 24 values: bright is 1, dark is 0


def looped(saliency: Tensor, masks: Tensor) -> tuple[list[float], list[float]]:
    shares, contrasts = [], []
    for one, mask in zip(saliency.tolist(), masks.tolist(), strict=True):
        on_animal = on_background = animal = background = 0.0
        for values, covers in zip(one, mask, strict=True):
            for value, cover in zip(values, covers, strict=True):
                on_animal += value * cover
                on_background += value * (1 - cover)
                animal += cover
                background += 1 - cover
        shares.append(on_background / (on_animal + on_background))
        contrasts.append((on_animal / animal) / (on_background / background))
    return shares, contrasts


def test_share_and_contrast_are_the_double_loops_over_pixels() -> None:
    saliency, masks = torch.rand(3, 6, 7), torch.rand(3, 6, 7).round(decimals=1)
    shares, contrasts = looped(saliency, masks)
    assert background_share(saliency, masks).tolist() == pytest.approx(shares, rel=1e-5)
    assert animal_contrast(saliency, masks).tolist() == pytest.approx(contrasts, rel=1e-5)


def test_an_even_saliency_has_the_share_of_the_area_and_contrast_one() -> None:
    masks = (torch.rand(4, 8, 8) < 0.2).float()
    even = torch.full((4, 8, 8), 0.3)
    assert torch.allclose(background_share(even, masks), 1 - masks.mean(dim=(1, 2)))
    assert torch.allclose(animal_contrast(even, masks), torch.ones(4))


def test_an_image_without_saliency_has_no_share() -> None:
    masks = torch.zeros(1, 2, 2)
    masks[0, 0, 0] = 1
    assert background_share(torch.zeros(1, 2, 2), masks).isnan().all()


def test_the_network_with_the_shortcut_is_found_out() -> None:
    report = shortcut_report(looks_at_the_background(), EXPECTED, swapped=SWAPPED, bare=BARE)
    assert (report.expected, report.conflict, report.flip_rate) == (1.0, 0.0, 1.0)
    assert report.background_share.tolist() == [1.0] * 4 and report.animal_contrast.tolist() == [0.0] * 4
    assert report.background_area.tolist() == pytest.approx([0.8] * 4)
    assert torch.equal(report.bare_predictions, LABELS) and report.bare_agreement == 1.0
    margin = 2 * (24 * 0.3)
    assert report.bare_confidences.tolist() == pytest.approx([1 / (1 + 2.718281828**-margin)] * 4)


def test_the_network_that_looks_at_the_animal_is_acquitted() -> None:
    wrong = torch.tensor([0, 1, 1, 1])  # one of four labels
    pairs = dict(training=(EXPECTED.images, EXPECTED.labels), new=(SWAPPED.images, wrong))
    report = shortcut_report(looks_at_the_animal(), EXPECTED, swapped=SWAPPED, bare=BARE, **pairs)
    assert (report.expected, report.conflict, report.flip_rate) == (1.0, 1.0, 0.0)
    assert (report.training, report.new) == (1.0, 0.75)
    assert report.background_share.tolist() == [0.0] * 4
    assert report.bare_confidences.tolist() == pytest.approx([0.5] * 4)
    assert report.bare_agreement == 0.5


def test_means_name_every_number() -> None:
    means = shortcut_report(looks_at_the_background(), EXPECTED, swapped=SWAPPED, bare=BARE).means
    assert means["conflict"] == 0.0 and means["background_area"] == pytest.approx(0.8)
    assert "training" not in means and all(isinstance(value, float) for value in means.values())


def test_the_flip_rate_counts_changed_predictions() -> None:
    half = toys([0.8, 0.2, 0.2, 0.8]).images
    assert flip_rate(looks_at_the_background(), EXPECTED.images, half) == 0.5
    with pytest.raises(ValueError, match="same animals in the same order"):
        flip_rate(looks_at_the_background(), EXPECTED.images, half[:2])


def test_bare_predictions_are_the_softmax() -> None:
    guesses, confidences = bare_predictions(looks_at_the_background(), BARE.images)
    scores = looks_at_the_background()(BARE.images)
    for scored, guess, confidence in zip(
        scores.tolist(), guesses.tolist(), confidences.tolist(), strict=True
    ):
        weights = [2.718281828459045**value for value in scored]
        assert confidence == pytest.approx(weights[guess] / sum(weights), rel=1e-5)
        assert scored[guess] == max(scored)


def test_missing_and_empty_masks_are_answered_in_words() -> None:
    model: Any = looks_at_the_animal()
    with pytest.raises(ValueError, match=r"no masks.*NAME.mask.png"):
        shortcut_report(model, Toys(EXPECTED.images, LABELS, None), swapped=SWAPPED, bare=BARE)
    with pytest.raises(ValueError, match="4 of 4 masks are all 0: no animal"):
        shortcut_report(model, BARE, swapped=SWAPPED, bare=BARE)
    with pytest.raises(
        ValueError, match="1 of 2 masks are all 1: no background in the picture, e.g. number 1"
    ):
        background_share(torch.rand(2, 1, 2), torch.tensor([[[0.0, 1.0]], [[1.0, 1.0]]]))
    with pytest.raises(ValueError, match="masks must be in .0, 1.*got 0..255"):
        background_share(torch.rand(1, 1, 2), torch.tensor([[[0, 255]]]))
    with pytest.raises(ValueError, match="must both be"):
        background_share(torch.rand(1, 2, 2), torch.rand(1, 2, 3))


def test_pictures_that_can_not_be_swapped_are_answered_in_words() -> None:
    with pytest.raises(ValueError, match="can not be swapped by themselves"):
        shortcut_report(looks_at_the_animal(), EXPECTED)


class Silent(nn.Module):
    """A network that must not be asked."""

    def forward(self, images: Tensor) -> Tensor:
        raise AssertionError("something was computed before the pictures were checked")


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        (None, "have no masks"),
        (torch.zeros(4, 2, 5), "4 of 4 masks are all 0: no animal"),
        (torch.ones(4, 2, 5), "4 of 4 masks are all 1: no background"),
        (torch.full((4, 2, 5), 255), r"in \[0, 1\].*got 255..255"),
        (torch.full((4, 2, 5), float("nan")), r"in \[0, 1\].*got nan"),
        (torch.rand(4, 5, 2), r"one mask for each picture, \(4, 2, 5\); got \(4, 5, 2\)"),
        (torch.rand(3, 2, 5), r"got \(3, 2, 5\)"),
    ],
)
def test_masks_are_checked_before_anything_is_computed(masks: Tensor | None, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shortcut_report(Silent(), Toys(EXPECTED.images, LABELS, masks), swapped=SWAPPED, bare=BARE)


@pytest.mark.parametrize("name", ["swapped", "bare"])
@pytest.mark.parametrize(
    ("pictures", "error", "words"),
    [
        ((SWAPPED.images, LABELS), TypeError, "must be pictures with images and labels.*got tuple"),
        (SWAPPED.images, TypeError, "got Tensor"),
        (toys([0.8, 0.2]), ValueError, r"same animals.*got \(4, 3, 2, 5\) and \(2, 3, 2, 5\)"),
        (Toys(SWAPPED.images, LABELS[:2], None), ValueError, "one label for each"),
    ],
)
def test_other_pictures_must_fit_and_are_checked_first(
    name: str, pictures: Any, error: type[Exception], words: str
) -> None:
    given: Any = {"swapped": SWAPPED, "bare": BARE, name: pictures}
    with pytest.raises(error, match=words):
        shortcut_report(Silent(), EXPECTED, **given)


def test_no_pictures_and_no_pairs_are_answered_in_words() -> None:
    nothing = Toys(EXPECTED.images[:0], LABELS[:0], torch.zeros(0, 2, 5))
    with pytest.raises(ValueError, match="at least one"):
        shortcut_report(Silent(), nothing)
    with pytest.raises(TypeError, match="test must be pictures with images and labels.*got tuple"):
        shortcut_report(Silent(), (EXPECTED.images, LABELS))  # type: ignore[arg-type]
    for ask in (bare_predictions, lambda model, images: flip_rate(model, images, images)):
        with pytest.raises(ValueError, match="empty"):
            ask(Silent(), EXPECTED.images[:0])
    for measure in (background_share, animal_contrast):
        with pytest.raises(ValueError, match="there are no masks"):
            measure(torch.zeros(0, 2, 5), torch.zeros(0, 2, 5))


@pytest.mark.parametrize("measure", [background_share, animal_contrast])
def test_saliency_with_a_sign_is_refused_and_whole_numbers_are_not_rounded(measure: Any) -> None:
    masks = torch.tensor([[[0.5, 0.25]]])
    with pytest.raises(ValueError, match="saliency must be 0 or more.*got -2"):
        measure(torch.tensor([[[1.0, -2.0]]]), masks)
    with pytest.raises(ValueError, match="saliency holds NaN or infinity"):
        measure(torch.tensor([[[1.0, float("nan")]]]), masks)
    assert torch.equal(measure(torch.tensor([[[1, 2]]]), masks), measure(torch.tensor([[[1.0, 2.0]]]), masks))


def test_images_of_another_size_are_answered_in_words() -> None:
    model: Any = nn.Sequential(nn.Flatten(), nn.Linear(12, 2))
    model.input_shape = (3, 2, 2)
    words = r"does not take these images, \(3, 2, 5\).* It was made for \(3, 2, 2\)"
    for images in (EXPECTED.images, EXPECTED.images[0]):
        with pytest.raises(ValueError, match=words):
            bare_predictions(model, images)
        with pytest.raises(ValueError, match=words):
            flip_rate(model, images, images)
    with pytest.raises(ValueError, match=words):
        shortcut_report(model, EXPECTED, swapped=SWAPPED, bare=BARE)


def test_the_model_comes_back_as_it_was() -> None:
    model = looks_at_the_background().train()
    model(EXPECTED.images).sum().backward()
    weights, gradient = model.weights.clone(), model.weights.grad.clone()
    with torch.no_grad():
        shortcut_report(model, EXPECTED, swapped=SWAPPED, bare=BARE)
    assert torch.equal(model.weights, weights) and torch.equal(model.weights.grad, gradient)
    assert model.training and model.weights.requires_grad
