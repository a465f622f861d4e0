"""Confusion matrix: against a double loop and torchmetrics, with void, absent classes and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torchmetrics.classification import MulticlassConfusionMatrix, MulticlassJaccardIndex

from vizwidgets.core.confusion import ConfusionMatrix

VOID = 255


def street(seed: int, shape: tuple[int, ...] = (3, 7, 9)) -> tuple[torch.Tensor, torch.Tensor]:
    """Predictions and labels of five classes with a tenth of void."""
    generator = torch.Generator().manual_seed(seed)
    predicted, labels = (torch.randint(5, shape, generator=generator) for _ in range(2))
    return predicted, labels.masked_fill(torch.rand(shape, generator=generator) < 0.1, VOID)


def by_double_loop(predicted: torch.Tensor, labels: torch.Tensor, classes: int) -> list[list[int]]:
    counts = [[0] * classes for _ in range(classes)]
    for guess, truth in zip(predicted.flatten().tolist(), labels.flatten().tolist(), strict=True):
        if truth != VOID:
            counts[truth][guess] += 1
    return counts


def test_counts_and_scores_are_those_of_a_double_loop():
    predicted, labels = street(0)
    matrix = ConfusionMatrix(5).update(predicted, labels)
    counts = by_double_loop(predicted, labels, 5)
    assert matrix.counts.tolist() == counts
    ious = []
    for i in range(5):
        row, column = sum(counts[i]), sum(counts[j][i] for j in range(5))
        ious.append(counts[i][i] / (row + column - counts[i][i]))
        assert float(matrix.class_accuracy[i]) == pytest.approx(counts[i][i] / row)
    assert matrix.iou.tolist() == pytest.approx(ious) and matrix.mean_iou == pytest.approx(sum(ious) / 5)
    total = sum(map(sum, counts))
    assert matrix.pixel_accuracy == pytest.approx(sum(counts[i][i] for i in range(5)) / total)
    assert matrix.num_pixels == total == int((labels != VOID).sum())


@pytest.mark.parametrize("seed", range(4))
def test_it_agrees_with_torchmetrics_also_where_classes_are_absent(seed):
    predicted, labels = street(seed)
    options = {"num_classes": 7, "ignore_index": VOID}  # classes 5 and 6 are absent
    jaccard, each = MulticlassJaccardIndex(**options), MulticlassJaccardIndex(**options, average="none")
    counts = MulticlassConfusionMatrix(**options)
    matrix = ConfusionMatrix(7)
    for part, truth in zip(predicted.split(1), labels.split(1), strict=True):
        matrix.update(part, truth)
        for metric in (jaccard, each, counts):
            metric.update(part, truth)
    assert torch.equal(matrix.counts, counts.compute())
    assert matrix.mean_iou == pytest.approx(float(jaccard.compute()))
    assert matrix.is_absent.tolist() == [False] * 5 + [True] * 2
    assert torch.equal(matrix.iou.isnan(), matrix.is_absent)
    torch.testing.assert_close(matrix.iou[:5].float(), each.compute()[:5])


def test_a_class_that_is_predicted_but_never_there_counts_as_0_as_in_torchmetrics():
    predicted, labels = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 0, 1, 1])
    matrix = ConfusionMatrix(4).update(predicted, labels)
    assert matrix.iou.nan_to_num(-1).tolist() == [1, 0.5, 0, -1]
    assert matrix.mean_iou == pytest.approx(0.5)
    assert matrix.mean_iou == pytest.approx(float(MulticlassJaccardIndex(4)(predicted, labels)))
    assert matrix.class_accuracy.isnan().tolist() == [False, False, True, True]


def test_batches_add_up_to_the_whole_whatever_their_size():
    predicted, labels = street(1, shape=(6, 5, 4))
    whole = ConfusionMatrix(5).update(predicted, labels)
    parts = ConfusionMatrix(5)
    for rows in (slice(0, 1), slice(1, 5), slice(5, 6)):
        parts.update(predicted[rows], labels[rows])
    assert torch.equal(whole.counts, parts.counts)
    single = [ConfusionMatrix(5).update(*pair).mean_iou for pair in zip(predicted, labels, strict=True)]
    assert abs(sum(single) / 6 - whole.mean_iou) > 1e-4  # the mean over images is another number


def test_what_is_predicted_on_void_changes_nothing():
    predicted, labels = street(2)
    other = predicted.masked_fill(labels == VOID, 0)
    assert not torch.equal(predicted, other)
    one, two = (ConfusionMatrix(5).update(guess, labels) for guess in (predicted, other))
    assert torch.equal(one.counts, two.counts)


def test_before_anything_is_counted_the_scores_are_not_numbers():
    for matrix in (ConfusionMatrix(3), ConfusionMatrix(3).update([0, 1], [VOID, VOID])):
        assert math.isnan(matrix.mean_iou) and math.isnan(matrix.pixel_accuracy)
        assert matrix.num_pixels == 0 and bool(matrix.is_absent.all())


def test_bytes_arrays_and_lists_are_taken_and_the_void_id_is_free():
    predicted, labels = np.array([[0, 1]], np.uint8), np.array([[0, 11]], np.uint8)
    assert ConfusionMatrix(2, void=11).update(predicted, labels).counts.tolist() == [[1, 0], [0, 0]]
    assert ConfusionMatrix(2, void=-1).update([0, 1], [-1, 1]).counts.tolist() == [[0, 0], [0, 1]]
    assert ConfusionMatrix(300, void=None).update([255], [255]).iou[255] == 1


@pytest.mark.parametrize(
    ("predicted", "labels", "error", "words"),
    [
        ([[0], [1]], [[0, 1]], ValueError, r"one shape; got \(2, 1\) and \(1, 2\)"),
        ([0, 1], [0, 3], ValueError, r"labels must be in 0\.\.2.* or 255 for void; got 3 \(1 pixels\)"),
        ([0, 1], [0, -1], ValueError, r"got -1 \(1 pixels\)"),
        ([0, 255], [0, 1], ValueError, r"predicted must be in 0\.\.2, one id per class; got 255"),
        (list(range(3, 12)), [0] * 9, ValueError, "7 \\(1 pixels\\) and 4 others"),
        ([0.0, 1.0], [0, 1], ValueError, "predicted must be whole numbers.*got float32"),
        ([0, 1], [True, False], ValueError, "labels must be whole numbers.*got bool"),
        (torch.zeros(1, 3, 2, 2), torch.zeros(1, 2, 2).long(), ValueError, r"scores\.argmax\(dim=1\)"),
        ("road", [0], TypeError, "predicted must be an array of class ids"),
    ],
)
def test_bad_input_is_answered_in_words_and_nothing_is_counted(predicted, labels, error, words):
    matrix = ConfusionMatrix(3).update([0], [0])
    with pytest.raises(error, match=words):
        matrix.update(predicted, labels)
    assert matrix.num_pixels == 1


@pytest.mark.parametrize("classes", [0, -1, 2.0, True, "8", 10**6])
def test_the_number_of_classes_is_checked(classes):
    with pytest.raises(ValueError, match="num_classes must be a whole number"):
        ConfusionMatrix(classes)


@pytest.mark.parametrize("void", [0, 7, 1.5, "none"])
def test_void_may_not_be_a_class(void):
    with pytest.raises(ValueError, match=r"outside of the classes 0\.\.7, or None"):
        ConfusionMatrix(8, void=void)


def test_it_says_what_it_holds():
    matrix = ConfusionMatrix(2).update([0, 1, 1, 1], [0, 1, 1, 0])
    assert repr(matrix) == "ConfusionMatrix(2 classes, 4 pixels, mean IoU 0.583, pixels right 75.0%)"
