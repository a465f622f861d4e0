"""Films: what is saved is read back, what is damaged is refused, and a page holds nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import math
import os
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from vizwidgets.draw import film as film_module
from vizwidgets.draw.film import FORMAT, Film, Scene, encode_picture, read_film
from vizwidgets.draw.film_scenes import fit_scenes
from vizwidgets.draw.pixels import webp

HOSTILE = "</script><script>alert(1)</script><!-- \u2028 & \"quoted\" 'name' <img src=x onerror=alert(1)>"
VALUES = np.stack([np.linspace(0, 3, 31), np.where(np.arange(31) < 4, np.nan, 1.0)])
CURVES = (["activation", "p_norm"], VALUES, [("activation h(x)", [0]), ("regularizers", [1])])


def gray_scenes(count: int, side: int = 8) -> list[Scene]:
    """Each picture is one gray, so that it tells which one it is."""
    return [
        Scene(3 * index, np.full((side, side, 3), 5 * index, np.uint8), f"step {3 * index} of 30")
        for index in range(count)
    ]


def noise_scenes(count: int, side: int) -> list[Scene]:
    noise = np.random.default_rng(0).integers(0, 256, (count, side, side, 3)).astype(np.uint8)
    return [Scene(step, picture, f"step {step}") for step, picture in enumerate(noise)]


def gray_film(**other) -> Film:
    words = {"title": "net: channel 3", "kind": "AscentExplorer", "alt": "a gray square", **other}
    return Film.of(gray_scenes(11), curves=CURVES, record=words.pop("record", {"seed": 7}), **words)


@pytest.fixture
def page(tmp_path) -> bytes:
    return gray_film().save(tmp_path / "run.html").read_bytes()


class Elements(HTMLParser):
    """The elements of a page as a browser would find them, with the text in each script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.title = self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "title":
            self.title += data


def test_what_is_saved_is_read_back_as_it_was(tmp_path):
    record = {"seed": 7, "curves": {"h": [0.1, math.nan, math.inf]}, "text": HOSTILE}
    film = gray_film(title=HOSTILE, record=record)
    again = read_film(film.save(tmp_path / "a" / "run.html"))
    plain = [name for name in Film.__dataclass_fields__ if name not in ("values", "record")]
    assert [getattr(again, name) for name in plain] == [getattr(film, name) for name in plain]
    np.testing.assert_array_equal(again.values, VALUES.astype(np.float32))
    assert repr(again.record) == repr(record)  # NaN is not equal to itself
    assert again.names == ("activation", "p-norm")
    assert again.panels == (("activation h(x)", (0,)), ("regularizers", (1,)))
    assert (again.last, again.steps[:3], again.size) == (30, (0, 3, 6), (8, 8))
    assert set(again.versions) == {"vizwidgets", "torch", "machine"}


def test_a_tiny_picture_keeps_each_of_its_pixels():
    picture = np.random.default_rng(0).integers(0, 256, (28, 28, 3)).astype(np.uint8)
    film = Film.of([Scene(0, picture, "")], title="t", kind="k", alt="a")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(film.pictures[0]))), picture)


def test_pictures_that_are_encoded_already_are_taken_as_they_are():
    scenes = [Scene(scene.step, encode_picture(scene.picture), scene.words) for scene in gray_scenes(3)]
    film = Film.of(scenes, title="t", kind="k", alt="a")
    assert film.pictures == tuple(scene.picture for scene in scenes)


def test_a_drawing_that_lost_nothing_is_not_made_larger_by_losing_something():
    fine = np.zeros((200, 200, 3), np.uint8)
    fine[::2, ::3] = 255
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    drawing = webp(fine)
    assert len(drawing) < len(encode_picture(fine, 25))
    scenes = [Scene(0, drawing, ""), *(Scene(step, noise, "") for step in range(1, 4))]
    _, files = fit_scenes(scenes, usual_bytes=10_000, most_bytes=10_000_000)
    assert files[0] == drawing and files[1] == encode_picture(noise, 25)


