"""One row of a filter wall: several channels of a layer climbed in one batch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from torch import nn

from .ascent_run import AscentRun
from .history import to_bytes
from .objectives import Objective, channel
from .regularizers import p_norm, total_variation
from .settings import AscentSettings, settings_from
from .verdict import Verdict
from .wall_plan import WallRow

RECIPE_VERSION = 2  # raise it when the same settings give other pictures: what is cached is void then
NUM_STEPS = 72
LR = 0.08  # on block5_conv3 80 such steps rose higher than 96 of Lucid's 0.05


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
    """

    settings: AscentSettings = field(default_factory=lambda: AscentSettings(num_steps=NUM_STEPS, lr=LR))
    tv_weight: float = 0.5
    p_norm_weight: float = 0.2

    def objective(self, layer: str, channels: int | tuple[int, ...]) -> Objective:
        """Return what is maximized for one channel or several."""
        total = channel(layer, channels)
        if self.tv_weight:
            total = total - total_variation(weight=self.tv_weight)
        return total - p_norm(p=6, weight=self.p_norm_weight) if self.p_norm_weight else total


def recipe_from(
    tv_weight: float | None = None, p_norm_weight: float | None = None, **settings: Any
) -> WallRecipe:
    """Return the recipe of a wall with some of its values changed; ``settings`` as for `vw.maximize`."""
    is_other_recipe = "preset" in settings or "optimizer" in settings  # these have step sizes of their own
    defaults = {"num_steps": NUM_STEPS, "lr": None if is_other_recipe else LR}
    ascent = settings_from(**{**defaults, **settings})
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
        recipe = recipe or WallRecipe()
        objective = recipe.objective(row.title, row.channels)
        self._run = AscentRun(model, objective, replace(recipe.settings, size=row.size))
        self._before = self._run.measure(self._run.image)
        self.num_steps = recipe.settings.num_steps

    @property
    def num_taken(self) -> int:
        """Number of steps taken."""
        return self._run.num_taken

    @property
    def is_done(self) -> bool:
        """Whether all steps are taken, or NaN or infinity ended them."""
        return self.num_taken >= self.num_steps or self._run.has_diverged

    @property
    def pictures(self) -> Any:
        """The present images as bytes (N, H, W, C)."""
        return to_bytes(self._run.image)

    def frame(self, number: int) -> Any:
        """Return the images after so many steps as bytes (N, H, W, C)."""
        return self._run.frame(number)

    def step(self) -> None:
        """Take one step; NaN or infinity ends the row, its last good images stay."""
        try:
            self._run.step()
        except FloatingPointError:
            pass  # the verdicts say so

    def result(self) -> RowResult:
        """Return the pictures so far with their numbers."""
        return RowResult(
            pictures=self.pictures,
            before=tuple(self._before.tolist()),
            after=tuple(self._run.measure(self._run.image).tolist()),
            verdicts=self._run.verdicts(),
            precision=self._run.precision,
        )
