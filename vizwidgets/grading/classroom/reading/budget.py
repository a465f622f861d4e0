"""How much of what strangers handed in is read: counted while it is read, whatever a file says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

MB = 1_000_000
NOTEBOOK_BYTES = 20 * MB  # a larger notebook is not opened


class ArchiveError(ValueError):
    """A zip, or a file in it, that is not read; the message says what was found and what to do."""


@dataclass(frozen=True)
class Limits:
    """How much is read before something is taken for an attack or an accident.

    Parameters
    ----------
    file_bytes, total_bytes : int
        Of one unpacked file, and of all that are read together.
    files : int
        How many there may be.
    ratio : int
        How many times its packed size a file may have, once it is larger than `small_bytes`. Endless outputs
        pack as well as a bomb does, so that small ones are read.
    """

    file_bytes: int = 100 * MB
    total_bytes: int = 8000 * MB
    files: int = 20_000
    ratio: int = 200
    small_bytes: int = 60 * MB


STUDENT = Limits(total_bytes=300 * MB, files=200)  # so that one student's bomb costs only that student


@dataclass
class Budget:
    """What was read so far, under limits.

    Examples
    --------
    >>> budget = Budget(Limits(total_bytes=1_000_000))
    >>> budget.spend(900_000)
    >>> budget.spend(900_000)
    Traceback (most recent call last):
    ...
    vizwidgets.grading.classroom.reading.budget.ArchiveError: more than 1 MB unpacked in all; ...
    """

    limits: Limits = field(default_factory=Limits)
    bytes_read: int = 0
    above: Budget | None = None  # of all students together

    def spend(self, amount: int) -> None:
        """Count bytes, here and above.

        Raises
        ------
        ArchiveError
            If that is more than all files together may have.
        """
        self.bytes_read += amount
        if self.bytes_read > self.limits.total_bytes:
            limit = megabytes(self.limits.total_bytes)
            raise ArchiveError(f"more than {limit} unpacked in all; look at it by hand")
        if self.above is not None:
            self.above.spend(amount)


def megabytes(size: int) -> str:
    """Return a size in words.

    Examples
    --------
    >>> megabytes(10_000_000_000)
    '10,000 MB'
    """
    return f"{size / MB:,.0f} MB"
