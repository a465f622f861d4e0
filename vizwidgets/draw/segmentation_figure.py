"""Segmentations on paper: pictures with titles, a legend, and bars with the intersection over union."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from .broken_lines import broken
from .charts import NotebookFigure
from .class_bars import bars_height, draw_class_bars
from .class_key import ClassKey
from .label_picture import BOTH, FALSE_ALARM, MISSED, WRONG, LabelLook
from .pixels import to_bytes
from .segmentation_sheet import LabelPanel, SegmentationRow, panel_lines

WIDTH, TITLE, WORDS, CAPTION = 9.6, 0.3, 0.27, 0.34  # inches
WIDEST = 2.9  # picture
ENTRY, LINE = 1.6, 0.26  # inches of an entry of the legend: across and down
LETTERS = 9.5  # points: names in the pictures
TITLE_SIZE, WORDS_SIZE, KEY_SIZE = 13, 12.5, 12.5  # points
LEADING = 1.25  # from one line of words to the next, in their size


def segmentation_figure(
    rows: Sequence[SegmentationRow],
    key: ClassKey,
    look: LabelLook | None = None,
    ious: Mapping[str, Sequence[float]] | None = None,
    caption: str = "",
) -> NotebookFigure:
    """Draw images with truth, predictions and errors for paper.

    Parameters
    ----------
    rows : sequence of SegmentationRow
        Images of one size.
    key : ClassKey
        Names and colours.
    look : LabelLook, optional
        Zoom, strength, and the class that is brought out.
    ious : mapping of str to sequence of float, optional
        By the network's name, one value for each class: bars beneath the pictures.
    caption : str
        Beneath.

    Raises
    ------
    ValueError
        If there are no rows, sizes differ, or a label image holds a number that no class has.

    Examples
    --------
    >>> import numpy as np
    >>> from .class_key import class_key
    >>> truth = np.zeros((4, 8), int)
    >>> row = SegmentationRow(np.zeros((3, 4, 8)), truth, {"net": truth})
    >>> figure = segmentation_figure([row], class_key(["sky", "road"]))
    >>> [axis.get_title(loc="left") for axis in figure.axes][:4]
    ['image', 'truth', 'net', 'errors']
    """
    if not rows:
        raise ValueError("there is no image to show.")
    columns = max(map(_columns, rows))
    across = min(WIDTH / columns, WIDEST)
    height, width = to_bytes(rows[0].image).shape[:2]
    look = replace(look or LabelLook(), letters=LETTERS / 72 / across * width)
    lines = [_fitting(line, 72 * 0.94 * across) for row in rows for line in panel_lines(row, key, look)]
    bars = [] if ious is None else [bars_height(key, len(ious))]
    entries = _entries(key, look, any(row.predictions for row in rows))
    beside = min(len(entries), 6, int(across * columns / ENTRY))
    legend = 0.12 + LINE * -(-len(entries) // beside)
    heights = [*(across * 0.96 * height / width + _words_height(line) for line in lines), legend, *bars]
    size = across * columns, sum(heights) + (CAPTION if caption else 0)
    figure = NotebookFigure(figsize=size, dpi=100, layout="constrained")
    table = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    for number, line in enumerate(lines):
        for place, panel in enumerate(line):
            _show(figure.add_subplot(table[number, place]), panel)
    _draw_legend(figure.add_subplot(table[len(lines), :]), entries, beside)
    if ious is not None:
        draw_class_bars(figure.add_subplot(table[-1, :]), ious, key)
    if caption:
        figure.supxlabel(caption, fontsize=WORDS_SIZE)
    return figure


def _fitting(line: Sequence[LabelPanel], width: float) -> list[LabelPanel]:
    """Break titles and words that would reach into the next picture, at a width in points."""
    return [
        panel._replace(
            title=broken(panel.title, width, TITLE_SIZE, is_bold=True),
            words=broken(panel.words, width, WORDS_SIZE),
        )
        for panel in line
    ]


def _words_height(line: Sequence[LabelPanel]) -> float:
    """Return what titles and words of a line of pictures need, in inches."""
    above, below = (max(getattr(panel, part).count("\n") for panel in line) for part in ("title", "words"))
    return TITLE + WORDS + LEADING / 72 * (above * TITLE_SIZE + below * WORDS_SIZE)


def _columns(row: SegmentationRow) -> int:
    if row.labels is None:
        return 1 + len(row.predictions)
    return 4 if len(row.predictions) == 1 else max(2, 1 + len(row.predictions))


def _show(axis: Axes, panel: LabelPanel) -> None:
    axis.imshow(panel.picture, interpolation="antialiased")
    axis.set_title(panel.title, fontsize=TITLE_SIZE, loc="left", weight="bold")
    axis.set_xlabel(panel.words, fontsize=WORDS_SIZE, loc="left", color="#555555")
    axis.set_xticks([])
    axis.set_yticks([])
    axis.spines[:].set_visible(False)


def _draw_legend(axis: Axes, entries: Sequence[Patch], beside: int) -> None:
    axis.axis("off")
    axis.legend(
        handles=entries, loc="center", ncols=beside, fontsize=KEY_SIZE, frameon=False,
        handlelength=1.4, handleheight=1.2, columnspacing=1.4, borderpad=0,
    )  # fmt: skip


def _entries(key: ClassKey, look: LabelLook, has_errors: bool) -> list[Patch]:
    """Return a patch for each class and pattern; the class that is brought out has a thick edge."""
    handles = [
        Patch(facecolor=_share(color), edgecolor="black", label=name, linewidth=2 if here else 0.5)
        for name, color, here in zip(
            key.names, key.colors, [number == look.picked for number in range(len(key))], strict=True
        )
    ]
    handles.append(Patch(facecolor="white", edgecolor="#8c8c8c", hatch="/////", label="void"))
    if has_errors and look.picked is None:
        handles.append(Patch(facecolor=_share(WRONG), label="wrong"))
    elif has_errors and look.picked is not None:
        handles += [
            Patch(facecolor=_share(BOTH), label=f"{key.names[look.picked]} in both"),
            Patch(facecolor="white", edgecolor=_share(MISSED[1]), hatch="/////", label="missed"),
            Patch(facecolor=_share(FALSE_ALARM[0]), edgecolor="black", hatch="....", label="false alarm"),
        ]
    return handles


def _share(color: tuple[int, int, int]) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in color)
    return red, green, blue
