"""The scripts that render scenes and fetch CamVid: what they write, and how they end."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from vizwidgets.data import downloads
from vizwidgets.data.scenes import camvid_folder, scenes, street_folder


def load_script(name: str) -> Any:
    path = Path(__file__).parents[2] / "data_scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def render():
    return load_script("render_scenes")


SMALL = ["--train", "2", "--validation", "1", "--test", "0", "--size", "24", "32"]


def test_what_is_rendered_comes_back_pixel_by_pixel(render, tmp_path, capsys):
    out = tmp_path / "streets"
    assert render.main([*SMALL, "--look", "camera", "--seed", "2", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "3 scenes of 24 x 32 pixels" in said and "MIT" in said and str(out) in said
    for part, (split, count) in enumerate((("train", 2), ("validation", 1))):
        drawn, read = (
            scenes(count, look=1, seed=3 * 2 + part, size=(24, 32)),
            street_folder(out, split, (24, 32)),
        )
        assert torch.equal(read.labels, drawn.labels)
        assert torch.allclose(read.images, drawn.images, atol=1e-6)
    assert names(tmp_path) == ["streets"] and "--look 1" in (out / "README.txt").read_text()


def test_nothing_is_overwritten_and_what_makes_no_sense_is_said_before_anything_is_drawn(
    render, tmp_path, capsys, monkeypatch
):
    (tmp_path / "mine.txt").write_text("keep me")
    monkeypatch.setattr(render, "draw_scene", None)  # drawing would raise a TypeError
    for words, wrong in (
        ("there already", ["--out", str(tmp_path)]),
        ("look must be", ["--look", "film"]),
        ("layout must be", ["--layout", "2"]),
        ("size must be", ["--size", "8", "8"]),
        ("together at least 1", ["--train", "0", "--validation", "0", "--test", "0"]),
        ("seed must be", ["--seed", "-1"]),
    ):
        assert render.main([*wrong, *(["--out", str(tmp_path / "new")] if "--out" not in wrong else [])]) == 1
        assert words in capsys.readouterr().err
    assert names(tmp_path) == ["mine.txt"]


def test_ctrl_c_leaves_no_half_folder(render, tmp_path, capsys, monkeypatch):
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "_label_picture", interrupt)
    assert render.main([*SMALL, "--out", str(tmp_path / "streets")]) == 130
    assert "it was interrupted" in capsys.readouterr().err and names(tmp_path) == []


def test_the_speed_is_printed_and_nothing_is_written(render, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(render, "SPEED_SCENES", 2)
    assert render.main(["--speed", "--size", "24", "32"]) == 0
    assert capsys.readouterr().out.count("scenes a second") == 3 and names(tmp_path) == []


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and notes what was asked for."""

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A small CamVid at a public address of this computer, and the script that fetches it."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    files = tmp_path / "shelf"
    rng = np.random.default_rng(0)
    for part in ("train", "val", "test"):
        for number in range(2):
            for folder, pixels in (
                (part, rng.integers(0, 255, (24, 32, 3))),
                (f"{part}annot", np.zeros((24, 32))),
            ):
                (files / folder).mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels.astype(np.uint8)).save(files / folder / f"{number}.png")
    lines = []
    for path in sorted(files.rglob("*.png")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{digest} {path.stat().st_size} {path.relative_to(files).as_posix()}")
    script = load_script("fetch_camvid")
    script.FILES = tmp_path / "camvid_files.txt"
    script.FILES.write_text("\n".join(lines) + "\n")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(files))) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        yield script, files, server, address
        server.shutdown()


def test_camvid_is_fetched_checked_and_read(shelf, cache, capsys):
    script, _, server, address = shelf
    assert camvid_folder() is None
    assert script.main(["--source", address]) == 0
    said = capsys.readouterr().out
    assert "12 of 12 files whole" in said and "not to be passed on" in said and str(cache) in said
    assert len(street_folder(camvid_folder(), "test", size=(24, 32))) == 2
    asked = len(server.asked)
    assert script.main(["--source", address]) == 0 and len(server.asked) == asked == 12


def test_an_interrupted_fetch_goes_on_where_it_stopped(shelf, cache, capsys, monkeypatch):
    script, _, server, address = shelf
    fetched: list[str] = []

    def fetch_five(download, folder):
        if len(fetched) == 5:
            raise KeyboardInterrupt
        fetched.append(download.url)
        return downloads.fetch_download(download, folder)

    monkeypatch.setattr(script, "fetch_download", fetch_five)
    assert script.main(["--source", address]) == 130
    assert "5 of 12 files are in" in capsys.readouterr().err and camvid_folder() is None
    monkeypatch.setattr(script, "fetch_download", downloads.fetch_download)
    assert script.main(["--source", address]) == 0
    assert len(server.asked) == 12 == len(set(server.asked))


def test_a_file_that_was_damaged_is_found_and_fetched_again(shelf, cache, capsys):
    script, _, server, address = shelf
    assert script.main(["--source", address]) == 0
    victim = cache / "camvid" / "val" / "1.png"
    victim.write_bytes(b"?" * victim.stat().st_size)
    assert script.main(["--check"]) == 1
    assert "11 of 12 files whole" in capsys.readouterr().out and camvid_folder() is None
    assert script.main(["--source", address]) == 0
    assert server.asked.count("/val/1.png") == 2 and camvid_folder() is not None
    assert script.main(["--check"]) == 0


def test_other_bytes_and_an_address_that_does_not_answer_are_answered_in_words(shelf, cache, capsys):
    script, files, _, address = shelf
    other = files / "test" / "0.png"
    other.write_bytes(b"!" * other.stat().st_size)
    assert script.main(["--source", address]) == 1
    assert "expected was" in capsys.readouterr().err and not (cache / "camvid" / "test" / "0.png").exists()
    assert script.main(["--source", "http://127.0.0.1:9"]) == 1
    said = capsys.readouterr().err
    assert "127.0.0.1:9" in said and "run it again to go on" in said and camvid_folder() is None


def test_the_list_of_camvids_files_is_whole():
    pins = load_script("fetch_camvid")._pins()
    per_folder = {}
    for pin in pins:
        folder = pin.path.split("/")[0]
        per_folder[folder] = per_folder.get(folder, 0) + 1
        assert len(pin.sha256) == 64 and pin.size > 0 and pin.path.endswith(".png")
    counts = dict(train=367, val=101, test=233)
    assert per_folder == counts | {f"{name}annot": count for name, count in counts.items()}
    assert len({pin.path for pin in pins}) == len(pins)
