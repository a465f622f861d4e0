"""Activation maximization: gradient ascent in the input.

    x_{i+1} = x_i + lr · ∇h(x_i)

An objective h is climbed from a start image. `ascend` yields every step, `maximize` returns the result, and
`AscentRun` is the run itself: settings may change between two steps, and any earlier step can be revisited.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .evaluation import Evaluation, evaluate, total_activation, unit_of
from .history import AscentStep, History
from .images import check_image
from .layers import check_model, input_shape_of
from .network import Probe, choose_precision
from .objectives import Objective
from .optimizers import Climber
from .record import make_record
from .settings import LIVE, AscentSettings, settings_from
from .verdict import Evidence, Verdict, judge, worst

Changes = list[tuple[int, dict[str, Any]]]
KEEP_BYTES = 200_000_000  # images of the steps of a result; beyond that some are dropped


@dataclass(frozen=True)
class Ascent:
    """Result of an ascent.

    Parameters
    ----------
    image : Tensor
        (N, C, H, W) in [0, 1], the last good image.
    steps : list of AscentStep
        The start and every step. Where images would take more than 200 MB, only some steps keep theirs.
    record : dict
        Everything that is needed to get the same image again (see `replay`); JSON-able.
    verdict : Verdict
        Whether it worked: of several images, the verdict that asks most for attention.
    verdicts : tuple of Verdict
        One per image.
    """

    image: Tensor
    steps: list[AscentStep]
    record: dict[str, Any]
    verdict: Verdict
    verdicts: tuple[Verdict, ...]


class AscentRun:
    """A run of gradient ascent that can be driven step by step.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is not changed.
    objective : Objective
        What is maximized.
    settings : AscentSettings, optional
        How; by default Lucid's recipe.
    start : Tensor, optional
        Start image (C, H, W) or (N, C, H, W) in [0, 1]; by default gray with noise.

    Raises
    ------
    TypeError, ValueError
        If model, objective, settings or start do not fit together.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        settings: AscentSettings | None = None,
        start: Tensor | None = None,
    ) -> None:
        check_model(model)
        settings = settings or AscentSettings()
        if start is not None:
            start = check_image(start, input_shape_of(model)[0])
            settings = replace(settings, size=tuple(start.shape[2:]))
        elif settings.size is None:
            settings = replace(settings, size=input_shape_of(model)[1:])
        self.model, self.settings = model, settings
        self.objective = _checked(objective).bind(model)
        self.precision = choose_precision(settings.precision, next(model.parameters(), torch.empty(0)).device)
        self.changes: Changes = []
        self.has_diverged = False
        self._source = objective
        self.first = (objective, settings)
        self.given_start = start
        self._probe = Probe(model, self.precision)
        self._exact: Probe | None = None
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        """Make the start image and look at it: step 0."""
        count = self.objective.size if self.objective.size > 1 else self.settings.num_images
        start = self.given_start
        if start is None:
            start = self.settings.start(count, input_shape_of(self.model)[0], self._probe.device)
        elif len(start) not in (1, count) and count > 1:
            raise ValueError(f"the objective asks for {count} images, but start has {len(start)}.")
        count = max(count, len(start))
        self._parameters = self.settings.parameterize(start.to(self._probe.device).expand(count, -1, -1, -1))
        self._climber = Climber(self._parameters.values, self.settings.optimizer)
        self.history = History()
        self._now = self._evaluate(0)
        self.scale = unit_of(self._now)
        self.history.spread = self._now.spread
        self._remember(self._now.as_step(0, self.objective, self.scale))

    @property
    def num_taken(self) -> int:
        """Number of steps taken."""
        return len(self.history.steps) - 1

    @property
    def steps(self) -> list[AscentStep]:
        """The start and every step taken, without their images (see `frame`)."""
        return self.history.steps

    @property
    def image(self) -> Tensor:
        """The present image (N, C, H, W), the last good one if the run has diverged."""
        return self._now.image

    def step(self) -> AscentStep:
        """Take one step and return it, with its image.

        Raises
        ------
        FloatingPointError
            If NaN or infinity appeared; the last good image is kept.
        """
        with self._lock:
            if self.has_diverged:
                raise FloatingPointError("this run has diverged; reset it, or rewind it to an earlier step.")
            number = self.num_taken + 1
            before = self._climber.state()
            self._move(number)
            now = self._evaluate(number)
            if not now.is_finite:
                self._climber.restore(before)
                self.has_diverged = True
                raise FloatingPointError(
                    f"NaN or infinity in step {number}; the last good image is kept. "
                    f"Try a smaller learning rate than {self.settings.step_size:g}."
                )
            self._now = now
            step = now.as_step(number, self.objective, self.scale)
            self._remember(step)
            return step

    def _move(self, number: int) -> None:
        """Update the image along the gradient of the objective at the present image."""
        gradient = self._now.direction(self.objective, self.scale)
        image = self._parameters.image()
        (direction,) = torch.autograd.grad(image, self._parameters.values, gradient)
        self._climber.step(direction, self.settings.step_size)
        every, sigma = self.settings.blur_every, self.settings.blur_sigma
        if every and sigma and number % every == 0:
            self._parameters.smooth(sigma)
        self._parameters.project()

    def _evaluate(self, number: int) -> Evaluation:
        with torch.no_grad():
            image = self._parameters.image().detach()
        may_rescue = number < self.settings.rescue_steps
        generator = Generator().manual_seed(self.settings.seed * 1_000_003 + number)
        return evaluate(self._probe, self.objective, image, self.settings.view, generator, may_rescue)

    def _remember(self, step: AscentStep) -> None:
        self.history.add(step)
        if self.history.wants_state(step.step):
            self.history.keep_state(step.step, {"climber": self._climber.state(), "scale": self.scale})

    def update(self, objective: Objective | None = None, **changes: Any) -> None:
        """Change the objective or live settings; the next step uses them. Safe from any thread.

        Raises
        ------
        ValueError, TypeError
            If the change is not possible in the middle of a run; nothing is changed then.
        """
        fixed = [name for name in changes if name not in LIVE and hasattr(self.settings, name)]
        if fixed:
            raise ValueError(f"{', '.join(fixed)} cannot change during a run; live are {', '.join(LIVE)}.")
        self.settings.changed(**changes)
        if objective is not None:
            self._check_size(_checked(objective).bind(self.model))
        with self._lock:
            change = {name: value for name, value in changes.items() if getattr(self.settings, name) != value}
            if objective is not None and objective != self._source:
                change["objective"] = objective.to_dict()
            if change:
                self._change(change)

    def _check_size(self, objective: Objective) -> None:
        if objective.size not in (1, len(self.image)):
            raise ValueError(f"the run has {len(self.image)} images, the new objective asks for {objective.size}.")

    def _apply(self, change: dict[str, Any]) -> bool:
        """Apply a change; return whether the activation is another one."""
        rest = {name: value for name, value in change.items() if name != "objective"}
        self.settings = self.settings.changed(**rest)
        before = self.objective.activations
        if "objective" in change:
            self._source = Objective.from_dict(change["objective"])
            self.objective = self._source.bind(self.model)
        return self.objective.activations != before

    def _change(self, change: dict[str, Any]) -> None:
        self.changes.append((self.num_taken, change))
        if self._apply(change):  # the gradient of the new activation at the present image is not known yet
            self._look()

    def _look(self) -> None:
        """Evaluate the present image, and take the activation's pull on it as the unit of the objective."""
        self._now = self._evaluate(self.num_taken)
        self.scale = unit_of(self._now)

    def rewind(self, number: int) -> None:
        """Go back to a step, exactly; the settings stay as they are now and act from there on.

        Raises
        ------
        ValueError
            If the step has not been taken.
        """
        with self._lock:
            if not 0 <= number <= self.num_taken:
                raise ValueError(f"step must be in 0..{self.num_taken}, the steps taken; got {number}.")
            settings, objective = self.settings, self._source
            earlier = [change for change in self.changes if change[0] < number]
            kept, state = self.history.nearest_state(number)
            self._return_to(kept, state, earlier)
            self.repeat(number, [change for change in earlier if change[0] >= kept])
            self.update(objective, **{name: getattr(settings, name) for name in LIVE})

    def _return_to(self, kept: int, state: dict[str, Any], changes: Changes) -> None:
        """Go back to a step whose state was kept, with the settings and the objective of that time."""
        self._source, self.settings = self.first
        self.objective = self._source.bind(self.model)
        self.has_diverged = False
        self.changes = [change for change in changes if change[0] < kept]
        for _, change in self.changes:
            self._apply(change)
        self.history.cut(kept)
        self._climber.restore(state["climber"])
        self.scale = state["scale"]
        self._now = self._evaluate(kept)

    def repeat(self, number: int, changes: Changes) -> None:
        """Take steps up to a number, with the changes of an earlier run at their steps."""
        while self.num_taken < number:
            for at, change in changes:
                if at == self.num_taken:
                    self._change(change)
            self.step()

    def frame(self, number: int) -> Any:
        """Return the picture of a step as an array of bytes (N, H, W, C)."""
        return self.history.frame(number)

    def measure(self, image: Tensor) -> Tensor:
        """Return the activation (N,) of images, in float32 and without transforms."""
        with self._lock, torch.no_grad():
            if self._exact is None:
                self._exact = Probe(self.model)
            outputs = self._exact(image.to(self._probe.device), self.objective.layer_names)
            return total_activation(self.objective, image, outputs).cpu()

    def verdicts(self) -> tuple[Verdict, ...]:
        """Judge each image of the run so far."""
        return tuple(judge(self._evidence(index)) for index in range(len(self.image)))

    def _evidence(self, index: int) -> Evidence:
        steps = self.steps
        norms = {
            name: [float(step.gradient_norms[name][index]) for step in steps if name in step.gradient_norms]
            for name in steps[-1].gradient_norms
        }
        return Evidence(
            activations=[float(step.activation[index]) for step in steps],
            gradient_norms=norms,
            spread=self.history.spread,
            image=self.image[index],
            has_diverged=self.has_diverged,
            lr=self.settings.step_size,
        )

    def verdict(self) -> Verdict:
        """Judge the run so far: of several images, the verdict that asks most for attention."""
        return worst(self.verdicts())

    def record(self) -> dict[str, Any]:
        """Return what is needed to get the same image again, as JSON-able data."""
        return make_record(self)

    def result(self, steps: list[AscentStep] | None = None) -> Ascent:
        """Return the result so far."""
        verdicts = self.verdicts()
        return Ascent(self.image, steps or list(self.steps), self.record(), worst(verdicts), verdicts)


