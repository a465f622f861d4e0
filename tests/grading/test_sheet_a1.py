"""Sheet A1: right answers that are written otherwise than the solution get every point."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vizwidgets.grading.checks import take_scores
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.sheet import Sheet

COURSE = Course(Path(__file__).parents[2] / "notebooks" / "assignments")
SHEET = Sheet.read(COURSE.source(COURSE.find("a1")))

VARIATION_BY_DIFF = """
def total_variation(images):
    values = images.shape[1] * images.shape[2] * images.shape[3]
    across, down = images.diff(dim=-1).abs(), torch.diff(images, dim=-2).abs()
    return (across.sum((1, 2, 3)) + down.sum((1, 2, 3))) / values
"""
VARIATION_BY_PADDING = """
def total_variation(images):
    from torch.nn.functional import pad
    right = pad(images, (0, 1, 0, 0), mode="replicate")[..., 1:] - images
    below = pad(images, (0, 0, 0, 1), mode="replicate")[..., 1:, :] - images
    return (right.abs() + below.abs()).mean(dim=(1, 2, 3))
"""
VARIATION_BY_LOOPS = """
def total_variation(images):
    found = []
    for image in images:
        total = 0 * image.sum()
        for r in range(image.shape[1]):
            for s in range(image.shape[2]):
                if s + 1 < image.shape[2]:
                    total = total + torch.abs(image[:, r, s + 1] - image[:, r, s]).sum()
                if r + 1 < image.shape[1]:
                    total = total + torch.abs(image[:, r + 1, s] - image[:, r, s]).sum()
        found.append(total / image.numel())
    return torch.stack(found)
"""
NORM_BY_TORCH = """
def p_norm(images, p):
    return torch.linalg.vector_norm(images, ord=p, dim=(1, 2, 3))
"""
NORM_BY_OPERATORS = """
def p_norm(images, p):
    return (abs(images) ** p).sum(dim=(1, 2, 3)) ** (1 / p)
"""
STEP_BY_IMAGE = """
def ascent_step(images, gradient, lr):
    steps = [g / g.abs().max() if g.abs().max() > 0 else g for g in gradient]
    return torch.clip(images + lr * torch.stack(steps), min=0, max=1)
"""
STEP_WITH_A_TINY_NUMBER = """
def ascent_step(images, gradient, lr):
    largest = gradient.abs().flatten(1).max(dim=1).values.view(-1, 1, 1, 1)
    x = images + lr * gradient / (largest + 1e-8)
    return torch.minimum(torch.maximum(x, torch.zeros_like(x)), torch.ones_like(x))
"""
NEURONS_BY_SMALL_STEPS = """
def two_neuron_gradient(x, w, v, weight):
    def sigmoid(s):
        return 1 / (1 + math.exp(-s))

    a = sigmoid(sum(wi * xi for wi, xi in zip(w, x)) + w[2])
    f = sigmoid(v[0] * a + v[1])
    df_da = v[0] * math.exp(-(v[0] * a + v[1])) * f**2
    da_dx = [a * (1 - a) * w[0], (a - a**2) * w[1]]
    return [df_da * slope - weight * (pixel + pixel) for slope, pixel in zip(da_dx, x)]
"""
NEURONS_IN_TENSORS = """
def two_neuron_gradient(x, w, v, weight):
    x, w, v = (torch.tensor(each, dtype=torch.float64) for each in (x, w, v))
    a = torch.sigmoid(w[:2] @ x + w[2])
    f = torch.sigmoid(v[0] * a + v[1])
    return f * (1 - f) * v[0] * a * (1 - a) * w[:2] - 2 * weight * x
"""
ASCENT_BY_BACKWARD = """
def maximize(model, digit, start, regularizer, weight, num_steps=60, lr=0.05):
    kept = [parameter.grad for parameter in model.parameters()]
    x = start.clone()
    for i in range(num_steps):
        x = x.detach().requires_grad_(True)
        (model(x)[:, digit] - weight * regularizer(x)).sum().backward()
        with torch.no_grad():
            g = x.grad
            x = torch.clamp(x + lr * g / (g.abs().amax((1, 2, 3), keepdim=True) + 1e-8), 0, 1)
    for parameter, gradient in zip(model.parameters(), kept):
        parameter.grad = gradient
    return x
"""
ASCENT_OF_EACH_IMAGE = """
def maximize(model, digit, start, regularizer, weight, num_steps=60, lr=0.05):
    ends = []
    for image in start:
        x = image[None].clone()
        for _ in range(num_steps):
            x.requires_grad_(True)
            up = torch.autograd.grad(model(x)[0, digit], x)[0]
            back = torch.autograd.grad(regularizer(x)[0], x)[0]
            g = up - weight * back
            x = (x.detach() + lr * g / g.abs().max().clamp(min=1e-9)).clip(0, 1)
        ends.append(x)
    return torch.cat(ends)
"""
ASCENT_IN_EVAL_MODE_FOR_A_WHILE = """
def maximize(model, digit, start, regularizer, weight, num_steps=60, lr=0.05):
    was_training = model.training
    model.eval()
    x = start.detach().clone()
    for _ in range(num_steps):
        x = x.requires_grad_()
        J = model(x)[:, digit] - weight * regularizer(x)
        g = torch.autograd.grad(J.mean(), x)[0]
        with torch.no_grad():
            x = x + lr * g / g.flatten(1).abs().max(dim=1)[0].reshape(-1, 1, 1, 1)
            x = x.clamp(0.0, 1.0)
    model.train(was_training)
    return x
"""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("q1", VARIATION_BY_DIFF),
        ("q1", VARIATION_BY_PADDING),
        ("q1", VARIATION_BY_LOOPS),
        ("q2", NORM_BY_TORCH),
        ("q2", NORM_BY_OPERATORS),
        ("q3", STEP_BY_IMAGE),
        ("q3", STEP_WITH_A_TINY_NUMBER),
        ("q4", NEURONS_BY_SMALL_STEPS),
        ("q4", NEURONS_IN_TENSORS),
        ("q5", ASCENT_BY_BACKWARD),
        ("q5", ASCENT_OF_EACH_IMAGE),
        ("q5", ASCENT_IN_EVAL_MODE_FOR_A_WHILE),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seed", [0, 1])
def test_a_right_answer_in_other_words_gets_every_point(
    question: str, answer: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIZ_GRADE_SEED", str(seed))
    take_scores()
    student: dict[str, Any] = {}
    for source in (SHEET.cell("setup").source, answer):
        exec(compile(source, "<answer>", "exec"), student)
    for name in (f"{question}_check", f"{question}_hidden"):
        exec(compile(SHEET.cell(name).source, f"<{name}>", "exec"), student)
    missed = [
        (one.label, one.reason) for score in take_scores() for one in score.criteria if not one.is_met
    ]
    assert missed == []
