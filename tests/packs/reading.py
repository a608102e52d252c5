"""Reads a pack back: its raw parts, its cells, and the two blocks of a table sheet by what their headers say."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from openpyxl import Workbook, load_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook by name, unpacked."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def book(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def sheet_names(data: bytes) -> list[str]:
    """Return the names of the sheets in their order, without reading their cells."""
    return load_workbook(io.BytesIO(data), read_only=True).sheetnames


def sheet_roots(data: bytes) -> list[Any]:
    """Return the parsed XML of every sheet."""
    return [etree.fromstring(part) for name, part in parts(data).items() if name.startswith("xl/worksheets/sheet")]


def as_excel_reads(text: str | None) -> str:
    """Return a cell's text as Excel shows it, with its _xHHHH_ escapes undone."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text or "")


@dataclass(frozen=True)
class TableSheet:
    """A table's sheet: where the header row is, and the header above each column."""

    sheet: Any
    header: int
    row_column: int
    groups: dict[int, str]
    kinds: dict[int, str]

    @property
    def is_summary(self) -> bool:
        return self.kinds.get(2) == "Statistic"

    def body(self) -> Iterator[int]:
        """Yield the numbers of the body's rows: those down to the first empty one."""
        row = self.header + 1
        while any(self.sheet.cell(row, column).value is not None for column in range(1, self.row_column + 1)):
            yield row
            row += 1

    def text(self, row: int, column: int) -> str:
        value = self.sheet.cell(row, column).value
        assert value is None or isinstance(value, str), (self.sheet.title, row, column, value)
        return as_excel_reads(value)

    def printed(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield (row path, group header, printed statistic, text) of every printed cell."""
        path, first = "", 3 if self.is_summary else 2
        for row in self.body():
            own = self.text(row, self.row_column)
            path = own or path
            for column in range(first, self.row_column - 1):
                if self.groups[column]:
                    yield path, self.groups[column], self.kinds[column] if own else "", self.text(row, column)
                else:
                    yield path, self.kinds[column], self.text(row, 2), self.text(row, column)

    def numbers(self) -> Iterator[tuple[str, str, str, Any]]:
        """Yield (row path, group header, statistic, cell) of every number cell that is filled."""
        for row in self.body():
            for column in range(self.row_column + 1, max(self.kinds) + 1):
                cell = self.sheet.cell(row, column)
                if cell.value is not None:
                    yield self.text(row, self.row_column), self.groups[column], self.kinds[column], cell


def table_sheet(sheet: Any) -> TableSheet:
    """Find the header row of a table's sheet: the one that says "Row" above the paths."""
    for cells in sheet.iter_rows(min_row=1, max_row=12):
        for cell in cells:
            if cell.value == "Row":
                return _with_headers(sheet, cell.row, cell.column)
    raise AssertionError(f"{sheet.title} has no number columns")


def _with_headers(sheet: Any, header: int, row_column: int) -> TableSheet:
    kinds, groups, last = {}, {}, ""
    for column in range(1, sheet.max_column + 1):
        kind = sheet.cell(header, column).value
        kinds |= {column: as_excel_reads(kind)} if kind else {}
        above = sheet.cell(header - 1, column).value
        last = as_excel_reads(above) if above and column != 1 else last
        groups[column] = last
    return TableSheet(sheet, header, row_column, groups, kinds)
