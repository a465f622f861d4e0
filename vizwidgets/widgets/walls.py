"""A wall of filters, the lecture's figure: `FilterWall`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from time import monotonic
from typing import Any

import ipywidgets
from PIL import Image
from torch import nn

from vizwidgets.core.layers import check_model, find_layer
from vizwidgets.core.wall import recipe_from
from vizwidgets.core.wall_plan import Channels, plan_wall
from vizwidgets.data.storage import write_atomically
from vizwidgets.draw.pixels import png

from .ascent import AscentExplorer
from .ascent_words import provenance_line
from .cells import claim_cell
from .code_box import CodeBox
from .controls import button
from .explorer_place import ExplorerPlace
from .filmed import Reel
from .pulse import pulse_of
from .recorder import MOST_SCENES
from .run import Run
from .still import Still
from .wall_figure import wall_figure
from .wall_film import wall_scenes, wall_stages
from .wall_stepper import WallStepper
from .wall_view import WallView
from .wall_words import status_words, wall_code, wall_data, wall_record, wall_words

UPDATE_SECONDS = 0.5  # a screen reader reads the status line aloud: not more often than this
COMMANDS = {
    "start": ("play", "Compute the pictures that are missing, or go on"),
    "pause": ("pause", "Hold after this step"),
    "stop": ("stop", "End here; the pictures stay"),
    "reset": ("undo", "Forget the pictures, to compute them anew"),
}


class FilterWall(Still):
    """For some filters of each layer, the image that activates them most.

    Rows appear while they are computed, and are kept on disk: the next time they are there at once. A picture
    that did not come out is marked with its verdict. Click one to see it large, with its numbers.

    Parameters
    ----------
    model : nn.Module
        Takes images (N, C, H, W) in [0, 1], from ``vw.load_model`` or ``vw.wrap``.
    layers : list of str, optional
        Names or aliases. By default the last convolution of each block where the model has blocks (VGG), else
        up to five convolutions spread over the depth.
    channels : int, list of int, or dict of str to list of int
        That many channels of each layer, drawn with the seed; or these; or these of each layer.
    size : int, optional
        Side of the pictures in pixels; by default it grows with the receptive field.
    tv_weight, p_norm_weight : float
        Weights of total variation and p-norm, in units of the activation's pull on the start image.
    use_cache : bool
        Whether pictures are read from the cache folder and kept there.
    **settings
        Fields of `AscentSettings` such as ``seed=1``, ``num_steps=128`` or ``precision="float32"``, or
        ``preset="keras-vis"``.

    Raises
    ------
    TypeError, ValueError
        If layers, channels or settings do not exist; the message says what does.

    References
    ----------
    Lecture, "Activation Maximization: Features".

    Examples
    --------
    >>> net = nn.Sequential(nn.Conv2d(1, 4, 3)); net.input_shape = (1, 12, 12)
    >>> wall = FilterWall(net, channels=[0, 3], num_steps=2, use_cache=False)
    >>> wall.run_to_end()
    >>> wall.run.state, wall.figure().width > 0
    ('done', True)
    """

    view: WallView

    def __init__(
        self,
        model: nn.Module,
        layers: str | Sequence[str] | None = None,
        channels: Channels = 10,
        *,
        size: int | None = None,
        tv_weight: float | None = None,
        p_norm_weight: float | None = None,
        use_cache: bool = True,
        **settings: Any,
    ) -> None:
        given: dict[str, Any] = {"layers": layers, "channels": None if channels == 10 else channels}
        given |= {"size": size, "tv_weight": tv_weight, "p_norm_weight": p_norm_weight, **settings}
        self._given = {name: value for name, value in given.items() if value is not None}
        check_model(model)
        self.model, self.recipe = model, recipe_from(tv_weight, p_norm_weight, **settings)
        rows = plan_wall(model, layers, channels, seed=self.recipe.settings.seed, size=size)
        self._stepper = WallStepper(model, rows, self.recipe, use_cache)
        super().__init__()
        self.run = Run(self._stepper, self._on_step, self._on_rest)
        self.view = WallView(self.run.seen, self._open)
        self._num_shown, self._updated_at = 0, float("-inf")
        self._assemble()
        claim_cell(self)
        if self._stepper.is_done:
            self.run.run_to_end()

    def _assemble(self) -> None:
        header = ipywidgets.HTML(
            '<span class="vw-title">Filter wall</span><span class="vw-subtitle">'
            f"{escape(provenance_line(self.model, self._stepper.precision))}</span>"
        )
        header.add_class("vw-header")
        self.buttons = {
            name: button(name.capitalize(), icon, tooltip, getattr(self.run, name))
            for name, (icon, tooltip) in COMMANDS.items()
        }
        self.buttons["start"].add_class("vw-primary")
        bar = ipywidgets.HBox(list(self.buttons.values()))
        bar.add_class("vw-buttons")
        bar.add_class("vw-wall-bar")
        self.code_box = CodeBox(self.code)
        self._place = ExplorerPlace()
        pulse = pulse_of(self.run, lambda: status_words(self.run, self._stepper))
        self.children = (header, bar, *pulse, self.view, self.code_box, self._place)
        self.add_class("vw-root")
        self.run.observe(lambda _: self._update(), ["state", "error", "note"])
        self._on_rest()

    # -- in Python ------------------------------------------------------------------------------------

    def run_to_end(self) -> None:
        """Compute what is missing in the calling thread: for scripts, tests and handouts."""
        self.run.run_to_end()

    def end(self) -> None:
        """Stop the wall and the explorer beneath it; harmless when nothing runs."""
        self.run.end()
        self._place.end()

    def close(self) -> None:
        """End the run and take the widget from the page."""
        if hasattr(self, "run"):  # ipywidgets also closes what was never finished
            self.end()
        super().close()

    def select(self, layer: str, channel: int) -> None:
        """Show one picture large, as a click does.

        Raises
        ------
        ValueError
            If it is not on the wall.
        """
        self.view.selected = list(self._find(layer, channel))

    def explore(self, layer: str, channel: int) -> AscentExplorer:
        """Open an explorer of one filter beneath the wall; the former one ends."""
        row, _ = self._find(layer, channel)
        return self._place.show(self.model, self._stepper.rows[row], channel, self.recipe)

    @property
    def explorer(self) -> AscentExplorer | None:
        """The explorer that is open beneath the wall."""
        return self._place.explorer

    def figure(self, beside: FilterWall | None = None) -> Image.Image:
        """Return the wall as one picture.

        Parameters
        ----------
        beside : FilterWall, optional
            Another wall, e.g. of the fine-tuned network: at the right of each row stands its row of the same
            layer, with the filters that both walls have.

        Raises
        ------
        ValueError
            If the other wall has none of the layers.
        """
        self.run.wait_for_orders()
        return wall_figure(self._stepper, None if beside is None else beside._stepper)

    def save(self, path: str | os.PathLike[str], most_scenes: int = MOST_SCENES) -> Path:
        """Write the film of the wall as ``.html`` or ``.gif``, see `Filmed.save`, or `figure` as ``.png``.

        Raises
        ------
        ValueError
            If the name ends in none of the three.
        """
        path = Path(path)
        if path.suffix.lower() != ".png":
            if path.suffix.lower() not in (".html", ".gif"):
                own = path.with_suffix(".png").name
                raise ValueError(f"a wall is saved as PNG, its film as .html or .gif; name the file {own!r}.")
            return super().save(path, most_scenes)
        write_atomically(path, png(self.figure()))
        return path

    def code(self) -> str:
        """Return the Python that makes this wall."""
        return wall_code(self.model, self._given)

    def record(self) -> dict[str, Any]:
        """Return model, recipe, versions, and the numbers and verdict of each picture, as JSON-able data."""
        self.run.wait_for_orders()
        return wall_record(self._stepper, self._given)

    def _reel(self, most: int) -> Reel:
        """Finished rows are kept, and of each some stages: the wall fills with them."""
        self.run.wait_for_orders()
        with self.run.held():
            shown = wall_stages(self._stepper)
        return Reel(wall_scenes(self._stepper, shown, most) if len(shown) > 1 else ())

    # -- what the run calls ---------------------------------------------------------------------------

    def _on_step(self) -> None:
        stepper = self._stepper
        if stepper.num_done != self._num_shown:
            self._show()
        elif self.view.is_ready and stepper.ascent is not None and stepper.current is not None:
            self.view.push(stepper.current, stepper.ascent.pictures, stepper.ascent.num_taken)
        if monotonic() - self._updated_at >= UPDATE_SECONDS:
            self._update()

    def _on_rest(self) -> None:
        self._show()
        self._update()
        self.code_box.update()
        self._renew_display()

    def _show(self) -> None:
        """Write what stays: finished rows with their verdicts, and the pictures of a row in the making."""
        stepper = self._stepper
        self._num_shown = stepper.num_done
        self.view.rest(wall_data(stepper, self.run.state == "running"), stepper.pictures())

    def _update(self) -> None:
        """Renew buttons, progress and status line."""
        self._updated_at = monotonic()
        for name, each in self.buttons.items():
            each.disabled = not self.run.allows(name)
        self.view.progress = min(1.0, self._stepper.share)
        self.view.status = status_words(self.run, self._stepper)
        troubles = (self.run.error, self.run.note, self._stepper.cache_note)
        self.view.trouble = " · ".join(filter(None, troubles))

    # -- explorer and picture -------------------------------------------------------------------------

    def _find(self, layer: str, channel: int) -> tuple[int, int]:
        name = find_layer(self.model, layer).name
        for index, row in enumerate(self._stepper.rows):
            if row.layer.name == name and channel in row.channels:
                return index, row.channels.index(channel)
        raise ValueError(f"channel {channel} of {layer!r} is not on this wall, which shows {self._words()}.")

    def _open(self, row: int, index: int) -> None:
        """Answer the button in the browser; what goes wrong is shown there."""
        try:
            shown = self._stepper.rows[row]
            self._place.show(self.model, shown, shown.channels[index], self.recipe)
        except (ValueError, TypeError, RuntimeError) as refusal:
            self.view.trouble = str(refusal)

    def _still_png(self) -> bytes:
        return png(self.figure())

    def _words(self) -> str:
        return wall_words(self._stepper)
