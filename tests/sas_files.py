"""SAS data sets (.sas7bdat) as SAS writes them for 32-bit Windows, uncompressed, for tests: no library can."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
HEADER, PAGE, PAGE_HEADER = 1024, 4096, 24
LATIN_1, UTF_8, WINDOWS_1252 = 29, 20, 62
MISSING = bytes.fromhex("0000000000feffff")


@dataclass(frozen=True)
class Sas:
    """One column: ``length`` in bytes of a text, 0 of a number; ``format`` as (name, width)."""

    name: str
    length: int = 0
    label: str = ""
    format: tuple[str, int] = ("", 0)


def sas7bdat(columns: list[Sas], rows: list[list[object]], *, name: str = "AE", encoding: int = UTF_8) -> bytes:
    """Return a file; texts may be ``bytes``, which are written as they are, numbers None for missing."""
    width = sum(column.length or 8 for column in columns)
    packed = [b"".join(_cell(column, value) for column, value in zip(columns, row, strict=True)) for row in rows]
    per_page = (PAGE - PAGE_HEADER) // width
    pages = [_meta(columns, width, len(rows))]
    for start in range(0, len(packed), per_page):
        part = packed[start : start + per_page]
        pages.append((bytes(16) + struct.pack("<4H", 0x100, len(part), 0, 0) + b"".join(part)).ljust(PAGE, b"\0"))
    return _header(name, len(pages), encoding) + b"".join(pages)


def _cell(column: Sas, value: object) -> bytes:
    if column.length:
        raw = value if isinstance(value, bytes) else str(value).encode()
        return raw.ljust(column.length)
    return MISSING if value is None else struct.pack("<d", value)


def _header(name: str, pages: int, encoding: int) -> bytes:
    out = bytearray(HEADER)
    out[:32] = MAGIC
    out[32], out[35], out[37], out[39], out[70] = 0x22, 0x22, 1, ord("2"), encoding
    out[84:92] = b"SAS FILE"
    out[92:156] = name.encode().ljust(32) + bytes(32)
    out[156:164] = b"DATA    "
    struct.pack_into("<3I", out, 196, HEADER, PAGE, pages)
    out[216:224] = b"9.0401M7"
    return bytes(out)


def _meta(columns: list[Sas], width: int, rows: int) -> bytes:
    """Return the one page of descriptions: pointers from its start, what they point to from its end."""
    texts = bytearray(b"\0\0" + bytes(6))  # its length goes into the first two bytes

    def place(word: str) -> bytes:
        if not word:
            return struct.pack("<3H", 0, 0, 0)
        at = len(texts)
        texts.extend(word.encode())
        texts.extend(bytes(-len(texts) % 4))
        return struct.pack("<3H", 0, at, len(word.encode()))

    names = b"".join(place(column.name) + bytes(2) for column in columns)
    formats = [_format(column, place(column.format[0]), place(column.label)) for column in columns]
    attributes, at = b"", 0
    for column in columns:
        attributes += struct.pack("<IIHBB", at, column.length or 8, 0x400, 2 if column.length else 1, 0)
        at += column.length or 8
    row_size = bytearray(480)
    struct.pack_into("<I", row_size, 0, 0xF7F7F7F7)
    struct.pack_into("<II", row_size, 20, width, rows)
    struct.pack_into("<II", row_size, 36, len(columns), 0)
    blocks = [bytes(row_size), struct.pack("<III", 0xF6F6F6F6, len(columns), 0)]
    texts[0:2] = struct.pack("<H", len(texts))
    blocks.append(struct.pack("<I", 0xFFFFFFFD) + bytes(texts) + bytes(8))
    for signature, content in ((0xFFFFFFFF, names), (0xFFFFFFFC, attributes)):
        blocks.append(struct.pack("<IHHI", signature, len(content) + 8, 0, 0) + content + bytes(8))
    return _page([*blocks, *formats])


def _format(column: Sas, format_place: bytes, label_place: bytes) -> bytes:
    out = bytearray(52)
    struct.pack_into("<I", out, 0, 0xFFFFFBFE)
    struct.pack_into("<H", out, 12, column.format[1])
    out[34:40], out[40:46] = format_place, label_place
    return bytes(out)


def _page(blocks: list[bytes]) -> bytes:
    out, end, pointers = bytearray(PAGE), PAGE, b""
    for block in blocks:
        end -= len(block) + -len(block) % 4
        out[end : end + len(block)] = block
        pointers += struct.pack("<IIBBH", end, len(block), 0, 0, 0)
    start = bytes(16) + struct.pack("<4H", 0, len(blocks), len(blocks), 0) + pointers
    assert len(start) <= end, "too many columns for one page"
    out[: len(start)] = start
    return bytes(out)
