"""PrototypeWall under a student's hands, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import canvas_hash, write_notebook

pytestmark = pytest.mark.browser

SETUP = """
import torch
from torch import nn
import vizwidgets as vw

torch.manual_seed(0)
layers = nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 16, 5), nn.ReLU(), nn.Flatten(), nn.Linear(6400, 10)
model = vw.wrap(nn.Sequential(*layers), input_shape=(1, 28, 28), class_names=list("0123456789"))
"""
WALL = "wall = vw.PrototypeWall(model, images=torch.rand(20, 1, 28, 28), num_steps=100_000)\nwall"
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


class WallPage:
    """A wall on the page: its pictures, buttons and sliders."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.grid = self.page.locator(".vw-proto-grid")
        self.canvases = self.page.locator(".vw-proto-canvas")
        self.status = self.page.locator(".vw-root").get_by_role("status")
        expect(self.canvases).to_have_count(10, timeout=30_000)
        expect(self.grid).to_have_attribute("data-step", "0", timeout=20_000)
        expect(self.status).to_be_visible(timeout=20_000)

    def press(self, name: str) -> None:
        self.page.locator(".vw-root").get_by_role("button", name=re.compile(rf"^\W*{name}$")).click()

    def press_key(self, slider: str, key: str) -> None:
        self.page.locator(".vw-root").get_by_role("slider", name=slider, exact=True).press(key)

    def wait_for_frames(self, more: int) -> None:
        before = int(self.grid.get_attribute("data-frames"))
        self.notebook.wait_for(
            f"+document.querySelector('.vw-proto-grid').dataset.frames >= {before + more}", timeout=30
        )

    def expect_state(self, state: str) -> None:
        expect(self.status).to_contain_text(re.compile(rf"\b{state}\b"), timeout=20_000)


@pytest.fixture(scope="module")
def opened(server, open_for_all):
    write_notebook(server.root / "prototypes.ipynb", [SETUP, WALL])
    return open_for_all("prototypes.ipynb")


@pytest.fixture
def wall(opened):
    opened.begin_anew()
    yield WallPage(opened)
    assert [error for error in opened.errors if not EXPECTED_NOISE.search(error)] == []


def test_ten_pictures_move_and_a_slider_acts_while_they_run(wall):
    before = [canvas_hash(canvas) for canvas in wall.canvases.all()]
    wall.press("Start")
    wall.wait_for_frames(3)
    after = [canvas_hash(canvas) for canvas in wall.canvases.all()]
    assert all(one != other for one, other in zip(before, after, strict=True))
    wall.press_key("Total variation", "ArrowRight")
    wall.notebook.wait_for_kernel("wall.tv_weight > 1.5")
    wall.notebook.wait_for_kernel("wall._stepper.ascent.changes")
    wall.wait_for_frames(2)
    wall.press("Pause")
    wall.expect_state("paused")
    wall.notebook.wait_for_kernel("wall.run.wait(30)")
    wall.notebook.wait_for_kernel("'total_variation(weight=2)' in wall.code()")
    expect(wall.page.locator(".vw-proto-table")).to_contain_text("of 10")
    expect(
        wall.page.get_by_role("img", name=re.compile("^Prototype of 7: score .*, the network sees "))
    ).to_have_count(1)


def test_rewind_goes_back_to_the_picture_of_an_earlier_step(wall):
    start = canvas_hash(wall.canvases.nth(3))
    wall.press("Start")
    wall.wait_for_frames(2)
    wall.press("Pause")
    wall.notebook.wait_for_kernel("wall.run.wait(30)")
    last = wall.notebook.execute("print(wall.run.num_taken)")
    expect(wall.grid).to_have_attribute("data-step", last, timeout=20_000)
    assert canvas_hash(wall.canvases.nth(3)) != start
    wall.press_key("Rewind to step", "Home")
    expect(wall.grid).to_have_attribute("data-step", "0", timeout=20_000)
    assert canvas_hash(wall.canvases.nth(3)) == start
    wall.press("Start")
    wall.notebook.wait_for("+document.querySelector('.vw-proto-grid').dataset.step > 0")
    wall.press("Stop")
    wall.expect_state("stopped")


def test_one_class_from_several_starts_is_chosen_in_the_list(wall):
    wall.page.locator(".vw-target select").select_option("7")
    expect(wall.canvases).to_have_count(4, timeout=20_000)
    expect(wall.page.locator(".vw-proto-title").first).to_have_text("7, start 1")
    wall.page.locator(".vw-target select").select_option("all 10 at once")
    expect(wall.canvases).to_have_count(10, timeout=20_000)
