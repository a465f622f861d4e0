"""A warm process: everything is imported, nothing is computed, and each sheet runs in a child of it.

Started by `Runner` with ``python -m vizwidgets.grading.running.nursery``. It never sees a cell: the grader
talks to the child directly, so nothing of one student's run is left for the next one's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from .channel import Channel
from .child import serve
from .shell import SheetShell, sheet_shell


def main() -> None:
    """Serve the grader at the other end of the socket whose number stands on the command line."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    control = Channel(connection)
    shell = sheet_shell()
    become_subreaper()
    child = 0
    control.send({"is_ready": True})
    while True:
        try:
            order = control.receive()
        except EOFError:  # the grader is gone
            break
        if order["order"] == "start":
            child = _start(connection, shell, order)
            control.send({"process": child})
        elif order["order"] == "interrupt":
            _signal(child, signal.SIGINT)
        else:
            control.send({"status": _end(child)})
            child = 0
    _end(child)


def _start(connection: socket.socket, shell: SheetShell, settings: dict[str, Any]) -> int:
    """Fork a child for one sheet; its end of the grader's channel comes over the socket."""
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
    child = os.fork()
    if child == 0:
        _live(connection, Channel(socket.socket(fileno=descriptors[0])), shell, settings)
    os.close(descriptors[0])
    with contextlib.suppress(OSError):  # the child does the same: whoever comes first
        os.setpgid(child, child)
    return child


def _live(connection: socket.socket, channel: Channel, shell: SheetShell, settings: dict[str, Any]) -> None:
    """Be the child: never return."""
    status = 1
    try:
        connection.close()
        os.setpgid(0, 0)
        serve(channel, shell, settings)
        status = 0
    except BaseException:  # for the grader, who reads stderr when a child does not come up
        traceback.print_exc()
    finally:
        os._exit(status)  # nothing of the parent's is to be tidied up here


def _end(child: int) -> int | None:
    """End a child and all that it has left behind; return its status as `os.waitpid` gives it."""
    if not child:
        return None
    _signal(child, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)  # it may have left its group
    _, status = os.waitpid(child, 0)
    while orphans := _children():
        for orphan in orphans:
            with contextlib.suppress(OSError):
                os.kill(orphan, signal.SIGKILL)
        for orphan in orphans:
            with contextlib.suppress(OSError):
                os.waitpid(orphan, os.WNOHANG)
        time.sleep(0.001)
    return status


def _signal(child: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(child, number)


def become_subreaper() -> None:
    """Let what a child leaves behind become ours, so that it can be ended."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _children() -> list[int]:
    """Return the processes whose parent we are."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            words = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(words[1]) == os.getpid():
                found.append(int(status.parent.name))
    return found


if __name__ == "__main__":
    main()
