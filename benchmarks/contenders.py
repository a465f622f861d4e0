"""The ways to climb a channel that are compared: ours, torch-lucent's and a loop that a student would write.

Each one takes some steps when it is asked to and returns how long each step took, in milliseconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

import vizwidgets as vw

CHANNEL = 10
SIZE = 224
BARE: dict[str, Any] = {"parameterization": "pixels", "jitter": 0, "rotate": 0.0, "scale": 0.0}

PRODUCT_SIDE = 2048

Clock = Callable[[], float]
Contender = Callable[[int], list[float]]


def ours(model: nn.Module, layer: str, precision: str, is_bare: bool, clock: Clock) -> Contender:
    """Return our run; bare: pixels and no random view, otherwise the default recipe (Lucid's)."""
    settings = vw.AscentSettings(precision=precision, size=SIZE, **(BARE if is_bare else {}))
    run = vw.AscentRun(model, vw.channel(layer, CHANNEL), settings)
    return lambda num_steps: [_milliseconds(run.step, clock) for _ in range(num_steps)]


def product(kind: str, clock: Clock) -> Contender:
    """Return a product of two large matrices, whose rate is the limit of what the machine can do."""
    dtype = getattr(torch, kind)
    a, b = (torch.rand(PRODUCT_SIDE, PRODUCT_SIDE).to(dtype) for _ in range(2))
    return lambda num_steps: [_milliseconds(lambda: a @ b, clock) for _ in range(num_steps)]


def plain_loop(model: nn.Module, layer: str, clock: Clock) -> Contender:
    """Return a plain loop: the whole network, a hook, weight gradients computed and not used."""
    image = (0.5 + 0.01 * torch.randn(1, 3, SIZE, SIZE)).requires_grad_()
    optimizer = torch.optim.Adam([image], lr=0.05)
    kept: dict[str, Tensor] = {}

    def step() -> None:
        optimizer.zero_grad()
        model(image)
        loss = -kept["output"][:, CHANNEL].mean()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            image.clamp_(0, 1)

    def measure(num_steps: int) -> list[float]:
        hook = model.network.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output: kept.update(output=output)
        )
        try:
            return [_milliseconds(step, clock) for _ in range(num_steps)]
        finally:
            hook.remove()

    return measure


def lucent(model: nn.Module, layer: str, is_bare: bool, clock: Clock) -> Contender:
    """Return torch-lucent's own ``render_vis``; bare: pixels and no transforms, otherwise its defaults.

    The model normalizes inside itself, so Lucent's normalization is off in both.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.script is deprecated, says its kornia
        from lucent.optvis import param, render, transform

    transforms = [] if is_bare else transform.standard_transforms

    def measure(num_steps: int) -> list[float]:
        starts: list[float] = []

        def note(image: Tensor) -> Tensor:
            starts.append(clock())  # the first thing that each of Lucent's steps does with its image
            return image

        render.render_vis(
            model,
            f"network_{layer}:{CHANNEL}",
            lambda: param.image(SIZE, fft=not is_bare, decorrelate=not is_bare),
            transforms=[note, *transforms],
            thresholds=(num_steps + 1,),
            preprocess=False,
            progress=False,
            show_image=False,
        )
        for module in model.modules():
            module._forward_hooks.clear()  # Lucent leaves its hooks; a second run must not pay for the first
        return [1000 * (end - start) for start, end in zip(starts, starts[1:], strict=False)]

    return measure


def why_no_lucent() -> str:
    """Return why torch-lucent can not run here, empty if it can."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import lucent.optvis.render  # noqa: F401
    except (ImportError, RuntimeError) as error:  # a RuntimeError: torchvision does not fit this torch
        return f"torch-lucent is not installed, or torchvision does not fit this torch: {error}"
    return ""


def _milliseconds(step: Callable[[], Any], clock: Clock) -> float:
    start = clock()
    step()
    return 1000 * (clock() - start)
