"""The table of layers, and names that are nearly right."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tests.core.nets import DictNet, FunctionalNet, Halves, small_net
from vizwidgets.core.layers import find_layer, list_layers
from vizwidgets.models.wrapping import wrap


def test_the_table_holds_what_a_forward_pass_shows() -> None:
    net = small_net()
    seen: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda m, i, o, name=name: seen.setdefault(name, o.clone()))
        for name, module in net.named_children()
    ]
    net(torch.rand(1, 3, 16, 16))
    for hook in hooks:
        hook.remove()
    table = list_layers(net)
    assert [layer.name for layer in table] == list(seen)
    for layer in table:
        module = net.get_submodule(layer.name)
        assert layer.shape == tuple(seen[layer.name].shape[1:])
        assert layer.channels == layer.shape[0]
        assert layer.kind == type(module).__name__
        assert layer.parameters == sum(values.numel() for values in module.state_dict().values())
    assert {layer.name: layer.alias for layer in table if layer.alias} == net.aliases


def test_the_table_shows_every_layer_in_text_and_html() -> None:
    table = list_layers(small_net())
    lines = repr(table).splitlines()
    assert len(lines) == 1 + len(table)
    assert lines[1].split() == "0 block1_conv1 Conv2d 6 × 16 × 16 6 3 1 168".split()
    html = table._repr_html_()
    assert html.count("<tr>") == 1 + len(table)
    assert "<td>block2_conv1</td>" in html and "<td>8 × 6 × 6</td>" in html


def test_layers_come_in_the_order_of_the_forward_pass_not_of_the_constructor() -> None:
    class Crossed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.late, self.early = nn.Conv2d(2, 2, 1), nn.Conv2d(1, 2, 1)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.late(self.early(image))

    assert [layer.name for layer in list_layers(Crossed(), (1, 8, 8))] == ["early", "late"]


@pytest.mark.parametrize("net", [small_net(), FunctionalNet(), DictNet()])
def test_the_table_of_a_net_in_train_mode_is_that_in_eval_mode(net: Any) -> None:
    at_rest = list_layers(net.eval())
    net.train()
    assert list_layers(net) == at_rest
    assert all(module.training for module in net.modules())


def test_a_layer_is_found_by_its_name_and_by_its_alias() -> None:
    net = small_net()
    assert find_layer(net, "3") == find_layer(net, "block2_conv1") == list_layers(net)[3]


@pytest.mark.parametrize("wrong", ["block2_conv", "Block2_Conv1", "blok2_conv1"])
def test_a_misspelt_layer_is_answered_with_the_nearest_name(wrong: str) -> None:
    with pytest.raises(ValueError, match=f"no layer named '{wrong}'; did you mean 'block2_conv1'"):
        find_layer(small_net(), wrong)


def test_a_name_that_is_like_no_other_is_answered_without_a_guess() -> None:
    with pytest.raises(ValueError, match="no layer named 'zzz'; vw.list_layers"):
        find_layer(small_net(), "zzz")


def test_a_container_is_refused_because_it_has_no_map_of_its_own() -> None:
    net: Any = nn.Sequential(nn.Sequential(nn.Conv2d(1, 2, 3)))
    net.input_shape = (1, 8, 8)
    with pytest.raises(ValueError, match=r"'0' \(Sequential\) gives no feature map"):
        find_layer(net, "0")


def test_a_layer_that_the_forward_pass_leaves_out_is_refused() -> None:
    net: Any = FunctionalNet()
    net.spare = nn.Conv2d(3, 3, 1)
    with pytest.raises(ValueError, match="'spare'"):
        find_layer(net, "spare")


def test_a_changed_head_and_a_changed_input_shape_are_seen() -> None:
    net = small_net()
    assert find_layer(net, "7").channels == 4
    net[7] = nn.Linear(8, 9)
    assert find_layer(net, "7").channels == 9
    net.input_shape = (3, 24, 20)
    assert find_layer(net, "0").shape == (6, 24, 20)


def test_a_model_without_an_input_shape_says_how_to_add_it() -> None:
    with pytest.raises(ValueError, match=r"wrap\(module, input_shape"):
        list_layers(nn.Sequential(nn.Conv2d(1, 1, 3)))


@pytest.mark.parametrize("thing", ["vgg16", None, torch.ones(3)])
def test_what_is_not_a_network_is_refused_in_words(thing: Any) -> None:
    with pytest.raises(TypeError, match=f"must be a torch.nn.Module, got {type(thing).__name__}"):
        list_layers(thing)


def test_a_network_in_double_precision_has_the_same_layers() -> None:
    assert list_layers(small_net().double()) == list_layers(small_net())


def test_layers_are_listed_in_inference_mode_too() -> None:
    expected = list_layers(small_net())
    with torch.inference_mode():
        assert list_layers(small_net()) == expected


def test_a_part_that_is_called_network_is_not_taken_for_the_whole() -> None:
    assert [layer.name for layer in list_layers(Halves(), (3, 8, 8))] == ["network.0", "network.1", "head"]
    wrapped = wrap(Halves(), (3, 8, 8))
    assert [layer.name for layer in list_layers(wrapped)] == ["network.0", "network.1", "head"]


@pytest.mark.filterwarnings("ignore:`torch.jit")
@pytest.mark.parametrize("is_whole", [True, False])
def test_torchscript_is_refused_in_words(is_whole: bool) -> None:
    net = small_net()
    scripted = torch.jit.trace(net if is_whole else net[0], torch.rand(1, 3, 16, 16))
    with pytest.raises(TypeError, match="give the network itself"):
        list_layers(scripted if is_whole else nn.Sequential(scripted, *net[1:]), (3, 16, 16))
