"""The exercises of lesson 07: a right answer gets every point, a typical mistake loses its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch

from vizwidgets.core.measurement import Measurement, Measurements

LESSON = Path(__file__).parents[2] / "notebooks" / "07_playing_for_data.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
GRID = Measurements(
    Measurement("rendered scenes", "camera look", strategy, count, 0, score)
    for strategy, score in (("from scratch", 0.5), ("head, then all", 0.6))
    for count in (4, 16)
)


def points(name: str, answer: str) -> float:
    """Run the setup of an exercise, an answer instead of its stub, and its checks; return the points."""
    from vizwidgets.grading import Checks, close

    lesson: dict[str, Any] = {"torch": torch, "seed": 0, "grid": GRID, "Checks": Checks, "close": close}
    exec(compile(answer, f"<{name}>", "exec"), lesson)
    exec(compile(CELLS[f"check_{name}"], f"<check_{name}>", "exec"), lesson)
    return float(lesson["c"].score())


def changed(answer: str, *change: str) -> str:
    old, new = change
    assert old in answer
    return answer.replace(old, new)


IOU = """
def my_iou(said, labels, number):
    counted = labels != 255
    said, true = (said == number) & counted, (labels == number) & counted
    union = (said | true).sum()
    return ((said & true).sum() / union).item() if union else float("nan")
"""
BY_MATRIX = """
def my_iou(said, labels, number):
    from vizwidgets.core.confusion import ConfusionMatrix
    return ConfusionMatrix(8).update(said, labels).iou[number]
"""
BOTH = "(said & true).sum() / union"
DICE = "2 * (said & true).sum() / (said.sum() + true.sum())"
PER_IMAGE = """
    pairs = [(a, b) for a, b in zip(said, true) if (a | b).any()]
    each = [float((a & b).sum() / (a | b).sum()) for a, b in pairs]
    return sum(each) / len(each) if each else float("nan")
    return ("""
WEIGHTS = """
def my_weights(labels, num_classes):
    counts = torch.bincount(labels[labels != 255], minlength=num_classes).double()
    there = counts > 0
    weights = (counts / counts.sum()) ** -0.5
    return torch.where(there, weights / weights[there].mean(), 1.0)
"""
GAIN = """
def my_gain(scores, others):
    each = torch.tensor([scores[seed] - others[seed] for seed in scores if seed in others])
    return each.mean(), each.std()
"""
DIFFERENCES = "[scores[seed] - others[seed] for seed in scores if seed in others]"
BY_PLACE = "[a - b for a, b in zip(scores.values(), others.values())]"
TWO_SPREADS = "sum(torch.tensor(list(of.values())).std() for of in (scores, others))"
WORTH = """
def my_worth(scratch, tuned, k):
    enough = [count for count in scratch if scratch[count] >= tuned[k]]
    return min(enough) if enough else None
"""


@pytest.mark.parametrize(
    ("name", "answer", "wanted"),
    [
        ("iou", IOU, 5),
        ("iou", BY_MATRIX, 5),
        ("weights", WEIGHTS, 4),
        ("gain", GAIN, 4),
        ("gain", changed(GAIN, "each.mean(), each.std()", "[float(each.mean()), float(each.std())]"), 4),
        ("worth", WORTH, 3),
        ("worth", changed(WORTH, "min(enough) if enough else None", "min(enough, default=None)"), 3),
    ],
)
def test_a_right_answer_gets_every_point(name: str, answer: str, wanted: float) -> None:
    assert points(name, answer) == wanted


@pytest.mark.parametrize("name", ["iou", "weights", "gain", "worth"])
def test_a_stub_is_not_answered_yet(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert points(name, CELLS[f"exercise_{name}"]) == 0
    assert capsys.readouterr().out.strip().endswith("not answered yet")


def test_a_right_answer_is_asked_about_the_grid(capsys: pytest.CaptureFixture[str]) -> None:
    points("worth", WORTH)
    assert "4 labelled images after the games: as good as None from scratch" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("void is counted where it is predicted", ("(said == number) & counted", "said == number"), 3),
        ("the share of the class that is found", ("(said | true).sum()", "true.sum()"), 1),
        ("the share of the prediction that is right", ("(said | true).sum()", "said.sum()"), 2),
        ("Dice instead of IoU", (BOTH, DICE), 2),
        ("0 where the class is absent", ('float("nan")', "0.0"), 4),
        ("1 where the class is absent", ('float("nan")', "1.0"), 4),
        ("NaN where it is predicted but never is", ("if union", "if true.any()"), 4),
        ("the mean over the images", ("    return (", PER_IMAGE), 4),
        ("the share of all pixels that is right", (BOTH, "(said == true).float().mean()"), 1),
    ],
)  # fmt: skip
def test_a_mistake_in_the_iou_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("iou", changed(IOU, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("one over the share", ("** -0.5", "** -1.0"), 0),
        ("the root of the share", ("** -0.5", "** 0.5"), 0),
        ("not scaled", (" / weights[there].mean()", ""), 1),
        ("they add up to 1", ("weights[there].mean()", "weights[there].sum()"), 1),
        ("the mean over all classes, absent ones too", ("weights[there].mean()", "weights.mean()"), 3),
        ("0 for an absent class", ("mean(), 1.0", "mean(), 0.0"), 3),
        ("void is a class of its own", ("labels[labels != 255]", "labels.flatten()"), 3),
    ],
)  # fmt: skip
def test_a_mistake_in_the_weights_loses_its_points(
    mistake: str, change: tuple[str, str], wanted: float
) -> None:
    assert points("weights", changed(WEIGHTS, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("the wrong way round", ("scores[seed] - others[seed]", "others[seed] - scores[seed]"), 2),
        ("divided by n", ("each.std()", "each.std(correction=0)"), 3),
        ("the variance", ("each.std()", "each.var()"), 3),
        ("the standard error", ("each.std()", "each.std() / len(each) ** 0.5"), 3),
        ("not paired, two spreads added", ("each.std()", TWO_SPREADS), 2),
        ("paired by place instead of by seed", (DIFFERENCES, BY_PLACE), 2),
        ("seeds that only one has", (" if seed in others", ""), 3),
    ],
)  # fmt: skip
def test_a_mistake_in_the_gain_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("gain", changed(GAIN, *change)) == wanted, mistake


def test_what_a_wrong_exchange_rate_was_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    points("worth", changed(WORTH, "min(enough)", "max(enough)"))
    assert "AssertionError: for two examples you return 64 and 64" in capsys.readouterr().out
    points("worth", changed(WORTH, "else None", "else max(scratch)"))
    assert "AssertionError: you return 64" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("better, not at least as good", (">= tuned", "> tuned"), 2),
        ("the largest", ("min(enough)", "max(enough)"), 2),
        ("the first that suffices", ("min(enough)", "enough[0]"), 2),
        ("always k = 4", ("tuned[k]", "tuned[4]"), 1),
        ("the largest number if none suffices", ("else None", "else max(scratch)"), 2),
        ("the wrong way round", ("scratch[count] >= tuned[k]", "scratch[count] <= tuned[k]"), 0),
    ],
)
def test_a_mistake_in_the_exchange_rate_loses_its_points(
    mistake: str, change: tuple[str, str], wanted: float
) -> None:
    assert points("worth", changed(WORTH, *change)) == wanted, mistake
