"""Values and gradients of a compute graph, against PyTorch, finite differences and closed forms."""

from __future__ import annotations

import math
import random

import pytest
import torch

from vizwidgets.core.autodiff import compare, compute_graph, evaluate, gradient
from vizwidgets.core.autodiff.operations import BINARY, FUNCTIONS

LECTURE = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
TORCH = {
    **{
        name: getattr(torch, name) for name in ("exp", "log", "sin", "cos", "tanh", "sqrt", "sigmoid", "relu")
    },
    "abs": torch.abs,
    "max": torch.maximum,
    "min": torch.minimum,
}


def random_expression(pick: random.Random, depth: int) -> str:
    """Write a random expression; Python reads it as we do, with its own rules of what binds more."""
    if depth == 0 or pick.random() < 0.1:
        return pick.choice(["x", "y", "z", "x", "y", "z", "2.5", "3", "0.5"])
    inside = lambda: random_expression(pick, depth - 1)  # noqa: E731
    kind = pick.randrange(5)
    if kind == 0:
        name = pick.choice(sorted(set(TORCH) - {"max", "min"}))
        return f"{name}(x + {inside()})"  # no constant alone: PyTorch's functions want a tensor
    if kind == 1:
        return f"{pick.choice(['max', 'min'])}(x * {inside()}, y - {inside()})"
    if kind == 2:
        return f"({inside()})" if pick.random() < 0.5 else f"-{inside()}"
    if kind == 3:
        return f"(x - {inside()})**{pick.choice(['2', '3', '-1', '-2', '0.5'])}"
    return f"{inside()} {pick.choice('+-*/')} {inside()}"


def by_python(expression: str, values: dict[str, float]) -> tuple[float, dict[str, float]]:
    """Let Python read the expression, and PyTorch differentiate it."""
    inputs = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in values.items()
    }
    result = eval(expression, {"__builtins__": {}, **TORCH}, inputs)
    result.backward()
    grads = {name: 0.0 if each.grad is None else float(each.grad) for name, each in inputs.items()}
    return float(result.detach()), grads


def test_a_shut_gate_lets_nothing_through_not_even_an_infinite_gradient():
    assert gradient("sqrt(relu(x)) + y", {"x": -1.0, "y": 1.0})["x"] == 0.0  # as PyTorch has it


def close(first: float, second: float, relative: float = 1e-9) -> bool:
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return first == second or abs(first - second) <= relative * max(1.0, abs(first), abs(second))


@pytest.mark.parametrize("seed", range(150))
def test_values_and_gradients_are_those_of_python_and_pytorch(seed):
    pick = random.Random(seed)
    while True:  # until all numbers on the way are finite: what ∞ does is tested by itself
        expression = f"x * y - z + {random_expression(pick, 5)}"
        values = {name: pick.uniform(-2.5, 2.5) for name in "xyz"}
        evaluation = evaluate(compute_graph(expression), values)
        if not evaluation.trouble:
            break
    value, gradients = by_python(expression, values)
    assert close(evaluation.value, value), expression
    assert evaluation.gradient.keys() == gradients.keys()
    for name, own in evaluation.gradient.items():
        assert close(own, gradients[name]), (expression, name)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("places", [(0.7, 0.3), (1.9, 2.2)])
def test_each_function_has_the_slope_that_one_would_measure(name, places):
    operands = "xy"[: FUNCTIONS[name].num_operands]
    graph = compute_graph(f"{name}({', '.join(operands)})")
    rows = compare(graph, dict(zip(operands, places, strict=False)))
    for row in rows:
        assert row.finite_difference == pytest.approx(row.graph, abs=1e-7)
        assert row.agree


@pytest.mark.parametrize("sign", sorted(BINARY))
@pytest.mark.parametrize("places", [(0.7, 0.3), (1.9, -2.2)])
def test_each_operator_has_the_slope_that_one_would_measure(sign, places):
    for row in compare(compute_graph(f"x {sign} y"), dict(zip("xy", places, strict=True))):
        assert row.finite_difference == pytest.approx(row.graph, abs=1e-7)
        assert row.agree


