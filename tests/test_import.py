"""Nothing happens at import: no download, no folder, no thread, no device."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "vizwidgets"

PROBE = """
import json, random, socket, sys, threading
def refuse(*args): raise AssertionError("the network was used at import")
socket.socket.connect = socket.create_connection = refuse
import numpy, torch
before = random.getstate(), torch.get_rng_state(), str(numpy.random.get_state()), torch.get_num_threads()
import vizwidgets
for name in vizwidgets.__all__: getattr(vizwidgets, name)  # the door imports a name when it is used
after = random.getstate(), torch.get_rng_state(), str(numpy.random.get_state()), torch.get_num_threads()
print(json.dumps(dict(
    threads=[thread.name for thread in threading.enumerate()],
    modules=sorted(sys.modules),
    cuda=torch.cuda.is_initialized(),
    grad=torch.is_grad_enabled(),
    globals_kept=[bool(torch.equal(a, b)) if torch.is_tensor(a) else a == b for a, b in zip(before, after)],
)))
"""


@pytest.fixture(scope="module")
def probe(tmp_path_factory) -> dict:
    """Import the library in a fresh process whose home is an empty folder."""
    home = tmp_path_factory.mktemp("home")
    places = {"HOME": home, "XDG_CACHE_HOME": home / "cache", "VIZWIDGETS_HOME": home / "vizwidgets"}
    places["MPLCONFIGDIR"] = tmp_path_factory.mktemp("matplotlib")  # its list of fonts is not our doing
    environment = {**os.environ, **{name: str(path) for name, path in places.items()}}
    out = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return {**json.loads(out.stdout), "left": [str(path) for path in home.rglob("*")]}


def test_no_folder_and_no_file_is_made(probe):
    assert probe["left"] == []


def test_no_thread_is_started_and_no_device_is_opened(probe):
    assert probe["threads"] == ["MainThread"]
    assert not probe["cuda"]


def test_random_numbers_threads_and_gradients_stay_as_they_were(probe):
    assert probe["globals_kept"] == [True] * 4
    assert probe["grad"]


@pytest.mark.parametrize("module", ["matplotlib.pyplot", "skimage", "onnx", "h5py", "onnxruntime"])
def test_what_few_calls_need_is_not_imported(probe, module):
    assert module not in probe["modules"]


def test_no_class_of_ours_is_taken_for_a_test_by_pytest():
    for path in LIBRARY.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                body = [ast.unparse(line) for line in node.body]
                assert any(line.startswith("__test__") and line.endswith("False") for line in body), node.name
