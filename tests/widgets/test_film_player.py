"""FilmPlayer without a browser: what it holds, what it says, and what it leaves in the notebook."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

import vizwidgets as vw
from tests.draw.test_film import gray_film, gray_scenes
from vizwidgets.draw.film import Film


def bundle(player: vw.FilmPlayer) -> dict:
    data = player._repr_mimebundle_()
    return data[0] if isinstance(data, tuple) else data


def still(player: vw.FilmPlayer) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(bundle(player)["image/png"])))


def test_a_saved_film_is_loaded_and_saved_again_as_it_was(tmp_path):
    path = gray_film().save(tmp_path / "run.html")
    player = vw.load_film(path)
    assert player.film.steps == tuple(range(0, 33, 3))
    assert player.film.record == {"seed": 7}
    assert player.to_page(tmp_path / "again.html").read_bytes() == path.read_bytes()


def test_the_browser_gets_the_film_without_its_record():
    player = vw.FilmPlayer(gray_film(record={"curves": [float("nan")] * 1000}))
    data = json.loads(player.data)
    assert data["record"] == "null"
    assert [base64.b64decode(picture) for picture in data["pictures"]] == list(player.film.pictures)


def test_the_notebook_keeps_the_last_picture_and_words_that_do_not_change():
    player = vw.FilmPlayer(gray_film())
    assert bundle(player)["text/plain"] == "FilmPlayer(net: channel 3, 11 pictures of the steps 0 to 30)"
    assert "application/vnd.jupyter.widget-view+json" in bundle(player)
    left = np.asarray(still(player).convert("RGB"))[:, :300].reshape(-1, 3).tolist()
    assert [50, 50, 50] in left  # the last gray


def test_the_still_of_a_film_without_curves_is_its_last_picture_with_squares_for_pixels():
    player = vw.FilmPlayer(Film.of(gray_scenes(3), title="t", kind="k", alt="a"))
    picture = np.asarray(still(player))
    assert picture.shape == (448, 448, 3)
    assert (picture == 10).all()


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("vgg16", "python data_scripts/fetch_weights.py fetches them"),
        ("vgg16_torchvision", "python data_scripts/fetch_weights.py --full fetches them"),
        ("digits_cnn", "vw.load_model('digits_cnn') gets them: trained at first use"),
    ],
)
def test_weights_that_are_not_here_are_named_with_the_command_that_fetches_them(
    tmp_path, monkeypatch, name, command
):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    player = vw.FilmPlayer(gray_film(record={"model": name}))
    assert player.note.startswith(f"The weights of {name} are not on this machine. The film plays without")
    assert command in player.note
    assert json.loads(player.data)["pictures"]


@pytest.mark.parametrize("record", [None, {}, {"model": "Sequential"}, {"model": 3}])
def test_a_film_that_needs_no_weights_of_ours_misses_none(tmp_path, monkeypatch, record):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    assert vw.FilmPlayer(gray_film(record=record)).note == ""


def test_what_is_no_film_is_refused_with_the_way_to_load_one():
    with pytest.raises(TypeError, match="a Film is wanted.*got str.*vw.load_film"):
        vw.FilmPlayer("run.html")
