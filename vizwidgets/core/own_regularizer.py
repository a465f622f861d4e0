"""A regularizer of one's own: any differentiable function of the image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from .last_convolution import Outputs
from .measures import Measure, number_code
from .own_function import ImageFunction, call, name_of, value_and_gradient


@dataclass(frozen=True)
class OwnRegularizer(Measure):
    """What a function of one's own says of each image.

    Parameters
    ----------
    function : callable
        Images (N, C, H, W) to (N,) numbers, differentiable.
    name : str
        Under which the term stands in curves, verdicts and records.
    """

    function: ImageFunction
    name: str
    kind: ClassVar[str] = "own"
    is_regularizer: ClassVar[bool] = True

    @property
    def title(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """How messages call the function."""
        own = name_of(self.function)
        return f"your function {own}" + ("" if own == self.name else f" (as {self.name})")

    def value(self, image: Tensor, outputs: Outputs) -> Tensor:
        return call(self.function, image, self.words)

    def value_and_gradient(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Return the value (N,) and its gradient (N, C, H, W), both checked."""
        return value_and_gradient(self.function, image, self.words)

    def code(self, weight: float) -> str:
        own = name_of(self.function)
        name = "" if own == self.name else f", name={self.name!r}"
        sign = "-" if number_code(weight).startswith("-") else ""
        return f"{sign}vw.regularizer({own}, weight={number_code(abs(weight))}{name})"

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "function": name_of(self.function)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], functions: Mapping[str, ImageFunction]) -> OwnRegularizer:
        name = str(values["name"])
        if name not in functions:
            raise ValueError(
                f"as {name} the run used a function of its author's own, {values.get('function')}, which no "
                f"record can hold; give it: vw.replay(record, model, functions={{{name!r}: the_function}})."
            )
        return cls(functions[name], name)


def own_functions(measures: Iterable[Measure]) -> dict[str, ImageFunction]:
    """Return the functions of one's own among measures by the name of their terms.

    Raises
    ------
    ValueError
        If a name stands for two functions, or for a regularizer of ours as well.
    """
    found: dict[str, Measure] = {}
    for measure in measures:
        known = found.setdefault(measure.title, measure)
        if known != measure and "own" in (known.kind, measure.kind):
            raise ValueError(
                f"two regularizers are called {measure.title!r}; give yours a name of its own: "
                f"vw.regularizer(function, name='my_{measure.title}')."
            )
    return {name: one.function for name, one in found.items() if isinstance(one, OwnRegularizer)}
