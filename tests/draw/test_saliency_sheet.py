"""Maps over their images: everything in its place, with its numbers, and no black square without a word."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageChops

from vizwidgets.draw.color_scale import ColorScale, color_scale, laid_over
from vizwidgets.draw.page import Page
from vizwidgets.draw.page_lines import shortened, wrapped
from vizwidgets.draw.pixels import to_bytes
from vizwidgets.draw.saliency_layout import Cell, SaliencyLayout, lay_out
from vizwidgets.draw.saliency_sheet import (
    ImageRow,
    Panel,
    cut_words,
    draw_bar,
    saliency_sheet,
    sheet_layout,
)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def row_of(count: int = 1, size: tuple[int, int] = (8, 8), colors: int = 3, seed: int = 0) -> ImageRow:
    panels = [
        Panel(f"method {index}", (index + 1) * noise(*size, seed=seed + index)) for index in range(count)
    ]
    return ImageRow(noise(colors, *size, seed=seed), panels, "an image", "what it is")


def cut_out(sheet: Image.Image, cell: Cell, zoom: int = 2) -> np.ndarray:
    corners = [zoom * part for part in (cell.left, cell.top, cell.left + cell.width, cell.top + cell.height)]
    return np.asarray(sheet.crop(tuple(map(round, corners))))


@pytest.mark.parametrize("colors, side", [(1, 28), (3, 8), (3, 224)])
def test_a_picture_is_enlarged_pixel_by_pixel_at_its_place(colors, side):
    row = row_of(2, (side, side), colors)
    layout, sheet = sheet_layout([row]), saliency_sheet([row], strength=0.6)
    for number, cell in enumerate(layout.cells[0]):
        pixels = to_bytes(row.image)
        if number:
            values = row.panels[number - 1].values
            pixels = laid_over(pixels, values, color_scale([values]), 0.6)
        times = 2 * layout.side // side
        assert np.array_equal(cut_out(sheet, cell), pixels.repeat(times, 0).repeat(times, 1))


@pytest.mark.parametrize("count", range(1, 7))
@pytest.mark.parametrize("rows", range(1, 5))
@pytest.mark.parametrize("scale", ["image", "row", "global"])
def test_no_picture_leaves_the_sheet_or_covers_another(rows, count, scale):
    layout = lay_out([(6, 6)] * rows, [count] * rows, scale)
    taken = np.zeros((round(layout.height), round(layout.width)), int)
    for cells in layout.cells:
        assert len(cells) == count + 1
        for cell in cells:
            left, top, right, bottom = (
                round(part) for part in (cell.left, cell.top, cell.left + cell.width, cell.top + cell.height)
            )
            assert 0 <= left and right <= layout.width and 0 <= top and bottom <= layout.height
            taken[top:bottom, left:right] += 1
    for left, top, width in layout.bars:
        taken[round(top) : round(top) + 26, round(left) : round(left + width)] += 1
    assert taken.max() == 1
    assert len(layout.bars) == {"image": 0, "row": rows, "global": 1}[scale]


def test_a_rectangle_keeps_its_proportions():
    wide, tall = lay_out([(4, 8)], [1]).cells[0][1], lay_out([(8, 4)], [1]).cells[0][1]
    assert wide.width == 2 * wide.height and tall.height == 2 * tall.width
    assert saliency_sheet([row_of(2, (5, 8)), row_of(3, (8, 5))]).width > 0


def test_scales_belong_to_a_map_to_an_image_or_to_all():
    flat = torch.ones(8, 8)
    rows = [ImageRow(torch.zeros(1, 8, 8), [Panel("a", flat), Panel("b", 2 * flat)]),
            ImageRow(torch.zeros(1, 8, 8), [Panel("a", 4 * flat)])]  # fmt: skip
    ends = {"image": [1, 2, 4], "row": [2, 2, 4], "global": [4, 4, 4]}
    for scale, wanted in ends.items():
        layout, sheet = sheet_layout(rows, scale), saliency_sheet(rows, strength=1, scale=scale)
        cells = [cell for row in layout.cells for cell in row[1:]]
        for cell, value, end in zip(cells, (1, 2, 4), wanted, strict=True):
            color = ColorScale(end, end).colors([[float(value)]])[0, 0]
            assert (cut_out(sheet, cell) == color).all()


def test_a_map_of_zeros_and_one_that_is_missing_say_so_instead_of_being_black():
    row = ImageRow(
        noise(3, 8, 8), [Panel("a", torch.zeros(8, 8)), Panel("b", None, "no convolution"), Panel("c")]
    )
    sheet, layout = saliency_sheet([row], strength=1.0), sheet_layout([row])
    for cell in layout.cells[0][1:]:
        seen = cut_out(sheet, cell)
        assert (seen == 236).all(axis=2).mean() > 0.8  # light gray
        assert (seen < 60).all(axis=2).any()  # with dark words
    for shared in ("row", "global"):
        saliency_sheet([row], scale=shared)


def test_the_mark_is_around_its_pixel_on_every_picture_and_nowhere_else():
    row = row_of(3, (16, 16))
    plain, marked = (saliency_sheet([row], mark=mark) for mark in (None, (4, 11)))
    layout = sheet_layout([row])
    changed = np.asarray(ImageChops.difference(plain, marked)).any(axis=2)
    for cell in layout.cells[0]:
        center = 2 * (cell.left + 11.5 / 16 * cell.width), 2 * (cell.top + 4.5 / 16 * cell.height)
        rows, columns = np.nonzero(changed)
        near = np.hypot(columns - center[0], rows - center[1])
        assert 8 < near.min() < 16  # a ring: the pixel itself stays visible
        changed[rows[near < 40], columns[near < 40]] = False
    assert not changed.any()


def test_a_cut_scale_is_explained_in_a_last_line():
    tail = noise(20, 20)
    tail[3, 3] = 50
    rows = [ImageRow(noise(1, 20, 20), [Panel("gradient", tail)])]
    cut, whole = saliency_sheet(rows), saliency_sheet(rows, top=100)
    last = [np.asarray(sheet)[-56:] for sheet in (cut, whole)]
    assert (last[0] < 128).any() and (last[1] == 255).all() and cut.size == whole.size
    assert cut_words(99.5) == "≥: the strongest 0.5 % of the pixels share the last colour."


@pytest.mark.parametrize("width, number", [(300, 3), (100, 2), (64, 2)])
def test_the_numbers_of_a_bar_do_not_touch(width, number):
    page = Page(340, 60)
    draw_bar(page, 20, 5, width, ColorScale(0.0346, 1.0))
    inked = (np.asarray(page.sheet)[30:] < 128).any(axis=2).any(axis=0)
    places = np.nonzero(inked)[0]
    gaps = np.diff(places)
    assert (gaps > 14).sum() >= number - 1 and places.min() >= 40


def test_a_quick_sheet_has_half_the_pixels():
    row = row_of(6, (28, 28))
    fine, quick = saliency_sheet([row]), saliency_sheet([row], zoom=1)
    assert (fine.width, fine.height) == (2 * quick.width, 2 * quick.height)


def test_what_cannot_be_drawn_is_refused_in_words():
    row = row_of()
    for rows in ([], [row] * 5, [row_of(7)]):
        with pytest.raises(ValueError, match="a sheet has 1 to 4 images with up to 6 maps each"):
            saliency_sheet(rows)
    with pytest.raises(ValueError, match="scale must be one of image, row, global; got 'column'"):
        saliency_sheet([row], scale="column")
    with pytest.raises(ValueError, match="the map must be"):
        saliency_sheet([ImageRow(noise(3, 8, 8), [Panel("a", noise(4, 8))])])
    with pytest.raises(ValueError, match="mark must be a pixel"):
        saliency_sheet([row], mark=(8, 0))


def test_long_words_are_shortened_and_wrapped_and_never_lost_without_a_sign():
    assert shortened("short", 100, 12) == "short" and shortened("a very long name indeed", 60, 12).endswith(
        "…"
    )
    assert " ".join(wrapped("one two three four", 60, 12)) == "one two three four"
    assert wrapped("one two three four five six seven", 50, 12, most=2)[-1].endswith("…")
    assert wrapped("", 50, 12) == [""]


def test_a_layout_is_a_value():
    assert lay_out([(8, 8)], [2]) == lay_out([(8, 8)], [2]) and isinstance(
        lay_out([(8, 8)], [2]), SaliencyLayout
    )
