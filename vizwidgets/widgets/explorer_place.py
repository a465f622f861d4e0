"""A place beneath a wall for one explorer at a time."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets
from torch import nn

from vizwidgets.core.wall import WallRecipe
from vizwidgets.core.wall_plan import WallRow

from .ascent import AscentExplorer


class ExplorerPlace(ipywidgets.VBox):
    """Holds one explorer; the next one ends the former."""

    def __init__(self) -> None:
        super().__init__()
        self.explorer: AscentExplorer | None = None

    def show(self, model: nn.Module, row: WallRow, channel: int, recipe: WallRecipe) -> AscentExplorer:
        """Open an explorer of one channel with the recipe of the wall."""
        settings = replace(recipe.settings, size=row.size).differences()
        settings |= {"tv_weight": recipe.tv_weight, "p_norm_weight": recipe.p_norm_weight}
        opened = AscentExplorer(model, row.title, channel, **settings)
        former, self.explorer = self.explorer, opened
        self.children = (opened,)
        if former is not None:
            former.close()
        return opened

    def end(self) -> None:
        """Stop the explorer, if there is one."""
        if self.explorer is not None:
            self.explorer.run.end()
