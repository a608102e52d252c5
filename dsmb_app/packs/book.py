"""A workbook in memory: sheets are written row by row, are kept compressed, and never pass through a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.merge import MergeCell, MergeCells
from openpyxl.writer.excel import ExcelWriter

from dsmb_app.packs.clean_bytes import clean_bytes
from dsmb_app.packs.compressed import Compressed
from dsmb_app.packs.looks import PLAIN, Look, Looks
from dsmb_app.packs.safe_text import cell_text, needs_quote


@dataclass(frozen=True)
class Item:
    """What a cell holds: a text or a number, its look, and the sheet that a click leads to ("" none)."""

    value: str | float
    look: Look = PLAIN
    to_sheet: str = ""


class Book:
    """A workbook being written. ``day``: the data cut-off, which stands for every time that the file carries."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._book = Workbook(write_only=True)
        then = datetime.combine(day, time())
        self._book.properties = DocumentProperties(creator=None, created=then, modified=then)
        # There is nothing to compute, and a reader is not to be asked to save what a recalculation "changed".
        self._book.calculation = CalcProperties(fullCalcOnLoad=False)
        self._looks = Looks(self._book)

    def sheet(self, name: str) -> WriteOnlyWorksheet:
        """Return a new sheet. Raises ValueError for a name that is taken, which openpyxl would change silently."""
        if name.casefold() in (taken.casefold() for taken in self._book.sheetnames):
            raise ValueError(f"two sheets of a pack are called {name}")
        sheet = _OwnCells(self._book, name)
        self._book._add_sheet(sheet)  # noqa: SLF001 - as the library does with the sheets that it makes
        return sheet

    def cell(self, sheet: WriteOnlyWorksheet, item: Item) -> Cell:
        """Return a cell for an item: a text stays text, whatever it starts with."""
        # Row and column are set anew by the sheet when it takes the cell.
        cell = Cell(sheet, row=1, column=1, style_array=self._looks.style(item.look))
        if not isinstance(item.value, str):
            cell.value = float(item.value)
        elif item.value:
            text = cell_text(item.value)
            cell.value = text
            # The library takes "=..." for a formula and "#N/A" for an error.
            cell.data_type = "s"
            cell.quotePrefix = needs_quote(text)
        if item.to_sheet:
            cell.hyperlink = Hyperlink(ref="A1", location=f"{quote_sheetname(item.to_sheet)}!A1")
        return cell

    def data(self) -> bytes:
        """Return the finished workbook's bytes; the same rows give the same bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            writer = _InMemory(self._book, archive)
            writer.write_data()
        return clean_bytes(out.getvalue(), self._day, writer.sheets)

    def give_up(self) -> None:
        """Let go of what was written: the library's writers complain when they are dropped half-way."""
        for sheet in self._book.worksheets:
            if sheet._writer is not None and not sheet.closed:  # noqa: SLF001 - else it would make itself a file
                sheet.close()


def append(sheet: WriteOnlyWorksheet, cells: Sequence[Cell | None]) -> None:
    """Add a row to a sheet, in memory.

    Left alone, the library streams every sheet through a temporary file: patients' data in clear on the disk. It
    offers no setting for that, so its writer is put in place before it makes its own.
    """
    _stream_in_memory(sheet)
    sheet.append(list(cells))
    # It has been written with its height. Kept, those of a long listing take more memory than its texts.
    sheet.row_dimensions.clear()


def _stream_in_memory(sheet: WriteOnlyWorksheet) -> None:
    if sheet._writer is None:  # noqa: SLF001 - see append
        sheet._writer = _SheetWriter(sheet, out=Compressed())  # noqa: SLF001
        sheet._writer.write_top()  # noqa: SLF001


class _OwnCells(WriteOnlyWorksheet):  # type: ignore[misc]  # openpyxl has no types
    """The library's sheet, but for rows that hold cells alone: it tries each as a value first, and most of its time
    goes there."""

    def _values_to_row(self, values: Sequence[Cell | None], row_idx: int) -> Iterator[Cell]:
        for place, cell in enumerate(values, start=1):
            if cell is not None:
                cell.row, cell.column = row_idx, place
                if cell.hyperlink is not None:
                    cell.hyperlink.ref = cell.coordinate
                yield cell


class _SheetWriter(WorksheetWriter):  # type: ignore[misc]  # openpyxl has no types
    """The library's sheet writer, but for merged cells: it keeps them in a set, whose order is nobody's promise."""

    def write_merged_cells(self) -> None:
        areas = sorted(self.ws.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
        if areas:
            self.xf.send(MergeCells(mergeCell=[MergeCell(str(area)) for area in areas]).to_tree())


class _InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl has no types
    """The library's writer, but for the sheets: they stay where they are, compressed in memory, in ``sheets`` by name
    of part."""

    def __init__(self, book: Workbook, archive: zipfile.ZipFile) -> None:
        super().__init__(book, archive)
        self.sheets: dict[str, Compressed] = {}

    def write_worksheet(self, ws: WriteOnlyWorksheet) -> None:
        _stream_in_memory(ws)
        ws._drawing = SpreadsheetDrawing()  # noqa: SLF001 - as the method that this one replaces
        ws._drawing.images = ws._images  # noqa: SLF001
        ws.close()
        writer = ws._writer  # noqa: SLF001
        ws._rels = writer._rels  # noqa: SLF001
        writer.out.finish()
        self.sheets[ws.path[1:]] = writer.out
        self.manifest.append(ws)
