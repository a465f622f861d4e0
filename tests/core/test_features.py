"""What layers hand on: where each is read, that values are the network's own, and that it stays untouched."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.core.nets import Burst, FunctionalNet, NormalizingInPlace, seeded, small_net
from vizwidgets.core.features import BATCH, feature_rows, head_inputs, layer_features
from vizwidgets.core.outlets import checked_layers, layers_to_compare


class Block(nn.Module):
    """Adds its input at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)

    def forward(self, values: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(values)) + values)


def deep_net() -> Any:
    """A stem with normalization and pooling, two blocks, a head behind dropout; in training mode."""
    net: Any = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Sequential(Block(), Block()),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(4, 2),
    )
    seeded(net)
    net[1].running_mean.fill_(0.3)
    net.input_shape = (3, 12, 12)
    return net.train()


def test_a_layer_is_read_where_the_next_one_reads_it() -> None:
    net, images = deep_net(), torch.rand(3, 3, 12, 12)
    found = layer_features(net, images, ["0", "1", "3", "4.0.conv", "4.0", "4", "8"], side=None)
    net.eval()
    with torch.no_grad():
        stem = net[:4](images)
        block = net[4][0](stem)
        pooled = net[5](net[4][1](block))
    for name in ("0", "1", "3"):
        assert torch.allclose(found[name], stem, atol=1e-6), name
    for name in ("4.0.conv", "4.0"):
        assert torch.allclose(found[name], block, atol=1e-6), name
    assert torch.allclose(found["4"], net[4](stem), atol=1e-6)  # a block that is named ends at its own end
    assert torch.allclose(found["8"], net(images), atol=1e-6)
    assert torch.allclose(layer_features(net, images, ["4.1.conv"], None)["4.1.conv"], pooled, atol=1e-6)


def test_the_layers_to_compare_are_those_with_weights_and_blocks_by_their_name() -> None:
    assert layers_to_compare(deep_net()) == ("0", "4.0", "4.1.conv", "8")
    assert layers_to_compare(small_net()) == ("block1_conv1", "block2_conv1", "7")
    assert layers_to_compare(FunctionalNet()) == ("first", "second", "third")


def test_many_layers_are_compared_by_at_most_ten_stages() -> None:
    layers = [nn.Conv2d(1, 1, 1) for _ in range(24)]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16, 2))
    names = layers_to_compare(net, torch.rand(1, 1, 4, 4))
    assert len(names) == 10 and names[-1] == "25" and len(set(names)) == 10


def test_maps_are_averaged_down_to_four_by_four_and_small_ones_stay() -> None:
    net, images = small_net(), torch.rand(2, 3, 16, 16)
    found = layer_features(net, images, ["0", "7"])
    with torch.no_grad():
        whole = net[:3](images)  # 8 x 8 after pooling
    by_hand = whole.reshape(2, 6, 4, 2, 4, 2).mean(dim=(3, 5)).flatten(1)
    assert torch.allclose(found["0"], by_hand, atol=1e-6)
    assert found["7"].shape == (2, 4)
    tiny = layer_features(net, torch.rand(2, 3, 6, 6), ["0"])["0"]
    assert tiny.shape == (2, 6 * 3 * 3)


def test_many_images_in_batches_are_as_one_by_one_and_in_order() -> None:
    net, images = small_net(), torch.rand(BATCH + 3, 3, 8, 8)
    found = layer_features(net, images, ["3"], None)["3"]
    for number in (0, BATCH - 1, BATCH, BATCH + 2):
        with torch.no_grad():
            alone = net[:6](images[number : number + 1])
        assert torch.allclose(found[number : number + 1], alone, atol=1e-6)


def test_what_enters_the_head_is_what_the_head_makes_scores_of() -> None:
    net, images = deep_net(), torch.rand(5, 3, 12, 12)
    found = head_inputs(net, images)
    net.eval()
    with torch.no_grad():
        assert found.shape == (5, 4)
        assert torch.allclose(net[8](found), net(images), atol=1e-6)


def test_a_head_of_one_by_one_convolution_takes_a_map() -> None:
    net, images = FunctionalNet(inplace=True), torch.rand(2, 3, 12, 12)
    found = head_inputs(net, images)
    assert found.shape == (2, 6, 12, 12)
    with torch.no_grad():
        first = functional.relu(net.first(images))
        assert torch.allclose(found, functional.relu(net.second(first) + first), atol=1e-6)


