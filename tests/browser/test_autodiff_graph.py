"""AutodiffGraph in JupyterLab and Notebook 7: buttons, keys, live values, a refused expression."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import Notebook, write_notebook

pytestmark = pytest.mark.browser

GRAPH = "from vizwidgets.widgets.graph import AutodiffGraph\ngraph = AutodiffGraph()\ngraph"
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


class GraphPage:
    """The compute graph as the student sees it."""

    def __init__(self, notebook: Notebook):
        self.notebook, self.page = notebook, notebook.page
        self.root = self.page.locator(".vw-root")
        self.graph = self.root.locator(".vw-graph")
        self.frame = self.graph.locator(".vw-graph-frame")
        self.status = self.root.locator(".vw-status").get_by_role("status")
        self.words = self.graph.locator(".vw-graph-words")

    def press(self, name: str) -> None:
        # the icon's glyph counts as a part of the name
        self.root.get_by_role("button", name=re.compile(rf"^\W*{name}$")).click()

    def expect_step(self, step: int) -> None:
        expect(self.graph).to_have_attribute("data-step", str(step), timeout=20_000)

    def node(self, label: str) -> Locator:
        """Return the node with this label, or this name beneath it."""
        return self.graph.locator("g.vw-node").filter(has_text=re.compile(rf"^{label}"))

    def row(self, name: str) -> Locator:
        return self.graph.locator(f"tr[data-name='{name}']")


@pytest.fixture(scope="module")
def opened(server, open_for_all) -> Notebook:
    write_notebook(server.root / "graph.ipynb", [GRAPH])
    return open_for_all("graph.ipynb")


@pytest.fixture
def graph(opened) -> GraphPage:
    opened.begin_anew()
    opened.page.wait_for_selector(".vw-graph[data-revision] svg", timeout=30_000)
    return GraphPage(opened)


def test_buttons_and_arrow_keys_go_from_node_to_node(graph):
    graph.press("Step")
    graph.expect_step(1)
    expect(graph.node("×").first.locator(".vw-value")).to_have_text("−2")
    expect(graph.words).to_contain_text("v1 = w0 · x0 = 2 · (−1) = −2")
    for step in range(2, 11):
        graph.frame.press("ArrowRight")
        graph.expect_step(step)
    expect(graph.graph.locator("g.vw-current .vw-node-label")).to_have_text("1 ÷")
    expect(graph.node("1 [+]").locator(".vw-gradient")).to_have_text("∂ −0.534")
    expect(graph.status).to_contain_text("step 10 of 17 · backward 2 of 9")
    graph.frame.press("ArrowLeft")
    graph.expect_step(9)
    expect(graph.node("1 [+]").locator(".vw-gradient")).to_have_count(0)
    graph.press("Back")
    graph.expect_step(8)
    expect(graph.words).to_contain_text("f = 1 / v7 = 1 / 1.37 ≈ 0.731")
    graph.frame.press("Home")
    graph.expect_step(0)
    assert [error for error in graph.notebook.errors if not EXPECTED_NOISE.search(error)] == []


def test_start_goes_through_all_nodes_and_the_slider_goes_back(graph):
    graph.root.get_by_role("combobox", name="Pace").select_option("fast")
    graph.press("Start")
    expect(graph.status).to_contain_text("running", timeout=20_000)
    graph.press("Pause")
    expect(graph.status).to_contain_text("paused", timeout=20_000)
    graph.press("Start")
    expect(graph.status).to_contain_text("done", timeout=30_000)
    graph.expect_step(17)
    numbers = graph.row("x1").locator("td")
    expect(numbers).to_have_text(["−0.58984", "−0.58984", "−0.58984", "✓ agree"])
    graph.root.get_by_role("slider", name="Rewind to step").press("Home")
    graph.expect_step(0)
    expect(graph.row("x1").locator("td").first).to_have_text("…")


def test_a_moved_slider_changes_values_and_gradients_at_once(graph):
    graph.notebook.execute("graph.run_to_end()")
    graph.expect_step(17)
    x0 = graph.node("w0").locator(".vw-gradient")
    expect(x0).to_have_text("∂ −0.197")
    graph.root.get_by_role("slider", name="x0", exact=True).press("ArrowRight")
    graph.notebook.wait_for_kernel("abs(graph.values['x0'] + 0.9) < 1e-9")
    expect(graph.node("x0").locator(".vw-value")).to_have_text("−0.9")
    expect(x0).not_to_have_text("∂ −0.197")
    graph.expect_step(17)  # the place is kept
    shown = float(x0.text_content().removeprefix("∂ ").replace("−", "-"))
    assert shown == pytest.approx(float(graph.notebook.execute("print(graph.gradient['w0'])")), rel=0.01)


def test_a_refused_expression_is_explained_and_can_be_mended(graph):
    field = graph.root.get_by_role("textbox", name="f =")
    field.fill("1 + sine(x)")
    field.press("Enter")
    expect(graph.status).to_contain_text("did you mean 'sin'?", timeout=20_000)
    expect(graph.root.locator(".vw-graph-note pre")).to_contain_text("1 + sine(x)\n        ^")
    expect(graph.node("w0")).to_be_visible()  # the last good graph
    field.fill("1 + sin(x)")
    field.press("Enter")
    expect(graph.node("sin")).to_be_visible(timeout=20_000)
    expect(graph.root.get_by_role("slider", name="x", exact=True)).to_be_visible()
    expect(graph.node("w0")).to_have_count(0)
    graph.press("Step")
    graph.expect_step(1)


def test_the_graph_is_a_picture_with_words_and_comes_back_with_the_page(graph):
    graph.notebook.execute("graph.run.step(); graph.run.wait_for_orders()")
    graph.expect_step(1)
    picture = graph.frame.get_by_role("img")
    expect(picture).to_have_attribute("aria-label", re.compile("compute graph of f = .*v1 is a product"))
    graph.notebook.command("docmanager:save")
    graph.notebook.load()
    graph.page.wait_for_selector(".vw-graph[data-revision] svg", timeout=30_000)
    graph.expect_step(1)
