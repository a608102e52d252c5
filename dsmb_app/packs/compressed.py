"""Bytes on their way into a workbook, kept compressed: a long sheet's XML is twenty times what it is zipped."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_FAST = 1
_PIECE = 1 << 16


class Compressed:
    """A file to write to and then to read from once more, in memory and compressed all the while.

    Nothing of it ever stands on the disk, where a temporary file would hold patients' data in clear.
    """

    def __init__(self) -> None:
        self._packer = zlib.compressobj(_FAST)
        self._kept: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Take in some bytes; return how many."""
        packed = self._packer.compress(data)
        if packed:
            self._kept.append(packed)
        return len(data)

    def finish(self) -> None:
        """Say that all has been written."""
        self._kept.append(self._packer.flush())

    def pieces(self) -> Iterator[bytes]:
        """Yield what was written, in pieces of at most 64 KiB; only after ``finish``."""
        unpacker = zlib.decompressobj()
        for packed in self._kept:
            piece = unpacker.decompress(packed, _PIECE)
            while piece:
                yield piece
                piece = unpacker.decompress(unpacker.unconsumed_tail, _PIECE)
        yield unpacker.flush()
