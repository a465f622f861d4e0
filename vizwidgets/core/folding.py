"""Batch normalization that disappears into the convolution before it.

With fixed statistics it multiplies each channel by a number and adds another, as the convolution could have
done itself:

    γ (w · x + b - μ) / √(σ² + ε) + β = (s w) · x + (s (b - μ) + β)   with s = γ / √(σ² + ε)

For EfficientNet-Lite0 that is almost half the time of a gradient. It is done only where nobody else was seen
to read the convolution's output or weights in the forward pass of one random image. That holds for networks
that do the same for all images; one that takes another way for some of them is beyond it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from .layers import Shape, device_of
from .own_numbers import OwnNumbers
from .private_copy import private_copy
from .winograd import WinogradConvolution

TOLERANCE = 1e-5  # of the largest output
# What can be folded into what, and how many axes the values between them have.
KINDS: dict[type[nn.Module], tuple[type[nn.Module], int]] = {
    nn.Linear: (nn.BatchNorm1d, 2),
    nn.Conv1d: (nn.BatchNorm1d, 3),
    nn.Conv2d: (nn.BatchNorm2d, 4),
    WinogradConvolution: (nn.BatchNorm2d, 4),
    nn.Conv3d: (nn.BatchNorm3d, 5),
    nn.ConvTranspose1d: (nn.BatchNorm1d, 3),
    nn.ConvTranspose2d: (nn.BatchNorm2d, 4),
    nn.ConvTranspose3d: (nn.BatchNorm3d, 5),
}
NORMS = tuple({norm for norm, _ in KINDS.values()})
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class _Folded:
    """Stands before a batch normalization's class once the convolution does its work.

    The module keeps its name, its weights and its statistics; only its forward pass is another.
    """

    _source: tuple[nn.Module, Tensor, Tensor | None]

    def forward(self, input: Tensor) -> Tensor:
        """Return the values as they are."""
        return input


class FoldedBatchNorm1d(_Folded, nn.BatchNorm1d):
    """A `BatchNorm1d` whose work another layer does."""


class FoldedBatchNorm2d(_Folded, nn.BatchNorm2d):
    """A `BatchNorm2d` whose work another layer does."""


class FoldedBatchNorm3d(_Folded, nn.BatchNorm3d):
    """A `BatchNorm3d` whose work another layer does."""


_FOLDED = {folded.__mro__[2]: folded for folded in (FoldedBatchNorm1d, FoldedBatchNorm2d, FoldedBatchNorm3d)}


@torch.no_grad()
def fold_batch_norm(network: nn.Module, shape: Shape) -> tuple[str, ...]:
    """Fold batch normalizations into the convolutions or linear layers before them, in place.

    All is tried on a twin first: if its outputs for a random image differ by more than `TOLERANCE`, the
    network stays as it is.

    Parameters
    ----------
    network : nn.Module
        A private copy in eval mode; its weights may not change afterwards.
    shape : tuple of int
        (C, H, W) of the images that it will see.

    Returns
    -------
    tuple of str
        The batch normalizations that have been folded.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU()).eval()
    >>> fold_batch_norm(network, (3, 8, 8))
    ('1',)
    """
    twin = private_copy(network)
    try:
        with OwnNumbers(0):  # a network may draw some, which are not ours to take
            pairs = _tried(twin, _random_image(network, shape))
    except Exception:  # it can not run on such an image, or looks at its own parts
        return ()
    for source, norm in pairs:
        _fold(network.get_submodule(source), network.get_submodule(norm))
    return tuple(norm for _, norm in pairs)


def _random_image(network: nn.Module, shape: Shape) -> Tensor:
    first = next((weight for weight in network.parameters() if weight.is_floating_point()), torch.empty(0))
    image = torch.rand(1, *shape, generator=torch.Generator().manual_seed(0))
    return image.to(device_of(network), first.dtype)


def _tried(twin: nn.Module, image: Tensor) -> list[tuple[str, str]]:
    """Fold what can be folded; return it, or nothing if the outputs are others."""
    expected, pairs = _pairs(twin, image.clone())  # some networks overwrite it
    for source, norm in pairs:
        _fold(twin.get_submodule(source), twin.get_submodule(norm))
    return pairs if pairs and _is_close(twin(image), expected) else []


def unfold(network: nn.Module, layer: nn.Module | None = None) -> None:
    """Give convolutions their own outputs back, in place.

    Parameters
    ----------
    network : nn.Module
        A network that went through `fold_batch_norm`.
    layer : nn.Module, optional
        The part of it whose output will be read; by default all of it is unfolded.
    """
    inside = set(network.modules() if layer is None else layer.modules())
    for module in list(network.modules()):
        if isinstance(module, _Folded) and (layer is None or module not in inside):
            source, weight, bias = module._source
            if source in inside:
                _give_weights(source, weight, bias)
                module.__class__ = type(module).__mro__[2]
                del module._source


def _fold(source: Any, norm: Any) -> None:
    """Let a convolution or linear layer do what the batch normalization behind it does."""
    weight, bias = source.weight, source.bias
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    if norm.weight is not None:
        scale = scale * norm.weight.double()
    shift = -norm.running_mean.double() * scale
    if norm.bias is not None:
        shift = shift + norm.bias.double()
    if bias is not None:
        shift = shift + bias.double() * scale
    norm._source = (source, weight, bias)  # inside a tuple, or torch would take it for a child
    norm.__class__ = _FOLDED[type(norm)]
    scaled = (weight.double() * _per_output(scale, source)).to(weight.dtype)
    _give_weights(source, nn.Parameter(scaled, False), nn.Parameter(shift.to(weight.dtype), False))


def _per_output(numbers: Tensor, source: Any) -> Tensor:
    """Shape one number per output channel so that it multiplies the weight."""
    weight = source.weight
    if not getattr(source, "transposed", False):
        return numbers.view(-1, *[1] * (weight.dim() - 1))
    by_group = numbers.view(source.groups, 1, -1).expand(-1, len(weight) // source.groups, -1)
    return by_group.reshape(*weight.shape[:2], *[1] * (weight.dim() - 2))


def _give_weights(source: Any, weight: Tensor, bias: Tensor | None) -> None:
    source.weight, source.bias = weight, bias
    vars(source).pop("_ahead", None)  # what Winograd's way has made of the weights before


def _is_close(found: Any, expected: Any) -> bool:
    pairs = list(zip(tree_leaves(found), tree_leaves(expected), strict=True))
    return all(_difference(one, other) <= TOLERANCE for one, other in pairs if isinstance(other, Tensor))


def _difference(found: Tensor, expected: Tensor) -> float:
    """Return the largest difference as a share of the largest value; NaN where there is a NaN."""
    if found.shape != expected.shape or not expected.numel():
        return 0.0 if found.shape == expected.shape else float("inf")
    difference, largest = (found - expected).abs().max(), expected.abs().max()
    return float(difference / largest) if largest > 0 else float(difference)


def _pairs(network: nn.Module, image: Tensor) -> tuple[Any, list[tuple[str, str]]]:
    """Run a network; return its output, and the names of what can be folded: (source, normalization)."""
    names = {module: name for name, module in network.named_modules()}
    with _Trace(list(names)) as trace:
        output = network(image)
    trace.note_returned(output)
    return output, [(names[source], names[norm]) for source, norm in trace.pairs()]


class _Trace(TorchDispatchMode):
    """Count, inside the ``with`` block, how often torch reads the tensors that folding would change."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        self._calls: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {}  # keeps them alive, and so their ids
        self._reads: Counter[int] = Counter()
        for module in modules:
            is_bare = not any(getattr(module, kind) for kind in HOOKS) and "forward" not in vars(module)
            if is_bare and type(module) in (*KINDS, *NORMS):
                module.register_forward_hook(self._note_call)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from importing its compiler, for a second, only to tell it to stay away."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        self._note_reads((args, kwargs))
        return func(*args, **kwargs)

    def _note_reads(self, values: Any) -> None:
        self._reads.update(id(leaf) for leaf in tree_leaves(values) if isinstance(leaf, Tensor))

    def _note_call(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self._calls.setdefault(module, []).append((inputs[0], output))
        self._reads[id(output)] = 0  # what had this number before is gone

    def note_returned(self, output: Any) -> None:
        """Take the network's output as one more reader."""
        self._note_reads(output)

    def pairs(self) -> Iterator[tuple[nn.Module, nn.Module]]:
        """Give the convolutions and normalizations that ran once, one after the other and for each other."""
        once = {module: calls[0] for module, calls in self._calls.items() if len(calls) == 1}
        makers = {id(output): module for module, (_, output) in once.items() if type(module) in KINDS}
        for norm, (given, _) in once.items():
            source = makers.get(id(given))
            if source is not None and _fits(source, norm, given) and self._are_alone(source, norm, given):
                yield source, norm

    def _are_alone(self, source: Any, norm: Any, between: Tensor) -> bool:
        read = [between, source.weight, source.bias, norm.running_mean, norm.running_var]
        return all(self._reads[id(tensor)] == 1 for tensor in read if tensor is not None)


def _fits(source: Any, norm: Any, between: Tensor) -> bool:
    if type(norm) is not KINDS[type(source)][0] or between.dim() != KINDS[type(source)][1]:
        return False
    if norm.running_mean is None or norm.running_var is None:
        return False
    return bool(source.weight.dtype == norm.running_mean.dtype == between.dtype)
