"""Classes of a classifier: from a name to its index, from an output to its scores."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from .layers import nearest
from .whole_numbers import whole_number


def find_class(model: nn.Module, target: int | str) -> int:
    """Return the index of a class that is given by name or index.

    Raises
    ------
    ValueError
        If the model has no classes, or not this one, or it is neither a name nor a whole number; the message
        names the nearest ones.
    """
    reason = getattr(model, "no_classes", "")
    if reason:
        raise ValueError(reason)
    names = getattr(model, "class_names", None)
    if isinstance(target, str):
        return _find_name(target, names, getattr(model, "synonyms", {}))
    number = whole_number(target)
    if number is None:
        raise ValueError(f"a class must be given by its name or index, a whole number; got {target!r}.")
    if number < 0 or (names is not None and number >= len(names)):
        wanted = "0 or more" if names is None else f"in 0..{len(names) - 1}"
        raise ValueError(f"class must be {wanted}; got {number}.")
    return number


def _find_name(text: str, names: Any, synonyms: Any) -> int:
    if names is None:
        raise ValueError(
            f"this model has no class names, so {text!r} cannot be found; give the index of the class, "
            "or the names: vw.wrap(module, class_names=[...])."
        )
    index = {name.lower(): number for name, number in dict(synonyms).items()}
    index.update({name.lower(): number for number, name in reversed(list(enumerate(names)))})
    if text.lower() in index:
        return index[text.lower()]
    raise ValueError(
        f"no class named {text!r}; {nearest(text, list(index))}model.class_names lists all {len(names)}."
    )


def class_scores(output: Tensor, targets: tuple[Any, ...]) -> Tensor:
    """Pick from each image the score of its own class: (N, classes) to (N,).

    Raises
    ------
    ValueError
        If the output is not one score per class, or there are fewer classes.
    """
    if output.dim() != 2:
        raise ValueError(
            f"a class score needs an output (N, classes), but this model returns {tuple(output.shape)}; "
            "use vw.channel(layer, channel) for feature maps."
        )
    if max(targets) >= output.shape[1]:
        raise ValueError(f"class must be in 0..{output.shape[1] - 1}; got {max(targets)}.")
    columns = output.new_tensor(targets).long().expand(len(output))
    return output.gather(1, columns[:, None])[:, 0]
