"""Segmentation as a task: its loss and scores against plain loops and torch, its words for bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import TensorDataset
from torchmetrics.classification import MulticlassJaccardIndex

from vizwidgets.core.segmentation import BATCH, Segmentation, class_weights
from vizwidgets.core.segmentation_scores import predict_labels, segmentation_scores
from vizwidgets.core.training import train

VOID = 255


def net(classes: int = 3) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, classes, 1)
    )


def colours(num: int = 8, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Images whose pixels are bright in the channel of their class, with a border of void."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (num, 6, 8), generator=generator)
    images = 0.6 * torch.rand(num, 3, 6, 8, generator=generator)
    images.scatter_add_(1, labels[:, None], torch.full((num, 1, 6, 8), 0.4))
    labels[:, 0] = VOID
    return images, labels


def test_the_loss_is_the_weighted_mean_of_a_plain_loop():
    scores, (_, labels) = torch.randn(2, 3, 6, 8), colours(2)
    weights = [0.5, 1.0, 4.0]
    total = share = 0.0
    for image in range(2):
        for row in range(6):
            for column in range(8):
                truth = int(labels[image, row, column])
                if truth != VOID:
                    probabilities = scores[image, :, row, column].softmax(dim=0)
                    total -= weights[truth] * math.log(float(probabilities[truth]))
                    share += weights[truth]
    assert float(Segmentation(weights).loss(scores, labels)) == pytest.approx(total / share, rel=1e-5)
    unweighted = cross_entropy(scores, labels, ignore_index=VOID)
    assert float(Segmentation().loss(scores, labels)) == pytest.approx(float(unweighted), rel=1e-5)


def test_what_is_void_moves_no_weight_and_a_batch_of_void_is_no_trouble():
    scores = torch.randn(1, 3, 6, 8, requires_grad=True)
    labels = colours(1)[1]
    (gradient,) = torch.autograd.grad(Segmentation().loss(scores, labels), scores)
    assert bool((gradient[:, :, 0] == 0).all()) and bool((gradient[:, :, 1:] != 0).all())
    (gradient,) = torch.autograd.grad(Segmentation().loss(scores, labels.fill_(VOID)), scores)
    assert float(gradient.abs().sum()) == 0


def test_the_share_right_does_not_count_void():
    scores = torch.zeros(1, 2, 1, 4)
    scores[0, 1, 0] = torch.tensor([1.0, -1.0, 1.0, 1.0])  # predicted 1, 0, 1, 1
    assert Segmentation().share_right(scores, torch.tensor([[[1, 1, 1, VOID]]])) == pytest.approx(2 / 3)
    assert Segmentation(void=None).share_right(scores, torch.tensor([[[1, 1, 1, 0]]])) == 0.5


def test_class_weights_are_the_frequencies_to_a_power():
    labels = torch.tensor([[[0] * 16 + [1] * 4 + [3] + [VOID] * 3]])
    weights = class_weights(labels, 5)
    assert float(weights[1] / weights[0]) == pytest.approx(2) and float(
        weights[3] / weights[0]
    ) == pytest.approx(4)
    assert float(weights[[0, 1, 3]].mean()) == pytest.approx(1) and weights[[2, 4]].tolist() == [1, 1]
    assert class_weights(labels, power=0).tolist() == [1] * 4
    whole = class_weights(labels, power=1)
    assert float(whole[0] * 16) == pytest.approx(float(whole[3]))


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (([[[VOID]]],), {}, "no pixel with a class"),
        ((torch.zeros(0, 2, 2).long(),), {}, "no pixel with a class"),
        (([[[0, 7]]], 3), {}, r"in 0\.\.2.*got 7"),
        (([[[0.5]]],), {}, "whole numbers"),
        (([[[0]]],), {"power": -1}, "power must be 0 or more"),
        (([[[0]]], 0), {}, "num_classes must be a whole number from 1; got 0"),
        (([[[0]]], "8"), {}, "num_classes must be a whole number from 1; got '8'"),
        (([[[0]]], 2.5), {}, "num_classes must be a whole number from 1; got 2.5"),
    ],
)
def test_class_weights_of_bad_labels_are_answered_in_words(arguments, options, words):
    with pytest.raises(ValueError, match=words):
        class_weights(*arguments, **options)


def test_training_learns_every_pixel_and_the_test_is_torchmetrics_number():
    model, task = net(), Segmentation(class_weights(colours()[1]))
    taken = list(train(model, colours(), epochs=30, batch_size=4, lr=0.05, test=colours(40, 1), task=task))
    assert taken[-1].accuracy > 0.9 > 0.6 > taken[0].accuracy and taken[-1].loss < taken[0].loss / 2
    images, labels = colours(40, 1)
    model.eval()
    with torch.no_grad():
        scores = model(images)
    result = task.test(model, (images, labels))
    expected = MulticlassJaccardIndex(3, ignore_index=VOID)(scores.argmax(dim=1), labels)
    assert len(images) > BATCH and taken[-1].test_mean_iou == result.mean_iou == pytest.approx(
        float(expected)
    )
    assert taken[-1].test_accuracy == result.accuracy == pytest.approx(task.share_right(scores, labels))
    assert result.loss == pytest.approx(float(task.loss(scores, labels)), rel=1e-5)


def test_scores_and_predictions_leave_the_model_as_it_is():
    model = net().train()
    before = [value.clone() for value in model.state_dict().values()]
    scores = segmentation_scores(model, colours(30))
    assert model.training
    assert all(torch.equal(a, b) for a, b in zip(before, model.state_dict().values(), strict=True))
    predicted = predict_labels(model, colours(30)[0])
    assert predicted.shape == (30, 6, 8) and predicted.dtype == torch.int64
    is_known = colours(30)[1] != VOID
    right = (predicted == colours(30)[1])[is_known].float().mean()
    assert scores.pixel_accuracy == pytest.approx(float(right))
    assert int(scores.confusion.sum()) == int(is_known.sum())


def test_classes_that_are_absent_in_a_split_are_named_so_and_left_out_of_the_mean():
    images = torch.tensor([[0.9, 0.2], [0.1, 0.8], [0.0, 0.0]]).view(1, 3, 1, 2)
    scores = segmentation_scores(nn.Identity(), TensorDataset(images, torch.tensor([[[0, 0]]])))
    assert scores.by_class == {"class 0": 0.5, "class 1": 0.0, "class 2": None}
    assert scores.mean_iou == 0.25 and "class 2         absent" in repr(scores)


def test_datasets_lists_and_bytes_are_taken():
    images, labels = colours(3)
    for data in (
        TensorDataset(images, labels),
        list(zip(images, labels, strict=True)),
        (images.numpy(), labels.numpy().astype(np.uint8)),
    ):
        got = Segmentation().pairs(data)
        assert torch.equal(got[0], images) and torch.equal(got[1], labels) and got[1].dtype == torch.int64


IMAGES = torch.rand(2, 3, 4, 6)


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        ((IMAGES, torch.zeros(2, 2, 3).long()), ValueError, r"must be \(2, 4, 6\).*got \(2, 2, 3\).*nearest"),
        ((IMAGES, torch.zeros(2, 1, 4, 6).long()), ValueError, r"labels\[:, 0\]"),
        ((IMAGES, torch.zeros(2, 4, 6, 3).long()), ValueError, "not colours"),
        ((IMAGES, torch.zeros(3, 4, 6).long()), ValueError, r"must be \(2, 4, 6\)"),
        ((IMAGES, torch.zeros(2).long()), ValueError, r"got \(2,\)"),
        ((IMAGES, torch.zeros(2, 4, 6)), ValueError, "whole numbers, one class id per pixel; got float32"),
        ((IMAGES[:0], torch.zeros(0, 4, 6).long()), ValueError, "data is empty"),
        ([], ValueError, "data is empty"),
        ((IMAGES * 255, torch.zeros(2, 4, 6).long()), ValueError, r"data: image values must be in \[0, 1\]"),
        ("streets", TypeError, r"data must be \(images, labels\)"),
        ([(IMAGES[0], torch.zeros(4, 6)), (IMAGES[1], torch.zeros(3, 6))], ValueError, "a label image"),
    ],
)
def test_bad_data_are_answered_in_words(data, error, words):
    with pytest.raises(error, match=words):
        Segmentation().pairs(data)


class Whole(nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3))


@pytest.mark.parametrize(
    ("model", "task", "label", "words"),
    [
        (
            net(),
            Segmentation(),
            7,
            r"the label images of data must be in 0\.\.2.* 255 for void; got 7 \(1 pixels\)",
        ),
        (net(), Segmentation(void=None), VOID, r"one id per class; got 255"),
        (net(), Segmentation([1, 2]), 0, r"class_weights must be 3 numbers.*got 2.*num_classes=3"),
        (Whole(), Segmentation(), 0, r"scores for every pixel, \(N, classes, 4, 6\); got \(1, 3\)"),
        (nn.MaxPool2d(2), Segmentation(), 0, r"got \(1, 3, 2, 3\).*new_model\('segmenter'\)"),
        (nn.Conv2d(1, 3, 1), Segmentation(), 0, "does not take the images of data"),
    ],
)
def test_what_does_not_fit_the_model_is_answered_in_words(model, task, label, words):
    labels = torch.zeros(2, 4, 6).long()
    labels[1, 2, 3] = label
    with pytest.raises(ValueError, match=words):
        task.check(model, (IMAGES, labels))


@pytest.mark.parametrize(("fill", "words"), [(VOID, "2 label images are void"), (1, "2 label images are 1")])
def test_labels_of_no_or_one_class_teach_nothing(fill, words):
    labels = torch.full((2, 4, 6), fill)
    labels[0, 0, 0] = VOID
    with pytest.raises(ValueError, match=words):
        train(net(), (IMAGES, labels), batch_size=2, task=Segmentation())


@pytest.mark.parametrize("weights", [[-1.0, 1.0], [math.nan, 1.0], [[1.0, 2.0]]])
def test_weights_are_numbers_of_0_or_more(weights):
    with pytest.raises(ValueError, match="class_weights must be one number of 0 or more per class"):
        Segmentation(weights)


@pytest.mark.parametrize("weights", [[], [0.0, 0.0]])
def test_weights_with_which_nothing_counts_are_refused(weights):
    with pytest.raises(ValueError, match="at least one of them above 0"):
        Segmentation(weights)


@pytest.mark.parametrize("void", ["x", 1.5, True])
def test_void_is_a_whole_number_or_none(void):
    with pytest.raises(ValueError, match="void must be a whole number, 255 is usual, or None"):
        Segmentation(void=void)


def test_tasks_with_the_same_settings_are_the_same():
    assert Segmentation(torch.tensor([1.0, 2.0])) == Segmentation([1.0, 2.0]) != Segmentation()


def test_what_is_no_network_no_power_and_no_list_of_weights_is_refused_in_words():
    labels = torch.tensor([[[0, 1]]])
    with pytest.raises(TypeError, match="model must be a torch.nn.Module, got str"):
        segmentation_scores("segmenter", (torch.rand(1, 3, 1, 2), labels))
    for power in ("x", None):
        with pytest.raises(ValueError, match="power must be 0 or more, 0.5 is usual; got"):
            class_weights(labels, power=power)
    for weights in ("ab", ["a"], {}, object()):
        with pytest.raises(ValueError, match="class_weights must be one number of 0 or more per class; got"):
            Segmentation(weights)
