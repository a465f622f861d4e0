"""UnitExplorer without a browser: values against the network itself, clicks, and what is refused."""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import vizwidgets as vw
from tests.core.nets import small_net
from vizwidgets.draw.signed import signed, signed_colors
from vizwidgets.draw.unit_sheet import BARS, HEIGHT, LINE, RIGHT, SIDE, TOP, WIDTH, place_at, sheet_height
from vizwidgets.widgets.units import UnitExplorer

IMAGES = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def explorer(**changes: Any) -> UnitExplorer:
    return UnitExplorer(small_net(), IMAGES, **{"layer": "block2_conv1", "channel": 5, **changes})


def expected(layer: int, image: int) -> torch.Tensor:
    with torch.no_grad():
        return small_net()[: layer + 1](IMAGES[image][None])[0]


def shown(widget: UnitExplorer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(widget.view.picture)))


def test_the_value_is_that_of_the_networks_own_forward_pass() -> None:
    for row, column, image in [(0, 0, 0), (5, 2, 3), (3, 3, 1)]:
        widget = explorer(row=row, column=column, image_number=image)
        assert widget.value == pytest.approx(expected(3, image)[5, row, column].item(), rel=1e-5)
        assert signed(widget.value, 20) in widget._reading.value


def test_without_a_place_the_unit_at_the_centre_is_taken() -> None:
    assert explorer().unit == (5, 3, 3)
    assert UnitExplorer(small_net(), IMAGES).layer == "block1_conv1"


def test_the_code_gives_the_value_on_the_screen() -> None:
    widget, names = (
        explorer(row=1, column=4, image_number=2),
        {"vw": vw, "images": IMAGES, "model": small_net()},
    )
    assignment, value = widget.code().splitlines()
    exec(assignment, names)
    assert eval(value, names).item() == pytest.approx(widget.value, rel=1e-5)
    assert widget.code() in widget.code_box._code()


def test_a_change_of_the_unit_or_the_image_changes_picture_and_number() -> None:
    widget = explorer()
    for name, value in [
        ("channel", 2),
        ("row", 0),
        ("column", 5),
        ("image_number", 3),
        ("layer", "block1_conv1"),
    ]:
        before, reading, words = widget.view.picture, widget._reading.value, widget.view.words
        setattr(widget, name, value)
        assert widget.view.picture != before and widget.view.words != words
        assert widget._reading.value != reading
        assert widget._controls[name].value == value


def test_a_control_moves_the_trait_and_the_sliders_follow_the_layer() -> None:
    widget = explorer(row=5, column=5)
    widget._controls["layer"].value = "7"
    assert widget.unit == (3,)
    assert widget._controls["channel"].max == 3
    assert widget._controls["row"].layout.display == "none"
    assert widget.value == pytest.approx(expected(7, 0)[3].item(), rel=1e-5)
    widget._controls["layer"].value = "block1_conv1"
    assert widget._controls["row"].max == 15 and widget._controls["row"].layout.display == ""
    widget._controls["row"].value = 14
    assert widget.unit == (3, 14, 0)


def test_the_strongest_unit_is_the_maximum_of_the_map_or_the_vector() -> None:
    widget = explorer(image_number=1)
    widget.to_strongest()
    assert widget.value == pytest.approx(expected(3, 1)[5].max().item(), rel=1e-5)
    widget.layer = "7"
    widget.to_strongest()
    assert widget.channel == expected(7, 1).argmax().item()


def test_a_click_on_the_map_goes_to_that_unit() -> None:
    widget = explorer()
    at = [(RIGHT + (column + 0.5) * SIDE / 6) / WIDTH for column in range(6)]
    widget.view._receive(None, {"type": "click", "x": at[4], "y": (TOP + 1.5 * SIDE / 6) / HEIGHT}, [])
    assert widget.unit == (5, 1, 4)
    widget.view._receive(None, {"type": "click", "x": 0.1, "y": 0.9}, [])
    assert widget.unit == (5, 1, 4)


