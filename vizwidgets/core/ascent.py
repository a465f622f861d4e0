"""Activation maximization: find the image that makes an activation large, by gradient ascent in the input.

`ascend` yields every step (the expert door), `maximize` returns the result (the easy door).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from .ascent_run import AscentRun
from .evaluation import total_activation
from .history import AscentStep
from .images import check_image
from .layers import device_of, input_shape_of
from .network import Probe
from .objectives import Objective
from .settings import settings_from
from .verdict import Verdict, worst

KEEP_BYTES = 200_000_000  # images of the steps of a result; beyond that some are dropped


@dataclass(frozen=True)
class Ascent:
    """Result of an ascent.

    Parameters
    ----------
    image : Tensor
        (N, C, H, W) in [0, 1], the last good image.
    steps : list of AscentStep
        The start and every step. Where images would take more than 200 MB, only some steps keep theirs.
    record : dict
        Everything that is needed to get the same image again (see `replay`); JSON-able.
    verdict : Verdict
        Whether it worked: of several images, the verdict that asks most for attention.
    verdicts : tuple of Verdict
        One per image.
    """

    image: Tensor
    steps: list[AscentStep]
    record: dict[str, Any]
    verdict: Verdict
    verdicts: tuple[Verdict, ...]


def ascend(
    model: nn.Module, objective: Objective, start: Tensor | None = None, **settings: Any
) -> Iterator[AscentStep]:
    """Climb an objective and yield the start and every step with its image (the expert door).

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is not changed.
    objective : Objective
        E.g. ``vw.channel("block5_conv3", 330) - vw.total_variation(weight=0.05)``.
    start : Tensor, optional
        Start image (C, H, W) or (N, C, H, W) in [0, 1].
    **settings
        Fields of `AscentSettings`, or ``preset="keras-vis"``.

    Yields
    ------
    AscentStep
        Step 0 is the start. NaN or infinity ends the steps early.

    References
    ----------
    Erhan et al. 2009; lecture, "Activation Maximization as Optimization".
    """
    run = AscentRun(model, objective, settings_from(**settings), start, can_rewind=False)
    yield replace(run.steps[0], image=run.image)
    yield from _climb(run)


def maximize(model: nn.Module, objective: Objective, start: Tensor | None = None, **settings: Any) -> Ascent:
    """Find an image that maximizes an objective (the easy door).

    Parameters
    ----------
    model, objective, start, **settings
        As in `ascend`; the usual ones are ``num_steps=256, size=224, seed=0, precision="auto"``.

    Returns
    -------
    Ascent
        ``image`` (N, C, H, W) in [0, 1], ``steps``, ``record`` and ``verdict``.

    Examples
    --------
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3))
    >>> net.input_shape = (1, 12, 12)
    >>> from vizwidgets import channel
    >>> result = maximize(net, channel("0", 1), num_steps=3)
    >>> result.image.shape
    torch.Size([1, 1, 12, 12])
    """
    run = AscentRun(model, objective, settings_from(**settings), start, can_rewind=False)
    keep_every = 1 + run.settings.num_steps * run.image.numel() * 4 // KEEP_BYTES
    steps = [replace(run.steps[0], image=run.image)]
    for step in _climb(run):
        is_kept = step.step % keep_every == 0 or step.step == run.settings.num_steps
        steps.append(step if is_kept else replace(step, image=None))
    return result_of(run, steps)


def activation(model: nn.Module, objective: Objective, images: Tensor) -> Tensor:
    """Return the activation h(x) of images as they are: in float32, without transforms or regularizers.

    Parameters
    ----------
    model : nn.Module
        It is not changed.
    objective : Objective
        Its regularizers do not count.
    images : Tensor
        (N, C, H, W) or (C, H, W) in [0, 1]. An objective with several channels wants one image for each.

    Returns
    -------
    Tensor
        (N,).

    Raises
    ------
    TypeError, ValueError
        If the images or the objective do not fit the model.
    """
    images = check_image(images, input_shape_of(model)[0])
    bound = objective.bind(model)
    if bound.size not in (1, len(images)):
        raise ValueError(f"the objective asks for {bound.size} images; got {len(images)}.")
    with torch.no_grad():
        outputs = Probe(model)(images.to(device_of(model)), bound.layer_names)
        return total_activation(bound, images, outputs).cpu()


def _climb(run: AscentRun) -> Iterator[AscentStep]:
    while run.num_taken < run.settings.num_steps:
        try:
            yield run.step()
        except FloatingPointError:
            return  # the run knows that it has diverged; its verdict says so


def result_of(run: AscentRun, steps: list[AscentStep] | None = None) -> Ascent:
    """Return the result of a run so far."""
    verdicts = run.verdicts()
    return Ascent(run.image, steps or list(run.steps), run.record(), worst(verdicts), verdicts)
