"""SaliencyExplorer in JupyterLab and Notebook 7: keyboard, mouse, live maps, a hostile upload, the strip."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.driver import Notebook, canvas_hash, write_notebook

pytestmark = pytest.mark.browser

EXPLORER = """import vizwidgets as vw
animals = vw.sheep_goats(4, seed=0)
explorer = vw.SaliencyExplorer(vw.new_model("animals_cnn", seed=0), animals.images)
explorer"""
# A computer on which 1000 samples take long enough to be stopped.
SLOW = """import time, torch
fast = torch.nn.Conv2d.forward
torch.nn.Conv2d.forward = lambda layer, images: time.sleep(0.2) or fast(layer, images)"""
HOSTILE = "<img src=x onerror='window.hacked=1'>.png"
EXPECTED_NOISE = re.compile("reading 'schema'|favicon|404|WebSocket")


class Page:
    """The explorer on the page."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.root = notebook.page.locator(".vw-root")
        self.maps = self.root.locator(".vw-saliency").first
        self.reading = self.root.locator(".vw-sal-pixel")
        expect(self.titles()).to_have_count(2, timeout=60_000)
        notebook.wait_for_kernel("explorer.run.wait(60) and explorer.view.num_views == 1", timeout=60)

    def titles(self) -> Locator:
        return self.maps.locator(".vw-sal-title")

    def canvas(self, place: int) -> Locator:
        return self.maps.locator(".vw-sal-canvas").nth(place)

    def button(self, name: str) -> Locator:
        # the icon's glyph counts as a part of the name
        return self.root.get_by_role("button", name=re.compile(rf"^\W*{re.escape(name)}")).first

    def expect_new_picture(self, place: int, before: str) -> None:
        canvas = self.canvas(place)
        for _ in range(100):
            if canvas_hash(canvas) != before:
                return
            self.notebook.page.wait_for_timeout(100)
        pytest.fail("the picture did not change")


@pytest.fixture(scope="module")
def opened(server, open_for_all) -> Notebook:
    write_notebook(server.root / "saliency.ipynb", [EXPLORER, "print(1 + 1)"])
    return open_for_all("saliency.ipynb")


@pytest.fixture
def shown(opened) -> Iterator[Page]:
    opened.begin_anew()
    page = Page(opened)
    yield page
    assert [error for error in opened.errors if not EXPECTED_NOISE.search(error)] == []


def test_methods_classes_and_the_pixel_are_reached_by_keyboard(shown):
    shown.button("Grad-CAM").press("Space")
    expect(shown.titles()).to_have_text(["image 0", "gradient", "Grad-CAM"], timeout=20_000)
    shown.button("gradient").press("Enter")
    expect(shown.titles()).to_have_text(["image 0", "Grad-CAM"], timeout=20_000)
    before = canvas_hash(shown.canvas(1))
    other = shown.root.locator(".vw-sal-top button").nth(1)
    other.press("Space")
    shown.notebook.wait_for_kernel("explorer.class_name in ('sheep', 'goat')")
    shown.expect_new_picture(1, before)

    rows = shown.root.locator(".vw-sal-rows").first
    rows.focus()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowRight"):
        rows.press(key)
    shown.notebook.wait_for_kernel("(explorer.row, explorer.column) == (2, 10)")
    expect(shown.reading).to_contain_text("row 2, column 10", timeout=20_000)
    for _ in range(25):  # faster than the kernel answers: no step is lost
        rows.press("ArrowDown")
    shown.notebook.wait_for_kernel("(explorer.row, explorer.column) == (27, 10)")
    expect(shown.reading).to_contain_text("row 27, column 10", timeout=20_000)
    slider = shown.root.get_by_role("slider", name="Overlay", exact=True)
    before = canvas_hash(shown.canvas(1))
    slider.press("ArrowLeft")
    shown.notebook.wait_for_kernel("abs(explorer.strength - 0.65) < 1e-6")
    shown.expect_new_picture(1, before)


