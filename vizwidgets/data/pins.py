"""What is downloaded, pinned by hash: a wheel of the package index, or a file at a public address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """A pinned wheel of the Python package index; `size` in bytes."""

    package: str
    version: str
    file_name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        """Name and version, as pip knows them."""
        return f"{self.package} {self.version} (pinned wheel)"


@dataclass(frozen=True)
class Download:
    """A pinned file at a public address; `size` in bytes."""

    url: str
    file_name: str
    size: int
    sha256: str

    def __str__(self) -> str:
        """Give the address."""
        return self.url
