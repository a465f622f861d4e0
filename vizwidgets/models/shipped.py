"""Trained weights that come with the package: small ones, made by a script that is in the repository."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file

from vizwidgets.data.storage import ArtifactError
from vizwidgets.models.checkpoint import check_fit
from vizwidgets.models.small import SMALL_MODELS, as_model
from vizwidgets.models.vision_model import VisionModel, state_dict_sha256

FOLDER = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Shipped:
    """What is said of shipped weights; the file beside them, NAME.json, says how they were made."""

    name: str
    weights: str
    script: str
    licence: str = "MIT"

    @property
    def path(self) -> Path:
        """The file with the weights."""
        return FOLDER / f"{self.name}.safetensors"

    @property
    def facts_path(self) -> Path:
        """The file that says how they were made: seed, settings, versions, scores, hash."""
        return FOLDER / f"{self.name}.json"


SHIPPED = {
    "segmenter": Shipped("segmenter", "rendered street scenes (game look)", "train_segmenter.py"),
}


def load_shipped(name: str) -> VisionModel:
    """Return a small model with the weights that come with the package.

    Parameters
    ----------
    name : str
        A key of `SHIPPED`.

    Raises
    ------
    ArtifactError
        If the files are missing or damaged.
    ValueError
        If the weights are those of another network: which keys, and which shapes.
    """
    entry = SHIPPED[name]
    remedy = f"Install the package anew, or run python data_scripts/{entry.script} --ship"
    try:
        weights, facts = load_file(entry.path), read_facts(name)
    except (OSError, SafetensorError, ValueError) as error:
        raise ArtifactError(f"the weights of {name!r} can not be read: {error}. {remedy}.") from None
    network = SMALL_MODELS[name].build()
    check_fit(weights, network.state_dict(), entry.path.name, f"the network {name!r}")
    digest = state_dict_sha256(weights)
    if digest != facts.get("sha256"):
        raise ArtifactError(f"the weights of {name!r} are not those of their description. {remedy}.")
    network.load_state_dict(weights)
    words = f"trained on {facts['data']}, mean IoU {facts['scores']['game']['mean_iou']:.2f} on others"
    model = as_model(name, network, words, f"seed {facts['seed']}, data_scripts/{entry.script}", digest)
    model.provenance = replace(model.provenance, licence=entry.licence)
    return model


def read_facts(name: str) -> dict[str, Any]:
    """Return how shipped weights were made: seed, settings, versions, scores, hash."""
    return json.loads(SHIPPED[name].facts_path.read_text(encoding="utf-8"))