@pytest.mark.parametrize(("count", "number"), [(10, 3), (128, 0), (128, 64), (128, 127)])
def test_a_click_on_a_bar_goes_to_the_unit_whose_bar_it_is(count: int, number: int) -> None:
    height = sheet_height((count,))
    first = min(max(number - BARS // 2, 0), max(count - BARS, 0))
    for line in range(min(BARS, count)):
        place = place_at((RIGHT + 9) / WIDTH, (TOP + (line + 0.5) * LINE) / height, (count,), number)
        assert place == (first + line,)
    assert place_at(0.01, 0.5, (count,), number) is None


def test_in_the_picture_the_marked_part_of_the_image_is_what_moves_the_unit() -> None:
    """Painting the seen pixels white shows in the panel below; painting others does not."""
    widget = explorer(row=0, column=5)
    rows, columns = widget.layer_info.field.seen((0, 5), (16, 16))
    changed = IMAGES.clone()
    changed[:, :, rows, columns] = 1.0
    assert UnitExplorer(small_net(), changed, "3", 5, 0, 5).value != pytest.approx(widget.value, rel=1e-3)
    others = IMAGES.clone()
    others[:, :, rows.stop :] = 1.0
    others[:, :, :, : columns.start] = 1.0
    assert UnitExplorer(small_net(), others, "3", 5, 0, 5).value == pytest.approx(widget.value, rel=1e-4)


def test_colours_tell_the_sign_and_are_white_at_zero() -> None:
    colors = signed_colors(np.array([[-2.0, 0.0, 2.0, 1.0]]), 2.0)[0].tolist()
    assert colors == [[213, 94, 0], [255, 255, 255], [0, 114, 178], [128, 184, 216]]
    assert signed_colors(torch.tensor([[[[-1.0, 0.5]]]])).tolist() == [[[213, 94, 0], [128, 184, 216]]]
    with pytest.raises(ValueError, match=r"one map of values is wanted.*got shape \(3, 4, 4\)"):
        signed_colors(torch.zeros(3, 4, 4))
    assert signed_colors(np.zeros((1, 1)), 0.0).tolist() == [[[255, 255, 255]]]
    assert (signed(-1.234, 2), signed(0.001, 2), signed(1234.5, 2000)) == ("−1.23", "0.00", "+1234")


def test_the_largest_value_of_the_map_has_the_full_colour_in_the_picture() -> None:
    widget = explorer()
    values = expected(3, 0)[5]
    row, column = divmod(int(values.abs().argmax()), 6)
    y, x = (2 * (start + (place + 0.5) * SIDE / 6) for start, place in ((TOP, row), (RIGHT, column)))
    full = [0, 114, 178] if values[row, column] > 0 else [213, 94, 0]
    assert shown(widget)[int(y), int(x)].tolist() == full


def test_the_static_picture_stands_in_the_notebook_file() -> None:
    widget = explorer()
    bundle, options = widget._repr_mimebundle_()
    assert bundle["text/plain"] == "UnitExplorer(Sequential: block2_conv1, unit (5, 3, 3), image 0)"
    assert "image/png" in bundle and "application/vnd.jupyter.widget-view+json" in bundle
    height, width, _ = shown(widget).shape  # twice as fine as the page
    assert widget.figure().size == (width // 2, height // 2)
    assert options["image/png"]["width"] == width // 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"layer": "conv9"}, "no layer named 'conv9'"),
        (
            {"layer": "4"},
            r"layer '4' \(ReLU\) passes on what a layer before it computes; choose one of block1_conv1",
        ),
        ({"channel": 8}, "channel must be in 0..7"),
        ({"row": 6}, "row must be in 0..5; got 6"),
        ({"column": -1}, "column must be in 0..5; got -1"),
        ({"image_number": 4}, "image_number must be in 0..3; got 4"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        explorer(**changes)


def test_images_that_do_not_fit_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="made for images of 16 × 16 pixels; got 8 × 8"):
        UnitExplorer(small_net(), IMAGES[:, :, :8, :8])
    with pytest.raises(ValueError, match="this model takes 3 channels"):
        UnitExplorer(small_net(), IMAGES[:, :1])


def test_a_refused_value_is_told_and_the_unit_stays() -> None:
    widget = explorer()
    with pytest.raises(ValueError, match="row must be in 0..5"):
        widget.row = 99
    assert widget.unit == (5, 3, 3) and widget.value == pytest.approx(
        expected(3, 0)[5, 3, 3].item(), rel=1e-5
    )


def test_the_model_comes_back_as_it_was() -> None:
    model = small_net().train()
    before = copy.deepcopy(model.state_dict())
    widget = UnitExplorer(model, IMAGES)
    widget.to_strongest()
    assert model.training and all(parameter.requires_grad for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())
