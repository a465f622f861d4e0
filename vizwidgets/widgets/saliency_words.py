"""What a `SaliencyExplorer` says: of what is explained, of the methods, and the Python that does it."""

from __future__ import annotations

import platform
import re
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from vizwidgets.core.objectives import Objective
from vizwidgets.core.prototypes import class_title

from .ascent_words import model_name
from .meters import percent
from .saliency_order import TITLES, Subject, Target

if TYPE_CHECKING:
    from .saliency_frame import SaliencyFrame
    from .saliency_stepper import SaliencyStepper

HELP = {
    "gradient": "How much the score changes for a small change of each pixel (the lecture's saliency)",
    "guided": "The gradient, but only positive gradients pass, and only through positive activations",
    "smoothgrad": "The mean gradient over noisy copies of the image",
    "integrated": "The gradient, averaged on the way from a gray image to this one, times that way",
    "gradcam": "Where the last feature map has the channels that speak for the score; coarse",
    "occlusion": "How far the score falls when a gray square covers the place; needs no gradient",
}

OLD_WEIGHTS = "the weights have changed since: Reset reads them anew"
PIECES = {"smoothgrad": "samples", "integrated": "steps", "occlusion": "windows"}


# what core says to those who write Python, and what is meant on the page
PAGE_WORDS = {
    r"layer=\.\.\.": "Options → Layer.",
    r"model\.class_names lists all (\d+)\.": r"Other class offers all \1 while you type.",
    r"use vw\.channel\(layer, channel\) for feature maps": "explain a channel, for it has feature maps",
    r'method="gradient"': "the method gradient",
}


def page_words(words: str) -> str:
    """Return an error of core in the words of the page.

    Examples
    --------
    >>> page_words("choose an earlier: layer=...")
    'choose an earlier: Options → Layer.'
    """
    for code, meant in PAGE_WORDS.items():
        words = re.sub(code, meant, words)
    return words


def class_words(model: nn.Module, index: int) -> str:
    """Name a class: "tabby", a digit as “2”, or "class 281" where classes have no names."""
    title = class_title(model, index)
    if not title.isdigit():
        return title
    return f"“{title}”" if getattr(model, "class_names", None) else f"class {title}"


def said_of(model: nn.Module, stepper: SaliencyStepper, subject: Subject) -> str:
    """Return what the network says of an image: its likeliest class; nothing where there are no classes."""
    scores = stepper.scores(subject)
    if scores is None or not len(scores):
        return ""
    best = int(scores.argmax())
    return f"{class_words(model, best)} {percent(float(scores.softmax(0)[best]))}"


def top_classes(model: nn.Module, scores: torch.Tensor, count: int = 5) -> list[tuple[int, str, float]]:
    """Return index, name and probability of the likeliest classes."""
    shares = scores.softmax(0)
    best = shares.argsort(descending=True)[:count].tolist()
    return [(index, class_words(model, index), float(shares[index])) for index in best]


def name_of(model: nn.Module, target: Target) -> str:
    """Name a target in words."""
    if target is None:
        return "the predicted class"
    if isinstance(target, Objective):
        return repr(target).replace("vw.", "")
    return class_words(model, target)


def target_words(model: nn.Module, stepper: SaliencyStepper, subject: Subject) -> str:
    """Name what is explained of an image."""
    return name_of(model, stepper.target_of(subject))


def progress_words(explorer: SaliencyFrame, stepper: SaliencyStepper) -> str:
    """Return the status line after the state: what is at work, what is there; and what failed, and why."""
    parts = [_work_words(stepper)]
    if explorer.run.state != "running" or not parts[0]:
        parts.insert(0, _count_words(explorer, stepper))
    parts += [f"{TITLES[method]} failed: {why}" for method, why in stepper.refusals]
    parts += [OLD_WEIGHTS] if stepper.has_old_weights else []
    return " · ".join(part for part in parts if part)


def _work_words(stepper: SaliencyStepper) -> str:
    """Return how far the map is that is at work, or was when the run was stopped."""
    if stepper.current is None:
        return ""
    subject, method = stepper.current
    known, words = stepper.explanation(subject, method), f"{TITLES[method]} of {subject.title}"
    if known is None or known.total == 1:
        return words
    return f"{words}: {known.done} of {known.total} {PIECES.get(method, 'parts')}"


def _count_words(explorer: SaliencyFrame, stepper: SaliencyStepper) -> str:
    """Return how many maps are there: "3 of 6 maps of goat"."""
    (done, total), subjects = stepper.num_maps, stepper.order.subjects
    what = ", ".join(dict.fromkeys(target_words(explorer.model, stepper, each) for each in subjects))
    if total == 1:
        return f"{'map' if done else 'no map yet'} of {what}"
    return f"{total if done == total else f'{done} of {total}'} maps of {what}"


