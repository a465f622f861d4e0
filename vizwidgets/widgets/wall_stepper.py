"""What the run of a `FilterWall` drives: its rows, one after the other, those kept in the cache at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from time import monotonic
from typing import Any

from torch import nn

from vizwidgets.core.layers import device_of
from vizwidgets.core.network import choose_precision
from vizwidgets.core.record import weights_hash
from vizwidgets.core.wall import RECIPE_VERSION, RowAscent, RowResult, WallRecipe
from vizwidgets.core.wall_plan import WallRow, work_of
from vizwidgets.data.wall_cache import read_row, write_row
from vizwidgets.draw.wall_sheet import side_for

from .wall_stages import Stage, stages_of


class WallStepper:
    """Steps through the rows of a wall.

    Parameters
    ----------
    model : nn.Module
        The model.
    rows : sequence of WallRow
        What to show.
    recipe : WallRecipe
        How it is made.
    use_cache : bool
        Whether rows are read from the cache and kept there.
    """

    furthest = 0  # a wall goes back to its beginning only

    def __init__(
        self, model: nn.Module, rows: Sequence[WallRow], recipe: WallRecipe, use_cache: bool = True
    ) -> None:
        self.model, self.rows, self.recipe = model, tuple(rows), recipe
        self.use_cache = use_cache
        self.precision = choose_precision(recipe.settings.precision, device_of(model))
        self.cache_note = ""
        self.side = side_for(max(len(row.channels) for row in self.rows))  # of a picture in a film
        self._work = [work_of(model, row) for row in self.rows]
        self.results: list[RowResult | None] = []
        self.reset()
        if use_cache:
            self.results = [read_row(self.facts(row)) for row in self.rows]
            self.num_cached = sum(result is not None for result in self.results)
            self._find_next()

    def reset(self) -> None:
        """Forget the pictures; the next steps compute them anew."""
        self._facts = self._common_facts()  # the weights may have been trained since the last time
        self.results = [None] * len(self.rows)
        self.num_cached = 0
        self.stages: dict[int, list[Stage]] = {}  # of rows that were computed here
        self._seconds, self._worked = 0.0, 0.0
        self._find_next()

    def _find_next(self) -> None:
        waiting = (index for index, result in enumerate(self.results) if result is None)
        self.current: int | None = next(waiting, None)
        self.ascent: RowAscent | None = None
        self.num_taken = self._count_steps()

    @property
    def is_done(self) -> bool:
        """Whether every row is there."""
        return self.current is None

    @property
    def row(self) -> WallRow | None:
        """The row that is computed now, or next."""
        return None if self.current is None else self.rows[self.current]

    @property
    def num_steps(self) -> int:
        """Steps of all rows together."""
        return self.recipe.settings.num_steps * len(self.rows)

    @property
    def num_done(self) -> int:
        """Number of rows that are there."""
        return sum(result is not None for result in self.results)

    def _count_steps(self) -> int:
        """Count the steps taken; a row from the cache counts as taken."""
        in_flight = self.ascent.num_taken if self.ascent else 0
        return self.num_done * self.recipe.settings.num_steps + in_flight

    @property
    def share(self) -> float:
        """Share of the work that is done, 0 to 1."""
        done = sum(work for work, result in zip(self._work, self.results, strict=True) if result is not None)
        return (done + self._work_in_flight()) / max(sum(self._work), 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the wall is complete, as far as can be told; None before the first steps."""
        if not self._worked:
            return None
        return self._seconds / self._worked * (1 - self.share) * sum(self._work)

    def _work_in_flight(self) -> float:
        if self.ascent is None or self.current is None:
            return 0.0
        return self._work[self.current] * self.ascent.num_taken / self.ascent.num_steps

    def step(self) -> None:
        """Take one step of the row that is computed now.

        Raises
        ------
        StopIteration
            When every row is there.
        """
        if self.row is None or self.current is None:
            raise StopIteration
        begun, before = monotonic(), self._work_in_flight()
        if self.ascent is None:
            self.ascent = RowAscent(self.model, self.row, self.recipe)
        self.ascent.step()
        self.num_taken = self._count_steps()
        self._seconds += monotonic() - begun
        self._worked += self._work_in_flight() - before
        if self.ascent.is_done:
            self._keep(self.ascent.result())

    def _keep(self, result: RowResult) -> None:
        assert self.row is not None and self.current is not None and self.ascent is not None
        self.stages[self.current] = stages_of(self.ascent, self.side)
        self.results[self.current] = result
        if self.use_cache:
            self.cache_note = write_row(self.facts(self.row), result)
        self._find_next()
        if self.is_done:
            raise StopIteration

    def rewind(self, num_taken: int) -> None:
        """Go back to the beginning (the run allows no other place)."""
        self.reset()

    def pictures(self) -> list[Any]:
        """Return the pictures (N, H, W, C) of each row, also of one in the making; None if there are none."""
        pictures = [None if result is None else result.pictures for result in self.results]
        if self.ascent is not None and self.current is not None:
            pictures[self.current] = self.ascent.pictures
        return pictures

    def facts(self, row: WallRow) -> dict[str, Any]:
        """Return everything that decides how a row comes out."""
        objective = self.recipe.objective(row.layer.name, row.channels).to_dict()
        return {**self._facts, "size": row.sides, "objective": objective}

    def _common_facts(self) -> dict[str, Any]:
        recipe = asdict(self.recipe)
        return {
            "recipe_version": RECIPE_VERSION,
            "weights_hash": weights_hash(self.model),
            "model": repr(self.model),  # its normalization and structure; the hash knows the weights alone
            "recipe": {**recipe, "settings": {**recipe["settings"], "precision": self.precision}},
        }