def test_the_model_stays_as_it_was_also_after_a_failure() -> None:
    net, images = deep_net(), torch.rand(4, 3, 12, 12)
    before = {key: value.clone() for key, value in net.state_dict().items()}
    given = images.clone()
    net[0].weight.requires_grad_(False)
    layer_features(net, images, ["0", "8"])
    head_inputs(net, images)
    with pytest.raises(ValueError, match="does not take"):
        layer_features(net, torch.rand(1, 3, 1, 1), ["0"])
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(module.training for module in net.modules())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
    assert [weight.requires_grad for weight in net.parameters()][:2] == [False, True]
    assert torch.equal(images, given)


def test_a_network_that_overwrites_its_images_does_not_overwrite_ours() -> None:
    net, images = NormalizingInPlace().eval(), torch.rand(2, 3, 16, 16)
    given = images.clone()
    found = head_inputs(net, images)
    assert torch.equal(images, given)
    with torch.no_grad():
        assert torch.allclose(found, net.inner[:7]((given - 0.5) / 0.25), atol=1e-5)


def test_a_relu_that_works_in_place_does_not_change_what_was_read() -> None:
    net: Any = seeded(nn.Sequential(nn.Conv2d(1, 2, 1), nn.MaxPool2d(2), nn.ReLU(inplace=True)))
    images = torch.rand(2, 1, 4, 4)
    found = layer_features(net, images, ["1", "2"], None)
    with torch.no_grad():
        assert torch.allclose(found["1"], net[:2](images), atol=1e-6)
        assert torch.allclose(found["2"], net(images), atol=1e-6)
    assert float(found["1"].min()) < 0 or float(found["1"].max()) > 0


def test_layers_that_can_not_be_read_are_answered_in_words() -> None:
    net = small_net()
    with pytest.raises(ValueError, match="no layer named 'conv9'.*vw.list_layers"):
        layer_features(net, torch.rand(1, 3, 16, 16), ["conv9"])
    spare = nn.ModuleDict({"used": nn.Conv2d(3, 2, 1), "spare": nn.Conv2d(3, 2, 1)})

    class Spare(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.parts = spare

        def forward(self, images: Tensor) -> Tensor:
            return self.parts["used"](images)

    with pytest.raises(ValueError, match="does not come by layer 'parts.spare'"):
        layer_features(Spare(), torch.rand(1, 3, 4, 4), ["parts.spare"])
    with pytest.raises(ValueError, match="no layer with weights"):
        layers_to_compare(nn.Sequential(nn.ReLU()), torch.rand(1, 1, 2, 2))
    with pytest.raises(ValueError, match=r"'0' \(Conv2d\), is no head"):
        head_inputs(nn.Sequential(nn.Conv2d(3, 4, 3)), torch.rand(1, 3, 4, 4))
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        layer_features("vgg16", torch.rand(1, 3, 4, 4), ["0"])  # type: ignore[arg-type]
    for wrong in ("conv1", [], [3], None, {"a"}):
        with pytest.raises(TypeError, match="layers must be a list of names"):
            checked_layers(wrong)


def test_features_that_are_none_are_answered_in_words() -> None:
    with pytest.raises(TypeError, match="must be a tensor of floats.*got list"):
        feature_rows([[1.0]])
    with pytest.raises(TypeError, match="got torch.int64"):
        feature_rows(torch.ones(2, 2, dtype=torch.int64))
    with pytest.raises(ValueError, match=r"features\[None\]"):
        feature_rows(torch.ones(4))
    with pytest.raises(ValueError, match="not empty"):
        feature_rows(torch.ones(0, 4))
    net = nn.Sequential(nn.Conv2d(1, 1, 1), Burst(0.0), nn.Flatten(), nn.Linear(4, 2))
    nn.init.ones_(net[0].weight)
    nn.init.constant_(net[0].bias, -0.5)
    images = torch.tensor([0.1, 0.9, 0.2]).view(3, 1, 1, 1).expand(3, 1, 2, 2)
    with pytest.raises(ValueError, match="layer '0': NaN or infinity for 1 of 3 images, first for image 1"):
        feature_rows(layer_features(net, images, ["0"])["0"], "layer '0'")
