"""Messages between the grader and the process that runs a sheet: JSON, never pickles, none too long."""

from __future__ import annotations

import json
import socket
import struct
import time
from types import TracebackType
from typing import Any

_HEAD = struct.Struct(">I")
_LONGEST = 16 * 2**20
_PATIENCE = 60.0  # seconds, for a side that does not read


class Channel:
    """One end of a connection that carries mappings.

    Parameters
    ----------
    connection : socket
        A stream; the channel closes it.

    Examples
    --------
    >>> here, there = (Channel(end) for end in socket.socketpair())
    >>> here.send({"cell": "q1"})
    >>> there.receive(seconds=1)
    {'cell': 'q1'}
    >>> here.close()
    >>> there.receive(seconds=1)
    Traceback (most recent call last):
    EOFError: the other side has closed the connection.
    >>> there.close()
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._came = bytearray()

    def __enter__(self) -> Channel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """Return the number of the connection's descriptor."""
        return self._connection.fileno()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message.

        Raises
        ------
        EOFError
            If nobody is there any more.
        """
        data = json.dumps(message).encode()
        try:
            self._connection.settimeout(_PATIENCE)
            self._connection.sendall(_HEAD.pack(len(data)) + data)
        except OSError as reason:
            raise EOFError("the other side has closed the connection.") from reason

    def receive(self, seconds: float | None = None, longest: int = _LONGEST) -> dict[str, Any]:
        """Wait for the next message.

        Parameters
        ----------
        seconds : float, optional
            How long; by default for ever.
        longest : int
            How many bytes it may have.

        Raises
        ------
        TimeoutError
            If none came in time.
        EOFError
            If nobody is there any more.
        ValueError
            If it is no message, or too long a one.
        """
        end = None if seconds is None else time.monotonic() + seconds
        self._fill(_HEAD.size, end)
        (length,) = _HEAD.unpack(self._came[: _HEAD.size])
        if length > longest:
            raise ValueError(f"a message may have {longest} bytes; got one of {length}.")
        self._fill(_HEAD.size + length, end)
        data = self._came[_HEAD.size : _HEAD.size + length]
        del self._came[: _HEAD.size + length]
        message = json.loads(data)
        if not isinstance(message, dict):
            raise ValueError(f"a message must be a mapping; got {type(message).__name__}.")
        return message

    def _fill(self, count: int, end: float | None) -> None:
        """Wait for bytes; those that came are kept when the time is over, for the next try."""
        while len(self._came) < count:
            left = None if end is None else max(0.0, end - time.monotonic())
            part = self._some_bytes(count - len(self._came), left)
            if not part:
                raise EOFError("the other side has closed the connection.")
            self._came += part

    def _some_bytes(self, most: int, seconds: float | None) -> bytes:
        if seconds == 0:
            raise TimeoutError("no message came in time.")
        try:
            self._connection.settimeout(seconds)
            return self._connection.recv(min(2**16, most))
        except TimeoutError:
            raise TimeoutError("no message came in time.") from None
        except OSError:
            return b""
