"""TransferLab in JupyterLab and Notebook 7: queue two runs, see points land, pause, skip, export."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.driver import canvas_hash, write_notebook

pytestmark = pytest.mark.browser

# A source of random weights: nothing is fetched or trained before. Points go to a folder of their own.
LAB = """
import os, tempfile
os.environ["VIZWIDGETS_HOME"] = tempfile.mkdtemp()
import vizwidgets as vw
from vizwidgets.models.transfer_sources import TRANSFER_SOURCES, TransferSource
TRANSFER_SOURCES["new digits"] = TransferSource(
    "untrained", lambda: vw.new_model("mnist_cnn"), ("small digits", "textures"), num_steps={num_steps}
)
lab = vw.TransferLab("new digits", num_labels=2)
lab
"""
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")
LARGE = ".vw-chart.vw-large"


@pytest.fixture
def open_lab(server, open_notebook):
    def opened(num_steps: int):
        write_notebook(server.root / "transfer.ipynb", [LAB.format(num_steps=num_steps)])
        notebook = open_notebook("transfer.ipynb")
        notebook.run_all()
        notebook.page.wait_for_selector(LARGE, timeout=60_000)
        return notebook

    return opened


def button(page, name) -> Locator:
    return page.locator(".vw-root").get_by_role("button", name=re.compile(rf"^\W*{name}$"))


def choice(page, name) -> Locator:
    return page.locator(".vw-root").get_by_label(name, exact=True)


def test_two_runs_are_queued_train_live_and_land_as_points(open_lab, tmp_path):
    notebook = open_lab(24)
    page, root = notebook.page, notebook.page.locator(".vw-root")
    expect(root.locator(".vw-board")).to_contain_text("No points yet")
    before = canvas_hash(page.locator(".vw-canvas"))

    choice(page, "Strategy").select_option("from scratch")
    notebook.wait_for_kernel("lab.strategy == 'from scratch'")
    button(page, "Add to the queue").press("Enter")
    choice(page, "Strategy").select_option("head, then all")
    notebook.wait_for_kernel("lab.strategy == 'head, then all'")
    button(page, "Add to the queue").click()
    expect(root.locator(".vw-queue li")).to_have_count(2, timeout=20_000)
    notebook.wait_for("+document.querySelector('.vw-canvas').dataset.frames > 1", timeout=120)
    notebook.wait_for_kernel("lab.run.state == 'done' and len(lab.points) == 2", timeout=240)

    expect(root.locator(f"{LARGE} .vw-full")).to_have_count(2, timeout=20_000)
    expect(root.locator(".vw-legend")).to_contain_text("head, then all")
    expect(root.locator(".vw-gains")).to_contain_text("(1 seed), more seeds would show the spread")
    assert canvas_hash(page.locator(".vw-canvas")) != before

    button(page, "Table").press("Space")
    expect(root.locator(".vw-board .vw-table tr")).to_have_count(3)
    with page.expect_download() as downloading:
        root.get_by_role("link", name="Save 2 points as CSV").press("Enter")
    downloading.value.save_as(tmp_path / "points.csv")
    with Path(tmp_path / "points.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert downloading.value.suggested_filename == "transfer.csv"
    assert [row["strategy"] for row in rows] == ["from scratch", "head, then all"]

    button(page, "Add to the queue").click()  # known already: said, not run again
    expect(page.get_by_role("status")).to_contain_text("1 measured already", timeout=20_000)
    assert [error for error in notebook.errors if not EXPECTED_NOISE.search(error)] == []


def test_a_queue_is_paused_goes_on_and_leaves_a_run_out(open_lab):
    notebook = open_lab(2000)
    page, root = notebook.page, notebook.page.locator(".vw-root")
    choice(page, "Add").select_option("3 seeds")
    button(page, "Add to the queue").click()
    notebook.wait_for_kernel("lab.queue.num_taken > 3", timeout=120)
    expect(root.locator(".vw-queue .vw-now")).to_contain_text("of 2000", timeout=20_000)
    button(page, "Pause").press("Space")
    notebook.wait_for_kernel("lab.run.state == 'paused' and lab.run.wait(30)", timeout=60)
    taken = notebook.execute("print(lab.queue.num_taken)")
    expect(page.get_by_role("status")).to_contain_text(f"step {taken} of 2000")
    button(page, "Skip").click()
    expect(root.locator(".vw-queue")).to_contain_text("skipped", timeout=20_000)
    button(page, "Clear").click()
    expect(root.locator(".vw-queue li")).to_have_count(1, timeout=20_000)
    button(page, "Start").click()
    notebook.wait_for_kernel("lab.run.state == 'done' and len(lab.points) == 0", timeout=60)


def test_labels_and_depth_are_chosen_by_keyboard(open_lab):
    notebook = open_lab(4)
    page = notebook.page
    labels = page.locator(".vw-root").get_by_role("slider", name="Labels", exact=True)
    labels.press("ArrowRight")
    labels.press("ArrowRight")
    notebook.wait_for_kernel("lab.num_labels == 10")
    choice(page, "Begin anew").select_option("conv3 and after")
    choice(page, "Stay frozen").select_option("up to conv3")
    expect(page.locator(".vw-root")).to_contain_text("conv3 can not stay frozen", timeout=20_000)
    choice(page, "Stay frozen").select_option("up to conv1")
    notebook.wait_for_kernel("lab._order().label == 'head, then all, cut conv3, frozen conv1'")
    choice(page, "Target").select_option("textures")
    expect(page.locator(".vw-board")).to_contain_text("new digits → textures", timeout=60_000)
    choice(page, "Strategy").select_option("from scratch")
    expect(choice(page, "Begin anew")).to_be_disabled(timeout=20_000)
