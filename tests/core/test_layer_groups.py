"""Which layers hold weights, in which order, and which go together."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tests.core.nets import FunctionalNet, NormalizingInPlace, small_net
from vizwidgets.core.layer_groups import MAX_GROUPS, layer_groups
from vizwidgets.models.efficientnet import EfficientNetLite0
from vizwidgets.models.small import new_model


def holders(model: nn.Module) -> list[str]:
    return [name for name, part in model.named_modules() if any(True for _ in part.parameters(recurse=False))]


def test_efficientnet_is_grouped_by_its_stages_from_the_image_to_the_output() -> None:
    net = EfficientNetLite0(num_classes=5)
    groups = layer_groups(net, torch.rand(1, 3, 32, 32))
    stages = [f"block{number}" for number in range(1, 8)]
    assert [group.name for group in groups] == ["stem_conv", *stages, "head_conv", "classifier"]
    together = [name for group in groups for name in group.modules]
    assert sorted(together) == sorted(holders(net))
    assert groups[1].modules == (
        "block1a.depthwise_conv",
        "block1a.depthwise_bn",
        "block1a.project_conv",
        "block1a.project_bn",
    )


def test_a_normalization_goes_with_its_convolution_and_aliases_name_the_layers() -> None:
    animals = new_model("animals_cnn")
    groups = layer_groups(animals, torch.rand(1, 3, 64, 64))
    assert [group.modules for group in groups][:2] == [("conv1", "norm1"), ("conv2", "norm2")]
    assert [group.name for group in layer_groups(small_net(), torch.rand(1, 3, 16, 16))] == [
        "block1_conv1",
        "block2_conv1",
        "7",
    ]


class Backwards(nn.Module):
    """Calls its layers in another order than it names them, one of them twice, one not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.last, self.first, self.unused = nn.Linear(6, 2), nn.Linear(12, 6), nn.Linear(3, 3)
        self.middle, self.read = nn.Linear(6, 6), nn.Linear(6, 6)
        self.offset = nn.Parameter(torch.zeros(12))

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.middle(functional.relu(self.middle(self.first(images.flatten(1) + self.offset))))
        return self.last(functional.linear(hidden, self.read.weight, self.read.bias))


def test_the_order_is_that_of_the_forward_pass_not_that_of_the_names() -> None:
    found = [name for group in layer_groups(Backwards(), torch.rand(1, 3, 2, 2)) for name in group.modules]
    assert found == ["", "first", "middle", "read", "last"]  # also of weights that are read, not called


def test_a_look_at_the_shape_of_weights_is_no_use_of_them_and_a_look_at_the_transposed_is() -> None:
    class Looking(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.looked, self.turned, self.last = nn.Linear(12, 12), nn.Linear(12, 12), nn.Linear(12, 2)

        def forward(self, images: Tensor) -> Tensor:
            width = self.looked.weight.shape[0] + self.looked.weight.dim() - 2
            hidden = images.to(self.looked.weight.dtype).reshape(-1, width) @ self.turned.weight.T
            return self.last(hidden)

    assert [group.name for group in layer_groups(Looking(), torch.rand(1, 3, 2, 2))] == ["turned", "last"]


def test_layers_that_the_forward_pass_leaves_out_are_left_out() -> None:
    class WithAuxiliary(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4, 2)
            self.auxiliary = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 2))

        def forward(self, images: Tensor) -> Tensor:
            features = self.body(images).mean(dim=(2, 3))
            return self.head(features) + (self.auxiliary(features) if self.training else 0)

    net, images = WithAuxiliary().train(), torch.rand(1, 3, 5, 5)
    assert [group.name for group in layer_groups(net, images)] == ["body", "head"]
    with pytest.raises(ValueError, match="the forward pass does not use it"):
        layer_groups(net, images, ["auxiliary"])


def test_a_layer_that_hides_how_it_reads_its_weights_counts_when_it_is_called() -> None:
    class Hidden(nn.Linear):
        def forward(self, images: Tensor) -> Tensor:
            return torch.from_numpy(images.numpy() @ self.weight.numpy().T)

    net = nn.Sequential(nn.Flatten(), nn.Linear(12, 3), Hidden(3, 4, bias=False), nn.Linear(4, 2))
    assert [group.name for group in layer_groups(net, torch.rand(1, 3, 2, 2))] == ["1", "2", "3"]


