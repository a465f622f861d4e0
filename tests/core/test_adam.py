"""Adam and RMSprop against torch's own, bit for bit, and without the compiler that those import."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor

from vizwidgets.core.adam import Adam, RMSprop

SHAPES = (3, 4), (5,), ()
STEPS = 40


def tensors(seed: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) * 10.0**place for place, shape in enumerate(SHAPES)]


def test_adam_takes_the_steps_of_torchs_adam_with_a_rate_for_each_tensor_and_some_without_gradients():
    ours, theirs = tensors(0), [each.requires_grad_() for each in tensors(0)]
    adam, peer = Adam(ours), torch.optim.Adam([{"params": [each]} for each in theirs], foreach=False)
    for number in range(STEPS):
        gradients: list[Tensor | None] = [*tensors(number + 1)]
        if number % 3 == 0:
            gradients[1] = None
        rates = [0.3 / (number + 1), 1e-3, 2.0 * number]
        for each, group, gradient, lr in zip(theirs, peer.param_groups, gradients, rates, strict=True):
            each.grad, group["lr"] = gradient, lr
        peer.step()
        adam.step(gradients, rates)
        assert all(torch.equal(mine, other) for mine, other in zip(ours, theirs, strict=True)), number


def test_rmsprop_takes_the_steps_of_torchs_rmsprop():
    ours, theirs = tensors(0)[0], tensors(0)[0].requires_grad_()
    rmsprop, peer = RMSprop(ours), torch.optim.RMSprop([theirs], alpha=0.95, foreach=False)
    for number in range(STEPS):
        theirs.grad = gradient = tensors(number + 1)[0]
        peer.param_groups[0]["lr"] = lr = 0.1 / (number + 1)
        peer.step()
        rmsprop.step(gradient, lr)
        assert torch.equal(ours, theirs), number


def test_a_restored_adam_goes_on_bit_for_bit_and_the_state_stays_as_it_was():
    ours = tensors(0)
    adam = Adam(ours)
    adam.step(tensors(1), [0.1] * 3)
    state, values = adam.state(), [each.clone() for each in ours]
    ends = []
    for _ in range(2):
        for each, value in zip(ours, values, strict=True):
            each.copy_(value)
        adam.restore(state)
        adam.step(tensors(2), [0.1] * 3)
        adam.step(tensors(3), [0.1] * 3)
        ends.append([each.clone() for each in ours])
    assert all(torch.equal(one, other) for one, other in zip(*ends, strict=True))


def test_gradients_that_the_tensors_hold_are_left_alone():
    weight = torch.ones(2, requires_grad=True)
    weight.grad = torch.full((2,), 7.0)
    Adam([weight]).step([torch.ones(2)], [0.5])
    assert torch.equal(weight.grad, torch.full((2,), 7.0))
    assert torch.allclose(weight.detach(), torch.full((2,), 0.5))


def test_a_step_beyond_every_float_is_refused_as_torch_refuses_it():
    with pytest.raises(RuntimeError, match="overflow"):
        Adam([torch.ones(2)]).step([torch.ones(2)], [1e300])


def test_neither_an_ascent_nor_a_training_imports_torchs_compiler():
    code = """
import sys, torch, vizwidgets as vw
model = vw.wrap(torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3)), input_shape=(3, 16, 16))
for optimizer in ("adam", "rmsprop", "gradient"):
    vw.maximize(model, vw.channel("0", 1), num_steps=2, optimizer=optimizer, size=16)
herd = vw.sheep_goats(8, seed=0)
list(vw.train(vw.new_model("animals_cnn", seed=0), herd, epochs=1, batch_size=4))
assert "torch._dynamo" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
