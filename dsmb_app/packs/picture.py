"""A figure on a sheet of its own: a PNG picture as it was drawn, freed of everything but the picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from openpyxl.drawing.image import Image

from dsmb_app.packs.book import Book, Item
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.looks import LINK, Look
from dsmb_app.packs.measure import POINTS_PER_LINE
from dsmb_app.packs.page import CONTENTS, Page, Sheet

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Size, palette, transparency, pixels, end. Others carry texts, times and the name of the drawing program.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_COLUMNS, _WIDE = 12, 950.0
_HIGHEST = 560.0
"""Pixels that fit across a page in landscape, and below its head lines."""


def plain_png(data: bytes) -> bytes:
    """Return a PNG file's picture without texts, times and program names. Raises ValueError if it is no PNG file."""
    kept = [chunk for name, chunk in _chunks(data) if name in _KEPT]
    return _SIGNATURE + b"".join(kept)


def add_picture(book: Book, name: str, number: str, title: str, population: str, png: bytes, head: Heading) -> None:
    """Write a sheet that holds one picture, as wide as a printed page."""
    wide = (_WIDE / _COLUMNS - 5) / 7
    page = Page(book, Sheet(name, number, title, population, (wide,) * _COLUMNS, _COLUMNS, one_page=True), head)
    page.head_lines(frozen_below=0)
    first = page.row([Item("Back to the contents", Look(size=8, ink=LINK, underline=True), CONTENTS)]) + 1
    picture = _Picture(plain_png(png), f"A{first}")
    page.image(picture)
    for _ in range(int(picture.height * 0.75 / POINTS_PER_LINE) + 2):
        page.row([], height=POINTS_PER_LINE)
    page.finish()


class _Picture(Image):  # type: ignore[misc]  # openpyxl has no types
    """A picture for the workbook's library, whose own class needs an imaging package to read a PNG file's size."""

    def __init__(self, png: bytes, anchor: str) -> None:
        self._png, self.anchor, self.format = png, anchor, "png"
        wide, high = struct.unpack(">II", png[16:24])
        scale = min(_WIDE / wide, _HIGHEST / high)
        self.width, self.height = int(wide * scale), int(high * scale)

    def _data(self) -> bytes:
        return self._png


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(_SIGNATURE):
        raise ValueError("a picture for a pack must be a PNG file")
    place = len(_SIGNATURE)
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        chunk = data[place : place + size + 12]
        whole = len(chunk) == size + 12 and zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        if not whole:
            raise ValueError("a picture for a pack is damaged")
        yield chunk[4:8], chunk
        place += size + 12
