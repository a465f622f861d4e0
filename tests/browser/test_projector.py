"""The lecture hall, in JupyterLab and Notebook 7: an explorer alone on the screen, and a projected page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import Notebook, opened_page, write_notebook
from tests.browser.stage_page import CHART, LEAST_TEXT, SCREEN, TEXTS, TRACES, problems

pytestmark = pytest.mark.browser

SETUP = """
import torch, vizwidgets as vw
torch.manual_seed(0)
layers = torch.nn.Conv2d(3, 8, 5), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 5)
model = vw.wrap(torch.nn.Sequential(*layers), input_shape=(3, 64, 64))
explorer = vw.AscentExplorer(model, num_steps=12)
explorer.run_to_end()
explorer
"""
GRAPH = "graph = vw.AutodiffGraph()\ngraph"
BETWEEN = """
from vizwidgets.widgets.doctor_report import Finding, Report
display(vw.predict("which way", "up", "down"), vw.outcome("which way", "up"), vw.course_map())
found = Finding("Python", "fine", "3.12.1"), Finding("Memory", "trouble", "0.5 GB are free", "make room")
display(Report(found))
vw.show(torch.rand(3, 3, 64, 64), ["before", "after", "difference"], side=200)
"""
MORE = """
import os, tempfile
from torch import nn
from vizwidgets.models import street_targets
from vizwidgets.models.transfer_sources import TRANSFER_SOURCES, TransferSource
street_targets.POOL = 4  # few streets are drawn
os.environ["VIZWIDGETS_HOME"] = tempfile.mkdtemp()
TRANSFER_SOURCES["new digits"] = TransferSource(
    "untrained", lambda: vw.new_model("mnist_cnn"), ("small digits", "textures"), num_steps=24
)
layers = nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10)
small = vw.wrap(nn.Sequential(*layers), input_shape=(1, 8, 8), class_names=list("0123456789"))
animals = vw.sheep_goats(40, seed=0)
display(vw.UnitExplorer(small, torch.rand(3, 1, 8, 8), "0", channel=1))
display(vw.PrototypeWall(small, images=torch.rand(20, 1, 8, 8)))
display(vw.FilterWall(model, layers=["0", "2"], channels=5, use_cache=False))
display(vw.SaliencyExplorer(vw.new_model("animals_cnn", seed=0), animals.images))
display(vw.TrainingExplorer(vw.new_model("animals_cnn", seed=0), animals.pairs, num_shown=16))
display(vw.ShortcutLab(num_images=100))
display(vw.TransferLab("new digits", num_labels=2))
display(vw.SegmentationLab(num_labels=4, num_test=4, num_shown=2))
display(vw.FilmPlayer(explorer.film()))
"""
# In the order of the page, after the first two: what must lie on the screen without scrolling.
SEEN = (
    (".vw-side", ".vw-numbers"),
    (".vw-proto-grid", ".vw-plot", ".vw-status"),
    (".vw-wall-grid", ".vw-wall-status"),
    (".vw-sal-rows", ".vw-status"),
    (".vw-canvas", ".vw-plot", ".vw-status"),
    (".vw-canvas", ".vw-plot", ".vw-status", ".vw-scene img"),
    (".vw-board .vw-chart.vw-small", ".vw-canvas", ".vw-plot", ".vw-status"),
    (".vw-seg-grid", ".vw-seg-classes", ".vw-board .vw-chart.vw-small", ".vw-status"),
    (".vw-film-picture", ".vw-film-plot", ".vw-film-bar", ".vw-film-words"),
)
CARDS = ".vw-predict:has(input)", ".vw-predict:has(.vw-predict-pairs)", ".vw-map", ".vw-doctor"
SWITCH = "vw.projector()"
CONTENT = "window.jupyterapp.shell.currentWidget.content"
ASCENT, COMPUTE = ".vw-root:has(.vw-verdict)", ".vw-root:has(.vw-graph)"
NOT_OURS = ("reading 'schema'",)  # Notebook 7.6 at start
REFUSE = "Element.prototype.requestFullscreen = () => Promise.reject(new TypeError('refused'))"
COVERS = """name => [[4, 4], [innerWidth - 4, 4], [4, innerHeight - 4], [innerWidth - 4, innerHeight - 4]]
    .every(place => document.elementFromPoint(...place).closest(name))"""


@pytest.fixture(scope="module")
def hall_notebook(server, browser):
    """Two explorers, in JupyterLab all that need no weights, in one page that serves all tests."""
    more = [MORE.strip()] if server.app == "lab" else []
    cells = SETUP.strip(), GRAPH, *more, BETWEEN.strip(), "print('a word of the kernel')"
    write_notebook(server.root / "hall.ipynb", list(cells))
    with opened_page(browser, *SCREEN) as page:
        notebook = Notebook.open(server, page, "hall.ipynb")
        notebook.run_all()
        expect(page.locator(".vw-stage-button")).to_have_count(2 + len(SEEN) * len(more), timeout=60_000)
        expect(page.locator(".vw-root .vw-canvas[data-step='12']")).to_be_visible(timeout=20_000)
        wait_until_drawn(page)
        yield notebook
        notebook.end_kernel()


@pytest.fixture
def hall(hall_notebook):
    hall_notebook.errors.clear()
    yield hall_notebook
    assert [error for error in hall_notebook.errors if not any(known in error for known in NOT_OURS)] == []


def wait_until_drawn(page: Page) -> None:
    """Wait until no explorer of the page gets further parts: some come after its header."""
    known, count = -1, 0
    while known != count:
        known, count = count, page.evaluate(TRACES)["kept"]
        page.wait_for_timeout(700)


def letters_between(page: Page) -> list[str]:
    """Return what the last row cannot read of the cards, tables and pictures between the explorers."""
    found = []
    for card in CARDS:
        node = page.locator(card)
        node.evaluate("each => each.scrollIntoView({block: 'start'})")
        found += problems(page, card, ())
        found += [text["words"] for text in node.evaluate(TEXTS) if text["size"] < 20]
    picture = page.locator(".jp-RenderedImage img").last
    natural, shown = picture.evaluate("each => [each.naturalWidth, each.getBoundingClientRect().width]")
    if not 1.4 * natural < shown < SCREEN[0]:  # its captions have 14 pixels, and grow with it
        found.append(f"a picture {natural} wide is shown {shown} wide")
    return found


def go_on_stage(notebook: Notebook, root: str) -> None:
    button = notebook.page.locator(f"{root} .vw-stage-button")
    button.scroll_into_view_if_needed()
    button.focus()
    button.press("Shift+P")
    expect(notebook.page.locator(".vw-stage")).to_have_count(1)
    notebook.page.wait_for_timeout(300)  # the screen, and after it the sizes


def test_an_explorer_alone_on_the_screen_is_read_from_the_last_row(hall):
    page = hall.page
    record = hall.execute("print(explorer.record(), explorer.run.num_taken)")
    page.locator(f"{ASCENT} .vw-stage-button").scroll_into_view_if_needed()
    page.locator(f"{ASCENT} .vw-stage-button").focus()
    before, chart = page.evaluate(TRACES), page.locator(f"{ASCENT} .vw-plot").evaluate(CHART)
    go_on_stage(hall, ASCENT)
    assert page.evaluate("() => document.fullscreenElement?.matches('.vw-stage')")
    seen = ".vw-canvas", ".vw-plot", ".vw-status", ".vw-numbers", ".vw-verdict"
    assert problems(page, ".vw-stage", seen) == []
    large = page.locator(".vw-stage .vw-plot").evaluate(CHART)
    assert large["text"] >= LEAST_TEXT and large["line"] > 1.4 * chart["line"]
    assert page.locator(".vw-stage .vw-canvas").bounding_box()["height"] > 0.8 * SCREEN[1]
    expect(page.locator(".vw-stage .vw-side")).to_be_hidden()
    drawer = page.locator(".vw-stage .vw-stage-drawer")
    drawer.click()
    seen = ".vw-canvas", ".vw-plot", ".vw-status", ".vw-numbers", ".vw-side"
    assert problems(page, ".vw-stage", seen) == []
    assert page.locator(".vw-stage .vw-plot").bounding_box()["height"] > 0.55 * SCREEN[1]
    drawer.click()
    page.keyboard.press("Escape")
    expect(page.locator(".vw-stage")).to_have_count(0)
    hall.wait_for("!document.fullscreenElement")
    assert page.evaluate(TRACES) == before
    assert hall.execute("print(explorer.record(), explorer.run.num_taken)") == record


@pytest.mark.parametrize("server", ["lab"], indirect=True)  # the stage is the same element in both
def test_every_explorer_and_a_film_fit_the_screen(hall):
    page = hall.page
    found = {}
    for place, seen in enumerate(SEEN, start=2):
        button = page.locator(".vw-stage-button").nth(place)
        button.scroll_into_view_if_needed()
        button.click()
        expect(page.locator(".vw-stage")).to_have_count(1)
        page.wait_for_timeout(300)
        found[seen] = problems(page, ".vw-stage", seen)
        page.keyboard.press("Escape")
        expect(page.locator(".vw-stage")).to_have_count(0)
    assert found == dict.fromkeys(SEEN, [])


def test_where_full_screen_is_refused_a_layer_covers_the_page_and_the_same_key_ends_it(hall):
    page = hall.page
    page.evaluate(f"() => {{ window.ask = Element.prototype.requestFullscreen; {REFUSE}; }}")
    try:
        page.locator(f"{COMPUTE} .vw-stage-button").scroll_into_view_if_needed()
        page.locator(f"{COMPUTE} .vw-stage-button").focus()
        before = page.evaluate(TRACES)
        go_on_stage(hall, COMPUTE)
        assert page.evaluate("() => !document.fullscreenElement")
        assert page.evaluate(COVERS, ".vw-stage")
        assert problems(page, ".vw-stage", (".vw-graph-frame", ".vw-status", ".vw-graph-words")) == []
        page.keyboard.press("Shift+P")
        expect(page.locator(".vw-stage")).to_have_count(0)
        assert page.evaluate(TRACES) == before
    finally:
        page.evaluate("() => { Element.prototype.requestFullscreen = window.ask; }")


def test_keys_on_the_stage_do_not_reach_the_notebook_and_a_field_keeps_its_letters(hall):
    page, cells = hall.page, f"() => {CONTENT}.widgets.length"
    count = page.evaluate(cells)
    go_on_stage(hall, COMPUTE)
    for key in "ddxabm":  # delete, cut, insert, insert, to markdown
        page.keyboard.press(key)
    assert page.evaluate(cells) == count
    drawer = page.locator(".vw-stage .vw-stage-drawer")
    drawer.click()
    field = page.locator(".vw-stage .vw-expression input")
    field.press("End")
    field.press("Shift+P")
    assert field.input_value().endswith("P")
    field.press("Backspace")
    drawer.click()
    page.keyboard.press("Escape")
    expect(page.locator(".vw-stage")).to_have_count(0)


def test_a_projected_page_shows_no_code_and_large_explorers_until_escape(hall):
    page = hall.page
    page.locator(f"{ASCENT} .vw-stage-button").focus()
    hall.command("notebook:insert-cell-below")
    page.evaluate(f"code => {CONTENT}.activeCell.model.sharedModel.setSource(code)", SWITCH)
    hall.run_cell(SWITCH)
    expect(page.locator("body.vw-projector")).to_have_count(1)
    expect(page.locator(".vw-projector-exit")).to_be_visible()
    assert page.evaluate(COVERS, ".vw-projector-notebook, .vw-projector-exit")
    assert not any(page.evaluate(TRACES)["inputs"])
    printed = page.locator(".jp-OutputArea-output pre", has_text="a word of the kernel")
    assert printed.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= LEAST_TEXT
    shown = (ASCENT, (".vw-canvas", ".vw-plot", ".vw-status")), (COMPUTE, (".vw-graph-frame", ".vw-status"))
    for root, seen in shown:
        page.locator(root).evaluate("each => each.scrollIntoView({block: 'start'})")
        page.wait_for_timeout(300)
        assert problems(page, root, seen) == []
    assert letters_between(page) == []
    owner = page.evaluate("() => document.body.dataset.vwProjector")
    hall.run_cell(SWITCH)
    hall.wait_for(f"![undefined, '{owner}'].includes(document.body.dataset.vwProjector)")
    expect(page.locator("body.vw-projector")).to_have_count(1)
    expect(page.locator(".vw-projector-line")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("body.vw-projector")).to_have_count(0)
    after = page.evaluate(TRACES)
    assert (after["marks"], after["owner"], after["top"]) == (0, None, 0) and all(after["inputs"])
    hall.wait_for_kernel("vw.widgets.projector.Projector._newest.is_on is False")
