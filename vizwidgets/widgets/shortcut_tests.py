"""The questions that show whether a network looks at the animal or at what is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache

import torch
from torch import Tensor, nn

from vizwidgets.core.metrics import predictions
from vizwidgets.data.sheep_goats import BACKGROUNDS, SheepGoats, sheep_goats

from .meters import Meter, percent

TEST_SEED = 1_000_000  # far from the seeds that the training sets are drawn with
HINTS = {
    "training": "accuracy on the pictures that it was trained with",
    "expected": "new animals: sheep on grass, goats on rock",
    "conflict": "the same new animals, backgrounds swapped: goats on grass, sheep on rock",
    "snow or sand": "the same new animals on backgrounds that it was hardly or never trained with",
    "after a swap": "share of the new animals whose prediction stays when only the background is swapped",
}


@dataclass(frozen=True)
class Answers:
    """Accuracies of one network, 0 to 1; `unmoved` is the share of predictions that a swap leaves alone."""

    training: float
    expected: float
    conflict: float
    other: float
    unmoved: float

    def meters(self) -> list[Meter]:
        """Return a bar for each."""
        shares = asdict(self).values()
        return [Meter(name, share, hint) for (name, hint), share in zip(HINTS.items(), shares, strict=True)]


def empty_meters() -> list[Meter]:
    """Return the bars before anything is known."""
    return [Meter(name, None, hint) for name, hint in HINTS.items()]


class TestAnimals:
    """Animals that no training set holds, on each kind of background; drawn when they are first needed.

    Parameters
    ----------
    num_images : int
        How many, an even number.
    """

    __test__ = False  # pytest, which collects what is called Test, leaves it alone

    def __init__(self, num_images: int = 100) -> None:
        self._num_images = num_images

    @cached_property
    def expected(self) -> SheepGoats:
        """Sheep on grass, goats on rock."""
        return sheep_goats(self._num_images, 1.0, seed=TEST_SEED)

    @cached_property
    def conflict(self) -> SheepGoats:
        """The same animals, the backgrounds swapped."""
        return self.expected.swapped()

    @cached_property
    def other(self) -> SheepGoats:
        """The same animals on snow and sand, in turns."""
        snow, sand = BACKGROUNDS.index("snow"), BACKGROUNDS.index("sand")
        places = torch.arange(self._num_images) // 2 % 2
        return self.expected.on(torch.where(places == 0, snow, sand))

    def ask(self, model: nn.Module, training: tuple[Tensor, Tensor]) -> Answers:
        """Return what a network gets right, of its training images and of these animals."""
        right = self.expected.labels
        expected, conflict = (predictions(model, each.images) for each in (self.expected, self.conflict))
        other = predictions(model, self.other.images)
        return Answers(
            _share(predictions(model, training[0]) == training[1]),
            _share(expected == right),
            _share(conflict == right),
            _share(other == right),
            _share(expected == conflict),
        )


@lru_cache(maxsize=4)
def animals_for_tests(num_images: int = 100) -> TestAnimals:
    """Return the animals that every lab asks about: they are drawn once."""
    return TestAnimals(num_images)


def _share(is_true: Tensor) -> float:
    return float(is_true.float().mean())


@dataclass
class Landed:
    """What every finished training came to, by how its training set was made."""

    runs: dict[str, dict[int, Answers]] = field(default_factory=dict)

    def add(self, setting: str, seed: int, answers: Answers) -> None:
        """Note a training; one with the same seed replaces the earlier one."""
        self.runs.setdefault(setting, {})[seed] = answers

    def rows(self) -> list[tuple[str, ...]]:
        """Return one row per setting: its name, its number of seeds, and mean and range of each answer."""
        rows = []
        for setting, by_seed in self.runs.items():
            columns = zip(*(asdict(answers).values() for answers in by_seed.values()), strict=True)
            rows.append((setting, str(len(by_seed)), *map(_mean_and_range, columns)))
        return rows

    def html(self) -> str:
        """Return the table."""
        if not self.runs:
            return ""
        head = "".join(f"<th>{word}</th>" for word in ("training set", "seeds", *HINTS))
        body = "".join(f"<tr>{''.join(f'<td>{word}</td>' for word in row)}</tr>" for row in self.rows())
        title = '<span class="vw-label">Finished trainings: mean, and lowest – highest over seeds</span>'
        return f'{title}<div class="vw-scroll"><table class="vw-table"><tr>{head}</tr>{body}</table></div>'


def _mean_and_range(shares: Sequence[float]) -> str:
    mean = percent(sum(shares) / len(shares))
    if len(shares) == 1:
        return mean
    return f"{mean} ({100 * min(shares):.0f}–{100 * max(shares):.0f})"
