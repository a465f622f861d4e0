"""Features of many images, kept in the cache folder: a frozen network need not look at an image twice.

One file per network, layer and set of images. A file that is damaged counts as none, and a folder that can
not be written only means that nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import warnings
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from vizwidgets.core.features import head_inputs, layer_features
from vizwidgets.core.images import check_image
from vizwidgets.core.layers import check_open, find_module, network_of
from vizwidgets.core.private_copy import REGISTERS
from vizwidgets.core.record import weights_hash
from vizwidgets.data.storage import cache_dir, contents_sha256, locked, write_atomically

FORMAT = 1  # of what is kept; another number lets all of it be computed anew
LIMIT = 1_000_000_000  # bytes of all files together
HEAD = "what enters the head"


def features(model: nn.Module, images: Tensor, layer: str | None = None, cache: bool = True) -> Tensor:
    """Return what a layer of a network makes of many images; the second time from the cache folder.

    The network runs in eval mode, in batches. What it makes of the images is kept as a file, known by the
    network's weights, the layer and the images; all such files together take at most 1 GB, and those that
    were not used for longest are thrown away. Where nothing can be kept, a warning says why.

    Parameters
    ----------
    model : nn.Module
        It stays as it is.
    images : Tensor
        (N, C, H, W) in [0, 1].
    layer : str, optional
        A name or alias; a layer with weights is read after the normalization, activation and pooling that
        follow it. None: what enters the head, in the shape in which the head takes it.
    cache : bool
        False computes them in any case, and keeps nothing.

    Returns
    -------
    Tensor
        (N, ...) float32 on the processor: (N, F), or (N, C, h, w) for a feature map.

    Raises
    ------
    TypeError, ValueError
        If the images do not fit the model, or there is no such layer.

    References
    ----------
    The lecture's "feature extractor": the convolutions stay as they are, only a new head learns.

    Examples
    --------
    >>> import torch
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(72, 2))
    >>> features(net, torch.rand(5, 1, 8, 8), cache=False).shape
    torch.Size([5, 72])
    """
    check_open(model)
    images = check_image(images, getattr(model, "input_shape", (None,))[0])
    path = features_path(model, images, layer) if cache else None
    kept = None if path is None else _read(path, len(images))
    if kept is not None:
        return kept
    found = _computed(model, images, layer)
    if path is not None:
        _keep(path, found)
    return found


def _computed(model: nn.Module, images: Tensor, layer: str | None) -> Tensor:
    if layer is None:
        return head_inputs(model, images)
    return layer_features(model, images, [layer], side=None)[layer]


def features_path(model: nn.Module, images: Tensor, layer: str | None = None) -> Path:
    """Return where these features are kept, whether they are there or not.

    Parameters
    ----------
    model, images, layer
        As in `features`.
    """
    facts = {
        "format": FORMAT,
        "weights": weights_hash(model),
        "network": _structure(model),
        "layer": HEAD if layer is None else find_module(model, layer)[0],
        "images": contents_sha256({"images": images.detach().cpu().numpy()}),
    }
    text = json.dumps(facts, sort_keys=True)
    return cache_dir() / "features" / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.safetensors"


def _structure(model: nn.Module) -> list[str]:
    """Describe what is computed with the weights: the same ones under another stride are another network."""
    is_wrapped = network_of(model) is not model  # what stands on the wrapper computes nothing
    return [
        f"{name}: {type(module).__module__}.{type(module).__qualname__} {_settings(module)}"
        for name, module in model.named_modules()
        if name or not is_wrapped
    ]


def _settings(module: nn.Module) -> list[str]:
    """Return the numbers, words and tensors that a module keeps beside its weights."""
    values = {name: value for name, value in vars(module).items() if name not in (*REGISTERS, "training")}
    values.update({name: module.get_buffer(name) for name in module._non_persistent_buffers_set})
    plain = (bool, int, float, str, tuple, type(None))
    said = {name: repr(value) for name, value in values.items() if isinstance(value, plain)}
    said.update({name: _hash(value) for name, value in values.items() if isinstance(value, Tensor)})
    return [f"{name}={word}" for name, word in sorted(said.items())]


def _read(path: Path, count: int) -> Tensor | None:
    try:
        with safe_open(path, framework="pt") as file:
            noted, found = file.metadata()["sha256"], file.get_tensor("features").clone()
        if noted != _hash(found) or len(found) != count:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used just now: it is thrown away last
        return found
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError):
        return None  # not there, or damaged: it is computed anew


def _keep(path: Path, found: Tensor) -> None:
    size = found.numel() * found.element_size()
    if size > LIMIT:
        _warn(f"they take {size / 1e9:.1f} GB, and all that is kept takes at most {LIMIT / 1e9:g} GB")
        return
    try:
        with locked("features"):
            _make_room(path.parent, size)
            write_atomically(path, save({"features": found.contiguous()}, {"sha256": _hash(found)}))
    except OSError as refusal:
        _warn(refusal.strerror or str(refusal))


def _warn(reason: str) -> None:
    warnings.warn(
        f"the features are not kept for next time ({reason}), so they will be computed again then; the "
        f"folder is {cache_dir() / 'features'}.",
        stacklevel=4,
    )


def _make_room(folder: Path, size: int) -> None:
    """Throw away the files that were not used for longest, until one of so many bytes has room.

    The caller holds the lock, so what is half written was left by a process that has ended.
    """
    for stale in folder.glob(".vizwidgets-tmp-*"):
        shutil.rmtree(stale, ignore_errors=True)
    files = []
    for path in folder.glob("*.safetensors"):
        with contextlib.suppress(OSError):
            files.append((path.stat().st_mtime, path.stat().st_size, path))
    total = size + sum(each for _, each, _ in files)
    for _, each, path in sorted(files):
        if total <= LIMIT:
            return
        with contextlib.suppress(OSError):  # another process reads it: it goes next time
            path.unlink()
            total -= each


def _hash(found: Tensor) -> str:
    return contents_sha256({"features": np.asarray(found.detach().cpu())})
