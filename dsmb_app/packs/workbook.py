"""One ResultTable -> its sheets: printed texts on the left, the numbers behind them on the right."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby, pairwise

from dsmb_app.model.result import Cell, ResultTable, Row
from dsmb_app.packs import measure
from dsmb_app.packs.book import Book, Item
from dsmb_app.packs.heading import Heading
from dsmb_app.packs.layout import Part, parts, place_of
from dsmb_app.packs.looks import FAINT, LINK, QUIET, ROW_TINT, Look, arm_colours
from dsmb_app.packs.page import CONTENTS, Page, Sheet
from dsmb_app.packs.printed import STAT_NAMES, Group, PrintedLine, group_header, line_header
from dsmb_app.packs.safe_text import sheet_name

BACK = "Back to the contents"
NUMBERS = "Not rounded, not printed:"

_GAP, _PATH, _NUMBER = 3.0, 50.0, 12.0
_HEAD_ROWS = 2
_PLAIN = re.compile(r"-?\d+(?:\.(\d+))?\Z")
_look = cache(Look)  # a sheet has a few looks and thousands of cells


@dataclass(frozen=True)
class TableSheet:
    """A sheet that a table takes: its name, title, the part of the table on it; ``one_page``: so it is printed."""

    name: str
    title: str
    table: ResultTable
    part: Part
    one_page: bool = False


def table_sheets(
    table: ResultTable, short_title: str, *, own_n: bool = False, one_page: bool = False
) -> list[TableSheet]:
    """Return the sheets that a table takes; ``own_n``: its rows have denominators of their own, printed with them."""
    found = []
    for part in parts(table, own_n=own_n):
        name = sheet_name(table.exhibit, short_title, f" - {part.suffix}" if part.suffix else "")
        title = f"{table.title} ({part.suffix})" if part.suffix else table.title
        found.append(TableSheet(name, title, table, part, one_page))
    return found


def add_table_sheet(book: Book, sheet: TableSheet, head: Heading) -> None:
    """Write a sheet; every number on it is a cell of the table, as printed text and as value."""
    _Writer(book, sheet, head).write()


class _Writer:
    def __init__(self, book: Book, sheet: TableSheet, head: Heading) -> None:
        self._table, self._part = table, part = sheet.table, sheet.part
        printed = (*part.label_widths, *part.widths)
        what = Sheet(
            name=sheet.name,
            number=table.exhibit,
            title=sheet.title,
            population=f"{table.population}. {table.subtitle}",
            widths=(*printed, _GAP, _PATH, *(_NUMBER for _ in part.numbers)),
            printed=len(printed),
            frozen=len(part.label_widths),
            one_page=sheet.one_page,
        )
        self._page = Page(book, what, head)
        self._parents = _parents(table.rows)
        self._nested = any(row.depth for row in table.rows)

    def write(self) -> None:
        self._page.head_lines(frozen_below=_HEAD_ROWS)
        self._group_headers()
        self._kind_headers()
        for line, texts in zip(self._part.lines, self._part.texts, strict=True):
            self._line(line, texts)
        self._page.row([])
        for text in self._table.footnotes:
            self._page.note(text)
        self._page.finish()

    def _group_headers(self) -> None:
        """Write one header a group, over all its columns; arms are coloured by their place."""
        labels, by_line = len(self._part.label_widths), sum(column.kind is None for column in self._part.columns)
        spans = _Spans(self._table)
        spans.skip(Item(BACK, Look(size=8, ink=LINK, underline=True), CONTENTS), *[None] * (labels - 1))
        # A column whose lines say what they hold has its header in the row below.
        spans.skip(*[None] * by_line)
        spans.add([column.group for column in self._part.columns[by_line:]], self._part.widths[by_line:])
        spans.skip(None, Item(NUMBERS, Look(size=8, italic=True, ink=QUIET)))
        spans.add([(column.arm, column.arm_ref) for column in self._part.numbers], [_NUMBER] * len(self._part.numbers))
        self._page.row(spans.items, height=spans.lines * measure.POINTS_PER_LINE + 4)
        for first, last in spans.merged:
            self._page.merge(first, last)

    def _kind_headers(self) -> None:
        """Write what each column holds; in a summary, where the lines say that, whose column it is."""
        labels = self._part.label_widths
        items: list[Item | None] = [Item("", Look(rule=True)) for _ in labels]
        if len(labels) > 1:
            items[1] = Item("Statistic", Look(bold=True, rule=True, down="bottom"))
        texts = [(c.kind.header if c.kind else group_header(self._table, c.group)) for c in self._part.columns]
        for text, column in zip(texts, self._part.columns, strict=True):
            items.append(Item(text, _header_look(place_of(self._table, column.group), bar=column.kind is None)))
        items += [None, Item("Row", Look(bold=True, rule=True, down="bottom"))]
        names = [STAT_NAMES[number.stat] for number in self._part.numbers]
        for name, number in zip(names, self._part.numbers, strict=True):
            items.append(Item(name, _header_look(place_of(self._table, (number.arm, number.arm_ref)))))
        rooms = [*self._part.widths, *[_NUMBER] * len(names)]
        height = max(measure.lines(t, room - 1, bold=True) for t, room in zip([*texts, *names], rooms, strict=True))
        self._page.row(items, height=height * measure.POINTS_PER_LINE + 3)

    def _line(self, line: PrintedLine, texts: Sequence[str]) -> None:
        row, labels = line.row, self._part.label_widths
        bold, fill = self._nested and row.depth == 0, ROW_TINT if row.key in self._parents else ""
        rule = line.last
        look = _look(bold=bold, fill=fill, indent=row.depth, wrap=True, rule=rule)
        # A page may begin with any line, so each names its row.
        items: list[Item | None] = [Item(row.label, look if line.first else replace(look, size=8, ink=FAINT))]
        if len(labels) > 1:
            items.append(Item(line_header(line), _look(rule=rule, fill=fill)))
        group = None
        for text, column in zip(texts, self._part.columns, strict=True):
            edge, group = column.group != group, column.group
            items.append(Item(text, _look(bold=bold, fill=fill, across="center", rule=rule, edge=edge)))
        if line.first:
            items += self._numbers(row)
        # The indent takes room too: about two digits a step.
        size = 10 if line.first else 8
        count = measure.lines(row.label, labels[0] - 1 - 2 * row.depth, bold=bold, size=size)
        self._page.row(items, height=count * measure.POINTS_PER_LINE + 1)

    def _numbers(self, row: Row) -> list[Item | None]:
        items: list[Item | None] = [None, Item(row.path, _look(ink=QUIET))]
        for column in self._part.numbers:
            cell = self._table.cell(row.key, column)
            items.append(_number(cell) if cell else None)
        return items


class _Spans:
    """The cells of a header row in which one header stands over several columns."""

    def __init__(self, table: ResultTable) -> None:
        self._table = table
        self.items: list[Item | None] = []
        self.merged: list[tuple[int, int]] = []
        self.lines = 1

    def skip(self, *items: Item | None) -> None:
        self.items += items

    def add(self, groups: Sequence[Group], widths: Sequence[float]) -> None:
        """Write one header a group over neighbouring columns of the same group."""
        place = 0
        for group, found in groupby(groups):
            size = len(list(found))
            look = _header_look(place_of(self._table, group), bar=True)
            text = group_header(self._table, group)
            self.lines = max(self.lines, measure.lines(text, sum(widths[place : place + size]) - 1, bold=True))
            self.merged.append((len(self.items) + 1, len(self.items) + size))
            self.items += [Item(text, look), *[Item("", look)] * (size - 1)]
            place += size


def _header_look(place: int, *, bar: bool = False) -> Look:
    tint, colour = arm_colours(place)
    return Look(bold=True, fill=tint, bar=colour if bar else "", across="center", down="bottom", wrap=True)


def _number(cell: Cell) -> Item:
    """Return the cell's value, shown with as many decimals as its text has; its text where there is no value.

    A workbook holds 16 significant digits of a number, and nothing that is not finite.
    """
    if cell.value is None or not math.isfinite(cell.value):
        return Item(cell.text, _look(across="right", ink=QUIET))
    plain = _PLAIN.match(cell.text)
    decimals = len(plain[1] or "") if plain else None
    form = "General" if decimals is None else "0." + "0" * decimals if decimals else "0"
    return Item(cell.value, _look(across="right", form=form))


def _parents(rows: Sequence[Row]) -> set[tuple[str, ...]]:
    """Return the keys of rows that have rows below them, one step further in."""
    return {row.key for row, below in pairwise(rows) if below.depth > row.depth}
