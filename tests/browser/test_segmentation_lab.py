"""SegmentationLab in JupyterLab and Notebook 7: a run of the real segmenter, the classes, the looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driver import write_notebook

pytestmark = pytest.mark.browser

# Points land in a folder of their own, and not among those of whoever runs the tests; few streets are drawn.
CELL = """
import os, tempfile
os.environ["VIZWIDGETS_HOME"] = tempfile.mkdtemp()
import vizwidgets as vw
from vizwidgets.models import street_targets
street_targets.POOL = 8
lab = vw.SegmentationLab(num_labels=4, num_steps=16, num_test=6, num_shown=3)
lab
"""
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


@pytest.fixture(scope="module")
def opened(server, open_for_all):
    write_notebook(server.root / "streets.ipynb", [CELL.strip()])
    return open_for_all("streets.ipynb")


@pytest.fixture
def notebook(opened):
    opened.begin_anew()
    expect(streets(opened.page)).to_have_attribute("data-revision", re.compile("[1-9]"), timeout=60_000)
    expect(prediction(streets(opened.page))).to_be_visible(timeout=30_000)
    return opened


def streets(page: Page) -> Locator:
    """Return the pictures of the training."""
    return page.locator(".vw-seg").first


def gap(page: Page) -> Locator:
    """Return the part with the slider from game to camera."""
    return page.locator(".vw-gap")


def prediction(view: Locator) -> Locator:
    return view.locator(".vw-sal-tile").nth(2).locator("canvas")


def button(page: Page, name: str) -> Locator:
    return page.locator(".vw-root").get_by_role("button", name=re.compile(rf"^\W*{name}\W*$"))


def expect_another_picture(notebook, canvas: Locator, before: str) -> None:
    handle = canvas.element_handle()
    notebook.page.wait_for_function(
        "([canvas, before]) => canvas.toDataURL() !== before", arg=[handle, before], timeout=60_000
    )


def drawn(canvas: Locator) -> str:
    return canvas.evaluate("canvas => canvas.toDataURL()")


def test_a_run_is_queued_seen_at_work_and_lands_as_a_point(notebook):
    page, view = notebook.page, streets(notebook.page)
    expect(view).to_contain_text("prediction, pretrained only")
    expect(page.locator(".vw-seg-results .vw-plot")).to_be_hidden()
    before = drawn(prediction(view))
    button(page, "Add to the queue").press("Enter")
    expect(page.locator(".vw-queue .vw-now")).to_contain_text("head, then all", timeout=30_000)
    expect(view).to_contain_text(re.compile("prediction, after [0-9]+ steps"), timeout=180_000)
    expect(page.locator(".vw-seg-results .vw-plot")).to_be_visible(timeout=20_000)
    assert int(view.get_attribute("data-frames")) > 0 and drawn(prediction(view)) != before
    notebook.wait_for_kernel("lab.run.state == 'done'", timeout=180)
    expect(view).to_contain_text("prediction, after 16 steps", timeout=20_000)
    expect(page.locator(".vw-queue")).to_contain_text(re.compile(r"done: [\d.]+\s?%"), timeout=20_000)
    score = float(notebook.execute("print(lab.queue.landed[0].score)"))
    expect(page.locator(".vw-board")).to_contain_text(f"{score:.1%}", timeout=20_000)
    shown = float(notebook.execute("print(lab.watch.answers.matrix.mean_iou)"))
    expect(view.get_by_role("radio", name=f"all classes, IoU {shown:.2f}")).to_be_visible()
    assert [error for error in notebook.errors if not EXPECTED_NOISE.search(error)] == []


def test_classes_pixels_and_looks_are_explored_without_any_training(notebook):
    pick_a_class(notebook)
    read_a_pixel(notebook)
    change_the_look(notebook)


def pick_a_class(notebook) -> None:
    page, view = notebook.page, streets(notebook.page)
    before = drawn(prediction(view))
    view.get_by_role("radio", name=re.compile("^all classes")).press("End")
    expect(view.get_by_role("radio", name=re.compile("^pedestrian"))).to_be_checked()
    expect(view.get_by_role("radio", name=re.compile("^pedestrian"))).to_be_focused()
    expect_another_picture(notebook, prediction(view), before)
    expect(view.locator(".vw-seg-legend")).to_contain_text("false alarm")
    notebook.wait_for_kernel("lab.watch.picked == 7")
    page.keyboard.press("Home")
    notebook.wait_for_kernel("lab.watch.picked is None")


def read_a_pixel(notebook) -> None:
    page, view = notebook.page, streets(notebook.page)
    button(page, "Next").first.press("Space")
    expect(view.locator(".vw-seg-place")).to_have_text("test image 2 of 3", timeout=20_000)
    pictures = view.locator(".vw-seg-grid")
    pictures.press("ArrowDown")
    pictures.press("Shift+ArrowLeft")
    row, column = 49, 56
    truth, said = notebook.execute(
        f"k = 1; w = lab.watch._known; at = ({row}, {column}); names = w[1].key.names; "
        "print(names[int(w[1].labels[k][at])], names[int(w[2].predicted[k][at])], sep='|')"
    ).split("|")
    words = f"Row {row}, column {column}: it is {truth}, predicted {said}"
    expect(view.locator(".vw-seg-pixel")).to_contain_text(words)


def change_the_look(notebook) -> None:
    view = gap(notebook.page)
    view.scroll_into_view_if_needed()
    image = view.locator(".vw-sal-tile").first.locator("canvas")
    expect(image).to_be_visible(timeout=60_000)
    truth = "print(hash(lab.gap.view.labels[: len(lab.gap.view.labels) // 2]))"
    before, labels = drawn(image), notebook.execute(truth)
    slider = view.get_by_role("slider", name="Look", exact=True)
    slider.press("End")
    expect_another_picture(notebook, image, before)
    expect(view).to_contain_text("look 1")
    notebook.wait_for_kernel("1.0 in lab.gap.curves.get('pretrained', {})", timeout=60)
    expect(view.locator(".vw-gap-chart circle")).to_have_count(1, timeout=20_000)
    assert notebook.execute(truth) == labels  # only the look is another one
    slider.press("Home")
    notebook.wait_for_kernel("len(lab.gap.curves['pretrained']) == 2", timeout=60)
    expect(view.locator(".vw-gap-chart circle")).to_have_count(2, timeout=20_000)
