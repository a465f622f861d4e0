"""Zips that unpack to ten gigabytes of zeros: small on disk, made without writing the zeros anywhere."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

GB = 1_000_000_000
_BLOCK = bytes(1_000_000)


def zeros_deflated(size: int) -> bytes:
    """That many zeros as one deflate stream: a flushed block can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(_BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // len(_BLOCK)) + zlib.compressobj(9, zlib.DEFLATED, -15).flush()


def bomb(name: str, size: int, said: int | None = None) -> bytes:
    """A zip of one file of zeros, which says of itself that it has another size if that is given."""
    stream, said = zeros_deflated(size), size if said is None else said
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 8, 0, 0, 0, len(stream), _small(said), len(name), 0)
    extra = struct.pack("<2HQ", 1, 8, said) if said > 0xFFFFFFFE else b""
    sizes = len(stream), _small(said), len(name), len(extra)
    entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 45, 45, 0, 8, 0, 0, 0, *sizes, 0, 0, 0, 0, 0)
    body = local + name.encode() + stream
    contents = entry + name.encode() + extra
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(contents), len(body), 0)
    return body + contents + end


def many_bombs(names: list[str], size: int) -> bytes:
    """A zip of many files of zeros, each of which is honest about its size."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, bytes(size))
    return packed.getvalue()


def _small(size: int) -> int:
    return min(size, 0xFFFFFFFF)
