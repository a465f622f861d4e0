"""Small networks: built from a seed, trained once and kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.models import trained
from vizwidgets.models.small import new_model
from vizwidgets.models.trained import Trained, is_trained, load_trained, trained_path
from vizwidgets.models.vision_model import state_dict_sha256


def num_weights(model: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


def test_the_digits_network_is_the_one_of_keras_vis():
    convolutions = (9 * 1 * 32 + 32) + (9 * 32 * 64 + 64)
    dense = (12 * 12 * 64 * 128 + 128) + (128 * 10 + 10)
    assert num_weights(new_model("digits_cnn")) == convolutions + dense


def test_the_seed_decides_the_weights_and_nothing_else_does():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = new_model("animals_cnn", 1), new_model("animals_cnn", 1), new_model("animals_cnn", 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert one.weights_hash == same.weights_hash != other.weights_hash


def test_a_small_network_takes_images_and_names_its_classes():
    model = new_model("animals_cnn")
    assert model(torch.rand(3, 3, 64, 64)).shape == (3, 2)
    assert model.class_names == ("sheep", "goat") and not model.training
    assert "random weights of seed 0" in str(model.provenance)


def test_seeds_are_whole_numbers_in_their_range():
    assert new_model("animals_cnn", np.int64(2)).weights_hash == new_model("animals_cnn", 2).weights_hash
    for seed in (-1, 1.5, True, None, "1", 2**32):
        with pytest.raises(ValueError, match=r"seed must be a whole number in 0\.\.4294967295"):
            new_model("animals_cnn", seed)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'digits_cnn'"):
        new_model("digit_cnn")


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """Put a training of a second in the place of the real one, in an empty cache folder."""
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    generator = torch.Generator().manual_seed(0)
    calls = []

    def data(split: str):
        calls.append(split)
        return torch.rand(20, 1, 28, 28, generator=generator), torch.arange(20) % 10

    recipe = Trained(
        "digits_cnn", data, "20 images of noise", TrainSettings(epochs=1, batch_size=10), "no time"
    )
    monkeypatch.setitem(trained.TRAINED, "digits_cnn", recipe)
    return calls


def test_a_model_is_trained_once_and_read_afterwards(quick):
    assert not is_trained("digits_cnn")
    first = load_trained("digits_cnn")
    assert quick == ["train", "test"] and is_trained("digits_cnn")
    again = load_trained("digits_cnn")
    assert quick == ["train", "test"]
    assert again.weights_hash == first.weights_hash == first.provenance.sha256[:16]
    assert "20 images of noise" in str(first.provenance)


def cut(data: bytes) -> bytes:
    return data[:-100]


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 0x10])


def without_facts(data: bytes) -> bytes:
    return save(load(data), {"facts": "[1]"})


def with_few_facts(data: bytes) -> bytes:
    return save(load(data), {"facts": json.dumps({"sha256": state_dict_sha256(load(data))})})


def of_another_network(data: bytes) -> bytes:
    return save({"weight": torch.zeros(3)}, {"facts": facts_of(data)})


def of_another_recipe(data: bytes) -> bytes:
    return save(load(data), {"facts": json.dumps({**json.loads(facts_of(data)), "recipe": {}})})


def facts_of(data: bytes) -> str:
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["facts"]


@pytest.mark.parametrize(
    "damage", [cut, flipped, without_facts, with_few_facts, of_another_network, of_another_recipe]
)
def test_a_damaged_or_foreign_file_is_trained_anew(quick, damage):
    first = load_trained("digits_cnn")
    path = trained_path("digits_cnn")
    path.write_bytes(damage(path.read_bytes()))
    quick.clear()
    again = load_trained("digits_cnn")
    assert quick == ["train", "test"]
    assert set(again.state_dict()) == set(first.state_dict())
    quick.clear()
    load_trained("digits_cnn")
    assert quick == []  # the good one is kept


def test_to_train_again_loses_nothing_when_it_is_interrupted(quick, monkeypatch):
    first = load_trained("digits_cnn")

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(trained, "Training", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_trained("digits_cnn", again=True)
    assert load_trained("digits_cnn").weights_hash == first.weights_hash


def test_a_folder_that_cannot_be_written_does_not_stop_the_training(quick, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trained, "write_atomically", refuse)
    assert load_trained("digits_cnn").class_names[7] == "7"
    assert not is_trained("digits_cnn")


def test_the_network_to_reuse_has_three_convolutions_and_two_dense_layers():
    convolutions = (9 * 1 * 16 + 16) + (9 * 16 * 32 + 32) + (9 * 32 * 32 + 32)
    dense = (7 * 7 * 32 * 64 + 64) + (64 * 10 + 10)
    assert num_weights(new_model("mnist_cnn")) == convolutions + dense
    assert num_weights(new_model("mnist_cnn_0_4")) == convolutions + dense - (64 + 1) * 5
    assert new_model("mnist_cnn_0_4").class_names == tuple("01234")


def test_every_recipe_says_which_network_it_trains_and_can_be_kept_as_json():
    for name, recipe in trained.TRAINED.items():
        assert recipe.name == name and name in trained.SMALL_MODELS
        assert json.loads(json.dumps(trained._facts(recipe))) == trained._facts(recipe)
