"""Wrapping, listing and loading: ordinary modules with plain words for every mistake."""

from __future__ import annotations

import copy
import hashlib
import pickle

import pytest
import torch
from torch import nn

from vizwidgets.data.artifacts import ArtifactError
from vizwidgets.models import VisionModel, list_models, load_model, wrap
from vizwidgets.models.vision_model import state_dict_sha256


def tiny(channels: int = 3) -> nn.Sequential:
    torch.manual_seed(0)
    layers = (nn.Conv2d(channels, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())
    return nn.Sequential(*layers, nn.Dropout(), nn.Linear(4 * 8 * 8, 2))


class Dictionary(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = tiny()

    def forward(self, x):
        return {"logits": self.inner(x), "loss": None}


def test_a_wrapped_network_normalizes_each_channel_inside():
    network = tiny().eval()
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.6, 0.7)
    image = torch.rand(2, 3, 8, 8)
    by_hand = torch.stack([(image[:, c] - mean[c]) / std[c] for c in range(3)], 1)
    assert torch.allclose(wrap(network, (3, 8, 8), (mean, std))(image), network(by_hand), atol=1e-6)
    assert torch.equal(wrap(network, (3, 8, 8))(image), network(image))
    assert torch.equal(wrap(network, (3, 8, 8), lambda x: 2 * x - 1)(image), network(2 * image - 1))
    assert torch.equal(wrap(network, (3, 8, 8), nn.Hardtanh())(image), network(image))
    gray = tiny(1).eval()
    assert torch.allclose(
        wrap(gray, (1, 8, 8), (0.5, 2))(image[:, :1]), gray((image[:, :1] - 0.5) / 2), atol=1e-6
    )


def test_a_wrapped_network_behaves_as_any_module():
    network = tiny()
    model = wrap(network, (3, 8, 8), (0.5, 0.5))
    assert isinstance(model, nn.Module) and model.network is network
    assert not network.training and model.train().network.training and not model.eval().training
    assert set(model.state_dict()) == {f"network.{key}" for key in network.state_dict()}
    assert len(list(model.parameters())) == len(list(network.parameters()))
    image = torch.rand(1, 3, 8, 8)
    model.eval()
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(twin(image), model(image))
    assert model.to(torch.float64)(image.double()).dtype == torch.float64


def test_a_state_dict_of_the_inner_network_or_of_the_wrapped_one_loads():
    source = tiny()
    nn.init.ones_(source[0].weight)
    for state in (source.state_dict(), wrap(source, (3, 8, 8)).state_dict()):
        model = wrap(tiny(), (3, 8, 8))
        keys = set(state)
        model.load_state_dict(state)
        assert torch.equal(model.network[0].weight, source[0].weight)
        assert set(state) == keys  # the argument stays as it was
        pair = nn.ModuleList([model])  # also as part of something larger
        pair.load_state_dict({f"0.{key}": value for key, value in state.items()})
    with pytest.raises(RuntimeError, match="Missing key"):
        wrap(tiny(), (3, 8, 8)).load_state_dict({"0.weight": source[0].weight})


def test_a_network_called_network_keeps_its_own_names():
    inner = nn.Module()
    inner.network = nn.Linear(2, 2)
    model = VisionModel(inner, nn.Identity(), (3, 8, 8), None)
    for state in (inner.state_dict(), model.state_dict()):
        model.load_state_dict(state)


def test_one_output_of_several_is_picked_by_name_attribute_or_position():
    image = torch.rand(1, 3, 8, 8)
    network = Dictionary().eval()
    assert torch.equal(wrap(network, (3, 8, 8), output="logits")(image), network(image)["logits"])
    assert set(wrap(network, (3, 8, 8))(image)) == {"logits", "loss"}
    with pytest.raises(ValueError, match=r"no output 'scores'; it returned the outputs \['logits', 'loss'\]"):
        wrap(network, (3, 8, 8), output="scores")(image)
    pair = nn.Module()
    pair.forward = lambda x: (x, 2 * x)
    assert torch.equal(wrap(pair, (3, 8, 8), output=1)(image), 2 * image)
    with pytest.raises(ValueError, match="a tuple"):
        wrap(pair, (3, 8, 8), output=2)(image)


@pytest.mark.parametrize(
    "error, words, arguments",
    [
        (TypeError, r"got a class. Write ReLU\(\)", (nn.ReLU,)),
        (TypeError, "must be a torch.nn.Module; got str", ("vgg16",)),
        (ValueError, r"wrap\(model.network", (wrap(tiny()),)),
        (ValueError, "input_shape must be", (tiny(), (8, 8))),
        (ValueError, "input_shape must be", (tiny(), (8, 8, 3))),
        (ValueError, "input_shape must be", (tiny(), (3, 0, 8))),
        (ValueError, "input_shape must be", (tiny(), 224)),
        (TypeError, "normalize must be", (tiny(), (3, 8, 8), "imagenet")),
        (TypeError, "normalize must be", (tiny(), (3, 8, 8), (0.5, 0.5, 0.5))),
        (ValueError, "normalize's mean must be one number or 3", (tiny(), (3, 8, 8), ((0.5, 0.5), 1))),
        (ValueError, "normalize's mean must be one number or 3", (tiny(), (3, 8, 8), (None, 1))),
        (ValueError, "std must be above 0", (tiny(), (3, 8, 8), (0.5, 0))),
        (ValueError, "class_names must be a list", (tiny(), (3, 8, 8), None, "cat")),
        (ValueError, "class_names must be a list", (tiny(), (3, 8, 8), None, [])),
        (ValueError, "class_names must be a list", (tiny(), (3, 8, 8), None, 5)),
        (ValueError, "class_names must be a list", (tiny(), (3, 8, 8), None, [1, 2])),
        (ValueError, "'cat' is there twice", (tiny(), (3, 8, 8), None, ["cat", "cat"])),
        (ValueError, "must have 2 names, one per score.*; got 3", (tiny(), (3, 8, 8), None, ["a", "b", "c"])),
        (ValueError, r"takes no images of input_shape \(3, 9, 9\)", (tiny(), (3, 9, 9), None, ["a", "b"])),
    ],
)
def test_a_wrong_argument_of_wrap_is_answered_with_what_to_write(error, words, arguments):
    with pytest.raises(error, match=words):
        wrap(*arguments)


def test_wrapping_changes_no_weight_and_no_statistic():
    network = tiny()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    wrap(network, (3, 8, 8), None, ["cat", "dog"])
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in network.parameters())


