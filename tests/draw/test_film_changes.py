"""Pictures that hold only what has changed: seen one over the other they are the pictures that were given."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from vizwidgets.draw.film import Film, Scene, read_film
from vizwidgets.draw.film_changes import BLOCK, WHOLE_EVERY, find_changes, is_whole, whole_pictures
from vizwidgets.draw.film_file import film_data
from vizwidgets.draw.pixels import webp

SHAPE = (150, 210, 3)  # no multiple of a block


def moving(count: int) -> list[np.ndarray]:
    """Noise that stays, and in front of it a square of other noise that goes from left to right."""
    noise = np.random.default_rng(0).integers(0, 256, (count + 1, *SHAPE), np.uint8)
    pictures = []
    for place in range(count):
        picture = noise[0].copy()
        picture[40:60, 5 * place : 5 * place + 20] = noise[place + 1, 40:60, 5 * place : 5 * place + 20]
        pictures.append(picture)
    return pictures


def film_of(pictures: list, **other) -> Film:
    scenes = [Scene(step, picture, f"step {step}") for step, picture in enumerate(pictures)]
    return Film.of(scenes, title="t", kind="k", alt="a", **other)


def test_what_is_seen_of_drawings_that_lost_nothing_is_what_was_given():
    pictures = moving(30)
    film = film_of([webp(picture) for picture in pictures])
    whole = [is_whole(file) for file in film.pictures]
    assert whole[0] and whole[-1] and sum(whole) < 6
    for seen, given in zip(whole_pictures(film.pictures), pictures, strict=True):
        np.testing.assert_array_equal(seen, given)


def test_what_changes_is_smaller_than_whole_pictures_and_as_true():
    pictures = moving(30)
    film = film_of(pictures)
    whole = [len(file) for file in film.pictures if is_whole(file)]
    changes = [len(file) for file in film.pictures if not is_whole(file)]
    assert sum(changes) / len(changes) < 0.2 * sum(whole) / len(whole)
    apart = [
        np.abs(seen.astype(int) - given).mean()
        for seen, given in zip(whole_pictures(film.pictures), pictures, strict=True)
    ]
    assert max(apart) < 1.2 * apart[0]


def test_no_picture_needs_more_than_some_before_it_and_one_that_is_all_new_is_whole():
    pictures = moving(40)
    pictures[5] = 255 - pictures[5]
    blocks = find_changes(pictures)
    whole = [place for place, each in enumerate(blocks) if each is None]
    assert {0, 5, 39} <= set(whole)
    assert max(np.diff(whole)) == WHOLE_EVERY


def test_a_change_too_slow_to_be_seen_from_one_picture_to_the_next_is_seen_in_the_end():
    pictures = [np.full((BLOCK, 8 * BLOCK, 3), 100, np.uint8) for _ in range(WHOLE_EVERY)]
    for place, picture in enumerate(pictures):
        picture[:, :BLOCK] += 3 * place
    changed = [each for each in find_changes(pictures)[1:-1] if each is not None and each.any()]
    assert changed and all(each.tolist() == [[True] + [False] * 7] for each in changed)


@pytest.mark.parametrize("place", [0, -1])
def test_a_film_that_begins_or_ends_with_a_picture_that_is_not_whole_is_damaged(tmp_path, place):
    film = film_of(moving(30))
    pictures = list(film.pictures)
    pictures[place] = pictures[3]
    assert not is_whole(pictures[3])
    changed = replace(film, pictures=tuple(pictures))
    with pytest.raises(ValueError, match="run.html is a damaged film .*not whole"):
        read_film(changed.save(tmp_path / "run.html"))


def test_players_are_told_which_pictures_are_whole():
    film = film_of(moving(30))
    said = json.loads(film_data(film, "f"))["whole"]
    assert said == [place for place, file in enumerate(film.pictures) if is_whole(file)]
