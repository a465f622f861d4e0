"""The strip of a randomization test on the page: a map for each network, its likeness, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from torch import Tensor

from vizwidgets.core.sanity_report import RandomizationStep, RandomizationTest
from vizwidgets.core.similarity import is_flat
from vizwidgets.draw.color_scale import color_scale, laid_over
from vizwidgets.draw.pixels import to_bytes

from .saliency_order import TITLES
from .saliency_view import RowPicture

EMPTY = 232  # gray of a map that shows nothing
STRENGTH = 0.9  # of the maps over the image
TONES = {"follows the weights": "vw-good", "does not follow the weights": "vw-bad"}


def strip_rows(steps: Sequence[RandomizationStep], image: Tensor) -> list[RowPicture]:
    """Return the strip of the steps so far over an image (1, C, H, W)."""
    pixels = to_bytes(image[0])
    tiles, pictures = [], []
    for step in steps:
        values = step.map.values[0]
        note = _note(step.map.method, values)
        scale = color_scale([values])
        tiles.append(_tile(step, note))
        pictures.append(np.full_like(pixels, EMPTY) if note else laid_over(pixels, values, scale, STRENGTH))
    return [RowPicture({"tiles": tiles, "bar": []}, np.stack(pictures))]


def _note(method: str, values: Tensor) -> str:
    """Return why a map shows nothing, as the report has it, or the empty string."""
    if not bool(is_flat(values)):
        return ""
    if bool(values.any()):
        return "flat: all pixels equal"
    return "nothing positive" if method == "gradcam" else "0 everywhere"


def _tile(step: RandomizationStep, note: str) -> dict[str, Any]:
    rank, structure = (
        float(likeness.mean()) for likeness in (step.rank_correlation, step.structural_similarity)
    )
    words = f"rank correlation {rank:.2f}, structural similarity {structure:.2f}"
    meters = [["rank r", rank, f"{rank:.2f}"], ["SSIM", structure, f"{structure:.2f}"]]
    return {
        "title": step.layer,
        "note": note,
        "alt": f"Map with {step.layer} random: {words}" if step.done else f"Map {step.layer}",
        "meters": meters if step.done and not note else [],
        "help": words if step.done else "The map that the others are compared with",
    }


def verdict_html(test: RandomizationTest) -> str:
    """Say whether the map follows the weights, why, and what other pictures reach."""
    reason = test.verdict.partition(": ")[2]
    edges, chance = (float(each.rank_correlation.mean()) for each in (test.edges, test.random))
    compare = f"For comparison: the edges of the image r = {edges:.2f}, a random map r = {chance:.2f}."
    return (
        f'<span class="{TONES.get(test.outcome, "vw-waiting")}">{escape(TITLES[test.method])}: '
        f"{escape(test.outcome)}</span> {escape(reason[:1].upper() + reason[1:])} "
        f"{escape(compare.replace('= -', '= −'))}"
    )
