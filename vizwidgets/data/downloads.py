"""Large files from a public address: resumable, checked against their hash, renamed when whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import requests
from tqdm.auto import tqdm

from vizwidgets.data.pins import Download
from vizwidgets.data.storage import ArtifactError, check_space, sha256_of

TRIES = 4
PIECE = 1 << 16  # bytes written at once; what a broken connection loses at most
TIMEOUT_SECONDS = (15, 60)  # to connect, and between two pieces


def torch_hub_copy(download: Download) -> Path | None:
    """Return the file in torch hub's cache, where another program may have put it, or None."""
    import torch

    path = Path(torch.hub.get_dir()) / "checkpoints" / download.file_name
    return path if path.is_file() and path.stat().st_size == download.size else None


def fetch_download(download: Download, folder: Path) -> Path:
    """Return the path of a whole file in `folder`; download what is missing of it.

    An interrupted download goes on where it stopped, also in another process: the pieces are kept in
    ``<file name>.part``. The caller holds the artifact's lock.

    Raises
    ------
    ArtifactError
        If the address can not be reached, or what it sends has another hash.
    """
    path = folder / download.file_name
    if path.is_file() and sha256_of(path) == download.sha256:
        return path
    part = path.with_name(f"{path.name}.part")
    check_space(folder, download.size - _size(part))
    _download_all(download, part)
    if (found := sha256_of(part)) != download.sha256:
        part.unlink()
        raise ArtifactError(f"{download.url} sent a file with hash {found}, expected was {download.sha256}.")
    os.replace(part, path)
    return path


def _download_all(download: Download, part: Path) -> None:
    """Ask again, for the rest, when the connection breaks."""
    for attempt in range(1, TRIES + 1):
        before = _size(part)
        try:
            if before < download.size:
                _download_rest(download, part)
            if _size(part) >= download.size:
                return
            reason = f"it ended after {_size(part):,} of {download.size:,} bytes"
        except requests.RequestException as error:
            reason = str(error)
        if attempt == TRIES or _size(part) == before:  # no use in asking again when nothing comes
            break
    raise ArtifactError(f"{download.url} could not be downloaded: {reason}.")


def _download_rest(download: Download, part: Path) -> None:
    # Unpacked on the way, a piece would not be the piece that was asked for.
    headers = {"Range": f"bytes={_size(part)}-", "Accept-Encoding": "identity"}
    with requests.get(download.url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as response:
        response.raise_for_status()
        # A server that can not send a part answers 200 and sends everything: begin anew.
        resumed = response.status_code == requests.codes.partial_content
        with part.open("ab" if resumed else "wb") as file:
            _write_pieces(response, file, download)


def _write_pieces(response: requests.Response, file: BinaryIO, download: Download) -> None:
    bar = tqdm(
        total=download.size,
        initial=file.tell(),
        unit="B",
        unit_scale=True,
        desc=download.file_name,
        leave=False,
    )
    with bar:
        for piece in response.iter_content(PIECE):
            file.write(piece)
            bar.update(len(piece))
            if file.tell() > download.size:
                return  # too long to be the file; its hash will say so


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
