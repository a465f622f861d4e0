"""Replay a record as far as the time reaches, and compare its curve: run where nothing can be harmed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Any

import torch
from torch import Generator, nn

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.objectives import Objective
from vizwidgets.core.own_function import ImageFunction
from vizwidgets.core.record import read_settings, read_start, weights_hash

EARLY = 10  # steps in which rounding has not grown yet
FLOOR = 0.02  # of the largest activation; what other processors round differently was at most half of it
NUDGE = 1e-6  # relative change of weights that stands for another processor's rounding
NUM_NUDGES, TIMES = 2, 4.0

Curve = list[list[float]]  # activation of each image at each step


@dataclass(frozen=True)
class Replay:
    """How a replay ended.

    Parameters
    ----------
    is_same : bool
        Whether the curve of the record came out again.
    words : str
        What was replayed, or why it was not.
    """

    is_same: bool
    words: str


def replay_file(
    path: str,
    load_model: Callable[[str], nn.Module],
    list_models: Callable[[], Iterable[Any]],
    functions: Mapping[str, ImageFunction] | None = None,
    *,
    seconds: float,
) -> str:
    """Replay the record in a file; return a `Replay` as JSON.

    Parameters
    ----------
    path : str
        A record that `read_plan` has let pass.
    load_model, list_models : callable
        From ``vizwidgets``: this layer knows no models.
    functions : mapping, optional
        The student's own, by what they stood for.
    seconds : float
        How long to go on.
    """
    record = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    name, known = record["model"], {entry.name: entry for entry in list_models()}
    if name not in known:
        words = f"its network is {str(name)[:60]!r}; only those of vw.list_models() can be loaded here"
        return json.dumps(asdict(Replay(False, words)))
    if not known[name].is_present:
        words = f"the weights of {name} are not on the computer that grades; it can not be replayed here"
        return json.dumps(asdict(Replay(False, words)))
    is_ours = known[name].weights.startswith("trained on this computer")
    try:
        replay = compare(record, load_model(name), functions, seconds=seconds, is_ours=is_ours)
    except Exception as failure:  # a record is a stranger's: whatever it breaks is told, not raised
        words = " ".join(str(failure).split())[:300]
        replay = Replay(False, f"it can not be replayed: {type(failure).__name__}: {words}")
    return json.dumps(asdict(replay))


def compare(
    record: Mapping[str, Any],
    model: nn.Module,
    functions: Mapping[str, ImageFunction] | None = None,
    *,
    seconds: float,
    is_ours: bool = False,
) -> Replay:
    """Replay a record step by step until its end or that of the time, and compare the activations.

    Parameters
    ----------
    record : mapping
        Of an ascent.
    model : nn.Module
        The network that it names.
    functions : mapping, optional
        The student's own, by what they stood for.
    seconds : float
        How long to go on.
    is_ours : bool
        Whether every computer trains these weights for itself, so that they may differ a little.
    """
    has_same_weights = weights_hash(model) == record["weights_hash"]
    if not has_same_weights:
        why = (
            "each computer trains them for itself"
            if is_ours
            else "they were changed, or are of another version"
        )
        words = f"it was made with other weights of {record['model']} than there are here: {why}"
        return Replay(False, words)
    run = _start(record, model, functions)
    got = _activations(run, record, functions, steps=record["num_taken"], seconds=seconds / (1 + NUM_NUDGES))
    taken, asked = len(got) - 1, record["num_taken"]
    if taken < min(asked, 3):
        return Replay(False, f"too slow to be replayed within {seconds:g} s")
    wanted = record["curves"]["h"][: len(got)]
    is_same, difference = agreement(wanted, got, lambda: _nudged(record, model, functions, taken))
    how_far = f"{taken} steps" if taken == asked else f"the first {taken} of {asked} steps"
    said = "the same curve again" if is_same else "another curve than the record says"
    what = f"{run.first[0]!r}"[:160]
    return Replay(is_same, f"{what}, {record['model']}, {how_far}: {said} (difference {difference:.1%})")


def _start(
    record: Mapping[str, Any], model: nn.Module, functions: Mapping[str, ImageFunction] | None
) -> AscentRun:
    """Return the run of a record before its first step."""
    objective = Objective.from_dict(record["objective"], functions)
    return AscentRun(
        model, objective, read_settings(dict(record)), read_start(dict(record)), can_rewind=False
    )


def _nudged(
    record: Mapping[str, Any],
    model: nn.Module,
    functions: Mapping[str, ImageFunction] | None,
    steps: int,
) -> Iterator[Curve]:
    """Yield the curve as other processors might round it."""
    for seed in range(NUM_NUDGES):
        other = deepcopy(model)
        generator = Generator().manual_seed(seed)
        with torch.no_grad():
            for weights in other.parameters():
                weights.mul_(1 + NUDGE * torch.randn(weights.shape, generator=generator))
        yield _activations(_start(record, other, functions), record, functions, steps=steps)


def _activations(
    run: AscentRun,
    record: Mapping[str, Any],
    functions: Mapping[str, ImageFunction] | None,
    *,
    steps: int,
    seconds: float = math.inf,
) -> Curve:
    """Return the activations of each step, with the record's changes at their steps."""
    end = monotonic() + seconds
    for number in range(steps + 1):
        changes = [(at, _change(change, functions)) for at, change in record["changes"] if at == number]
        run.repeat(number, changes)
        if monotonic() > end:
            break
    return [step.activation.tolist() for step in run.steps]


def _change(change: Mapping[str, Any], functions: Mapping[str, ImageFunction] | None) -> dict[str, Any]:
    if "objective" not in change:
        return dict(change)
    return {**change, "objective": Objective.from_dict(change["objective"], functions)}


def agreement(wanted: Curve, got: Curve, nudged: Callable[[], Iterable[Curve]]) -> tuple[bool, float]:
    """Return whether two curves are of one run, and how far apart they are in the median.

    Ascent lets differences of rounding grow, in some networks fast. So how far apart two curves of one run
    may be is measured, not guessed: by runs on weights that differ from each other as little as rounding.

    Parameters
    ----------
    wanted, got : list of list of float
        Activation of each image at each step: as a record says, and as replayed.
    nudged : callable
        Gives such runs; called only if the two are not nearly equal anyway.

    Examples
    --------
    >>> agreement([[0.0], [1.0], [2.0]], [[0.0], [1.0], [2.0]], list)
    (True, 0.0)
    >>> agreement([[0.0], [1.5], [2.0]], [[0.0], [1.0], [2.0]], list)[0]
    False
    """
    early, middle = _apart(wanted, got)
    if early <= FLOOR and middle <= FLOOR:
        return True, middle
    others = [_apart(curve, got) for curve in nudged()]
    most_early = max([FLOOR, *(TIMES * other for other, _ in others)])
    most_middle = max([FLOOR, *(TIMES * other for _, other in others)])
    return early <= most_early and middle <= most_middle, middle


def _apart(one: Curve, other: Curve) -> tuple[float, float]:
    """Return the largest distance of the first steps and the median of all, in units of the largest value."""
    size = max((abs(value) for point in other for value in point), default=0.0) or 1.0
    apart = [
        max(abs(a - b) for a, b in zip(*pair, strict=True)) / size for pair in zip(one, other, strict=True)
    ]
    return max(apart[: EARLY + 1]), median(apart)
