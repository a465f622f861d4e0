"""Files of strangers, in a zip or a folder: counted while they are read, and never unpacked to disk."""

from __future__ import annotations

import contextlib
import os
import stat
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .budget import ArchiveError, Budget, Limits, megabytes

_CHUNK = 1 << 16
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others are unpacked by Python in chunks of any size
_END = b"PK\x05\x06"  # of the record at the end of a zip, which says how long its table of contents is
_ENTRY_BYTES = 500  # of the table of contents for one file, at most a few hundred in practice
_LONGEST_NAME = 500
_FOR_ALL_PLATFORMS = str.maketrans("\\", "/")


@dataclass(frozen=True)
class ForeignFile:
    """A file that someone handed in.

    Parameters
    ----------
    path : str
        Where it stood, with ``/``; for reading by a person only: nothing is ever written there.
    changed : tuple of int
        Year, month, day, hour, minute, second, as the zip or the folder has it.
    problem : str
        Why it is not read, and what to do; empty if it can be tried.
    """

    path: str
    changed: tuple[int, ...]
    problem: str
    packed_bytes: int
    said_bytes: int
    open: Callable[[], IO[bytes]]

    def read(self, budget: Budget) -> bytes:
        """Return its contents.

        Raises
        ------
        ArchiveError
            If it has a problem, is beyond a limit, or is damaged.
        """
        if self.problem:
            raise ArchiveError(self.problem)
        limit = budget.limits.file_bytes
        if self.said_bytes > limit:
            raise ArchiveError(_too_large(self.said_bytes, limit))
        try:
            with self.open() as source:
                return b"".join(self._chunks(source, budget))
        except ArchiveError:
            raise
        except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, IndexError) as reason:
            raise ArchiveError(
                f"damaged in the zip ({reason}); download it, or ask for it, again"
            ) from reason
        except (OSError, RuntimeError, NotImplementedError) as reason:
            raise ArchiveError(f"can not be read ({reason}); look at it by hand") from reason

    def _chunks(self, source: IO[bytes], budget: Budget) -> Iterator[bytes]:
        """Yield the contents; what the zip says of its sizes is not believed."""
        limits, count = budget.limits, 0
        while chunk := source.read(_CHUNK):
            count += len(chunk)
            budget.spend(len(chunk))
            if count > limits.file_bytes:
                raise ArchiveError(_too_large(count, limits.file_bytes))
            if count > limits.small_bytes and count > limits.ratio * self.packed_bytes:
                raise ArchiveError(
                    f"unpacks to more than {limits.ratio} times its size: a zip bomb, or outputs without "
                    "end; ask for the notebook with its outputs cleared"
                )
            yield chunk


@contextlib.contextmanager
def open_files(place: Path, budget: Budget) -> Iterator[list[ForeignFile]]:
    """Give the files of a zip or of a folder.

    Raises
    ------
    FileNotFoundError
        If there is neither.
    ArchiveError
        If it is no zip, a damaged one, or one with too many files.
    """
    if place.is_dir():
        yield _limited(_folder_files(place), budget)
    elif not place.exists():
        raise FileNotFoundError(f"there is no zip and no folder {place}.")
    else:
        with place.open("rb") as file:
            yield zip_files(file, budget, place.name)


def zip_files(file: IO[bytes], budget: Budget, name: str = "the zip") -> list[ForeignFile]:
    """Return the files of a zip, which must stay open while they are read.

    Raises
    ------
    ArchiveError
        If it is none, a damaged one, or one with too many files.

    Examples
    --------
    >>> import io
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("a1.ipynb", "{}")
    >>> [(file.path, file.read(Budget())) for file in zip_files(packed, Budget())]
    [('a1.ipynb', b'{}')]
    """
    _check_contents(file, budget.limits, name)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError) as reason:
        raise ArchiveError(f"{name} is no zip, or was cut short ({reason}); download it again.") from reason
    members = [info for info in archive.infolist() if not info.is_dir()]
    return _limited([_member(archive, info) for info in members], budget)


def _check_contents(file: IO[bytes], limits: Limits, name: str) -> None:
    """Refuse a table of contents that would itself fill the memory, before Python reads it."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise ArchiveError(f"{name} is empty (0 bytes); download it again.")
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    at = tail.rfind(_END)
    # a zip64 has 0xFFFFFFFF there, and is refused too: four gigabytes of file names are no class
    if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > limits.files * _ENTRY_BYTES:
        raise ArchiveError(f"{name} lists more than {limits.files} files; look at it by hand.")


def _limited(files: list[ForeignFile], budget: Budget) -> list[ForeignFile]:
    if len(files) > budget.limits.files:
        raise ArchiveError(f"{len(files)} files; at most {budget.limits.files} are read. Look at it by hand.")
    return files


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ForeignFile:
    path = _path(info)
    sizes = info.compress_size, info.file_size
    return ForeignFile(path, info.date_time, _fault(info, path), *sizes, lambda: archive.open(info))


def _path(info: zipfile.ZipInfo) -> str:
    """Return the name as its writer meant it; a zip made on a Mac does not say that its names are UTF-8."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return _shown(name.translate(_FOR_ALL_PLATFORMS))


def _shown(name: str) -> str:
    """Return a name as people read it: of bounded length, and of signs that can be written."""
    return unicodedata.normalize("NFC", name[:_LONGEST_NAME].encode(errors="replace").decode())


def _fault(info: zipfile.ZipInfo, path: str) -> str:
    if ".." in path.split("/") or path.startswith("/") or path[1:2] == ":" or "\0" in path:
        return "its path leads out of the zip, which no honest tool writes; look at it by hand"
    if len(path) == _LONGEST_NAME:
        return f"its name has {_LONGEST_NAME} signs or more; ask for it under a shorter one"
    if info.create_system == 3 and stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or a device, not a file; ask for the file itself"
    if info.flag_bits & 0x1:
        return "encrypted; ask for it without a password"
    if info.compress_type not in _METHODS:
        return "packed by a method other than deflate; ask for the notebook itself, or a plain zip"
    return ""


def _folder_files(folder: Path) -> list[ForeignFile]:
    """Return the files below a folder; links are named, never followed."""
    found = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        found += [_disk_file(Path(place) / name, folder) for name in sorted([*names, *links])]
    return found


def _disk_file(path: Path, folder: Path) -> ForeignFile:
    status = path.lstat()
    is_file = stat.S_ISREG(status.st_mode)
    return ForeignFile(
        _shown(path.relative_to(folder).as_posix()),
        tuple(time.gmtime(status.st_mtime)[:6]),
        "" if is_file else "a link or a device, not a file; ask for the file itself",
        status.st_size,
        status.st_size,
        lambda: path.open("rb"),
    )


def _too_large(size: int, limit: int) -> str:
    return (
        f"{megabytes(size)} or more unpacked, at most {megabytes(limit)} are read; "
        "ask for the notebook with its outputs cleared"
    )
