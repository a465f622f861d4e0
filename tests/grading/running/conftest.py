"""Runners that are started once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vizwidgets.grading.running.limits import Limits
from vizwidgets.grading.running.runner import Runner

LIMITS = Limits(cell_seconds=20, sheet_seconds=60, memory_mb=500, disk_mb=20, output_chars=1000, processes=30)


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """Without a sandbox."""
    with Runner(LIMITS, jobs=2, protect=False) as one:
        yield one


@pytest.fixture(scope="session")
def hidden(tmp_path_factory: pytest.TempPathFactory):
    """A folder that sheets must not see."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="session")
def protected(hidden) -> Iterator[Runner]:
    """With a sandbox; tests that ask for it are skipped where the system does not allow one."""
    with Runner(LIMITS, hidden=[hidden]) as one:
        if not one.is_protected:
            pytest.skip(one.protection)
        yield one
