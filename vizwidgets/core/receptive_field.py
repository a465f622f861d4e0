"""Receptive field and stride of every tensor in a forward pass.

A unit that reads k neighbours at distance d, whose inputs lie s pixels apart and see r pixels each, sees
r + (k - 1) · d · s pixels. The tracker applies this rule to each operation as torch executes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten


@dataclass(frozen=True)
class Field:
    """Side of the receptive field in pixels (None: the whole image) and stride in pixels."""

    size: int | None
    stride: int

    def window(self, kernel: int, stride: int, dilation: int = 1) -> Field:
        """Return the field after sliding a window over the map."""
        if self.size is None:
            return self
        return Field(self.size + (kernel - 1) * dilation * self.stride, self.stride * stride)

    def join(self, other: Field) -> Field:
        """Return the field of a value that reads both."""
        whole = self.size is None or other.size is None
        size = None if whole else max(self.size or 0, other.size or 0)
        return Field(size, max(self.stride, other.stride))


WHOLE = Field(None, 1)
POINTWISE_KEEPERS = {"native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm"}
POOLS = {"max_pool2d", "max_pool2d_with_indices", "avg_pool2d", "mkldnn_max_pool2d"}
MIXERS = ("linear", "mm", "bmm", "adaptive", "mean", "sum", "softmax", "view", "reshape", "native_layer_norm",
          "native_group_norm", "var_mean", "roll", "permute", "upsample", "fft", "attention")  # fmt: skip


class FieldTracker(TorchDispatchMode):
    """Follow the receptive field through each operation inside the ``with`` block."""

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[int, Field] = {}
        self._alive: list[Tensor] = []  # an id must not be given to a second tensor

    def start(self, image: Tensor) -> None:
        """Give the image itself a field of one pixel."""
        self._note(image, Field(1, 1))

    def field(self, tensor: Tensor) -> Field:
        """Return the field of a tensor of this pass."""
        return self._fields.get(id(tensor), WHOLE)

    def _note(self, tensor: Tensor, field: Field) -> None:
        self._fields[id(tensor)] = field
        self._alive.append(tensor)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        output = func(*args, **kwargs)
        inputs = [self._fields[id(leaf)] for leaf in tree_leaves((args, kwargs)) if id(leaf) in self._fields]
        if inputs:
            joined = inputs[0]
            for field in inputs[1:]:
                joined = joined.join(field)
            name = func.overloadpacket._qualified_op_name.split("::")[-1]
            field = _after(name, joined, args)
            for leaf in tree_leaves(output):
                if isinstance(leaf, Tensor):
                    self._note(leaf, field)
        return output


def _after(name: str, field: Field, args: tuple[Any, ...]) -> Field:
    """Return the field after one operation."""
    if "convolution" in name or name.startswith("conv"):
        return _after_convolution(field, args)
    if name in POOLS:
        kernel, stride = _first(args[1]), _first(args[2]) if len(args) > 2 and args[2] else _first(args[1])
        dilation = _first(args[4]) if name.startswith("max") and len(args) > 4 else 1
        return field.window(kernel, stride, dilation)
    if name in POINTWISE_KEEPERS or not any(mixer in name for mixer in MIXERS):
        return field
    return WHOLE


def _after_convolution(field: Field, args: tuple[Any, ...]) -> Field:
    weight, stride, dilation = args[1], _first(args[3]), _first(args[5])
    is_transposed = len(args) > 6 and args[6]
    if is_transposed or weight.dim() != 4:
        return WHOLE
    return field.window(max(weight.shape[2:]), stride, dilation)


def _first(value: Any) -> int:
    return int(value[0]) if isinstance(value, (list, tuple)) else int(value)
