"""conda, mamba and Binder users get what pip users get."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

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
        assert sorted(re.match("[<>=]+", bound)[0] for bound in bounds) == ["<", ">="], requirement


def test_conda_takes_a_python_that_the_package_allows(project, conda):
    assert oldest(conda["python"]) >= oldest({project["requires-python"]})


def test_conda_installs_the_library_itself():
    *_, last = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert last == {"pip": ["-e ."]}
