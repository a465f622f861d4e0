"""A plug-in of pytest: what nbval's kernels show while the lessons are tested is kept for the website.

nbval runs every cell of every lesson and throws the pictures away. Running the lessons a second time for the
website would double the longest part of a test run; so each message is heard on its way to nbval, and a
lesson whose cells were all run is written to `build/executed`. It changes nothing of what is tested.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator
from typing import Any

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from .lessons import EXECUTED, NOTEBOOKS, library_digest, save_executed
from .outputs import Outputs

RECORDING: pytest.StashKey[Recording] = pytest.StashKey()


class Recording:
    """The outputs of one lesson under test, and which of its cells were run and which failed."""

    def __init__(self, file: IPyNbFile) -> None:
        self.file, self.outputs = file, Outputs(file.nb)
        self.run: set[str] = set()
        self.failed: set[str] = set()
        self.library = library_digest()
        file.get_kernel_message = self._listening(file.get_kernel_message)

    def _listening(self, get_message: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def get_and_hear(*arguments: Any, **options: Any) -> dict[str, Any]:
            message = get_message(*arguments, **options)
            self.outputs.hear(message)
            return message

        return get_and_hear

    def begin(self, cell_id: str) -> None:
        """Say that the cell of this id is run now."""
        self.run.add(cell_id)
        self.outputs.begin(cell_id)

    @property
    def is_complete(self) -> bool:
        """Whether every code cell of the lesson was run."""
        return self.run == {cell.id for cell in self.file.nb.cells if cell.cell_type == "code"}

    def save(self) -> None:
        """Write the lesson; a test run does not fail because a folder is read-only."""
        try:
            executed = self.outputs.notebook
            save_executed(executed, self.file.path.stem, self.failed, self.library, EXECUTED)
        except OSError as error:
            warnings.warn(f"the executed lesson was not kept for the website: {error}", stacklevel=2)


def recording_of(item: pytest.Item | None, begin: bool = False) -> Recording | None:
    """Return the recording that a test belongs to; None unless it is a cell of a lesson."""
    if not isinstance(item, IPyNbCell) or item.parent.path.parent != NOTEBOOKS:
        return None
    if begin and RECORDING not in item.parent.stash:
        item.parent.stash[RECORDING] = Recording(item.parent)
    return item.parent.stash.get(RECORDING, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: Any) -> Generator[None, Any, Any]:
    """Note what a cell of a lesson shows, and whether it fails."""
    recording = recording_of(item, begin=True)
    if recording is None:
        return (yield)
    recording.begin(item.cell.id)
    try:
        return (yield)
    except BaseException:
        recording.failed.add(item.cell.id)
        raise


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: Any, nextitem: Any) -> None:
    """Keep a lesson when its last cell was run."""
    recording = recording_of(item)
    if recording and recording.is_complete and recording_of(nextitem) is not recording:
        recording.save()
