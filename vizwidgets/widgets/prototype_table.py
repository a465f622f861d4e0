"""What a `PrototypeWall` says in numbers: each picture's scores, and what the network sees in it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import ipywidgets
import torch
from torch import Tensor, nn

from vizwidgets.core.prototypes import Answers, Witness, best_images, class_title
from vizwidgets.draw.curves import human
from vizwidgets.draw.pixels import png, to_bytes

from .prototype_stepper import PrototypeStepper

ROWS = {
    "raw": ("raw x*", "score of the optimized image itself, also where it left [0, 1]"),
    "shown": ("picture shown", "score of the 8-bit picture on the screen"),
    "real": ("best real image", "the highest score among the images that you gave"),
}
UNKNOWN = float("nan")


@dataclass(frozen=True)
class Best:
    """The best real image of each class, and its score."""

    images: dict[int, Tensor]
    scores: dict[int, float]


def best_real(model: nn.Module, images: Tensor | None, classes: Sequence[int]) -> Best:
    """Look for the best real image of each class; none were given, none are found."""
    if images is None:
        return Best({}, {})
    found, scores = best_images(model, images, classes)
    return Best(dict(zip(classes, found, strict=True)), dict(zip(classes, scores.tolist(), strict=True)))


@dataclass(frozen=True)
class Reading:
    """What is known of the pictures at rest: scores of x*, of what is shown and of the best real image.

    Parameters
    ----------
    numbers : dict of str to list of float
        "raw", "shown" and "real": one score for each picture; NaN where it is not known.
    answers : Answers
        What the network says of the pictures that are shown.
    """

    numbers: dict[str, list[float]]
    answers: Answers


def read(witness: Witness, stepper: PrototypeStepper, targets: Sequence[int], best: Best) -> Reading:
    """Ask the network about the pictures of the step that is shown."""
    count = len(targets)
    shown = witness.ask(stepper.shown_images(), targets)
    raw = [UNKNOWN] * count
    if not stepper.is_looking_back:
        raw = witness.ask(stepper.ascent.image, targets).score.tolist()
    real = [best.scores.get(target, UNKNOWN) for target in targets]
    return Reading({"raw": raw, "shown": shown.score.tolist(), "real": real}, shown)


def says(model: nn.Module, answers: Answers, index: int) -> str:
    """Say what the network sees in one picture, and how sure it is."""
    return f"{class_title(model, int(answers.said[index]))} · {float(answers.sureness[index]):.0%}"


class PrototypeTable(ipywidgets.HTML):
    """A table: one column for each picture, its three scores, and what the network says of it."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("vw-proto-table")

    def show(
        self,
        model: nn.Module,
        titles: Sequence[str],
        targets: Sequence[int],
        reading: Reading,
        best: Best,
    ) -> None:
        """Write the table."""
        lines = [_line("th", "score of", "", [*map(escape, titles), "mean"])]
        for name, (words, why) in ROWS.items():
            values = reading.numbers[name]
            mean = human(float(torch.tensor(values).mean()))
            lines.append(_line("td", words, why, [*map(human, values), mean]))
        if best.images:
            pictures = [_picture(best.images.get(target)) for target in targets]
            lines.append(_line("td", "", "the best real images", [*pictures, ""]))
        answers = [escape(class_title(model, int(said))) for said in reading.answers.said]
        right = sum(int(said) == target for said, target in zip(reading.answers.said, targets, strict=True))
        why = "what the network says of the picture shown"
        lines.append(_line("td", "network sees", why, [*answers, f"{right} of {len(targets)}"]))
        self.value = f"<table><thead>{lines[0]}</thead><tbody>{''.join(lines[1:])}</tbody></table>"


def _line(kind: str, words: str, why: str, cells: Sequence[str]) -> str:
    inside = "".join(f"<{kind}>{cell}</{kind}>" for cell in cells)
    return f'<tr><th title="{escape(why)}">{words}</th>{inside}</tr>'


def _picture(image: Tensor | None) -> str:
    if image is None:
        return ""
    data = base64.b64encode(png(to_bytes(image))).decode()
    return f'<img alt="best real image" src="data:image/png;base64,{data}">'
