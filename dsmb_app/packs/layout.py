"""Which columns of a table go on which sheet, and how wide they are, so that a printed page can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial

from dsmb_app.model.result import Column, ResultTable
from dsmb_app.packs.measure import PAGE_WIDE, pixels, width
from dsmb_app.packs.printed import (
    SECTION_OF,
    Group,
    PrintedColumn,
    PrintedLine,
    Section,
    group_header,
    is_blank,
    is_summary,
    line_header,
    printed_columns,
    printed_lines,
    printed_text,
)

# At 70% the 10-point body prints in 7 points, the least that can be read. (On Letter, 6% narrower, that is 6.6 points.)
WIDEST = PAGE_WIDE / 0.70
NATURAL = 1150.0
"""A narrower table is widened to this, so that the lines above it and the footnotes have room."""

_LABEL_LEAST, _LABELS_MOST, _COLUMN_LEAST, _PADDING = 26.0, (40.0, 34.0, 28.0), 6.0, 1.2
_HEADER_MOST = 16.0
_MOST_STRETCH = 2.2


@dataclass(frozen=True)
class Part:
    """What one sheet shows of a table: printed columns and lines with their texts, and the numbers behind them.

    ``suffix``: what tells this part from the table's others ("" for the first). ``label_widths``: of the row's label
    and, in a summary, of the statistic; ``widths``: of ``columns``. All widths are in digits of the body font.
    """

    suffix: str
    columns: tuple[PrintedColumn, ...]
    lines: tuple[PrintedLine, ...]
    texts: tuple[tuple[str, ...], ...]
    numbers: tuple[Column, ...]
    label_widths: tuple[float, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class _Piece:
    suffix: str
    columns: tuple[PrintedColumn, ...]


class _Measured:
    """The widths that a table's labels and columns need."""

    labels: tuple[float, ...]

    def __init__(self, table: ResultTable, *, own_n: bool) -> None:
        self.table = table
        self.lines = tuple(printed_lines(table, own_n=own_n))
        self.columns = printed_columns(table, own_n=own_n)
        self.needed = {column: self._column(column) for column in self.columns}
        self._longest = max((width(row.label, bold=True) + 2 * row.depth for row in table.rows), default=0.0)

    def with_labels(self, most: float) -> _Measured:
        """Return the same with labels that are ``most`` wide at most; longer ones are broken."""
        found = copy(self)
        found.labels = self._labels(most)
        return found

    def fits(self, piece: _Piece) -> bool:
        """Tell whether a piece fits a page in readable print."""
        return sum(map(pixels, [*self.labels, *(self.needed[column] for column in piece.columns)])) <= WIDEST

    def _column(self, column: PrintedColumn) -> float:
        widest = max((width(printed_text(self.table, line, column)) for line in self.lines), default=0.0)
        header = group_header(self.table, column.group)
        words = (column.kind.header if column.kind else header).split()
        widest = max([widest, *(width(word, bold=True) for word in words)])
        if sum(other.group == column.group for other in self.columns) == 1:
            widest = max(widest, min(width(header, bold=True), _HEADER_MOST))
        return max(widest + _PADDING, _COLUMN_LEAST)

    def roomier_labels(self, spare: float) -> tuple[float, ...]:
        """Return the labels' widths with up to ``spare`` pixels more, as far as a label would else be broken."""
        more = min(max(self._longest + _PADDING - self.labels[0], 0.0), max(spare, 0.0) / 7)
        return (self.labels[0] + more, *self.labels[1:])

    def _labels(self, most: float) -> tuple[float, ...]:
        label = min(max(self._longest, _LABEL_LEAST), most)
        if not is_summary(self.table):
            return (label + _PADDING,)
        statistic = max((width(line_header(line)) for line in self.lines), default=0.0)
        return (label + _PADDING, statistic + _PADDING)


def parts(table: ResultTable, *, own_n: bool = False) -> list[Part]:
    """Divide a table over as few sheets as can be read in print; every column of the table is on exactly one.

    A table too wide for one page is divided by kind of statistic, then contrasts from arms, then arm by arm. Row labels
    are broken into shorter lines where that saves a sheet. ``own_n``: N has a column even where the header says it.
    """
    columns = _Measured(table, own_n=own_n)
    measured = (columns.with_labels(most) for most in _LABELS_MOST)
    best, pieces = min(((one, _pieces(one)) for one in measured), key=lambda found: len(found[1]))
    return [_part(best, piece) for piece in pieces]


