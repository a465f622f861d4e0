"""Features from the cache folder: the same as computed, known by what decides them, and never in the way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save
from torch import Tensor, nn

from tests.core.nets import seeded, small_net
from vizwidgets.core.features import head_inputs, layer_features
from vizwidgets.data import feature_cache
from vizwidgets.data.feature_cache import features, features_path

IMAGES = torch.rand(5, 3, 16, 16, generator=torch.Generator().manual_seed(0))


class Counted(nn.Module):
    """Counts the images that pass it, over all its copies."""

    seen = 0

    def forward(self, images: Tensor) -> Tensor:
        Counted.seen += len(images)
        return images


@pytest.fixture
def net() -> Any:
    counted: Any = nn.Sequential(Counted(), *small_net())
    counted.input_shape = (3, 16, 16)
    Counted.seen = 0
    return counted


def files(cache: Path) -> list[Path]:
    return sorted((cache / "features").glob("*.safetensors"))


@pytest.mark.parametrize("layer", [None, "1", "8"])
def test_the_second_time_the_network_is_not_asked(cache: Path, net: Any, layer: str | None) -> None:
    first = features(net, IMAGES, layer)
    expected = (
        head_inputs(net, IMAGES) if layer is None else layer_features(net, IMAGES, [layer], None)[layer]
    )
    assert torch.equal(first, expected)
    Counted.seen = 0
    second = features(net, IMAGES, layer)
    assert torch.equal(second, first) and second.dtype == torch.float32
    assert Counted.seen == 0
    assert len(files(cache)) == 1 and files(cache) == [features_path(net, IMAGES, layer)]


def test_what_is_read_back_may_be_written_to(cache: Path, net: Any) -> None:
    features(net, IMAGES)
    kept = features(net, IMAGES)
    again = kept.clone()
    kept.zero_()
    assert torch.equal(features(net, IMAGES), again)


def test_other_weights_layers_images_and_networks_are_other_files(cache: Path) -> None:
    net = small_net()
    paths = {features_path(net, IMAGES), features_path(net, IMAGES, "0"), features_path(net, IMAGES, "3")}
    paths.add(features_path(net, IMAGES.flip(0)))
    paths.add(features_path(net, (IMAGES + 1e-6).clamp(0, 1)))
    paths.add(features_path(net, IMAGES[:4]))
    paths.add(features_path(seeded(small_net(), seed=3), IMAGES))
    strided = small_net()
    strided[2] = nn.AvgPool2d(2)  # the same weights
    paths.add(features_path(strided, IMAGES))
    assert len(paths) == 8
    assert features_path(net, IMAGES, "block1_conv1") == features_path(
        net, IMAGES, "0"
    )  # one layer, two names
    assert features_path(small_net(), IMAGES) == features_path(net, IMAGES)


class Scaled(nn.Module):
    """Has no weights, but numbers that decide what it computes."""

    def __init__(self, factor: float = 1.0, shift: float = 0.0, mean: float = 0.0) -> None:
        super().__init__()
        self.factor, self.shift = factor, torch.tensor(shift)
        self.register_buffer("mean", torch.tensor(mean), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return (images - self.mean) * self.factor + self.shift


def test_numbers_that_are_no_weights_decide_too(cache: Path) -> None:
    parts = [Scaled(), Scaled(factor=0.5), Scaled(shift=1.0), Scaled(mean=0.5)]
    nets = [nn.Sequential(part, *small_net()) for part in parts]
    found = [features(net, IMAGES) for net in nets]
    for net, values in zip(nets, found, strict=True):
        assert torch.equal(values, features(net, IMAGES, cache=False))
    assert len(files(cache)) == 4
    nets[0].train()  # the mode does not
    assert features_path(nets[0], IMAGES) in files(cache)


def test_what_a_killed_process_left_half_written_is_removed(cache: Path) -> None:
    left = cache / "features" / ".vizwidgets-tmp-0123-abc"
    left.mkdir(parents=True)
    (left / "half.safetensors").write_bytes(b"half")
    features(small_net(), IMAGES)
    assert not left.exists() and len(files(cache)) == 1


def test_after_training_the_features_are_new_ones(cache: Path) -> None:
    net = small_net()
    before = features(net, IMAGES)
    with torch.no_grad():
        net[3].bias += 1
    after = features(net, IMAGES)
    assert torch.equal(after, head_inputs(net, IMAGES)) and not torch.equal(after, before)


@pytest.mark.parametrize("damage", ["cut", "empty", "garbage", "bit", "other"])
def test_a_damaged_file_is_computed_anew_and_mended(cache: Path, net: Any, damage: str) -> None:
    expected = features(net, IMAGES)
    (path,) = files(cache)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[-5] ^= 0x40
    broken = {"cut": whole[:-7], "empty": b"", "garbage": b"features" * 9, "bit": bytes(flipped)}
    path.write_bytes(broken.get(damage, save({"other": torch.zeros(5)})))
    Counted.seen = 0
    assert torch.equal(features(net, IMAGES), expected) and Counted.seen >= 5
    assert path.read_bytes() == whole


def test_without_the_cache_nothing_is_read_or_written(cache: Path, net: Any) -> None:
    features(net, IMAGES, cache=False)
    assert not cache.exists()
    features(net, IMAGES)
    Counted.seen = 0
    features(net, IMAGES, cache=False)
    assert Counted.seen >= 5


def test_a_full_disk_is_a_warning_in_words_and_the_features_are_all_the_same(
    cache: Path, net: Any, monkeypatch: Any
) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(feature_cache, "write_atomically", refuse)
    with pytest.warns(UserWarning, match=r"not kept for next time \(No space left on device\)") as caught:
        found = features(net, IMAGES)
    assert caught[0].filename == __file__  # it points at the caller's line
    assert torch.equal(found, head_inputs(net, IMAGES))


def test_a_folder_that_can_not_be_made_is_a_warning_too(tmp_path: Path, net: Any, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="not kept for next time"):
        assert features(net, IMAGES).shape == (5, 8)


def test_what_was_not_used_for_longest_makes_room(cache: Path, monkeypatch: Any) -> None:
    net = small_net()
    sets = [torch.rand(5, 3, 16, 16) for _ in range(4)]
    paths = [features_path(net, images) for images in sets]
    for age, images in enumerate(sets[:3]):
        features(net, images)
        os.utime(paths[age], (1000 + age, 1000 + age))
    size = paths[0].stat().st_size
    monkeypatch.setattr(feature_cache, "LIMIT", 3 * size)
    features(net, sets[0])  # used just now: the second one is the oldest
    features(net, sets[3])
    assert [path.exists() for path in paths] == [True, False, True, True]
    assert sum(path.stat().st_size for path in files(cache)) <= 3 * size


def test_features_larger_than_all_that_may_be_kept_are_not_kept_and_that_is_said(
    cache: Path, monkeypatch: Any
) -> None:
    net, other = small_net(), torch.rand(2, 3, 16, 16)
    monkeypatch.setattr(feature_cache, "LIMIT", 400)
    features(net, other)
    with pytest.warns(UserWarning, match="all that is kept takes at most"):
        features(net, IMAGES, "0")
    assert files(cache) == [features_path(net, other)]  # nothing was thrown away for it


ASKING = """
import torch
from tests.core.nets import small_net
from vizwidgets.data.feature_cache import features
torch.set_num_threads(1)
images = torch.rand(5, 3, 16, 16, generator=torch.Generator().manual_seed(0))
print(float(sum(features(small_net(), images[: 1 + k % 5]).sum() for k in range(10))))
"""


def test_two_processes_at_once_both_get_their_features(cache: Path) -> None:
    root = Path(__file__).parents[2]
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error::UserWarning", "-c", ASKING],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate()[0] for process in both]
    expected = float(sum(features(small_net(), IMAGES[: 1 + k % 5], cache=False).sum() for k in range(10)))
    assert [float(each) for each in said] == [pytest.approx(expected, rel=1e-5)] * 2
    assert len(files(cache)) == 5 and all(not path.name.startswith(".") for path in files(cache))


def test_the_model_and_the_images_stay_as_they_are(cache: Path) -> None:
    net, images = small_net().train(), IMAGES.clone()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        features(net, images)
        features(net, images)
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert all(module.training for module in net.modules()) and torch.equal(images, IMAGES)


def test_bad_input_is_answered_in_words_and_leaves_no_file(cache: Path) -> None:
    net = small_net()
    with pytest.raises(ValueError, match="no layer named 'conv7'"):
        features(net, IMAGES, "conv7")
    with pytest.raises(ValueError, match="this model takes 3 channels"):
        features(net, IMAGES[:, :1])
    with pytest.raises(ValueError, match="must be in .0, 1."):
        features(net, IMAGES * 255)
    with pytest.raises(TypeError, match="must be a torch.nn.Module"):
        features("vgg16", IMAGES)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is no head"):
        features(nn.Sequential(nn.Conv2d(3, 2, 3)), IMAGES)
    assert not files(cache)
