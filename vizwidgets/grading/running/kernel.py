"""Calls of the Linux kernel that Python does not have, with the numbers of its headers."""

from __future__ import annotations

import ctypes
import functools
import os
from typing import Any

# <linux/sched.h>
NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PIDS, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
# <linux/mount.h>
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 0x1, 0x2, 0x4, 0x8
BIND, MOVE, RECURSIVE, PRIVATE = 0x1000, 0x2000, 0x4000, 0x40000
# <linux/capability.h>
READ_ANYTHING = 2  # CAP_DAC_READ_SEARCH
_CAPABILITY_VERSION = 0x20080522
# <linux/prctl.h>
_DEATH_SIGNAL, _DUMPABLE, _KEEP_CAPABILITIES, _DROP_BOUND = 1, 4, 8, 24
_SUBREAPER, _NO_NEW_PRIVILEGES = 36, 38
# <asm-generic/unistd.h>, <fcntl.h>: mount_setattr has the same number on every architecture
_MOUNT_SETATTR, _HERE, _WHOLE_TREE = 442, -100, 0x8000


class _MountAttributes(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "users")]


class _CapabilityHead(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _Capabilities(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def unshare(namespaces: int) -> None:
    """Leave the namespaces of the parent for new ones."""
    _check(_libc().unshare(namespaces), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system."""
    words = [os.fsencode(word) for word in (source, target, kind)]
    done = _libc().mount(*words, ctypes.c_ulong(flags), os.fsencode(options))
    _check(done, f"mount {kind or source} on {target}")


def make_read_only(target: str) -> None:
    """Let nothing be written below a folder, whatever is mounted there (Linux 5.12 or newer)."""
    wanted = _MountAttributes(set=READ_ONLY | NO_SUID)
    size = ctypes.c_size_t(ctypes.sizeof(wanted))
    arguments = (ctypes.c_int(_HERE), os.fsencode(target), ctypes.c_uint(_WHOLE_TREE), ctypes.byref(wanted))
    _check(_libc().syscall(ctypes.c_long(_MOUNT_SETATTR), *arguments, size), "mount_setattr")


def keep_capabilities() -> None:
    """Keep what this process may do when it becomes another user."""
    _prctl(_KEEP_CAPABILITIES, 1)


def drop_capabilities(*kept: int) -> None:
    """Give up for ever what an administrator may do, but for the few that are kept."""
    for capability in range(64):
        if _libc().prctl(_DROP_BOUND, capability, 0, 0, 0):
            break  # the kernel knows no more of them
    _prctl(_NO_NEW_PRIVILEGES, 1)
    bits = sum(1 << capability for capability in kept)
    data = (_Capabilities * 2)(_Capabilities(bits, bits, 0), _Capabilities(0, 0, 0))
    head = _CapabilityHead(_CAPABILITY_VERSION, 0)
    _check(_libc().capset(ctypes.byref(head), data), "capset")


def stay_readable() -> None:
    """Let this process read its own entries in /proc, also after it became another user."""
    _prctl(_DUMPABLE, 1)


def die_with_parent(number: int) -> None:
    """Receive a signal when the parent ends."""
    _prctl(_DEATH_SIGNAL, number)


def adopt_orphans() -> None:
    """Become the parent of what the children of this process leave behind."""
    _prctl(_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    _check(_libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def _check(done: int, what: str) -> None:
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
