"""A regularizer that the student writes and mends, on the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.driver import write_notebook
from tests.browser.explorer_page import ExplorerPage

pytestmark = pytest.mark.browser

WRONG = "def my_variation(images):\n    return images.diff(dim=-1).square().mean()"
EXPLORER = """
import torch, vizwidgets as vw
torch.manual_seed(0)
layers = torch.nn.Conv2d(3, 8, 5), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 5)
model = vw.wrap(torch.nn.Sequential(*layers), input_shape=(3, 64, 64))
vw.AscentExplorer(model, num_steps=100_000, total_variation=my_variation)
"""


def test_a_wrong_function_is_mended_in_its_cell_and_taken_up_by_reset(server, open_notebook):
    write_notebook(server.root / "own.ipynb", [WRONG, EXPLORER])
    notebook = open_notebook("own.ipynb")
    notebook.run_all()
    explorer = ExplorerPage(notebook)
    explorer.expect_state("failed")
    expect(explorer.status).to_contain_text("got one number for the whole batch")
    expect(explorer.root).to_contain_text("total variation: yours, my_variation")
    expect(explorer.button("Start")).to_be_disabled()

    notebook.execute(WRONG.replace(".mean()", ".flatten(1).mean(dim=1)"))
    explorer.press("Reset")
    explorer.expect_state("idle")
    explorer.press("Start")
    explorer.expect_step_after(3)
    explorer.pause()
    assert "vw.regularizer(my_variation, weight=0.05, name='total_variation')" in explorer.kernel(
        "_explorers[-1].code()"
    )
