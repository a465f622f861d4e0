"""The places of a compute graph's nodes: in layers, apart, with few crossings."""

from __future__ import annotations

import itertools
import random

import pytest

from vizwidgets.core.autodiff import compute_graph, evaluate
from vizwidgets.draw.graph_figure import graph_figure
from vizwidgets.draw.graph_layout import BOX, lay_out
from vizwidgets.draw.graph_order import ROW, Places, crossings, ordered, spread

LECTURE = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
DENSE = "(x*y + sin(x)) / (1 + exp(-(x + y*z))) + tanh(x*z - y)**2 * log(x + y) + max(x, y*z) - sqrt(z*z + 1)"


@pytest.mark.parametrize(
    "expression", [LECTURE, DENSE, "x", "x*x + x", "exp(2) * x + 3 - 3", "+".join("x" * 40)]
)
def test_boxes_stand_apart_and_wires_run_to_the_right(expression):
    layout = lay_out(compute_graph(expression))
    for one, other in itertools.combinations(layout.boxes, 2):
        is_beside = abs(one.x - other.x) >= (one.width + other.width) / 2
        assert is_beside or abs(one.y - other.y) >= BOX + 20
    for wire in layout.wires:
        xs = [x for x, _ in wire.points]
        assert xs == sorted(xs)
    assert all(0 < box.x < layout.width and 0 < box.y < layout.height for box in layout.boxes)


def test_a_wire_that_passes_a_layer_goes_around_its_boxes():
    layout = lay_out(compute_graph(DENSE))
    for wire in layout.wires:
        for box in layout.boxes:
            inside = [y for x, y in wire.points[1:-1] if abs(x - box.x) <= box.width / 2]
            assert all(abs(y - box.y) > BOX / 2 for y in inside)


def test_a_constant_is_written_into_the_operation_that_uses_it():
    labels = [box.label for box in lay_out(compute_graph(LECTURE)).boxes]
    assert labels == ["w0", "x0", "×", "w1", "x1", "×", "+", "w2", "+", "−", "exp", "1 +", "1 ÷"]
    labels = [box.label for box in lay_out(compute_graph("max(0, x)**2 + exp(3)")).boxes]
    assert labels == ["x", "max 0", "^ 2", "3", "exp", "+"]


def test_a_tree_is_drawn_without_crossings():
    pick = random.Random(0)
    for _ in range(20):
        expression = "x0"
        for number in range(1, 14):
            sides = [f"({expression})", f"x{number}"]
            pick.shuffle(sides)
            expression = pick.choice("+-*/").join(sides)
        layout = lay_out(compute_graph(expression))
        ends = sorted((wire.points[0][0], wire.points[0][1], wire.points[-1][1]) for wire in layout.wires)
        for (x, start, end), (other_x, other_start, other_end) in itertools.combinations(ends, 2):
            assert x != other_x or (start <= other_start) == (end <= other_end)


def brute_force_crossings(places: Places) -> int:
    """Count the crossing pairs one by one, from the order alone."""
    count = 0
    for left in places.order[:-1]:
        wires = [(start, end) for start in left for end in places.after.get(start, [])]
        for (a, c), (b, d) in itertools.combinations(wires, 2):
            right = next(layer for layer in places.order if c in layer)
            count += (left.index(a) - left.index(b)) * (right.index(c) - right.index(d)) < 0
    return count


LAYERS = {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 2}
EDGES = [(0, 5), (1, 4), (2, 3), (0, 4), (3, 6), (4, 6), (5, 6), (1, 6)]


def test_crossings_are_counted_as_one_would_by_hand():
    pick = random.Random(1)
    places = Places(LAYERS, EDGES)
    found = set()
    for _ in range(30):
        for layer in places.order:
            pick.shuffle(layer)
        assert crossings(places) == brute_force_crossings(places)
        found.add(crossings(places))
    assert len(found) > 3


def test_sweeps_take_away_crossings_that_need_not_be():
    edges = [edge for edge in EDGES if edge != (1, 6)]
    assert brute_force_crossings(Places(LAYERS, edges)) > 0
    assert brute_force_crossings(ordered(LAYERS, edges)) == 0


def test_numbers_are_spread_as_little_as_possible():
    wanted, gaps = [0.0, 1.0, 1.0, 9.0], [2.0, 2.0, 2.0]
    found = spread(wanted, gaps)
    assert all(b - a >= gap - 1e-9 for a, b, gap in zip(found, found[1:], gaps, strict=False))
    cost = sum((a - b) ** 2 for a, b in zip(found, wanted, strict=True))
    grid = [step / 12 for step in range(-36, 60)]
    best = min(
        (a - 0) ** 2 + (b - 1) ** 2 + (c - 1) ** 2
        for a, b, c in itertools.product(grid, repeat=3)
        if b - a >= 2 - 1e-9 and c - b >= 2 - 1e-9
    )
    assert cost == pytest.approx(best, abs=1e-6)


def test_a_chain_is_a_straight_line():
    layout = lay_out(compute_graph("tanh(exp(-(a * b)))"))
    heights = {box.y for box in layout.boxes if box.kind == "operation"}
    assert len(heights) == 1
    assert {abs(box.y - heights.copy().pop()) for box in layout.boxes if box.kind == "input"} == {ROW / 2}


def test_the_figure_shows_what_is_known_and_no_more():
    graph = compute_graph("x * y + x")
    evaluation = evaluate(graph, {"x": 3.0, "y": -2.0})
    texts = lambda number: [  # noqa: E731
        text.get_text()
        for text in graph_figure(graph, lay_out(graph), evaluation.after(number)).axes[0].texts
    ]
    assert "−6" not in texts(0) and "−6" in texts(1)
    assert not any("∂" in text for text in texts(2))
    assert {"∂ 1", "∂ −1", "∂ 3", "∂ −2"} <= set(texts(5))


def test_dollars_and_underscores_in_names_are_not_read_as_mathematics(tmp_path):
    graph = compute_graph("w_0 * x_1")
    figure = graph_figure(
        graph, lay_out(graph), evaluate(graph, {"w_0": 1, "x_1": 2}).after(3), lines=["$x_$"]
    )
    figure.savefig(tmp_path / "graph.png")
    assert (tmp_path / "graph.png").stat().st_size > 1000
