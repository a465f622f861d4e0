"""PictureSource in JupyterLab and Notebook 7: real files through the real dialog, and the keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.driver import write_notebook
from vizwidgets.widgets.picture_upload import MAX_BYTES

pytestmark = pytest.mark.browser

SETUP = """
import ipywidgets
from vizwidgets.widgets.picture_source import PictureSource

source = PictureSource((3, 32, 32))
box = ipywidgets.VBox([source])
box.add_class("vw-root")
box
"""
EVIL = "<img src=x onerror=window.hacked=1>.png"


@pytest.fixture
def notebook(server, open_notebook):
    write_notebook(server.root / "source.ipynb", [SETUP])
    opened = open_notebook("source.ipynb")
    opened.run_all()
    opened.page.wait_for_selector(".vw-upload", timeout=30_000)
    return opened


def choose(notebook, *paths) -> None:
    """Press the button by keyboard and choose files in the dialog."""
    button = notebook.page.locator(".vw-upload")
    expect(button).to_be_enabled()
    with notebook.page.expect_file_chooser() as dialog:
        button.press("Enter")
    dialog.value.set_files([str(path) for path in paths])


def test_files_arrive_whatever_their_names_and_sizes_and_what_is_none_is_said(notebook, tmp_path):
    page, note = notebook.page, notebook.page.locator(".vw-picture-note")
    Image.new("RGB", (64, 32), "teal").save(tmp_path / EVIL)
    (tmp_path / "notes.png").write_text("Dear students")
    choose(notebook, tmp_path / EVIL, tmp_path / "notes.png")
    expect(note).to_have_text("notes.png is not a picture that can be read; try a PNG or JPEG file.")
    expect(page.get_by_label("Image", exact=True).locator("option:checked")).to_have_text(EVIL)
    assert notebook.execute("print(source.title)") == EVIL
    choose(notebook, tmp_path / EVIL)  # the same file again
    expect(note).to_contain_text(f"{EVIL}: 32 × 64 pixels")

    noise = np.random.default_rng(0).integers(0, 256, (2000, 2000, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "large.bmp")  # 12 MB, more than fits one message
    choose(notebook, tmp_path / "large.bmp")
    expect(note).to_have_text("large.bmp: 2000 × 2000 pixels, scaled to 32 × 32.", timeout=30_000)
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    choose(notebook, tmp_path / "huge.png")
    expect(note).to_have_text("huge.png has more than 50 MB; write its path instead.")
    assert page.evaluate("window.hacked") is None and page.locator(".vw-picture-source img").count() == 0


def test_list_and_path_work_by_keyboard(notebook, server):
    page = notebook.page
    Image.new("RGB", (32, 32), "teal").save(server.root / "mine.png")
    page.get_by_label("Image", exact=True).focus()
    page.keyboard.press("ArrowDown")
    notebook.wait_for_kernel("source.title == 'coffee'")
    page.keyboard.press("r")  # in a list the first letter of a name; for the notebook it makes a cell raw
    notebook.wait_for_kernel("source.title == 'rocket'")
    page.keyboard.press("Tab")
    page.keyboard.type("mnie.png\n")
    expect(page.locator(".vw-picture-note")).to_contain_text("did you mean 'mine.png'?")
    assert notebook.execute("print(source.title)") == "rocket"
    page.get_by_label("Your own").fill("mine.png")
    page.keyboard.press("Enter")
    notebook.wait_for_kernel("source.title == 'mine.png' and float(source.image[0, 0].max()) == 0")
