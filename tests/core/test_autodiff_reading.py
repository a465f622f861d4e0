"""Reading an expression: what binds more, what is refused and how, and that nothing of it is ever run."""

from __future__ import annotations

import sys

import pytest

from vizwidgets.core.autodiff import ExpressionError, compute_graph, evaluate
from vizwidgets.core.autodiff.expression import MAX_DEPTH, MAX_NODES


def value(expression: str, **values: float) -> float:
    return evaluate(compute_graph(expression), values).value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x - 2 - 3", -3.0),
        ("x / 2 / 4", 0.25),
        ("x ** 3 ** 2", 512.0),
        ("x^3", 8.0),
        ("-x**2", -4.0),
        ("x**-1", 0.5),
        ("--x", 2.0),
        ("+x - -x", 4.0),
        ("2 + 3 * x", 8.0),
        ("(2 + 3) * x", 10.0),
        ("-2 * x", -4.0),
        ("-2**2 + x", -2.0),
        ("1.5e1 * x + .5", 30.5),
        ("\n x\t* x ", 4.0),
        ("max(x, 3) + min(x, 3)", 5.0),
        ("2 · x − x ÷ 4 × 2", 3.0),
        ("0 * pi + x", 2.0),
        ("x²", 4.0),
        ("-x²", -4.0),
        ("3 · x³ − x⁻¹", 23.5),
        ("(x + 1)² + max(x, 0)⁴", 25.0),
        ("x⁰ + 2² * x¹⁰", 4097.0),
        ("x²^3", 64.0),
        ("x⁺² + sin(0 * x)²", 4.0),
        ("x^2²", 16.0),
    ],
)
def test_an_expression_means_what_it_means_in_mathematics(expression, expected):
    assert value(expression, x=2.0) == pytest.approx(expected)


def test_the_minus_of_a_number_is_a_part_of_it():
    assert [node.name for node in compute_graph("x * -3").nodes] == ["x", "−3", "f"]


def test_a_raised_number_is_an_exponent_and_no_part_of_a_name():
    assert compute_graph("x² + x").names == ("x",)


def test_names_may_be_greek_and_results_never_take_a_students_name():
    graph = compute_graph("f * v1 + θ_2 * 3")
    assert graph.names == ("f", "v1", "θ_2")
    assert [node.name for node in graph.operations] == ["u1", "u2", "y"]


@pytest.mark.parametrize(
    ("expression", "words", "at"),
    [
        ("", "the expression is empty", 0),
        (" \n ", "the expression is empty", 3),
        ("1 + sine(x)", "no function 'sine': did you mean 'sin'", 4),
        ("ln(x)", "did you mean 'log'", 0),
        ("foo(x)", "no function 'foo'; known are exp, log", 0),
        ("w(x + 1)", "Is a [*] missing", 0),
        ("2x", "write 2 [*] x", 1),
        ("2(x)", "operator is missing before '[(]'", 1),
        ("x y", "operator is missing before 'y'", 2),
        ("exp", "exp is a function: write exp", 0),
        ("exp x", "exp is a function: write exp", 0),
        ("x + exp()", "exp takes 1 operand; got 0", 4),
        ("exp(x, x)", "exp takes 1 operand; got 2", 0),
        ("max(x)", "max takes 2 operands; got 1", 0),
        ("(x + 1", "a [)] is missing before the end", 6),
        ("exp(x", "a [)] is missing before the end", 5),
        ("x)", "no [(] that it closes", 1),
        ("x +", "ends too early", 3),
        ("* x", "'[*]' cannot stand here", 0),
        ("f = x", "right of the equals sign", 2),
        ("x.grad", "parts of an object", 1),
        ("x, y", "comma", 1),
        ("x[0]", "lists", 1),
        ("[i for i in x]", "lists", 0),
        ("'x'", "text in quotes", 0),
        ("x < y", "comparisons", 2),
        ("x % 2", "no remainder", 2),
        ("x // y", "'/' cannot stand here", 3),
        ("lambda: x", "'lambda' is a word of the Python language", 0),
        ("x if x else 1", "'if' is a word of the Python language", 2),
        ("import os", "'import' is a word", 0),
        ("__import__('os').system('true')", "no function '__import__'", 0),
        ("x.__class__.__bases__", "parts of an object", 1),
        ("x; y", "';' cannot stand here", 1),
        ("x\0", "cannot stand here", 1),
        ("1e999 * x", "larger than a computer's number", 0),
        ("2 + 3", "no name to differentiate towards", 5),
        ("1 + x₁", "'x₁' is no name in Python; write x1", 4),
        ("2 * x½", "'x½' is no name in Python; write letters, digits and _", 4),
        ("xⁿ", r"'xⁿ' has a raised letter; write x\^n", 0),
        ("w * ᵀ", r"write x\^T", 4),
        ("²x", "'²' cannot stand here", 0),
        ("x²y", "operator is missing before 'y'", 2),
        ("x⁻", "'⁻' cannot stand here", 1),
        ("sin²(x)", r"sin is a function: write sin\(…\)", 0),
        ("x" + "⁹" * 5000, "larger than a computer's number", 1),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_with_its_place(expression, words, at):
    with pytest.raises(ExpressionError, match=words) as refusal:
        compute_graph(expression)
    assert refusal.value.at == at


def test_the_place_of_a_mistake_is_marked_also_in_a_long_text():
    with pytest.raises(ExpressionError) as refusal:
        compute_graph("1 + sine(x)")
    assert str(refusal.value).splitlines()[1:] == ["    1 + sine(x)", "        ^"]
    with pytest.raises(ExpressionError) as refusal:
        compute_graph("x + " * 60 + "§ + x" + " + x" * 60)
    shown, caret = refusal.value.marked.splitlines()
    assert shown[caret.index("^")] == "§"
    assert len(shown) < 70


@pytest.mark.parametrize("wrong", [None, 3, b"x", ["x"]])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(TypeError, match="an expression is a text"):
        compute_graph(wrong)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("(" * 4000 + "x" + ")" * 4000, "parentheses or signs inside each other"),
        ("-" * 5000 + "x", "parentheses or signs inside each other"),
        ("x**" * 3000 + "x", "parentheses or signs inside each other"),
        ("exp(" * 2000 + "x" + ")" * 2000, "parentheses or signs inside each other"),
        ("(" * 5000 + "x" + ")" * 5000, "parentheses or signs inside each other"),
        ("+".join(["x"] * 10_000), f"more than {MAX_NODES} nodes"),
        ("9" * 9000 + "* x", "larger than a computer's number"),
        ("x" * 1_000_000, "1,000,000 characters"),
    ],
)
def test_what_is_too_much_is_refused_in_words_and_at_once(expression, words):
    with pytest.raises(ExpressionError, match=words) as refusal:
        compute_graph(expression)
    assert len(str(refusal.value)) < 400


def test_the_deepest_expression_that_is_read_needs_little_of_pythons_stack():
    deepest = "(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1)

    def beneath(frames: int) -> float:
        return value(deepest, x=2.0) if frames == 0 else beneath(frames - 1)

    assert beneath(sys.getrecursionlimit() - 700) == 2.0


def test_the_largest_graph_is_computed():
    largest = " + ".join(["x"] * (MAX_NODES // 2))
    assert value(largest, x=1.0) == MAX_NODES // 2


def test_a_huge_power_neither_hangs_nor_grows():
    assert value("x * 9**9**9**9", x=1.0) == float("inf")
