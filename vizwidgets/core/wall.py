"""One row of a filter wall: several channels of a layer climbed in one batch.

Where a unit sees much of the image, its pattern is large and takes many steps: the first ones run on smaller
images, which is cheaper and where large shapes form sooner, the others on the enlarged images. The small
patterns of early layers have one right size and form quickly: half of the steps, all on full images.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate

from .ascent_run import AscentRun
from .history import AscentStep, to_bytes
from .objectives import Objective, channel
from .regularizers import p_norm, total_variation
from .settings import AscentSettings, settings_from
from .verdict import Evidence, Verdict, judge
from .wall_plan import WallRow

RECIPE_VERSION = 1  # raise it when the same settings give other pictures: what is cached is void then
NUM_STEPS = 112
SMALLEST = 32  # pixels; a coarse image below that shows nothing


@dataclass(frozen=True)
class WallRecipe:
    """How the pictures of a wall are made: h = channel - total variation - p-norm.

    Parameters
    ----------
    settings : AscentSettings
        The ascent; its size is each row's own.
    tv_weight : float
        Weight of the total variation, 0 or more.
    p_norm_weight : float
        Weight of the p-norm (p = 6), 0 or more; it keeps the contrast of early layers from burning out.
    coarse_share : float
        Share of the steps on the smaller image, 0 (none) to below 1, where a unit sees more than half of it.
    coarse_scale : float
        Side of the smaller image relative to the full one.
    """

    settings: AscentSettings = field(default_factory=lambda: AscentSettings(num_steps=NUM_STEPS))
    tv_weight: float = 0.5
    p_norm_weight: float = 0.2
    coarse_share: float = 0.65
    coarse_scale: float = 0.67

    def __post_init__(self) -> None:
        if not 0 <= self.coarse_share < 1 or not 0 < self.coarse_scale <= 1:
            raise ValueError(
                "coarse_share must be in [0, 1) and coarse_scale in (0, 1]; "
                f"got {self.coarse_share} and {self.coarse_scale}."
            )

    def num_steps(self, row: WallRow) -> int:
        """Return the steps of a row: half of them where the patterns are small."""
        return self.settings.num_steps if has_large_shapes(row) else math.ceil(self.settings.num_steps / 2)

    def coarse_steps(self, row: WallRow) -> int:
        """Return how many of a row's steps run on smaller images."""
        is_worth_it = has_large_shapes(row) and min(self.coarse_sides(row)) >= SMALLEST
        return round(self.num_steps(row) * self.coarse_share) if is_worth_it else 0

    def cost(self, row: WallRow, num_taken: int) -> float:
        """Return what so many steps of a row cost, in steps on full images."""
        coarse = min(num_taken, self.coarse_steps(row))
        return coarse * self.coarse_scale**2 + num_taken - coarse

    def coarse_sides(self, row: WallRow) -> tuple[int, int]:
        """Return height and width of the smaller images."""
        height, width = row.sides
        return round(height * self.coarse_scale), round(width * self.coarse_scale)

    def objective(self, layer: str, channels: int | tuple[int, ...]) -> Objective:
        """Return what is maximized for one channel or several."""
        total = channel(layer, channels)
        if self.tv_weight:
            total = total - total_variation(weight=self.tv_weight)
        return total - p_norm(p=6, weight=self.p_norm_weight) if self.p_norm_weight else total


def has_large_shapes(row: WallRow) -> bool:
    """Whether a unit sees so much of the image that its pattern is a large shape."""
    field = row.layer.receptive_field
    return field is None or 2 * field > max(row.sides)


def recipe_from(
    tv_weight: float | None = None, p_norm_weight: float | None = None, **settings: Any
) -> WallRecipe:
    """Return the recipe of a wall with some of its values changed; ``settings`` as for `vw.maximize`."""
    ascent = settings_from(**{"num_steps": NUM_STEPS, **settings})
    if ascent.num_images != 1:
        raise ValueError(
            "a wall has one picture per channel: leave num_images out, or make walls with other seeds."
        )
    if ascent.size is not None:
        raise ValueError("size is the side of the pictures, an argument of the wall of its own.")
    recipe = WallRecipe(ascent)
    if tv_weight is not None:
        recipe = replace(recipe, tv_weight=tv_weight)
    if p_norm_weight is not None:
        recipe = replace(recipe, p_norm_weight=p_norm_weight)
    recipe.objective("", 0)  # the weights' own checks
    return recipe


