"""How many classes a new task has: as one says, as it has names, or as its labels show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from .whole_numbers import whole_number


def class_count(
    labels: Tensor,
    num_classes: Any = None,
    class_names: Sequence[str] | None = None,
    *,
    void: int | None = None,
    name: str = "data",
) -> int:
    """Return the number of classes of a task, 2 or more.

    Parameters
    ----------
    labels : Tensor
        Class ids of any shape.
    num_classes : int, optional
        As many as was said; by default as many as there are names, or as the highest label says.
    class_names : sequence of str, optional
        One per class.
    void : int, optional
        The label of what has no class.
    name : str
        What an error calls the data.

    Raises
    ------
    ValueError
        If number, names and labels do not fit each other.

    Examples
    --------
    >>> import torch
    >>> labels = torch.tensor([0, 2, 255])
    >>> class_count(labels, void=255), class_count(labels, 5, void=255)
    (3, 5)
    """
    known = labels if void is None else labels[labels != void]
    highest = int(known.max()) if known.numel() else 0
    names = None if class_names is None else check_class_names(class_names)
    if num_classes is None:
        count = max(highest + 1, 2) if names is None else len(names)
    else:
        count = check_num_classes(num_classes)
    if names is not None and len(names) != count:
        raise ValueError(f"num_classes is {count}, but class_names holds {len(names)}: give one of the two.")
    if count <= highest:
        what = "num_classes must be" if names is None else "class_names must hold"
        raise ValueError(
            f"{what} {highest + 1} or more, as labels of {name} go up to {highest}; got {count}. "
            "Are these the labels of this task?"
        )
    return count


def check_num_classes(num_classes: Any) -> int:
    """Return a number of classes as an int, or say what it must be.

    Raises
    ------
    ValueError
        If it is no whole number of 2 or more.
    """
    count = whole_number(num_classes)
    if count is None or count < 2:
        raise ValueError(f"num_classes must be a whole number of 2 or more; got {num_classes!r}.")
    return count


def check_class_names(class_names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of classes, each once.

    Raises
    ------
    ValueError
        If they are a single text, or two are the same.

    Examples
    --------
    >>> check_class_names(["cat", "dog"])
    ('cat', 'dog')
    """
    if isinstance(class_names, str):
        raise ValueError(f"class_names must be a list of names; got {class_names!r}.")
    names = tuple(map(str, class_names))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"class_names must differ from each other; got {twice!r} twice.")
    return names
