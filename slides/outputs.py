"""What a cell left behind when it was executed: its pictures, and what it printed."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

from PIL import Image

from website.pictures import WIDGET, encode

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PROGRESS = re.compile(r"^.*\d+%\|.*\n?", re.MULTILINE)  # bars that count how far something is


@dataclass(frozen=True)
class Picture:
    """A WebP file with what it shows in words, and its shape, width over height."""

    data: bytes
    alt: str
    shape: float


@dataclass(frozen=True)
class Words:
    """What was printed, its HTML with the letters of its longest line; or, of kind "table", a table."""

    kind: str
    html: str
    width: int = 0


def shown_outputs(cell: Mapping[str, Any], alt: str) -> list[Picture | Words]:
    """Return the pictures of a cell, and what it printed, in the order of the lesson.

    Parameters
    ----------
    cell : mapping
        With code, executed.
    alt : str
        What its pictures show, where neither they nor the cell say so themselves.

    Examples
    --------
    >>> shown_outputs({"outputs": [{"output_type": "stream", "name": "stdout", "text": "h < 3"}]}, "")
    [Words(kind='printed', html='h &lt; 3', width=5)]
    """
    shown: list[Picture | Words] = []
    for output in _joined(cell.get("outputs", ())):
        if output["output_type"] == "stream":
            shown += _printed(output["text"])
        elif output["output_type"] in ("display_data", "execute_result"):
            shown += _best(output, cell.get("metadata", {}).get("alt"), alt)
    return shown


def _joined(outputs: Any) -> Iterator[dict[str, Any]]:
    """Yield the outputs, pieces of one stream put together, without what was said on stderr."""
    waiting: dict[str, Any] | None = None
    for output in outputs:
        if output["output_type"] == "stream":
            if output["name"] == "stdout":
                text = (waiting or {"text": ""})["text"] + "".join(output["text"])
                waiting = {"output_type": "stream", "text": text}
            continue
        if waiting:
            yield waiting
            waiting = None
        yield output
    if waiting:
        yield waiting


def _best(output: Mapping[str, Any], said: str | None, alt: str) -> list[Picture | Words]:
    """Return the form of an output that a slide can show: a picture, a table, or words."""
    data = output["data"]
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            own = output.get("metadata", {}).get(kind, {}).get("alt")
            words = data.get("text/plain") if WIDGET in data else None
            return [_picture(base64.b64decode(data[kind]), said or own or words or alt)]
    if "text/html" in data:
        return [Words("table", "".join(data["text/html"]))]
    return [*_printed(data.get("text/plain", ""))]


def _picture(data: bytes, alt: str) -> Picture:
    with Image.open(BytesIO(data)) as image:
        return Picture(encode(data), "".join(alt), image.width / image.height)


def _printed(text: Any) -> list[Words]:
    words = _COLOURS.sub("", "".join(text)).replace("\r", "\n")
    words = _PROGRESS.sub("", words).rstrip().lstrip("\n")  # a first line may have a table's margin
    return [Words("printed", escape(words), max(map(len, words.splitlines())))] if words else []
