"""In a home directory that cannot be written everything goes on that does not have to be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = """
import warnings
import torch
import vizwidgets as vw
from vizwidgets.data.artifacts import ArtifactError

net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3))
net.input_shape = (1, 12, 12)
explorer = vw.AscentExplorer(net, "0", 1, num_steps=3, size=12)
explorer.run_to_end()
wall = vw.FilterWall(net, channels=[0, 3], size=12, num_steps=2)  # would be kept in the cache folder
wall.run_to_end()
print("states", explorer.run.state, wall.run.state)

whole = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.Linear(144, 2))
whole.input_shape = (3, 8, 8)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    vw.features(whole, torch.rand(4, 3, 8, 8))
print("features", *(warning.message for warning in said))
try:
    vw.load_model("vgg16")
except ArtifactError as refusal:
    print("refusal", str(refusal).replace(chr(10), " "))
for finding in vw.doctor().findings:
    if finding.subject == "Cache folder":
        print("doctor", finding.state, finding.words, finding.remedy)
"""


def command() -> list[str]:
    """Return what runs Python so that permissions count, for root too."""
    if os.geteuid() != 0:
        return [sys.executable]
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root writes everywhere, and there is no setpriv to take that away")
    powers = "-dac_override,-dac_read_search"
    return [setpriv, f"--bounding-set={powers}", f"--inh-caps={powers}", sys.executable]


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> dict[str, str]:
    """What the script says in such a home, by the first word of each line."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of folders are those of POSIX here")
    home, elsewhere = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("matplotlib")
    away = {"VIZWIDGETS_HOME", "TORCH_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in away}
    environment |= {"HOME": str(home), "MPLCONFIGDIR": str(elsewhere)}
    home.chmod(0o555)
    try:
        done = subprocess.run(
            [*command(), "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
        )
    finally:
        home.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert list(home.iterdir()) == []
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_explorers_run_and_walls_are_made(said):
    assert said["states"] == "done done"


def test_features_are_computed_and_it_is_said_that_they_are_not_kept(said):
    assert "not kept for next time" in said["features"]


def test_weights_that_cannot_be_stored_are_refused_with_the_variable_that_helps(said):
    assert "can not be written" in said["refusal"] and "VIZWIDGETS_HOME" in said["refusal"]


def test_the_doctor_names_the_folder_and_the_way_out(said):
    assert said["doctor"].startswith("trouble") and "cannot be written" in said["doctor"]
    assert "%env VIZWIDGETS_HOME=" in said["doctor"]
