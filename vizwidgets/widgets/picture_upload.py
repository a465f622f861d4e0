"""A button that sends files of the student's computer to the kernel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from vizwidgets.data.photos import SUFFIXES

HERE = Path(__file__).parent
SCRIPTS = ("stage.js", "live_repair.js", "picture_upload.js")  # one module: it cannot import
MAX_BYTES = 50_000_000  # of one file
MOST_FILES = 20
STYLE = """
.vw-upload { border: 1px solid var(--vw-line, #8884); border-radius: 4px; cursor: pointer; font-size: 13px;
  height: 28px; line-height: 24px; margin: 2px 0; padding: 0 12px; }
.vw-upload i { margin-right: 6px; }
.vw-upload:focus-visible { outline: 2px solid var(--vw-accent, #1976d2); outline-offset: 2px; }
"""


@dataclass
class Upload:
    """A file on its way, or arrived.

    Parameters
    ----------
    name : str
        Its name, as hostile as anything from outside.
    size : int
        How long it says it is, in bytes.
    content : bytearray
        What has arrived; nothing of a file that is too large.
    """

    name: str
    size: int
    content: bytearray = field(default_factory=bytearray)

    @property
    def is_too_large(self) -> bool:
        """Whether it is more than is taken."""
        return self.size > MAX_BYTES


class PictureUpload(anywidget.AnyWidget):
    """A button that opens the computer's own dialog for files, and sends what is chosen.

    The button of ipywidgets sends all files in one message; over 10 MB a Jupyter server then closes the
    connection, and nobody is told. This one sends parts.

    Parameters
    ----------
    on_files : callable
        Called with the files of one choice when all of them are here.

    Examples
    --------
    >>> PictureUpload(lambda files: None).description
    'Upload'
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = STYLE

    description = traitlets.Unicode("Upload", help="What stands on the button.").tag(sync=True)
    tooltip = traitlets.Unicode("Send pictures from this computer", help="Shown under the mouse.").tag(
        sync=True
    )
    accept = traitlets.Unicode(",".join(SUFFIXES), help="Kinds of files that the dialog offers.").tag(
        sync=True
    )
    most = traitlets.Int(MAX_BYTES, help="Bytes of a file at most.").tag(sync=True)

    def __init__(self, on_files: Callable[[Sequence[Upload]], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._on_files = on_files
        self._files: list[Upload] = []
        self.on_msg(self._receive)

    def _receive(self, _: Any, message: dict[str, Any], buffers: Sequence[Any]) -> None:
        kind = message.get("type")
        if kind == "file" and len(self._files) < MOST_FILES:
            self._files.append(Upload(str(message["name"]), int(message["size"])))
        elif kind == "part" and self._files:
            self._add(self._files[-1], buffers)
        elif kind == "end":
            files, self._files = self._files, []
            try:
                self._on_files(files)
            finally:
                self.send({"type": "received"})

    def _add(self, file: Upload, parts: Sequence[Any]) -> None:
        for part in parts:
            if len(file.content) + len(part) <= MAX_BYTES:
                file.content += part
