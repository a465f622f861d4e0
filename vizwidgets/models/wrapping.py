"""Make any network a :class:`VisionModel`, with its arguments checked in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from numbers import Real
from typing import Any

import torch
from torch import Tensor, nn

from vizwidgets.models.vision_model import Normalize, Provenance, VisionModel

Normalization = tuple[float | Sequence[float], float | Sequence[float]] | Callable[[Tensor], Tensor] | None


class CallNormalize(nn.Module):
    """A function from images in [0, 1] to the network's input, as a module."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, image: Tensor) -> Tensor:
        """Return the normalized image."""
        return self.function(image)


def wrap(
    module: nn.Module,
    input_shape: tuple[int, int, int] = (3, 224, 224),
    normalize: Normalization = None,
    class_names: Sequence[str] | None = None,
    output: str | int | None = None,
) -> VisionModel:
    """Put a network behind the door that all of the library uses: images in [0, 1] in, scores out.

    The network is shared, not copied, and put into eval mode (undo with ``model.train()``). The keys of the
    result's ``state_dict()`` begin with ``network.``; ``load_state_dict`` also takes one saved from `module`.

    Parameters
    ----------
    module : nn.Module
        Your network.
    input_shape : tuple of int
        (C, H, W) of one image; C is 1 or 3.
    normalize : (mean, std), callable or None
        What the network expects: ``(x - mean) / std`` with one number for all channels or one per channel; a
        function or module of (N, C, H, W) in [0, 1]; None if it takes [0, 1] itself.
    class_names : sequence of str, optional
        Names of the class scores, in order. Their number is checked with one pass of a gray image.
    output : str or int, optional
        Which output is meant when the network returns a dict, an object or a tuple, e.g. ``"logits"``.

    Returns
    -------
    VisionModel
        In eval mode.

    Raises
    ------
    TypeError, ValueError
        If an argument is not of this form; the text says what to write instead.

    Examples
    --------
    >>> model = wrap(nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), (1, 8, 8), (0.5, 0.5), ["cat", "dog"])
    >>> model(torch.rand(5, 1, 8, 8)).shape
    torch.Size([5, 2])
    """
    _check_module(module)
    shape = _checked_shape(input_shape)
    name = type(module).__name__
    provenance = Provenance(name, "your own network", "", "", "")
    names = None if class_names is None else _checked_names(class_names)
    model = VisionModel(
        module, _normalizer(normalize, shape[0]), shape, provenance, class_names=names, output=output
    ).eval()
    if names is not None:
        _check_number_of_classes(model, len(names))
    return model


def _check_module(module: Any) -> None:
    if isinstance(module, type) and issubclass(module, nn.Module):
        raise TypeError(f"module must be a network; got a class. Write {module.__name__}().")
    if not isinstance(module, nn.Module):
        raise TypeError(f"module must be a torch.nn.Module; got {type(module).__name__}.")
    if isinstance(module, VisionModel):
        raise ValueError("module is wrapped already. To change its settings write wrap(model.network, ...).")


def _checked_shape(shape: Any) -> tuple[int, int, int]:
    numbers = tuple(shape) if isinstance(shape, (tuple, list, torch.Size)) else ()
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in numbers)
    if len(numbers) != 3 or not whole or numbers[0] not in (1, 3):
        raise ValueError(
            f"input_shape must be (channels, height, width) with 1 or 3 channels; got {shape!r}."
            " For a network of small colour images write input_shape=(3, 32, 32)."
        )
    return numbers


def _normalizer(normalize: Any, channels: int) -> nn.Module:
    if normalize is None:
        return nn.Identity()
    if isinstance(normalize, nn.Module):
        return normalize
    if callable(normalize):
        return CallNormalize(normalize)
    if not isinstance(normalize, (tuple, list)) or len(normalize) != 2:
        raise TypeError(
            f"normalize must be (mean, std), a function, a module or None; got {normalize!r}. "
            "For example normalize=((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))."
        )
    mean, std = (
        _per_channel(value, channels, name) for value, name in zip(normalize, ("mean", "std"), strict=True)
    )
    if min(std) <= 0:
        raise ValueError(
            f"normalize's std must be above 0: the image is divided by it; got {normalize[1]!r}."
        )
    return Normalize(mean, std)


def _per_channel(value: Any, channels: int, name: str) -> tuple[float, ...]:
    numbers = (value,) * channels if isinstance(value, Real) else _as_tuple(value)
    if len(numbers) != channels or not all(isinstance(number, Real) for number in numbers):
        raise ValueError(
            f"normalize's {name} must be one number or {channels}, one per channel of "
            f"input_shape; got {value!r}."
        )
    return tuple(float(number) for number in numbers)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """Return the members of a sequence, none for what has no members."""
    return tuple(value) if isinstance(value, Iterable) else ()


def _checked_names(class_names: Any) -> tuple[str, ...]:
    names = () if isinstance(class_names, str) else _as_tuple(class_names)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ValueError(f"class_names must be a list of names, one per class; got {class_names!r}.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"class_names must differ from each other; {twice[0]!r} is there twice.")
    return names


def _check_number_of_classes(model: VisionModel, number: int) -> None:
    """Compare the number of names with the number of scores, where the network returns a table of scores."""
    parameter = next(model.parameters(), torch.empty(0))
    gray = torch.full((1, *model.input_shape), 0.5, device=parameter.device, dtype=parameter.dtype)
    try:
        with torch.no_grad():
            scores = model(gray)
    except RuntimeError as error:
        raise ValueError(
            f"the network takes no images of input_shape {model.input_shape}: {error}"
        ) from error
    if isinstance(scores, Tensor) and scores.ndim == 2 and scores.shape[1] != number:
        wanted = scores.shape[1]
        raise ValueError(f"class_names must have {wanted} names, one per score of the network; got {number}.")
