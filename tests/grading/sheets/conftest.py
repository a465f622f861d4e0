"""One warm process in which all tests of sheets run them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vizwidgets.grading.running.runner import Runner

JOBS = 2


@pytest.fixture(scope="package")
def runner() -> Iterator[Runner]:
    with Runner(jobs=JOBS, protect=False) as warm:
        yield warm
