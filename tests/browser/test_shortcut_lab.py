"""ShortcutLab in JupyterLab and Notebook 7: the slider by keyboard, a training, a swap, the saliency."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import canvas_hash, write_notebook

pytestmark = pytest.mark.browser

LAB = "import vizwidgets as vw\nlab = vw.ShortcutLab(num_images=100, epochs=8)\nlab"
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


@pytest.fixture(scope="module")
def opened(server, open_for_all):
    write_notebook(server.root / "shortcut.ipynb", [LAB])
    return open_for_all("shortcut.ipynb")


@pytest.fixture
def notebook(opened):
    opened.begin_anew()
    opened.page.wait_for_selector(".vw-scene img", timeout=60_000)
    return opened


def button(page, name):
    return page.locator(".vw-root").get_by_role("button", name=re.compile(rf"^\W*{name}$"))


def test_a_network_is_trained_falls_for_the_background_and_says_so(notebook):
    page = notebook.page
    before = canvas_hash(page.locator(".vw-canvas"))
    button(page, "Start").click()
    notebook.wait_for("+document.querySelector('.vw-canvas').dataset.frames > 1", timeout=60)
    notebook.wait_for_kernel("lab.run.state == 'done'", timeout=120)
    expect(page.locator(".vw-scene")).to_contain_text("The network says of a goat on grass")
    expect(page.locator(".vw-scene .vw-bad")).to_contain_text("sheep", timeout=20_000)
    assert canvas_hash(page.locator(".vw-canvas")) != before
    expect(page.locator(".vw-table")).to_contain_text("100 % expected")
    rows = page.locator(".vw-main > * .vw-meters").first.locator("> div")
    assert [text.split()[0] for text in rows.all_inner_texts()] == [
        "training", "expected", "conflict", "snow", "after",
    ]  # fmt: skip
    button(page, "Swap background").press("Enter")
    expect(page.locator(".vw-scene .vw-good")).to_contain_text("goat", timeout=20_000)
    picture = page.locator(".vw-scene img")
    plain = picture.get_attribute("src")
    button(page, "Saliency").press("Space")
    expect(picture).not_to_have_attribute("src", plain, timeout=20_000)
    expect(page.locator(".vw-scene")).to_contain_text("of the saliency lies on the background")
    assert [error for error in notebook.errors if not EXPECTED_NOISE.search(error)] == []


def test_the_share_is_set_by_keyboard_and_the_training_set_changes(notebook):
    page = notebook.page
    before = canvas_hash(page.locator(".vw-canvas"))
    slider = page.locator(".vw-root").get_by_role("slider", name="As expected", exact=True)
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    notebook.wait_for_kernel("lab.share == 0.9 and lab.run.wait(20)", timeout=30)
    notebook.wait_for_kernel("(lab.data.backgrounds != lab.data.labels).sum() == 10")
    expect(page.get_by_role("status")).to_contain_text("90 % of them as expected", timeout=20_000)
    assert canvas_hash(page.locator(".vw-canvas")) != before


def test_a_learning_rate_that_diverges_is_answered_with_a_way_back(notebook):
    page = notebook.page
    notebook.execute("lab.lr = 100.0; lab.run.start()")
    notebook.wait_for_kernel("lab.run.state == 'failed'", timeout=60)
    expect(page.get_by_role("status")).to_contain_text("diverged", timeout=20_000)
    page.locator(".vw-root").get_by_role("button", name=re.compile("Begin again with learning rate")).click()
    notebook.wait_for_kernel("lab.lr == 10.0", timeout=20)
