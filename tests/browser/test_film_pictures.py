"""Pictures of a film in a real browser: seen as they were made, enlarged on a phone, and in other colours."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driver import opened_page
from vizwidgets.draw.film import Film, Scene
from vizwidgets.draw.film_changes import is_whole
from vizwidgets.draw.pixels import webp

pytestmark = pytest.mark.browser

NUM_SCENES, HEIGHT, WIDTH = 15, 64, 640
SUM = (
    "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.reduce((sum, part) => sum + part, 0)"
)
# A film's page runs no text as a script, so `wait_for_function` may look only once there.
SCROLLED = """frame => new Promise((done) => {
    const look = () => { if (frame.scrollLeft > 0) done(); else requestAnimationFrame(look); };
    look(); })"""


def pictures() -> list[np.ndarray]:
    """Noise that stays, and before it a square that goes to the right and gets lighter."""
    noise = np.random.default_rng(0).integers(0, 64, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    found = []
    for place in range(NUM_SCENES):
        picture = noise.copy()
        picture[20:40, 40 * place : 40 * place + 30] = 60 + 13 * place
        found.append(picture)
    return found


@pytest.fixture(scope="module")
def film_path(tmp_path_factory):
    scenes = [Scene(step, webp(picture), f"step {step}") for step, picture in enumerate(pictures())]
    film = Film.of(scenes, title="a square", kind="FilterWall", alt="a square that moves")
    assert [place for place, file in enumerate(film.pictures) if is_whole(file)] == [0, 12, 14]
    return film.save(tmp_path_factory.mktemp("film") / "run.html")


@pytest.fixture
def page(browser, film_path):
    with opened_page(browser, 1280, 800) as page:
        page.goto(film_path.as_uri())
        yield page


def test_each_picture_is_seen_as_it_was_made_whatever_was_seen_before(page):
    picture, made = page.get_by_role("img", name=re.compile("^a square that moves")), pictures()
    for place in (14, 7, 8, 3, 0, 13, 11, 12, 1):
        page.get_by_role("slider").fill(str(place))
        expect(picture).to_have_attribute("data-step", str(place))
        assert picture.evaluate(SUM) == int(made[place].sum()) + 255 * HEIGHT * WIDTH


def test_a_wide_picture_is_enlarged_on_a_phone_and_scrolls_sideways(page):
    button, picture = page.get_by_role("button", name="Full size"), page.locator(".vw-film-picture")
    frame = page.locator(".vw-film-frame")
    expect(button).to_be_hidden()  # there is room
    page.set_viewport_size({"width": 390, "height": 844})
    expect(button).to_be_visible()
    assert picture.bounding_box()["width"] < 390
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert picture.bounding_box()["width"] == WIDTH
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") > 200
    frame.focus()
    page.keyboard.press("ArrowRight")
    frame.evaluate(SCROLLED)
    expect(picture).to_have_attribute("data-step", "14")  # the keys have scrolled it, and no more
    button.click()
    assert picture.bounding_box()["width"] < 390
    picture.click()
    picture.click()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("data-step", "1")  # and now they go through the film again


def test_a_page_around_it_changes_its_colours_and_the_film_stays_where_it_is(browser, film_path):
    around = film_path.with_name("around.html")
    around.write_text(
        f'<!DOCTYPE html><iframe src="{film_path.name}#light" width="900" height="600"></iframe>'
    )
    with opened_page(browser, 1280, 800) as page:
        page.goto(around.as_uri())
        film = page.frame_locator("iframe")
        film.get_by_role("slider").fill("7")
        for theme in ("dark", "light", "dark"):
            address = f"{film_path.as_uri()}#{theme}"
            page.evaluate("address => frames[0].location.replace(address)", address)
            expect(film.locator(":root")).to_have_attribute("data-theme", theme)
            paper = film.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
            assert (int(paper.strip("rgb()").split(",")[0]) < 50) == (theme == "dark")
            expect(film.locator(".vw-film-words")).to_have_text("step 7")
            expect(film.locator(".vw-film-picture")).to_have_attribute("data-step", "7")
        assert page.evaluate("() => history.length") <= 2
