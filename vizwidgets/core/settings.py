"""The settings of an ascent, as one value, and the recipes that have a name."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from typing import Any, TypeVar

import torch
from torch import Generator, Tensor

from .images import START_SPREAD, Fourier, Pixels, check_pixels, start_images
from .layers import nearest
from .network import PRECISIONS
from .optimizers import DEFAULT_LR, OPTIMIZERS
from .transforms import View
from .whole_numbers import check_seed, whole_number

PARAMETERIZATIONS = ("fourier", "pixels", "unbounded pixels")
LIVE = ("num_steps", "lr", "jitter", "rotate", "scale", "blur_sigma", "blur_every")


def _whole(name: str, value: Any, least: int) -> int:
    number = whole_number(value)
    if number is None or number < least:
        raise ValueError(f"{name} must be a whole number of {least} or more; got {value!r}.")
    return number


def _check_size(sides: tuple[int, ...]) -> None:
    if len(sides) != 2:
        raise ValueError(f"size must be one number or height and width; got {sides!r}.")
    for side in sides:
        _whole("size", side, 1)
    check_pixels(*sides)


def _check_word(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(
            f"{name} must be one of {', '.join(known)}; got {value!r}. {nearest(str(value), list(known))}"
        )


Settings = TypeVar("Settings")


def changed_settings(settings: Settings, changes: dict[str, Any]) -> Settings:
    """Return settings with some values changed; unknown names are answered with the nearest ones."""
    known = [field.name for field in fields(settings)]  # type: ignore[arg-type]
    for name in changes:
        if name not in known:
            raise TypeError(
                f"no setting named {name!r}; {nearest(name, known)}settings are {', '.join(known)}."
            )
    return replace(settings, **changes)  # type: ignore[type-var]


@dataclass(frozen=True)
class AscentSettings:
    """How an ascent is run. The defaults are Lucid's recipe.

    Parameters
    ----------
    num_steps : int
        Number of updates of the image, 1 or more.
    size : int or (int, int), optional
        Height and width of the image in pixels; by default those that the model was made for.
    seed : int
        Seed of the start image and of the transforms, 0..2**32 - 1.
    num_images : int
        Number of random starts in one batch (ignored where the objective lists several channels).
    parameterization : str
        "fourier" (spectrum and sigmoid), "pixels" (put back into [0, 1] after each step) or
        "unbounded pixels" (may leave [0, 1], as in keras-vis).
    decorrelate : bool
        Whether a Fourier image has decorrelated colours.
    optimizer : str
        "adam", "rmsprop" with normalized gradient (keras-vis) or "gradient" (the lecture's x + lr · ∇h(x)).
    lr : float, optional
        Size of a step; by default what suits the optimizer.
    jitter, rotate, scale : int, float, float
        Largest shift (pixels), angle (degrees) and relative change of size of the network's view.
    blur_sigma, blur_every : float, int
        Blur the image with a Gaussian of so many pixels each so many steps; 0 is never.
    precision : str
        "auto" (bfloat16 where the processor has it), "float32" or "bfloat16".
    spread : float
        Standard deviation of the noise in the start image.
    level : float
        Mean of the start image, in [0, 1]: 0.5 is gray, 0 black.
    rescue_steps : int
        During so many first steps the gradient may pass dead ReLUs if there is no other gradient.

    Raises
    ------
    ValueError
        If a value is outside of what is stated here.
    """

    num_steps: int = 256
    size: int | tuple[int, int] | None = None
    seed: int = 0
    num_images: int = 1
    parameterization: str = "fourier"
    decorrelate: bool = True
    optimizer: str = "adam"
    lr: float | None = None
    jitter: int = 8
    rotate: float = 10.0
    scale: float = 0.1
    blur_sigma: float = 0.0
    blur_every: int = 0
    precision: str = "auto"
    spread: float = START_SPREAD
    level: float = 0.5
    rescue_steps: int = 16

    def __post_init__(self) -> None:
        for name, least in (("num_steps", 1), ("num_images", 1), ("rescue_steps", 0)):
            object.__setattr__(self, name, _whole(name, getattr(self, name), least))
        object.__setattr__(self, "seed", check_seed(self.seed))
        if self.size is not None:
            _check_size(self.sides)
        _check_word("parameterization", self.parameterization, PARAMETERIZATIONS)
        _check_word("optimizer", self.optimizer, OPTIMIZERS)
        _check_word("precision", self.precision, PRECISIONS)
        if self.lr is not None and not (isinstance(self.lr, Real) and 0 < self.lr < math.inf):
            raise ValueError(f"lr must be above 0; got {self.lr!r}.")
        if not (self.blur_sigma >= 0 and self.blur_every >= 0 and self.spread >= 0):
            raise ValueError(
                "blur_sigma, blur_every and spread must be 0 or more; "
                f"got {self.blur_sigma}, {self.blur_every} and {self.spread}."
            )
        if not 0 <= self.level <= 1:
            raise ValueError(f"level must be in [0, 1], the mean of the start image; got {self.level}.")
        self.view  # noqa: B018 - its own checks

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width that were asked for."""
        if self.size is None:
            raise ValueError("no size was given")
        return self.size if isinstance(self.size, (tuple, list)) else (self.size, self.size)

    @property
    def step_size(self) -> float:
        """The lr, or what suits the optimizer."""
        return DEFAULT_LR[self.optimizer] if self.lr is None else self.lr

    @property
    def view(self) -> View:
        """The random transform of the network's view."""
        return View(self.jitter, self.rotate, self.scale)

    def changed(self, **changes: Any) -> AscentSettings:
        """Return settings with some values changed; unknown names are answered with the nearest ones."""
        return changed_settings(self, changes)

    def differences(self) -> dict[str, Any]:
        """Return the settings that are not the default."""
        default = asdict(AscentSettings())
        return {name: value for name, value in asdict(self).items() if value != default[name]}

    def start(self, count: int, channels: int, device: torch.device) -> Tensor:
        """Return the start images (N, C, H, W): one level of gray with noise from the seed."""
        generator = Generator().manual_seed(self.seed)
        shape = (count, channels, *self.sides)
        return start_images(shape, generator, self.spread, self.level).to(device)

    def parameterize(self, start: Tensor) -> Fourier | Pixels:
        """Return the parameterization of a start image."""
        if self.parameterization == "fourier":
            return Fourier(start, decorrelate=self.decorrelate)
        return Pixels(start, is_bounded=self.parameterization == "pixels")


PRESETS = {
    "lucid": AscentSettings(),
    "keras-vis": AscentSettings(
        num_steps=200, parameterization="unbounded pixels", optimizer="rmsprop", jitter=16, rotate=0.0,
        scale=0.0, spread=0.05,
    ),
    "lecture": AscentSettings(
        parameterization="pixels", optimizer="gradient", jitter=0, rotate=0.0, scale=0.0, spread=0.05,
    ),
}  # fmt: skip


def preset(name: str) -> AscentSettings:
    """Return the settings of a recipe that has a name.

    Parameters
    ----------
    name : str
        "lucid": Fourier, decorrelated colours, Adam, moving view. "keras-vis": the lecture's figures, RMSProp
        with normalized gradient on pixels that may leave [0, 1] (add its regularizers to the objective:
        ``- vw.p_norm(6) - vw.total_variation()``). "lecture": plain gradient ascent on pixels in [0, 1].

    Examples
    --------
    >>> preset("lecture").optimizer
    'gradient'
    """
    _check_word("preset", name, tuple(PRESETS))
    return PRESETS[name]


def settings_from(preset: str | None = None, **changes: Any) -> AscentSettings:
    """Return the settings of a preset (or the default ones) with some values changed."""
    if preset is not None:
        _check_word("preset", preset, tuple(PRESETS))
    base = AscentSettings() if preset is None else PRESETS[preset]
    return base.changed(**changes)
