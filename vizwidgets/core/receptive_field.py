"""Receptive field and stride of every tensor in a forward pass.

A unit that reads k neighbours at distance d, whose inputs lie s pixels apart and see r pixels each, sees
r + (k - 1) · d · s pixels; a padding of p units lets its first input begin p · s pixels earlier. The tracker
applies these rules to each operation as torch executes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten


Pair = tuple[int, int]  # along the rows, along the columns


@dataclass(frozen=True)
class Field:
    """What the units of a map see of the image.

    Parameters
    ----------
    sides : (int, int) or None
        Height and width of the receptive field in pixels; None: the whole image.
    strides : (int, int)
        Pixels of the image between neighbouring units.
    starts : (int, int)
        First row and column that the unit (0, 0) sees; negative inside of a padding.

    Examples
    --------
    >>> padded = Field((1, 1), (1, 1)).window((3, 3), (2, 2), padding=(1, 1))
    >>> padded.seen((0, 2), (28, 28))
    (slice(0, 2, None), slice(3, 6, None))
    """

    sides: Pair | None
    strides: Pair
    starts: Pair = (0, 0)

    @property
    def size(self) -> int | None:
        """Longer side of the receptive field in pixels; None: the whole image."""
        return None if self.sides is None else max(self.sides)

    @property
    def stride(self) -> int:
        """Longer stride in pixels."""
        return max(self.strides)

    def seen(self, place: Pair, image_size: Pair) -> tuple[slice, slice]:
        """Return the rows and columns of an image that the unit at (row, column) sees, cut at the border."""
        if self.sides is None:
            return slice(0, image_size[0]), slice(0, image_size[1])
        starts = (self.starts[i] + place[i] * self.strides[i] for i in (0, 1))
        rows, columns = (_cut(*along) for along in zip(starts, self.sides, image_size, strict=True))
        return rows, columns

    def window(self, kernel: Pair, stride: Pair, dilation: Pair = (1, 1), padding: Pair = (0, 0)) -> Field:
        """Return the field after sliding a window over the map."""
        if self.sides is None:
            return self
        height, width = (self.sides[i] + (kernel[i] - 1) * dilation[i] * self.strides[i] for i in (0, 1))
        strides = self.strides[0] * stride[0], self.strides[1] * stride[1]
        return Field((height, width), strides, self.shifted((-padding[0], -padding[1])).starts)

    def shifted(self, units: Pair) -> Field:
        """Return the field of a map whose first unit is another one of this map, or lies before it."""
        top, left = (self.starts[i] + units[i] * self.strides[i] for i in (0, 1))
        return Field(self.sides, self.strides, (top, left))

    def join(self, other: Field) -> Field:
        """Return the field of a value that reads both."""
        strides = _larger(self.strides, other.strides)
        if self.sides is None or other.sides is None:
            return Field(None, strides)
        starts = min(self.starts[0], other.starts[0]), min(self.starts[1], other.starts[1])
        bottom, right = _larger(self._ends(self.sides), other._ends(other.sides))
        return Field((bottom - starts[0], right - starts[1]), strides, starts)

    def _ends(self, sides: Pair) -> Pair:
        return self.starts[0] + sides[0], self.starts[1] + sides[1]


def _cut(start: int, side: int, length: int) -> slice:
    first = min(max(start, 0), length - 1)  # a unit that sees nothing but padding: the nearest pixel
    return slice(first, max(first + 1, min(start + side, length)))


def _larger(one: Pair, other: Pair) -> Pair:
    return max(one[0], other[0]), max(one[1], other[1])


WHOLE = Field(None, (1, 1))
POINTWISE_KEEPERS = {"native_batch_norm", "_native_batch_norm_legit_no_training", "cudnn_batch_norm"}
POOLS = {"max_pool2d", "max_pool2d_with_indices", "avg_pool2d", "mkldnn_max_pool2d"}
PADS = {"constant_pad_nd", "reflection_pad2d", "replication_pad2d"}
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
        self._note(image, Field((1, 1), (1, 1)))

    def field(self, tensor: Tensor) -> Field:
        """Return the field of a tensor of this pass."""
        return self._fields.get(id(tensor), WHOLE)

    def _note(self, tensor: Tensor, field: Field) -> None:
        self._fields[id(tensor)] = field
        self._alive.append(tensor)

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Keep torch from importing its compiler, for a second, only to tell it to stay away."""
        return False

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
        kernel, stride = _pair(args[1]), _pair(args[2] if len(args) > 2 and args[2] else args[1])
        padding = _pair(args[3]) if len(args) > 3 else (0, 0)
        dilation = _pair(args[4]) if "max" in name and len(args) > 4 else (1, 1)
        return field.window(kernel, stride, dilation, padding)
    if name in PADS:
        left, _, top, _ = (*args[1], 0, 0, 0, 0)[:4]
        return field.shifted((-top, -left))
    if name == "slice" and args[1] in (2, 3, -2, -1):
        return _after_slice(field, *args)
    if name in POINTWISE_KEEPERS or not any(mixer in name for mixer in MIXERS):
        return field
    return WHOLE


def _after_convolution(field: Field, args: tuple[Any, ...]) -> Field:
    weight, stride, dilation = args[1], _pair(args[3]), _pair(args[5])
    is_transposed = len(args) > 6 and args[6]
    if is_transposed or weight.dim() != 4:
        return WHOLE
    return field.window(_pair(weight.shape[2:]), stride, dilation, _pair(args[4]))


def _after_slice(
    field: Field, values: Tensor, dim: int, start: int | None = None, end: int | None = None, step: int = 1
) -> Field:
    """Return the field after ``x[:, :, start:end:step]``, or the same along the columns."""
    first, _, _ = slice(start, None).indices(values.shape[dim])
    is_row = dim % 4 == 2
    strides = (
        (field.strides[0] * step, field.strides[1]) if is_row else (field.strides[0], field.strides[1] * step)
    )
    return Field(field.sides, strides, field.shifted((first, 0) if is_row else (0, first)).starts)


def _pair(value: Any) -> Pair:
    return (int(value[0]), int(value[-1])) if isinstance(value, (list, tuple)) else (int(value), int(value))
