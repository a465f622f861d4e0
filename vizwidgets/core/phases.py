"""Strategies of transfer: which part of a network begins anew, and what learns when and how fast."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from typing import Any

from .whole_numbers import whole_number

STRATEGIES = (
    "from scratch",
    "pretrained only",
    "feature extractor",
    "fine-tune all",
    "head, then all",
    "gradual unfreezing",
)
HEAD_SHARE = 1 / 3  # of the steps, in which the new head learns alone
MOST_STAGES = 4  # of gradual unfreezing


@dataclass(frozen=True)
class Phase:
    """A part of a training in which the same layers learn.

    Attributes
    ----------
    name : str
        What learns, in words.
    num_steps : int
        Updates.
    num_frozen : int
        Layers with weights, counted from the image, that stay as they are.
    """

    name: str
    num_steps: int
    num_frozen: int


@dataclass(frozen=True)
class Plan:
    """What a strategy means for one network.

    Attributes
    ----------
    strategy : str
        One of `STRATEGIES`.
    num_layers, num_kept : int
        Layers with weights, and how many of them, counted from the image, begin with what was learned before.
    phases : tuple of Phase
        One after the other.
    """

    strategy: str
    num_layers: int
    num_kept: int
    phases: tuple[Phase, ...]

    @property
    def num_steps(self) -> int:
        """Updates of all phases."""
        return sum(phase.num_steps for phase in self.phases)


def plan(strategy: str, num_layers: int, num_kept: int, num_frozen: int, num_steps: int) -> Plan:
    """Say what a strategy does, phase by phase.

    Parameters
    ----------
    strategy : str
        "from scratch": everything begins anew. "pretrained only": nothing learns. "feature extractor": only
        the new layers learn. "fine-tune all": everything at once. "head, then all": the new layers for a
        third of the steps, then everything. "gradual unfreezing": the new layers, then one part after the
        other from the scores towards the image.
    num_layers, num_kept : int
        Layers with weights, and how many of them are kept.
    num_frozen : int
        Layers that stay frozen to the end, whatever the strategy.
    num_steps : int
        Updates in all.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        If there is no such strategy, or the numbers do not fit each other.

    Examples
    --------
    >>> [(phase.name, phase.num_steps) for phase in plan("head, then all", 5, 4, 0, 240).phases]
    [('new layers alone', 80), ('all layers', 160)]
    """
    check_strategy(strategy)
    count = whole_number(num_steps)
    if count is None or count < 1:
        raise ValueError(f"num_steps must be a whole number of 1 or more; got {num_steps!r}.")
    if strategy == "from scratch":
        _check_frozen(num_frozen, 0, "from scratch keeps no layer, so none can be frozen")
        return Plan(strategy, num_layers, 0, (Phase("all layers, from scratch", count, 0),))
    if strategy == "pretrained only":
        return Plan(strategy, num_layers, num_layers, ())
    _check_frozen(num_frozen, num_kept, f"only the {num_kept} layers that are kept can be frozen")
    stages = _stages(strategy, num_kept, num_frozen)
    return Plan(strategy, num_layers, num_kept, _phases(stages, num_kept, _shares(strategy, stages, count)))


def check_strategy(strategy: Any) -> None:
    """Refuse what is no strategy, naming the nearest."""
    if strategy not in STRATEGIES:
        near = difflib.get_close_matches(str(strategy), STRATEGIES, n=1, cutoff=0.4)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        known = ", ".join(map(repr, STRATEGIES))
        raise ValueError(f"there is no strategy {strategy!r}.{hint} There are: {known}.")


def _check_frozen(num_frozen: int, most: int, why: str) -> None:
    if num_frozen > most:
        raise ValueError(f"frozen must be in 0..{most} layers ({why}); got {num_frozen}.")


def _stages(strategy: str, num_kept: int, num_frozen: int) -> list[int]:
    """Return how many layers are frozen, stage by stage."""
    if strategy == "feature extractor":
        return [num_kept]
    if strategy == "fine-tune all":
        return [num_frozen]
    if strategy == "head, then all":
        return list(dict.fromkeys([num_kept, num_frozen]))
    free = num_kept - num_frozen
    parts = min(MOST_STAGES, free)
    return [num_kept - free * part // max(parts, 1) for part in range(parts + 1)]


def _shares(strategy: str, stages: list[int], num_steps: int) -> list[int]:
    """Share the steps out among the stages; a stage that would get none is not there."""
    if strategy == "head, then all" and len(stages) == 2:
        alone = math.floor(num_steps * HEAD_SHARE)
        return [alone, num_steps - alone]
    edges = [num_steps * place // len(stages) for place in range(len(stages) + 1)]
    return [end - start for start, end in zip(edges[:-1], edges[1:], strict=True)]


def _phases(stages: list[int], num_kept: int, steps: list[int]) -> tuple[Phase, ...]:
    return tuple(
        Phase(_name(num_frozen, num_kept), count, num_frozen)
        for num_frozen, count in zip(stages, steps, strict=True)
        if count
    )


def _name(num_frozen: int, num_kept: int) -> str:
    if num_frozen == num_kept:
        return "new layers alone"
    return f"all but the first {num_frozen} layers" if num_frozen else "all layers"
