"""Predictions and the map of the course in JupyterLab and Notebook 7: by keys, kept, and where links lead."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.driver import write_notebook

pytestmark = pytest.mark.browser

FOLDER = Path(tempfile.mkdtemp())
HERE = f"import os\nos.environ['VIZWIDGETS_PROGRESS'] = {str(FOLDER)!r}\nimport vizwidgets as vw"
QUESTION = "a goat on grass"
SHARE = "empty meadows that are called a sheep"
CELLS = [
    HERE,
    f'vw.predict("{QUESTION}", "a goat", "a sheep")',
    f'vw.outcome("{QUESTION}", "a sheep")',
    f'vw.predict("{SHARE}", unit="%")',
    "vw.course_map()",
]


@pytest.fixture
def notebook(server, open_notebook):
    for left in FOLDER.iterdir():
        left.unlink()
    write_notebook(server.root / "predictions.ipynb", CELLS)
    write_notebook(server.root / "01_sheep_or_goat.ipynb", ["'here are the sheep'"])
    opened = open_notebook("predictions.ipynb")
    opened.run_all()  # nothing waits for an answer
    expect(opened.page.locator(".vw-predict")).to_have_count(3, timeout=60_000)
    return opened


def kept() -> dict[str, tuple[str, str]]:
    found = json.loads((FOLDER / "progress.json").read_text(encoding="utf-8"))
    return {one["question"]: (one["answer"], one["outcome"]) for one in found["predictions"]}


def test_keys_commit_to_a_prediction_the_outcome_follows_and_the_map_leads_on(notebook):
    predict_by_keys(notebook)
    expect_map_that_fits(notebook)
    follow_the_map(notebook)


def predict_by_keys(notebook):
    page = notebook.page
    choice, came, number = (page.locator(".vw-predict").nth(place) for place in range(3))
    expect(came).to_contain_text("nothing yet")

    choice.get_by_role("radio", name="a sheep").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(choice.get_by_role("button", name="Change")).to_be_focused()
    expect(came).to_contain_text("Otherwise than you predicted")

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(came).to_contain_text("As you predicted.")

    number.get_by_role("button", name="Commit").click()  # of an empty card
    expect(number).to_contain_text("A number from 0 to 100 is wanted.")
    number.get_by_role("spinbutton").fill("400")
    page.keyboard.press("Enter")
    expect(number).to_contain_text("A number from 0 to 100 is wanted.")
    expect(number.get_by_role("spinbutton")).to_be_focused()
    number.get_by_role("spinbutton").fill("40")
    page.keyboard.press("Enter")
    expect(number.get_by_role("status").first).to_contain_text("40 %")
    expect(number).not_to_contain_text("is wanted")
    assert kept() == {QUESTION: ("a sheep", "a sheep"), SHARE: ("40", "")}

    notebook.run_cell("course_map")
    row = page.get_by_role("row").filter(has_text="01 Sheep or goat?")
    expect(row).to_contain_text("2 of 4")
    assert os.fspath(FOLDER) in page.locator(".vw-map").inner_text()


def expect_map_that_fits(notebook):
    page = notebook.page
    table = page.get_by_role("table", name="The lessons of the course")
    expect(table.get_by_role("row")).to_have_count(13)
    page.set_viewport_size({"width": 420, "height": 900})
    page.wait_for_function(
        "() => { const map = document.querySelector('.vw-map'); return map.scrollWidth <= map.clientWidth; }"
    )
    expect(table.get_by_role("row")).to_have_count(13)  # still a table for those who listen
    page.set_viewport_size({"width": 1300, "height": 1000})


def follow_the_map(notebook):
    page = notebook.page
    link = page.locator(".vw-map").get_by_role("link", name="01 Sheep or goat?")
    if notebook.server.app == "lab":
        link.click()
        expect(page.get_by_text("here are the sheep").first).to_be_visible(timeout=30_000)
    else:
        with page.context.expect_page() as opened:
            link.click()
        expect(opened.value.get_by_text("here are the sheep").first).to_be_visible(timeout=30_000)
