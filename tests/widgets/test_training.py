"""TrainingExplorer without a browser: the same steps as `train`, and words for everything that goes wrong."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from torch import nn

from vizwidgets.core.metrics import accuracy
from vizwidgets.core.training import flip, train
from vizwidgets.widgets.training import TrainingExplorer


def net() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 3)).eval()


def blobs(seed: int = 0, num: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.arange(num) % 3
    images = 0.3 * torch.rand(num, 1, 4, 4, generator=torch.Generator().manual_seed(seed))
    images[torch.arange(num), 0, labels] += 0.6
    return images, labels


def explorer_of(**settings) -> TrainingExplorer:
    given = {"epochs": 4, "batch_size": 10, "lr": 0.02, **settings}
    return TrainingExplorer(net(), blobs(), blobs(1, 12), **given)


def weights(model: nn.Module) -> list[torch.Tensor]:
    return [value.clone() for value in model.state_dict().values()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def curve(explorer: TrainingExplorer, name: str) -> np.ndarray:
    names, values, _ = explorer._curves()
    return values[list(names).index(name)]


def test_it_trains_as_train_does():
    explorer, model = explorer_of(), net()
    explorer.run_to_end()
    steps = list(train(model, blobs(), epochs=4, batch_size=10, lr=0.02, test=blobs(1, 12)))
    assert explorer.training.steps == steps
    assert same(weights(explorer.model), weights(model))
    assert curve(explorer, "loss")[1:].tolist() == pytest.approx([step.loss for step in steps])
    assert curve(explorer, "test_accuracy")[-1] == pytest.approx(steps[-1].test_accuracy)


def test_commands_pause_go_on_and_reset():
    explorer = explorer_of()
    first = weights(explorer.model)
    explorer.run.step()
    assert explorer.run.wait(10) and explorer.run.state == "paused" and explorer.run.num_taken == 1
    assert not same(first, weights(explorer.model))
    explorer.run.start()
    assert explorer.run.wait(30) and explorer.run.state == "done" and explorer.run.num_taken == 12
    trained = weights(explorer.model)
    explorer.run.reset()
    assert explorer.run.wait(10) and same(first, weights(explorer.model))
    explorer.run_to_end()
    assert same(trained, weights(explorer.model))


def test_the_learning_rate_acts_on_the_next_step_and_more_epochs_go_on():
    explorer = explorer_of(schedule="constant")
    explorer.run.step()
    explorer.run.wait(10)
    explorer.lr = 0.005
    explorer.run_to_end()
    assert explorer.training.changes == [(1, {"lr": 0.005})]
    explorer.epochs = 5
    assert explorer.run.state == "paused"
    explorer.run_to_end()
    assert explorer.run.num_taken == 15 and explorer.training.settings.epochs == 5


def test_another_seed_or_batch_size_begins_anew():
    explorer = explorer_of()
    explorer.run_to_end()
    explorer.batch_size = 15
    assert explorer.run.wait(10) and explorer.run.state == "idle" and explorer.run.num_taken == 0
    assert explorer.training.num_steps == 8


def test_a_divergence_is_said_and_the_learning_rate_that_worked_is_offered():
    explorer = explorer_of()
    explorer.run_to_end()
    explorer.lr = 1e6
    explorer.run.reset()
    explorer.run.start()
    assert explorer.run.wait(10) and explorer.run.state == "failed"
    assert "diverged" in explorer.run.error
    assert explorer.remedy.button.layout.display == "" and explorer.remedy.lr == 0.02
    explorer.remedy.button.click()
    assert explorer.run.wait(30) and explorer.run.state == "done" and explorer.lr == 0.02
    assert explorer.remedy.button.layout.display == "none"
    assert "of the test images" in explorer.remedy.words.value


def test_a_divergence_at_once_offers_a_tenth():
    explorer = explorer_of(lr=1e6)
    with pytest.raises(FloatingPointError, match="diverged"):
        explorer.run_to_end()
    assert explorer.remedy.lr == pytest.approx(1e5)


def test_a_refused_setting_is_said_and_the_old_one_stays():
    explorer = explorer_of()
    with pytest.raises(ValueError, match="epochs must be a whole number"):
        explorer.epochs = 0
    assert explorer.epochs == 4
    with pytest.raises(ValueError, match="two classes at least"):
        TrainingExplorer(net(), (blobs()[0], torch.zeros(30, dtype=torch.long)), batch_size=10)


def test_a_batch_larger_than_the_data_is_refused_in_words_and_nothing_changes():
    explorer = explorer_of()
    explorer.run.step()
    assert explorer.run.wait(10)
    with pytest.raises(ValueError, match=r"batch_size must be in 1\.\.30, the number of images; got 31"):
        explorer.batch_size = 31
    assert explorer.batch_size == 10 and explorer.run.num_taken == 1


def test_another_learning_rate_after_a_divergence_begins_anew():
    explorer = explorer_of(lr=1e6)
    explorer.run.start()
    assert explorer.run.wait(10) and explorer.run.state == "failed" and explorer.run.num_taken == 0
    assert explorer.record()["num_taken"] == 0 and len(explorer.record()["curves"]["loss"]) == 1
    explorer.lr = 0.02
    assert explorer.run.wait(10) and explorer.run.state == "idle" and not explorer.run.error
    explorer.run_to_end()
    assert explorer.run.num_taken == 12


def test_epochs_that_are_typed_at_rest_hold_at_once():
    explorer = explorer_of()
    explorer.run.step()
    assert explorer.run.wait(10)
    explorer.epochs = 9
    assert explorer.training.num_steps == 27 and "of 27" in explorer.bar.status.value
    explorer.run.stop()
    assert explorer.run.wait(10) and "s left" not in explorer.bar.status.value


def test_it_says_when_the_test_images_were_looked_at():
    explorer = explorer_of()
    words = []
    for _ in range(5):
        explorer.run.step()
        assert explorer.run.wait(10)
        words.append(explorer.remedy.words.value)
    assert words[0].endswith("of the test images before the first step")
    assert words[2].endswith("of the test images")
    assert words[4].endswith("of the test images at the end of epoch 1")


def test_wrong_answers_are_marked_in_the_picture_and_right_ones_are_not():
    explorer = explorer_of(epochs=30)
    before = explorer._picture()
    explorer.run_to_end()
    after = explorer._picture()
    assert curve(explorer, "test_accuracy")[-1] == 1
    explorer.model[4].bias.data += torch.tensor([100.0, 0.0, 0.0])
    spoilt = explorer._picture()
    is_frame = lambda picture: int((picture == (0x8F, 0x1D, 0x00)).all(axis=2).sum())  # noqa: E731
    assert is_frame(before) == is_frame(after) == 0
    assert is_frame(spoilt) > 8 * 4 * 56  # two of three classes are called the first one


def test_the_code_runs_and_gives_the_same_weights():
    explorer = explorer_of(schedule="constant", augment=flip)
    explorer.run.step()
    explorer.run.wait(10)
    explorer.lr = 0.005
    explorer.run_to_end()
    code = explorer.code()
    scope = {"net": net, "blobs": blobs}
    code = code.replace("model = ...", "model = net()").replace("data = ...", "data = blobs()")
    code = code.replace("training = ", "test = blobs(1, 12)\ntraining = ")
    exec(code, scope)
    assert same(weights(scope["model"]), weights(explorer.model))


def test_record_and_picture_stay_without_a_browser():
    explorer = explorer_of()
    explorer.run_to_end()
    record = json.loads(json.dumps(explorer.record()))
    assert record["settings"]["lr"] == 0.02 and record["num_taken"] == 12
    assert len(record["curves"]["loss"]) == 13
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "TrainingExplorer(training of Sequential)"
    assert len(bundle["image/png"]) > 2000
    assert "30 training images, 12 test images" in explorer.header.value


def test_a_training_that_stops_early_says_what_its_best_weights_get():
    images, labels = blobs()
    turned = (labels + 1) % 3  # what is learned makes the test worse and worse
    explorer = TrainingExplorer(
        net(), (images, labels), (images, turned), epochs=30, batch_size=10, lr=0.02, patience=2
    )
    explorer.run_to_end()
    assert explorer.run.state == "done" and explorer.run.num_taken < 90
    best = accuracy(explorer.model, (images, turned))
    assert f"stopped early, its best weights get {best:.1%}" in explorer.remedy.words.value
