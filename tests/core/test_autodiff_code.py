"""The PyTorch code of a graph: it runs by itself, whatever the student's names and numbers are."""

from __future__ import annotations

import math

import pytest

from vizwidgets.core.autodiff import Evaluation, compute_graph, evaluate, torch_code

VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def assert_same(output: str, evaluation: Evaluation) -> None:
    """Compare what the code has printed, the value and then each gradient, with the steps of the graph."""
    printed = [float(line.split()[-1]) for line in output.splitlines()]
    expected = [evaluation.value, *evaluation.gradient.values()]
    assert printed == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    "expression",
    [
        "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))",
        "w0 - (x0 - w1) - -x1 / (w2 / w0) ** -x1 ** 2",
        "max(2, w0) + min(x0, -1) * exp(2) - abs(w1)*sqrt(x1*x1)**2**w2 + 3**2*relu(w0)",
        "-w0**2 * (-w1)**2 + 9**9**9**9 * x0*x1*w2",
        "torch * w0 + print / f",
    ],
)
def test_the_pytorch_code_runs_and_gives_the_same_numbers(expression, capsys):
    graph = compute_graph(expression)
    values = {name: VALUES.get(name, 2.5) for name in graph.names}
    exec(torch_code(graph, values), {})
    assert_same(capsys.readouterr().out, evaluate(graph, values))


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("torch * torch_", {"torch": 1.0, "torch_": 2.0}),
        ("torch_ * torch - torch__", {"torch": 1.0, "torch_": 2.0, "torch__": 5.0}),
        ("print * print_ + float", {"print": 3.0, "print_": 2.0, "float": 7.0}),
        ("float * x", {"float": 2.0, "x": math.inf}),
        ("inf * nan - x", {"inf": 2.0, "nan": -math.inf, "x": 1.0}),
        ("inf * x", {"inf": 2.0, "x": math.nan}),
        ("f * y + out / result_", {"f": 1.0, "y": 2.0, "out": 3.0, "result_": 4.0}),
        ("result_", {"result_": 4.0}),
        ("f * y * out * result_ * result__", dict.fromkeys(("f", "y", "out", "result_", "result__"), 2.0)),
        ("\ufb01 / fi", {"\ufb01": 1.0, "fi": 4.0}),  # one name to Python, two inputs here
        ("\uff46 * x", {"\uff46": 3.0, "x": 2.0}),  # a wide f beside the result f
        ("__debug__ * __builtins__ * tensor", {"__debug__": 1.0, "__builtins__": 2.0, "tensor": 3.0}),
        ("𝐢𝐟 + x", {"𝐢𝐟": 1.0, "x": 2.0}),  # bold letters; Python reads `if`
        ("(-0)**x", {"x": 0.0}),
    ],
)
def test_no_name_and_no_number_breaks_the_pytorch_code(expression, values, capsys):
    evaluation = evaluate(compute_graph(expression), values)
    exec(torch_code(evaluation.graph, values), {})
    assert_same(capsys.readouterr().out, evaluation)
