"""A film in a real browser: as a page from the disk, and as a widget in JupyterLab and Notebook 7."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import opened_page, write_notebook
from vizwidgets.draw.film import NO_CURVES, Film, Scene

pytestmark = pytest.mark.browser

NUM_SCENES = 31
VALUES = np.stack([np.linspace(0, 3, 61), -np.linspace(0, 1, 61)])
CURVES = (["activation", "total_variation"], VALUES, [("activation h(x)", [0]), ("regularizers", [1])])
LAB = """
import vizwidgets as vw
player = vw.load_film("run.html")
player
"""


def make_film() -> Film:
    """Every second step is a scene, and the gray of its picture is four times its number."""
    scenes = [
        Scene(2 * index, np.full((16, 16, 3), 4 * index, np.uint8), f"step {2 * index} of 60")
        for index in range(NUM_SCENES)
    ]
    return Film.of(scenes, title="net: channel 3", kind="AscentExplorer", alt="a gray square", curves=CURVES)


class FilmPage:
    """A film on a page: its parts, and what is seen of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.picture = page.get_by_role("img", name=re.compile("^a gray square"))
        self.scrubber = page.get_by_role("slider", name="Place in the film")
        self.button = page.get_by_role("button", name=re.compile("^(Play|Pause)$"))
        self.words = page.locator(".vw-film-words")

    def gray(self) -> int:
        return self.picture.evaluate("c => c.getContext('2d').getImageData(8, 8, 1, 1).data[0]")

    def expect_scene(self, index: int) -> None:
        expect(self.words).to_have_text(f"step {2 * index} of 60")
        expect(self.picture).to_have_attribute("data-step", str(2 * index))
        expect(self.scrubber).to_have_value(str(index))
        line = self.scrubber.evaluate("each => each.style.getPropertyValue('--at') * each.max")
        assert line == pytest.approx(index)  # it is coloured up to the handle
        assert self.gray() == 4 * index


@pytest.fixture
def film_path(tmp_path):
    return make_film().save(tmp_path / "run.html")


@pytest.fixture
def film(browser, film_path):
    with opened_page(browser, 1280, 800) as page:
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(film_path.as_uri())
        yield FilmPage(page)
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
        assert complaints == []


def test_it_shows_how_it_ended_and_plays_from_the_beginning_to_the_end(film):
    film.expect_scene(NUM_SCENES - 1)
    film.page.wait_for_timeout(300)
    expect(film.button).to_have_text("Play")  # it never starts by itself
    film.page.get_by_role("combobox", name="Speed").select_option("4×")
    film.page.evaluate(
        """() => {
            window.seen = [];
            const words = document.querySelector('.vw-film-words');
            new MutationObserver(() => seen.push(words.textContent)).observe(words, {childList: true});
        }"""
    )
    film.button.click()
    expect(film.button).to_have_text("Pause")
    expect(film.button).to_have_text("Play", timeout=20_000)
    film.expect_scene(NUM_SCENES - 1)
    seen = [int(words.split()[1]) for words in film.page.evaluate("() => seen")]
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 8
    expect(film.page.get_by_role("status")).to_have_text("step 60 of 60")


def test_keys_go_through_the_film_wherever_the_focus_is(film):
    film.page.keyboard.press("Home")
    film.expect_scene(0)
    film.page.keyboard.press("ArrowRight")
    film.page.keyboard.press("ArrowRight")
    film.expect_scene(2)
    film.scrubber.focus()
    film.page.keyboard.press("ArrowRight")
    film.expect_scene(3)
    film.button.focus()
    film.page.keyboard.press("ArrowLeft")
    film.expect_scene(2)
    film.page.keyboard.press("Space")
    expect(film.button).to_have_text("Pause")
    film.page.keyboard.press("Space")
    expect(film.button).to_have_text("Play")
    film.page.keyboard.press("End")
    film.expect_scene(NUM_SCENES - 1)
    expect(film.scrubber).to_have_attribute("aria-valuetext", "step 60 of 60")


def test_scrubbing_and_a_click_into_the_curves_show_that_step(film):
    film.scrubber.fill("10")
    film.expect_scene(10)
    plot = film.page.get_by_role("img", name="Curves over the steps 0 to 60: activation from 0 to 3")
    before = plot.evaluate("canvas => canvas.toDataURL()")
    film.scrubber.fill("20")
    has_moved = "([canvas, before]) => canvas.toDataURL() !== before"
    film.page.wait_for_function(has_moved, arg=[plot.element_handle(), before])
    box = plot.bounding_box()
    plot.click(position={"x": 48 + (box["width"] - 58) / 2, "y": box["height"] / 2})
    film.expect_scene(15)


