"""What every model of the library looks like from outside: images in [0, 1] in, normalization inside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Provenance:
    """Which weights a model has and where they come from."""

    name: str
    weights: str
    source: str
    licence: str
    sha256: str

    def __str__(self) -> str:
        """One line to show beside the model."""
        parts = [f"{self.name}: {self.weights}", self.source, self.licence]
        return " · ".join(part for part in [*parts, self.sha256 and f"sha256 {self.sha256[:12]}…"] if part)


class Normalize(nn.Module):
    """From an image (N, C, H, W) in [0, 1] to what the network was trained on: (scale * x - mean) / std.

    Parameters
    ----------
    mean, std : sequence of float
        One number per channel, in the order of the network's channels.
    scale : float
        255 for networks trained on bytes.
    reverse_channels : bool
        Whether the network wants blue, green, red.
    """

    def __init__(
        self, mean: Sequence[float], std: Sequence[float], scale: float = 1.0, reverse_channels: bool = False
    ) -> None:
        super().__init__()
        self.scale = scale
        self.reverse_channels = reverse_channels
        # Numbers and no buffers: a state_dict holds weights only, and .to(bfloat16) does not round the mean.
        self.mean = tuple(mean)
        self.std = tuple(std)

    def forward(self, image: Tensor) -> Tensor:
        """Return the normalized image."""
        if self.reverse_channels:
            image = image.flip(1)
        mean, std = (image.new_tensor(numbers).view(-1, 1, 1) for numbers in (self.mean, self.std))
        return (image * self.scale - mean) / std

    def extra_repr(self) -> str:
        """Show the numbers when the model is printed."""
        order = ", channels reversed" if self.reverse_channels else ""
        return f"mean={self.mean}, std={self.std}, scale={self.scale:g}{order}"


class VisionModel(nn.Module):
    """A network together with its normalization; still an ``nn.Module`` in every respect.

    ``model(images)`` takes (N, C, H, W) in [0, 1]. Layers are named relative to :attr:`network`. The keys of
    ``state_dict()`` begin with ``network.``, as for any module with that child; ``load_state_dict`` also
    takes a state dict saved from the inner module, without that beginning.

    Attributes
    ----------
    network : nn.Module
        The inner module, which takes normalized images.
    normalize : nn.Module
        From an image in [0, 1] to the network's input.
    input_shape : tuple of int
        (C, H, W) that the network was made for; many networks take other heights and widths too.
    aliases : dict
        From a layer's name to a second name, e.g. ``{"features.0": "block1_conv1"}``.
    class_names : tuple of str or None
        Names of the class scores, in order.
    synonyms : dict
        From a class's further names to its index.
    no_classes : str
        Why there is no class score and which models have one; empty if there is.
    provenance : Provenance
        Which weights these are.
    """

    def __init__(
        self,
        network: nn.Module,
        normalize: nn.Module,
        input_shape: tuple[int, int, int],
        provenance: Provenance,
        *,
        aliases: Mapping[str, str] | None = None,
        class_names: Sequence[str] | None = None,
        synonyms: Mapping[str, int] | None = None,
        no_classes: str = "",
        output: str | int | None = None,
    ) -> None:
        super().__init__()
        self.network = network
        self.normalize = normalize
        self.input_shape = tuple(input_shape)
        self.provenance = provenance
        self.aliases = dict(aliases or {})
        self.class_names = None if class_names is None else tuple(class_names)
        self.synonyms = dict(synonyms or {})
        self.no_classes = no_classes
        self.output = output

    def forward(self, image: Tensor) -> Any:
        """Return the network's output for images (N, C, H, W) in [0, 1]."""
        result = self.network(self.normalize(image))
        return result if self.output is None else _pick(result, self.output)

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any, **kwargs: Any) -> None:
        """Let torch load a state dict that was saved from the inner module, under the keys used here."""
        inner = self.network.state_dict()
        if all(f"{prefix}network.{key}" not in state_dict for key in inner):
            for key in inner.keys() & {key.removeprefix(prefix) for key in state_dict}:
                state_dict[f"{prefix}network.{key}"] = state_dict.pop(f"{prefix}{key}")
        super()._load_from_state_dict(state_dict, prefix, *args, **kwargs)

    @property
    def weights_hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the network's present weights and buffers."""
        return state_dict_sha256(self.network.state_dict())[:16]

    def extra_repr(self) -> str:
        """Show the provenance when the model is printed."""
        return str(self.provenance)


def state_dict_sha256(state_dict: Mapping[str, Tensor]) -> str:
    """Hash names, types, shapes and bytes of tensors in the order of their names.

    Equals ``contents_sha256`` of the artifact that the tensors were loaded from.
    """
    digest = hashlib.sha256()
    for name in sorted(state_dict):
        tensor = state_dict[name].detach().cpu().contiguous()
        digest.update(f"{name} {str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}\n".encode())
        # As bytes, because numpy knows no bfloat16.
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _pick(result: Any, output: str | int) -> Any:
    """Take one output of a network that returns several, by key, attribute or position."""
    if isinstance(output, str) and not isinstance(result, Mapping) and hasattr(result, output):
        return getattr(result, output)
    try:
        return result[output]
    except (KeyError, IndexError, TypeError):
        has = f"the outputs {list(result)}" if isinstance(result, Mapping) else f"a {type(result).__name__}"
        raise ValueError(
            f"the model has no output {output!r}; it returned {has}. Give wrap() its name or "
            "position as output=..., or output=None for a plain tensor."
        ) from None
