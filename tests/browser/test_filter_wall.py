"""FilterWall in JupyterLab and Notebook 7: live rows, keyboard, large picture, reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import canvas_hash, write_notebook

pytestmark = pytest.mark.browser

SETUP = """
import torch
from torch import nn
from vizwidgets.widgets.walls import FilterWall

torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(3, 16, 5), nn.ReLU(), nn.Conv2d(16, 16, 5), nn.ReLU())
model.input_shape, model.aliases = (3, 48, 48), {"0": "block1_conv1", "2": "block2_conv1"}
"""
WALL = "wall = FilterWall(model, channels=[3, 5, 8], num_steps=600, use_cache=False)\nwall"
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


@pytest.fixture(scope="module")
def opened(server, open_for_all):
    write_notebook(server.root / "wall.ipynb", [SETUP, WALL])
    return open_for_all("wall.ipynb")


@pytest.fixture
def notebook(opened):
    opened.begin_anew()
    opened.page.wait_for_selector(".vw-wall[data-revision]", timeout=30_000)
    return opened


def test_rows_appear_live_and_end_with_verdicts(notebook):
    page = notebook.page
    first = page.locator(".vw-wall-row").first
    before = canvas_hash(page.locator(".vw-tile canvas").first)
    page.locator(".jp-OutputArea-output").get_by_role("button", name="Start").click()
    expect(first).to_have_attribute("data-state", "running", timeout=20_000)
    notebook.wait_for("+document.querySelector('.vw-wall-row').dataset.frames > 2")
    assert canvas_hash(page.locator(".vw-tile canvas").first) != before
    notebook.wait_for_kernel("wall.run.state == 'done'", timeout=120)
    expect(page.locator(".vw-wall-status")).to_contain_text("done · 6 pictures")
    expect(page.locator(".vw-wall-row[data-state=done]")).to_have_count(2)
    expect(page.get_by_role("button", name=re.compile("^block2_conv1 channel 8: "))).to_be_visible()
    assert [error for error in notebook.errors if not EXPECTED_NOISE.search(error)] == []


def test_arrows_and_enter_show_a_picture_large_and_an_explorer_opens(notebook):
    page = notebook.page
    notebook.execute("wall.run.start(); wall.run.stop()")
    page.locator(".vw-tile[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    notebook.wait_for_kernel("wall.view.selected == [1, 1]")
    expect(page.locator(".vw-wall-heading")).to_have_text("block2_conv1, channel 5")
    page.get_by_role("button", name="Open in AscentExplorer").press("Enter")
    notebook.wait_for_kernel("wall.explorer is not None and wall.explorer.channel == 5", timeout=30)
    expect(page.locator(".vw-view .vw-canvas")).to_be_visible(timeout=20_000)
    page.locator(".vw-tile[tabindex='0']").focus()
    page.keyboard.press("Escape")
    notebook.wait_for_kernel("wall.view.selected == []")


def test_a_page_that_is_loaded_again_shows_the_wall(notebook):
    notebook.execute("wall.run.start()")
    notebook.wait_for_kernel("wall.run.num_taken > 2", timeout=30)
    notebook.execute("wall.run.pause()")
    notebook.wait_for_kernel("wall.view.rows[0]['state'] == 'unfinished'", timeout=30)
    notebook.wait_for("document.querySelector('.vw-tile:not(.vw-empty)')")
    before = canvas_hash(notebook.page.locator(".vw-tile canvas").first)
    notebook.command("docmanager:save")
    notebook.load()
    notebook.page.wait_for_selector(".vw-tile:not(.vw-empty)", timeout=30_000)
    assert canvas_hash(notebook.page.locator(".vw-tile canvas").first) == before
