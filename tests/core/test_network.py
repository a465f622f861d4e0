"""The private copy of a network: it runs as far as needed, and the model comes back as it was."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import vizwidgets as vw
from tests.core.nets import Burst, DictNet, Doors, FunctionalNet, seeded, small_net
from vizwidgets.core.network import Probe, choose_precision, has_bfloat16

QUICK: dict[str, Any] = {"num_steps": 3, "precision": "float32"}


@pytest.fixture(autouse=True)
def open_doors() -> Iterator[None]:
    Doors.closed, Doors.passed = False, 0
    yield
    Doors.closed, Doors.passed = False, 0


class Weathered(nn.Module):
    """A model as students bring it: half in train mode, hooked, partly frozen, a gradient lying about."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.last = nn.Conv2d(4, 4, 3)
        self.burst = Burst(float("inf"))
        self.doors = Doors()
        self.register_buffer("calls", torch.zeros(()))
        self.input_shape = (3, 12, 12)
        seeded(self)
        self.norm.running_mean = torch.randn(4, generator=torch.Generator().manual_seed(1))
        self.norm.running_var = torch.rand(4, generator=torch.Generator().manual_seed(1)) + 0.5

    def forward(self, image: Tensor) -> Tensor:
        self.calls += 1
        inner = self.drop(functional.relu(self.norm(self.first(image)), inplace=True))
        return self.doors(self.burst(self.last(inner)))


def weathered() -> Any:
    net = Weathered().train()
    net.norm.eval()
    net.first.weight.requires_grad_(False)
    net.last.weight.grad = torch.full_like(net.last.weight, 0.25)
    net.first.register_forward_hook(lambda module, inputs, output: None)
    net.last.register_full_backward_hook(lambda module, before, after: None)
    return net


def traces(net: nn.Module) -> dict[str, Any]:
    """Everything that a borrower could have left behind."""
    return {
        "state": {name: values.clone() for name, values in net.state_dict().items()},
        "identity": {name: id(values) for name, values in net.named_parameters()},
        "storage": {name: values.data_ptr() for name, values in net.state_dict().items()},
        "strides": {name: values.stride() for name, values in net.state_dict().items()},
        "training": {name: module.training for name, module in net.named_modules()},
        "requires_grad": {name: values.requires_grad for name, values in net.named_parameters()},
        "grad": {name: None if p.grad is None else p.grad.clone() for name, p in net.named_parameters()},
        "hooks": {
            name: [len(getattr(module, kind)) for kind in vars(nn.Module()) if kind.endswith("_hooks")]
            for name, module in net.named_modules()
        },
        "attributes": {name: sorted(vars(module)) for name, module in net.named_modules()},
        "classes": {name: type(module) for name, module in net.named_modules()},
    }


def assert_same(before: Any, after: Any, path: str = "") -> None:
    if isinstance(before, dict):
        assert before.keys() == after.keys(), path
        for key in before:
            assert_same(before[key], after[key], f"{path}/{key}")
    elif isinstance(before, Tensor):
        assert isinstance(after, Tensor) and torch.equal(before, after), path
    else:
        assert before == after, path


def test_the_traces_see_each_kind_of_damage() -> None:
    def damages() -> Iterator[Any]:
        yield lambda net: net.drop.eval()
        yield lambda net: net.last.weight.data.mul_(1.001)
        yield lambda net: net.last.requires_grad_(False)
        yield lambda net: net.zero_grad()
        yield lambda net: net.last.register_forward_pre_hook(lambda *a: None)
        yield lambda net: net.calls.add_(1)
        yield lambda net: net.to(memory_format=torch.channels_last)

    for damage in damages():
        net = weathered()
        before = traces(net)
        damage(net)
        with pytest.raises(AssertionError):
            assert_same(before, traces(net))


def test_a_finished_ascent_leaves_the_model_as_it_was() -> None:
    net = weathered()
    before = traces(net)
    result = vw.maximize(net, vw.channel("last", 1) - vw.total_variation(), **QUICK)
    assert len(result.steps) == 4
    assert_same(before, traces(net))


def test_an_ascent_that_is_left_half_way_leaves_the_model_as_it_was() -> None:
    net = weathered()
    before = traces(net)
    steps = vw.ascend(net, vw.channel("first", 0), **QUICK)
    next(steps), next(steps)
    assert_same(before, traces(net))
    steps.close()
    assert_same(before, traces(net))