@dataclass(frozen=True)
class RowResult:
    """The pictures of one row with their numbers.

    Parameters
    ----------
    pictures : array
        (N, H, W, C) bytes.
    before, after : tuple of float
        Activation of each start image and of each picture, in float32 and without transforms.
    verdicts : tuple of Verdict
        Whether each one worked.
    precision : str
        "float32" or "bfloat16", what the steps were computed in.
    """

    pictures: Any
    before: tuple[float, ...]
    after: tuple[float, ...]
    verdicts: tuple[Verdict, ...]
    precision: str


class RowAscent:
    """Climb the channels of one row step by step.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1]. It is not changed.
    row : WallRow
        Layer, channels and size.
    recipe : WallRecipe, optional
        How.
    """

    def __init__(self, model: nn.Module, row: WallRow, recipe: WallRecipe | None = None) -> None:
        self.model, self.row = model, row
        self.recipe = recipe or WallRecipe()
        self.num_steps = self.recipe.num_steps(row)
        self._objective = self.recipe.objective(row.title, row.channels)
        self._num_coarse = self.recipe.coarse_steps(row)
        self._run = self._begin(self.recipe.coarse_sides(row) if self._num_coarse else row.sides)
        self._earlier: list[AscentStep] = []
        self._scale, self._spread = self._run.scale, self._run.history.spread
        self._before = self._run.measure(self._run.image)
        self._precision = self._run.precision

    def _begin(self, sides: tuple[int, int]) -> AscentRun:
        try:
            settings = replace(self.recipe.settings, size=sides)
            return AscentRun(self.model, self._objective, settings, can_rewind=False)
        except RuntimeError:
            if not self._num_coarse:
                raise
            self._num_coarse = 0  # the network can not take images that small
            return self._begin(self.row.sides)

    @property
    def num_taken(self) -> int:
        """Number of steps taken, coarse and fine together."""
        return len(self._earlier) + self._run.num_taken

    @property
    def is_done(self) -> bool:
        """Whether all steps are taken, or NaN or infinity ended them."""
        return self.num_taken >= self.num_steps or self._run.has_diverged

    @property
    def pictures(self) -> Any:
        """The present images as bytes (N, H, W, C); smaller ones during the coarse steps."""
        return to_bytes(self._run.image)

    def step(self) -> None:
        """Take one step; NaN or infinity ends the row, its last good images stay."""
        if self._num_coarse and self.num_taken == self._num_coarse and not self._earlier:
            self._refine()
        try:
            self._run.step()
        except FloatingPointError:
            pass  # the verdicts say so

    def _refine(self) -> None:
        """Go on with the enlarged images; the unit of the activation stays that of the first start."""
        self._earlier = self._run.steps[:-1]
        start = interpolate(self._run.image, self.row.sides, mode="bicubic", align_corners=False)
        start = start.clamp(0, 1)
        self._run = AscentRun(self.model, self._objective, self.recipe.settings, start, can_rewind=False)
        self._run.scale = self._scale

    def result(self) -> RowResult:
        """Return the pictures so far with their numbers."""
        run = self._run
        return RowResult(
            pictures=self.pictures,
            before=tuple(self._before.tolist()),
            after=tuple(run.measure(run.image).tolist()),
            verdicts=tuple(judge(self._evidence(index, run.image[index])) for index in range(len(run.image))),
            precision=self._precision,
        )

    def _evidence(self, index: int, image: Tensor) -> Evidence:
        steps = [*self._earlier, *self._run.steps]
        norms = {
            name: [float(step.gradient_norms[name][index]) for step in steps]
            for name in steps[-1].gradient_norms
        }
        return Evidence(
            activations=[float(step.activation[index]) for step in steps],
            gradient_norms=norms,
            spread=self._spread,
            image=image,
            has_diverged=self._run.has_diverged,
            lr=self._run.settings.step_size,
        )
