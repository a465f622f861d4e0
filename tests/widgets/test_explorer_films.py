"""Films of explorers: what they show is what was on the screen, step by step, and they load again."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import vizwidgets as vw
from vizwidgets.draw.film import Film
from vizwidgets.draw.film_scenes import decode_picture
from vizwidgets.draw.wall_sheet import CAPTION, HEAD, LABEL, MARGIN
from vizwidgets.models.replay import replay
from vizwidgets.widgets import filmed, recorder, saliency_stepper

TOLERANCE = 6.0  # mean difference in 0..255 that WebP may make at a quality of 80


def conv_net(channels: int = 1, side: int = 12) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(channels, 4, 3), nn.ReLU(), nn.Conv2d(4, 3, 3))
    net.input_shape = (channels, side, side)
    return net


def classifier(side: int = 8, classes: int = 3) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Flatten(), nn.Linear(side * side, 8), nn.ReLU(), nn.Linear(8, classes))
    net.input_shape = (1, side, side)
    return net


def stripes(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.arange(count) % 2
    images = torch.rand(count, 1, 8, 8, generator=torch.Generator().manual_seed(0)) / 2
    images[labels == 1, :, :, :4] += 0.5
    return images, labels


def ascent(**settings: Any) -> vw.AscentExplorer:
    return vw.AscentExplorer(conv_net(), "0", 2, **{"num_steps": 6, **settings})


def training(**settings: Any) -> vw.TrainingExplorer:
    chosen = {"epochs": 3, "batch_size": 10, "num_shown": 4, **settings}
    explorer = vw.TrainingExplorer(classifier(classes=2), stripes(20), stripes(10), **chosen)
    explorer.recorder.share = 1e6  # of a busy machine, too, each step is noted
    return explorer


def saliency(**settings: Any) -> vw.SaliencyExplorer:
    images = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    chosen = {"methods": ["gradient", "smoothgrad"], "num_samples": 4, **settings}
    return vw.SaliencyExplorer(classifier(), images, **chosen)


def wall(**settings: Any) -> vw.FilterWall:
    return vw.FilterWall(conv_net(), channels=[0, 2], **{"num_steps": 5, "use_cache": False, **settings})


@cache
def shortcut() -> vw.ShortcutLab:
    """A lab that two tests look at: its animals take a second to draw."""
    lab = vw.ShortcutLab(num_images=8, epochs=1, batch_size=4)
    lab.recorder.share = 1e6
    return lab


MADE: dict[str, Callable[[], Any]] = {
    "AscentExplorer": ascent,
    "AutodiffGraph": lambda: vw.AutodiffGraph("x * y + x", {"x": 3, "y": 2}),
    "FilterWall": wall,
    "PrototypeWall": lambda: vw.PrototypeWall(classifier(), num_steps=4),
    "SaliencyExplorer": saliency,
    "ShortcutLab": shortcut,
    "TrainingExplorer": training,
    "UnitExplorer": lambda: vw.UnitExplorer(conv_net(), torch.rand(1, 1, 12, 12), "0", channel=3),
}


def run(explorer: Any) -> Any:
    if hasattr(explorer, "run_to_end"):
        explorer.run_to_end()
    return explorer


def last_picture(film: Film) -> np.ndarray:
    return decode_picture(film.pictures[-1])


def difference(one: Any, other: Any) -> float:
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).mean())


def named(names: tuple[str, ...]) -> list[str]:
    return [name.replace("-", "_").replace(" ", "_") for name in names]


# -- every explorer -----------------------------------------------------------------------------------


def test_every_public_explorer_has_a_film():
    widgets = {name for name in vw.__all__ if isinstance(getattr(vw, name), type)
               and issubclass(getattr(vw, name), filmed.Filmed)}  # fmt: skip
    assert widgets == set(filmed.KINDS) == {*MADE, "TransferLab", "SegmentationLab"}


@pytest.mark.parametrize("kind", MADE)
def test_a_saved_run_is_loaded_as_it_was(kind, tmp_path):
    explorer = run(MADE[kind]())
    film = explorer.film(3)
    path = explorer.save(tmp_path / "runs" / "run.html", 3)
    player = getattr(vw, kind).load(path)
    assert film.kind == kind and player.film.title == film.title == explorer.film(1).title
    assert (player.film.steps, player.film.words) == (film.steps, film.words)
    assert player.film.pictures == film.pictures and 1 <= len(film.pictures) <= 3
    assert len({decode_picture(picture).shape for picture in film.pictures}) == 1
    np.testing.assert_array_equal(player.film.values, film.values)
    assert json.dumps(player.film.record) == json.dumps(explorer.record())


@pytest.mark.parametrize("kind", sorted(set(MADE) - {"UnitExplorer", "SaliencyExplorer", "ShortcutLab"}))
def test_what_has_not_run_is_not_filmed(kind, tmp_path):
    explorer = MADE[kind]()
    with pytest.raises(RuntimeError, match="nothing to film yet: press Start, or call explorer.run_to_end"):
        explorer.film()
    with pytest.raises(RuntimeError, match="nothing to film yet"):
        explorer.save(tmp_path / "run.html")
    assert list(tmp_path.iterdir()) == []


def test_a_run_of_another_explorer_is_refused_and_says_what_plays_it(tmp_path):
    path = run(ascent()).save(tmp_path / "run.html")
    with pytest.raises(ValueError, match=r"run.html is a film of AscentExplorer, not of ShortcutLab: play it "
                       r"with vw.AscentExplorer.load, or with vw.load_film"):  # fmt: skip
        vw.ShortcutLab.load(path)

    class MyAscent(vw.AscentExplorer):
        pass

    own = run(MyAscent(conv_net(), "0", 2, num_steps=1)).save(tmp_path / "own.html")
    with pytest.raises(ValueError, match="of MyAscent, not of AscentExplorer: play it with vw.load_film"):
        vw.AscentExplorer.load(own)
    assert MyAscent.load(own).film.kind == "MyAscent"


def test_a_file_that_can_not_be_written_is_named_and_nothing_is_left(tmp_path):
    explorer = run(ascent(num_steps=1))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="can not be written"):
        explorer.save(tmp_path / "file" / "run.html")
    with pytest.raises(ValueError, match="name.html or name.gif"):
        explorer.save(tmp_path / "run.txt")
    with pytest.raises(ValueError, match="most_scenes must be 1 or more; got 0"):
        explorer.film(0)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert explorer.save(tmp_path / "run.gif").read_bytes()[:4] == b"GIF8"


def test_a_film_in_the_middle_of_a_run_shows_what_is_there_and_the_run_goes_on():
    explorer = ascent(num_steps=10_000)
    explorer.run.start()
    try:
        lengths = []
        for _ in range(4):
            while explorer.run.num_taken <= (lengths[-1] if lengths else 0):
                pass
            lengths.append(explorer.film(4).steps[-1])
        assert explorer.run.state == "running" and lengths == sorted(set(lengths))
    finally:
        explorer.close()
        assert explorer.run.wait(20)


# -- ascents: the past is kept ------------------------------------------------------------------------


def test_the_film_of_an_ascent_has_the_picture_of_every_step():
    explorer, run_alone = run(ascent()), vw.AscentRun(conv_net(), *ascent().order())
    film = explorer.film()
    assert film.steps == tuple(range(7)) and film.last == 6
    for number, picture in enumerate(film.pictures):
        if number:
            run_alone.step()
        wanted = (run_alone.image[0, 0].clamp(0, 1) * 255).round().numpy()
        np.testing.assert_array_equal(decode_picture(picture)[..., 0], wanted)  # tiny: nothing is lost
    assert [words.split(" · ")[0] for words in film.words] == [f"step {n} of 6" for n in range(7)]
    assert film.title == "Sequential: 0, channel 2"


def test_the_curves_of_a_film_are_those_of_the_explorer():
    explorer = run(ascent())
    film, (names, values, panels) = explorer.film(), explorer._curves()
    assert named(film.names) == list(names)
    np.testing.assert_allclose(film.values, values)
    assert film.panels == tuple((title, tuple(members)) for title, members in panels)
    assert film.words[-1].endswith(vw_human(film.values[0, -1]))


def vw_human(value: float) -> str:
    return f"{value:.3g}"


def test_a_film_ends_with_the_step_that_is_shown_and_follows_the_branch_that_was_taken():
    explorer = run(ascent())
    before = explorer.film()
    explorer.run.rewind(3)
    assert explorer.run.wait(20)
    shown = explorer.film()
    assert shown.steps == (0, 1, 2, 3) and shown.values.shape[1] == 4
    assert shown.pictures == before.pictures[:4]
    explorer.tv_weight = 5.0
    explorer.run.step()
    assert explorer.run.wait(20)
    branch = explorer.film()
    assert branch.steps == (0, 1, 2, 3, 4)
    assert branch.pictures[:4] == before.pictures[:4] and branch.pictures[4] != before.pictures[4]
    again = replay(explorer.record(), model=explorer.model)
    wanted = (again.image[0, 0].clamp(0, 1) * 255).round().numpy()
    np.testing.assert_array_equal(last_picture(branch)[..., 0], wanted)


def test_a_long_ascent_keeps_its_first_and_last_scene():
    explorer = run(ascent(num_steps=40))
    steps = explorer.film(5).steps
    assert steps == (0, 10, 20, 30, 40)
    assert explorer.film(1).steps == (40,)


def test_prototypes_stand_in_their_places_with_their_pixels_as_squares():
    explorer = run(MADE["PrototypeWall"]())
    film = explorer.film()
    assert film.steps == (0, 1, 2, 3, 4)
    picture, zoom, margin = last_picture(film), 140 // 8, 6
    for index, image in enumerate(explorer.shown):
        left = margin + index * (140 + 12)
        part = picture[margin : margin + 8 * zoom, left : left + 8 * zoom, 0].astype(float)
        middles = part[zoom // 2 :: zoom, zoom // 2 :: zoom]
        np.testing.assert_array_equal(middles, (255 * image[0]).round())
    assert explorer.film().values.shape == (len(film.names), 5)


# -- runs whose steps can be drawn again --------------------------------------------------------------


def test_the_film_of_a_graph_goes_through_both_passes():
    graph = run(vw.AutodiffGraph("x * y + x", {"x": 3, "y": 2}))
    film, total = graph.film(), len(graph._stepper.evaluation.steps)
    assert film.steps == tuple(range(total + 1))
    assert film.words[0].startswith("The inputs have their values")
    assert film.words[1].startswith("forward 1 of ") and film.words[-1].startswith("backward ")
    graph.run.rewind(2)
    assert graph.run.wait(20)
    assert graph.film().pictures == film.pictures[:3]


def test_a_wall_fills_row_by_row_to_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    explorer = run(wall(use_cache=True))
    film = explorer.film()
    assert film.steps[0] == 0 and film.steps[-1] == explorer.run.num_taken == 10
    assert sorted(set(film.steps)) == list(film.steps)
    assert film.words[0] == "no picture yet" and film.words[-1] == "2: step 5 of 5"
    side = explorer._stepper.side
    tops, left = [HEAD + row * (side + CAPTION) for row in (0, 1)], MARGIN + LABEL
    sheets = [decode_picture(picture) for picture in film.pictures]
    within = slice(left + 16, left + side - 10)
    rows = [[sheet[top + 10 : top + side - 10, within] for top in tops] for sheet in sheets]
    assert all(difference(part, 236) < 1 for part in rows[0])  # gray: nothing there
    assert difference(rows[-2][0], rows[-1][0]) < TOLERANCE < difference(rows[-2][1], rows[0][1])
    for place, result in enumerate(explorer._stepper.results):
        tile = np.kron(result.pictures[0, ..., 0], np.ones((side // 12, side // 12)))
        assert difference(rows[-1][place][..., 0], tile[10 : side - 10, 16 : side - 10]) < TOLERANCE
    kept = wall(use_cache=True).film()  # all rows from the cache: each comes as a whole
    assert kept.steps == (0, 5, 10)
    assert difference(last_picture(kept), last_picture(film)) < 1


def test_a_wall_that_is_paused_ends_with_the_row_in_the_making():
    explorer = wall()
    for _ in range(7):
        explorer.run.step()
    assert explorer.run.wait(20)
    film = explorer.film()
    assert film.steps[-1] == 7 and film.words[-1] == "2: step 2 of 5"
    explorer.run.reset()
    assert explorer.run.wait(20)
    with pytest.raises(RuntimeError, match="nothing to film"):
        explorer.film()


def test_a_wall_is_still_saved_as_a_picture(tmp_path):
    explorer = run(wall())
    assert explorer.save(tmp_path / "wall.png").read_bytes()[:4] == b"\x89PNG"
    assert vw.FilterWall.load(explorer.save(tmp_path / "wall.html")).film.kind == "FilterWall"
    with pytest.raises(ValueError, match="name the file 'wall.png'"):
        explorer.save(tmp_path / "wall.txt")


# -- saliency -----------------------------------------------------------------------------------------


def test_maps_come_one_after_the_other_and_the_last_scene_is_the_figure():
    explorer = run(saliency())
    film = explorer.film()
    assert film.words[0] == "the images" and film.words[1] == "gradient"
    assert film.steps[0] == 0 and film.steps[-1] == 1 + 4  # one gradient, four samples
    assert difference(last_picture(film), explorer.figure()) < TOLERANCE
    assert film.pictures[0] != film.pictures[1] != film.pictures[-1]
    explorer.strength = 0.2
    assert explorer.run.wait(20)
    assert difference(last_picture(explorer.film()), explorer.figure()) < TOLERANCE


def test_a_map_clears_up_in_the_film_as_it_did_on_the_page(monkeypatch):
    monkeypatch.setattr(saliency_stepper, "PIECE_SECONDS", 0.0)  # pieces as small as of a large network
    monkeypatch.setattr(recorder, "ALLOWANCE", 1e9)  # of a busy machine, too, each is noted
    explorer = saliency(num_samples=6)
    assert explorer.run.wait(20)
    explorer._stepper.is_watched = True
    explorer.run.reset()
    explorer.run_to_end()
    film = explorer.film()
    stages = [words for words in film.words if words.startswith("SmoothGrad: ")]
    assert len(stages) >= 3 and stages[0] == "SmoothGrad: 1 of 6 samples"
    assert len(set(film.pictures)) == len(film.pictures)
    explorer.reduce = "l2"  # the stages were noted with another reduction: only whole maps fit it
    assert explorer.run.wait(20)
    assert not [words for words in explorer.film().words if " of 6 samples" in words]
    assert difference(last_picture(explorer.film()), explorer.figure()) < TOLERANCE


# -- trainings: noted as they go ----------------------------------------------------------------------


def test_the_film_of_a_training_shows_the_answers_of_each_step():
    explorer = run(training())
    film = explorer.film()
    assert film.steps == tuple(range(7))
    assert difference(last_picture(film), explorer._picture()) < TOLERANCE
    record = explorer.record()["curves"]
    assert set(named(film.names)) == set(record)
    for name, values in zip(named(film.names), film.values, strict=True):
        np.testing.assert_allclose(values, np.array(record[name], float), rtol=1e-6)
    assert "left" not in " ".join(film.words)  # seconds depend on the machine
    assert film.words[3].startswith("epoch 2 of 3 · step 3 of 6 · loss ")


def test_a_scene_keeps_what_the_network_said_then_not_what_it_says_now():
    explorer = training(epochs=2, lr=0.3)
    untrained = explorer._picture().copy()
    run(explorer)
    film = explorer.film()
    assert difference(decode_picture(film.pictures[0]), untrained) < TOLERANCE
    with torch.no_grad():
        for weight in explorer.model.parameters():
            weight.zero_()
    assert explorer.film().pictures == film.pictures


def test_reset_forgets_the_scenes_and_a_new_run_is_another_film():
    explorer = run(training())
    first = explorer.film()
    explorer.run.reset()
    assert explorer.run.wait(20)
    with pytest.raises(RuntimeError, match="nothing to film"):
        explorer.film()
    explorer.epochs = 1
    assert run(explorer).film().steps == (0, 1, 2)
    assert len(first.steps) == 7


def test_a_training_that_diverges_is_filmed_up_to_its_last_good_step():
    explorer = training(lr=1e12, epochs=4)
    with pytest.raises(FloatingPointError):
        explorer.run_to_end()
    taken = explorer.run.num_taken
    if taken:
        assert explorer.film().steps[-1] == taken
    else:
        with pytest.raises(RuntimeError, match="nothing to film"):
            explorer.film()


def test_the_bars_of_a_shortcut_are_as_long_as_the_shares_they_show():
    explorer = run(shortcut())
    film = explorer.film()
    assert film.steps == (0, 1, 2) and explorer.answers is not None
    picture = last_picture(film).astype(int)
    right = picture[:, explorer._picture().shape[1] + 28 :]
    is_blue = (right[..., 2] > 140) & (right[..., 0] < 60)
    track = 420 - 118 - 52
    for row, meter in enumerate(explorer.answers.meters()):
        middle = 28 + 25 + int((row + 0.5) * 25)
        length = is_blue[middle, 118 : 118 + track].sum()
        assert length == pytest.approx(meter.share * track, abs=6)
    grass, drawn = picture[:70, :100], explorer._picture()[:70, :100]  # with its many blades
    assert difference(grass, drawn) < 2 * TOLERANCE
