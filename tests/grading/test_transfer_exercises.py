"""The exercises of lesson 06: a right answer gets every point, a typical mistake loses its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch

import vizwidgets as vw

LESSON = Path(__file__).parents[2] / "notebooks" / "06_transfer_learning.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}


def points(name: str, answer: str) -> float:
    """Run the setup of an exercise, an answer instead of its stub, and its checks; return the points."""
    from vizwidgets.grading import Checks, close

    lesson: dict[str, Any] = {"torch": torch, "seed": 0, "vw": vw, "Checks": Checks, "close": close}
    exec(compile(answer, f"<{name}>", "exec"), lesson)
    exec(compile(CELLS[f"check_{name}"], f"<check_{name}>", "exec"), lesson)
    return float(lesson["c"].score())


def changed(answer: str, *change: str) -> str:
    old, new = change
    assert old in answer
    return answer.replace(old, new)


FREEZE = """
def freeze_layers(network, layers):
    for name, weight in network.named_parameters():
        if name.split(".")[0] in layers:
            weight.requires_grad_(False)
"""
BY_SUBMODULE = """
def freeze_layers(network, layers):
    for layer in layers:
        network.get_submodule(layer).requires_grad_(False)
    return network
"""
GAIN = """
import statistics

def paired_gain(new, old):
    gains = [new[seed] - old[seed] for seed in new if seed in old]
    return statistics.mean(gains), statistics.stdev(gains)
"""
WITH_TORCH = """
def paired_gain(new, old):
    both = sorted(new.keys() & old.keys())
    gains = torch.tensor([new[seed] - old[seed] for seed in both], dtype=torch.float64)
    return gains.mean(), gains.std()
"""
CUT = """
def where_to_cut(accuracies):
    names = list(accuracies)
    best = 0
    for place, name in enumerate(names):
        if accuracies[name] >= accuracies[names[best]]:
            best = place
    return names[min(best + 1, len(names) - 1)]
"""
BY_SORTING = """
def where_to_cut(accuracies):
    names = list(accuracies)
    best = max(range(len(names)), key=lambda i: (accuracies[names[i]], i))
    return (names[1:] + names[-1:])[best]
"""
CKA = """
def my_cka(a, b):
    a, b = a - a.mean(dim=0), b - b.mean(dim=0)
    return (b.T @ a).square().sum() / ((a.T @ a).norm() * (b.T @ b).norm())
"""
OF_IMAGES = """
def my_cka(a, b):
    a, b = a - a.mean(dim=0, keepdim=True), b - b.mean(dim=0, keepdim=True)
    K, L = a @ a.T, b @ b.T
    return ((K * L).sum() / (K.norm() * L.norm())).item()
"""


@pytest.mark.parametrize(
    ("name", "answer", "wanted"),
    [
        ("freeze", FREEZE, 3),
        ("freeze", BY_SUBMODULE, 3),
        ("gain", GAIN, 3),
        ("gain", WITH_TORCH, 3),
        ("cut", CUT, 4),
        ("cut", BY_SORTING, 4),
        ("cka", CKA, 3),
        ("cka", OF_IMAGES, 3),
    ],
)
def test_a_right_answer_gets_every_point(name: str, answer: str, wanted: float) -> None:
    assert points(name, answer) == wanted


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("the beginning of a name", ('name.split(".")[0] in layers', "name.startswith(tuple(layers))"), 2),
        ("weights without biases", ("if ", "if name.endswith('weight') and "), 0),
        ("the others instead", (" in layers", " not in layers"), 0),
        ("everything", ('if name.split(".")[0] in layers', "if True"), 0),
        ("nothing", ("requires_grad_(False)", "requires_grad_(True)"), 0),
        ("the first layer only", (" in layers", " == layers[0]"), 2),
        ("the layer itself, but nothing inside of it", ('name.split(".")[0]', 'name.rsplit(".", 1)[0]'), 1),
        ("a gradient is cleared", ("weight.requires_grad_(False)", "weight.grad = None"), 0),
    ],
)
def test_a_mistake_in_freezing_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("freeze", changed(FREEZE, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("divided by n", ("stdev", "pstdev"), 1),
        ("seeds that one of them lacks", (" if seed in old", ""), 2),
        ("lost minus won", ("new[seed] - old[seed]", "old[seed] - new[seed]"), 0),
        ("the variance", ("stdev", "variance"), 1),
        ("the relative gain", ("new[seed] - old[seed]", "new[seed] / old[seed] - 1"), 0),
        ("paired by place", ("[new[seed] - old[seed] for seed in new if seed in old]",
                             "[a - b for a, b in zip(new.values(), old.values())]"), 2),
        ("difference of deviations", ("stdev(gains)",
                                      "stdev(new.values()) - statistics.stdev(old.values())"), 1),
    ],
)  # fmt: skip
def test_a_mistake_in_the_gain_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("gain", changed(GAIN, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("of equals the first", (">=", ">"), 3),
        ("the best layer itself", ("best + 1", "best"), 1),
        ("beyond the last one", ("min(best + 1, len(names) - 1)", "best + 1"), 3),
        ("the worst layer", (">=", "<="), 0),
        ("always before the dense layers", ("names[min(best + 1, len(names) - 1)]", "'dense1'"), 0),
        ("always the head", ("names[min(best + 1, len(names) - 1)]", "names[-1]"), 2),
    ],
)
def test_a_mistake_in_the_cut_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("cut", changed(CUT, *change)) == wanted, mistake


@pytest.mark.parametrize(
    ("mistake", "change", "wanted"),
    [
        ("nothing is centred", ("    a, b = a - a.mean(dim=0), b - b.mean(dim=0)\n", ""), 1),
        ("centred by one mean", ("a.mean(dim=0), b - b.mean(dim=0)", "a.mean(), b - b.mean()"), 1),
        ("no square above", (".square().sum()", ".square().sum().sqrt()"), 0),
        ("squares below", ("((a.T @ a).norm() * (b.T @ b).norm())",
                           "((a.T @ a).norm() * (b.T @ b).norm()) ** 2"), 0),
        ("one norm only", (" * (b.T @ b).norm()", " ** 2"), 1),
        ("always 1", ("return ", "return 1.0 + 0 * "), 2),
    ],
)  # fmt: skip
def test_a_mistake_in_cka_loses_its_points(mistake: str, change: tuple[str, str], wanted: float) -> None:
    assert points("cka", changed(CKA, *change)) == wanted, mistake


@pytest.mark.parametrize("name", ["freeze", "gain", "cut", "cka"])
def test_an_exercise_that_is_not_begun_is_not_told_off(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    stub = "from vizwidgets.grading import Checks, close\n" + CELLS[f"exercise_{name}"]
    assert points(name, stub) == 0
    assert capsys.readouterr().out.strip().endswith("not answered yet")