def test_a_layer_that_is_used_again_after_the_unit_still_counts() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.shared, self.between, self.head = (nn.Conv2d(3, 3, 3, padding=1) for _ in range(3))

        def forward(self, images: Tensor) -> Tensor:
            return self.head(self.shared(self.between(self.shared(images)))).mean(dim=(2, 3))

    groups = layer_groups(Twice(), torch.rand(1, 3, 5, 5), until=("between",))
    assert [group.name for group in groups] == ["shared", "between"]


def test_a_network_that_normalizes_in_place_leaves_the_images_as_they_are() -> None:
    images = torch.rand(2, 3, 16, 16)
    before = images.clone()
    layer_groups(NormalizingInPlace(), images)
    assert torch.equal(images, before)


def test_many_layers_without_stages_are_joined_with_their_neighbours() -> None:
    net = nn.Sequential(nn.Flatten(), *(nn.Linear(12, 12) for _ in range(23)))
    groups = layer_groups(net, torch.rand(1, 3, 2, 2))
    assert len(groups) == MAX_GROUPS
    assert {len(group.modules) for group in groups} == {2, 3}
    assert [name for group in groups for name in group.modules] == [str(number) for number in range(1, 24)]
    assert groups[0].name == "1 … 2"


def test_layers_may_be_chosen_by_name_alias_or_block_in_any_order() -> None:
    net = EfficientNetLite0(num_classes=5)
    groups = layer_groups(net, torch.rand(1, 3, 32, 32), ["classifier", "block2a", "stem_conv"])
    assert [group.name for group in groups] == ["stem_conv", "block2a", "classifier"]
    assert all(name.startswith("block2a.") for name in groups[1].modules) and len(groups[1].modules) == 6
    with_its_norm, alone = (
        layer_groups(net, torch.rand(1, 3, 32, 32), [one])[0] for one in ("head_conv", "head_bn")
    )
    assert with_its_norm.modules == ("head_conv", "head_bn") and alone.modules == ("head_bn",)
    by_alias = layer_groups(small_net(), torch.rand(1, 3, 16, 16), ["block2_conv1"])
    assert [group.modules for group in by_alias] == [("3",)]


def test_what_comes_after_the_unit_that_is_asked_for_is_left_out() -> None:
    net, images = small_net(), torch.rand(1, 3, 16, 16)
    assert [group.name for group in layer_groups(net, images, until=("1",))] == ["block1_conv1"]
    names = [group.name for group in layer_groups(net, images, until=("1", "block2_conv1"))]
    assert names == ["block1_conv1", "block2_conv1"]
    with pytest.raises(ValueError, match="comes after"):
        layer_groups(net, images, ["7"], until=("block2_conv1",))


@pytest.mark.parametrize(
    ("layers", "kind", "words"),
    [
        (["block9"], ValueError, "no layer named 'block9'"),
        (["1"], ValueError, r"'1' \(ReLU\) has no weights"),
        (["0", "block1_conv1"], ValueError, "names '0' twice"),
        ("0", TypeError, "layers must be a list of names"),
        ([], TypeError, "layers must be a list of names"),
        ([["0"]], TypeError, r"layers must be a list of names .* got \[\['0'\]\]"),
        ([3], TypeError, "layers must be a list of names"),
    ],
)
def test_layers_that_cannot_be_chosen_are_answered_in_words(layers: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        layer_groups(small_net(), torch.rand(1, 3, 16, 16), layers)


def test_a_network_without_weights_is_answered_in_words() -> None:
    with pytest.raises(ValueError, match="no weights, so nothing can be made random"):
        layer_groups(nn.Flatten(), torch.rand(1, 3, 2, 2))
    with pytest.raises(ValueError, match="does not take these images"):
        layer_groups(FunctionalNet(), torch.rand(1, 2, 12, 12))
