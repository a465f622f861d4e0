"""Transfer: what is frozen stays to the bit, what is new is new, and phases train what they say."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from vizwidgets.core.phases import STRATEGIES, plan
from vizwidgets.core.split_network import split_network
from vizwidgets.core.training import train
from vizwidgets.core.transfer import (
    fine_tune_groups,
    freeze,
    frozen_layers,
    head_of,
    replace_head,
    transfer,
    weight_layers,
)
from vizwidgets.core.weight_layers import num_before, num_up_to
from vizwidgets.models.small import new_model


def net(seed: int = 0) -> nn.Sequential:
    """Two convolutions with batch normalization, without weights of its own the second time, and dropout."""
    torch.manual_seed(seed)
    block = (nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3))
    block2 = (nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4, affine=False), nn.ReLU())
    return nn.Sequential(*block, *block2, nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 3)).eval()


def blobs(num: int = 30, classes: int = 3, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(num) % classes
    images = 0.3 * torch.rand(num, 1, 4, 4, generator=generator)
    images[torch.arange(num), 0, labels] += 0.5
    return images, labels


def state(model: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def changed(before: dict[str, torch.Tensor], model: nn.Module) -> set[str]:
    """Return the first part of the names of all weights and buffers that differ."""
    after = model.state_dict()
    return {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}


# -- freezing -----------------------------------------------------------------------------------------


def test_layers_with_weights_take_their_normalization_along():
    assert [(layer.name, layer.modules) for layer in weight_layers(net())] == [
        ("0", ("0", "1")),
        ("4", ("4",)),  # the second normalization has no weights of its own
        ("8", ("8",)),
        ("10", ("10",)),
    ]
    assert [layer.name for layer in weight_layers(new_model("digits_cnn"))] == [
        "conv1",
        "conv2",
        "dense1",
        "dense2",
    ]
    assert head_of(net()) == "10"


@pytest.mark.parametrize(
    ("up_to", "frozen", "moves"),
    [
        (None, ("0", "4", "8"), {"10"}),
        ("4", ("0", "4"), {"8", "10"}),
        (1, ("0",), {"4", "5", "8", "10"}),
        (0, (), {"0", "1", "4", "5", "8", "10"}),
    ],
)
def test_what_is_frozen_is_the_same_to_the_bit_after_a_training_statistics_included(up_to, frozen, moves):
    source = net()
    before, model = state(source), freeze(source, up_to)
    list(train(model, blobs(), epochs=3, batch_size=10, lr=0.05))
    assert frozen_layers(model) == frozen
    assert changed(before, model) == moves
    assert changed(before, source) == set() and frozen_layers(source) == ()


def test_statistics_stay_in_a_loop_of_ones_own_that_calls_train():
    images, labels = blobs()
    model = freeze(net(), "4").train()
    before, still = state(model), copy.deepcopy(net())
    adam = torch.optim.Adam([weight for weight in model.parameters() if weight.requires_grad], lr=0.05)
    for _ in range(3):
        model.train()
        cross_entropy(model(images), labels).backward()
        adam.step()
    assert changed(before, model) == {"8", "10"}
    torch.testing.assert_close(model.train()[:7](images), still[:7](images))  # dropout is off, too


def test_a_frozen_copy_shares_nothing_and_keeps_modes():
    source = net().train()
    source[3].eval()
    model = freeze(source, 1)
    assert not {each.data_ptr() for each in source.parameters()} & {w.data_ptr() for w in model.parameters()}
    assert [module.training for module in model] == [True, False, True, False, *[True] * 7]
    assert all(weight.requires_grad for weight in source.parameters())


def test_thawing_takes_everything_back():
    model = freeze(freeze(net(), 3), 0).train()
    assert frozen_layers(model) == () and not any(module._forward_pre_hooks for module in model)
    before = state(model)
    list(train(model, blobs(), epochs=1, batch_size=10))
    assert changed(before, model) == {"0", "1", "4", "5", "8", "10"}


@pytest.mark.parametrize(
    ("up_to", "words"),
    [
        (5, "up_to must be a layer's name or a number of layers in 0..4 .0, 4, 8, 10.; got 5"),
        (-1, "in 0..4"),
        (1.5, "in 0..4"),
        ("2", "'2' has none. There are: 0, 4, 8, 10"),
        ("conv9", "no layer named 'conv9'"),
    ],
)
def test_more_layers_than_there_are_and_unknown_ones_are_refused_in_words(up_to, words):
    with pytest.raises(ValueError, match=words):
        freeze(net(), up_to)


def test_a_block_is_named_as_a_whole():
    torch.manual_seed(0)
    block = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 1))
    blocks = nn.Sequential(block, nn.Flatten(), nn.Linear(8, 2))
    assert (num_up_to(blocks, "0"), num_before(blocks, "0"), num_up_to(blocks, "0.0")) == (2, 0, 1)


# -- heads --------------------------------------------------------------------------------------------


def test_a_new_head_keeps_everything_else_and_says_what_is_new():
    source = new_model("digits_cnn")
    before = state(source)
    names = ("brick", "grass", "gravel")
    model = replace_head(source, 3, class_names=names)
    assert model(torch.zeros(2, 1, 28, 28)).shape == (2, 3) and model.class_names == names
    assert model.replaced_head == "new head dense2 (10 → 3 classes)"
    assert model.replaced_head in str(model.provenance)
    assert changed(before, source) == set() and source.class_names == tuple("0123456789")
    after = model.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before if "dense2" not in name)


def test_a_deeper_cut_begins_anew_from_there_on_and_forgets_statistics():
    source = net()
    source[1].running_mean += 1
    before = state(source)
    assert changed(before, replace_head(source, 3, from_layer="8")) == {"8", "10"}
    assert changed(before, replace_head(source, 3, from_layer=0)) == {"0", "1", "4", "8", "10"}
    assert replace_head(source, 3, from_layer=0)[1].running_mean.abs().max() == 0
    assert replace_head(source, 3, from_layer="4").replaced_head == "new from 4 on (3 → 3 classes)"


def test_the_seed_decides_the_new_weights():
    heads = [replace_head(net(), 5, seed=seed)[10].weight for seed in (0, 0, 1)]
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])


def test_a_head_per_pixel_is_replaced_too():
    pixels = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 8, 1)).double()
    model = replace_head(pixels, 2)
    assert model(torch.rand(1, 3, 5, 5).double()).shape == (1, 2, 5, 5)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: replace_head(net(), 1), "num_classes must be a whole number of 2 or more; got 1"),
        (lambda: replace_head(net(), 2, class_names=["a"]), "class_names must hold 2 names"),
        (lambda: replace_head(net(), 3, class_names=["a", "b", "a"]), "each other; got 'a' twice"),
        (lambda: replace_head(net(), 2, class_names="ab"), "class_names must be a list of names; got 'ab'"),
        (lambda: replace_head(nn.Sequential(nn.Conv2d(1, 2, 3)), 2), "is no head"),
        (lambda: replace_head(nn.ReLU(), 2), "has no weights"),
        (lambda: replace_head("net", 2), "must be a torch.nn.Module"),
    ],
)
def test_what_has_no_head_and_numbers_that_do_not_fit_are_refused_in_words(ask, words):
    with pytest.raises((TypeError, ValueError), match=words):
        ask()


def test_groups_hold_each_trainable_weight_once():
    model = freeze(net(), 1)
    head, backbone = fine_tune_groups(model, 0.1, 0.01, from_layer="8")
    ids = [{id(weight) for weight in group["params"]} for group in (head, backbone)]
    assert ids == [{id(w) for i in places for w in model[i].parameters()} for places in ((8, 10), (4,))]
    assert (head["lr"], backbone["lr"]) == (0.1, 0.01)
    assert [group["name"] for group in fine_tune_groups(freeze(net()))] == ["head"]


@pytest.mark.parametrize("name", ["head_lr", "backbone_lr"])
@pytest.mark.parametrize("rate", [0, -1e-3, math.inf, math.nan, "1e-3", None, True])
def test_a_learning_rate_that_is_none_is_refused_by_its_name(name, rate):
    with pytest.raises(ValueError, match=f"{name} must be a number above 0; got"):
        fine_tune_groups(net(), **{name: rate})


# -- strategies ---------------------------------------------------------------------------------------


def test_strategies_do_what_they_say():
    phases = {
        name: [(phase.num_frozen, phase.num_steps) for phase in plan(name, 5, 4, 0, 100).phases]
        for name in STRATEGIES
    }
    assert phases == {
        "from scratch": [(0, 100)],
        "pretrained only": [],
        "feature extractor": [(4, 100)],
        "fine-tune all": [(0, 100)],
        "head, then all": [(4, 33), (0, 67)],
        "gradual unfreezing": [(4, 20), (3, 20), (2, 20), (1, 20), (0, 20)],
    }
    held = plan("gradual unfreezing", 50, 49, 9, 103)
    assert [phase.num_frozen for phase in held.phases] == [49, 39, 29, 19, 9] and held.num_steps == 103


@pytest.mark.parametrize("strategy", [name for name in STRATEGIES if name != "pretrained only"])
def test_each_strategy_takes_its_steps_and_leaves_the_source_alone(strategy):
    source = net()
    before = state(source)
    run = transfer(source, blobs(12, 2), strategy=strategy, num_steps=7, test=blobs(6, 2, 1), seed=3)
    steps = list(run)
    assert [step.step for step in steps] == list(range(1, 8)) and run.is_done
    assert steps[-1].test_accuracy is not None and run.model(blobs(4)[0]).shape == (4, 2)
    assert changed(before, source) == set()
    kept = changed(before, run.model)
    assert ("0" in kept) == (strategy not in ("feature extractor",))


def test_the_frozen_part_is_computed_once_and_the_weights_come_out_as_if_it_were_not():
    source, data = net(), blobs(20, 2)
    once = transfer(source, data, strategy="feature extractor", cut="8", num_steps=9, seed=1, batch_size=5)
    assert once.is_on_features
    each = transfer(
        source, data, strategy="feature extractor", cut="8", num_steps=9, seed=1, batch_size=5,
        augment=lambda images, generator: images,
    )  # fmt: skip
    assert not each.is_on_features
    assert [step.loss for step in once] == pytest.approx([step.loss for step in each], rel=1e-4)
    for one, other in zip(once.model.parameters(), each.model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_only_a_chain_is_cut_and_only_before_what_changes():
    model = freeze(net(), 2)
    front, tail = split_network(model)
    assert (len(front), len(tail)) == (8, 3)
    loose = net()
    loose[0].requires_grad_(False)  # but its normalization averages on
    assert [len(part) for part in split_network(loose)] == [1, 10]
    assert split_network(nn.Conv2d(1, 1, 1)) is None


def test_head_then_all_is_two_trainings_one_after_the_other():
    source, data = net(), blobs(12, 2)
    run = transfer(source, data, num_steps=6, head_lr=0.01, backbone_lr=0.001, batch_size=6, seed=2)
    list(run)
    model = freeze(replace_head(source, 2, seed=2))
    list(train(model, data, lr=0.01, batch_size=6, seed=2, num_steps=2))
    model = freeze(model, 0)
    groups = fine_tune_groups(model, 0.01, 0.001)
    list(train(model, data, batch_size=6, seed=2 + 7_919, num_steps=4, groups=groups))
    for one, other in zip(run.model.parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_a_reset_begins_again_with_the_same_weights():
    run = transfer(net(), blobs(12, 2), num_steps=6)
    first = list(run)
    run.reset()
    assert run.num_taken == 0 and list(run) == first


def test_an_interrupt_or_a_divergence_in_a_later_phase_loses_nothing(monkeypatch):
    run, whole = (transfer(net(), blobs(12, 2), num_steps=6) for _ in range(2))
    for _ in range(3):
        next(run)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run._training, "_learn", interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(run)
    assert run.num_taken == 3
    list(run)
    assert run.steps == list(whole)
    hot = transfer(net(), blobs(12, 2), num_steps=60, strategy="fine-tune all", head_lr=1e6, backbone_lr=1e6)
    with pytest.raises(FloatingPointError, match="smaller learning rate"):
        list(hot)
    assert hot.has_diverged and hot.num_taken == len(hot.steps) < 60


def test_an_interrupt_between_two_phases_loses_nothing(monkeypatch):
    from vizwidgets.core import transfer_run as module

    run, whole = (transfer(net(), blobs(12, 2), num_steps=6) for _ in range(2))
    for _ in range(2):
        next(run)  # the new head has had its steps

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "fine_tune_groups", interrupted)
        with pytest.raises(KeyboardInterrupt):
            next(run)
    assert not run.is_done
    list(run)
    assert run.steps == list(whole)


def test_pretrained_only_is_the_source_itself_and_takes_no_step():
    source = net()
    run = transfer(source, blobs(), strategy="pretrained only")
    assert run.is_done and list(run) == [] and changed(state(source), run.model) == set()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"strategy": "finetune all"}, "Did you mean 'fine-tune all'"),
        ({"frozen": 4}, "in 0..3 layers .only the 3 layers that are kept can be frozen.; got 4"),
        ({"frozen": 9}, "frozen must be .* in 0..4"),
        ({"frozen": 1, "strategy": "from scratch"}, "from scratch keeps no layer"),
        ({"cut": "conv"}, "no layer named 'conv'"),
        ({"num_steps": 0}, "num_steps must be"),
        ({"class_names": ["a", "b"]}, "class_names must hold 3 or more, as labels of data go up to 2; got 2"),
        ({"num_classes": 2}, "num_classes must be 3 or more, as labels of data go up to 2; got 2"),
        ({"num_classes": 1}, "num_classes must be a whole number of 2 or more; got 1"),
        ({"num_classes": 0}, "num_classes must be a whole number of 2 or more; got 0"),
        ({"num_classes": 4, "class_names": ["a", "b", "c"]}, "num_classes is 4, but class_names holds 3"),
        ({"strategy": "pretrained only", "data": blobs(12, 4)}, "labels of data must be in 0..2"),
        ({"data": (torch.rand(0, 1, 4, 4), torch.zeros(0).long())}, "data is empty"),
        ({"data": (torch.rand(3, 1, 4, 4), torch.zeros(3).long())}, "two classes"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(options, words):
    data = options.pop("data", blobs(12, 3))
    with pytest.raises(ValueError, match=words):
        transfer(net(), data, **options)
