"""UnitExplorer in JupyterLab and Notebook 7: click, keyboard, button, code, reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import write_notebook

pytestmark = pytest.mark.browser

SETUP = """
import torch
from torch import nn
from vizwidgets.widgets.units import UnitExplorer

torch.manual_seed(0)
model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 5))
model.input_shape = (1, 8, 8)
"""
EXPLORER = "explorer = UnitExplorer(model, torch.rand(3, 1, 8, 8), '0', channel=1)\nexplorer"


@pytest.fixture
def notebook(server, open_notebook):
    write_notebook(server.root / "units.ipynb", [SETUP, EXPLORER])
    opened = open_notebook("units.ipynb")
    opened.run_all()
    opened.page.wait_for_selector(".vw-sheet[data-revision]", timeout=30_000)
    return opened


def test_click_arrow_keys_and_button_move_the_unit_and_picture_and_number_follow(notebook):
    page, sheet = notebook.page, notebook.page.locator(".vw-sheet")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    sheet.click(position={"x": (298 + 252 * 4.5 / 6) / 564 * box["width"], "y": box["height"] * 0.1})
    notebook.wait_for_kernel("explorer.unit == (1, 0, 4)")
    expect(sheet).to_have_attribute("alt", re.compile(r"unit \(1, 0, 4\), image 0"))
    page.get_by_role("slider", name="channel", exact=True).press("ArrowRight")
    notebook.wait_for_kernel("explorer.unit == (2, 0, 4)")
    page.get_by_role("button", name="Strongest").press("Enter")
    notebook.wait_for_kernel("explorer.value == float(explorer._values().max())")
    number = notebook.execute("from vizwidgets.draw.signed import signed; print(signed(explorer.value, 1))")
    expect(page.locator(".vw-numbers")).to_contain_text(number)
    page.get_by_role("button", name="Python code").click()
    expect(page.locator(".vw-code")).to_contain_text("vw.activation(model, h, images[0])")


def test_the_layer_changes_the_sliders_and_the_picture(notebook):
    page = notebook.page
    page.get_by_label("layer", exact=True).select_option("3")
    notebook.wait_for_kernel("explorer.unit == (1,)")
    expect(page.get_by_role("slider", name="row", exact=True)).to_be_hidden()
    revision = int(page.locator(".vw-sheet").get_attribute("data-revision"))
    page.get_by_role("slider", name="image", exact=True).press("ArrowRight")
    notebook.wait_for(f"+document.querySelector('.vw-sheet').dataset.revision > {revision}")
    notebook.wait_for_kernel("explorer.image_number == 1")
