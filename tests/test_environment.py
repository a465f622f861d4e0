"""conda, mamba and Binder users get what pip users get."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
CONDA_NAMES = {"matplotlib-base": "matplotlib", "pytorch": "torch"}


def split_requirement(text: str) -> tuple[str, frozenset[str]]:
    """Split 'numpy>=1.26,<3' into its name and its bounds."""
    name, bounds = re.fullmatch(r"([A-Za-z0-9_-]+)\s*(.*)", text).groups()
    return name.lower(), frozenset(bound.strip() for bound in bounds.split(",") if bound.strip())


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def conda() -> dict[str, frozenset[str]]:
    packages = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    pairs = (split_requirement(package) for package in packages if isinstance(package, str))
    return {CONDA_NAMES.get(name, name): bounds for name, bounds in pairs}


def oldest(bounds: set[str] | frozenset[str]) -> tuple[int, ...]:
    return min(tuple(map(int, re.findall(r"\d+", bound))) for bound in bounds if bound.startswith(">="))


def test_both_files_ask_for_the_same_packages_in_the_same_ranges(project, conda):
    pip = dict(split_requirement(requirement) for requirement in project["dependencies"])
    assert {name: bounds for name, bounds in conda.items() if name not in ("python", "pip")} == pip


def test_every_range_has_a_lower_and_an_upper_bound(project):
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    for requirement in project["dependencies"] + extras:
        _, bounds = split_requirement(requirement.partition(";")[0])
        signs = {re.match("[<>=!]+", bound)[0] for bound in bounds}
        assert {"<", ">="} <= signs <= {"<", ">=", "!="}, requirement


def test_conda_and_binder_take_one_python_that_the_package_allows(project, conda):
    [python] = conda["python"]
    found = re.fullmatch(r"=(\d+)\.(\d+)", python)  # Binder overlooks a range
    assert found, python
    assert tuple(map(int, found.groups())) >= oldest({project["requires-python"]})


def test_the_kernel_that_binder_brings_along_and_that_cannot_send_from_threads_is_excluded(project):
    [text] = [text for text in project["dependencies"] if text.startswith("ipykernel")]
    allowed = Requirement(text).specifier
    assert [allowed.contains(version) for version in ("6.29", "7.0.0", "7.0.1", "7.1.0", "7.4.0")] == [
        True, False, False, True, True,
    ]  # fmt: skip


def test_conda_installs_the_library_itself():
    *_, last = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert last == {"pip": ["-e ."]}


def test_binder_finds_what_it_builds_from_beside_each_other():
    # A folder binder/ or .binder/ would make it overlook environment.yml and postBuild.
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()
    assert os.access(ROOT / "postBuild", os.X_OK) and os.access(ROOT / "start", os.X_OK)


@pytest.mark.skipif(os.name == "nt", reason="Binder runs Linux")
@pytest.mark.parametrize(
    ("limit", "threads"),
    [("100000 100000\n", "1"), ("150000 100000\n", "2"), ("max 100000\n", "unset"), (None, "unset")],
)
def test_where_binder_limits_the_processor_torch_takes_no_more_threads_than_that(tmp_path, limit, threads):
    noted = tmp_path / "cpu.max"
    if limit is not None:
        noted.write_text(limit)
    script = (ROOT / "start").read_text()
    assert "/sys/fs/cgroup/cpu.max" in script
    start = tmp_path / "start"
    start.write_text(script.replace("/sys/fs/cgroup/cpu.max", str(noted)))
    environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
    command = ["sh", str(start), "sh", "-c", 'echo "${OMP_NUM_THREADS:-unset}"']
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [threads]


@pytest.mark.skipif(os.name == "nt", reason="Binder runs Linux")
def test_what_binder_runs_fetches_all_that_the_lessons_need(tmp_path):
    noted = tmp_path / "noted"
    python = tmp_path / "python"  # stands in for Python, and notes how it is called
    python.write_text(f'#!/bin/sh\necho "$@" > {noted}\n')
    python.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run([ROOT / "postBuild"], cwd=ROOT, env=environment, check=True)
    script, *names = noted.read_text().split()
    assert (ROOT / script).is_file() and names == []  # without names: all of them


def test_the_first_cell_for_colab_brings_what_colab_lacks_in_the_same_ranges(project):
    guide = (ROOT / "docs" / "front_ends.md").read_text(encoding="utf-8")
    asked = dict(map(split_requirement, re.findall(r'"([a-z0-9-]+[<>=][^"]*)"', guide)))
    pip = dict(split_requirement(requirement) for requirement in project["dependencies"])
    assert "onnx" in asked and "anywidget" in asked
    assert asked == {name: pip[name] for name in asked}


def test_lesson_00_has_the_same_first_cell_for_colab_as_the_guide():
    guide = (ROOT / "docs" / "front_ends.md").read_text(encoding="utf-8")
    (cell,) = (code for code in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "git clone" in code)
    lesson = json.loads((ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8"))
    assert any(cell in "".join(each["source"]) for each in lesson["cells"])
