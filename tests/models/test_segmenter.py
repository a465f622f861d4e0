"""The segmenter: its sizes and layers, how it is cut and frozen, and its shipped weights."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import vizwidgets as vw
from vizwidgets.data.scenes import SCENE_CLASSES
from vizwidgets.models.segmenter import Segmenter
from vizwidgets.models.small import new_model


def test_it_scores_every_pixel_of_images_of_many_sizes():
    model = new_model("segmenter")
    assert model.class_names == SCENE_CLASSES and model.input_shape == (3, 96, 128)
    for size in ((96, 128), (16, 16), (48, 80)):
        assert model(torch.rand(2, 3, *size)).shape == (2, 8, *size)


def test_other_sizes_are_refused_with_the_nearest_that_fits():
    with pytest.raises(ValueError, match="multiples of 16; got 90 × 130. Resize or crop to 96 × 128"):
        new_model("segmenter")(torch.rand(1, 3, 90, 130))
    with pytest.raises(ValueError, match="to 16 × 16"):
        Segmenter(2)(torch.rand(1, 3, 5, 20))


def test_it_has_as_many_weights_as_its_widths_say():
    def block(before: int, after: int) -> int:
        return 9 * before * after + 9 * after * after + 4 * after

    encoder = block(3, 16) + block(16, 32) + block(32, 48) + block(48, 64)
    decoder = sum(9 * (below + skip) * skip + 2 * skip for below, skip in ((64, 48), (48, 32), (32, 16)))
    count = sum(weight.numel() for weight in new_model("segmenter").parameters())
    assert count == encoder + decoder + 16 * 8 + 8 < 200_000


def test_its_layers_read_from_the_image_to_the_scores():
    model = new_model("segmenter")
    blocks = list(dict.fromkeys(layer.name.split(".")[0] for layer in vw.list_layers(model)))
    encoder, decoder = ([f"{part}{number}" for number in (1, 2, 3)] for part in ("encoder", "decoder"))
    assert blocks == ["stem", *encoder, *decoder, "head"]
    shapes = {layer.name: layer.shape for layer in vw.list_layers(model)}
    assert shapes["encoder3.relu2"] == (64, 6, 8) and shapes["decoder3.relu"] == (16, 48, 64)


def zeros(module: nn.Module, inputs: object, output: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(output)


def test_what_a_pixel_is_comes_from_below_and_where_it_is_from_the_skips():
    torch.manual_seed(0)
    network, image = Segmenter(3).eval(), torch.rand(1, 3, 32, 32)
    whole = network(image)
    network.encoder3.register_forward_hook(zeros)
    assert not torch.allclose(network(image), whole)
    assert float(network(image)[0, 0, 12:20, 12:20].std()) > 1e-4  # the skips tell the places apart
    for name in ("stem", "encoder1", "encoder2"):
        getattr(network, name).register_forward_hook(zeros)
    assert float(network(image)[0, 0, 12:20, 12:20].std()) < 1e-6  # without them, nothing does


def test_it_is_frozen_block_by_block_and_gets_another_head():
    model = new_model("segmenter")
    frozen = vw.freeze(model, up_to="encoder3")
    learns = {name.split(".")[1] for name, weight in frozen.named_parameters() if weight.requires_grad}
    assert learns == {"decoder1", "decoder2", "decoder3", "head"}
    other = vw.replace_head(model, 3)
    assert other(torch.rand(1, 3, 32, 32)).shape == (1, 3, 32, 32)
    assert torch.equal(other.network.stem.conv1.weight, model.network.stem.conv1.weight)
    assert isinstance(other.network.head, nn.Conv2d)
