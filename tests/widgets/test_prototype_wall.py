"""PrototypeWall without a browser: pictures, numbers, captions, code, record, controls, refusals."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from traitlets import TraitError

import vizwidgets as vw
from tests.core.nets import seeded, small_net
from vizwidgets.core.replay import replay
from vizwidgets.draw.charts import figure_png


def gray_net(classes: int = 4) -> Any:
    """A classifier of 8 × 8 gray images without names."""
    net: Any = seeded(nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, classes)))
    net.input_shape = (1, 8, 8)
    return net.eval()


@pytest.fixture
def wall() -> Any:
    made = vw.PrototypeWall(gray_net(), num_steps=12)
    yield made
    made.close()


def scores(net: Any, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return net(images)


def test_every_class_is_climbed_at_once_and_rises() -> None:
    wall = vw.PrototypeWall(gray_net(), preset="naive", num_steps=12)
    before = scores(wall.model, wall.image).diagonal().clone()
    wall.run_to_end()
    assert wall.run.state == "done"
    assert wall.image.shape == (4, 1, 8, 8)
    assert bool((scores(wall.model, wall.image).diagonal() > before).all())


def test_the_images_are_those_of_maximize(wall) -> None:
    wall.run_to_end()
    objective = vw.class_score([0, 1, 2, 3]) - vw.total_variation(1.5) - vw.p_norm(p=1, weight=0.4, center=0)
    wanted = vw.maximize(
        wall.model, objective, num_steps=12, parameterization="pixels", jitter=2, rotate=15.0, scale=0.15,
        spread=0.25, level=0.25, precision="float32",
    )  # fmt: skip
    assert torch.allclose(wall.image, wanted.image, atol=1e-6)


def test_the_code_gives_the_image_also_after_a_change_on_the_way(wall) -> None:
    for _ in range(4):
        wall.run.step()
    wall.run.wait(20)
    wall.tv_weight = 5.0
    wall.run_to_end()
    source = wall.code().replace("model = ...", "model = given #")
    names: dict[str, Any] = {"given": wall.model}
    exec(source.removesuffix("run.image") + "image = run.image", names)
    assert "total_variation(weight=5)" in source
    assert torch.allclose(names["image"], wall.image, atol=1e-6)


def test_a_record_replays_to_the_same_images(wall) -> None:
    wall.run_to_end()
    record = json.loads(json.dumps(wall.record()))
    assert torch.allclose(replay(record, wall.model).image, wall.image, atol=1e-6)


def test_the_three_numbers_are_scores_of_the_image_the_picture_and_the_best_real_one() -> None:
    net = gray_net()
    real = torch.rand(50, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    wall = vw.PrototypeWall(net, images=real, preset="naive", num_steps=60)
    wall.run_to_end()
    x = wall.image
    assert float(x.min()) < 0 and float(x.max()) > 1
    stretched = torch.stack([(one - one.min()) / (one.max() - one.min()) for one in x])
    assert torch.allclose(wall.shown, stretched, atol=0.003)
    numbers = wall.numbers
    assert numbers["raw"] == pytest.approx(scores(net, x).diagonal().tolist(), rel=1e-4)
    assert numbers["shown"] == pytest.approx(scores(net, stretched).diagonal().tolist(), abs=0.1)
    assert numbers["real"] == pytest.approx(scores(net, real).amax(dim=0).tolist(), rel=1e-4)
    names: dict[str, Any] = {"given": net}
    exec(wall.code().replace("model = ...", "model = given #"), names)
    assert torch.allclose(names["shown"], stretched, atol=1e-5)


def test_captions_and_table_say_what_the_network_sees(wall) -> None:
    wall.run_to_end()
    shown = scores(wall.model, wall.shown)
    for index, caption in enumerate(wall.view.captions):
        said = int(shown[index].argmax())
        sure = float(shown[index].softmax(0).max())
        assert caption["title"] == str(index)
        assert caption["says"] == f"{said} · {sure:.0%}"
        assert caption["isRight"] is (said == index)
    right = int((shown.argmax(dim=1) == torch.arange(4)).sum())
    assert f"<td>{right} of 4</td>" in wall.table.value


def test_a_picture_that_did_not_work_is_marked_with_its_verdict() -> None:
    wall = vw.PrototypeWall(gray_net(), num_steps=15, tv_weight=1e4, lr=1e-4)
    wall.run_to_end()
    verdicts = [caption["verdict"] for caption in wall.view.captions]
    assert any(verdicts) and set(verdicts) <= {"", "not yet", "a regularizer dominates", "diverged"}


@pytest.mark.parametrize("lr", [1e38, 1e300])
def test_a_step_that_no_float_can_hold_is_a_divergence_in_words(lr: float) -> None:
    wall = vw.PrototypeWall(gray_net(), preset="naive", num_steps=5, lr=lr)
    wall.run_to_end()
    assert wall.run.state == "failed" and "Try a smaller learning rate" in wall.run.error
    assert {caption["verdict"] for caption in wall.view.captions} == {"diverged"}
    assert bool(wall.image.isfinite().all())


def test_seeds_of_numpy_and_the_largest_one_are_taken() -> None:
    wall = vw.PrototypeWall(gray_net(), num_steps=1, seed=np.uint32(2**32 - 1))
    wall.run_to_end()
    assert wall.seed == 2**32 - 1 and f"seed={2**32 - 1}" in wall.code()
    with pytest.raises(TraitError):
        wall.seed = 2**32


def test_one_class_from_several_starts() -> None:
    wall = vw.PrototypeWall(small_net(), only="goat", num_starts=3, num_steps=5)
    wall.run_to_end()
    assert wall.image.shape[0] == 3
    assert not torch.equal(wall.image[0], wall.image[1])
    assert [caption["title"] for caption in wall.view.captions] == [f"goat, start {n}" for n in (1, 2, 3)]
    assert "num_images=3" in wall.code()
    wall.only = ""
    wall.run.wait(20)
    assert wall.image.shape[0] == 4


def test_softmax_climbs_the_probability(wall) -> None:
    wall.climbed = "softmax"
    wall.run_to_end()
    assert "vw.class_probability([0, 1, 2, 3])" in wall.code()
    last = float(wall._curves()[1][0, -1])
    assert 0 < last <= 1


def test_a_preset_brings_its_weights_and_keeps_the_seed(wall) -> None:
    wall.seed = 5
    wall.preset = "naive"
    assert (wall.tv_weight, wall.p_norm_weight, wall.jitter) == (0, 0, 0)
    assert (wall.parameterization, wall.seed) == ("unbounded pixels", 5)
    wall.preset = "lecture"
    assert (wall.p, wall.center, wall.optimizer) == (6, 0.5, "gradient")


def test_the_curves_tell_terms_and_their_pulls(wall) -> None:
    wall.run_to_end()
    names, values, panels = wall._curves()
    terms, pulls = (members for _, members in panels)
    assert [names[index] for index in terms] == ["activation", "objective", "total_variation", "p_norm"]
    assert np.allclose(values[1], values[0] + values[2] + values[3], atol=1e-4)
    assert np.isfinite(values[pulls]).all() and values.shape[1] == 13
    norms = wall._stepper.ascent.steps[-1].gradient_norms
    assert values[pulls, -1].tolist() == pytest.approx([float(norm.mean()) for norm in norms.values()])


def test_looking_back_shows_the_picture_of_that_step_and_no_raw_score(wall) -> None:
    wall.run_to_end()
    last = wall.shown.clone()
    wall.run.rewind(3)
    wall.run.wait(20)
    assert not torch.equal(wall.shown, last)
    assert all(np.isnan(wall.numbers["raw"]))
    assert len(wall.view.captions) == 4
    wall.run.step()
    wall.run.wait(20)
    assert wall.run.num_taken == wall.run.furthest == 4


def test_it_leaves_a_picture_where_there_is_no_browser(wall) -> None:
    wall.run_to_end()
    bundle = wall._repr_mimebundle_()
    assert bundle["text/plain"] == "PrototypeWall(prototypes of 4 classes)"
    with Image.open(io.BytesIO(figure_png(wall.figure()))) as picture:
        assert picture.width == 840
    titles = [axis.get_title() for axis in wall.figure().axes[:4]]
    assert [title.split(":")[0] for title in titles] == ["0", "1", "2", "3"]


def test_the_model_is_given_back_as_it_was(wall) -> None:
    net = gray_net().train()
    before = {name: values.clone() for name, values in net.state_dict().items()}
    vw.PrototypeWall(net, num_steps=2).run_to_end()
    assert net.training and all(parameter.grad is None for parameter in net.parameters())
    assert all(torch.equal(values, before[name]) for name, values in net.state_dict().items())


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"classes": [9, 99]}, ValueError, "class must be in"),
        ({"stepps": 3}, TypeError, "no setting named 'stepps'"),
        ({"lr": -1.0}, ValueError, "lr must be above 0"),
        ({"images": torch.rand(2, 3, 8, 8)}, ValueError, "1 channel"),
        ({"images": [1, 2]}, TypeError, "an image must be"),
        ({"only": "seven"}, ValueError, "no class names"),
        ({"preset": "magic"}, TraitError, "magic"),
        ({"classes": [1.7]}, ValueError, "a whole number; got 1.7"),
        ({"seed": 2**32}, ValueError, "seed must be a whole number in 0..4294967295"),
    ],
)
def test_what_cannot_be_is_refused_in_words(settings: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        vw.PrototypeWall(gray_net(), **settings)


def test_a_model_of_a_thousand_classes_asks_which() -> None:
    with pytest.raises(ValueError, match="got 1000.*classes="):
        vw.PrototypeWall(gray_net(1000))
    assert len(vw.PrototypeWall(gray_net(1000), [5, 999], num_steps=1).image) == 2