def test_an_exception_in_the_network_leaves_the_model_as_it_was() -> None:
    net = weathered()
    before = traces(net)
    run = vw.AscentRun(net, vw.unit("last", (0,)), vw.AscentSettings(precision="float32"))
    run._probe._model.last.forward = None  # type: ignore[union-attr]
    with pytest.raises(TypeError):
        run.step()
    assert_same(before, traces(net))
    Doors.closed = True
    with pytest.raises(RuntimeError, match="must not run"):
        vw.list_layers(net)
    assert_same(before, traces(net))


def test_nan_leaves_the_model_as_it_was() -> None:
    net = weathered()
    net.burst.limit = 1e-3
    before = traces(net)
    result = vw.maximize(net, vw.channel("burst", 1), **QUICK)
    assert result.verdict.name == "diverged"
    assert_same(before, traces(net))


def test_refused_arguments_leave_the_model_as_it_was() -> None:
    net = weathered()
    before = traces(net)
    for objective in (vw.channel("last", 99), vw.channel("lost", 1), vw.class_score(0)):
        with pytest.raises(ValueError):
            vw.maximize(net, objective, **QUICK)
        assert_same(before, traces(net))


def test_a_model_in_train_mode_gives_the_image_that_it_gives_in_eval_mode() -> None:
    net = weathered()
    images = [vw.maximize(net.train(mode), vw.channel("last", 1), **QUICK).image for mode in (True, False)]
    assert torch.equal(images[0], images[1])


def test_an_ascent_inside_no_grad_is_the_same() -> None:
    net = small_net()
    outside = vw.maximize(net, vw.channel("3", 1), **QUICK).image
    with torch.no_grad():
        assert torch.equal(vw.maximize(net, vw.channel("3", 1), **QUICK).image, outside)
    assert float((outside - 0.5).abs().max()) > 0.05


def test_a_model_that_keeps_its_activations_can_be_borrowed() -> None:
    class Keeper(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = seeded(nn.Conv2d(3, 2, 3))
            self.kept: Tensor | None = None
            self.all_kept: list[Tensor] = []
            self.input_shape = (3, 8, 8)

        def forward(self, image: Tensor) -> Tensor:
            self.kept = self.body(image)
            self.all_kept.append(self.kept)
            return self.kept

    net = Keeper()
    net(torch.rand(1, 3, 8, 8))
    kept = net.kept
    result = vw.maximize(net, vw.channel("body", 1), **QUICK)
    assert result.verdict.name != "diverged"
    assert kept is not None and kept.grad_fn is not None


def test_only_the_part_that_is_needed_runs() -> None:
    net: Any = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), Doors(), nn.Conv2d(4, 4, 3), Doors())
    net.input_shape = (3, 12, 12)
    run = vw.AscentRun(net, vw.channel("0", 1), vw.AscentSettings(precision="float32"))
    Doors.closed, Doors.passed = True, 0
    run.step()
    assert Doors.passed == 0
    with pytest.raises(RuntimeError, match="must not run"):
        vw.AscentRun(net, vw.channel("3", 1), vw.AscentSettings(precision="float32")).step()


def test_weights_get_no_gradient_and_the_probe_gives_what_the_model_computes() -> None:
    net = FunctionalNet(inplace=True)
    image = torch.rand(2, 3, 12, 12, requires_grad=True)
    probe = Probe(net)
    outputs = probe(image, ("first", "second", "third"))
    with torch.no_grad():
        first = net.first(image)
        second = net.second(first.relu())
        third = net.third((second + first.relu()).relu())
    for name, expected in (("first", first), ("second", second), ("third", third)):
        assert torch.allclose(outputs[name], expected, atol=1e-5), name
    outputs["third"].sum().backward()
    assert all(not parameter.requires_grad for parameter in probe._model.parameters())
    assert image.grad is not None and float(image.grad.abs().sum()) > 0


