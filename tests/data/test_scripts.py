"""The scripts that draw and train: what they write, what they leave alone, and how they end."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import torch

from vizwidgets.data.sheep_goats import photo_folder, sheep_goats
from vizwidgets.models.trained import trained_path


def load_script(name: str) -> Any:
    path = Path(__file__).parents[2] / "data_scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def interrupt(*arguments: Any, **more: Any) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def script():
    return load_script("make_sheep_goats")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_the_script_draws_comes_back_with_its_masks(script, tmp_path, capsys):
    out = tmp_path / "herd"
    assert (
        script.main(["--number", "6", "--share", "0", "--seed", "2", "--size", "24", "--out", str(out)]) == 0
    )
    said = capsys.readouterr().out
    assert "MIT" in said and str(out) in said
    drawn, read = sheep_goats(6, share=0.0, seed=2, size=24), photo_folder(out, size=24)
    order = [0, 2, 4, 1, 3, 5]  # in the folder, all sheep come before the goats
    assert read.class_names == drawn.class_names and torch.equal(read.labels, drawn.labels[order])
    assert torch.allclose(read.images, drawn.images[order], atol=0.6 / 255)
    assert torch.allclose(read.masks, drawn.masks[order], atol=0.6 / 255)
    assert names(tmp_path) == ["herd"]  # nothing temporary stays behind


def test_the_script_touches_nothing_but_its_own_folder(script, tmp_path):
    mine = tmp_path / ".herd-my-photos"
    mine.mkdir()
    (mine / "dolly.jpg").write_text("wool")
    (tmp_path / "herd").mkdir()  # an empty folder may be filled
    assert script.main(["--number", "2", "--size", "8", "--out", str(tmp_path / "herd")]) == 0
    assert names(tmp_path) == [".herd-my-photos", "herd"] and names(mine) == ["dolly.jpg"]


def test_the_script_does_not_overwrite_and_says_what_is_wrong(script, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("keep me")
    assert script.main(["--number", "2", "--out", str(tmp_path)]) == 1
    assert "there already" in capsys.readouterr().err
    assert script.main(["--number", "3", "--out", str(tmp_path / "new")]) == 1
    assert "even number" in capsys.readouterr().err
    assert names(tmp_path) == ["mine.txt"]


def test_a_place_that_can_not_be_written_is_found_out_before_anything_is_drawn(
    script, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(script, "sheep_goats", None)  # drawing would raise a TypeError
    (tmp_path / "file").write_text("no folder")
    assert script.main(["--out", str(tmp_path / "file" / "herd")]) == 1
    assert "file can not be written to" in capsys.readouterr().err
    (tmp_path / "stick").symlink_to(tmp_path / "pulled_out")
    assert script.main(["--out", str(tmp_path / "stick")]) == 1
    assert "pulled_out, which is not there" in capsys.readouterr().err
    assert names(tmp_path) == ["file", "stick"]


@pytest.mark.parametrize("place", ["sheep_goats", "_picture"])
def test_ctrl_c_while_it_draws_or_writes_leaves_nothing(script, place, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(script, place, interrupt)
    assert script.main(["--number", "2", "--size", "8", "--out", str(tmp_path / "herd")]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "nothing was written: it was interrupted"
    assert names(tmp_path) == []


def test_ctrl_c_while_it_trains_again_keeps_the_weights_that_were_there(cache, capsys, monkeypatch):
    script = load_script("train_digits_cnn")
    monkeypatch.setattr(script, "load_trained", interrupt)
    assert script.main([]) == 130
    path = trained_path("digits_cnn")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"weights")
    assert script.main(["--again"]) == 130
    assert capsys.readouterr().err == "nothing was written: it was interrupted\n" * 2
    assert path.read_bytes() == b"weights" and names(path.parent) == [path.name]