def test_the_lectures_example_has_the_gradients_of_its_closed_form():
    evaluation = evaluate(compute_graph(LECTURE), VALUES)
    sigmoid = 1 / (1 + math.exp(-1.0))  # w0 x0 + w1 x1 + w2 = 1
    local = sigmoid * (1 - sigmoid)
    assert evaluation.value == pytest.approx(sigmoid, abs=1e-12)
    expected = {"w0": -local, "x0": 2 * local, "w1": -2 * local, "x1": -3 * local, "w2": local}
    assert evaluation.gradient == pytest.approx(expected, abs=1e-12)
    assert [round(each, 2) for each in evaluation.gradient.values()] == [-0.2, 0.39, -0.39, -0.59, 0.2]


def test_the_sigmoid_as_one_node_and_as_four_has_the_same_gradient():
    assert gradient("sigmoid(w0*x0 + w1*x1 + w2)", VALUES) == pytest.approx(gradient(LECTURE, VALUES))


def test_a_name_that_is_used_twice_is_one_node_whose_gradients_add_up():
    graph = compute_graph("x*x + x")
    assert graph.names == ("x",)
    evaluation = evaluate(graph, {"x": 3.0})
    assert evaluation.gradient == {"x": 7.0}
    flows = evaluation.after(len(evaluation.steps)).flows
    assert sorted(flows.values()) == [1.0, 1.0, 3.0, 3.0]  # into the sum: 1 and 1; into the product: 3 and 3


def test_a_text_that_is_written_twice_is_two_nodes():
    assert len(compute_graph("(a + b) * (a + b)").operations) == 3


# -- steps --------------------------------------------------------------------------------------------


def test_nodes_come_after_their_operands_and_steps_go_there_and_back():
    graph = compute_graph(LECTURE)
    assert all(parent < node.index for node in graph.nodes for parent in node.parents)
    evaluation = evaluate(graph, VALUES)
    forward = [step.node for step in evaluation.steps if step.phase == "forward"]
    backward = [step.node for step in evaluation.steps if step.phase == "backward"]
    assert forward == [node.index for node in graph.operations]
    assert backward == [forward[-1], *reversed(forward)]
    assert evaluation.num_forward == 8 and len(evaluation.steps) == 17


def test_after_some_steps_only_that_much_is_known():
    evaluation = evaluate(compute_graph("(a + b) * c"), {"a": 1, "b": 2, "c": 4})
    start, middle = evaluation.after(0), evaluation.after(3)
    assert [value is None for value in start.values] == [False, False, True, False, True]
    assert middle.values == [1.0, 2.0, 3.0, 4.0, 12.0]
    assert middle.gradients == [None, None, None, None, 1.0]
    assert evaluation.after(4).gradients == [None, None, 4.0, 3.0, 1.0]
    assert evaluation.after(5).gradients == [4.0, 4.0, 4.0, 3.0, 1.0]


def test_a_sum_of_gradients_is_pending_until_its_last_part_has_come():
    evaluation = evaluate(compute_graph("x * y + x"), {"x": 3, "y": -2})
    x, y, product = 0, 1, 2
    assert [evaluation.after(number).pending for number in (0, 3, 4, 5)] == [
        {x, y, product},
        {x, y, product},
        {x, y},
        set(),
    ]
    assert evaluation.after(4).gradients[x] == 1.0  # the part of the sum; that of the product is to come


def test_a_step_says_in_words_and_in_a_formula_what_happened():
    graph = compute_graph("x * y + x")
    steps = evaluate(graph, {"x": -3.0, "y": 2.0}).steps
    assert steps[0].words == "v1 is a product of x and y."
    assert steps[0].formulas == ("v1 = x · y = (−3) · 2 = −6",)
    assert "other factor" in steps[-1].words and "adds up" in steps[-1].words
    assert steps[-1].formulas == (
        "∂f/∂x += ∂f/∂v1 · y = 1 · 2 = 2, in all 1 + 2 = 3",
        "∂f/∂y = ∂f/∂v1 · x = 1 · (−3) = −3",
    )