def test_the_mouse_reads_a_pixel_and_a_click_keeps_it(shown):
    shown.canvas(1).scroll_into_view_if_needed()
    box = shown.canvas(1).bounding_box()

    def at(row: int, column: int) -> tuple[float, float]:
        middle = (column + 0.5) / 64, (row + 0.5) / 64
        return box["x"] + middle[0] * box["width"], box["y"] + middle[1] * box["height"]

    for column in (10, 20, 30, 51):
        shown.notebook.page.mouse.move(*at(32, column))
    expect(shown.reading).to_contain_text("row 32, column 51", timeout=20_000)
    expect(shown.reading).to_contain_text("derivative")
    shown.notebook.page.mouse.click(*at(48, 16))
    shown.notebook.wait_for_kernel("(explorer.row, explorer.column) == (48, 16)")
    shown.notebook.page.mouse.move(box["x"] + box["width"] / 2, box["y"] - 60)
    expect(shown.reading).to_contain_text("row 48, column 16", timeout=20_000)
    expect(shown.reading.get_by_role("spinbutton").first).to_have_value("48")
    marks = shown.maps.locator(".vw-sal-mark:not(.vw-sal-hovered):visible")
    expect(marks).to_have_count(2)


@pytest.fixture
def slow(shown) -> Iterator[None]:
    shown.notebook.execute(SLOW)
    yield
    shown.notebook.execute("torch.nn.Conv2d.forward = fast")


@pytest.mark.usefixtures("slow")
def test_smoothgrad_clears_up_before_ones_eyes_and_can_be_stopped(shown):
    shown.notebook.execute("explorer.num_samples = 1000")
    shown.button("SmoothGrad").click()
    words = shown.maps.locator(".vw-sal-words").nth(2)
    expect(words).to_contain_text(re.compile(r"\d+ of 1000 samples"), timeout=30_000)
    shown.notebook.wait_for("+document.querySelector('.vw-saliency').dataset.frames > 2", timeout=60)
    shown.root.locator(".vw-bar").get_by_role("button", name=re.compile("Stop$")).click()
    expect(shown.root.locator(".vw-bar").get_by_role("status")).to_contain_text("stopped", timeout=20_000)
    assert shown.notebook.execute("print(2 + 2)") == "4"


def test_a_hostile_upload_is_a_picture_like_any_other_and_its_name_is_text(shown):
    content = io.BytesIO()
    Image.new("RGB", (90, 70), (200, 60, 20)).save(content, "PNG")
    files = [
        {"name": HOSTILE, "mimeType": "image/png", "buffer": content.getvalue()},
        {
            "name": "<b>no picture</b>.png",
            "mimeType": "image/png",
            "buffer": b"<script>window.hacked=1</script>",
        },
    ]
    with shown.notebook.page.expect_file_chooser() as choosing:
        shown.button("Upload").click()
    choosing.value.set_files(files)
    expect(shown.titles().first).to_contain_text("onerror", timeout=20_000)
    expect(shown.root.locator(".vw-picture-note")).to_contain_text("is not a picture", timeout=20_000)
    shown.notebook.wait_for_kernel("explorer.run.wait(20) and explorer.maps['gradient'].any()")
    row = shown.root.locator(".vw-sal-rows").first
    row.focus()
    row.press("ArrowDown")
    expect(shown.reading).to_contain_text("onerror", timeout=20_000)
    shown.button("Randomize").click()
    expect(shown.root.locator(".vw-sal-sanity")).to_contain_text("onerror", timeout=60_000)
    page = shown.notebook.page
    assert page.locator(".vw-root img[src='x'], .vw-root script, .vw-root b b").count() == 0
    assert page.evaluate("() => window.hacked === undefined")