def ascend(model: nn.Module, objective: Objective, start: Tensor | None = None, **settings: Any) -> Iterator[AscentStep]:
    """Climb an objective and yield the start and every step with its image (the expert door).

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is not changed.
    objective : Objective
        E.g. ``vw.channel("block5_conv3", 330) - vw.total_variation(weight=0.05)``.
    start : Tensor, optional
        Start image (C, H, W) or (N, C, H, W) in [0, 1].
    **settings
        Fields of `AscentSettings`, or ``preset="keras-vis"``.

    Yields
    ------
    AscentStep
        Step 0 is the start. NaN or infinity ends the steps early.

    References
    ----------
    Erhan et al. 2009; lecture, "Activation Maximization as Optimization".
    """
    run = AscentRun(model, objective, settings_from(**settings), start)
    yield replace(run.steps[0], image=run.image)
    yield from _climb(run)


def maximize(model: nn.Module, objective: Objective, start: Tensor | None = None, **settings: Any) -> Ascent:
    """Find an image that maximizes an objective (the easy door).

    Parameters
    ----------
    model, objective, start, **settings
        As in `ascend`; the usual ones are ``num_steps=256, size=224, seed=0, precision="auto"``.

    Returns
    -------
    Ascent
        ``image`` (N, C, H, W) in [0, 1], ``steps``, ``record`` and ``verdict``.

    Examples
    --------
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Conv2d(1, 2, 3))
    >>> net.input_shape = (1, 12, 12)
    >>> result = maximize(net, channel("0", 1), num_steps=3)
    >>> result.image.shape
    torch.Size([1, 1, 12, 12])
    """
    run = AscentRun(model, objective, settings_from(**settings), start)
    keep_every = 1 + run.settings.num_steps * run.image.numel() * 4 // KEEP_BYTES
    steps = [replace(run.steps[0], image=run.image)]
    for step in _climb(run):
        is_kept = step.step % keep_every == 0 or step.step == run.settings.num_steps
        steps.append(step if is_kept else replace(step, image=None))
    return run.result(steps)


def _climb(run: AscentRun) -> Iterator[AscentStep]:
    while run.num_taken < run.settings.num_steps:
        try:
            yield run.step()
        except FloatingPointError:
            return  # the run knows that it has diverged; its verdict says so


def _checked(objective: Any) -> Objective:
    if not isinstance(objective, Objective):
        raise TypeError(
            f"objective must be an Objective such as vw.channel('block5_conv3', 330); got {objective!r}."
        )
    return objective
