"""Did the optimization work? A verdict in words, from stated rules.

The rules are tried in this order, on the last `WINDOW` steps where a rule speaks of "lately":

1. diverged: NaN or infinity appeared, or more than half of the best gain (a mean of `WINDOW` steps) was lost;
2. dead from the start: the activation never changed and no gradient ever reached the image;
3. a regularizer dominates: lately its gradient was larger than that of the activation, which has not risen
   clearly;
4. not yet: the activation has not risen clearly;
5. saturated: more than `SATURATED_SHARE` of the pixel values lie within 2 % of 0 or 1;
6. worked: none of these.

An activation has risen clearly when it gained `CLEAR_GAIN` times the spread of its layer at the start, or
`CLEAR_SHARE` of its pull there, which is the most that the gradient promised if each pixel moved by its whole
range: a filter for plain colours gains no more, and needs no more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

WINDOW = 10
CLEAR_GAIN = 2.0
CLEAR_SHARE = 0.1
SATURATED_SHARE = 0.4
EXTREME = 0.02
ORDER = ("diverged", "dead from the start", "a regularizer dominates", "not yet", "saturated", "worked")


@dataclass(frozen=True)
class Verdict:
    """Whether an ascent worked, why we think so, and what to change.

    Parameters
    ----------
    name : str
        One of "worked", "saturated", "not yet", "a regularizer dominates", "dead from the start", "diverged".
    reason : str
        One sentence with the numbers that decided.
    remedy : dict
        Settings to change, e.g. ``{"lr": 0.01}``; regularizers by name with the factor of their weight.
    remedy_words : str
        The remedy in words; empty if nothing has to be done.
    """

    name: str
    reason: str
    remedy: dict[str, Any] = field(default_factory=dict)
    remedy_words: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the picture may be believed."""
        return self.name in ("worked", "saturated")

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class Evidence:
    """What a verdict is based on, for one image.

    Parameters
    ----------
    activations : sequence of float
        h(x) at the start and after each step.
    gradient_norms : mapping of str to sequence of float
        Norm of each term's gradient, weighted as it enters the objective; "activation" is one of them.
    spread : float
        Standard deviation among the layer's channels at the start: the size of a change that counts.
    image : Tensor
        (C, H, W), the last good image.
    has_diverged : bool
        Whether NaN or infinity ended the run.
    lr : float
        Size of the last step.
    seed : int
        Seed of the start image.
    pull : float
        Sum of the absolute gradient of the activation at the start.
    """

    activations: Sequence[float]
    gradient_norms: Mapping[str, Sequence[float]]
    spread: float
    image: Tensor
    has_diverged: bool
    lr: float
    seed: int = 0
    pull: float = math.inf


def judge(evidence: Evidence) -> Verdict:
    """Apply the rules of this module, in their order, to one image."""
    for rule in (_diverged, _dead, _dominated, _not_yet, _saturated):
        verdict = rule(evidence)
        if verdict is not None:
            return verdict
    gain = evidence.activations[-1] - evidence.activations[0]
    return Verdict("worked", f"the activation rose by {_number(gain)}, {_times_spread(evidence)}.")


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict that asks most for attention."""
    return min(verdicts, key=lambda verdict: ORDER.index(verdict.name))


def _diverged(evidence: Evidence) -> Verdict | None:
    remedy = {"lr": evidence.lr / 4}
    words = f"a learning rate four times smaller ({evidence.lr / 4:.2g})"
    if evidence.has_diverged:
        return Verdict("diverged", "NaN or infinity appeared; the last good image is kept.", remedy, words)
    if len(evidence.activations) <= WINDOW:
        return None
    values = evidence.activations
    means = [_mean(values[first : first + WINDOW]) for first in range(len(values) - WINDOW + 1)]
    start, best, last = values[0], max(means), means[-1]  # of single steps, a moving view lets one stand out
    if best - start <= CLEAR_GAIN * evidence.spread or last - start >= 0.5 * (best - start):
        return None
    reason = f"the activation fell back from {_number(best)} to {_number(last)}."
    return Verdict("diverged", reason, remedy, words)


def _dead(evidence: Evidence) -> Verdict | None:
    norms = evidence.gradient_norms["activation"]
    if any(norms) or len(set(evidence.activations)) > 1:
        return None
    last = _number(evidence.activations[-1])
    reason = f"the activation stayed at {last} and no gradient reached the image."
    words = "another seed and more noise in the start image"
    return Verdict("dead from the start", reason, {"seed": evidence.seed + 1, "spread": 0.1}, words)


def _dominated(evidence: Evidence) -> Verdict | None:
    lately = {name: _mean(norms[-WINDOW:]) for name, norms in evidence.gradient_norms.items()}
    pull = lately.pop("activation")
    strongest = max(lately, key=lambda name: lately[name], default=None)
    if strongest is None or lately[strongest] <= pull or _has_risen(evidence):
        return None
    ratio = lately[strongest] / max(pull, 1e-30)
    reason = f"lately {strongest} pulled {_ratio(ratio)} as strongly as the activation."
    words = f"a quarter of the weight of {strongest}"
    return Verdict("a regularizer dominates", reason, {strongest: 0.25}, words)


def _not_yet(evidence: Evidence) -> Verdict | None:
    if _has_risen(evidence):
        return None
    if _gain(evidence) < 0:
        words = f"half the learning rate ({evidence.lr / 2:.2g})"
        return Verdict(
            "not yet", f"the activation fell by {_number(-_gain(evidence))}.", {"lr": evidence.lr / 2}, words
        )
    reason = f"the activation rose by {_number(_gain(evidence))} only, {_times_spread(evidence)}."
    if len(evidence.activations) <= 32:
        return Verdict("not yet", reason, {"num_steps": 128}, "more steps")
    words = f"twice the learning rate ({evidence.lr * 2:.2g})"
    return Verdict("not yet", reason, {"lr": evidence.lr * 2}, words)


def _saturated(evidence: Evidence) -> Verdict | None:
    share = float(((evidence.image < EXTREME) | (evidence.image > 1 - EXTREME)).float().mean())
    if share <= SATURATED_SHARE:
        return None
    reason = f"the activation rose, but {share:.0%} of the pixel values are at the end of their range."
    words = "half the learning rate and twice the weight of p_norm"
    return Verdict("saturated", reason, {"lr": evidence.lr / 2, "p_norm": 2.0}, words)


def _has_risen(evidence: Evidence) -> bool:
    least = min(CLEAR_GAIN * evidence.spread, CLEAR_SHARE * evidence.pull)
    return _gain(evidence) > 0 and _gain(evidence) >= least


def _gain(evidence: Evidence) -> float:
    return _mean(evidence.activations[-WINDOW // 2 :]) - evidence.activations[0]


def _times_spread(evidence: Evidence) -> str:
    ratio = _gain(evidence) / max(evidence.spread, 1e-30)
    return f"{_ratio(ratio)} the spread of the layer at the start"


def _ratio(ratio: float) -> str:
    if abs(ratio) < 10:
        return f"{ratio:.1f} times"
    return f"{ratio:,.0f} times" if ratio < 1e6 else "a million times"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
