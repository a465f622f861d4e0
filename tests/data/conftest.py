"""A toy wheel and a toy artifact, and a cache folder of the test's own."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from vizwidgets.data import artifacts
from vizwidgets.data.catalogue import Artifact
from vizwidgets.data.pins import Wheel
from vizwidgets.data.storage import contents_sha256

NAMES = [["ouzel", "dipper"], ["jay"]]


def read_toy(wheel: Path) -> list[list[str]]:
    with zipfile.ZipFile(wheel) as archive:
        return json.loads(archive.read("toy_weights/names.json"))


def write_toy_wheel(folder: Path) -> Wheel:
    """Write a whole, installable wheel that wants a Python of the far future."""
    info = "toy_weights-1.0.dist-info"
    files = {
        "toy_weights/__init__.py": "raise AssertionError('the code of a wheel must never be imported')\n",
        "toy_weights/names.json": json.dumps(NAMES),
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: toy-weights\nVersion: 1.0\nRequires-Python: >=9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
    path = folder / "toy_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    data = path.read_bytes()
    return Wheel("toy-weights", "1.0", path.name, len(data), hashlib.sha256(data).hexdigest())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("VIZWIDGETS_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder that pip takes wheels from, instead of the network."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def toy(cache, shelf, monkeypatch):
    """An artifact made from a wheel on the shelf."""
    artifact = Artifact(
        name="toy",
        file_name="toy.json",
        purpose="the names of two birds",
        licence="CC0",
        sources=(write_toy_wheel(shelf),),
        convert=read_toy,
        contents_sha256=contents_sha256(NAMES),
    )
    monkeypatch.setitem(artifacts.ARTIFACTS, "toy", artifact)
    return artifact
