"""Models that need downloaded weights: loaded once, skipped where the weights are not there."""

from __future__ import annotations

import pytest
import torch

from vizwidgets.data.artifacts import is_present
from vizwidgets.models import load_model


def _loaded(name):
    if not is_present(name):
        pytest.skip(
            f"the weights of {name} are not in the cache: python data_scripts/fetch_weights.py {name}"
        )
    return load_model(name)


@pytest.fixture(scope="module")
def vgg16():
    return _loaded("vgg16")


@pytest.fixture(scope="module")
def vgg16_edges():
    return _loaded("vgg16_edges")


@pytest.fixture(scope="module")
def lite0():
    return _loaded("efficientnet_lite0")


@pytest.fixture(autouse=True)
def no_gradients():
    with torch.no_grad():
        yield
