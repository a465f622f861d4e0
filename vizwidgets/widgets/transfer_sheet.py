"""Test images of a target with the answers of the network of the moment."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Generator

from vizwidgets.core.metrics import predictions
from vizwidgets.core.trial import Trial
from vizwidgets.data.transfer_task import TransferTask
from vizwidgets.draw.answer_sheet import answer_sheet
from vizwidgets.draw.fonts import font

ROWS, WIDTH, SIDE = 3, 500, 52  # pixels of the sheet, and of an image at least
GAP = 10  # pixels between two images


def transfer_sheet(task: TransferTask, trial: Trial | None = None) -> np.ndarray:
    """Draw some test images, always the same ones.

    Parameters
    ----------
    task : TransferTask
        Whose images.
    trial : Trial, optional
        Whose network answers; without one, or before its first step, the right classes are written.

    Returns
    -------
    array
        (H, W, 3) uint8.
    """
    side, columns = sheet_size(task.class_names)
    images, labels = task.test
    order = torch.randperm(len(labels), generator=Generator().manual_seed(0))[: ROWS * columns]
    truths = [task.class_names[label] for label in labels[order].tolist()]
    guesses = None
    if trial is not None and (trial.training.num_taken or trial.training.is_done):
        answers = predictions(trial.training.model, images[order]).tolist()
        guesses = [task.class_names[label] for label in answers]
    return answer_sheet(images[order], truths, guesses, columns, side)


def sheet_size(class_names: tuple[str, ...]) -> tuple[int, int]:
    """Return how wide an image must be so that each wrong answer fits beneath, and how many fit in a row.

    Examples
    --------
    >>> sheet_size(("0", "1")), sheet_size(("sheep", "goat"))
    ((52, 8), (69, 6))
    """
    longest = max(font(15, True).getlength(f"✗ {name}") for name in class_names)
    side = max(SIDE, math.ceil(longest))
    return side, max(3, WIDTH // (side + GAP))
