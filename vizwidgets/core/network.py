"""A private copy of a network that runs only as far as it is asked to, and only towards the image.

The copy holds the weights as they are when it is made (in bfloat16 where that is faster), has no weight
gradients and keeps the model itself untouched: modes, gradients and hooks stay as they are, whatever happens.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .folding import fold_batch_norm, unfold
from .last_convolution import LastConvolution, Outputs, is_separable
from .layers import Shape, device_of, find_module
from .measures import OUTPUT
from .private_copy import private_copy
from .weights import has_batch_norm
from .whole_numbers import whole_number
from .winograd import hasten

PRECISIONS = ("auto", "float32", "bfloat16")


def choose_precision(wanted: str, device: torch.device) -> str:
    """Return "bfloat16" or "float32"; "auto" is bfloat16 where the processor multiplies in it.

    Raises
    ------
    ValueError
        If it is none of the three words.
    """
    if wanted not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; got {wanted!r}.")
    if wanted != "auto":
        return wanted
    return "bfloat16" if has_bfloat16(device) else "float32"


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 numbers in hardware."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    if platform.machine().lower() in ("arm64", "aarch64"):
        return platform.system() != "Darwin" and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    asks = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    return any(getattr(torch.cpu, ask, lambda: False)() for ask in asks)


class _Reached(Exception):  # noqa: N818 - not an error: every layer that was asked for has answered
    pass


class Probe:
    """Runs a network up to the layers that are asked for.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is copied, not changed.
    precision : str
        "float32" or "bfloat16" for the weights and products; the image stays float32.
    is_brief : bool
        Whether it is for a single gradient, at once: Winograd's filters, which pay from the second on, are
        left out, and some weights are the model's own.
    """

    def __init__(self, model: nn.Module, precision: str = "float32", *, is_brief: bool = False) -> None:
        self.device, self.precision = device_of(model), precision
        dtype = torch.bfloat16 if precision == "bfloat16" else None
        self._model = _copy_to_run(model, dtype, is_brief)
        if dtype is None and not is_brief:
            hasten(self._model)
        self._is_coarse = dtype is not None  # too coarse for folding
        self._tried: set[tuple[int | None, ...]] = set()  # shapes

    @property
    def network(self) -> nn.Module:
        """The private copy that is run; who hangs a hook on it takes it off again."""
        return self._model

    def module(self, layer: str) -> nn.Module:
        """Return the module of a layer, and see to it that it computes its own output.

        Raises
        ------
        ValueError
            If there is no such layer.
        """
        _, module = find_module(self._model, layer)
        unfold(self._model, module)
        return module

    def fold(self, shape: Shape) -> bool:
        """Fold batch normalization into the convolutions before it, with equal values (`fold_batch_norm`).

        That takes about as long as a few gradients: it pays where many follow. The second time for a shape
        does nothing.

        Parameters
        ----------
        shape : tuple of int
            (C, H, W) of the images.

        Returns
        -------
        bool
            Whether anything was folded now.

        Raises
        ------
        ValueError
            If no image has such a shape.
        """
        sides = tuple(map(whole_number, shape)) if isinstance(shape, Sequence) else ()
        if len(sides) != 3 or any(side is None or side < 1 for side in sides):
            raise ValueError(f"shape must be (C, H, W) of the images, such as (3, 224, 224); got {shape!r}.")
        if self._is_coarse or sides in self._tried or not has_batch_norm(self._model):
            return False
        self._tried.add(sides)
        return bool(fold_batch_norm(self._model, shape))

    def __call__(self, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Return the output of each layer (before a ReLU that is a layer of its own).

        Raises
        ------
        ValueError
            If the forward pass does not come by a layer, or the output is not a tensor.
        """
        outputs: dict[str, Tensor] = {}
        wanted = [name for name in layers if name != OUTPUT]
        for name in wanted:
            self.module(name)
        result = self._run(image, [self._listen(name, outputs, layers) for name in wanted])
        if OUTPUT in layers:
            outputs[OUTPUT] = _as_tensor(result)
        for name in wanted:
            if name not in outputs:
                raise ValueError(f"the forward pass does not come by layer {name!r}.")
        return outputs

    def sparing(self, image: Tensor, layers: Sequence[str]) -> Outputs:
        """Return the same, but of a convolution that is the only layer what its filters need (`maps_of`)."""
        module = self.module(layers[0]) if layers[0] != OUTPUT else None
        if len(layers) > 1 or module is None or not is_separable(module):
            return self(image, layers)
        reached: list[Tensor] = []

        def stop(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            reached.append(inputs[0])
            raise _Reached

        self._run(image, [module.register_forward_pre_hook(stop)])
        return {layers[0]: LastConvolution(reached[0], module)} if reached else self(image, layers)

    def _run(self, image: Tensor, hooks: Sequence[Any]) -> Any:
        try:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16"):
                return self._model(image)
        except _Reached:
            return None
        finally:
            for hook in hooks:
                hook.remove()

    def _listen(self, name: str, outputs: dict[str, Tensor], layers: Sequence[str]) -> Any:
        _, module = find_module(self._model, name)

        def keep(_: nn.Module, inputs: tuple[Tensor, ...], output: Any = None) -> None:
            if name in outputs:
                return  # a module that is used again: its first call counts
            outputs[name] = inputs[0] if output is None else output
            if all(layer in outputs for layer in layers):
                raise _Reached
            outputs[name] = outputs[name].clone()  # what follows may overwrite it in place

        if isinstance(module, (nn.ReLU, nn.ReLU6)):
            return module.register_forward_pre_hook(keep)
        return module.register_forward_hook(keep)


def _as_tensor(output: Any) -> Tensor:
    if isinstance(output, Tensor):
        return output
    keys = f" with keys {', '.join(map(repr, output))}" if isinstance(output, dict) else ""
    raise ValueError(
        f"the model returns a {type(output).__name__}{keys}, not a tensor of class scores; "
        "say which part is meant: vw.wrap(module, output='logits')."
    )


def _copy_to_run(model: nn.Module, dtype: torch.dtype | None, is_brief: bool) -> nn.Module:
    """Copy the network with weights in the layout, and products in the precision, that run fastest.

    They are of this time, whatever the model learns meanwhile; a brief copy is gone before it can.
    """
    is_product = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, (nn.Conv2d, nn.Linear))
        for parameter in module.parameters(recurse=False)
    }

    def converted(parameter: nn.Parameter) -> Tensor:
        values = parameter.detach()
        if dtype is not None and id(parameter) in is_product:
            values = values.to(dtype)
        if values.dim() == 4:
            return values.clone(memory_format=torch.channels_last)
        return values if is_brief else values.clone()

    return private_copy(model, converted)