# -- code -----------------------------------------------------------------------------------------------


def saliency_code(explorer: SaliencyFrame) -> str:
    """Return the Python that gives the maps on the screen: one line for each, by image and method."""
    order = explorer.shown_order
    sources = [subject.code for subject in order.subjects]
    lines = ["import torch"] if any("torch." in source for source in sources) else []
    lines += ["import vizwidgets as vw", "", *_model_lines(explorer.model)]
    if any(source.startswith("images[") for source in sources):
        lines.append("# images: those that you gave to SaliencyExplorer")
    is_alone = len(order.subjects) == 1
    for number, subject in enumerate(order.subjects):
        name = "image" if is_alone else f"image{number + 1}"
        lines.append(f"{name} = {subject.code or '...  # the image that you gave'}")
        for method in order.methods:
            result = method if is_alone else f"{method}{number + 1}"
            if explorer.refusal(subject, method):
                lines.append(f"# {TITLES[method]} is not possible here")
                continue
            lines.append(
                f"{result} = {_call(explorer, name, method)}{_unfinished(explorer, subject, method)}"
            )
        test = explorer.randomization.code(name) if explorer.randomization.tests(subject) else ""
        lines += [f"test = {test}"] if test else []
    return "\n".join(lines)


def _model_lines(model: nn.Module) -> list[str]:
    known: Any = getattr(model, "provenance", None)
    if known is not None and known.sha256:  # what `wrap` makes has no file to compare with
        return [f"model = vw.load_model({known.name!r})"]
    return [f"model = ...  # your {model_name(model)}"]


def _call(explorer: SaliencyFrame, image: str, method: str) -> str:
    order = explorer.shown_order
    arguments = ["model", image]
    if isinstance(order.target, Objective):
        arguments.append(repr(order.target))
    elif order.target is not None:
        name = explorer.class_name
        arguments.append(name if name.isdigit() else repr(name))
    options = {"method": method} if method != "gradient" else {}
    options |= {"reduce": explorer.reduce} if explorer.reduce != "max" else {}
    options |= order.options.get(method, {})
    arguments += [f"{name}={value!r}" for name, value in options.items()]
    return f"vw.saliency_map({', '.join(arguments)})"


def _unfinished(explorer: SaliencyFrame, subject: Subject, method: str) -> str:
    known = explorer.explanation(subject, method)
    if known is not None and known.done == known.total:
        return ""
    return (
        f"  # on the screen: {0 if known is None else known.done} of {known.total if known else 'its'} parts"
    )


# -- record ---------------------------------------------------------------------------------------------


def saliency_record(explorer: SaliencyFrame) -> dict[str, Any]:
    """Return settings, versions and the main numbers of each map as JSON-able data."""
    order = explorer.shown_order
    target = order.target
    return {
        "format": "vizwidgets saliency 1",
        "model": model_name(explorer.model),
        "weights_hash": explorer.weights_hash,
        "target": target.to_dict() if isinstance(target, Objective) else target,
        "methods": list(order.methods),
        "options": order.options,
        "look": {name: getattr(explorer, name) for name in ("reduce", "strength", "scale")},
        "images": [_image_record(explorer, subject) for subject in order.subjects],
        "pixel": {name: getattr(explorer, name) for name in ("image_number", "row", "column", "nudge_size")},
        "randomization": explorer.randomization.record(),
        "versions": {"torch": torch.__version__, "machine": platform.machine()},
    }


def _image_record(explorer: SaliencyFrame, subject: Subject) -> dict[str, Any]:
    scores = explorer.scores(subject)
    top = [] if scores is None else top_classes(explorer.model, scores)
    record: dict[str, Any] = {"title": subject.title, "code": subject.code, "sha256": subject.sha256}
    record["explained"] = name_of(explorer.model, explorer.explained(subject))
    record["top"] = [{"class": index, "name": name, "probability": share} for index, name, share in top]
    record["maps"] = {
        method: _map_record(explorer, subject, method) for method in explorer.shown_order.methods
    }
    return record


def _map_record(explorer: SaliencyFrame, subject: Subject, method: str) -> dict[str, Any]:
    refusal, known = explorer.refusal(subject, method), explorer.explanation(subject, method)
    if refusal or known is None:
        return {"refusal": refusal, "done": 0}
    values = explorer.values(subject, method)
    row, column = divmod(int(values.argmax()), values.shape[1])
    return {
        "done": known.done,
        "total": known.total,
        "largest": float(values.max()),
        "mean": float(values.mean()),
        "at": [row, column],
    }