def test_a_film_that_is_too_large_keeps_its_first_and_last_scene_and_its_last_picture_as_it_was(monkeypatch):
    scenes = noise_scenes(12, 96)
    whole = Film.of(scenes, title="t", kind="k", alt="a")
    assert whole.steps == tuple(range(12))
    limit = 8 * len(encode_picture(scenes[0].picture, 25))
    monkeypatch.setattr(film_module, "CODE_BYTES", 0)
    monkeypatch.setattr(film_module, "USUAL_BYTES", limit // 2)
    monkeypatch.setattr(film_module, "MOST_BYTES", limit)
    film = Film.of(scenes, title="t", kind="k", alt="a", record={"long": "x" * 1000})
    assert sum(map(len, film.pictures)) * 4 / 3 + 1000 < limit
    assert 2 <= len(film.steps) < 12
    assert (film.steps[0], film.steps[-1]) == (0, 11)
    assert film.pictures[-1] == whole.pictures[-1]
    assert film.words == tuple(f"step {step}" for step in film.steps)


@pytest.mark.parametrize(
    ("scenes", "words"),
    [([], "at least one scene"), ([*gray_scenes(1), *gray_scenes(1, side=9)], "one size.*8, 8.*9, 9")],
)
def test_scenes_that_make_no_film_are_refused(scenes, words):
    with pytest.raises(ValueError, match=words):
        Film.of(scenes, title="t", kind="k", alt="a")


# -- the page -----------------------------------------------------------------------------------------


def test_no_text_of_a_film_becomes_markup():
    film = gray_film(title=HOSTILE, kind=HOSTILE, alt=HOSTILE, record={"model": HOSTILE, HOSTILE: HOSTILE})
    plain, hostile = Elements(gray_film().page()), Elements(film.page())
    assert [tag for tag, _ in hostile.found] == [tag for tag, _ in plain.found]
    assert hostile.title == HOSTILE
    assert json.loads(hostile.scripts[1])["title"] == HOSTILE


def test_the_page_may_run_only_its_own_script_and_load_only_what_is_in_it():
    elements = Elements(gray_film().page())
    policy = next(
        attrs["content"]
        for tag, attrs in elements.found
        if attrs.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(elements.scripts[0].encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}';" in policy
    addresses = [
        attrs[name] for _, attrs in elements.found for name in ("src", "href", "srcset") if attrs.get(name)
    ]
    assert addresses and all(address.startswith("data:") for address in addresses)
    assert set(re.findall(r"https?://[^'\" ]*", gray_film().page())) == {"http://www.w3.org/2000/svg"}


def test_what_the_browser_reads_is_strict_json():
    film = gray_film(record={"curves": [math.nan]})

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    data = json.loads(Elements(film.page()).scripts[1], parse_constant=refuse)
    assert data["size"] == [8, 8]


def test_without_script_the_last_picture_and_its_words_are_there():
    film = gray_film()
    image = next(attrs for tag, attrs in Elements(film.page()).found if tag == "img")
    assert base64.b64decode(image["src"].partition(",")[2]) == film.pictures[-1]
    assert image["alt"] == "a gray square, step 30 of 30"


def test_the_page_says_where_the_film_comes_from():
    record = {"model": "vgg16", "weights_hash": "0123abcd", "settings": {"seed": 5}}
    source = json.loads(Elements(gray_film(record=record).page()).scripts[1])["source"]
    assert source.startswith("A film of AscentExplorer · vgg16, weights 0123abcd · seed 5 · vizwidgets ")
    assert "torch" in source


# -- what is not whole --------------------------------------------------------------------------------


def test_a_film_that_is_cut_short_anywhere_is_refused_in_words(page, tmp_path):
    end = page.rindex(b"</script>")
    path = tmp_path / "short.html"
    for cut in [0, *range(300, end, end // 40), end - 1]:
        path.write_bytes(page[:cut])
        with pytest.raises(ValueError, match="short.html is cut short: copy or download it again"):
            read_film(path)


def test_a_film_of_another_format_version_is_told_by_its_name(page, tmp_path):
    path = tmp_path / "new.html"
    path.write_bytes(page.replace(FORMAT.encode(), b"vizwidgets film 2"))
    with pytest.raises(ValueError, match=r"written as 'vizwidgets film 2'.* reads 'vizwidgets film 1'"):
        read_film(path)


@pytest.mark.parametrize(
    ("name", "contents", "words"),
    [
        ("page.html", b"<!DOCTYPE html><html><body>hello</body></html>", "page.html is no film"),
        ("noise.html", bytes(range(256)), "noise.html is no film"),
        ("run.gif", b"GIF89a...", "run.gif is a GIF.*Open the page instead"),
        ("empty.html", b"", "cut short"),
    ],
)
def test_a_file_that_is_no_film_is_refused_in_words(tmp_path, name, contents, words):
    (tmp_path / name).write_bytes(contents)
    with pytest.raises(ValueError, match=words):
        read_film(tmp_path / name)


@pytest.mark.parametrize(
    "change",
    [
        {"pictures": []},
        {"pictures": ["AAAA"] * 11},
        {"pictures": ["no base64"] * 11},
        {"steps": [0]},
        {"steps": None},
        {"values": "AAAA"},
        {"panels": [{"title": "t", "series": [2]}]},
        {"record": "{"},
        {"record": "[1]"},
        {"versions": 3},
        {"points": 4},
        {"last": 1e400},
        {"record": "[" * 100_000},
    ],
)
def test_a_film_with_something_else_in_its_place_is_damaged(page, tmp_path, change):
    begin, end = b'id="vizwidgets-film">', b"</script>"
    head, _, rest = page.rpartition(begin)
    data, _, tail = rest.rpartition(end)
    changed = json.dumps({**json.loads(data), **change}).encode()
    (tmp_path / "run.html").write_bytes(head + begin + changed + end + tail)
    with pytest.raises(ValueError, match="run.html is a damaged film"):
        read_film(tmp_path / "run.html")


def test_a_page_that_is_no_film_is_not_named_among_those_that_are_there(page, tmp_path):
    (tmp_path / "decks").mkdir()
    (tmp_path / "decks" / "slides.html").write_text("<!DOCTYPE html><title>vizwidgets</title>")
    (tmp_path / "a.html").mkdir()  # a folder of that name
    (tmp_path / "about.html").write_text("<!DOCTYPE html>")
    with pytest.raises(FileNotFoundError, match=r"there are 'run.html'\.$"):
        read_film(tmp_path / "walk.html")
    (tmp_path / "films" / "lesson").mkdir(parents=True)
    (tmp_path / "run.html").rename(tmp_path / "films" / "lesson" / "run.html")
    with pytest.raises(IsADirectoryError, match=r"there are 'films/lesson/run.html'\.$"):
        read_film(tmp_path)
    (tmp_path / "films" / "lesson" / "run.html").unlink()
    with pytest.raises(IsADirectoryError, match="there are no films"):
        read_film(tmp_path)


def test_a_path_at_which_there_is_no_film_is_answered_with_those_that_are_there(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path, error, words in [
        ("walk.html", FileNotFoundError, "there is no film 'walk.html'. In '.' there are 'run.html'."),
        (
            ".",
            IsADirectoryError,
            "'.' is a folder; name the .html file of a film. In '.' there are 'run.html'.",
        ),
        ("no/such/run.html", FileNotFoundError, f"no folder 'no/such'; relative names begin in '{tmp_path}'"),
        ("run.html/a.html", NotADirectoryError, "can not be read"),
        ("a" * 300, OSError, "can not be read (File name too long)"),
        (None, TypeError, "the path of a film is wanted, such as 'name.html'; got NoneType"),
    ]:
        with pytest.raises(error, match=re.escape(words)) as raised:
            read_film(path)
        assert "Errno" not in str(raised.value)
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        FileNotFoundError, match=r"there are no films; explorer.save\('name.html'\) writes one"
    ):
        read_film("empty/run.html")


# -- writing ------------------------------------------------------------------------------------------


def test_a_name_that_is_neither_page_nor_gif_is_refused(tmp_path):
    with pytest.raises(ValueError, match="name.html or name.gif; got 'run.mp4'"):
        gray_film().save(tmp_path / "run.mp4")


def test_a_film_that_can_not_be_written_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    path = gray_film().save(tmp_path / "run.html")
    before = path.read_bytes()

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match=r"run.html can not be written \(No space left on device\)"):
        gray_film(title="another").save(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["run.html"]


def test_a_folder_that_is_a_file_is_said_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="can not be written.*into a folder of your own"):
        gray_film().save(tmp_path / "file" / "run.html")
