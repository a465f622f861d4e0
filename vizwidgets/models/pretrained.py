"""The named models with downloaded weights: which network, which input, which artifact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from vizwidgets.data.artifacts import ARTIFACTS, fetch
from vizwidgets.data.class_names import imagenet_synonyms
from vizwidgets.models.efficientnet import EfficientNetLite0
from vizwidgets.models.vgg import VGG16Features, VGG16Torchvision, torchvision_aliases
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
    aliases: Callable[[nn.Module], dict[str, str]]
    has_classes: bool = False
    input_shape: tuple[int, int, int] = (3, 224, 224)


def _bytes_bgr(mean: tuple[float, float, float]) -> Normalize:
    return Normalize(mean, (1.0, 1.0, 1.0), scale=255.0, reverse_channels=True)


def _lite0_aliases(network: nn.Module) -> dict[str, str]:
    """Write ``block2a.expand_conv`` as ``block2a_expand_conv``, as Keras does."""
    return {name: name.replace(".", "_") for name, _ in network.named_modules() if name}


def _vgg_aliases(network: nn.Module) -> dict[str, str]:
    """Where the paper's names are the network's own, a layer's second name is its first."""
    return {name: name for name, _ in network.named_children()}


_MODELS = (
    Pretrained(
        name="vgg16",
        weights="ImageNet, the authors' weights (convolution base)",
        build=VGG16Features,
        normalize=lambda: _bytes_bgr((103.939, 116.779, 123.68)),
        aliases=_vgg_aliases,
    ),
    Pretrained(
        name="vgg16_edges",
        weights="ImageNet, then fine-tuned to edge detection on BSDS500 (convolution base)",
        build=lambda: VGG16Features(pool_partial=True),
        normalize=lambda: _bytes_bgr((104.00699, 116.66877, 122.67892)),
        aliases=_vgg_aliases,
    ),
    Pretrained(
        name="vgg16_torchvision",
        weights="ImageNet, torchvision's own training (complete)",
        build=VGG16Torchvision,
        normalize=lambda: Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
        aliases=lambda network: torchvision_aliases(),
        has_classes=True,
    ),
    Pretrained(
        name="efficientnet_lite0",
        weights="ImageNet, the TensorFlow authors' weights",
        build=EfficientNetLite0,
        normalize=lambda: Normalize((0.5,) * 3, (0.5,) * 3),
        aliases=_lite0_aliases,
        has_classes=True,
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
    artifact = ARTIFACTS[entry.name]
    names = imagenet_synonyms() if entry.has_classes else None
    provenance = Provenance(
        entry.name,
        entry.weights,
        artifact.source,
        artifact.licence,
        artifact.contents_sha256 or artifact.sha256,
    )
    network = _load_network(entry)
    return VisionModel(
        network,
        entry.normalize(),
        entry.input_shape,
        provenance,
        aliases=entry.aliases(network),
        class_names=names.primary if names else None,
        synonyms=names.index if names else None,
        no_classes="" if entry.has_classes else f"{entry.name!r} {_NO_CLASSES}",
    ).eval()


def _load_network(entry: Pretrained) -> nn.Module:
    state_dict = _read_state_dict(fetch(entry.name))
    # Built without memory: the weights take the place of an initialization that nobody would see.
    with torch.device("meta"):
        network = entry.build()
    network.load_state_dict(state_dict, strict=True, assign=True)
    return network


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)
