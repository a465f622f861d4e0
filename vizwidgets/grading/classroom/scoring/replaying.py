"""Replay a record as far as the time reaches, and compare its curve: run where nothing can be harmed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Generator, nn

from vizwidgets.core.ascent_run import AscentRun
from vizwidgets.core.objectives import Objective
from vizwidgets.core.own_function import ImageFunction
from vizwidgets.core.record import read_settings, read_start, weights_hash

from .curve_agreement import Curve, agreement, rough_agreement

NUDGE = 1e-6  # relative change of weights that stands for another processor's rounding
NUM_NUDGES = 2
TRAINED_HERE = "trained on this computer"  # how vw.list_models() begins to speak of such weights


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
    try:
        if name not in known:
            raise LookupError(
                f"its network is {name[:60]!r}; only those of vw.list_models() can be loaded here"
            )
        if not known[name].is_present:
            raise LookupError(f"the weights of {name} are not on the computer that grades")
        is_own_training = known[name].weights.startswith(TRAINED_HERE)
        found = compare(record, load_model(name), functions, seconds=seconds, is_own_training=is_own_training)
    except Exception as failure:  # a record is a stranger's: whatever it breaks is told, not raised
        kind = "" if type(failure) is LookupError else f"{type(failure).__name__}: "
        words = " ".join(str(failure.args[0] if failure.args else "").split())[:300]
        found = Replay(False, f"it can not be replayed: {kind}{words}")
    return json.dumps(asdict(found))


def compare(
    record: Mapping[str, Any],
    model: nn.Module,
    functions: Mapping[str, ImageFunction] | None = None,
    *,
    seconds: float,
    is_own_training: bool = False,
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
    is_own_training : bool
        Whether every computer trains these weights for itself: then other weights need agree only roughly.
    """
    has_other_weights = weights_hash(model) != record["weights_hash"]
    if has_other_weights and not is_own_training:
        return Replay(False, f"it was made with other weights of {record['model']} than there are here")
    repetition = _Repetition(record, functions)
    run = repetition.start(model)
    got = repetition.curve(run, record["num_taken"], seconds / (1 + NUM_NUDGES))
    taken, asked = len(got) - 1, record["num_taken"]
    if taken < min(asked, 3):
        return Replay(False, f"too slow to be replayed within {seconds:g} s")
    wanted = record["curves"]["h"][: len(got)]
    if has_other_weights:
        is_same, apart = rough_agreement(wanted, got)
    else:
        is_same, apart = agreement(wanted, got, lambda: repetition.nudged(model, taken))
    same = "about the same curve" if has_other_weights else "the same curve again"
    said = f"{same if is_same else 'another curve than the record says'} (difference {apart:.1%})"
    said += ", with weights that this computer trained for itself" if has_other_weights else ""
    how_far = f"{taken} steps" if taken == asked else f"the first {taken} of {asked} steps"
    return Replay(is_same, f"{f'{run.first[0]!r}'[:160]}, {record['model']}, {how_far}: {said}")


class _Repetition:
    """What a record says to do, on one network or another."""

    def __init__(self, record: Mapping[str, Any], functions: Mapping[str, ImageFunction] | None) -> None:
        self._record, self._functions = dict(record), functions
        self._changes = [(at, self._change(change)) for at, change in record["changes"]]

    def start(self, model: nn.Module) -> AscentRun:
        """Return the run before its first step."""
        objective = Objective.from_dict(self._record["objective"], self._functions)
        settings, start = read_settings(self._record), read_start(self._record)
        return AscentRun(model, objective, settings, start, can_rewind=False)

    def curve(self, run: AscentRun, steps: int, seconds: float = math.inf) -> Curve:
        """Return the activations of the steps that the time allows, with the record's changes on the way."""
        end = monotonic() + seconds
        for number in range(steps + 1):
            run.repeat(number, [change for change in self._changes if change[0] == number])
            if monotonic() > end:
                break
        return [step.activation.tolist() for step in run.steps]

    def nudged(self, model: nn.Module, steps: int) -> Iterator[Curve]:
        """Yield the curve as other processors might round it; the network itself stays as it is."""
        for seed in range(NUM_NUDGES):
            other = deepcopy(model)
            generator = Generator().manual_seed(seed)
            with torch.no_grad():
                for weights in other.parameters():
                    weights.mul_(1 + NUDGE * torch.randn(weights.shape, generator=generator))
            yield self.curve(self.start(other), steps)

    def _change(self, change: Mapping[str, Any]) -> dict[str, Any]:
        if "objective" not in change:
            return dict(change)
        return {**change, "objective": Objective.from_dict(change["objective"], self._functions)}
