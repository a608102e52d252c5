"""A figure has a sheet of its own and carries nothing but the picture; without one the pack says so."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from lxml import etree

from dsmb_app.model.result import ResultTable
from dsmb_app.model.words import Level
from dsmb_app.packs.meeting_pack import meeting_pack, pack_sheets
from dsmb_app.packs.picture import plain_png
from tests.packs.conftest import STAMP, Pack
from tests.packs.reading import parts

Packs = Callable[[Level], Pack]


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(wide: int = 300, high: int = 200, *extra: bytes) -> bytes:
    """Return a grey picture with any other chunks between its head and its pixels."""
    rows = (b"\x00" + b"\x80" * wide) * high
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


TELLING = (
    chunk(b"tEXt", b"Software\x00a drawing program"),
    chunk(b"tIME", b"\x07\xe7\x01\x01\x01\x01\x01"),
    chunk(b"eXIf", b"MM\x00*somebody"),
)


def test_that_a_figure_follows_its_table_on_a_sheet_of_its_own(pack: Packs) -> None:
    asked: list[str] = []

    def draw(table: ResultTable) -> dict[str, bytes]:
        asked.append(table.exhibit)
        return {"F9": png(900, 500, *TELLING)} if table.exhibit == "T09" else {}

    session = pack(Level.NAMED).session
    data = meeting_pack(session, STAMP, picture=draw)
    found = parts(data)
    names = [sheet.get("name") for sheet in etree.fromstring(found["xl/workbook.xml"]).iter("{*}sheet")]
    place = names.index("F9 AE by SOC and PT")
    assert names[place - 1].startswith("T09")
    assert asked == [sheet.number for sheet in pack_sheets(session) if sheet.figure]
    assert found["xl/media/image1.png"] == png(900, 500)
    assert meeting_pack(session, STAMP, picture=draw) == data
    assert "no figures" not in contents_text(found)
    sheet = found[f"xl/worksheets/sheet{place + 1}.xml"]
    assert b"<drawing" in sheet
    assert b"Figure to T09" in sheet


def test_that_a_pack_without_pictures_says_so(pack: Packs) -> None:
    found = pack(Level.NAMED)
    assert "no figures" in contents_text(parts(found.data))
    assert [name for name in found.book.sheetnames if name.startswith("F")] == ["F1 Participant flow"]  # its table
    same = meeting_pack(found.session, STAMP, picture=lambda table: None)
    assert same == found.data


def test_that_a_picture_keeps_its_proportions_and_fits_the_page(pack: Packs) -> None:
    for wide, high in ((2000, 800), (800, 2000), (100, 100)):
        data = meeting_pack(pack(Level.POOLED).session, STAMP, picture=lambda t, w=wide, h=high: {"F9": png(w, h)})
        drawing = etree.fromstring(parts(data)["xl/drawings/drawing1.xml"])
        size = next(drawing.iter("{*}ext"))
        shown_wide, shown_high = (int(size.get(axis)) / 9525 for axis in ("cx", "cy"))
        assert shown_wide <= 950
        assert shown_high <= 560
        assert shown_wide / shown_high == pytest.approx(wide / high, rel=0.01)


def test_that_a_picture_is_freed_of_texts_times_and_names() -> None:
    assert plain_png(png(30, 20, *TELLING)) == png(30, 20)


@pytest.mark.parametrize("data", [b"", b"GIF89a", png()[:-9], png().replace(b"IDAT", b"IDAX", 1)])
def test_that_what_is_no_whole_png_is_not_taken(data: bytes) -> None:
    with pytest.raises(ValueError, match="picture for a pack"):
        plain_png(data)


def contents_text(found: dict[str, bytes]) -> str:
    return "".join(etree.fromstring(found["xl/worksheets/sheet2.xml"]).itertext())