def test_the_strip_of_the_randomized_networks_comes_with_numbers_and_a_verdict(shown):
    strip = shown.root.locator(".vw-sal-strip")
    shown.root.locator(".vw-sal-sanity select").first.select_option("gradient")
    shown.button("Randomize").press("Enter")
    expect(strip.locator(".vw-sal-title").first).to_have_text("as trained", timeout=60_000)
    verdict = re.compile("follows? the weights|in between|cannot be judged")
    expect(shown.root.locator(".vw-sal-sanity")).to_contain_text(verdict, timeout=60_000)
    layers = shown.notebook.execute("print(*explorer.randomization.test.layers)").split()
    expect(strip.locator(".vw-sal-title")).to_have_text(["as trained", *layers])
    expect(strip.locator(".vw-sal-meters").nth(1)).to_contain_text("rank r")


def test_buttons_say_whether_they_are_down_and_one_that_is_disabled_hands_its_focus_on(shown):
    gradient, guided = shown.button("gradient"), shown.button("guided")
    expect(gradient).to_have_attribute("aria-pressed", "true")
    expect(guided).to_have_attribute("aria-pressed", "false")
    guided.press("Space")
    expect(guided).to_have_attribute("aria-pressed", "true", timeout=20_000)
    more, fewer = shown.button("Add a row"), shown.button("Remove")
    for _ in range(3):
        more.press("Enter")
    expect(more).to_be_disabled(timeout=20_000)
    expect(fewer).to_be_focused(timeout=20_000)
    for _ in range(3):
        fewer.press("Enter")
    expect(fewer).to_be_disabled(timeout=20_000)
    expect(more).to_be_focused(timeout=20_000)


def test_six_methods_in_two_rows_have_whole_titles_and_numbers_that_do_not_touch(shown):
    shown.notebook.page.set_viewport_size({"width": 1280, "height": 900})
    shown.notebook.execute(
        "explorer.images.shown = [0, 1]; explorer.num_samples = explorer.num_steps = 3\n"
        "explorer.methods = ['gradient', 'guided', 'smoothgrad', 'integrated', 'gradcam', 'occlusion']"
    )
    expect(shown.titles()).to_have_count(14, timeout=30_000)
    shown.notebook.wait_for_kernel("explorer.run.wait(60) and explorer.run.state == 'done'", timeout=60)
    is_cut = "all => all.some(it => it.scrollWidth > it.clientWidth || it.scrollHeight > it.clientHeight)"
    assert not shown.titles().evaluate_all(is_cut)
    gaps = shown.maps.locator(".vw-sal-numbers").evaluate_all(
        """bars => bars.flatMap(bar => {
          const boxes = [...bar.children].map(each => each.getBoundingClientRect()).filter(box => box.width);
          return boxes.slice(1).map((box, place) => box.left - boxes[place].right);
        })"""
    )
    assert len(gaps) >= 10 and min(gaps) > 3
    path = shown.root.get_by_placeholder("path of a picture, then Enter")
    path.fill("x" * 5000 + ".png")
    path.press("Enter")
    expect(shown.root.locator(".vw-picture-note")).to_contain_text("file name too long", timeout=20_000)
    path.fill("x" * 200 + ".png")
    path.press("Enter")
    expect(shown.root.locator(".vw-picture-note")).to_contain_text("there is no picture", timeout=20_000)
    assert shown.root.locator(".vw-side").bounding_box()["width"] == 286


@pytest.mark.usefixtures("slow")
def test_a_cell_that_is_run_again_ends_the_old_runs(shown):
    shown.notebook.execute("explorer.num_samples = 1000; explorer.methods = ['smoothgrad']; old = explorer")
    shown.notebook.wait_for_kernel("old.run.state == 'running'")
    shown.notebook.run_cell("SaliencyExplorer")
    shown.notebook.wait_for_kernel("old.run.state == 'stopped' and explorer is not old", timeout=30)
    expect(shown.root).to_have_count(1)
    expect(shown.titles()).to_have_text(["image 0", "gradient"], timeout=30_000)