def test_dark_and_light_follow_the_system_or_the_address(film, film_path):
    def shown():
        return film.page.evaluate(
            """() => [getComputedStyle(document.body).backgroundColor,
                getComputedStyle(document.querySelector('.vw-film')).color].map(
                    (color) => color.match(/\\d+/g).slice(0, 3).reduce((sum, part) => sum + +part, 0) / 3)"""
        )

    for scheme, address, is_dark in [
        ("light", "", False), ("dark", "", True), ("light", "#dark", True), ("dark", "#light", False),
    ]:  # fmt: skip
        film.page.emulate_media(color_scheme=scheme)
        film.page.goto("about:blank")
        film.page.goto(film_path.as_uri() + address)
        paper, ink = shown()
        assert (paper < 50, ink > 200) == (is_dark, is_dark)
    film.page.evaluate("() => { location.hash = 'slide+dark'; }")  # a page around it that changes its theme
    expect(film.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert shown()[0] < 50
    assert not film.page.locator("h1").is_visible()  # a slide has a title of its own


@pytest.mark.parametrize("width", [320, 360, 1280, 1920])
def test_nothing_is_wider_than_the_window(film, width):
    film.page.set_viewport_size({"width": width, "height": 800})
    assert film.page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert film.picture.bounding_box()["width"] > 150
    assert film.button.bounding_box()["height"] >= 24


def test_on_a_slide_the_keys_that_play_no_film_go_to_the_deck(browser, film_path):
    deck = film_path.with_name("deck.html")
    deck.write_text(
        f"""<!DOCTYPE html><iframe src="{film_path.name}#slide" width="900" height="600"></iframe><script>
        window.heard = [];
        addEventListener('message', ({{data}}) => heard.push(data.keyCode));</script>"""
    )
    with opened_page(browser, 1280, 800) as page:
        page.goto(deck.as_uri())
        page.frame_locator("iframe").get_by_role("slider").click()
        for key in ("ArrowRight", "PageDown", "s", "Escape", "Home"):
            page.keyboard.press(key)
        page.frame_locator("iframe").get_by_role("button", name="Play").focus()
        page.keyboard.press("ArrowRight")  # it moved the film when the slider had it; now it turns the slide
        page.wait_for_function("() => heard.length >= 4")
        assert page.evaluate("() => heard") == [34, 83, 27, 39]
        expect(page.frame_locator("iframe").get_by_role("slider")).to_have_value("0")


SHAPES = {"square": (16, 16), "wide": (16, 30), "strip": (16, 52)}


@pytest.mark.parametrize("words", ["step 1 of 2: two words", "a sentence of words " * 10])
def test_on_a_slide_picture_curves_bar_and_words_lie_within_the_frame(browser, tmp_path, words):
    frames = []
    for name, shape in SHAPES.items():
        scenes = [Scene(step, np.full((*shape, 3), step, np.uint8), words) for step in range(2)]
        for curves in (NO_CURVES, (["activation"], VALUES[:1, :2], [("activation", [0])])):
            path = tmp_path / f"{name}{len(frames)}.html"
            Film.of(scenes, title="net", kind="Explorer", alt=name, curves=curves).save(path)
            frames.append(f'<iframe src="{path.name}#slide" width="1184" height="480"></iframe>')
    (tmp_path / "deck.html").write_text(f"<!DOCTYPE html>{''.join(frames)}")
    with opened_page(browser, 1280, 800) as page:
        page.goto((tmp_path / "deck.html").as_uri())
        for frame in page.frames[1:]:
            frame.wait_for_selector(".vw-film-words:not(:empty)")
            parts = frame.locator(".vw-film-frame, .vw-film-plot:not([hidden]), .vw-film-bar, .vw-film-words")
            boxes = parts.evaluate_all("(all) => all.map((each) => each.getBoundingClientRect().toJSON())")
            assert max(box["bottom"] for box in boxes) <= 480 and max(box["right"] for box in boxes) <= 1184
            assert min(box["height"] for box in boxes[:-2]) >= 120, frame.url
            assert all(above["bottom"] <= boxes[-2]["top"] for above in boxes[:-2])
            shown = frame.locator(".vw-film-words")
            assert shown.evaluate("(each) => each.scrollHeight <= each.clientHeight + 1")


DRAWN = """window.drawn = new Set();
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (...words) {
  drawn.add(words[0]);
  write.apply(this, words);
};"""


@pytest.mark.parametrize(("names", "is_titled"), [(("total variation",) * 4, True), (tuple("abcd"), False)])
def test_where_two_panels_name_the_same_their_titles_stand_above_them(browser, tmp_path, names, is_titled):
    names = [name * (25 if len(name) == 1 else 1) for name in names]  # too long to stand beside a title
    panels = [("mean terms", [0, 1]), ("pull on the pixels", [2, 3])]
    scenes = [Scene(step, np.full((16, 16, 3), step, np.uint8), "") for step in range(2)]
    curves = (names, np.ones((4, 2)), panels)
    path = Film.of(scenes, title="net", kind="Wall", alt="gray", curves=curves).save(tmp_path / "run.html")
    with opened_page(browser, 900, 600) as page:
        page.add_init_script(DRAWN)
        page.goto(f"{path.as_uri()}#slide")
        page.wait_for_function("(name) => [...drawn].some((each) => each.startsWith(name))", arg=names[0])
        titles = [title for title, _ in panels]
        seen = page.evaluate("(titles) => titles.filter((each) => drawn.has(each))", titles)
        assert seen == (titles if is_titled else [])


AROUND = """<!DOCTYPE html><iframe src="run.html" style="width: {width}px; border: 0"></iframe><script>
const frame = document.querySelector('iframe');
frame.addEventListener('load', () => {{
  const page = frame.contentDocument.documentElement;
  new ResizeObserver(() => {{ frame.style.height = `${{page.offsetHeight + 2}}px`; }}).observe(page);
}});
</script>"""


@pytest.mark.parametrize("width", [340, 760])
def test_a_frame_that_is_made_as_high_as_the_film_comes_to_rest(browser, film_path, width):
    with opened_page(browser, 1280, 900) as page:
        pages = {"run.html": film_path.read_text(encoding="utf-8"), "": AROUND.format(width=width)}
        page.route(
            "http://site.test/*",
            lambda route: route.fulfill(
                content_type="text/html", body=pages[route.request.url.split("/")[-1]]
            ),
        )
        page.goto("http://site.test/")
        picture = page.frame_locator("iframe").locator(".vw-film-picture")
        expect(picture).to_have_attribute("data-step", "60")
        page.wait_for_timeout(500)
        heights = [
            page.locator("iframe").bounding_box()["height"] for _ in range(5) if not page.wait_for_timeout(60)
        ]
        assert len(set(heights)) == 1
        assert 400 < heights[0] < 900
        assert picture.bounding_box()["width"] > 300


def test_a_reader_who_wants_little_motion_gets_it_slow(browser, film_path):
    with opened_page(browser) as page:
        page.emulate_media(reduced_motion="reduce")
        page.goto(film_path.as_uri())
        expect(page.get_by_role("combobox", name="Speed")).to_have_value("0.25")


def test_without_script_the_last_picture_is_there(browser, film_path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(film_path.as_uri())
    expect(page.get_by_role("img", name="a gray square, step 60 of 60")).to_be_visible()
    expect(page.get_by_role("heading", name="net: channel 3")).to_be_visible()
    context.close()


def test_a_page_that_is_cut_short_says_so(browser, film_path):
    film_path.write_bytes(film_path.read_bytes()[:-2000])
    with opened_page(browser) as page:
        page.goto(film_path.as_uri())
        expect(page.locator("main")).to_contain_text("This film was cut short or damaged")


def test_keys_work_in_a_notebook_whose_cell_is_selected(server, open_notebook):
    make_film().save(server.root / "run.html")
    write_notebook(server.root / "film.ipynb", [LAB])
    notebook = open_notebook("film.ipynb")
    notebook.run_all()
    film = FilmPage(notebook.page)
    film.expect_scene(NUM_SCENES - 1)
    assert film.picture.bounding_box()["width"] > 150
    notebook.select_cell("load_film")  # in command mode, where the notebook takes keys for itself
    notebook.page.evaluate("heard = []; document.addEventListener('keydown', ({key}) => heard.push(key))")
    film.scrubber.focus()
    for key, index in [("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", 30)]:
        notebook.page.keyboard.press(key)
        film.expect_scene(index)
    film.button.focus()
    notebook.page.keyboard.press("Space")
    expect(film.button).to_have_text("Pause")
    notebook.page.keyboard.press("Space")
    expect(film.button).to_have_text("Play")
    notebook.page.get_by_role("combobox", name="Speed").focus()
    notebook.page.keyboard.press("ArrowDown")
    expect(notebook.page.get_by_role("combobox", name="Speed")).to_have_value("2")
    notebook.page.keyboard.press("Escape")
    assert notebook.page.evaluate("heard") == ["Escape"]  # a page that listens for keys hears no other one