def _pieces(measured: _Measured) -> list[_Piece]:
    pieces = [_Piece("", tuple(measured.columns))]
    cuts: list[Callable[[_Piece], list[_Piece]]] = [_by_section, _by_contrast, partial(_by_group, measured)]
    for cut in cuts:
        pieces = [new for piece in pieces for new in ([piece] if measured.fits(piece) else cut(piece))]
    return pieces


def _by_section(piece: _Piece) -> list[_Piece]:
    found = {section: [c for c in piece.columns if c.section is section] for section in Section}
    return [
        _Piece(_worded(piece.suffix, "" if section is Section.COUNTS else section.value), tuple(columns))
        for section, columns in found.items()
        if columns
    ]


def _by_contrast(piece: _Piece) -> list[_Piece]:
    arms = tuple(column for column in piece.columns if not column.group[1])
    contrasts = tuple(column for column in piece.columns if column.group[1])
    found = [_Piece(piece.suffix, arms), _Piece(_worded(piece.suffix, "differences"), contrasts)]
    return [new for new in found if new.columns]


def _by_group(measured: _Measured, piece: _Piece) -> list[_Piece]:
    """Fill pages group by group; one group alone goes on a page even where it is too wide for one."""
    pages: list[list[PrintedColumn]] = [[]]
    for group in dict.fromkeys(column.group for column in piece.columns):
        own = [column for column in piece.columns if column.group == group]
        if pages[-1] and not measured.fits(_Piece("", (*pages[-1], *own))):
            pages.append([])
        pages[-1] += own
    return [
        _Piece(_worded(piece.suffix, str(place) if place > 1 else ""), tuple(page))
        for place, page in enumerate(pages, start=1)
    ]


def _worded(*words: str) -> str:
    return " ".join(word for word in words if word)


def _part(measured: _Measured, piece: _Piece) -> Part:
    table = measured.table
    numbers = tuple(_numbers(table, piece.columns))
    lines = _lines(measured, piece, numbers)
    texts = tuple(tuple(printed_text(table, line, column) for column in piece.columns) for line in lines)
    needed = [measured.needed[column] for column in piece.columns]
    labels = measured.roomier_labels(NATURAL - sum(map(pixels, [*measured.labels, *needed])))
    factor = _stretch([*labels, *needed])
    return Part(
        suffix=piece.suffix,
        columns=piece.columns,
        lines=lines,
        texts=texts,
        numbers=numbers,
        label_widths=tuple(factor * label for label in labels),
        widths=tuple(factor * column for column in needed),
    )


def _stretch(widths: Iterable[float]) -> float:
    return min(max(NATURAL / sum(map(pixels, widths)), 1.0), _MOST_STRETCH)


def _lines(measured: _Measured, piece: _Piece, numbers: Sequence[Column]) -> tuple[PrintedLine, ...]:
    """Return the lines of a piece: without rows that have nothing in it, unless rows below them have."""
    table, kept, depth = measured.table, set(), 0
    for row in reversed(table.rows):
        if row.depth < depth or not is_blank(table, row, numbers):
            kept.add(row.key)
            depth = row.depth
    by_line = any(column.kind is None for column in piece.columns)
    return tuple(
        line if by_line else replace(line, last=True)
        for line in measured.lines
        if line.row.key in kept and (line.first or by_line)
    )


def _numbers(table: ResultTable, columns: tuple[PrintedColumn, ...]) -> list[Column]:
    """Return the table's columns whose group and section the printed columns show."""
    by_line = {column.group for column in columns if column.kind is None}
    shown = {(column.group, column.section) for column in columns if column.kind}
    return [
        column
        for column in table.columns
        if (group := (column.arm, column.arm_ref)) in by_line or (group, SECTION_OF[column.stat]) in shown
    ]


def place_of(table: ResultTable, group: Group) -> int:
    """Return the place of a group's arm among the table's arms, by which it is coloured; -1 total, -2 a contrast."""
    arm, ref = group
    if ref:
        return -2
    return table.arms.index(arm) if arm in table.arms else -1
