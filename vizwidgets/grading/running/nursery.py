"""A warm process: everything is imported, nothing is computed, and each sheet runs in a child of it.

Started by `WarmStarter` with ``python -m vizwidgets.grading.running.nursery``. It never sees a cell: the
grader talks to the child directly, so nothing of one student's run is left for the next one's.
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
from typing import Any, NoReturn

import torch._dynamo  # noqa: F401 - the first optimizer imports it: a second, which no child should pay for

from . import kernel
from .channel import Channel
from .child import serve
from .sandbox import write_user_map
from .shell import SheetShell, sheet_shell
from .warden import guard

_PATIENCE = 1.0  # seconds, for a child that ends by itself


def main() -> None:
    """Serve the grader at the other end of the socket whose number stands on the command line."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    control = Channel(connection)
    shell = sheet_shell()
    kernel.adopt_orphans()
    children: set[int] = set()
    control.send({"is_ready": True})
    while True:
        try:
            order = control.receive()
        except EOFError:  # the grader is gone
            break
        if order["order"] == "start":
            child = _start(connection, shell, order["settings"])
            children.add(child)
            control.send({"child": child})
        elif order["order"] == "interrupt":
            _signal(order["child"], signal.SIGINT)
        else:
            children.remove(order["child"])
            control.send({"status": _end(order["child"], order["is_ending"], children)})
    while children:
        _end(children.pop(), False, children)


def _start(connection: socket.socket, shell: SheetShell, settings: dict[str, Any]) -> int:
    """Fork a child for one sheet; its end of the grader's channel comes over the socket."""
    _, descriptors, _, _ = socket.recv_fds(connection, 1, 1)
    answer, ask = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        connection.close()
        os.close(ask[0])
        os.close(answer[1])
        _live(Channel(socket.socket(fileno=descriptors[0])), shell, settings, (answer[0], ask[1]))
    for descriptor in (descriptors[0], answer[0], ask[1]):
        os.close(descriptor)
    with contextlib.suppress(OSError):  # the child does the same: whoever comes first
        os.setpgid(child, child)
    if settings["is_protected"] and os.read(ask[0], 1):
        with contextlib.suppress(OSError):  # the child then says so
            write_user_map(child)
            os.write(answer[1], b"m")
    os.close(answer[1])
    os.close(ask[0])
    return child


def _live(channel: Channel, shell: SheetShell, settings: dict[str, Any], maps: tuple[int, int]) -> NoReturn:
    """Be the child: never return."""
    status = 1
    try:
        os.setpgid(0, 0)
        if settings["is_protected"]:
            guard(channel, shell, settings, maps)
        serve(channel, shell, settings)
        status = 0
    except BaseException:  # for the grader, who reads stderr when a child does not come up
        traceback.print_exc()
    finally:
        os._exit(status)  # nothing of the parent's is to be tidied up here


def _end(child: int, is_ending: bool, others: set[int]) -> int:
    """End a child and all that it has left behind; return its exit code, below 0 for a signal.

    ``is_ending``: it ends by itself, and how is of interest.
    """
    end = time.monotonic() + (_PATIENCE if is_ending else 0)
    while time.monotonic() < end and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.005)
    _signal(child, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)  # it may have left its group
    _, status = os.waitpid(child, 0)
    while orphans := _children() - others:
        for orphan in orphans:
            with contextlib.suppress(OSError):
                os.kill(orphan, signal.SIGKILL)
                os.waitpid(orphan, os.WNOHANG)
        time.sleep(0.001)
    return os.waitstatus_to_exitcode(status)


def _signal(child: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(child, number)


def _children() -> set[int]:
    """Return the processes whose parent we are: sheets that run, and what ended ones have left running."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.update(map(int, path.read_text(encoding="ascii").split()))
    return found


if __name__ == "__main__":
    main()