def test_steps_are_values_that_nobody_changes():
    with pytest.raises(AttributeError):
        evaluate(compute_graph("x"), {"x": 1}).steps[0].value = 2.0


def test_a_rounded_number_is_not_called_equal():
    (formula,) = evaluate(compute_graph("x / 3"), {"x": 1}).steps[0].formulas
    assert formula == "f = x / 3 = 1 / 3 ≈ 0.333"


def test_constants_get_no_gradient_and_what_depends_on_none_takes_no_step_back():
    evaluation = evaluate(compute_graph("(2 + 3) * x"), {"x": 1.5})
    assert evaluation.gradient == {"x": 5.0}
    assert len(evaluation.steps) == 2 + 1 + 1  # two forward, the result, the product; not the sum


def test_a_name_alone_is_a_graph():
    evaluation = evaluate(compute_graph(" x "), {"x": 2})
    assert (evaluation.value, evaluation.gradient) == (2.0, {"x": 1.0})


def test_two_nodes_never_share_a_name():
    graph = compute_graph("(v1 + u1) * (z1 + a1) * (b1 + node_1) / (f + y + out + result_)")
    names = [node.name for node in graph.nodes]
    assert len(set(names)) == len(names)


# -- numbers that are none ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "x", "words"),
    [
        ("1 / x", 0.0, "f = 1 / 0 is ∞: it divides by zero"),
        ("log(x) + 1", -2.0, "v1 = log(−2) is not a number: log needs a number above 0"),
        ("sqrt(x)", -1.0, "sqrt needs a number that is not negative"),
        ("exp(exp(x))", 100.0, "larger than a computer's number"),
        ("x**0.5", -1.0, "a negative number to a fraction"),
        ("9**9**9**9 + x", 1.0, "v2 = 9^3.87e8 is ∞"),
        ("sin(1 / x)", 0.0, "v1 = 1 / 0 is ∞"),
        ("sqrt(x)", 0.0, "∂f/∂x is ∞ after f: incoming 1, local derivative ∞"),
    ],
)
def test_a_number_that_is_not_finite_is_named_with_its_node(expression, x, words):
    assert words in evaluate(compute_graph(expression), {"x": x}).trouble


def test_where_all_is_finite_there_is_no_trouble():
    assert evaluate(compute_graph(LECTURE), VALUES).trouble == ""


def test_what_comes_after_an_infinite_number_blames_it():
    steps = evaluate(compute_graph("sin(1 / x)"), {"x": 0.0}).steps
    assert steps[1].trouble == "f = sin(∞) is not a number: v1 already is ∞."


def test_at_a_kink_the_finite_difference_disagrees():
    (row,) = compare(compute_graph("relu(x)"), {"x": 0.0})
    assert (row.graph, row.pytorch, row.agree) == (0.0, 0.0, False)
    assert row.finite_difference == pytest.approx(0.5)


# -- doors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"x": 1}, "no value for 'y'"),
        ({"x": 1, "y": 2, "zz": 3}, "has no 'zz'; its names are x, y"),
        ({"x": "three", "y": 2}, "value of 'x' must be a number"),
        ({"x": None, "y": 2}, "value of 'x' must be a number"),
        ({"x": 10**400, "y": 2}, "value of 'x' must be a number"),
    ],
)
def test_values_that_do_not_fit_are_refused_in_words(values, words):
    with pytest.raises(ValueError, match=words):
        gradient("x * y", values)


@pytest.mark.parametrize("wrong", [None, [1.0], 3.0, "x"])
def test_values_that_are_no_mapping_are_refused_in_words(wrong):
    with pytest.raises(TypeError, match="values are a mapping such as {'x': 2.0}"):
        gradient("x", wrong)
