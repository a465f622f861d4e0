"""Train the segmenter on rendered street scenes and write its weights, with all that made them beside.

    python data_scripts/train_segmenter.py                into the folder segmenter/, a minute or two
    python data_scripts/train_segmenter.py --seed 1       other weights, another order
    python data_scripts/train_segmenter.py --color 0 --out plain      without changing colours
    python data_scripts/train_segmenter.py --ship         into the package, for load_model("segmenter")

The scenes are 700 of the flat "game" look; no street of a camera's look is ever seen. Use your own weights
with ``vw.load_weights(vw.new_model("segmenter"), "segmenter/segmenter.safetensors")``. Another processor may
round otherwise and come to other weights.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import torch
from safetensors.torch import save
from tqdm.auto import tqdm

import vizwidgets
from vizwidgets.core.segmentation_scores import segmentation_scores
from vizwidgets.data.scenes import scene_split
from vizwidgets.data.storage import write_atomically, write_json
from vizwidgets.models.shipped import FOLDER, SHIPPED
from vizwidgets.models.street_pretraining import StreetPretraining
from vizwidgets.models.vision_model import VisionModel, state_dict_sha256

NAME = "segmenter"
LOOKS = {"game": 0.0, "camera": 1.0}


def main(arguments: list[str] | None = None) -> int:
    """Train, test and write; return 0, 1 if that is not possible, or 130 if Ctrl-C ended it."""
    options = _parse(arguments)
    folder = FOLDER if options.ship else Path(os.path.expanduser(options.out)).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before anything is trained: it may not be possible
        recipe = StreetPretraining(
            options.images, options.steps, color=options.color, zoom=options.zoom, seed=options.seed
        )
        model = train(recipe)
        facts = describe(model, recipe)
        weights = {key: values.clone() for key, values in model.network.state_dict().items()}
        write_atomically(folder / f"{NAME}.safetensors", save(weights, {"format": "pt"}))
        write_json(folder / f"{NAME}.json", facts)
    except (OSError, ValueError, FloatingPointError) as error:
        print(f"nothing was written: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("nothing was written: it was interrupted", file=sys.stderr)
        return 130
    print(f"{NAME}: {facts['data']}, seed {facts['seed']}")
    for look, scores in facts["scores"].items():
        print(f"    {look:8} mean IoU {scores['mean_iou']:.3f}, pixels right {scores['pixel_accuracy']:.1%}")
    print(f"    sha256   {facts['sha256']}")
    print(f"    licence  {SHIPPED[NAME].licence}: our own network, trained on our own drawings")
    print(f"    folder   {folder}")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    usual = StreetPretraining()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=usual.num_images, help="rendered scenes (700)")
    parser.add_argument("--steps", type=int, default=usual.num_steps, help="updates (300)")
    parser.add_argument("--color", type=float, default=usual.color, help="changes of colour, 0 to 1 (0.5)")
    parser.add_argument("--zoom", type=float, default=usual.zoom, help="largest enlargement (1.5)")
    parser.add_argument("--seed", type=int, default=usual.seed, help="of the weights and the order (0)")
    parser.add_argument("--out", default=NAME, help="the folder to write to (segmenter)")
    parser.add_argument("--ship", action="store_true", help="write into the package instead")
    return parser.parse_args(arguments)


def train(recipe: StreetPretraining) -> VisionModel:
    """Return a segmenter that has learned from rendered scenes."""
    training = recipe.training()
    for _ in tqdm(training, f"training {NAME}", unit="step"):
        pass
    assert isinstance(training.model, VisionModel)
    return training.model


def describe(model: VisionModel, recipe: StreetPretraining) -> dict[str, Any]:
    """Return what made the weights, how good they are on the test streets, and their hash."""
    scores = {name: segmentation_scores(model, scene_split("test", look)) for name, look in LOOKS.items()}
    return {
        "data": f"{recipe.num_images} rendered street scenes in the game look",
        "seed": recipe.seed,
        "recipe": recipe.facts(),
        "scenes_sha256": _first_scenes(),
        "scores": {
            look: {
                "mean_iou": round(each.mean_iou, 4),
                "pixel_accuracy": round(each.pixel_accuracy, 4),
                "iou": {name: value and round(value, 4) for name, value in each.by_class.items()},
            }
            for look, each in scores.items()
        },
        "sha256": state_dict_sha256(model.network.state_dict()),
        "script": "data_scripts/train_segmenter.py",
        "versions": {
            "vizwidgets": vizwidgets.__version__,
            "torch": torch.__version__,
            "numpy": np.__version__,
            "pillow": PIL.__version__,
            "machine": platform.machine(),
        },
    }


def _first_scenes() -> str:
    """Return a hash of a few scenes: where it differs, the renderer draws other streets."""
    first = scene_split("pretraining", num_images=3)
    return state_dict_sha256({"images": first.images, "labels": first.labels})


if __name__ == "__main__":
    sys.exit(main())
