"""The known result, on a network that was really trained: what guided backpropagation shows, and what not."""

from __future__ import annotations

import pytest
import torch

from vizwidgets.core.sanity import randomization_test
from vizwidgets.data.photos import photo

UPPER = ["classifier", "head_conv", "block7a", "block6d"]


@pytest.fixture(scope="module")
def cat() -> torch.Tensor:
    return photo("cat", size=224)


def test_guided_backpropagation_hardly_notices_that_the_output_layers_are_random(lite0, cat) -> None:
    before = lite0.weights_hash
    test = randomization_test(lite0, cat, "guided", layers=UPPER)
    assert test.layers == tuple(UPPER)
    assert float(test.rank_correlation.min()) > 0.9 and float(test.structural_similarity.min()) > 0.8
    assert test.outcome == "does not follow the weights"
    assert lite0.weights_hash == before


@pytest.mark.parametrize("method", ["gradient", "gradcam"])
def test_the_gradient_and_grad_cam_follow_the_weights(lite0, cat, method: str) -> None:
    test = randomization_test(lite0, cat, method, layers=UPPER)
    assert test.outcome == "follows the weights"
    assert float(test.rank_correlation[0]) < 0.5  # the classifier alone is random


def test_the_whole_network_is_forgotten_in_ten_groups(lite0, cat) -> None:
    test = randomization_test(lite0, cat, "gradient")
    assert test.layers[0] == "classifier" and test.layers[-1] == "stem_conv" and len(test.layers) == 10
    assert abs(float(test.rank_correlation[-1])) < 0.3 and abs(float(test.signed_rank_correlation[-1])) < 0.1
