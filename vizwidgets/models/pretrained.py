"""The named models with downloaded weights: which network, which input, which artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import nn

from vizwidgets.data.artifacts import ARTIFACTS, fetch
from vizwidgets.models.vgg import VGG16Features
from vizwidgets.models.vision_model import Normalize, Provenance, VisionModel

_NO_CLASSES = (
    "is a convolution base without a classifier, so it has no class scores. Models with classes: "
    "load_model('efficientnet_lite0') and load_model('vgg16_torchvision')."
)


@dataclass(frozen=True)
class Pretrained:
    """How to build a named model; it is called like the artifact that holds its weights."""

    name: str
    weights: str
    build: Callable[[], nn.Module]
    normalize: Callable[[], Normalize]
    aliases: dict[str, str] = field(default_factory=dict)
    has_classes: bool = False
    input_shape: tuple[int, int, int] = (3, 224, 224)


def _bytes_bgr(mean: tuple[float, float, float]) -> Normalize:
    return Normalize(mean, (1.0, 1.0, 1.0), scale=255.0, reverse_channels=True)


def _own_names(network: nn.Module) -> dict[str, str]:
    """Where the paper's names are the network's own, a layer's second name is its first."""
    return {name: name for name, _ in network.named_children()}


_MODELS = (
    Pretrained(
        name="vgg16",
        weights="ImageNet, the authors' weights (convolution base)",
        build=VGG16Features,
        normalize=lambda: _bytes_bgr((103.939, 116.779, 123.68)),
    ),
    Pretrained(
        name="vgg16_edges",
        weights="ImageNet, then fine-tuned to edge detection on BSDS500 (convolution base)",
        build=lambda: VGG16Features(pool_partial=True),
        normalize=lambda: _bytes_bgr((104.00699, 116.66877, 122.67892)),
    ),
)
PRETRAINED: dict[str, Pretrained] = {model.name: model for model in _MODELS}


def build_pretrained(entry: Pretrained) -> VisionModel:
    """Build a named model and load its weights, fetched if need be.

    Raises
    ------
    ArtifactError
        If the weights are not in the cache and can not be fetched.
    """
    from safetensors.torch import load_file

    artifact = ARTIFACTS[entry.name]
    state_dict = load_file(fetch(entry.name))
    # Built without memory: the weights take the place of an initialization that nobody would see.
    with torch.device("meta"):
        network = entry.build()
    network.load_state_dict(state_dict, strict=True, assign=True)
    provenance = Provenance(
        entry.name, entry.weights, artifact.source, artifact.licence, artifact.contents_sha256
    )
    return VisionModel(
        network,
        entry.normalize(),
        entry.input_shape,
        provenance,
        aliases=entry.aliases or _own_names(network),
        no_classes="" if entry.has_classes else f"{entry.name!r} {_NO_CLASSES}",
    ).eval()