def test_the_weights_hash_follows_the_weights_and_not_their_layout():
    model = wrap(tiny(), (3, 8, 8))
    before = model.weights_hash
    assert len(before) == 16 and int(before, 16) >= 0
    assert model.to(memory_format=torch.channels_last).weights_hash == before
    model.network[0].weight.data[0, 0, 0, 0] += 1e-3
    assert model.weights_hash != before
    assert wrap(tiny().to(torch.bfloat16), (3, 8, 8)).weights_hash != before


def test_the_hash_is_sha256_over_name_type_shape_and_bytes():
    state = {"b": torch.tensor(3), "a": torch.tensor([[1.0, 2.0]])}
    by_hand = (
        b"a float32 [1, 2]\n" + b"\x00\x00\x80\x3f\x00\x00\x00\x40" + b"b int64 []\n" + b"\x03" + bytes(7)
    )
    assert state_dict_sha256(state) == hashlib.sha256(by_hand).hexdigest()


def test_a_misspelt_model_is_answered_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'vgg16_edges'"):
        load_model("vgg16_edge")
    with pytest.raises(ValueError, match="There are: vgg16, vgg16_edges"):
        load_model(None)


def test_the_table_of_models_says_which_weights_are_at_hand(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    table = list_models()
    assert [entry.name for entry in table] == [
        "vgg16",
        "vgg16_edges",
        "vgg16_torchvision",
        "efficientnet_lite0",
        "digits_cnn",
        "mnist_cnn",
        "mnist_cnn_0_4",
        "animals_shortcut",
        "segmenter",
    ]
    assert [entry.name for entry in table if entry.is_present] == ["segmenter"]  # it is in the package
    lines = repr(table).splitlines()
    assert "to download, 61 MB" in lines[1] and "--full" in lines[3] and "1000" in lines[4]
    assert "trained at first use" in lines[5]
    assert "<td" in table._repr_html_() and "&#x27;" in table._repr_html_()
    assert list(tmp_path.iterdir()) == []


def test_without_weights_and_network_the_error_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(ArtifactError, match="vgg16.safetensors is not at hand") as caught:
        load_model("vgg16")
    assert "data_scripts/fetch_weights.py" in str(caught.value)
