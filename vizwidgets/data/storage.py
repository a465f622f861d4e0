"""Where artifacts live on disk: the cache folder, its locks, hashes and atomic writing."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from platformdirs import user_cache_dir

CHUNK = 1 << 20


class ArtifactError(RuntimeError):
    """An artifact (weights, digits, class names) can not be had; the text says which, why and what to do."""


def cache_dir() -> Path:
    """Return the folder that holds the artifacts; it is not created here.

    Returns
    -------
    Path
        The environment variable ``VIZWIDGETS_HOME`` where it is set, else the user's cache folder.
    """
    home = os.environ.get("VIZWIDGETS_HOME", "").strip()
    return Path(home).expanduser().absolute() if home else Path(user_cache_dir("vizwidgets", appauthor=False))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def contents_sha256(contents: Any) -> str:
    """Hash what an artifact holds, independently of the file format that keeps it.

    Parameters
    ----------
    contents : dict of str to numpy array, or a JSON value
        Arrays are hashed in the order of their names: name, dtype, shape, bytes.

    Returns
    -------
    str
        SHA-256 in hexadecimal.

    Examples
    --------
    >>> contents_sha256({"b": np.zeros(2), "a": np.ones(1)}) == contents_sha256(
    ...     {"a": np.ones(1), "b": np.zeros(2)})
    True
    """
    if not isinstance(contents, Mapping):
        return hashlib.sha256(_json_bytes(contents)).hexdigest()
    digest = hashlib.sha256()
    for name in sorted(contents):
        array = np.ascontiguousarray(contents[name])
        digest.update(f"{name} {array.dtype} {list(contents[name].shape)}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def encode(contents: Any) -> bytes:
    """Return the bytes to keep on disk: safetensors for a dict of arrays, JSON for anything else."""
    if not isinstance(contents, Mapping):
        return _json_bytes(contents)
    from safetensors.numpy import save

    return save({name: np.ascontiguousarray(array) for name, array in contents.items()})


def _json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def write_json(path: Path, value: Any) -> None:
    """Write a JSON value so that the file is there either whole or not at all."""
    write_atomically(path, _json_bytes(value))


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes so that the file is there either whole or not at all.

    The temporary file is in the same folder, because a rename is atomic only inside one file system.
    """
    with temporary_folder(path.parent, path.name) as folder:
        temporary = folder / path.name
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)


def check_space(folder: Path, size: int) -> None:
    """Raise an OSError before a download of `size` bytes that would fill the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise OSError(errno.ENOSPC, f"{size / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB are free")


@contextlib.contextmanager
def temporary_folder(parent: Path, label: str) -> Iterator[Path]:
    """Give a hidden folder inside `parent`, removed afterwards with all that is left in it.

    In the cache folder, what a killed process left under the same label is removed first; the caller holds
    the artifact's lock. In any other folder nothing is ours to remove.
    """
    parent.mkdir(parents=True, exist_ok=True)
    prefix = f".vizwidgets-tmp-{label}-"
    if parent.absolute().is_relative_to(cache_dir()):
        for stale in parent.glob(f"{glob.escape(prefix)}*"):
            shutil.rmtree(stale, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of one artifact: of two processes, the second waits until the first is done."""
    folder = cache_dir() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        yield
