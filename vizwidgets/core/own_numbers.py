"""Random numbers of one's own, where code that is not ours draws from torch's.

torch has one generator for the whole process. To seed it for a while and to put it back would change what
another thread draws meanwhile, and would let that thread change what is drawn here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Generator, Tensor
from torch.overrides import TorchFunctionMode

# What takes a generator: in place, new tensors, and those of torch.nn.init that torch hands over whole.
IN_PLACE = "uniform_ normal_ random_ bernoulli_ exponential_ cauchy_ geometric_ log_normal_".split()
NEW = "rand randn randint randperm normal bernoulli multinomial".split()
DRAWS = {*IN_PLACE, *NEW, "kaiming_uniform_"}
LIKE: dict[str, Callable[..., Tensor]] = {"rand_like": Tensor.uniform_, "randn_like": Tensor.normal_}


class OwnNumbers(TorchFunctionMode):
    """Let torch draw from generators of its own inside the ``with`` block, in this thread only.

    What takes no generator, such as dropout, draws from torch's own numbers as ever.

    Parameters
    ----------
    seed : int
        Of the generators, one for each device.

    Examples
    --------
    >>> with OwnNumbers(7):
    ...     first = torch.nn.Linear(3, 2).weight
    >>> with OwnNumbers(7):
    ...     torch.equal(torch.nn.Linear(3, 2).weight, first)
    True
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._generators: dict[torch.device, Generator] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Add the generator where torch would take its own."""
        kwargs, name = kwargs or {}, getattr(func, "__name__", "")
        if name in LIKE:
            empty = torch.empty_like(*args, **kwargs)
            return LIKE[name](empty, generator=self._of(empty))
        if name in DRAWS and kwargs.get("generator") is None:
            kwargs = {**kwargs, "generator": self._of(*args, *kwargs.values(), device=kwargs.get("device"))}
        return func(*args, **kwargs)

    def _of(self, *values: Any, device: Any = None) -> Generator:
        """Return the generator of the device on which the numbers are to be."""
        tensor = next((value for value in values if isinstance(value, Tensor)), None)
        place = torch.empty(0, device=device).device if tensor is None else tensor.device
        if place not in self._generators:
            self._generators[place] = Generator(place).manual_seed(self._seed)
        return self._generators[place]
