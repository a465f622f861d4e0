"""Weights from files: they come back as they were, and what does not fit is named."""

from __future__ import annotations

import math
import pickle

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from vizwidgets.models import wrap
from vizwidgets.models.checkpoint import load_weights


def net(width: int = 4, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(3, width, 3), nn.BatchNorm2d(width), nn.Flatten(), nn.Linear(width * 36, 2)
    )


def same(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


@pytest.mark.parametrize("name", ["mine.pt", "mine.pth", "mine.safetensors"])
def test_weights_come_back_and_neither_model_is_changed(tmp_path, name):
    saved, model = net(seed=1).train(), net(seed=2)
    saved[1].running_mean += 0.5
    if name.endswith("safetensors"):
        save_file(saved.state_dict(), tmp_path / name)
    else:
        torch.save(saved.state_dict(), tmp_path / name)
    loaded = load_weights(model, tmp_path / name)
    assert same(loaded, saved) and same(model, net(seed=2)) and loaded is not model


def test_a_wrapped_model_takes_its_own_weights_those_of_its_network_and_a_training_programs(tmp_path):
    saved, model = wrap(net(seed=1), (3, 8, 8)), wrap(net(seed=2), (3, 8, 8))
    for state in (
        saved.state_dict(),
        saved.network.state_dict(),
        {"state_dict": saved.state_dict(), "epoch": 3},
    ):
        torch.save(state, tmp_path / "mine.pt")
        loaded = load_weights(model, tmp_path / "mine.pt")
        assert same(loaded, saved) and "weights of mine.pt" in str(loaded.provenance)
        assert loaded.weights_hash == saved.weights_hash == loaded.provenance.sha256[:16]
        assert "own network" in str(model.provenance)


def test_what_does_not_fit_is_named_with_keys_and_shapes(tmp_path):
    torch.save(net(6).state_dict(), tmp_path / "wide.pt")
    words = (
        r"wide.pt does not fit this Sequential: 0.weight has shape \(6, 3, 3, 3\), wanted \(4, 3, 3, 3\); "
        r"0.bias has shape \(6,\), wanted \(4,\); .* and 3 more"
    )
    with pytest.raises(ValueError, match=words):
        load_weights(net(), tmp_path / "wide.pt")
    state = {key.replace("3.", "head."): values for key, values in net().state_dict().items()}
    torch.save(state, tmp_path / "other.pt")
    words = "it lacks 3.weight, 3.bias; it has the unknown head.weight, head.bias"
    with pytest.raises(ValueError, match=words):
        load_weights(net(), tmp_path / "other.pt")


def test_what_holds_no_weights_is_refused_in_words_and_never_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("code of the file was run",))

    (tmp_path / "trap.pt").write_bytes(pickle.dumps(Trap()))
    torch.save(net(), tmp_path / "whole.pt")
    torch.save([1, 2], tmp_path / "list.pt")
    torch.save({}, tmp_path / "empty.pt")
    (tmp_path / "text.safetensors").write_text("no weights")
    (tmp_path / "text.pt").write_text("")
    for name in ("trap.pt", "whole.pt", "list.pt", "empty.pt", "text.safetensors", "text.pt"):
        with pytest.raises(ValueError, match=rf"{name} .*torch\.save\(model\.state_dict\(\), '.*\.pt'\)"):
            load_weights(net(), tmp_path / name)
    with pytest.raises(FileNotFoundError, match="there is no file .*missing.pt"):
        load_weights(net(), tmp_path / "missing.pt")


@pytest.mark.parametrize("content", [b"hello", b"a", b"0 lines of text", b"(", b"G12"])
def test_any_other_file_that_is_called_a_checkpoint_is_answered_in_words(tmp_path, content):
    (tmp_path / "mine.pt").write_bytes(content)
    with pytest.raises(ValueError, match="mine.pt can not be read as weights"):
        load_weights(nn.Linear(4, 2), tmp_path / "mine.pt")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_of_a_training_that_diverged_are_refused_with_their_key(tmp_path, value):
    weights = nn.Linear(3, 2).state_dict()
    weights["bias"][1] = value
    torch.save(weights, tmp_path / "mine.pt")
    with pytest.raises(ValueError, match="mine.pt holds NaN or infinity in bias: "):
        load_weights(nn.Linear(3, 2), tmp_path / "mine.pt")
