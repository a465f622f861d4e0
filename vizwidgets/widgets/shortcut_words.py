"""What a `ShortcutLab` hands out: the images of its wall, the Python that trains the same, and its record."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from vizwidgets.core.train_settings import TrainSettings
from vizwidgets.core.training import Training
from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats
from vizwidgets.draw.curves import Curves

from .shortcut_tests import TEST_SEED
from .training_controls import SETTINGS
from .training_words import curves_data, settings_code, training_lines

if TYPE_CHECKING:
    from .shortcut import ShortcutLab


def wall_of(herd: SheepGoats, rows: int, columns: int) -> tuple[Tensor, list[str]]:
    """Return images for the wall, in each row sheep at the left and goats at the right, and what they are."""
    half = columns // 2
    sheep, goats = (torch.nonzero(herd.labels == label).flatten() for label in (0, 1))
    rows = min(rows, max(1, len(sheep) // half))
    places = [torch.cat([k[row * half : (row + 1) * half] for k in (sheep, goats)]) for row in range(rows)]
    chosen = torch.cat(places)
    return herd.images[chosen], [herd.class_names[label] for label in herd.labels[chosen].tolist()]


def unusual(training: Training, usual: TrainSettings, num_images: int) -> str:
    """Say in what a training differs from the usual one, so that only equal ones share a row of the table."""
    settings = training.settings
    words = [
        f", {name.replace('_', ' ')} {getattr(settings, name):g}"
        for name in ("epochs", "lr", "batch_size")
        if getattr(settings, name) != getattr(usual, name)
    ]
    is_mixed = any("lr" in change for at, change in training.changes if at)
    if len(training.images) != num_images:
        words.append(f", {len(training.images)} images")
    return "".join(words) + (", lr changed on the way" if is_mixed else "")


def lab_code(lab: ShortcutLab, training: Training) -> str:
    """Return the Python that trains the same network on the same images and asks the same animals."""
    how = f"backgrounds={BACKGROUNDS!r}" if lab.is_random else f"share={lab.share:g}"
    call = f"vw.train(model, data.pairs, {settings_code(training.first)})"
    return "\n".join(
        [
            "import vizwidgets as vw",
            "",
            f"data = vw.sheep_goats({lab.num_images}, {how}, seed={lab.seed})",
            f'model = vw.new_model("animals_cnn", seed={lab.seed})',
            *training_lines(call, training),
            f"test = vw.sheep_goats(100, seed={TEST_SEED})",
            "vw.accuracy(model, test.pairs), vw.accuracy(model, test.swapped().pairs)",
        ]
    )


def lab_record(lab: ShortcutLab, curves: Curves) -> dict[str, Any]:
    """Return settings, versions, curves and answers as JSON-able data."""
    return {
        "format": "vizwidgets shortcut 1",
        "share": lab.share,
        "scenery": lab.scenery,
        "num_images": lab.num_images,
        "settings": {name: getattr(lab, name) for name in SETTINGS},
        "num_taken": lab.run.num_taken,
        "weights_hash": lab.model.weights_hash,
        "versions": {"torch": torch.__version__, "machine": platform.machine()},
        "answers": None if lab.answers is None else asdict(lab.answers),
        "curves": curves_data(curves),
    }
