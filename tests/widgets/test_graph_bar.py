"""The buttons of an AutodiffGraph: after the last node they lead back to the first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vizwidgets.widgets.graph import AutodiffGraph


@pytest.fixture
def graph() -> Iterator[AutodiffGraph]:
    made = AutodiffGraph("x * y", {"x": 3, "y": 2})
    yield made
    made.close()


def test_start_on_a_finished_run_begins_anew(graph: AutodiffGraph) -> None:
    graph.run_to_end()
    places: list[int] = []
    graph.run.observe(lambda change: places.append(change["new"]), "num_taken")
    graph.seconds_per_step = 0.05
    start = graph.bar.buttons["start"]
    assert graph.run.state == "done" and not start.disabled
    start.click()
    assert graph.run.wait(10)
    assert places == [0, 1, 2, 3]
    assert graph.run.state == "done" and graph.run.error == ""


def test_start_is_off_while_it_runs(graph: AutodiffGraph) -> None:
    graph.seconds_per_step = 10
    graph.bar.buttons["start"].click()
    assert graph.run.state == "running"
    assert graph.bar.buttons["start"].disabled


def test_start_after_a_step_goes_on_from_there(graph: AutodiffGraph) -> None:
    graph.seconds_per_step = 0.05
    graph.run.step()
    assert graph.run.wait_for_orders(10)
    places: list[int] = []
    graph.run.observe(lambda change: places.append(change["new"]), "num_taken")
    graph.bar.buttons["start"].click()
    assert graph.run.wait(10)
    assert places == [2, 3]
