"""The doctor in JupyterLab and Notebook 7, and explorers as on a page that shows nothing from a thread."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Notebook, write_notebook
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

DOCTOR = "import vizwidgets as vw\nvw.doctor()"
TOLD = "__import__('vizwidgets.widgets.front_end', fromlist=['_']).front_end()"
FOREGROUND = """
import os
os.environ["VIZWIDGETS_START"] = "foreground"
import time, torch, vizwidgets as vw

class Slow(torch.nn.Module):
    input_shape = (1, 16, 16)
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 3, 3)
    def forward(self, image):
        time.sleep(0.02)
        return self.conv(image)

explorer = vw.AscentExplorer(Slow(), "conv", 1, num_steps=4000, size=16)
explorer
"""


@pytest.fixture
def notebook(server, open_notebook) -> Notebook:
    lessons = server.root / "notebooks"  # as the folder of the course is called
    lessons.mkdir(exist_ok=True)
    write_notebook(lessons / "doctor.ipynb", [DOCTOR, FOREGROUND])
    return open_notebook("notebooks/doctor.ipynb")


def test_the_page_says_that_it_draws_hears_the_kernel_and_is_live(notebook, server):
    notebook.run_cell("vw.doctor()")
    output = notebook.page.locator(".jp-OutputArea-output")
    expect(output.get_by_role("row", name="Weights")).not_to_have_count(0)
    lines = notebook.page.locator(".vw-check").get_by_role("status")
    expect(lines.filter(has_text="✓ fine")).to_have_count(3, timeout=20_000)
    name = "JupyterLab" if server.app == "lab" else "Notebook"
    expect(lines.first).to_contain_text(f"This page draws widgets: {name}")
    expect(lines.last).to_contain_text("Live updates arrive here.")
    notebook.wait_for_kernel(f"{TOLD}.has_page and {TOLD}.shows_threads")


def test_where_threads_are_not_shown_a_run_goes_on_with_the_page_and_can_be_paused(notebook):
    notebook.run_cell("VIZWIDGETS_START")
    page = ExplorerPage(notebook)
    bar = page.root.get_by_role("progressbar", name="Progress of the run")
    expect(bar).to_be_hidden()
    page.press("Start")
    expect(bar).to_be_visible(timeout=20_000)
    page.expect_step_after(40)  # more than one turn takes
    assert notebook.execute("import threading; print([t.name for t in threading.enumerate()])").count(
        "'vizwidgets'"
    ) == 0
    page.pause()
    expect(bar).to_be_hidden()
    held = page.step
    assert 0 < held < 4000
    page.press("Step")
    page.expect_step(held + 1)
