"""Which layers of the library's networks are compared, and where they are read (random weights suffice)."""

from __future__ import annotations

import torch

from vizwidgets.core.features import head_inputs, layer_features
from vizwidgets.core.outlets import layers_to_compare, outlets_of
from vizwidgets.models.efficientnet import EfficientNetLite0
from vizwidgets.models.small import new_model

BLOCKS = ("block1a", "block2b", "block3b", "block4c", "block5c", "block6d", "block7a")


def test_the_digits_network_is_read_layer_by_layer_after_its_rectifiers() -> None:
    model = new_model("digits_cnn")
    layers = layers_to_compare(model)
    assert layers == ("conv1", "conv2", "dense1", "dense2")
    assert outlets_of(model, torch.rand(1, 1, 28, 28), layers) == {
        "conv1": "relu1",
        "conv2": "pool",
        "dense1": "relu3",
        "dense2": "dense2",
    }


def test_fifty_layers_of_efficientnet_are_read_at_the_ends_of_their_stages() -> None:
    net = EfficientNetLite0(num_classes=3).eval()
    images = torch.rand(2, 3, 64, 64)
    layers = layers_to_compare(net, images)
    assert layers == ("stem_conv", *BLOCKS, "head_conv", "classifier")
    found = layer_features(net, images, layers, side=None)
    with torch.no_grad():
        values = images
        for name, part in net.named_children():
            values = part(values)
            if name in ("stem_relu", *BLOCKS):  # after the block has added its input
                found_here = found["stem_conv" if name == "stem_relu" else name]
                assert torch.allclose(found_here, values, atol=1e-4), name
    assert torch.allclose(found["classifier"], values, atol=1e-4)
    assert torch.equal(head_inputs(net, images), found["head_conv"].flatten(1))
