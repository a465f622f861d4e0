"""Films as GIF: they move, say what they show, and stay small."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageSequence

from tests.draw.test_film import gray_film, gray_scenes, noise_scenes
from vizwidgets.draw import film_gif
from vizwidgets.draw.film import Film


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
    assert durations[-1] > 5 * durations[0] > 0


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
