"""A run of gradient ascent: one step at a time, with changes on the way, back to any step and on again.

x_{i+1} = x_i + lr · ∇h(x_i)
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import torch
from torch import Generator, Tensor, nn

from .evaluation import Evaluation, evaluate, total_activation, unit_of
from .history import AscentStep, History
from .images import check_image
from .layers import check_model, device_of, input_shape_of
from .network import Probe, choose_precision
from .objectives import Objective
from .optimizers import Climber
from .own_regularizer import own_functions
from .record import make_record
from .settings import LIVE, AscentSettings
from .verdict import Evidence, Verdict, judge, worst

Changes = list[tuple[int, dict[str, Any]]]


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
    can_rewind : bool
        Whether pictures and states of the steps are kept: per image of 224 × 224 about 0.4 MB a step.

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
        *,
        can_rewind: bool = True,
    ) -> None:
        check_model(model)
        settings = settings or AscentSettings()
        if start is not None:
            start = check_image(start, input_shape_of(model)[0])
            settings = replace(settings, size=(start.shape[2], start.shape[3]))
        elif settings.size is None:
            _, height, width = input_shape_of(model)
            settings = replace(settings, size=(height, width))
        self.model, self.settings = model, settings
        self.objective = _checked(objective).bind(model)
        self.precision = choose_precision(settings.precision, device_of(model))
        self.changes: Changes = []
        self.has_diverged = False
        self._source = objective
        self.first = (objective, settings)
        self.given_start = start
        self._can_rewind = can_rewind
        self._probe = Probe(model, self.precision)
        self._exact: Probe | None = None
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        """Make the start image and look at it: step 0."""
        count = self.objective.size if self.objective.size > 1 else self.settings.num_images
        start = self.given_start
        if start is None:
            # the channels of a list start alike: each gets the image that it would get alone
            starts = 1 if self.objective.size > 1 else count
            start = self.settings.start(starts, input_shape_of(self.model)[0], self._probe.device)
        elif len(start) not in (1, count) and count > 1:
            raise ValueError(f"the objective asks for {count} images, but start has {len(start)}.")
        count = max(count, len(start))
        self._parameters = self.settings.parameterize(start.to(self._probe.device).expand(count, -1, -1, -1))
        self._climber = Climber(self._parameters.values, self.settings.optimizer)
        self.history = History(self._can_rewind)
        self._now = self._evaluate(0)
        self.scale = unit_of(self._now)
        self._judge_from_here()
        self._remember(self._now.as_step(0, self.objective, self.scale))

    @property
    def num_taken(self) -> int:
        """Number of steps taken."""
        return len(self.history.steps) - 1

    @property
    def objectives(self) -> list[Objective]:
        """The objective that the run began with, and each that it was changed to."""
        return [self.first[0], *(change["objective"] for _, change in self.changes if "objective" in change)]

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
            before = self._climber.state()
            try:
                step = self._attempt(self.num_taken + 1)
            except BaseException:  # an interrupt too: the run stays as it was before the step
                self._climber.restore(before)
                raise
            self._remember(step)
            return step

    def _attempt(self, number: int) -> AscentStep:
        self._move(number)
        now = self._evaluate(number, with_spread=False)
        if not now.is_finite:
            self.has_diverged = True
            raise FloatingPointError(
                f"NaN or infinity in step {number}; the last good image is kept. "
                f"Try a smaller learning rate than {self.settings.step_size:g}."
            )
        self._now = now
        return now.as_step(number, self.objective, self.scale)

    def _move(self, number: int) -> None:
        """Update the image along the gradient of the objective at the present image."""
        gradient = self._now.direction(self.objective, self.scale)
        with torch.enable_grad():
            image = self._parameters.image()
        (direction,) = torch.autograd.grad(image, self._parameters.values, gradient)
        self._climber.step(direction, self.settings.step_size)
        every, sigma = self.settings.blur_every, self.settings.blur_sigma
        if every and sigma and number % every == 0:
            self._parameters.smooth(sigma)
        self._parameters.project()

    def _evaluate(self, number: int, with_spread: bool = True) -> Evaluation:
        with torch.no_grad():
            image = self._parameters.image().detach()
        may_rescue = number < self.settings.rescue_steps
        generator = Generator().manual_seed(self.settings.seed * 1_000_003 + number)
        return evaluate(
            self._probe,
            self.objective,
            image,
            self.settings.view,
            generator,
            may_rescue,
            with_spread=with_spread,
        )

    def _remember(self, step: AscentStep) -> None:
        self.history.add(step)
        if self.history.wants_state(step.step):
            judged = self._judged_from, self.history.spread
            state = {"climber": self._climber.state(), "scale": self.scale, "judged": judged}
            self.history.keep_state(step.step, state)

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
            own_functions(one for each in (*self.objectives, objective) for _, one in each.regularizers)
        with self._lock:
            change = {name: value for name, value in changes.items() if getattr(self.settings, name) != value}
            if objective is not None and objective != self._source:
                change["objective"] = objective
            if change:
                self._change(change)

    def _check_size(self, objective: Objective) -> None:
        if objective.size not in (1, len(self.image)):
            raise ValueError(
                f"the run has {len(self.image)} images, the objective asks for {objective.size}."
            )

    def _apply(self, change: dict[str, Any]) -> bool:
        """Apply a change; return whether the activation is another one."""
        rest = {name: value for name, value in change.items() if name != "objective"}
        self.settings = self.settings.changed(**rest)
        before = self.objective.activations
        if "objective" in change:
            self._source = change["objective"]
            self.objective = self._source.bind(self.model)
        return self.objective.activations != before

    def _change(self, change: dict[str, Any]) -> None:
        before = self.settings, self.objective, self._source
        try:
            if self._apply(change):  # the gradient of the new activation is not known yet
                self._look()
        except BaseException:
            self.settings, self.objective, self._source = before
            raise
        self.changes.append((self.num_taken, change))

    def _look(self) -> None:
        """Evaluate the present image, and take the activation's pull on it as the unit of the objective."""
        self._now = self._evaluate(self.num_taken)
        self.scale = unit_of(self._now)
        self._judge_from_here()

    def _judge_from_here(self) -> None:
        """Let the verdict compare with this image: the activation is another one from here on."""
        here = self._now.as_step(self.num_taken, self.objective, self.scale)
        self._judged_from = replace(here, image=None)
        self.history.spread = self._now.spread

    def rewind(self, number: int) -> None:
        """Go back to a step, exactly; the settings stay as they are now and act from there on.

        Raises
        ------
        ValueError
            If the step has not been taken, or the run keeps no past.
        """
        with self._lock:
            if not self._can_rewind:
                raise ValueError("this run keeps no past; make it with can_rewind=True.")
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
        self._judged_from, self.history.spread = state["judged"]
        self._now = self._evaluate(kept, with_spread=False)

    def repeat(self, number: int, changes: Changes) -> None:
        """Take steps up to a number, with the changes of an earlier run at their steps."""
        while True:
            for at, change in changes:
                if at == self.num_taken:
                    self._change(change)
            if self.num_taken >= number:
                return
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
        first = self._judged_from
        steps = [first, *self.steps[first.step + 1 :]]
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
            seed=self.settings.seed,
            pull=float(self.scale[index]),
        )

    def verdict(self) -> Verdict:
        """Judge the run so far: of several images, the verdict that asks most for attention."""
        return worst(self.verdicts())

    def record(self) -> dict[str, Any]:
        """Return what is needed to get the same image again, as JSON-able data."""
        return make_record(self)


def _checked(objective: Any) -> Objective:
    if not isinstance(objective, Objective):
        raise TypeError(
            f"objective must be an Objective such as vw.channel('block5_conv3', 330); got {objective!r}."
        )
    return objective
