"""A deck in a browser: no request to another host, three paths, keys, notes, nothing too small or cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from slides.building import write_decks
from slides.deck import Deck
from slides.slide import read_slides
from tests.browser.driver import opened_page
from tests.slides.small_lesson import small_lesson

pytestmark = [pytest.mark.browser]

# Texts on the present slide with letters of less than 24 pixels, but for formulas, which are set as pictures.
TOO_SMALL = """() => [...Reveal.getCurrentSlide().querySelectorAll("*")].filter((each) =>
    !each.closest("aside, svg, mjx-container") && parseFloat(getComputedStyle(each).fontSize) < 24 &&
    [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => each.outerHTML)"""
CUT_OFF = """() => Reveal.getSlides().flatMap((slide) => {
    if (!Reveal.isPrintView() && slide !== Reveal.getCurrentSlide()) return [];
    const sheet = slide.getBoundingClientRect();
    return [...slide.querySelectorAll(":scope > :not(aside), .parts > *, .parts > * > *")].filter((each) => {
        const box = each.getBoundingClientRect();
        return box.bottom > sheet.bottom + 1 || box.right > sheet.right + 1
            || each.scrollWidth > box.width + 2;
    }).map((each) => each.outerHTML) })"""
# Open a dialog and leave it, before the page is drawn again: what has the focus then, and so the next key?
LEFT_AT_ONCE = """([show, key]) => { eval(show)();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    return [document.querySelectorAll("dialog[open]").length, document.activeElement.tagName] }"""


@pytest.fixture(scope="module")
def deck(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("decks")
    write_decks([Deck("03_hills", tuple(read_slides(small_lesson())))], folder)
    return folder / "03_hills.html"


@pytest.fixture
def page(browser, deck) -> Iterator[Page]:
    with opened_page(browser, 1280, 720) as page:
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(deck.as_uri())
        page.wait_for_function("window.Reveal?.isReady() && window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")
        yield page
        assert page.errors == []


def shown(page: Page) -> str:
    return page.evaluate("Reveal.getCurrentSlide().id")


def test_keys_lead_through_all_slides_and_none_is_cut_off_or_too_small(page):
    seen = []
    for _ in range(page.evaluate("Reveal.getTotalSlides()")):
        seen.append(shown(page))
        assert page.evaluate(TOO_SMALL) == [] and page.evaluate(CUT_OFF) == [], seen[-1]
        page.keyboard.press("ArrowRight")
    assert seen == ["title", "idea", "printed", "ask", "picture", "live", "table", "learned"]
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.asked), page.asked


def test_formulas_are_set(page):
    page.keyboard.press("ArrowRight")
    expect(page.locator("section.present .formula mjx-container svg")).to_be_visible()


def test_the_short_path_leaves_slides_out(page, deck):
    page.goto(f"{deck.as_uri()}?path=5")
    page.wait_for_function("window.Reveal?.isReady()")
    assert page.evaluate("Reveal.getSlides().map((slide) => slide.id)") == ["title", "picture"]
    expect(page.locator("section.present .path")).to_have_text("03 · 5 minutes")


def test_a_link_from_the_map_opens_its_slide(page, deck):
    page.goto(deck.with_name("index.html").as_uri())
    page.get_by_role("link", name="A hill").click()
    page.wait_for_function("window.Reveal?.isReady()")
    assert shown(page) == "picture"


def test_the_speaker_sees_the_words_of_the_lesson(page):
    page.keyboard.press("ArrowRight")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes .value")
    expect(notes).to_contain_text("Take a step.")
    expect(notes.locator("mjx-container svg")).to_have_count(1)
    expect(notes.locator("math")).to_have_count(0)


def test_a_key_shows_all_slides_and_another_one_leads_to_the_chosen(page):
    page.keyboard.press("o")
    cards = page.locator("dialog.overview button")
    expect(cards).to_have_count(8)
    expect(cards.first).to_be_focused()
    for card in cards.all():
        expect(card).to_be_in_viewport(ratio=1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(cards.nth(4)).to_be_focused()  # eight cards lie in two rows
    page.keyboard.press("Enter")
    assert shown(page) == "picture"
    page.keyboard.press("o")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.overview")).to_be_hidden()
    assert shown(page) == "picture"


def test_printed_each_slide_fills_a_sheet(page, deck):
    page.goto(f"{deck.as_uri()}?print-pdf")
    page.wait_for_function("window.Reveal?.isReady() && document.querySelectorAll('.pdf-page').length === 8")
    page.evaluate("MathJax.startup.promise")
    page.emulate_media(media="print")
    size = "(slides) => slides.map((each) => [each.offsetWidth, each.offsetHeight])"
    assert page.locator(".pdf-page > section").evaluate_all(size) == [[1280, 720]] * 8
    assert page.evaluate(CUT_OFF) == []


def test_a_key_makes_it_dark(page):
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.keyboard.press("d")
    assert page.evaluate(background) == "rgb(16, 20, 27)"


def test_a_key_shows_the_keys_and_any_way_out_leads_back_to_the_slide(page):
    keys = page.get_by_role("dialog", name="Keys")
    for way in ("Escape", "Shift+Slash", "ArrowRight", "click"):
        page.keyboard.press("Shift+Slash")
        expect(keys).to_contain_text("notes of the speaker")
        page.mouse.click(8, 8) if way == "click" else page.keyboard.press(way)
        expect(keys).to_be_hidden()
    assert shown(page) == "title" and page.locator("dialog[open]").count() == 0


@pytest.mark.parametrize(
    ("show", "key"), [("showOverview", "Escape"), ("showOverview", "o"), ("showHelp", "x")]
)
def test_the_key_after_the_one_that_leaves_a_dialog_is_for_the_slide(page, show, key):
    assert page.evaluate(LEFT_AT_ONCE, [show, key]) == [0, "BODY"]


def test_a_slide_that_was_made_black_comes_back_with_any_key_or_a_click(page):
    for way in ("b", "ArrowRight", "Escape", "click"):
        page.keyboard.press("b")
        page.wait_for_function("Reveal.isPaused()")
        page.mouse.click(600, 300) if way == "click" else page.keyboard.press(way)
        page.wait_for_function("!Reveal.isPaused()")
    assert shown(page) == "title" and page.locator("dialog[open]").count() == 0


def test_a_path_that_there_is_not_leads_to_the_whole_deck_and_says_so(page, deck):
    page.goto(f"{deck.as_uri()}?path=99")
    page.wait_for_function("window.Reveal?.isReady()")
    expect(page.locator("section.present .path")).to_have_text(
        "03 · 45 minutes · no path “99”, so this is all of it"
    )
    assert page.evaluate("Reveal.getTotalSlides()") == 8
