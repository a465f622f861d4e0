"""A page like that of VS Code: widgets in a frame as long as the notebook, which may not fill the screen."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import expect

import vizwidgets.widgets
from tests.browser.driver import opened_page

pytestmark = pytest.mark.browser

WIDGETS = Path(vizwidgets.widgets.__file__).parent
SCRIPT = "\n".join((WIDGETS / name).read_text() for name in ("stage.js", "live_repair.js"))
STYLE = (WIDGETS / "live_view.css").read_text() + (WIDGETS / "stage.css").read_text()
ROOT = """
<div class="vw-root"><div class="vw-header"><b class="vw-title">Explorer</b></div>
<div class="widget-slider"><div class="noUi-handle" tabindex="0">slider</div></div><input><p>end</p></div>
"""
SWITCH = (WIDGETS / "projector.js").read_text().replace("export default { render };", "")
MODEL = "{ get: () => true, set() {}, save_changes() {}, on() {}, off() {} }"
HIDDEN = "window.parent = window; document.body.className = 'vscode-light';"  # as VS Code does
HEARD = "window.heard = []; window.addEventListener('keydown', (event) => window.heard.push(event.key));"


@pytest.fixture
def frame(browser):
    """The frame, in which an explorer has got what it gets in every notebook; beneath it a switch."""
    code = f"{HIDDEN}{SCRIPT}{HEARD}repairAround(document.querySelector('.vw-root'));"
    switch = f"{SWITCH}render({{ model: {MODEL}, el: document.querySelector('main') }})"
    inside = f"<style>{STYLE}</style>{ROOT}<main></main><script>{code}{{{switch}}}</script>"
    rules = """allow="fullscreen 'none'" style="border: 0; height: 9000px; width: 100%\""""
    with opened_page(browser) as page:
        page.set_content(f'<iframe {rules} srcdoc="{escape(inside)}"></iframe>')
        yield page.frame_locator("iframe")


def test_where_full_screen_is_refused_to_a_long_frame_the_button_says_so_and_nothing_changes(frame):
    before = frame.locator(".vw-root").bounding_box()
    frame.locator(".vw-stage-button").click()
    button = frame.get_by_role("button", name="No full screen here")
    expect(button).to_be_disabled()
    expect(frame.locator(".vw-stage")).to_have_count(0)
    frame.locator(".noUi-handle").press("Shift+P")
    expect(frame.locator(".vw-stage")).to_have_count(0)
    assert frame.locator(".vw-root").bounding_box() == before


def test_the_keys_of_a_slider_do_not_reach_the_notebook_and_its_own_do(frame):
    handle = frame.locator(".noUi-handle")
    for key in ("ArrowDown", "ArrowUp", "d", "Escape", "Control+s", "F1"):
        handle.press(key)
    assert frame.locator("body").evaluate("() => window.heard") == ["Escape", "Control", "s", "F1"]


def test_a_page_in_a_frame_is_not_projected_for_its_height_is_not_that_of_the_screen(frame):
    expect(frame.get_by_role("button", name="Projector mode")).to_be_disabled()
    expect(frame.get_by_role("status")).to_contain_text("Not in this program")
    expect(frame.locator("body")).to_have_class("vscode-light")


def test_in_a_dark_theme_of_vs_code_words_are_light_but_for_those_it_lays_on_white(browser):
    style = ":root { --jp-ui-font-color1: rgb(0, 0, 0); } body { color: rgb(204, 204, 204); }"
    card = '<p class="vw-predict">words</p>'
    cards = f'{card}<div class="cell-output-ipywidget-background">{card}</div>'
    with opened_page(browser) as page:
        page.set_content(f"<style>{style}{(WIDGETS / 'prediction.css').read_text()}</style>{cards}")
        page.locator("body").evaluate("body => body.classList.add('vscode-dark')")
        expect(page.locator(".vw-predict").first).to_have_css("color", "rgb(204, 204, 204)")
        expect(page.locator(".vw-predict").last).to_have_css("color", "rgb(0, 0, 0)")
