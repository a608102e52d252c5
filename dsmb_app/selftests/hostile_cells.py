"""hostile-cells: no text in a pack becomes a formula, a link or anything else but text."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree
from openpyxl import load_workbook

from dsmb_app.model.result import Cell, Column, ResultTable, Row
from dsmb_app.model.words import Level, Stat
from dsmb_app.packs.book import Book
from dsmb_app.packs.facts import Block
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.sheets import COVER, Entry, add_blocks, add_contents
from dsmb_app.packs.workbook import add_table_sheet, table_sheets
from dsmb_app.selftests.hostile_texts import hostile_text
from dsmb_app.selftests.outcome import Outcome, Plan
from dsmb_app.selftests.workers import tally

NAME = "hostile-cells"
_TEXTS = 50  # in one workbook
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_PLAIN_TYPES = {"n", "s", "inlineStr"}
_OWN_NAMES = ("_xlnm.Print_Area", "_xlnm.Print_Titles")
# What the program takes for a formula when it is typed; in a cell it must carry the mark "this is text".
_RISKY = re.compile(r"[=+\-@\t\r]|_x000D_|_x0009_")
_ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
_SIMPLE = re.compile(r"[!-~](?:[ -~]{0,200}[!-~])?\Z")


@dataclass(frozen=True)
class Write:
    """Write a workbook full of hostile texts with the packs' own writer, and read it back in two ways."""

    seed: int

    def __call__(self, number: int) -> list[str]:
        """Return every cell, link and name that is not what it should be."""
        rng = random.Random(f"{NAME} {self.seed} {number}")
        texts = [hostile_text(rng) for _ in range(_TEXTS)]
        data = workbook(texts)
        return [f"workbook {number}: {fault}" for fault in (*_raw_faults(data), *_read_faults(data, texts))]


def workbook(texts: Sequence[str]) -> bytes:
    """Return a workbook that has these texts wherever a pack can have a text."""
    first = texts[0]
    book = Book(date(2020, 2, 29))
    head = Heading(first, texts[1], True, (texts[2],), first, texts[3], texts[4], texts[5])
    sheets = table_sheets(_table(texts), first)
    pairs = tuple(zip(texts[::2], texts[1::2], strict=False))
    add_blocks(book, COVER, "00", first, [Block(texts[6], pairs)], head)
    add_contents(book, [Entry(sheet.name, text, text) for sheet, text in zip(sheets, texts, strict=False)], texts, head)
    for sheet in sheets:
        add_table_sheet(book, sheet, head)
    return book.data()


def _table(texts: Sequence[str]) -> ResultTable:
    arms = (f"{texts[7]} 1", f"{texts[8]} 2")
    columns = tuple(Column(arm, stat) for arm in arms for stat in (Stat.N, Stat.DENOMINATOR, Stat.PCT, Stat.EVENTS))
    rows = tuple(Row((str(place), text), text, place % 2) for place, text in enumerate(texts))
    cells = {(row.key, column): Cell(row.label[:100], None) for row in rows for column in columns}
    return ResultTable(
        exhibit="T09",
        title=texts[9],
        subtitle=texts[10],
        level=Level.MASKED,
        population=texts[11],
        arms=arms,
        arm_sizes=dict.fromkeys(arms, 10),
        rows=rows,
        columns=columns,
        cells=cells,
        footnotes=tuple(texts),
    )


def _raw_faults(data: bytes) -> Iterator[str]:
    """Look at the file itself: formulas, kinds of cell, links, names, anything outside."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    outline = etree.fromstring(parts["xl/workbook.xml"])
    names = (sheet.get("name").replace("'", "''") for sheet in outline.iter(f"{_MAIN}sheet"))
    own_places = {f"'{name}'!A1" for name in names}
    for name, part in parts.items():
        if b"TargetMode" in part or "externalLink" in name:
            yield f"{name} leads out of the workbook"
        if name.startswith("xl/worksheets/sheet"):
            yield from _sheet_faults(etree.fromstring(part), own_places)
    for defined in outline.iter(f"{_MAIN}definedName"):
        if defined.get("name") not in _OWN_NAMES:
            yield f"the workbook defines the name {defined.get('name')!r}"


def _sheet_faults(root: Any, own_places: Collection[str]) -> Iterator[str]:
    for cell in root.iter(f"{_MAIN}c"):
        if cell.find(f"{_MAIN}f") is not None:
            yield f"cell {cell.get('r')} is a formula"
        elif cell.get("t", "n") not in _PLAIN_TYPES:
            yield f"cell {cell.get('r')} is of type {cell.get('t')}"
    for link in root.iter(f"{_MAIN}hyperlink"):
        if set(link.attrib) != {"ref", "location"} or link.get("location") not in own_places:
            yield f"cell {link.get('ref')} is a link to {dict(link.attrib)}"


def _read_faults(data: bytes, texts: Sequence[str]) -> Iterator[str]:
    """Look at what a second program reads: kinds of cell, the mark of text, and that every simple text is there."""
    shown = set()
    for sheet in load_workbook(io.BytesIO(data)):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            if cell.data_type not in _PLAIN_TYPES:
                yield f"{sheet.title} {cell.coordinate} is read as {cell.data_type}"
            elif isinstance(cell.value, str) and _RISKY.match(cell.value) and not cell.quotePrefix:
                yield f"{sheet.title} {cell.coordinate} would become a formula when it is typed again"
            shown.add(cell.value)
    for text in texts:
        if _SIMPLE.match(text) and not _ESCAPE.search(text) and text not in shown:
            yield f"the text {text!r} is not in the workbook"


def run(plan: Plan) -> Outcome:
    """Write at least ``count`` hostile texts, each into several cells."""
    found = tally(Write(plan.seed), -(-plan.count // _TEXTS), plan.progress)
    counts = f"{_TEXTS * found.tried:,} hostile texts, {found.failed:,} cells that are not text"
    return Outcome(NAME, found.tried, found.failed, counts, found.first)