@pytest.mark.parametrize("inplace", [True, False])
def test_a_layer_before_an_inplace_relu_keeps_its_negative_values(inplace: bool) -> None:
    net = small_net(inplace=inplace)
    image = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        expected = {"0": net[0](image), "3": small_net()[:4](image)}
    outputs = Probe(net)(image, ("0", "1", "3", "4", "output"))
    assert float(expected["0"].min()) < 0 and float(expected["3"].min()) < 0
    for name, layer in (("0", "0"), ("1", "0"), ("3", "3"), ("4", "3")):
        assert torch.allclose(outputs[name], expected[layer], atol=1e-5), name
    assert torch.allclose(outputs["output"], small_net()(image), atol=1e-5)


def test_of_a_module_that_is_used_again_the_first_call_counts() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.last = seeded(nn.Conv2d(3, 3, 3)), seeded(nn.Conv2d(3, 1, 1))

        def forward(self, image: Tensor) -> Tensor:
            return self.last(self.body(self.body(image).relu_()))

    net, image = Twice(), torch.rand(1, 3, 8, 8)
    outputs = Probe(net)(image, ("body", "last"))
    assert torch.allclose(outputs["body"], net.body(image), atol=1e-5)
    assert torch.allclose(outputs["last"], net(image), atol=1e-5)


def test_a_dict_output_does_not_hinder_a_layer() -> None:
    net = DictNet()
    result = vw.maximize(net, vw.channel("body", 2), **QUICK, jitter=0, rotate=0.0, scale=0.0)
    with torch.no_grad():
        expected = float(net(result.image)["logits"][0, 2])
    assert float(result.steps[-1].activation) == pytest.approx(expected, rel=1e-3)
    assert float(result.steps[-1].activation) > float(result.steps[0].activation)


def test_a_probe_of_a_layer_that_the_forward_pass_leaves_out_says_so() -> None:
    net = FunctionalNet()
    net.spare = nn.Conv2d(3, 3, 1)
    with pytest.raises(ValueError, match="does not come by layer 'spare'"):
        Probe(net)(torch.rand(1, 3, 12, 12), ("spare",))


def test_a_wrapped_network_is_found_by_its_inner_names() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = small_net()
            self.input_shape = (3, 16, 16)
            self.aliases = {"3": "second"}

        def forward(self, image: Tensor) -> Tensor:
            return self.network((image - 0.5) / 0.25)

    net, image = Outer(), torch.rand(1, 3, 16, 16)
    bound = vw.channel("second", 1).bind(net)
    expected = net.network[:4]((image - 0.5) / 0.25)
    assert torch.allclose(Probe(net)(image, bound.layer_names)["3"], expected, atol=1e-5)


def test_bfloat16_is_near_float32_and_is_not_float32() -> None:
    net, image = small_net(), torch.rand(4, 3, 16, 16)
    exact, rough = (Probe(net, kind)(image, ("3",))["3"].float() for kind in ("float32", "bfloat16"))
    difference = float((rough - exact).norm() / exact.norm())
    assert 1e-4 < difference < 0.02
    assert all(values.dtype == torch.float32 for values in net.parameters())


def test_the_precision_that_was_used_is_recorded() -> None:
    net = small_net()
    usual = "bfloat16" if has_bfloat16(torch.device("cpu")) else "float32"
    for wanted, used in (("auto", usual), ("float32", "float32"), ("bfloat16", "bfloat16")):
        result = vw.maximize(net, vw.channel("3", 1), num_steps=1, precision=wanted)
        assert result.record["precision"] == used
    with pytest.raises(ValueError, match="auto, float32, bfloat16; got 'float64'"):
        choose_precision("float64", torch.device("cpu"))


def test_a_measurement_is_in_float32_without_transforms_whatever_the_run_uses() -> None:
    net = small_net()
    run = vw.AscentRun(net, vw.channel("3", 1) - vw.p_norm(), vw.AscentSettings(precision="bfloat16"))
    run.step()
    image = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        expected = net[:4](image)[:, 1].mean(dim=(1, 2))
    assert torch.allclose(run.measure(image), expected, atol=1e-6)


def test_a_copy_made_for_the_probe_does_not_follow_later_training() -> None:
    net = small_net()
    probe, image = Probe(net), torch.rand(1, 3, 16, 16)
    before = probe(image, ("3",))["3"].clone()
    twin = copy.deepcopy(net)
    seeded(net, seed=9)
    assert not torch.allclose(net[:4](image), twin[:4](image))
    assert torch.equal(probe(image, ("3",))["3"], before)
