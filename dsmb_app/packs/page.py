"""One sheet as a printed page: head lines, rows in order, footnotes, and the settings that make it print well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from dsmb_app.packs import measure
from dsmb_app.packs.book import Book, Item, append
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.looks import CLOSED_INK, CLOSED_TINT, OPEN_INK, OPEN_TINT, QUIET, Look
from dsmb_app.packs.safe_text import in_header

A4 = 9
SMALL, SMALLEST, NEARLY_EMPTY = 0.78, 0.70, 0.4
"""To save pages, a sheet is printed down to ``SMALL``, its 10-point body in 7.8 points, and down to ``SMALLEST`` where
its last page would else be filled to less than ``NEARLY_EMPTY``. The fewest pages at that size are reserved, and the
sheet is then printed as large as fits them.
"""
CONTENTS = "01 Contents"

_TITLE, _LINE, _SMALL = Look(bold=True, size=12), Look(bold=True), Look(size=9, ink=QUIET)
_WRAPPED = Look(size=9, ink=QUIET, wrap=True)
_NOTE = Look(size=9, wrap=True)


@dataclass(frozen=True)
class Sheet:
    """What a sheet is: its name, number and title, line 3, and the widths of its columns in digits.

    ``printed``: how many of the columns are printed; the rest are for the screen. ``frozen``: how many stay in view
    when the sheet is moved sideways. ``one_page``: everything is printed on one page, whatever the type's size.
    """

    name: str
    number: str
    title: str
    population: str
    widths: tuple[float, ...]
    printed: int
    frozen: int = 1
    one_page: bool = False


class Page:
    """A sheet being written from top to bottom; the head lines are there from the start."""

    def __init__(self, book: Book, sheet: Sheet, head: Heading) -> None:
        self._book, self._what, self._head = book, sheet, head
        self._sheet = book.sheet(sheet.name)
        self._rows, self._titles = 0, 0
        self._heights: list[float] = []
        for place, wide in enumerate(sheet.widths, start=1):
            self._sheet.column_dimensions[get_column_letter(place)].width = round(wide, 2)
        self._view()
        self._print()

    def head_lines(self, *, frozen_below: int) -> None:
        """Write the lines that every sheet starts with; they and ``frozen_below`` more stay in view and in print."""
        count = 5 + bool(self._head.audit) + bool(self._head.maturity) + frozen_below
        self._sheet.freeze_panes = f"{get_column_letter(self._what.frozen + 1)}{count + 1}"
        self._sheet.print_title_rows = f"1:{count}"
        self._titles = count
        self.row([Item(self._head.protocol, _LINE)])
        self.row([Item(f"{self._what.number} {self._what.title}", _TITLE)], height=17)
        self.row([Item(self._what.population, Look())])
        self.row([Item(self._head.source, _SMALL)])
        tint, ink = (CLOSED_TINT, CLOSED_INK) if self._head.closed else (OPEN_TINT, OPEN_INK)
        banner = Look(bold=True, ink=ink, fill=tint)
        self.row([Item(self._head.marked_banner, banner), *[Item("", banner)] * (self._what.printed - 1)])
        if self._head.audit:
            self.row([Item(self._head.audit, _SMALL)])
        if self._head.maturity:
            self.note(self._head.maturity, _WRAPPED)

    def row(self, items: Sequence[Item | None], *, height: float | None = None) -> int:
        """Write the next row and return its number; ``height`` in points, None for one line."""
        self._rows += 1
        self._heights.append(measure.POINTS_PER_LINE if height is None else height)
        if height is not None:
            self._sheet.row_dimensions[self._rows].height = round(height, 2)
        append(self._sheet, [self._book.cell(self._sheet, item) if item else None for item in items])
        return self._rows

    def note(self, text: str, look: Look = _NOTE) -> None:
        """Write a text across the printed columns, on as many lines as it needs."""
        room = sum(self._what.widths[: self._what.printed])
        count = measure.lines(text, room, bold=look.bold, size=look.size)
        self.row([Item(text, look)], height=count * measure.POINTS_PER_LINE * look.size / 10 + 2)
        self.merge(1, self._what.printed)

    def merge(self, first: int, last: int) -> None:
        """Make one cell of the last row's columns ``first`` to ``last`` (from 1); never inside a table's data."""
        if last > first:
            place = f"{get_column_letter(first)}{self._rows}:{get_column_letter(last)}{self._rows}"
            self._sheet.merged_cells.add(place)

    def filter(self, header: int) -> None:
        """Let the reader filter the rows below row ``header``, down to the last one."""
        self._sheet.auto_filter.ref = f"A{header}:{get_column_letter(self._what.printed)}{self._rows}"

    def image(self, picture: object) -> None:
        """Lay a picture over the sheet."""
        self._sheet.add_image(picture)

    def finish(self) -> None:
        """Say which cells are printed, and on how many pages."""
        if not self._what.one_page:
            wide = sum(map(measure.pixels, self._what.widths[: self._what.printed]))
            titles, body = sum(self._heights[: self._titles]), self._heights[self._titles :]
            at = [measure.pages(titles, body, min(measure.PAGE_WIDE / wide, least)) for least in (SMALL, SMALLEST)]
            (count, filled), (fewest, _) = at
            self._sheet.page_setup.fitToHeight = fewest if filled < NEARLY_EMPTY else count
        self._sheet.print_area = f"A1:{get_column_letter(self._what.printed)}{self._rows}"

    def _view(self) -> None:
        self._sheet.sheet_view.showGridLines = False
        self._sheet.sheet_properties.tabColor = CLOSED_INK if self._head.closed else OPEN_INK

    def _print(self) -> None:
        page = self._sheet
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", A4
        page.page_setup.fitToWidth = page.page_setup.fitToHeight = 1
        margins = page.page_margins
        margins.left = margins.right = 0.4
        margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.6, 0.25, 0.25
        top, bottom = page.HeaderFooter.oddHeader, page.HeaderFooter.oddFooter
        top.left.text = in_header(self._head.protocol, 50)
        top.center.text = in_header(self._head.banner, 70)
        title = f"{self._what.number} {self._what.title}"
        # A header has 255 characters in all, codes among them.
        room = 225 - len(top.left.text) - len(top.center.text) - title.count("&")
        top.right.text = in_header(title, max(min(room, 100), 20))
        bottom.left.text = in_header(self._head.footer, 80)
        bottom.center.text = "Page &P of &N"
        bottom.right.text = in_header(" | ".join(self._head.marks), 60)
        for part in (top.left, top.center, top.right, bottom.left, bottom.center, bottom.right):
            part.size = _type_size(part.text)


def _type_size(text: str) -> int:
    """Return the size at which a text fits its third of a page's header on one line."""
    third, digit = 255.0, 5.56
    return next((size for size in (8, 7) if measure.width(text, size=size) * digit <= third), 6)
