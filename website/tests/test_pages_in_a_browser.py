"""The site as its readers meet it: on a phone and on a desktop, in the dark, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from website.lessons import lessons

pytestmark = pytest.mark.browser
PHONE, DESKTOP = (390, 844), (1280, 800)
DECK = "decks/01_sheep_or_goat.html"
FILMED = "lessons/01_sheep_or_goat.html"
AUDITED = ["index.html", "lessons/00_start_here.html", "lessons/02_activation_maximization.html"]
GRAVE = {"serious", "critical"}


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the site in a window of a size, light or dark."""
    contexts = []

    def opened(path: str, size: tuple[int, int] = DESKTOP, scheme: str = "light", at: str = address) -> Page:
        window = {"width": size[0], "height": size[1]}
        contexts.append(browser.new_context(viewport=window, color_scheme=scheme))
        page = contexts[-1].new_page()
        page.goto(f"{at}/{path}", wait_until="load")
        return page

    yield opened
    for context in contexts:
        context.close()


def pages_of(folder: Path) -> list[str]:
    """All pages; of the decks, which are alike, one."""
    pages = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    return sorted(page for page in pages if not page.startswith("decks/0") or page == DECK)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("path", AUDITED)
def test_an_audit_of_accessibility_finds_nothing_serious(open_page, path, size, scheme):
    page = open_page(path, size, scheme)
    page.wait_for_function("!document.querySelector('.math') || document.querySelector('mjx-container')")
    assert serious(page) == []


@pytest.mark.parametrize("path", [DECK, "decks/index.html", "films/01_sheep_or_goat/train.html"])
def test_nor_does_it_in_a_deck_on_the_map_of_the_decks_and_in_a_film(open_page, path):
    page = open_page(path)
    assert serious(page) == []
    if path == DECK:
        page.keyboard.press("o")
        assert serious(page) == []


def serious(page: Page) -> list[tuple[str, list[str]]]:
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in GRAVE]
    return [(each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found]


def test_no_page_asks_another_host_for_anything_and_none_reports_an_error(open_page, site, address):
    asked, errors = set(), []
    page = open_page("index.html")
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda lost: errors.append(f"{page.url}: {lost.url} {lost.failure}"))
    page.on("response", lambda got: got.status < 400 or errors.append(f"{page.url}: {got.url} {got.status}"))
    for path in pages_of(site.folder):
        page.goto(f"{address}/{path}", wait_until="load")
        page.evaluate("document.querySelectorAll('[loading=lazy]').forEach(each => each.loading = 'eager')")
        page.wait_for_load_state("networkidle")
    assert asked == {urlsplit(address).netloc}
    # what the browser itself dropped when the next page was opened is no error
    assert [error for error in errors if not error.endswith("ERR_ABORTED")] == []


@pytest.mark.parametrize("path", ["index.html", *(f"lessons/{lesson.stem}.html" for lesson in lessons())])
def test_no_page_is_wider_than_a_phone(open_page, path):
    page = open_page(path, PHONE)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]


def test_a_figure_that_a_phone_makes_small_leads_to_itself_in_its_own_size(open_page):
    page = open_page("lessons/05_saliency.html", PHONE)
    picture = page.locator("a.course-large img").first
    wide = int(picture.get_attribute("width"))
    assert picture.evaluate("each => each.clientWidth") < 0.8 * wide
    picture.click()
    alone = page.locator("img")
    expect(alone).to_have_count(1)
    assert alone.evaluate("each => each.naturalWidth") >= wide


@pytest.fixture(params=["a server", "a folder"])
def place(request, site, address) -> str:
    """Where the site is: readers meet it on the web, and on their disk."""
    return address if request.param == "a server" else site.folder.as_uri()


def test_the_search_finds_a_lesson_without_a_network(open_page, place):
    page = open_page("search.html?q=total+variation", at=place)
    found = page.locator("#search-results a[href*='03_mnist_prototypes']")
    found.first.wait_for(timeout=15_000)
    found.first.click()
    page.wait_for_url("**/03_mnist_prototypes.html*")


def test_formulas_are_set_without_a_network(open_page, place):
    page = open_page("lessons/03_mnist_prototypes.html", at=place)
    page.wait_for_selector("mjx-container svg", timeout=15_000)
    written = page.locator(".math").count()
    page.wait_for_function(f"document.querySelectorAll('.math mjx-container').length >= {written}")
    assert page.locator("mjx-merror, [data-mjx-error]").count() == 0


def test_an_answer_is_folded_until_it_is_asked_for(open_page):
    page = open_page("lessons/02_activation_maximization.html")
    answer = page.locator("details", has_text="Why so few?")
    assert not answer.locator("p").first.is_visible()
    answer.locator("summary").click()
    assert answer.locator("p").first.is_visible()


def test_a_reader_guesses_with_the_keyboard_and_then_sees_what_came(open_page):
    page = open_page(FILMED)
    card = page.locator(".course-guess", has_text="a goat on grass")
    assert not card.get_by_text("What came").count()
    card.get_by_role("radio", name="a goat").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert "a sheep" in card.get_by_role("status").filter(has_text="What came").inner_text()
    assert "Otherwise than you predicted" in card.inner_text()
    beside = page.locator(".course-came[data-question='a goat on grass']")
    assert "You predicted" in beside.text_content() and "a goat" in beside.text_content()
    card.get_by_role("link").click()
    assert page.url.endswith(f"#{beside.get_attribute('id')}")


def test_without_scripts_the_answer_to_a_question_is_folded(browser, site):
    page = browser.new_page(java_script_enabled=False)
    page.goto((site.folder / FILMED).as_uri())
    card = page.locator(".course-guess", has_text="a goat on grass")
    assert not card.get_by_text("How it came about").is_visible()
    card.locator("summary").click()
    assert card.get_by_text("How it came about").is_visible()
    page.close()


def test_a_film_is_as_high_as_what_it_shows_and_follows_the_button_for_dark(open_page, place):
    page = open_page(FILMED, at=place)
    film = page.locator(".course-film iframe").first
    film.scroll_into_view_if_needed()
    inside = film.element_handle().content_frame()
    inside.wait_for_selector("html.is-fitted .vw-film-picture")
    page.wait_for_function("document.querySelector('.course-film iframe').style.height")
    shown = inside.evaluate("document.documentElement.offsetHeight")
    assert abs(film.bounding_box()["height"] - shown) <= 4
    before = inside.evaluate("getComputedStyle(document.body).backgroundColor")
    steps = page.evaluate("history.length")
    page.evaluate("document.body.dataset.theme = 'dark'")  # what the button does
    expect(inside.locator("body")).not_to_have_css("background-color", before)
    assert page.evaluate("history.length") == steps


def test_the_dark_theme_follows_the_system_and_the_button(open_page):
    def background(page: Page) -> float:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        red, green, blue = [int(part) for part in colour.split("(")[1].rstrip(")").split(",")[:3]]
        return (red + green + blue) / 3

    light, dark = open_page("index.html"), open_page("index.html", scheme="dark")
    assert background(light) > 200 and background(dark) < 60
    for _ in range(3):  # the button goes round: the system's, light, dark
        light.locator(".theme-toggle:visible").click()
        if background(light) < 60:
            return
    pytest.fail("the button does not make the page dark")
