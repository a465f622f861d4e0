"""Weights from a file: read, compared with the network that they are for, and refused in plain words."""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from vizwidgets.core.layers import check_open
from vizwidgets.core.weight_layers import own_model
from vizwidgets.models.vision_model import Provenance, VisionModel, state_dict_sha256

SHOWN = 4  # so many keys are named
# What reading raises when the bytes are something else: torch takes any letter for an instruction.
DAMAGED = (
    SafetensorError, pickle.UnpicklingError, struct.error, RuntimeError, EOFError, ValueError, LookupError,
    TypeError, AttributeError, AssertionError,
)  # fmt: skip
PREFIX = "network."  # of the keys of a model that is wrapped


def load_weights(model: nn.Module, path: str | os.PathLike[str]) -> nn.Module:
    """Return a new model with the weights of a file; the given one stays as it is.

    Parameters
    ----------
    model : nn.Module
        Of the same architecture: ``vw.new_model("segmenter")``.
    path : path
        A ``.safetensors`` file, or what ``torch.save(model.state_dict(), path)`` has written.

    Returns
    -------
    nn.Module
        In the mode of the given model; ``provenance`` names the file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it holds no weights, those of another network (which keys, and which shapes), or NaN or infinity.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     torch.save(nn.Linear(3, 2).state_dict(), f"{folder}/mine.pt")
    ...     load_weights(nn.Linear(4, 2), f"{folder}/mine.pt")
    Traceback (most recent call last):
    ValueError: mine.pt does not fit this Linear: weight has shape (2, 3), wanted (2, 4).
    The network must be built as the one that was saved.
    """
    check_open(model)
    file = Path(path).expanduser()
    weights = read_weights(file)
    new = own_model(model)
    inner = new.network if isinstance(new, VisionModel) else new
    if isinstance(new, VisionModel) and all(key.startswith(PREFIX) for key in weights):
        weights = {key.removeprefix(PREFIX): values for key, values in weights.items()}
    name = new.provenance.name if isinstance(new, VisionModel) else type(model).__name__
    check_fit(weights, inner.state_dict(), file.name, f"this {name}")
    _check_finite(weights, file.name)
    inner.load_state_dict(weights)
    if isinstance(new, VisionModel):
        new.provenance = Provenance(name, f"weights of {file.name}", "", "", state_dict_sha256(weights))
    return new


def read_weights(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by their keys.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}.")
    try:
        held = (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except DAMAGED:
        why = "it is damaged, or holds more than tensors"
        raise ValueError(f"{path.name} can not be read as weights: {why}. {_remedy(path)}") from None
    if isinstance(held, Mapping) and isinstance(held.get("state_dict"), Mapping):
        held = held["state_dict"]  # as many training programs write it
    if not _is_state_dict(held):
        raise ValueError(f"{path.name} holds no weights but a {type(held).__name__}. {_remedy(path)}")
    return dict(held)


def check_fit(
    weights: Mapping[str, Tensor], wanted: Mapping[str, Tensor], name: str, model: str = "the model"
) -> None:
    """Check that weights have the keys and shapes of a network.

    Raises
    ------
    ValueError
        Naming what is missing, what is unknown, and what has another shape.
    """
    missing = [key for key in wanted if key not in weights]
    unknown = [key for key in weights if key not in wanted]
    shapes = [
        f"{key} has shape {tuple(weights[key].shape)}, wanted {tuple(values.shape)}"
        for key, values in wanted.items()
        if key in weights and weights[key].shape != values.shape
    ]
    faults = [
        f"{words} {_listed(keys)}" if words else _listed(keys, "; ")
        for words, keys in (("it lacks", missing), ("it has the unknown", unknown), ("", shapes))
        if keys
    ]
    if faults:
        raise ValueError(
            f"{name} does not fit {model}: {'; '.join(faults)}. "
            "The network must be built as the one that was saved."
        )


def _check_finite(weights: Mapping[str, Tensor], name: str) -> None:
    wrong = [key for key, values in weights.items() if not bool(torch.isfinite(values).all())]
    if wrong:
        raise ValueError(
            f"{name} holds NaN or infinity in {_listed(wrong)}: every answer would be NaN. "
            "Save the weights of a training that did not diverge."
        )


def _listed(words: Iterable[str], between: str = ", ") -> str:
    words = list(words)
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return between.join(words[:SHOWN]) + more


def _is_state_dict(held: Any) -> bool:
    return (
        isinstance(held, Mapping)
        and len(held) > 0
        and all(isinstance(key, str) and isinstance(value, Tensor) for key, value in held.items())
    )


def _remedy(path: Path) -> str:
    return f"Write it with torch.save(model.state_dict(), {path.with_suffix('.pt').name!r})."
