"""The exercises of lesson 05: a right answer gets every point, a typical mistake loses its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch

from vizwidgets.core.similarity import rank_correlation

LESSON = Path(__file__).parents[2] / "notebooks" / "05_saliency.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}


def points(name: str, answer: str) -> float:
    """Run the setup of an exercise, an answer instead of its stub, and its checks; return the points."""
    from vizwidgets.grading import Checks, close

    lesson: dict[str, Any] = {"torch": torch, "seed": 0, "rank_correlation": rank_correlation}
    lesson |= {"Checks": Checks, "close": close}
    exec(compile(answer, f"<{name}>", "exec"), lesson)
    exec(compile(CELLS[f"check_{name}"], f"<check_{name}>", "exec"), lesson)
    return float(lesson["c"].score())


MAP = """
def my_map(network, image, target):
    x = image.clone().requires_grad_()
    score = network(x)[0, target]
    (gradient,) = torch.autograd.grad(score, x)
    return gradient.abs().amax(dim=1)[0]
"""
BY_BACKWARD = """
def my_map(network, image, target):
    x = image.detach().clone().requires_grad_(True)
    network(x)[:, target].sum().backward()
    return torch.max(x.grad.abs(), dim=1).values.squeeze(0)
"""
RULE = """
def guided_relu(a, g):
    return (a > 0) * (g > 0) * g
"""
SUM = "sum(slope(image + sigma * noise) for noise in noises) / len(noises)"
MEAN = "torch.stack([slope(image + sigma * noise) for noise in noises]).mean(dim=0)"
SMOOTH = f"""
def my_smoothgrad(slope, image, noises, sigma):
    return {SUM}
"""
QUOTIENT = "(a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()"
RANK = f"""
def my_rank_correlation(first, second):
    a, b = (each.flatten().argsort().argsort().float() for each in (first, second))
    a, b = a - a.mean(), b - b.mean()
    return {QUOTIENT}
"""


def changed(answer: str, *change: str) -> str:
    old, new = change
    assert old in answer
    return answer.replace(old, new)


@pytest.mark.parametrize(
    ("name", "answer", "wanted"),
    [
        ("map", MAP, 5),
        ("map", BY_BACKWARD, 5),
        ("rule", RULE, 3),
        ("rule", changed(RULE, "(a > 0) * (g > 0) * g", "torch.where(a > 0, g, 0 * g).clamp(min=0)"), 3),
        ("smooth", SMOOTH, 3),
        ("smooth", changed(SMOOTH, SUM, MEAN), 3),
        ("rank", RANK, 3),
        ("rank", changed(RANK, QUOTIENT, "torch.corrcoef(torch.stack([a, b]))[0, 1]"), 3),
    ],
)  # fmt: skip
def test_a_right_answer_gets_every_point(name: str, answer: str, wanted: float) -> None:
    assert points(name, answer) == wanted


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("no absolute value", (".abs()", ""), 3),
        ("the mean instead of the maximum", ("amax(dim=1)", "mean(dim=1)"), 4),
        ("the sum instead of the maximum", ("amax(dim=1)", "sum(dim=1)"), 4),
        ("the largest slope, and then its sign", (".abs().amax(dim=1)", ".amax(dim=1).abs()"), 4),
        ("the probability instead of the score", ("network(x)[0", "network(x).softmax(dim=1)[0"), 3),
        ("rescaled to 0..1", ("return gradient.abs().amax(dim=1)[0]", """M = gradient.abs().amax(dim=1)[0]
    return (M - M.min()) / (M.max() - M.min()).clamp(min=1e-9)"""), 3),
        ("the predicted class", ("network(x)[0, target]", "network(x)[0].max()"), 3),
        ("a batch axis is left", ("[0]\n", "\n"), 0),
        ("a graph hangs on it", (", x)\n", ", x)\n    gradient = gradient + 0 * x\n"), 4),
        ("times the image", ("gradient.abs()", "(gradient * image).abs()"), 3),
        ("all zeros", ("return gradient", "return 0 * gradient"), 1),
    ],
)  # fmt: skip
def test_a_mistake_in_the_map_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("map", changed(MAP, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "body", "wanted"),
    [
        ("the ordinary ReLU", "(a > 0) * g", 2),
        ("the deconvolution's rule", "(g > 0) * g", 2),
        ("the activation is handed on", "(a > 0) * (g > 0) * a", 0),
        ("ones are handed on", "((a > 0) & (g > 0)).float()", 0),
        ("the product", "(a * g).clamp(min=0)", 0),
        ("the absolute value", "(a > 0) * g.abs()", 2),
        ("everything", "g", 1),
        ("nothing", "0 * g", 0),
    ],
)
def test_a_mistake_in_the_guided_rule_loses_its_points(mistake: str, body: str, wanted: float) -> None:
    answer = changed(RULE, "(a > 0) * (g > 0) * g", body)
    assert points("rule", answer) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("the variance as standard deviation", ("sigma *", "sigma**2 *"), 2),
        ("the root of it", ("sigma *", "sigma**0.5 *"), 2),
        ("the sum", (" / len(noises)", ""), 0),
        ("the mean of absolute values", (" for noise", ".abs() for noise"), 2),
        ("the gradient at the mean image", (SUM, "slope(image + sigma * sum(noises) / len(noises))"), 2),
        ("noise instead of noise on the image", ("image + ", ""), 0),
        ("one sample", ("in noises) / len(noises)", "in noises[:1])"), 1),
    ],
)  # fmt: skip
def test_a_mistake_in_smoothgrad_loses_its_points(
    mistake: str, change: tuple[str, str], wanted: float
) -> None:
    assert points("smooth", changed(SMOOTH, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("the values", (".argsort().argsort().float()", ""), 1),
        ("argsort once", (".argsort().argsort()", ".argsort()"), 1),
        ("no mean is subtracted", ("    a, b = a - a.mean(), b - b.mean()\n", ""), 1),
        ("the covariance", (" / (a.square().sum() * b.square().sum()).sqrt()", ""), 0),
        ("its square", ("return (a * b).sum()", "return (a * b).sum().abs()"), 1),
    ],
)
def test_a_mistake_in_the_rank_correlation_loses_its_points(
    mistake: str, change: tuple[str, str], wanted: float
) -> None:
    assert points("rank", changed(RANK, *change)) == wanted, mistake


@pytest.mark.parametrize("name", ["map", "rule", "smooth", "rank"])
def test_an_exercise_that_is_not_begun_is_not_told_off(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert points(name, CELLS[f"exercise_{name}"]) == 0
    assert capsys.readouterr().out.strip().endswith("not answered yet")
