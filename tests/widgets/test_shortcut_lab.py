"""ShortcutLab without a browser: training set, answers, scene and table, on few images."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from traitlets import TraitError

from vizwidgets.core.metrics import class_scores_of
from vizwidgets.data.sheep_goats import sheep_goats
from vizwidgets.models.vision_model import VisionModel
from vizwidgets.widgets.meters import Meter, meters_html, percent
from vizwidgets.widgets.shortcut import ShortcutLab
from vizwidgets.widgets.shortcut_tests import TEST_SEED, Answers, Landed, TestAnimals

TestAnimals.__test__ = False  # not a class of tests


def lab_of(**settings) -> ShortcutLab:
    return ShortcutLab(**{"num_images": 24, "epochs": 1, "batch_size": 12, **settings})


@pytest.fixture(scope="module")
def trained() -> ShortcutLab:
    """A lab that has learned the shortcut, from few images but long enough."""
    lab = ShortcutLab(num_images=100, epochs=6)
    lab.run_to_end()
    return lab


def test_the_network_learns_the_shortcut(trained):
    answers = trained.answers
    assert answers.training == 1.0 and answers.expected >= 0.95
    assert answers.conflict <= 0.2 and answers.unmoved <= 0.2


def test_the_training_set_follows_share_and_scenery():
    lab = lab_of(share=0.5)
    wanted = sheep_goats(24, 0.5, seed=0)
    assert torch.equal(lab.data.images, wanted.images)
    lab.share = 1.0
    assert lab.run.wait(20) and lab.run.state == "idle"
    assert torch.equal(lab.data.images, sheep_goats(24, 1.0, seed=0).images)
    lab.scenery = "all four"
    assert lab.run.wait(20)
    assert set(lab.data.backgrounds.tolist()) == {0, 1, 2, 3}
    lab.seed = 1
    assert lab.run.wait(20)
    assert lab.data.seed == 1


def test_slider_and_trait_follow_each_other_also_to_a_place_of_its_own():
    lab = lab_of()
    lab.share_slider.value = 0.9
    assert lab.share == 0.9
    lab.share = 0.6
    assert lab.share_slider.value == 0.6
    assert ("60 %", 0.6) in lab.share_slider.options


def test_answers_are_those_of_counting_one_image_at_a_time(trained):
    model, tests = trained.model, trained.tests
    guess = lambda image: int(class_scores_of(model, image[None]).argmax())  # noqa: E731
    expected, conflict = tests.expected, tests.conflict
    pairs = [(guess(a), guess(b)) for a, b in zip(expected.images, conflict.images, strict=True)]
    right = expected.labels.tolist()
    assert trained.answers.unmoved == pytest.approx(np.mean([a == b for a, b in pairs]))
    assert trained.answers.conflict == pytest.approx(
        np.mean([b == label for (_, b), label in zip(pairs, right, strict=True)])
    )
    other = [guess(image) == label for image, label in zip(tests.other.images, right, strict=True)]
    assert trained.answers.other == pytest.approx(np.mean(other))


def test_test_animals_differ_from_training_animals_and_only_backgrounds_are_swapped():
    tests = TestAnimals(8)
    assert tests.expected.seed == TEST_SEED and torch.equal(tests.expected.layers, tests.conflict.layers)
    assert not torch.equal(tests.expected.scenery, tests.conflict.scenery)
    kinds = [tests.other.background_names[k] for k in tests.other.backgrounds.tolist()]
    assert kinds == ["snow", "snow", "sand", "sand"] * 2


class GreenIsSheep(torch.nn.Module):
    """A network that is nothing but the shortcut: greener than gray is a sheep."""

    def forward(self, images):
        green = images[:, 1].mean((1, 2)) - images[:, 0].mean((1, 2))
        return torch.stack([green - 0.05, 0.05 - green], dim=1) * 100


def test_the_scene_is_asked_of_the_network_of_the_moment_and_swaps():
    lab = lab_of()
    assert "nothing yet" in lab.scene.verdict.value
    lab.run_to_end()
    lab._model = VisionModel(GreenIsSheep(), torch.nn.Identity(), (3, 64, 64), None)
    lab.scene.update()
    assert lab.scene.words == "a goat on grass" and "✗ sheep" in lab.scene.verdict.value
    lab.scene.swap.click()
    assert lab.scene.words == "a goat on rock" and "✓ goat" in lab.scene.verdict.value
    lab.scene.animal.value = ("nobody", 0)
    lab.scene.background.value = "grass"
    assert "<b>sheep</b>" in lab.scene.verdict.value and 'alt="nobody on grass"' in lab.scene.picture.value


def test_saliency_changes_the_picture_and_says_how_much_lies_on_the_background(trained):
    scene = trained.scene
    before = scene.picture.value
    scene.saliency.value = True
    assert scene.picture.value != before
    assert "of the saliency lies on the background" in scene.verdict.value
    scene.saliency.value = False
    assert scene.picture.value == before


def test_finished_trainings_land_in_the_table_with_mean_and_range():
    landed = Landed()
    landed.add("100 % expected", 0, Answers(1.0, 1.0, 0.0, 0.5, 0.0))
    landed.add("100 % expected", 1, Answers(1.0, 1.0, 0.1, 0.7, 0.02))
    landed.add("random backgrounds", 0, Answers(1.0, 0.96, 0.98, 0.99, 0.95))
    first, second = landed.rows()
    assert first == ("100 % expected", "2", "100 % (100–100)", "100 % (100–100)", "5 % (0–10)",
                     "60 % (50–70)", "1 % (0–2)")  # fmt: skip
    assert second[:3] == ("random backgrounds", "1", "100 %")
    assert landed.html().count("<tr>") == 3


def test_another_seed_trains_again_and_lands_in_the_same_row():
    lab = lab_of(share=0.5)
    lab.run_to_end()
    lab._again.click()
    assert lab.run.wait(60) and lab.run.state == "done" and lab.seed == 1
    assert list(lab.landed.runs) == ["50 % expected"] and set(lab.landed.runs["50 % expected"]) == {0, 1}


def test_only_equal_trainings_share_a_row():
    lab = lab_of(share=0.5, lr=0.002)
    lab.run_to_end()
    first = lab.answers
    lab.epochs, lab.lr = 2, 0.01
    lab.run.reset()
    lab.run_to_end()
    assert lab.landed.runs["50 % expected"] == {0: first}
    assert list(lab.landed.runs) == ["50 % expected", "50 % expected, epochs 2, lr 0.01"]


def test_the_share_is_idle_while_the_backgrounds_are_random():
    lab = lab_of(scenery="all four")
    lab.scenery = "all four"
    lab.run.step()
    assert lab.run.wait(20) and lab.run.num_taken == 1
    lab.share = 0.5
    assert lab.run.wait(20) and lab.run.num_taken == 1
    lab.scenery = "grass or rock"
    assert lab.run.wait(20) and not lab.share_slider.disabled
    assert torch.equal(lab.data.images, sheep_goats(24, 0.5, seed=0).images)
    lab.scenery = "all four"
    assert lab.share_slider.disabled


def test_a_pause_and_a_reset_change_nothing_of_what_comes_out():
    whole, parts = lab_of(epochs=2), lab_of(epochs=2)
    whole.run_to_end()
    parts.run.step()
    assert parts.run.wait(20)
    parts.run_to_end()
    assert whole.model.weights_hash == parts.model.weights_hash
    parts.run.reset()
    parts.run_to_end()
    assert whole.model.weights_hash == parts.model.weights_hash


@pytest.mark.parametrize("is_changed", [False, True])
def test_the_code_gives_the_same_weights(is_changed):
    lab = lab_of(share=0.75, epochs=2)
    lab.run.step()
    assert lab.run.wait(20)
    if is_changed:
        lab.lr = 0.01
    lab.run_to_end()
    scope: dict = {}
    exec(lab.code(), scope)
    assert scope["model"].weights_hash == lab.model.weights_hash


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"share": 1.5}, ValueError, r"share must be in 0\.\.1"),
        ({"num_images": 7}, ValueError, "even number"),
        ({"scenery": "moon"}, TraitError, "grass or rock"),
        ({"epochs": 0}, ValueError, "epochs must be a whole number"),
        ({"seed": TEST_SEED}, ValueError, "that of the test animals"),
        ({"color": 3}, TypeError, "no setting named 'color'"),
    ],
)
def test_wrong_settings_are_refused_in_words(settings, error, words):
    with pytest.raises(error, match=words):
        lab_of(**settings)


def test_picture_and_record_stay_without_a_browser(trained):
    record = json.loads(json.dumps(trained.record()))
    assert record["answers"]["training"] == 1.0 and record["weights_hash"] == trained.model.weights_hash
    bundle = trained._repr_mimebundle_()
    assert bundle["text/plain"] == "ShortcutLab(100 training images, 100 % of them as expected)"
    assert trained.film().title == "Sheep or goat? 100 training images, 100 % of them as expected"
    assert len(bundle["image/png"]) > 20_000
    assert len(trained.figure().axes) == 5


def test_meters_say_their_numbers():
    html = meters_html([Meter("a & b", 0.25), Meter("c", None)], "heading", mark=0.5)
    assert "a &amp; b" in html and "width:25.0%" in html and "–" in html and html.count("left:50%") == 2
    assert [percent(value) for value in (0.0049, 0.9951, 0.005)] == ["<1 %", ">99 %", "0 %"]
