"""Small models that are trained on this computer at their first use, and kept in the cache folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor
from tqdm.auto import tqdm

from vizwidgets.core.metrics import accuracy
from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training
from vizwidgets.data.digits import digits, digits_among
from vizwidgets.data.sheep_goats import sheep_goats
from vizwidgets.data.storage import cache_dir, locked, write_atomically
from vizwidgets.models.small import SMALL_MODELS, as_model, new_model
from vizwidgets.models.vision_model import VisionModel, state_dict_sha256

Pairs = tuple[Tensor, Tensor]


@dataclass(frozen=True)
class Trained:
    """How a small model is trained: settings, data, and what is said of it."""

    name: str
    data: Callable[[str], Pairs]
    data_words: str
    settings: TrainSettings
    minutes: str


def _expected_animals(split: str) -> Pairs:
    return (sheep_goats(400, seed=0) if split == "train" else sheep_goats(200, seed=1000)).pairs


TRAINED = {
    "digits_cnn": Trained(
        "digits_cnn",
        digits,
        "4,000 digits of MNIST",
        TrainSettings(epochs=5, lr=2e-3),
        "half a minute",
    ),
    "mnist_cnn": Trained(
        "mnist_cnn",
        digits,
        "4,000 digits of MNIST",
        TrainSettings(epochs=6, lr=2e-3),
        "half a minute",
    ),
    "mnist_cnn_0_4": Trained(
        "mnist_cnn_0_4",
        partial(digits_among, range(5)),
        "2,000 digits 0 to 4 of MNIST",
        TrainSettings(epochs=6, lr=2e-3),
        "a quarter of a minute",
    ),
    "animals_shortcut": Trained(
        "animals_shortcut",
        _expected_animals,
        "400 drawn animals on the backgrounds that one expects",
        TrainSettings(epochs=10, lr=2e-3),
        "a quarter of a minute",
    ),
}


def trained_path(name: str) -> Path:
    """Return where the trained weights are kept, whether they are there or not."""
    return cache_dir() / f"{name}.safetensors"


def is_trained(name: str) -> bool:
    """Return whether the model was trained before."""
    return trained_path(name).is_file()


def load_trained(name: str, again: bool = False) -> VisionModel:
    """Return a small model with trained weights: those of the cache, or trained now, with a progress bar.

    Parameters
    ----------
    name : str
        A key of `TRAINED`.
    again : bool
        Train in any case; what the cache holds is replaced when the training is done.

    Raises
    ------
    ArtifactError
        If it has to be trained and its data can not be fetched.
    """
    recipe = TRAINED[name]
    kept = None if again else _read(recipe)
    weights, facts = kept or _train(recipe)
    network = SMALL_MODELS[name].build()
    network.load_state_dict(weights)
    words = f"trained on this computer with {recipe.data_words}, {facts['test_accuracy']:.1%} of others right"
    return as_model(name, network, words, f"seed {recipe.settings.seed}", facts["sha256"])


def _facts(recipe: Trained) -> dict[str, Any]:
    """Return everything that decides how the weights come out, but for the machine."""
    return {"data": recipe.data_words, "settings": asdict(recipe.settings)}


def _read(recipe: Trained) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    try:
        with safe_open(trained_path(recipe.name), framework="pt") as file:
            facts = json.loads(file.metadata()["facts"])
            weights = {key: file.get_tensor(key) for key in file.keys()}
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None  # not there, or damaged: it is trained anew
    known = ("recipe", "test_accuracy", "sha256")
    if not isinstance(facts, dict) or any(name not in facts for name in known):
        return None
    wanted = SMALL_MODELS[recipe.name].build().state_dict()
    has_shapes = {key: value.shape for key, value in weights.items()} == {
        key: value.shape for key, value in wanted.items()
    }
    is_whole = has_shapes and facts["sha256"] == state_dict_sha256(weights)
    return (weights, facts) if is_whole and facts["recipe"] == _facts(recipe) else None


def _train(recipe: Trained) -> tuple[dict[str, Tensor], dict[str, Any]]:
    model = new_model(recipe.name, recipe.settings.seed)
    training = Training(model, recipe.data("train"), recipe.settings)
    for _ in tqdm(training, f"training {recipe.name}", unit="step"):
        pass
    weights = {key: values.clone() for key, values in model.network.state_dict().items()}
    facts = {
        "recipe": _facts(recipe),
        "test_accuracy": accuracy(model, recipe.data("test")),
        "sha256": state_dict_sha256(weights),
        "torch": torch.__version__,
    }
    try:
        with locked(recipe.name):
            write_atomically(trained_path(recipe.name), save(weights, {"facts": json.dumps(facts)}))
    except OSError:
        pass  # a folder that can not be written only means that it is trained again next time
    return weights, facts
