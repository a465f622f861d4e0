"""What a sheet can see and do: a small writable folder, no network, no other process, nothing that is hidden.

Linux lets an ordinary user build this from namespaces, if its administrator has not forbidden it. Three
processes take part: the warm one outside, which says who is who; a warden, which enters new namespaces and
rearranges what is mounted there; and the first process of the new process namespace, in which the sheet runs
without any privilege. When that one ends the kernel ends all that it has started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from . import kernel
from .files import copy_files
from .limits import MEGABYTE, Limits

_ROOM = ("/tmp", "/var/tmp")  # where programs expect to be able to write
_SOCKETS = ("/run",)  # of services that would do things for us outside
_DEVICES = ("null", "zero", "full", "random", "urandom")
_NOBODY, _STUDENT = 65534, 1000  # who a sheet is outside and inside when the grader is root
_CACHES = ("XDG_CACHE_HOME", "VIZWIDGETS_HOME")  # fetched weights may lie there
_EMPTY = "size=4k,mode=755"


def write_user_map(process: int) -> None:
    """Say from outside who the users of a process in a new user namespace are.

    An ordinary user stays who she is. Root becomes nobody, because the kernel counts no processes of root.
    """
    users, groups = f"{os.getuid()} {os.getuid()} 1", f"{os.getgid()} {os.getgid()} 1"
    if os.getuid() == 0:
        users = groups = f"0 0 1\n{_STUDENT} {_NOBODY} 1"
    else:
        Path(f"/proc/{process}/setgroups").write_text("deny", encoding="ascii")
    Path(f"/proc/{process}/uid_map").write_text(users, encoding="ascii")
    Path(f"/proc/{process}/gid_map").write_text(groups, encoding="ascii")


def leave_namespaces() -> None:
    """Enter new namespaces of users, mounts, processes, network and shared memory; users come first."""
    kernel.unshare(
        kernel.NEW_USER | kernel.NEW_MOUNTS | kernel.NEW_PIDS | kernel.NEW_NETWORK | kernel.NEW_IPC
    )


def arrange_mounts(work: str, folder: str | None, hidden: Iterable[str], limits: Limits) -> str:
    """Arrange what is seen; return the folder to work in.

    Parameters
    ----------
    work : str
        An empty folder: what can be written lies there, in memory.
    folder : str, optional
        What was handed in; its files are copied.
    hidden : iterable of str
        Folders that are empty afterwards.
    limits : Limits
        ``disk_mb`` counts.

    Raises
    ------
    OSError
        If the system does not allow it.
    """
    _forbid_namespaces()
    kernel.mount("none", "/", flags=kernel.RECURSIVE | kernel.PRIVATE)
    kernel.make_read_only("/")
    room = int(limits.disk_mb * MEGABYTE)
    _mount_tmpfs(work, f"size={room},nr_inodes=100k,mode=1777")
    _fill(Path(work), folder, room // 2)
    for each in hidden:
        if os.path.isdir(each):
            _mount_tmpfs(each, _EMPTY, kernel.READ_ONLY)
    _mount_devices(work)
    for each in filter(_is_free, _SOCKETS):
        _mount_tmpfs(each, _EMPTY, kernel.READ_ONLY)
    rooms = [each for each in _ROOM if _is_free(each)]
    for each in reversed(rooms):  # the folder itself may lie in the first one
        kernel.mount(work, each, flags=kernel.BIND)
    return f"{rooms[0] if rooms else work}/sheet"


def confine() -> None:
    """Be the first process of the new namespace, see only its processes, and give up every privilege."""
    with contextlib.suppress(OSError):  # where a container hides parts of /proc it stays as it is
        kernel.mount("proc", "/proc", "proc", kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXEC)
    kept = []
    if os.getuid() == 0:
        kernel.keep_capabilities()
        os.setgroups([])
        os.setresgid(_STUDENT, _STUDENT, _STUDENT)
        os.setresuid(_STUDENT, _STUDENT, _STUDENT)
        kept = [kernel.READ_ANYTHING]  # Python and its packages may lie in root's own folder
    kernel.drop_capabilities(*kept)
    kernel.stay_readable()
    kernel.die_with_parent(signal.SIGKILL)


def close_all_but(*kept: int) -> None:
    """Close what was open: a folder or a socket from outside would be a way back."""
    for number in sorted(int(name) for name in os.listdir("/proc/self/fd")):
        if number > 2 and number not in kept:
            with contextlib.suppress(OSError):
                os.close(number)


def _forbid_namespaces() -> None:
    """Let no further user namespace be made: in one a sheet could mount as much memory as it likes."""
    Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")


def _mount_tmpfs(target: str, options: str, flags: int = 0) -> None:
    kernel.mount("tmpfs", target, "tmpfs", flags | kernel.NO_SUID | kernel.NO_DEVICES, options)


def _fill(work: Path, folder: str | None, most: int) -> None:
    """Lay out the folder to work in, with the files that were handed in."""
    (work / "sheet").mkdir()
    (work / "shm").mkdir()
    if folder is not None:
        copy_files(Path(folder), work / "sheet", most)
    if os.getuid() == 0:
        for path in [work, *work.rglob("*")]:
            os.chown(path, _STUDENT, _STUDENT)


def _mount_devices(work: str) -> None:
    """Leave the harmless devices only; shared memory counts as written."""
    place = Path(work) / "dev"
    place.mkdir()
    kernel.mount("tmpfs", str(place), "tmpfs", kernel.NO_SUID, "size=64k,mode=755")
    for name in _DEVICES:
        (place / name).touch()
        kernel.mount(f"/dev/{name}", str(place / name), flags=kernel.BIND)
    (place / "shm").mkdir()
    kernel.mount(f"{work}/shm", str(place / "shm"), flags=kernel.BIND)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (place / name).symlink_to(f"/proc/self/fd/{number}")
    (place / "fd").symlink_to("/proc/self/fd")
    kernel.mount(str(place), "/dev", flags=kernel.MOVE)


def _is_free(folder: str) -> bool:
    """Return whether nothing that Python needs lies in a folder: it may be covered then."""
    if not os.path.isdir(folder) or os.path.islink(folder):
        return False
    needed = [*sys.path, sys.prefix, sys.base_prefix, *os.environ.get("PATH", "").split(os.pathsep)]
    needed += [os.path.expanduser("~"), *(os.environ.get(name, "") for name in _CACHES)]
    whole = os.path.realpath(folder) + os.sep
    return not any((os.path.realpath(each) + os.sep).startswith(whole) for each in needed if each)
