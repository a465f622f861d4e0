"""The explorer under a student's hands, in JupyterLab and in Notebook 7."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.browser.driver import Notebook, opened_page, write_notebook
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

LESSON = Path(__file__).parents[2] / "notebooks" / "00_start_here.ipynb"
# Errors of the front ends themselves, seen on a page without any widget.
NOT_OURS = (
    "reading 'schema'",  # Notebook 7.6 at start
)
SMALL = """
import torch, vizwidgets as vw
torch.manual_seed(0)
layers = torch.nn.Conv2d(3, 8, 5), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 5)
model = vw.wrap(torch.nn.Sequential(*layers), input_shape=(3, 64, 64))
vw.AscentExplorer(model, num_steps=100_000)
"""


def our_errors(notebook) -> list[str]:
    return [error for error in notebook.errors if not any(known in error for known in NOT_OURS)]


@pytest.fixture(scope="package")
def small_notebook(server, browser):
    """A notebook with one small explorer, in a page that serves all tests: starting a kernel takes long."""
    write_notebook(server.root / "small.ipynb", [SMALL])
    with opened_page(browser) as page:
        yield Notebook.open(server, page, "small.ipynb")


@pytest.fixture
def small(small_notebook):
    """An explorer of a small network, made anew and idle; running its cell ended the one before."""
    small_notebook.page.set_viewport_size({"width": 1300, "height": 1000})
    small_notebook.errors.clear()
    small_notebook.run_all()
    explorer = ExplorerPage(small_notebook)
    explorer.expect_step(0)
    yield explorer
    assert our_errors(small_notebook) == []


def stays(read, seconds: float = 0.7) -> bool:
    """Whether what `read` returns is still the same after a while."""
    before = read()
    time.sleep(seconds)
    return read() == before


def test_the_first_lesson_is_alive(server, open_notebook):
    shutil.copy(LESSON, server.root)
    notebook = open_notebook(LESSON.name)
    notebook.run_up_to("AscentExplorer(")  # the cells below it run it to its end
    explorer = ExplorerPage(notebook)
    explorer.press("Start")
    explorer.expect_step_after(2)
    picture, curves, step = explorer.picture, explorer.curves, explorer.step
    weight = explorer.kernel("max(each.tv_weight for each in _explorers)")
    explorer.press_key("Total variation", "ArrowRight")
    explorer.wait_for_kernel(f"max(each.tv_weight for each in _explorers) > {weight}")
    explorer.expect_step_after(step + 2)
    assert explorer.picture != picture
    assert explorer.curves != curves

    explorer.pause()
    explorer.press_key("Rewind to step", "Home")
    explorer.expect_step(0)
    explorer.press("Start")
    explorer.expect_step_after(1)
    explorer.stop()
    assert stays(lambda: explorer.picture)

    explorer.press("Reset")
    explorer.expect_state("idle")
    explorer.press("Start")
    explorer.expect_step_after(0)
    notebook.run_cell("AscentExplorer(")
    assert explorer.kernel("sum(each.run.state == 'running' for each in _explorers)") == "0"
    assert our_errors(notebook) == []


def test_every_key_on_a_slider_acts_on_the_steps_that_follow(small):
    small.press("Start")
    small.expect_step_after(5)
    weights = [small.kernel("_explorers[-1].tv_weight")]
    for _ in range(3):
        small.press_key("Total variation", "ArrowRight")
        small.wait_for_kernel(f"_explorers[-1].tv_weight > {weights[-1]}")
        weights.append(small.kernel("_explorers[-1].tv_weight"))
    small.expect_step_after(small.step + 5)
    small.pause()
    assert len(set(weights)) == 4
    changes = small.kernel("repr(_explorers[-1].record()['changes'])")
    assert f"{float(weights[-1]):.2g}" in changes


def test_rewind_shows_the_very_picture_of_an_earlier_step(small):
    small.press("Start")
    small.expect_step_after(20)
    small.pause()
    last, picture = small.step, small.picture
    small.press_key("Rewind to step", "ArrowLeft")
    small.expect_step(last - 1)
    assert small.picture != picture
    small.press_key("Rewind to step", "ArrowRight")
    small.expect_step(last)
    assert small.picture == picture


def test_single_steps_and_reset(small):
    start = small.picture
    small.press("Step")
    small.expect_step(1)
    small.press("Step")
    small.expect_step(2)
    assert small.picture != start
    small.press("Reset")
    small.expect_step(0)
    assert small.picture == start


def test_stop_ends_the_run_and_its_picture_stays(small):
    small.press("Start")
    small.expect_step_after(3)
    small.stop()
    assert stays(lambda: (small.picture, small.kernel("_explorers[-1].run.num_taken")))


def test_running_the_cell_again_leaves_no_second_loop(small):
    small.press("Start")
    small.expect_step_after(3)
    for _ in range(2):
        small.notebook.run_cell("AscentExplorer(")
        again = ExplorerPage(small.notebook)
        again.press("Start")
        again.expect_step_after(3)
    states = "[each.run.state for each in _explorers[-3:]]"
    assert again.kernel(states) == "['stopped', 'stopped', 'running']"
    threads = "[thread.name for thread in __import__('threading').enumerate()].count('vizwidgets')"
    assert again.kernel(threads) == "1"


def test_a_reloaded_page_shows_the_picture_at_rest(small):
    small.press("Start")
    small.expect_step_after(5)
    small.pause()
    step, picture = small.step, small.picture
    small.notebook.command("docmanager:save")
    small.notebook.load()
    again = ExplorerPage(small.notebook)
    again.expect_step(step)
    assert again.picture == picture
    again.press("Start")
    again.expect_step_after(step)


def test_an_interrupt_leaves_it_running_and_a_restart_begins_anew(small):
    small.press("Start")
    small.expect_step_after(3)
    small.notebook.kernel("interrupt")
    small.expect_step_after(small.step + 5)
    small.notebook.kernel("restart")
    small.notebook.run_all()
    again = ExplorerPage(small.notebook)
    again.expect_step(0)
    assert small.notebook.page.locator(".vw-canvas").count() == 1
    again.press("Step")
    again.expect_step(1)


def test_every_control_has_a_name_for_those_who_cannot_see_it(small):
    sliders = small.root.get_by_role("slider")
    names = [each.get_attribute("aria-label") for each in sliders.all()]
    assert len(names) >= 5
    assert all(names) and len(set(names)) == len(names)
    for role in ("button", "combobox", "spinbutton"):
        for each in small.root.get_by_role(role).all():
            assert each.evaluate("el => (el.innerText || el.labels?.[0]?.innerText || '').trim()"), role
    for canvas in (small.canvas, small.plot):
        assert canvas.get_attribute("role") == "img"
        assert canvas.get_attribute("aria-label")


def test_nothing_sticks_out_of_a_page_420_pixels_wide(small):
    page = small.notebook.page
    page.set_viewport_size({"width": 420, "height": 900})
    page.wait_for_function("() => document.querySelector('.vw-canvas').clientWidth < 420")
    sticking_out = small.root.evaluate(
        """root => {
            const right = root.getBoundingClientRect().right + 1;
            const parts = root.querySelectorAll('canvas, button, select, input, .noUi-target');
            return [...parts].filter(el => el.getBoundingClientRect().right > right).map(el => el.outerHTML);
        }"""
    )
    assert sticking_out == []
    assert small.root.evaluate("root => root.scrollWidth <= root.clientWidth + 1")


def test_words_can_be_read_on_a_dark_page(small):
    page = small.notebook.page
    light = small.curves
    small.notebook.command("apputils:change-theme", theme="JupyterLab Dark")
    try:
        page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
        for part in (".vw-view", ".vw-status", ".vw-title", ".widget-label"):
            assert contrast(small.root.locator(part).first) >= 4.5, part
        assert small.curves != light
    finally:
        small.notebook.command("apputils:change-theme", theme="JupyterLab Light")


def contrast(element) -> float:
    """Return the contrast (WCAG 2) of an element's text with what lies behind it."""
    return element.evaluate(
        """el => {
            const numbers = color => color.match(/[\\d.]+/g).map(Number);
            const light = color => numbers(color).slice(0, 3).map(v => v / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
            let behind = el;
            const isClear = at => numbers(getComputedStyle(at).backgroundColor)[3] === 0;
            while (behind.parentElement && isClear(behind)) behind = behind.parentElement;
            const pair = [getComputedStyle(el).color, getComputedStyle(behind).backgroundColor].map(light);
            return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        }"""
    )
