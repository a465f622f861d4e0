"""Films as GIF: they move, say what they show, and stay small."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageSequence

from tests.draw.test_film import gray_film, gray_scenes, noise_scenes
from vizwidgets.draw import film_gif
from vizwidgets.draw.film import Film, Scene
from vizwidgets.draw.pixels import webp


def frames(gif: bytes) -> list[np.ndarray]:
    image = Image.open(io.BytesIO(gif))
    return [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(image)]


def test_each_frame_shows_its_picture_and_another_caption():
    found = frames(gray_film().gif())
    assert len(found) == 11
    height = len(found[0]) - film_gif.CAPTION
    middles = [frame[height // 2, len(frame[0]) // 2].mean() for frame in found]
    np.testing.assert_allclose(middles, 5 * np.arange(11), atol=9)  # as near as the palette's grays are
    words = [frame[height:] for frame in found]
    assert all((one != other).any() for one, other in zip(words, words[1:], strict=False))
    assert all((each < 80).any() for each in words)  # there is ink


def test_it_rests_on_its_last_picture_after_some_rounds():
    image = Image.open(io.BytesIO(gray_film().gif()))
    assert image.info["loop"] == film_gif.ROUNDS - 1
    assert image.info["comment"] == b"a gray square"  # the alternative text, for whoever shows it
    durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
    assert durations[-1] > 2 * durations[0] > 2 * durations[1] > 0  # and on the first one, before it moves
    assert len(set(durations[1:-1])) == 1


def test_paper_is_white_and_a_caption_names_the_step(monkeypatch):
    said = []
    monkeypatch.setattr(film_gif.Page, "words", lambda page, x, y, text, *rest, **how: said.append(text))
    vivid = np.random.default_rng(0).integers(0, 256, (4, 60, 90, 3), np.uint8)
    vivid[:, 20:40] = 255
    scenes = [Scene(7 * k, webp(picture), f"forward {k}") for k, picture in enumerate(vivid)]
    for frame in frames(Film.of(scenes, title="t", kind="k", alt="a").gif()):
        assert (frame[6 + 3 * 20 : 6 + 3 * 40, 15:-15] == 255).all()
    assert said[1::2] == [f"step {7 * k} · forward {k}" for k in range(4)]


def test_a_gif_that_would_be_too_large_has_fewer_frames(monkeypatch):
    film = Film.of(noise_scenes(10, 80), title="noise", kind="k", alt="a")
    whole = film.gif()
    monkeypatch.setattr(film_gif, "MOST_BYTES", len(whole) // 2)
    fewer = film.gif()
    assert len(fewer) <= len(whole) // 2
    assert 2 <= len(frames(fewer)) < len(frames(whole)) == 10


def test_a_long_film_has_no_more_frames_than_a_gif_may_have_and_one_scene_is_enough():
    long = Film.of(gray_scenes(51), title="t", kind="k", alt="a")
    assert len(frames(long.gif())) == film_gif.MOST_FRAMES
    assert len(frames(Film.of(gray_scenes(1), title="t", kind="k", alt="a").gif())) == 1
